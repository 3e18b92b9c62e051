//! What changes at the other side by itself, or by the time that passes, in the real window: said as a warning with its
//! code and what to do, and gone once that is done.

use end_to_end::window::{Flaw, Home, Window};
use model::{Clock, DAY};
use serde_json::json;
use simulator::{Entry, demo};

use crate::simulated::{Simulated, user};
use crate::steps;

const NO_FLAW: [Flaw; 0] = [];
/// A team member of the demo data.
const MAJA: &str = "maja.holm@nordvik.example";

/// Waits until the connection's page says this beside a warning in the head, with what to do about it.
async fn says(window: &Window, code: &str, mend: &str) {
    window.see("health[data-state=\"warning\"]").await;
    window.click("health").await;
    window.see_text(&finding(code), code).await;
    window.see_text(&finding(code), mend).await;
    assert_eq!([window.axe().await, window.clipped().await].concat(), NO_FLAW);
}

fn finding(code: &str) -> String {
    format!("findings [data-code=\"{code}\"]")
}

/// Whether somebody can be mailed and let into projects.
async fn set_active(simulated: &Simulated, email: &str, active: bool) {
    let path = format!("lever/users/{}", user(email));
    simulated.control("PATCH", &path, json!({"active": active})).await;
}

/// Waits until Lever or Refapp was asked something since the ledger's entry `seq`.
async fn until_called(simulated: &Simulated, seq: u64, call: &str) {
    let called = |entry: &Entry| entry.seq > seq && entry.call == call && entry.answered;
    simulated
        .until(call, |_| simulated.running.ledger().iter().any(called))
        .await;
}

fn seq(simulated: &Simulated) -> u64 {
    simulated.running.ledger().last().map_or(0, |entry| entry.seq)
}

#[tokio::test]
async fn postings_whose_owner_has_left_are_named_until_each_has_another() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    steps::see_candidate(&window, "Kim Berg", "sent").await;
    window.close().await;

    // It is looked at when the app starts, and every hour.
    set_active(&simulated, demo::RECRUITER, false).await;
    let window = Window::app(&home, &simulated.running).await;
    says(&window, "LEV-OWNER", "choose an active owner").await;
    window.see_text(&finding("LEV-OWNER"), "Backend Developer").await;
    window.close().await;

    let posting = format!("lever/postings/{}", demo::id(1, "posting", "Backend Developer"));
    let owner = json!({"owner": user(MAJA)});
    simulated.control("PATCH", &posting, owner).await;
    let before = seq(&simulated);
    let window = Window::app(&home, &simulated.running).await;
    until_called(&simulated, before, "read posting").await;
    // Whoever is moved after that look is seen after it.
    let moved =
        json!({"opportunity": demo::id(1, "opportunity", "Åsa Öberg"), "stage": demo::TRIGGER_STAGE, "by": MAJA});
    simulated.control("POST", "lever/move", moved).await;
    steps::see_candidate(&window, "Åsa Öberg", "sent").await;
    window.click("health").await;
    window.see("connection").await;
    window.see_no(&finding("LEV-OWNER")).await;
    window.close().await;
}

#[tokio::test]
async fn who_writes_for_the_app_and_has_left_is_asked_after_and_another_one_is_chosen() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    set_active(&simulated, demo::SUPER_ADMIN, false).await;
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    steps::see_candidate(&window, "Kim Berg", "sent").await;
    says(
        &window,
        "LEV-USER",
        "at the step Acting user, choose an active Lever user",
    )
    .await;
    // The tag is there all the same.
    steps::see_tag(&simulated, "Kim Berg", "Sent").await;

    window.click("setup-acting-user-change").await;
    window
        .click(&format!("acting-user-option[data-value=\"{}\"]", user(demo::RECRUITER)))
        .await;
    window.click("acting-user-save").await;
    window.see_no("wizard-acting-user").await;
    window.click("nav-connection").await;
    window.see("setup-acting-user[data-state=\"done\"]").await;
    window.see_no(&finding("LEV-USER")).await;
    // And writes.
    let before = seq(&simulated);
    simulated.refapp_step("fail").await;
    steps::see_tag(&simulated, "Kim Berg", "Failed").await;
    let ledger = simulated.running.ledger();
    let mut written = ledger
        .iter()
        .filter(|entry| entry.seq > before && entry.call == "addTags");
    let name = written.next().and_then(|entry| entry.query.get("perform_as")).cloned();
    assert_eq!(name, Some(vec![user(demo::RECRUITER)]));
    window.close().await;
}

/// The id of the app's webhook for stage changes at Lever.
async fn webhook(simulated: &Simulated) -> Option<String> {
    let webhooks = simulated.state().await["lever"]["webhooks"].take();
    let mut webhooks = webhooks.as_array().into_iter().flatten();
    let ours = webhooks.find(|webhook| webhook["event"] == "candidateStageChange");
    ours.and_then(|webhook| webhook["id"].as_str().map(str::to_owned))
}

