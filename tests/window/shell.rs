//! What the shell itself owes: one instance, no fallback for secrets, a real world that is never on loopback.

use std::path::Path;

use end_to_end::window::{Home, Window};
use serde_json::json;
use simulator::Simulator;

/// The app without a session bus: no other instance can be found, and no keychain.
async fn app_without_bus(home: &Home, simulator: &Simulator) -> Window {
    let app = home.app().display().to_string();
    let practice = format!("--practice=http://{}", simulator.address());
    let arguments = [
        "DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere",
        app.as_str(),
        practice.as_str(),
    ];
    Window::open(home, Path::new("/usr/bin/env"), &arguments).await
}

async fn simulator() -> Simulator {
    simulator::start(simulator::Options::default())
        .await
        .expect("loopback has a free port")
}

#[tokio::test]
async fn s27_a_second_app_on_the_same_data_says_so_and_touches_nothing() {
    let (home, simulator) = (Home::new().await, simulator().await);
    let first = Window::app(&home, &simulator).await;
    first.begin_setup().await;

    // A second start finds the first over the session bus; where that is off, the lock on the data holds.
    let practice = format!("--practice=http://{}", simulator.address());
    let second = home.start_without_bus(&practice).await;
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(said.contains("APP-LOCKED"), "{said}");

    let overview = first.ask(json!({"ask": "overview"})).await;
    assert_eq!(
        overview["value"]["connections"].as_array().map(Vec::len),
        Some(1),
        "{overview}"
    );
    first.close().await;
}

#[tokio::test]
async fn practice_beside_a_running_app_says_so_and_the_app_stays_what_it_is() {
    let home = Home::new().await;
    let first = Window::open(&home, &home.app(), &[]).await;
    first.see("welcome").await;
    let practice = home.start_again_and_listen("--practice").await;
    assert_eq!(practice.status.code(), Some(1));
    let said = String::from_utf8_lossy(&practice.stderr);
    assert!(said.contains("running already"), "{said}");
    first.see_no("practice").await;
    first.close().await;
}

#[tokio::test]
async fn s14_without_a_keychain_a_secret_is_refused_and_kept_nowhere() {
    let (home, simulator) = (Home::new().await, simulator().await);
    let window = app_without_bus(&home, &simulator).await;
    window.click("welcome-start").await;
    window.see_text("failure-code", "APP-KEYCHAIN").await;

    // Past the screen, too.
    let order = json!({"ask": "create-connection", "name": "Lever"});
    assert_eq!(window.ask(order).await["code"], "APP-KEYCHAIN");
    let overview = window.ask(json!({"ask": "overview"})).await;
    for connection in overview["value"]["connections"].as_array().into_iter().flatten() {
        let (url, token) = (simulator.refapp_url(), simulator::demo::REFAPP_TOKEN);
        let order = json!({"ask": "set-refapp", "connection": connection["id"], "url": url, "token": token});
        assert_eq!(window.ask(order).await["code"], "APP-KEYCHAIN");
    }
    window.close().await;
    assert_eq!(home.files_with(simulator::demo::REFAPP_TOKEN), Vec::<String>::new());
}

#[tokio::test]
async fn s19_s26_the_real_app_is_no_practice_and_never_speaks_to_loopback() {
    let (home, simulator) = (Home::new().await, simulator().await);
    let window = Window::open(&home, &home.app(), &[]).await;
    window.see("welcome").await;
    window.see_no("practice").await;
    let connection = window.ask(json!({"ask": "create-connection", "name": "Real"})).await["value"].clone();
    let url = simulator.refapp_url();
    let order = json!({"ask": "set-refapp", "connection": connection, "url": url, "token": "a token"});
    assert_eq!(window.ask(order).await["code"], "APP-ADDRESS");
    assert!(simulator.ledger().is_empty());

    // What is shown may lead to Lever and Refapp only.
    for url in [
        simulator.board_url(),
        "file:///etc/passwd".to_owned(),
        "https://hire.lever.co.example/".to_owned(),
    ] {
        let answer = window.ask(json!({"ask": "open-link", "url": url})).await;
        assert_eq!(answer["code"], "APP-ADDRESS", "{url}: {answer}");
    }
    window.close().await;
}

#[tokio::test]
async fn unknown_arguments_are_refused() {
    let home = Home::new().await;
    for argument in [
        "--help",
        "--remote-debugging-port=1",
        "--practice=http://192.168.1.2:80",
    ] {
        assert_eq!(home.start_again(argument).await.code(), Some(2), "{argument}");
    }
}
