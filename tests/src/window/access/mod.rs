//! What axe cannot see of a screen (WCAG 2.2 AA, `field-notes.md §4`): by keyboard, at twice the size, with wider
//! spacing, for ears, and without colour.
//!
//! The checks themselves are scripts beside this file. Each is held by a page with planted faults, below.

use std::collections::BTreeSet;

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use serde_json::Value;

use super::audit::flaws;
use super::{Flaw, Window};

/// Language and theme.
const LOOKS: [(&str, &str); 4] = [("en", "light"), ("en", "dark"), ("sv", "dark"), ("sv", "light")];

const TAB: char = '\u{e004}';
const SHIFT: char = '\u{e008}';
const CONTROL: char = '\u{e009}';

/// A window of the usual size, and what twice the size makes of it.
const USUAL: (u32, u32) = (1280, 800);
const ZOOMED: (u32, u32) = (USUAL.0 / 2, USUAL.1 / 2);
/// Without a window manager the pointer gives the focus to the window that it is in, and it lies in the middle of a screen
/// of 1600 by 2400: a window of any of these sizes is under it from here on. Without the focus a page shows none.
const PLACE: (u32, u32) = (300, 700);
/// What a narrow window at twice the size has room for, in CSS pixels (WCAG 1.4.10).
const NARROW: u32 = 320;

macro_rules! script {
    ($file:literal) => {
        concat!(include_str!("common.js"), include_str!($file))
    };
}

/// Goes through screens, and keeps what is wrong with each.
pub struct Inspector<'w> {
    window: &'w Window,
    found: BTreeSet<(String, Flaw)>,
}

impl<'w> Inspector<'w> {
    pub async fn new(window: &'w Window) -> Self {
        window.take_the_focus().await;
        Self {
            window,
            found: BTreeSet::new(),
        }
    }

    /// All checks of what is on screen now, in each language and theme. It leaves English, light and the usual size.
    pub async fn inspect(&mut self, screen: &str) {
        let window = self.window;
        self.keep(screen, window.tab_through().await);
        for (language, theme) in LOOKS {
            window.choose("language", language).await;
            window.choose("theme", theme).await;
            let screen = format!("{screen}, {language}, {theme}");
            self.keep(&screen, window.axe_at_rest().await);
            if window.page_language().await != language {
                let what = "the page is not said to be in the language of its words".to_owned();
                let rule = "language".to_owned();
                self.keep(&screen, vec![Flaw { rule, what }]);
            }
            self.keep(&screen, flaws(&window.run(script!("look.js")).await));
        }
        // The longer words of the two languages are the Swedish ones.
        self.keep(&format!("{screen}, spaced"), window.clipped_when_spaced().await);
        window.zoom_to_double().await;
        self.keep(&format!("{screen}, zoomed"), window.clipped().await);
        self.keep(&format!("{screen}, zoomed"), window.tab_through().await);
        window.narrow().await;
        self.keep(&format!("{screen}, narrow"), window.clipped().await);
        window.zoom_back().await;
        window.choose("language", "en").await;
    }

    /// A dialog, which leaves nothing outside of it to be chosen, between a click that opens it and one that closes it.
    pub async fn inspect_dialog(&mut self, dialog: &str, open: &str, close: &str) {
        let window = self.window;
        for (language, theme) in LOOKS {
            window.choose("language", language).await;
            window.choose("theme", theme).await;
            window.click(open).await;
            window.see(close).await;
            let dialog = format!("{dialog}, {language}, {theme}");
            self.keep(&dialog, window.axe_at_rest().await);
            self.keep(&dialog, flaws(&window.run(script!("look.js")).await));
            self.keep(&dialog, window.tab_through().await);
            window.click(close).await;
            window.see_no(close).await;
        }
        window.choose("language", "en").await;
    }

    fn keep(&mut self, screen: &str, found: Vec<Flaw>) {
        self.found
            .extend(found.into_iter().map(|flaw| (screen.to_owned(), flaw)));
    }

