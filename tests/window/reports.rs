//! Faults that the other side makes, from the window of whoever has them to the report that support reads.

use end_to_end::window::{Flaw, Home, Window};
use serde_json::json;
use simulator::demo;

use crate::simulated::Simulated;
use crate::steps;

const NO_FLAW: [Flaw; 0] = [];

/// Refapp sends its status with this bearer from now on.
async fn bearer_becomes(simulated: &Simulated, bearer: &str) {
    let hosts = json!({"127.0.0.1": bearer});
    simulated
        .control("PATCH", "refapp", json!({"update_hosts": hosts}))
        .await;
}

/// Makes the diagnostics and opens them, as the one on the phone does after the other.
async fn open_report(window: &Window) {
    window.click("help").await;
    window.click("help-diagnostics").await;
    window.see("diagnostics-text").await;
    window.click("diagnostics-save").await;
    let path = window.text("diagnostics-path").await;
    window.click("help").await;
    window.click("help-sent").await;
    window.press("diagnostics-open", &path).await;
    window.see("report-connection").await;
}

#[tokio::test]
async fn a_status_that_is_turned_away_is_said_on_the_connection_and_in_the_report_until_one_is_taken() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = steps::healthy(&home, &simulated).await;

    // Refapp tries several times.
    bearer_becomes(&simulated, "another bearer").await;
    simulated.refapp_step("candidate-names-referees").await;
    window.see("health[data-state=\"warning\"]").await;
    window.click("nav-connection").await;
    window.see("channel-status-updates[data-state=\"turned-away\"]").await;
    window
        .see_text("channel-status-updates-turned-away", "Last taken: ")
        .await;
    assert_eq!(window.axe().await, NO_FLAW);
    open_report(&window).await;
    window.see_text("report-turned-away", "Turned away").await;
    window.see_text("report-read-out", "status turned away").await;
    window.see_text("finding", "REF-BEARER").await;
    window.choose("language", "sv").await;
    window.see_text("report-turned-away", "Avvisad").await;
    assert_eq!(window.axe().await, NO_FLAW);
    window.choose("language", "en").await;

    // The page is as long as what it shows, and the next file is at hand.
    let height = "return document.querySelector('main').scrollHeight";
    let whole = window.run(height).await.as_f64().expect("a height");
    window.click("report-only-failures").await;
    window.see_text("report-events", "REF-BEARER").await;
    let failures = window.run(height).await.as_f64().expect("a height");
    assert!(failures < whole, "{failures} of {whole}");
    window.see("diagnostics-open-other").await;

    bearer_becomes(&simulated, demo::UPDATE_BEARER).await;
    simulated.refapp_step("referee-answers").await;
    window.click("nav-connection").await;
    window.see("channel-status-updates[data-state=\"proven\"]").await;
    window.see_no("channel-status-updates-turned-away").await;
    window.close().await;
}
