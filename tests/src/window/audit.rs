//! What a screen must never be: hard to read, clipped, or unusable with a keyboard or a screen reader.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::Window;

/// Something wrong with a screen.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Flaw {
    /// axe-core's rule, or `clipped`, `overlap`, `overflow`.
    pub rule: String,
    /// The element and what is wrong with it.
    pub what: String,
}

impl Window {
    /// Runs axe-core inside the window.
    ///
    /// The driver runs it beside the page, so the page's own policy, which lets no foreign script in, stays as it is.
    pub async fn axe(&self) -> Vec<Flaw> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/node_modules/axe-core/axe.min.js");
        let axe = fs::read_to_string(file).expect("axe-core comes with the UI's packages: `cd ui && npm ci`");
        let script = format!(
            "{axe};
            const done = arguments[arguments.length - 1];
            axe.run(document, {{ resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }})
                .then(({{ violations }}) => done(violations.flatMap(({{ id, nodes }}) =>
                    nodes.map((node) => [id, node.html + ': ' + node.failureSummary]))))
                .catch((error) => done([['axe', String(error)]]));"
        );
        flaws(&self.run_async(&script, vec![]).await)
    }

    /// Looks for text that is cut off, that lies on other text, or that makes the page scroll sideways.
    pub async fn clipped(&self) -> Vec<Flaw> {
        flaws(&self.run(include_str!("clipped.js")).await)
    }
}

fn flaws(found: &Value) -> Vec<Flaw> {
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
