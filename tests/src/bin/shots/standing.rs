//! How connections stand that an admin has to look after: two beside one another, a status that is turned away, and a
//! keychain that is locked.

use std::collections::BTreeSet;
use std::path::Path;

use end_to_end::window::{Flaw, Home, Window};
use serde_json::json;

use super::{Album, Camera, reach_the_stage, simulator, tell};

pub async fn take(album: &Album) -> BTreeSet<(String, Flaw)> {
    let (home, simulator) = (Home::new().await, simulator().await);
    let groups = json!({"candidateStageChange": true, "candidateDeleted": true});
    tell(&simulator, "PATCH", "lever/webhook-groups", &groups).await;
    let mut camera = Camera::new(Window::app(&home, &simulator).await, album);
    camera.window.set_up_eu().await;
    reach_the_stage(&simulator, &["Kim Berg"]).await;
    camera.window.see("check-row[data-status=\"sent\"]").await;

    // Refapp'ssupport has registered another secret.
    let hosts = json!({"update_hosts": {"127.0.0.1": "not the one that was made"}});
    tell(&simulator, "PATCH", "refapp", &hosts).await;
    tell(&simulator, "PATCH", "autopilot", &json!({"interval_ms": 300})).await;
    camera.window.see("badge-status-missed").await;
    tell(&simulator, "PATCH", "autopilot", &json!({"interval_ms": null})).await;
    camera.take("52-status-turned-away").await;
    camera.window.click("alarm-open").await;
    camera.window.see("finding").await;
    camera.take("53-status-turned-away-connection").await;

    camera.window.click("connection-add").await;
    camera.window.fill("welcome-name", "Sandbox").await;
    camera.window.begin_setup().await;
    camera.window.see("connection-switch").await;
    camera.take("54-two-connections").await;
    camera.window.close().await;

    // As after a start before the session's keychain is open.
    let app = home.app().display().to_string();
    let practice = format!("--practice=http://{}", simulator.address());
    let arguments = ["DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere", &app, &practice];
    camera.window = Window::open(&home, Path::new("/usr/bin/env"), &arguments).await;
    camera
        .window
        .choose("connection-switch", &first(&camera.window).await)
        .await;
    camera.window.click("nav-connection").await;
    let locked = "return document.querySelector('[data-code=\"APP-KEYCHAIN\"]') !== null";
    camera.window.until("the locked keychain is said", locked).await;
    camera.take("55-keychain-locked").await;
    camera.window.close().await;
    camera.flaws
}

/// The connection that was set up first.
async fn first(window: &Window) -> String {
    window.see("connection-switch").await;
    let script = "return [...document.querySelectorAll('[data-testid=\"connection-switch\"] option')].find((one) => one.text === 'Lever').value";
    let id = window.run(script).await;
    id.as_str().expect("an id is text").to_owned()
}
