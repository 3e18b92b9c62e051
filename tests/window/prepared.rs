//! Before the set-up begins, and between its days: what it takes, what can be forwarded, and whose turn it is.

use end_to_end::window::{Flaw, Home, Window};
use serde_json::json;
use simulator::demo;

use crate::newcomer_eu::BOXES;
use crate::simulated::Simulated;
use crate::steps;

const NO_FLAW: [Flaw; 0] = [];

#[tokio::test]
async fn m01_m04_r19_before_the_start_there_is_a_sheet_with_the_boxes_and_the_right_page_and_a_mail_to_refapp() {
    let home = Home::new().await;
    // The real app, of which nothing is connected yet.
    let window = Window::open(&home, &home.app(), &[]).await;
    window.see("welcome").await;
    for word in ["Reads", "Writes", "helper entry", "Back out", "Revoke Access"] {
        window.see_text("welcome", word).await;
    }
    // Why each permission is needed.
    window.click("welcome-permissions").await;
    window.see("welcome-permission").await;
    let boxes = window
        .run("return [...document.querySelectorAll('[data-testid=\"welcome-permission\"] li')].map((e) => [e.children[0].innerText, e.children[1].innerText.length > 10])")
        .await;
    assert_eq!(boxes, json!(BOXES.map(|label| (label, true))));

    window.click("welcome-sheet").await;
    for (centre, host) in [
        ("us", "hire.lever.co"),
        ("eu", "hire.eu.lever.co"),
        ("sandbox", "hire.sandbox.lever.co"),
    ] {
        window.choose("welcome-sheet-centre", centre).await;
        let page = format!("https://{host}/settings/integrations?tab=api");
        window.see_text("super-admin-sheet", &page).await;
    }
    for label in BOXES {
        window.see_text("super-admin-sheet", &format!("☐ {label} – ")).await;
    }
    window.see_text("super-admin-sheet", "Candidate Stage Change").await;
    window.click("welcome-mail").await;
    window.see_text("support-mail", "account token").await;

    // Both for a reader in Swedish, whatever the language of the screen.
    window.choose("super-admin-sheet-language", "sv").await;
    window.see_text("super-admin-sheet", "Kryssa i de här 12").await;
    window.choose("support-mail-language", "sv").await;
    window.see_text("support-mail", "kontots token").await;
    assert_eq!(window.axe().await, NO_FLAW);

    // The start is in sight at once, at the usual size.
    let in_sight = "const start = document.querySelector('[data-testid=\"welcome-start\"]');
        document.querySelector('main').scrollTo(0, 0);
        return start.getBoundingClientRect().bottom < innerHeight";
    window.resize(1200, 800).await;
    window.until("the start in sight", in_sight).await;
    window.close().await;
}

#[tokio::test]
async fn m01_three_people_on_three_days_see_whose_turn_it_is() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);

    // Monday: whoever looks after the app knows the data centre, and has neither token nor key.
    let window = Window::app(&home, &simulated.running).await;
    window.begin_setup().await;
    window.click("refapp-later").await;
    window.choose_data_centre("eu", "api-key").await;
    window.see("half-refapp[data-waits=\"token\"]").await;
    window.see("half-lever[data-waits=\"access\"]").await;
    window.close().await;

    // Tuesday: the Super Admin finds their half by its own words, and goes as far as it goes.
    let window = Window::app(&home, &simulated.running).await;
    window.see_text("half-refapp", "waits for Refapp Administrator").await;
    window.see_text("half-lever", "waits for Lever Super Admin").await;
    window.click("half-lever-open").await;
    steps::paste_key(&window, demo::EU_KEY).await;
    window.choose_acting_user().await;
    window.prove_rights().await;
    window.choose_channels().await;
    let stage = demo::id(1, "stage", demo::TRIGGER_STAGE);
    window.click(&format!("stage-option[data-value=\"{stage}\"]")).await;
    window.click("stage-save").await;
    window.see("half-lever[data-waits=\"first-event\"]").await;
    steps::first_move(&simulated).await;
    window.see_text("half-lever", "works").await;
    window.see("half-refapp[data-waits=\"token\"]").await;
    window.close().await;

    // Wednesday: the Refapp Administrator is asked for the token, and for nothing else.
    let window = Window::app(&home, &simulated.running).await;
    window.see("wizard-refapp").await;
    window.see("refapp-last").await;
    window.prove_token().await;
    window.see("wizard-done").await;
    window.see("half-refapp[data-waits=\"first-status\"]").await;
    window.see_text("half-refapp", "first check").await;
    window.finish_setup().await;
    window.close().await;
}
