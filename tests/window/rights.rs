//! What a key may do: found out line by line, and mended without a number that only programmers know.

use end_to_end::window::{Home, Window};
use serde_json::json;
use simulator::demo;

use crate::simulated::Simulated;
use crate::steps;

#[tokio::test]
async fn m04_missing_rights_are_boxes_to_tick_that_can_be_copied_and_checked_again() {
    let (home, simulated) = (Home::new().await, Simulated::start().await);
    let missing = ["remove opportunity tag", "create opportunity note"];
    let key = format!("lever/keys/{}", demo::EU_KEY);
    let without = json!({"rights": missing.map(|label| (label, false)).into_iter().collect::<std::collections::BTreeMap<_, _>>()});
    simulated.control("PATCH", &key, without).await;

    let window = Window::app(&home, &simulated.running).await;
    window.begin_setup().await;
    window.click("refapp-later").await;
    window.choose_data_centre("eu", "api-key").await;
    window.prove_key().await;
    window.choose_acting_user().await;
    // Nothing is made in Lever but by the button that says so.
    window.click("rights-read").await;
    window.see("right-list-webhooks[data-state=\"proven\"]").await;
    window
        .see("right-create-opportunity[data-state=\"not-provable-yet\"]")
        .await;
    window.see("rights-prove:not([aria-disabled])").await;
    window.see_text("rights-prove", "Make the helper entry and check").await;
    window.click("rights-prove").await;
    window.see("wizard-rights[data-state=\"failed\"]").await;
    for right in ["remove-opportunity-tag", "create-opportunity-note"] {
        let line = format!("right-{right}[data-state=\"missing\"]");
        window.see(&line).await;
        window.see_text(&line, "API Credentials and tick").await;
    }
    window.see("half-lever[data-waits=\"missing-permissions\"]").await;
    window.see_text("half-lever", "Lever Super Admin").await;
    window.see_no("wizard-continue").await;

    // The missing ones, as they are called in Lever, can be sent to whoever ticks boxes there.
    window.see_text("rights-copy-missing", "Copy the 2 missing ones").await;
    window.click("rights-copy-missing").await;
    window.see_text("rights-copy-missing", "Copied").await;
    window.click("step-data-centre").await;
    window.click("step-refapp").await;
    window.click("refapp-token").await;
    window.press("refapp-token", "\u{e009}v\u{e000}").await;
    for label in missing {
        let pasted =
            format!("return document.querySelector('[data-testid=\"refapp-token\"]').value.includes('{label}')");
        window.until(&format!("{label} pasted"), &pasted).await;
    }

    // A tick in Lever, and the same button again.
    window.click("step-rights").await;
    let board = Window::browser(&home, &simulated.running.board_url()).await;
    for right in ["remove-opportunity-tag", "create-opportunity-note"] {
        steps::tick(&board, demo::EU_KEY, right).await;
    }
    board.close().await;
    window.see_text("rights-prove", "Check again").await;
    window.click("rights-prove").await;
    window.see("wizard-rights[data-state=\"unproven\"]").await;
    window.see_text("right-read-posting", "Proven by the first check").await;
    window.see_text("rights-follow", "“add webhooks” in step 6").await;
    window.see("wizard-continue").await;
    window.close().await;
}

#[tokio::test]
async fn m02_a_key_of_another_data_centre_is_recognised_and_the_switch_is_one_click() {
    let (home, simulated) = (Home::new().await, Simulated::start().await);
    let window = Window::app(&home, &simulated.running).await;
    window.begin_setup().await;
    window.click("refapp-later").await;
    window.choose_data_centre("us", "api-key").await;
    steps::paste_key(&window, demo::EU_KEY).await;
    window.see_text("step-failure-code", "LEV-DC").await;
    window.see_text("lever-switch", "Switch to EU").await;
    // The key, which Lever shows only once, is not asked for again.
    window.click("lever-switch").await;
    window.see("wizard-acting-user").await;
    window.see("step-lever[data-state=\"done\"]").await;
    window.click("step-data-centre").await;
    window.see("data-centre-eu:checked").await;
    window.see("way-in-api-key:checked").await;
    window.close().await;
}