#[tokio::test]
async fn a_webhook_that_was_removed_in_lever_is_registered_again_and_said_until_somebody_has_looked() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    window.close().await;

    let ours = webhook(&simulated).await.expect("it is registered");
    simulated.remove_webhook(&ours).await;
    assert_eq!(webhook(&simulated).await, None);
    let window = Window::app(&home, &simulated.running).await;
    says(&window, "LEV-WH-GONE", "move them out of the stage and back in").await;
    let again = webhook(&simulated).await;
    assert!(again.is_some_and(|again| again != ours), "it is there again");
    window.click("acknowledge").await;
    window.see_no(&finding("LEV-WH-GONE")).await;
    // It brings what happens.
    window.click("nav-checks").await;
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    steps::see_candidate(&window, "Kim Berg", "sent").await;
    window.close().await;
}

#[tokio::test]
async fn a_webhook_that_is_silent_for_a_week_is_said_until_lever_is_heard() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    window.close().await;

    home.remember(|record| {
        let last = Clock::system().now().plus(-8 * DAY);
        record.last_webhook = Some(last);
        record.webhook_since = Some(last.plus(-DAY));
        record.open_until = None;
        record.listened = DAY;
    });
    let window = Window::app(&home, &simulated.running).await;
    says(
        &window,
        "LEV-WH-SILENT",
        "Then move any candidate, but not into the trigger stage",
    )
    .await;
    steps::first_move(&simulated).await;
    window.see_no(&finding("LEV-WH-SILENT")).await;
    window.see("channel-stage-changes[data-state=\"proven\"]").await;
    window.close().await;
}

#[tokio::test]
async fn a_consent_that_is_almost_a_year_old_is_asked_for_again_in_time() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    steps::set_up_us(&home, &window).await;
    window.close().await;

    home.remember(|record| record.lever_proven_at = Some(Clock::system().now().plus(-336 * DAY)));
    let window = Window::app(&home, &simulated.running).await;
    says(&window, "OAUTH-AGE", "choose “Connect with Lever” as a Super Admin").await;
    // Until then everything works.
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    window.click("nav-checks").await;
    steps::see_candidate(&window, "Kim Berg", "sent").await;

    window.click("nav-connection").await;
    window.click("setup-lever-change").await;
    steps::connect_again_by_oauth(&home, &window, 1).await;
    window.see_no("wizard-lever").await;
    window.click("nav-connection").await;
    window.see("setup-lever[data-state=\"done\"]").await;
    window.see_no(&finding("OAUTH-AGE")).await;
    window.click("nav-checks").await;
    steps::see_candidate(&window, "Kim Berg", "sent").await;
    window.close().await;
}

/// It is so many days earlier at Lever and Refapp than here.
async fn days_ago(simulated: &Simulated, days: i64) {
    simulated
        .control("PATCH", "clock", json!({"offset_ms": -days * DAY}))
        .await;
}

#[tokio::test]
async fn a_consent_lasts_as_long_as_it_is_used_and_after_90_days_without_the_app_it_is_given_again() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    days_ago(&simulated, 89 + 91).await;
    let window = Window::app(&home, &simulated.running).await;
    steps::set_up_us(&home, &window).await;
    window.close().await;

    // Opened before the 90 days are over, it goes on, and nobody is asked for anything.
    days_ago(&simulated, 91).await;
    let before = seq(&simulated);
    let window = Window::app(&home, &simulated.running).await;
    until_called(&simulated, before, "list users").await;
    window.click("nav-connection").await;
    window.see("setup-lever[data-state=\"done\"]").await;
    window.see_no("findings [data-code^=\"OAUTH\"]").await;
    window.close().await;

    // After 91 more it is over.
    days_ago(&simulated, 0).await;
    let window = Window::app(&home, &simulated.running).await;
    window.see("health[data-state=\"action-needed\"]").await;
    window.see_text("alarm", "Lever no longer grants access").await;
    window.click("alarm-open").await;
    let over = finding("OAUTH-REVOKED");
    window.see_text(&over, "after 90 days without use").await;
    window
        .see_text(&over, "choose “Connect with Lever” as a Super Admin")
        .await;
    assert_eq!([window.axe().await, window.clipped().await].concat(), NO_FLAW);
    window.click("setup-lever-change").await;
    steps::connect_again_by_oauth(&home, &window, 1).await;
    window.see_no("wizard-lever").await;
    window.click("nav-checks").await;
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    steps::see_candidate(&window, "Kim Berg", "sent").await;
    window.see_no("health[data-state=\"action-needed\"]").await;
    window.close().await;
}
