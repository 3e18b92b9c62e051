//! How events and status reach the app: tried before it counts, registered once, waited for.

use end_to_end::window::{Flaw, Home, Window};
use model::MINUTE;
use serde_json::{Value, json};
use simulator::demo;

use crate::simulated::Simulated;
use crate::steps;

/// Where another installation has stage changes sent.
const ELSEWHERE: &str = "https://app.refapp.example/webhooks/lever";

/// From the first screen to the step of the channels, without Refapp's half.
async fn to_the_channels(window: &Window) {
    window.begin_setup().await;
    window.click("refapp-later").await;
    window.choose_data_centre("eu", "api-key").await;
    window.prove_key().await;
    window.choose_acting_user().await;
    window.prove_rights().await;
}

#[tokio::test]
async fn m06_the_public_address_is_tried_the_webhook_registered_once_beside_others_and_the_first_event_waited_for() {
    let (home, simulated) = (Home::new().await, Simulated::start().await);
    simulated.register_elsewhere(ELSEWHERE).await;
    let window = Window::app(&home, &simulated.running).await;
    to_the_channels(&window).await;
    // Another installation would write to the same people: said before anything runs.
    window.see_text("webhook-elsewhere-code", "LEV-WH-OTHER").await;

    // An address that leads elsewhere: the call does not come back, and nothing is registered.
    window.fill("public-url", &simulated.running.refapp_url()).await;
    window.click("channels-save").await;
    window.see_text("step-failure-code", "APP-PUBLIC").await;
    assert_eq!(stage_webhooks(&simulated).await, 0);

    // The right one, and a bearer that nobody had to invent.
    window.click("public-url-fill").await;
    window.click("update-bearer-make").await;
    window.see_text("update-bearer-choice", "nothing to copy").await;
    // The mail is right before anything is saved, with the port.
    window.click("channels-mail").await;
    let address = window
        .run("return document.querySelector('[data-testid=\"public-url\"]').value")
        .await;
    let host = address.as_str().and_then(|address| address.strip_prefix("http://"));
    window
        .see_text("support-mail", host.expect("the practice's address"))
        .await;
    window.click("channels-save").await;
    window.see("webhook-registered[data-state=\"done\"]").await;
    assert_eq!(stage_webhooks(&simulated).await, 1);

    // Saved again: it is found and not made anew.
    window.see("update-bearer-stored").await;
    window.click("channels-save").await;
    window.see("channels-save:not([aria-busy])").await;
    assert_eq!(stage_webhooks(&simulated).await, 1);

    // The place of the switch is shown, and the host to register; the secret part of the address is not in the mail.
    for place in ["Integrations and API", "Webhooks", "Candidate Stage Change"] {
        window.see_text("wizard-channels", place).await;
    }
    window.see("channels-settings").await;
    let mail = window.text("support-mail").await;
    assert!(!mail.contains("/refapp/"), "{mail}");

    // Switched off, nothing comes; switched on, the first event is seen by itself.
    window.see("channel-stage-changes[data-state=\"waiting\"]").await;
    let board = Window::browser(&home, &simulated.running.board_url()).await;
    board.click("webhooks-toggle").await;
    board.close().await;
    steps::first_event(&window, &simulated).await;
    window.see_text("half-lever", "trigger stage").await;
    window.close().await;
}

#[tokio::test]
async fn m06_a_first_event_that_does_not_come_is_said_after_a_while_with_what_to_try() {
    let (home, simulated) = (Home::new().await, Simulated::start().await);
    let window = Window::app(&home, &simulated.running).await;
    to_the_channels(&window).await;
    window.choose_channels().await;
    window.click("step-channels").await;
    window.see("channel-stage-changes[data-state=\"waiting\"]").await;
    window.see_no("channel-stage-changes-failure").await;
    window.close().await;

    // Nobody has switched it on, and some minutes have passed.
    home.remember(|record| record.webhook_since = record.webhook_since.map(|since| since.plus(-3 * MINUTE)));
    let window = Window::app(&home, &simulated.running).await;
    window.click("step-channels").await;
    window
        .see_text("channel-stage-changes-failure-code", "LEV-WH-OFF")
        .await;
    window
        .see_text("channel-stage-changes-failure", "switch on “Candidate Stage Change”")
        .await;
    // It is not given up: the event that comes in the end counts. A practice that was closed has another address, if
    // somebody else has taken its own.
    simulated.switch_webhooks_on().await;
    if window.count("public-url-fill:not([aria-disabled])").await > 0 {
        window.click("public-url-fill").await;
    }
    window.click("channels-save").await;
    window.see("wizard-continue").await;
    steps::first_event(&window, &simulated).await;
    window.see_no("channel-stage-changes-failure").await;
    window.close().await;
}

/// How many webhooks for stage changes lead to the app.
async fn stage_webhooks(simulated: &Simulated) -> usize {
    let webhooks = simulated.state().await["lever"]["webhooks"].take();
    let ours = |webhook: &&Value| webhook["event"] == "candidateStageChange" && webhook["url"] != ELSEWHERE;
    webhooks.as_array().into_iter().flatten().filter(ours).count()
}

#[tokio::test]
async fn a_status_that_was_turned_away_is_said_at_its_check_with_the_way_into_refapp() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    window.see(&steps::row("sent")).await;
    let hosts = json!({"update_hosts": {"127.0.0.1": "not the one that was made"}});
    simulated.control("PATCH", "refapp", hosts).await;
    simulated.refapp_step("accept").await;
    window.see("badge-status-missed").await;
    window.click("check-open").await;
    window
        .see_text("detail-badge-status-missed", "may have been missed")
        .await;
    // Nobody knows whether it still is a wait.
    window.see_no("rhythm").await;
    window.click("detail-missed-refapp").await;
    let opened = home.opened(0).await;
    assert!(opened.starts_with(&simulated.running.refapp_url()), "{opened}");
    window.see_text("alarm", "another bearer").await;
    assert_eq!([window.axe().await, window.clipped().await].concat(), [] as [Flaw; 0]);
    window.close().await;
}
