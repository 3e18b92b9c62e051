//! How a connection is, in the real window: what is still to be seen, what changed at the other side, a pause, and two
//! connections beside each other.

use end_to_end::window::{Flaw, Home, Window};
use serde_json::json;
use simulator::demo;

use crate::simulated::Simulated;
use crate::steps;

const NO_FLAW: [Flaw; 0] = [];

#[tokio::test]
async fn what_is_still_to_be_seen_is_said_until_it_was_seen() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    window.see("health[data-state=\"checking\"]").await;
    window.see_text("unproven-permissions", "read posting").await;
    window.see("unproven-stage-changes").await;
    window.see_text("unproven-status-updates", demo::TRIGGER_STAGE).await;
    assert_eq!(window.axe().await, NO_FLAW);

    // One after the other is seen, and then there is nothing to be said.
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    window.see(&steps::row("sent")).await;
    window.see_no("unproven-stage-changes").await;
    window.see_no("unproven-permissions").await;
    window.see("unproven-status-updates").await;
    simulated.refapp_step("accept").await;
    window.see("health[data-state=\"healthy\"]").await;
    window.see_no("unproven").await;
    window.close().await;
}

#[tokio::test]
async fn what_changed_at_the_other_side_is_said_until_somebody_has_read_of_it() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    window.close().await;

    // The stage is looked at when the app starts, and every day.
    let stage = format!("lever/stages/{}", demo::id(1, "stage", demo::TRIGGER_STAGE));
    simulated.control("PATCH", &stage, json!({"text": "References"})).await;
    let window = Window::app(&home, &simulated.running).await;
    window.see("health[data-state=\"warning\"]").await;
    window.click("health").await;
    window.see_text("findings", "LEV-STAGE-NAME").await;
    window.see_text("findings", "References").await;
    assert_eq!(window.axe().await, NO_FLAW);
    // In practice the simulated tunnel has another address after every start, and that is said as well.
    let others = window.count("finding-code").await - 1;
    window.click("acknowledge").await;
    window.see_no("acknowledge").await;
    assert_eq!(window.count("finding-code").await, others);
    window.close().await;
}

#[tokio::test]
async fn a_pause_starts_nobody_and_afterwards_asks_about_who_was_moved() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    window.click("nav-connection").await;
    window.click("settings-pause").await;
    window.see("health[data-state=\"paused\"]").await;
    window.click("nav-checks").await;
    window.see_text("alarm", "asked about when you resume").await;
    assert_eq!(window.axe().await, NO_FLAW);
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    simulated
        .until("the webhook is taken in", |state| {
            let deliveries = state["lever"]["deliveries"].as_array().expect("a list");
            deliveries.iter().any(|delivery| delivery["tries"] == json!([200]))
        })
        .await;
    assert_eq!(simulated.starts(), 0);

    window.click("nav-connection").await;
    window.click("settings-resume").await;
    window.click("nav-checks").await;
    window.see(&steps::row("needs-attention")).await;
    window.click("check-open").await;
    window.see_text("detail-reason-code", "CHECK-PAUSED").await;
    assert_eq!(simulated.starts(), 0);
    window.close().await;
}

#[tokio::test]
async fn two_connections_keep_their_checks_apart_and_one_switcher_leads_to_both() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    window.see(&steps::row("sent")).await;
    let first = selected(&window).await;
    assert_eq!(first, None, "of one there is nothing to choose");

    window.click("nav-connection").await;
    window.click("connection-add").await;
    window.fill("welcome-name", "Sandbox").await;
    window.begin_setup().await;
    window.prove_refapp().await;
    window.choose_data_centre("sandbox", "api-key").await;
    window.prove_key().await;
    window.choose_acting_user().await;
    window.prove_rights().await;
    window.choose_channels().await;
    window.choose_stage().await;
    window.click("finish").await;
    // Nobody was moved there.
    window.see("checks-empty").await;
    let second = selected(&window).await.expect("two to choose from");
    let others =
        "return [...document.querySelectorAll('[data-testid=\"connection-switch\"] option')].map(o => o.value)";
    let others = window.run(others).await;
    let first = others
        .as_array()
        .expect("options")
        .iter()
        .filter_map(|option| option.as_str())
        .find(|option| *option != second)
        .expect("the first one")
        .to_owned();

    window.choose("connection-switch", &first).await;
    steps::see_candidate(&window, "Kim Berg", "sent").await;
    window.choose("connection-switch", &second).await;
    window.see("checks-empty").await;

    // One is taken away with its data, and the other stays.
    window.click("nav-connection").await;
    window.click("settings-remove").await;
    window.click("confirm-remove-yes").await;
    window.see_no("connection-switch").await;
    window.click("nav-checks").await;
    steps::see_candidate(&window, "Kim Berg", "sent").await;
    window.close().await;
}

#[tokio::test]
async fn a_locked_keychain_is_said_alone_and_once_it_is_open_everything_goes_on() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = steps::healthy(&home, &simulated).await;
    window.close().await;

    home.lock_keychain().await;
    let window = Window::app(&home, &simulated.running).await;
    window.see("health[data-state=\"action-needed\"]").await;
    window.click("alarm-open").await;
    let said = "findings [data-code=\"APP-KEYCHAIN\"]";
    window.see_text(said, "Unlock the keychain").await;
    // Nobody knows what lies in it: that nothing was set up is not said.
    for code in ["APP-NO-CHANNEL", "APP-NO-UPDATES"] {
        window.see_no(&format!("findings [data-code=\"{code}\"]")).await;
    }
    for channel in ["channel-stage-changes", "channel-status-updates"] {
        window
            .see_text(&format!("{channel}[data-state=\"locked\"]"), "keychain")
            .await;
    }
    window.see("setup-channels[data-state=\"done\"]").await;
    assert_eq!([window.axe().await, window.clipped().await].concat(), NO_FLAW);
    window.close().await;

    home.unlock_keychain();
    let window = Window::app(&home, &simulated.running).await;
    window.see("health[data-state=\"healthy\"]").await;
    window.click("nav-connection").await;
    // What came before it was locked has come.
    window.see("channel-status-updates[data-state=\"proven\"]").await;
    window.see("channel-stage-changes[data-state=\"proven\"]").await;
    window.close().await;
}

/// The connection that the switcher stands at, if there is one.
async fn selected(window: &Window) -> Option<String> {
    let script = "return document.querySelector('[data-testid=\"connection-switch\"]')?.value ?? null";
    window.run(script).await.as_str().map(str::to_owned)
}
