//! The app beside its window: the icon in the tray, the cross in the title bar, notifications.

use end_to_end::window::{Desktop, Frame, Home, Window};
use serde_json::json;
use simulator::demo;

use crate::simulated::Simulated;
use crate::steps;

#[tokio::test]
async fn a_closed_window_leaves_the_app_running_says_so_once_and_comes_back_by_the_icon() {
    let home = Home::new().await;
    let desktop = Desktop::start(&home).await;
    let window = Window::open(&home, &home.app(), &[]).await;
    window.see("welcome").await;
    desktop.has_icon().await;
    let frame = Frame::find().await;

    frame.close();
    frame.is_seen(false).await;
    let said = desktop.notified("keeps running").await;
    assert!(said.text.contains("Quit"), "{said:?}");
    // The same app, and the same page.
    desktop.click_icon().await;
    frame.is_seen(true).await;
    window.see("welcome").await;

    frame.close();
    frame.is_seen(false).await;
    desktop.click_icon().await;
    frame.is_seen(true).await;
    assert_eq!(desktop.notifications(), [said], "once, ever");
    window.close().await;
}

#[tokio::test]
async fn without_a_tray_a_closed_window_is_not_lost() {
    let home = Home::new().await;
    let window = Window::open(&home, &home.app(), &[]).await;
    window.see("welcome").await;
    let frame = Frame::find().await;
    frame.close();
    // There is no window manager here that would minimise it: what counts is that it was not hidden, and that it lives.
    window.click("welcome-start").await;
    window.see("wizard-refapp").await;
    frame.is_seen(true).await;
    window.close().await;
}

#[tokio::test]
async fn what_somebody_has_to_know_is_notified_without_names_of_people() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let desktop = Desktop::start(&home).await;
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    // Who looks at the window is not told what it shows.
    Frame::find().await.lose_focus();
    // She has the tag of a template that is no more.
    simulated.move_to("Ronja Blom", demo::TRIGGER_STAGE).await;
    window.see(&steps::row("needs-attention")).await;
    desktop.notified("To do: 1 check").await;
    for notification in desktop.notifications() {
        let words = format!("{} {}", notification.title, notification.text);
        assert!(!words.contains("Ronja") && !words.contains("Blom"), "{words}");
    }
    window.close().await;
}

#[tokio::test]
async fn checks_that_are_completed_together_are_notified_in_one_without_names() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let desktop = Desktop::start(&home).await;
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    for candidate in ["Kim Berg", "Viktor Palm"] {
        simulated.move_to(candidate, demo::TRIGGER_STAGE).await;
        steps::see_candidate(&window, candidate, "sent").await;
    }
    Frame::find().await.lose_focus();
    let checks = simulated.state().await["refapp"]["checks"].clone();
    for check in checks.as_array().expect("a list") {
        let id = check["id"].as_str().expect("an id is text");
        let done = json!({"status": "completed", "total": 2, "completed": 2, "remaining_to_submit": 0, "declined": 0});
        simulated.control("PATCH", &format!("refapp/checks/{id}"), done).await;
    }
    let said = desktop.notified("2 checks are completed").await;
    assert_eq!(said.text, "Lever", "the connection's name, and nobody's");
    assert_eq!(desktop.notifications(), [said]);
    for candidate in ["Kim Berg", "Viktor Palm"] {
        steps::see_candidate(&window, candidate, "completed").await;
    }
    window.close().await;
}

#[tokio::test]
async fn a_connection_that_breaks_is_notified_by_its_name_with_what_to_do() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let desktop = Desktop::start(&home).await;
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    Frame::find().await.lose_focus();
    let key = format!("lever/keys/{}", demo::EU_KEY);
    simulated.control("DELETE", &key, json!({})).await;
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    let said = desktop.notified("Lever: Lever did not accept the key").await;
    assert!(said.text.contains("Generate New Key"), "{said:?}");
    window.see("health[data-state=\"action-needed\"]").await;
    window.close().await;
}
