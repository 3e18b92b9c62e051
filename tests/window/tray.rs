//! The app beside its window: the icon in the tray, the cross in the title bar, notifications.

use end_to_end::window::{Desktop, Frame, Home, Window};
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
