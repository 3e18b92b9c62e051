//! Settings are saved on one computer and taken up on another, in real windows.

use end_to_end::window::{Flaw, Home, Window};
use simulator::demo;

use crate::simulated::Simulated;

const NO_FLAW: [Flaw; 0] = [];

#[tokio::test]
async fn a_settings_file_brings_a_second_computer_to_its_secrets_and_no_further() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    window.click("nav-connection").await;
    window.click("settings-file-export").await;
    window.see_text("settings-file-text", demo::TRIGGER_STAGE).await;
    window.click("settings-file-save").await;
    let path = window.text("settings-file-path").await;
    let text = std::fs::read_to_string(&path).expect("a file");
    for secret in [demo::EU_KEY, demo::REFAPP_TOKEN, demo::UPDATE_BEARER] {
        assert!(!text.contains(secret), "{secret}");
    }
    assert_eq!(window.axe().await, NO_FLAW);
    window.close().await;
    // There is one screen: the next home waits for this one to be left.
    drop(home);

    let elsewhere = Home::new().await;
    let path = elsewhere.path().join("settings.toml");
    std::fs::write(&path, text).expect("a file of ours");
    let window = Window::app(&elsewhere, &simulated.running).await;
    window.see("welcome-import-choose").await;
    window.press("welcome-import", &path.display().to_string()).await;
    let done = "return document.querySelector('[data-testid=\"step-data-centre\"]')?.dataset.state === 'done'";
    window.until("the data centre is known", done).await;
    window.close().await;
}