    /// # Panics
    /// If anything is wrong with a screen: names each screen and what is wrong with it.
    pub fn finish(self) {
        let said = self
            .found
            .iter()
            .map(|(screen, flaw)| format!("{screen}: {}: {}", flaw.rule, flaw.what));
        let said: Vec<String> = said.collect();
        assert!(said.is_empty(), "{} flaws:\n{}", said.len(), said.join("\n"));
    }
}

impl Window {
    async fn take_the_focus(&self) {
        let placed = self.client.set_window_rect(PLACE.0, PLACE.1, USUAL.0, USUAL.1).await;
        placed.expect("the window can be moved");
        self.until("a window with the focus", "return document.hasFocus()")
            .await;
    }

    async fn axe_at_rest(&self) -> Vec<Flaw> {
        self.settle().await;
        self.axe().await
    }

    async fn page_language(&self) -> String {
        let language = self.run("return document.documentElement.lang").await;
        language.as_str().unwrap_or_default().to_owned()
    }

    async fn clipped_when_spaced(&self) -> Vec<Flaw> {
        self.run(include_str!("spaced.js")).await;
        self.settle().await;
        let found = self.clipped().await;
        self.run("document.adoptedStyleSheets = window.unspaced").await;
        found
    }

    /// Presses Tab until it comes round, and looks at each stop.
    pub async fn tab_through(&self) -> Vec<Flaw> {
        let stops = self.run(script!("tab_start.js")).await.as_u64().unwrap_or_default();
        // On and back: from now on it is the keyboard that moves the focus.
        self.press_key(&[TAB]).await;
        self.press_key(&[SHIFT, TAB]).await;
        let mut found = Vec::new();
        // A list that scrolls may be a stop without being made one.
        for _ in 0..stops + 20 {
            let stop = self.run_async(script!("tab_stop.js"), vec![]).await;
            found.extend(flaws(&stop["found"]));
            if stop["round"] == Value::Bool(true) {
                found.extend(flaws(&self.run(script!("tab_end.js")).await));
                return found;
            }
            self.press_key(&[TAB]).await;
        }
        let rule = "keyboard-trap".to_owned();
        let what = self
            .run("return document.activeElement.outerHTML.slice(0, 200)")
            .await
            .to_string();
        found.push(Flaw { rule, what });
        found
    }

    /// By the keys that a person presses, as often as it takes: each press is a fifth of the size.
    pub async fn zoom_to_double(&self) {
        for _ in 0..5 {
            let before = self.run("return innerWidth").await;
            self.press_key(&[CONTROL, '=']).await;
            self.until("a larger page", &format!("return innerWidth < {before}"))
                .await;
        }
        self.has_width(ZOOMED.0).await;
    }

    async fn narrow(&self) {
        let sized = self.client.set_window_size(2 * NARROW, 2 * USUAL.1).await;
        sized.expect("the window can be resized");
        self.has_width(NARROW).await;
        self.settle().await;
    }

    async fn zoom_back(&self) {
        self.press_key(&[CONTROL, '0']).await;
        self.resize(USUAL.0, USUAL.1).await;
    }

    async fn has_width(&self, width: u32) {
        self.until(&format!("a page of {width}"), &format!("return innerWidth === {width}"))
            .await;
    }

    /// Presses keys together, wherever the focus is.
    pub async fn press_key(&self, keys: &[char]) {
        let down = keys.iter().map(|key| KeyAction::Down { value: *key });
        let up = keys.iter().rev().map(|key| KeyAction::Up { value: *key });
        let pressed = down
            .chain(up)
            .fold(KeyActions::new("keyboard".to_owned()), KeyActions::then);
        self.client
            .perform_actions(pressed)
            .await
            .expect("a key can be pressed");
    }

    /// Whether, and where, something would move although the system asks for less motion.
    pub async fn moving(&self) -> Vec<Flaw> {
        flaws(&self.run(include_str!("still.js")).await)
    }

    /// Begins to write down what a screen reader is given to say.
    pub async fn listen(&self) {
        self.run(include_str!("listen.js")).await;
    }

