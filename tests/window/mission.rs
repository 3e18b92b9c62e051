//! The mission's rows that a person walks through on screen, named after them (`mission.md`).

use end_to_end::window::{Home, Window, simulator_with_webhooks, tell};
use serde_json::json;
use simulator::{DataCentre, demo};
use url::Url;

/// A candidate of the demo data whose posting selects a template.
const CANDIDATE: &str = "Elin Sjöberg";

#[tokio::test]
async fn m01_the_lever_half_does_not_wait_for_the_token() {
    let (home, simulator) = (Home::new().await, simulator_with_webhooks().await);
    let window = Window::app(&home, &simulator).await;

    window.see("welcome").await;
    window.begin_setup().await;
    window.click("refapp-later").await;
    window.see("wizard-data-centre").await;
    window.choose_data_centre("eu", "api-key").await;
    window.prove_key().await;

    // On another day, somebody with the token goes on where it is missing.
    window.click("step-refapp").await;
    window.fill("refapp-url", &simulator.refapp_url()).await;
    window.fill("refapp-token", "a wrong token").await;
    window.click("refapp-prove").await;
    window.see_text("step-failure-code", "REF-TOKEN").await;
    window.fill("refapp-token", demo::REFAPP_TOKEN).await;
    window.click("refapp-prove").await;
    window
        .until(
            "the step done",
            "return document.querySelector('[data-testid=\"step-refapp\"]').dataset.state === 'done'",
        )
        .await;
    window.close().await;
}

#[tokio::test]
async fn m02_choosing_a_data_centre_proposes_the_way_in() {
    let (home, simulator) = (Home::new().await, simulator_with_webhooks().await);
    let window = Window::app(&home, &simulator).await;

    window.begin_setup().await;
    window.click("refapp-later").await;
    for (data_centre, way_in) in [("us", "oauth"), ("eu", "api-key"), ("us", "oauth")] {
        window.click(&format!("data-centre-{data_centre}")).await;
        let script = format!("return document.querySelector('[data-testid=\"way-in-{way_in}\"]')?.checked === true");
        window.until(&format!("{way_in} proposed"), &script).await;
    }
    window.close().await;
}

#[tokio::test]
async fn m03_after_accept_the_deep_link_brings_the_user_back_and_connect_finalises() {
    let (home, simulator) = (Home::new().await, simulator_with_webhooks().await);
    let window = Window::app(&home, &simulator).await;
    window.begin_setup().await;
    window.prove_refapp().await;
    window.choose_data_centre("us", "oauth").await;
    window.enter_oauth_client().await;

    window.click("lever-connect").await;
    let consent = home.opened(0).await;
    assert!(
        consent.starts_with(&simulator.lever_auth_url(DataCentre::Us)),
        "{consent}"
    );
    let browser = Window::browser(&home, &consent).await;
    browser.click("consent-accept").await;
    let link = browser.attribute("back", "href").await.expect("the page leads back");
    browser.close().await;
    assert!(link.starts_with("com.refapp.lever://oauth/us?"), "{link}");

    // The system starts the app again with the link; the first window takes it over.
    assert!(home.start_again(&link).await.success());
    window.click("lever-finalise").await;
    window.see("oauth-connected").await;

    // The same link a second time is nothing new.
    assert!(home.start_again(&link).await.success());
    window.click("wizard-continue").await;
    window.see("wizard-acting-user").await;
    window.close().await;
}

#[tokio::test]
async fn m03_where_deep_links_do_not_arrive_the_loopback_redirect_does() {
    let (home, simulator) = (Home::new().await, simulator_with_webhooks().await);
    let window = Window::app(&home, &simulator).await;
    window.begin_setup().await;
    window.prove_refapp().await;
    window.choose_data_centre("us", "oauth").await;
    window.enter_oauth_client().await;

    window.click("lever-connect").await;
    home.opened(0).await;
    // The browser does not come back; after 20 seconds the window says so and offers the other ways.
    window.click("oauth-loopback").await;
    let consent = home.opened(1).await;
    let browser = Window::browser(&home, &consent).await;
    browser.click("consent-accept").await;
    browser
        .until(
            "the closing page",
            "return document.body.innerText.includes('close this window')",
        )
        .await;
    assert!(browser.address().await.starts_with("http://127.0.0.1:4781"));
    browser.close().await;

    window.click("lever-finalise").await;
    window.see("oauth-connected").await;
    window.close().await;
}

