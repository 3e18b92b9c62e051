//! What a person on the phone with support uses: the error dictionary, the line to read out, the diagnostics.

use end_to_end::window::{Flaw, Home, Window};
use serde_json::{Value, json};
use simulator::demo;

use crate::simulated::Simulated;

const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";

const NO_FLAW: [Flaw; 0] = [];

/// Waits until what has this test id has the focus.
async fn has_focus(window: &Window, id: &str) {
    let script = format!("return document.activeElement.dataset.testid === '{id}'");
    window.until(&format!("{id} with the focus"), &script).await;
}

/// In both themes, and in the smallest window.
async fn flaws(window: &Window) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for theme in ["dark", "light"] {
        window.choose("theme", theme).await;
        window.settle().await;
        flaws.extend([window.axe().await, window.clipped().await].concat());
    }
    window.resize(360, 480).await;
    window.settle().await;
    flaws.extend(window.clipped().await);
    window.resize(1200, 800).await;
    flaws
}

#[tokio::test]
async fn a_failure_leads_by_keyboard_to_its_entry_and_back_to_what_was_typed() {
    let (home, simulated) = (Home::new().await, Simulated::start().await);
    let window = Window::app(&home, &simulated.running).await;
    window.begin_setup().await;
    window.fill("refapp-token", "not-the-token").await;
    window.click("refapp-prove").await;
    window.see_text("step-failure-code", "REF-TOKEN").await;

    window.press("step-failure-code", ENTER).await;
    let asked = "return document.activeElement.closest('[data-testid=error-entry]')?.dataset.code === 'REF-TOKEN'";
    window.until("the focus in the entry that was asked for", asked).await;
    window.see_no("wizard-refapp").await;
    assert_eq!(flaws(&window).await, NO_FLAW);
    window.press("help-back", ENTER).await;
    has_focus(&window, "step-failure-code").await;
    let typed = "return document.querySelector('[data-testid=refapp-token]').value";
    assert_eq!(window.run(typed).await, json!("not-the-token"));

    // The whole of it, and a word of it in the other language.
    window.press("help", ENTER).await;
    window.press("help-errors", ENTER).await;
    window.see("errors").await;
    let all = window.count("error-entry").await;
    window.fill("errors-search", "GODTOG inte nyckeln").await;
    window.see("error-entry[data-code=\"LEV-401\"]").await;
    assert!((1..all).contains(&window.count("error-entry").await));
    window.press("errors-search", ESCAPE).await;
    window.see_no("errors").await;
    has_focus(&window, "help").await;
    window.close().await;
}

#[tokio::test]
async fn the_line_to_read_out_is_at_the_same_place_on_every_screen() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    let place = |id: &str| {
        format!(
            "const {{ x, y }} = document.querySelector('[data-testid=\"{id}\"]').getBoundingClientRect(); return [x, y]"
        )
    };
    window.see("welcome").await;
    let help = window.run(&place("help")).await;
    window.set_up_eu().await;
    let mut places: Vec<Value> = Vec::new();
    for (go, sees) in [
        (&["nav-checks"][..], "counts"),
        (&["nav-connection"], "connection"),
        (&["help", "help-errors"], "errors"),
        (&["help", "help-diagnostics"], "diagnostics-text"),
    ] {
        for step in go {
            window.click(step).await;
        }
        window.see(sees).await;
        assert_eq!(window.run(&place("help")).await, help, "{sees}");
        window.click("help").await;
        window.see_text("read-out", "Refapp for Lever").await;
        places.push(window.run(&place("read-out")).await);
        let flaws = window.axe().await;
        assert_eq!(flaws, NO_FLAW, "{sees}");
        window.press("help", ESCAPE).await;
        window.see_no("read-out").await;
    }
    assert!(places.windows(2).all(|pair| pair[0] == pair[1]), "{places:?}");
    window.close().await;
}

#[tokio::test]
async fn what_is_shown_is_what_is_saved_and_opens_as_a_report() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    window.click("help").await;
    window.click("help-diagnostics").await;
    window.see("diagnostics-text").await;
    let shown = "return document.querySelector('[data-testid=diagnostics-text]').textContent";
    let shown = window.run(shown).await;
    let shown = shown.as_str().expect("text");
    window.click("diagnostics-save").await;
    let path = window.text("diagnostics-path").await;
    assert!(path.starts_with(&home.path().display().to_string()), "{path}");
    assert_eq!(std::fs::read_to_string(&path).expect("a file"), shown);
    for secret in [demo::EU_KEY, demo::REFAPP_TOKEN, demo::UPDATE_BEARER, demo::SUPER_ADMIN] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }

    window.click("diagnostics-sent-open").await;
    window.press("diagnostics-open", &path).await;
    window.see("report-connection").await;
    let name = path.rsplit('/').next().expect("a file has a name");
    window.see_text("report-title", name).await;
    window.see_text("report-made", "desktop").await;
    let read_out: Value = serde_json::from_str(shown).expect("JSON");
    let read_out = read_out["connections"][0]["readOut"]["en"].clone();
    let line = "return document.querySelector('[data-testid=report-read-out]').textContent";
    assert_eq!(window.run(line).await, read_out);
    assert_eq!(flaws(&window).await, NO_FLAW);

    // Something else is no bundle, and is refused.
    let other = home.path().join("other.json");
    std::fs::write(&other, "{}").expect("a file");
    window.press("diagnostics-open", &other.display().to_string()).await;
    window.see_text("diagnostics-open-failure-code", "APP-BUNDLE").await;
    window.see_no("report-connection").await;
    window.close().await;
}
