//! A customer who keeps Refapp's own Lever integration: the app only looks on.

use end_to_end::window::{Home, Window};
use serde_json::json;
use simulator::demo;

use crate::simulated::{self, Simulated};
use crate::steps;

/// What Refapp's own integration does to a candidate in Lever.
async fn tagged(simulated: &Simulated, candidate: &str, status: &str) {
    let path = format!("lever/opportunities/{}/tags", simulated::opportunity(candidate));
    let change = json!({"add": [format!("Refapp Status: {status}")]});
    simulated.control("POST", &path, change).await;
}

#[tokio::test]
async fn whoever_keeps_refapps_own_integration_sees_its_tags_and_what_no_tag_tells() {
    let (home, simulated) = (Home::new().await, Simulated::start().await);
    tagged(&simulated, "Kim Berg", "Waiting for candidate").await;
    let window = Window::app(&home, &simulated.running).await;
    window.begin_setup().await;

    // The other choice is there, and can be taken back.
    window.click("observer-offer").await;
    window.click("observer-choose").await;
    window.see("observer-cannot").await;
    for gone in ["step-acting-user", "step-channels", "step-stage", "refapp-token"] {
        window.see_no(gone).await;
    }
    window.click("observer-undo").await;
    window.see("refapp-token").await;
    window.click("observer-offer").await;
    window.click("observer-choose").await;
    window.see("observer-cannot").await;
    window.click("wizard-continue").await;

    // The article's key lacks the one permission that is needed now: it is named, and nothing else is asked for.
    window.see("wizard-data-centre").await;
    window.choose_data_centre("eu", "api-key").await;
    window.see_text("lever-permissions", "list opportunities").await;
    steps::paste_key(&window, demo::EU_KEY).await;
    window.see("wizard-rights").await;
    window.click("rights-prove").await;
    window.see("right-list-opportunities[data-state=\"missing\"]").await;
    window.see_no("right-create-opportunity-note").await;
    let key = format!("lever/keys/{}", demo::EU_KEY);
    simulated
        .control("PATCH", &key, json!({"rights": {"list opportunities": true}}))
        .await;
    window.click("rights-prove").await;
    window.see("wizard-rights[data-state=\"done\"]").await;
    window.click("wizard-continue").await;
    window.see("wizard-done").await;
    window.click("finish").await;

    window.see(&steps::row("waiting-for-candidate")).await;
    window.see_text("check-candidate", "Kim Berg").await;
    window.see_text("check-stage", "Recruiter screen").await;
    window.see_text("looks-on", "only looks on").await;
    window.click("looks-on-cannot").await;
    window.see_text("observer-cannot", "Since when a status holds").await;
    window.click("check-open").await;
    window
        .see_text("detail-tag", "Refapp Status: Waiting for candidate")
        .await;
    window.see_no("detail-note").await;

    // On the connection's page there is no tool that would start or write.
    window.click("nav-connection").await;
    window.see("connection-health[data-state=\"healthy\"]").await;
    for gone in ["open-dry-run", "templates-update", "channel-stage-changes"] {
        window.see_no(gone).await;
    }
    window.choose("language", "sv").await;
    window.see_text("connection", "visar bara").await;

    let written = simulated.running.ledger();
    let written = written.iter().filter(|entry| entry.method != "GET").count();
    assert_eq!(written, 0, "an observer writes nothing");
    window.close().await;
}
