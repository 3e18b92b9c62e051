//! What a screen must never be: hard to read, clipped, or unusable with a keyboard or a screen reader.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::Window;

/// Something wrong with a screen.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Flaw {
    /// axe-core's rule, or `clipped`, `covered`, `overlap`, `overflow`.
    pub rule: String,
    /// The element and what is wrong with it.
    pub what: String,
}

impl Window {
    /// Waits until nothing moves on screen but what moves for ever: half-way colours are nobody's.
    pub async fn settle(&self) {
        // What was just changed begins to move when it is painted next.
        let painted = "const [done] = arguments; requestAnimationFrame(() => requestAnimationFrame(() => done()))";
        self.run_async(painted, vec![]).await;
        let moving = "document.getAnimations().filter((one) =>
            one.playState === 'running' && one.effect.getComputedTiming().endTime !== Infinity)";
        self.until("the screen at rest", &format!("return {moving}.length === 0"))
            .await;
    }

    /// Runs axe-core inside the window.
    ///
    /// The driver runs it beside the page, so the page's own policy, which lets no foreign script in, stays as it is.
    pub async fn axe(&self) -> Vec<Flaw> {
        if self.run("return window.axe === undefined").await == Value::Bool(true) {
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/node_modules/axe-core/axe.min.js");
            let axe = fs::read_to_string(file).expect("axe-core comes with the UI's packages: `cd ui && npm ci`");
            self.run(&axe).await;
        }
        let script = "
            const done = arguments[arguments.length - 1];
            axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
                .then(({ violations }) => done(violations.flatMap(({ id, nodes }) =>
                    nodes.map((node) => [id, node.html + ': ' + node.failureSummary]))))
                .catch((error) => done([['axe', String(error)]]));";
        flaws(&self.run_async(script, vec![]).await)
    }

    /// Looks for text that is cut off, that lies on other text, or that makes the page scroll sideways.
    pub async fn clipped(&self) -> Vec<Flaw> {
        flaws(&self.run(include_str!("clipped.js")).await)
    }
}

pub(super) fn flaws(found: &Value) -> Vec<Flaw> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let pairs = found.as_array().expect("the script returns a list of pairs");
    pairs
        .iter()
        .map(|pair| Flaw {
            rule: text(&pair[0]),
            what: text(&pair[1]),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::Home;
    use super::*;

    #[tokio::test]
    async fn each_kind_of_flaw_is_found_where_it_was_planted_and_nowhere_else() {
        let page = "data:text/html,<!doctype html><html lang=en><title>t</title><main><h1>Fine</h1>\
            <p data-testid=pale style='color:%23eee;background:%23fff'>hard to read</p>\
            <p data-testid=cut style='width:40px;overflow:hidden;white-space:nowrap'><b>cut off in its middle</b></p>\
            <p data-testid=hidden style='position:relative'>covered in part<i style='position:absolute;left:0;width:30px;height:2em;background:%23fff'></i></p>\
            <p data-testid=under>a line of text</p>\
            <p data-testid=over style='margin-top:-34px'>another line of text</p>\
            <div data-testid=list style='height:30px;overflow:auto'><p>shown</p><p>scrolled out of sight</p></div>\
            <p>below the list</p>";
        let home = Home::new().await;
        let window = Window::browser(&home, page).await;
        let clipped = window.clipped().await;
        let axe: BTreeSet<_> = window.axe().await.into_iter().map(|flaw| flaw.rule).collect();
        window.run("document.querySelector('h1').style.width = '5000px'").await;
        let wide = window.clipped().await;
        window.close().await;

        let found: Vec<_> = clipped.iter().map(|flaw| flaw.rule.as_str()).collect();
        assert_eq!(found, ["clipped", "covered", "overlap"], "{clipped:?}");
        assert!(clipped[0].what.contains("in cut"), "{clipped:?}");
        assert!(
            clipped[2].what.contains("in under") && clipped[2].what.contains("in over"),
            "{clipped:?}"
        );
        assert!(axe.contains("color-contrast"), "{axe:?}");
        assert!(wide.iter().any(|flaw| flaw.rule == "overflow"), "{wide:?}");
    }
}