#[tokio::test]
async fn m03_declining_and_a_stale_state_end_in_a_clear_state_and_a_way_on() {
    let (home, simulator) = (Home::new().await, simulator_with_webhooks().await);
    let window = Window::app(&home, &simulator).await;
    window.begin_setup().await;
    window.prove_refapp().await;
    window.choose_data_centre("us", "oauth").await;
    window.enter_oauth_client().await;

    window.click("lever-connect").await;
    let browser = Window::browser(&home, &home.opened(0).await).await;
    browser.click("consent-decline").await;
    let link = browser.attribute("back", "href").await.expect("the page leads back");
    browser.close().await;
    assert!(home.start_again(&link).await.success());
    window.see_text("oauth-failed-code", "OAUTH-DENIED").await;

    // The way on: try again. A link with another state is not an answer to this try.
    window.click("lever-connect").await;
    let consent = Url::parse(&home.opened(1).await).expect("an address");
    assert!(
        consent
            .query_pairs()
            .any(|(name, value)| name == "code_challenge_method" && value == "S256")
    );
    assert!(
        home.start_again("com.refapp.lever://oauth/us?code=forged&state=forged")
            .await
            .success()
    );
    let browser = Window::browser(&home, consent.as_str()).await;
    browser.click("consent-accept").await;
    let link = browser.attribute("back", "href").await.expect("the page leads back");
    browser.close().await;
    assert!(home.start_again(&link).await.success());
    window.click("lever-finalise").await;
    window.see("oauth-connected").await;
    window.close().await;
}

#[tokio::test]
async fn m04_m05_m06_m14_an_eu_admin_sets_up_and_watches_a_check_reach_completed() {
    let (home, simulator) = (Home::new().await, simulator_with_webhooks().await);
    let window = Window::app(&home, &simulator).await;
    window.set_up_eu().await;

    let opportunity = demo::id(1, "opportunity", CANDIDATE);
    let stage = demo::id(1, "stage", demo::TRIGGER_STAGE);
    let order = json!({"opportunity": opportunity, "stage": stage, "by": demo::RECRUITER});
    tell(&simulator, "POST", "lever/move", &order).await;
    window.see_text("check-candidate", CANDIDATE).await;

    tell(&simulator, "PATCH", "autopilot", &json!({"interval_ms": 200})).await;
    window.see("check-row[data-status=\"completed\"]").await;
    window.close().await;
}

#[tokio::test]
async fn m08_update_brings_the_tags_into_line_and_lists_what_it_did() {
    let (home, simulator) = (Home::new().await, simulator_with_webhooks().await);
    let window = Window::app(&home, &simulator).await;
    window.set_up_eu().await;

    let (id, _) = demo::TEMPLATES[1];
    tell(&simulator, "POST", "refapp/templates", &json!({"label": "Nurses"})).await;
    tell(
        &simulator,
        "PATCH",
        &format!("refapp/templates/{id}"),
        &json!({"label": "Field sales"}),
    )
    .await;
    window.click("nav-connection").await;
    window.click("templates-update").await;
    window.see_text("report-added", "Refapp Template: Nurses").await;
    window.see_text("report-renamed", "Refapp Template: Field sales").await;
    window.close().await;
}

#[tokio::test]
async fn m11_disconnect_stops_visibly_and_a_deleted_key_is_seen() {
    let (home, simulator) = (Home::new().await, simulator_with_webhooks().await);
    let window = Window::app(&home, &simulator).await;
    window.set_up_eu().await;

    tell(
        &simulator,
        "DELETE",
        &format!("lever/keys/{}", demo::EU_KEY),
        &json!({}),
    )
    .await;
    let stage = demo::id(1, "stage", demo::TRIGGER_STAGE);
    let order = json!({"opportunity": demo::id(1, "opportunity", CANDIDATE), "stage": stage, "by": demo::RECRUITER});
    tell(&simulator, "POST", "lever/move", &order).await;
    window.see_text("finding", "LEV-401").await;

    window.click("nav-connection").await;
    window.click("settings-disconnect").await;
    window.click("confirm-disconnect").await;
    window.see("disconnected").await;
    window.close().await;
}

#[tokio::test]
async fn a_draft_survives_closing_and_no_secret_lies_in_a_file() {
    let (home, simulator) = (Home::new().await, simulator_with_webhooks().await);
    let window = Window::app(&home, &simulator).await;
    window.begin_setup().await;
    window.prove_refapp().await;
    window.choose_data_centre("eu", "api-key").await;
    window.prove_key().await;
    window.close().await;

    for planted in [demo::REFAPP_TOKEN, demo::EU_KEY] {
        assert_eq!(home.files_with(planted), [""; 0], "{planted}");
    }
    let window = Window::app(&home, &simulator).await;
    window.see("wizard-acting-user").await;
    window.close().await;
}