    /// What it was given since [`Self::listen`], and what it may have missed.
    pub async fn heard(&self) -> (Vec<String>, Vec<String>) {
        let heard = self.run("return window.heard").await;
        let list = |name: &str| {
            let said = heard[name].as_array().into_iter().flatten();
            said.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        (list("said"), list("unheard"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Home;
    use super::*;

    const PAGE: &str = "data:text/html,<!doctype html><html lang=en><title>t</title><style>\
        :focus-visible{outline:2px solid blue} .bare:focus{outline:none} button{min-height:24px;min-width:24px}</style>\
        <header><span class=end><button data-testid=theme>t</button><button data-testid=help>h</button>\
        <button data-testid=language>l</button></span></header>\
        <main><h1>Fine</h1><button data-testid=fine>fine</button>\
        <button data-testid=bare class=bare>no ring</button>\
        <p style='position:relative'><button data-testid=under>covered</button>\
        <i style='position:absolute;left:0;width:300px;height:2em;background:%23fff'></i></p>\
        <p><button data-testid=small style='min-height:0;height:12px;padding:0'>small</button></p>\
        <p class=state data-testid=red style='color:red'></p>\
        <p draggable=true data-testid=dragged>drag me</p>\
        <p><input aria-invalid=true aria-label=field data-testid=wrong style='height:24px'></p>\
        <div data-testid=shadow></div>\
        <div style='display:flex;flex-direction:column-reverse'><button data-testid=lower>1</button><button data-testid=upper>2</button></div>\
        <p style='width:60px;height:20px;overflow:hidden;white-space:nowrap' data-testid=tight>fits just</p>\
        </main>";

    #[tokio::test]
    async fn each_kind_of_fault_is_found_where_it_was_planted_and_nowhere_else() {
        let home = Home::new().await;
        let window = Window::browser(&home, PAGE).await;
        window.take_the_focus().await;
        let still = flaws(&window.run(script!("look.js")).await);
        let way = window.tab_through().await;
        let trap = "document.querySelector('[data-testid=small]').onkeydown = (event) => event.preventDefault()";
        window.run(trap).await;
        let trapped = window.tab_through().await;
        let before = window.clipped().await;
        let spaced = window.clipped_when_spaced().await;
        let listening = "
            const { heard } = window;
            const region = document.createElement('p');
            region.setAttribute('role', 'status');
            document.body.append(region);
            const born = region.cloneNode();
            born.textContent = 'too late';
            const done = arguments[arguments.length - 1];
            setTimeout(() => { region.textContent = 'in time'; document.body.append(born); setTimeout(done, 50); }, 50);";
        window.listen().await;
        window.run_async(listening, vec![]).await;
        let heard = window.heard().await;
        window
            .run("document.querySelector('h1').style.transition = 'color 1s'")
            .await;
        let moving = window.moving().await;
        window.close().await;

        let rules = |found: &[Flaw]| -> Vec<String> {
            let rules: BTreeSet<_> = found.iter().map(|flaw| flaw.rule.clone()).collect();
            rules.into_iter().collect()
        };
        let expected = [
            "colour-alone",
            "consistent-help",
            "dragging",
            "error-identification",
            "target-size",
        ];
        assert_eq!(rules(&still), expected, "{still:?}");
        assert_eq!(
            rules(&way),
            ["focus-obscured", "focus-order", "focus-visible"],
            "{way:?}"
        );
        let of = |rule: &str| {
            way.iter()
                .filter(|flaw| flaw.rule == rule)
                .map(|flaw| flaw.what.as_str())
                .collect::<Vec<_>>()
        };
        assert!(
            matches!(of("focus-visible")[..], [what] if what.contains("in bare")),
            "{way:?}"
        );
        assert!(
            matches!(of("focus-obscured")[..], [what] if what.contains("in under")),
            "{way:?}"
        );
        assert!(
            matches!(of("focus-order")[..], [what] if what.contains("in upper")),
            "{way:?}"
        );
        assert!(
            rules(&trapped).iter().any(|rule| rule.starts_with("keyboard")),
            "{trapped:?}"
        );
        let tight = |found: &[Flaw]| found.iter().any(|flaw| flaw.what.contains("in tight"));
        assert!(!tight(&before) && tight(&spaced), "{before:?} {spaced:?}");
        assert_eq!(heard, (vec!["in time".to_owned()], vec!["too late".to_owned()]));
        assert_eq!(rules(&moving), ["motion"], "{moving:?}");
    }
}
