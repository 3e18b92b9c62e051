//! A customer in the US: Lever first, the token on another day, and OAuth with a client of their own.

use end_to_end::window::{Home, Window};
use simulator::demo;

use crate::simulated::Simulated;
use crate::steps::{self, look};

#[tokio::test]
async fn m01_m02_m03_us_explore() {
    let (home, simulated) = (Home::new().await, Simulated::start().await);
    let window = Window::app(&home, &simulated.running).await;
    window.begin_setup().await;
    window.click("refapp-no-token").await;
    window.see("support-mail").await;
    look(&window, "us-01-mail").await;
    window.click("refapp-later").await;
    window.see("wizard-data-centre").await;
    window.click("data-centre-us").await;
    window.see("way-in-oauth:checked").await;
    window.click("data-centre-save").await;
    window.see("wizard-lever").await;
    look(&window, "us-02-oauth").await;
    window.enter_oauth_client().await;
    look(&window, "us-03-connect").await;
    window.click("lever-connect").await;
    let page = home.opened(0).await;
    window.see("oauth[data-state=\"in-browser\"]").await;
    look(&window, "us-04-waiting").await;
    let address = steps::answer_consent(&home, &page, demo::SUPER_ADMIN, "consent-accept").await;
    eprintln!("ended at {address}");
    window.close().await;
}
