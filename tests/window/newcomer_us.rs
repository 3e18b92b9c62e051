//! A customer in the US: Lever first and the token on another day, by OAuth with a client of their own.

use end_to_end::window::{Home, Window};
use serde_json::json;
use simulator::{DataCentre, demo};

use crate::simulated::{self, Simulated};
use crate::steps;

#[tokio::test]
async fn m01_m02_m03_m05_m06_m14_us_lever_by_oauth_first_and_the_token_another_day() {
    let (home, simulated) = (Home::new().await, Simulated::start().await);
    let window = Window::app(&home, &simulated.running).await;
    window.begin_setup().await;

    // M1: nobody has the token yet; the mail that asks for it is ready, and Lever's half does not wait.
    window.click("refapp-no-token").await;
    window.see_text("support-mail", "account token").await;
    window.see_text("half-refapp", "waits for Refapp Administrator").await;
    window.click("refapp-later").await;

    // M2: the US proposes OAuth, and the choice is kept before anything is connected.
    window.see("wizard-data-centre").await;
    window.click("data-centre-us").await;
    window.see("way-in-oauth:checked").await;
    window.click("data-centre-save").await;
    window.see("wizard-lever").await;
    window.see("step-data-centre[data-state=\"done\"]").await;

    // M3: the organisation's own client, and what it must have registered, letter for letter.
    window
        .see_text("wizard-lever", "7 scopes: they bundle the 12 permissions")
        .await;
    window.click("oauth-mail").await;
    window.click("oauth-register").await;
    for address in demo::redirect_uris(DataCentre::Us) {
        window.see_text("oauth-redirect", &address).await;
        window.see_text("lever-mail", &address).await;
    }
    window
        .fill("oauth-client-id", &demo::oauth_client_id(DataCentre::Us))
        .await;
    window.fill("oauth-client-secret", demo::OAUTH_CLIENT_SECRET).await;
    window.click("oauth-client-save").await;

    // M3: declined. The state is clear, and the way on is there.
    window.click("lever-connect").await;
    window.see("oauth[data-state=\"in-browser\"]").await;
    let first = home.opened(0).await;
    let authorize = format!("{}/authorize?", simulated.running.lever_auth_url(DataCentre::Us));
    assert!(first.starts_with(&authorize), "{first}");
    let page = steps::consent_page(&home, &first, demo::SUPER_ADMIN).await;
    let declined = steps::follow_to_the_app(page, "consent-decline").await;
    steps::hand_over(&home, &declined).await;
    window.see_text("oauth-failed-code", "OAUTH-DENIED").await;

    // M3: a person without the role gets as far as Connect, and is told who must do it.
    window.click("lever-connect").await;
    let second = home.opened(1).await;
    let page = steps::consent_page(&home, &second, demo::RECRUITER).await;
    let without_role = steps::follow_to_the_app(page, "consent-accept").await;
    // An answer to the earlier try, and one that somebody made up, change nothing.
    let made_up = "com.refapp.lever://oauth/us?code=made-up&state=made-up";
    for foreign in [declined.as_str(), made_up] {
        steps::hand_over(&home, foreign).await;
    }
    window.see("oauth[data-state=\"in-browser\"]").await;
    steps::hand_over(&home, &without_role).await;
    window.see("oauth-returned").await;
    window.click("lever-finalise").await;
    window.see_text("oauth-failed-code", "OAUTH-ROLE").await;

    // M3: accepted. The deep link comes by a second start, which hands it over and ends; Connect finalises.
    steps::connect_by_oauth(&home, &window, 2).await;
    window.see("wizard-acting-user").await;
    window.see("step-lever[data-state=\"done\"]").await;

    // M1: the draft survives closing; nothing that was entered is asked for again.
    window.close().await;
    let window = Window::app(&home, &simulated.running).await;
    window.see("wizard-refapp").await;
    for step in ["data-centre", "lever"] {
        window.see(&format!("step-{step}[data-state=\"done\"]")).await;
    }
    // A second start without a link only shows the first, which goes on as it was.
    steps::hand_over(&home, "--practice").await;
    window.click("refapp-later").await;
    window.see("wizard-acting-user").await;
    window.choose_acting_user().await;
    window.prove_rights().await;

    // M6: off by default; the first event is shown once it has really come.
    window.fill("update-bearer", demo::UPDATE_BEARER).await;
    window.click("channels-save").await;
    window.see("channel-stage-changes[data-state=\"waiting\"]").await;
    window.see_text("wizard-channels", "Candidate Stage Change").await;
    simulated
        .control("PATCH", "lever/webhook-groups", json!({"candidateStageChange": true}))
        .await;
    steps::first_event(&window, &simulated).await;
    window.click("step-stage").await;

    // M5: picked from the list, and saved. Nothing is left but the token.
    window.see("wizard-stage").await;
    let stage = demo::id(1, "stage", demo::TRIGGER_STAGE);
    window.click(&format!("stage-option[data-value=\"{stage}\"]")).await;
    window.click("stage-save").await;
    window.see("wizard-refapp").await;
    window.see("step-done[data-state=\"blocked\"]").await;

    // M1: another day, the Refapp Administrator.
    window.fill("refapp-token", demo::REFAPP_TOKEN).await;
    window.click("refapp-prove").await;
    window.see("wizard-done").await;
    window.click("finish").await;
    window.see("dashboard").await;

    // M14: live, to the end.
    simulated.move_to("Sofia Lindqvist", demo::TRIGGER_STAGE).await;
    steps::see_candidate(&window, "Sofia Lindqvist", "sent").await;
    simulated.refapp_step("accept").await;
    simulated.refapp_step("candidate-names-referees").await;
    window.see(&steps::row("waiting-for-referees")).await;
    simulated.refapp_finishes().await;
    window.see(&steps::row("completed")).await;
    steps::see_tag(&simulated, "Sofia Lindqvist", "Completed").await;
    assert_eq!(simulated.starts(), 1);
    let web = simulated.running.lever_web_url(DataCentre::Us);
    window
        .click(&format!("{} [data-testid=\"check-lever\"]", steps::row("completed")))
        .await;
    assert_eq!(
        home.opened(3).await,
        format!("{web}/candidates/{}", simulated::opportunity("Sofia Lindqvist"))
    );
    window.close().await;
}
