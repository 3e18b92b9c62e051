//! Access ends at Lever or in the app: it is seen, it stops cleanly, and connecting again goes on.

use end_to_end::window::{Home, Window};
use serde_json::{Value, json};
use simulator::demo;

use crate::simulated::Simulated;
use crate::steps;

#[tokio::test]
async fn m11_eu_a_deleted_key_is_seen_and_a_disconnect_goes_on_where_it_ended() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.begin_setup().await;
    window.prove_refapp().await;
    window.choose_data_centre("eu", "api-key").await;
    // With the optional rights, so that what was missed can be found.
    steps::paste_key(&window, demo::EU_KEY_ALL).await;
    window.choose_acting_user().await;
    window.prove_rights().await;
    window.choose_channels().await;
    window.choose_stage().await;
    window.click("finish").await;
    window.see("dashboard").await;
    // Hanna Lilja was in the stage before: she is asked about, not started.
    window.see(&steps::row("needs-attention")).await;
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    window.see(&steps::row("sent")).await;

    // The key is deleted at Lever, and somebody is moved.
    let board = Window::browser(&home, &simulated.running.board_url()).await;
    board.click(&format!("delete-key-{}", demo::EU_KEY_ALL)).await;
    board.close().await;
    simulated.move_to("Erik Sandberg", demo::TRIGGER_STAGE).await;
    window.see("health[data-state=\"action-needed\"]").await;
    window.see_text("alarm", "Lever did not accept the key").await;
    window.click("alarm-open").await;
    window.see_text("finding-code", "LEV-401").await;

    // A new key: what happened meanwhile is not lost.
    let key = json!({"name": "key eu new", "value": "practice-eu-key-new", "data_centre": "eu", "rights": all_rights(&simulated).await});
    simulated.control("POST", "lever/keys", key).await;
    window.click("setup-lever-change").await;
    window.see("wizard-lever").await;
    window.click("lever-key-stored-replace").await;
    steps::paste_key(&window, "practice-eu-key-new").await;
    window.see_no("wizard-lever").await;
    window.click("nav-checks").await;
    steps::see_candidate(&window, "Erik Sandberg", "sent").await;
    window.see_no("alarm").await;

    // Disconnect says what it does, and is seen.
    window.click("nav-connection").await;
    window.click("settings-disconnect").await;
    window
        .see_text("confirm-disconnect", "The keys and tokens are removed")
        .await;
    window.click("confirm-disconnect-yes").await;
    window.see("connection-health[data-state=\"disconnected\"]").await;
    window.see_text("disconnected", "API Credentials").await;
    assert_eq!(home.files_with("practice-eu-key-new"), Vec::<String>::new());
    simulated.move_to("Viktor Palm", demo::TRIGGER_STAGE).await;
    // The rows are still there.
    window.click("nav-checks").await;
    steps::see_candidate(&window, "Kim Berg", "sent").await;

    // Connecting again goes on: who was moved meanwhile is found, and nobody is started twice.
    window.click("nav-setup").await;
    window.see("wizard-refapp").await;
    window.fill("refapp-token", demo::REFAPP_TOKEN).await;
    window.click("refapp-prove").await;
    window.see("wizard-lever").await;
    steps::paste_key(&window, "practice-eu-key-new").await;
    window.see("wizard-rights").await;
    window.click("rights-prove").await;
    window.click("wizard-continue").await;
    window.see("wizard-channels").await;
    window.fill("update-bearer", demo::UPDATE_BEARER).await;
    window.click("channels-save").await;
    window.click("wizard-continue").await;
    window.see("wizard-done").await;
    window.click("finish").await;
    steps::see_candidate(&window, "Viktor Palm", "sent").await;
    assert_eq!(simulated.starts(), 3);
    window.close().await;
}

#[tokio::test]
async fn m11_us_revoked_access_is_seen_and_connecting_again_goes_on() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    steps::set_up_us(&home, &window).await;

    // Settings, Integrations and API, Authorized Apps, Revoke Access.
    let board = Window::browser(&home, &simulated.running.board_url()).await;
    board.click("revoke-us").await;
    board.close().await;
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    window.see("health[data-state=\"action-needed\"]").await;
    window.see_text("alarm", "Lever no longer grants access").await;
    window.click("alarm-open").await;
    window.see_text("finding-code", "OAUTH-REVOKED").await;
    window.click("setup-lever-change").await;
    window.see("wizard-lever").await;
    steps::connect_by_oauth(&home, &window, 1).await;
    window.see_no("wizard-lever").await;
    window.click("nav-checks").await;
    steps::see_candidate(&window, "Kim Berg", "sent").await;
    window.see_no("alarm").await;
    assert_eq!(simulated.starts(), 1);
    window.close().await;
}

async fn all_rights(simulated: &Simulated) -> Value {
    simulated.state().await["lever"]["rights"].clone()
}
