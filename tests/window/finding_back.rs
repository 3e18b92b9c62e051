//! Whoever leaves a screen comes back to where they were, and nothing moves under the pointer.

use end_to_end::window::{Flaw, Home, Window};
use serde_json::{Value, json};
use simulator::demo;

use crate::simulated::Simulated;
use crate::steps;

const NO_FLAW: [Flaw; 0] = [];

/// How far the page is scrolled, and what has the focus.
async fn spot(window: &Window) -> Value {
    let script =
        "return [Math.round(document.getElementById('main').scrollTop), document.activeElement.dataset.testid ?? '']";
    window.run(script).await
}

/// How far down in the window something begins.
async fn top(window: &Window, id: &str) -> i64 {
    let script =
        format!("return Math.round(document.querySelector('[data-testid=\"{id}\"]').getBoundingClientRect().top)");
    window.run(&script).await.as_i64().expect("a number")
}

#[tokio::test]
async fn one_comes_back_to_where_one_was_on_the_page_of_the_connection() {
    let (home, simulated) = (Home::new().await, Simulated::start().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    window.click("nav-connection").await;
    for (away, sees, back) in [
        ("open-audit", "audit", "back-to-connection"),
        ("setup-stage-change", "wizard-stage", "back-to-connection"),
        ("open-privacy", "privacy", "back-to-connection"),
        ("connection-add", "welcome", "welcome-cancel"),
    ] {
        window.see("connection").await;
        // As a keyboard does it.
        let go = format!(
            "const button = document.querySelector('[data-testid=\"{away}\"]'); button.scrollIntoView({{ block: 'center' }}); button.focus()"
        );
        window.run(&go).await;
        let left = spot(&window).await;
        assert!(left[0].as_i64() > Some(0), "{away}: {left}");
        window.press(away, "\u{e007}").await;
        window.see(sees).await;
        assert_eq!(spot(&window).await[0], json!(0), "{sees} begins at its top");
        assert_eq!(window.axe().await, NO_FLAW, "{sees}");
        window.click(back).await;
        window.see("connection").await;
        assert_eq!(spot(&window).await, left, "back from {sees}");
    }

    // A change that is saved leads back as well.
    window.click("setup-acting-user-change").await;
    window.click("acting-user-save").await;
    window.see("connection").await;
    window.close().await;
}

#[tokio::test]
async fn nothing_moves_under_the_pointer() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.begin_setup().await;
    window.prove_refapp().await;
    window.choose_data_centre("eu", "api-key").await;
    window.prove_key().await;
    window.choose_acting_user().await;
    window.prove_rights().await;
    window.choose_channels().await;
    let stage = demo::id(1, "stage", demo::TRIGGER_STAGE);
    let option = format!("stage-option[data-value=\"{stage}\"]");
    window.see(&option).await;
    let steps_and_list = async || [top(&window, "step-done").await, top(&window, "stage").await];
    let before = steps_and_list().await;
    window.click(&option).await;
    assert_eq!(steps_and_list().await, before, "a stage is chosen");
    window.click("stage-save").await;
    window.see("wizard-done").await;
    window.finish_setup().await;

    // The box above the list goes only when somebody puts it away.
    window.see("alarm-unproven").await;
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    window.see(&steps::row("sent")).await;
    let list = top(&window, "check-row").await;
    simulated.refapp_step("accept").await;
    window.see("health[data-state=\"healthy\"]").await;
    window.see("alarm-seen").await;
    assert_eq!(top(&window, "check-row").await, list, "it is healthy now");
    assert_eq!(window.axe().await, NO_FLAW);
    window.click("alarm-seen-close").await;
    window.see_no("alarm-seen").await;
    assert!(top(&window, "check-row").await < list);
    window.close().await;
}
