//! When the browser does not come back by itself.

use end_to_end::window::{Home, Window};
use simulator::{DataCentre, demo};

use crate::simulated::Simulated;
use crate::steps;

#[tokio::test]
async fn m03_s01_eu_a_browser_that_does_not_come_back_is_helped_by_paste_and_by_loopback() {
    let (home, simulated) = (Home::new().await, Simulated::start().await);
    let window = Window::app(&home, &simulated.running).await;
    window.begin_setup().await;
    window.prove_refapp().await;
    window.choose_data_centre("eu", "oauth").await;
    window.enter_oauth_client().await;

    // The deep link gets lost. The other ways are at hand from the start; after a while the screen says so and opens them.
    window.click("lever-connect").await;
    window.see("oauth-ways").await;
    let page = steps::consent_page(&home, &home.opened(0).await, demo::SUPER_ADMIN).await;
    let lost = steps::follow_to_the_app(page, "consent-accept").await;
    window.see("oauth-slow").await;
    window.click("oauth-open").await;
    assert_eq!(home.opened(1).await, home.opened(0).await);

    // Anybody can send a link: what answers no try is said, and the try goes on.
    let forged = "com.refapp.lever://oauth/eu?code=made-up&state=made-up";
    steps::hand_over(&home, forged).await;
    window.see_text("oauth-stray-code", "OAUTH-STATE").await;
    window.see("oauth[data-state=\"in-browser\"]").await;

    // Pasting: not the answer to this try, then the one that is.
    window.fill("oauth-return", forged).await;
    window.click("oauth-return-use").await;
    window.see_text("failure-code", "OAUTH-STATE").await;
    window.fill("oauth-return", &lost).await;
    window.click("oauth-return-use").await;
    window.see("oauth-returned").await;
    window.click("oauth-cancel").await;
    window.see("oauth[data-state=\"idle\"]").await;

    // Loopback: the browser ends on a page of this computer, and the app has the answer.
    window.click("lever-connect").await;
    let page = steps::consent_page(&home, &home.opened(2).await, demo::SUPER_ADMIN).await;
    let declined = steps::follow_to_the_app(page, "consent-decline").await;
    steps::hand_over(&home, &declined).await;
    window.click("oauth-loopback").await;
    let page = steps::consent_page(&home, &home.opened(3).await, demo::SUPER_ADMIN).await;
    page.click("consent-accept").await;
    page.until(
        "the way back",
        "return document.body.innerText.includes('Go back to Refapp for Lever')",
    )
    .await;
    let address = page.address().await;
    assert!(address.starts_with("http://127.0.0.1:4781"), "{address}");
    page.close().await;
    window.see("oauth-returned").await;
    window.click("lever-finalise").await;
    window.see("wizard-acting-user").await;
    let grants = simulated.state().await["lever"]["grants"].clone();
    let clients: Vec<_> = grants
        .as_array()
        .into_iter()
        .flatten()
        .map(|grant| &grant["client"])
        .collect();
    assert_eq!(clients, [&demo::oauth_client_id(DataCentre::Eu)]);
    window.close().await;
}
