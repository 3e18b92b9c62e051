//! M11: revoked, deleted or disconnected; and connecting again.

use api::{Health, Request};
use end_to_end::rig::{Rig, Setup};
use model::{Code, DataCentre, Status, WayIn};
use serde_json::{Value, json};
use simulator::demo;

use crate::oauth::{at_consent, connect, consent, enter_client};
use crate::wizard::Wizard;
use crate::{becomes, lever_shows, started, state_of};

/// Waits until the connection says this, and is not ready any more.
async fn stops_for(rig: &Rig, code: Code) {
    rig.until(&format!("it stops for {code}"), async || {
        let view = rig.connection().await;
        let said = view
            .findings
            .iter()
            .any(|finding| finding.failure.code == code && finding.stops);
        (said && view.health == Health::ActionNeeded).then_some(())
    })
    .await;
    assert_eq!(rig.host.intake().readiness(), [("Nordvik".to_owned(), false)]);
}

/// Happens while there is no way to Lever: one candidate reaches the stage, another's check goes on.
async fn things_happen(rig: &Rig, running: &str, mover: &str) {
    let row = becomes(rig, running, Status::Sent).await;
    rig.move_into_trigger(mover).await;
    rig.refapp_step(&row, "accept").await;
    rig.refapp_step(&row, "next").await;
}

/// All of it is made good.
async fn nothing_was_lost(rig: &Rig, running: &str, mover: &str) {
    rig.until_ready().await;
    becomes(rig, mover, Status::Sent).await;
    lever_shows(rig, mover, Status::Sent, "").await;
    lever_shows(rig, running, Status::WaitingForCandidate, " (0 of 3 answered)").await;
    assert_eq!((rig.starts(running), rig.starts(mover)), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m11_revoked_access_stops_visibly_and_connecting_again_loses_nothing() {
    let rig = Rig::bare(Setup::default()).await;
    let wizard = at_consent(&rig, DataCentre::Us).await;
    consent(&rig, &wizard).await;
    connect(&wizard).await.expect("tokens");
    wizard.rest_at_lever().await;
    wizard.finish().await.expect("all is there");
    rig.until_ready().await;
    started(&rig, "Kim Berg").await;
    lever_shows(&rig, "Kim Berg", Status::Sent, "").await;

    rig.control("POST", "lever/revoke", json!({"data_centre": "us"})).await;
    things_happen(&rig, "Kim Berg", "Åsa Öberg").await;
    stops_for(&rig, Code::OauthRevoked).await;
    // The dashboard goes on showing what Refapp says.
    becomes(&rig, "Kim Berg", Status::WaitingForCandidate).await;
    assert_eq!(rig.starts("Åsa Öberg"), 0);

    consent(&rig, &wizard).await;
    connect(&wizard).await.expect("tokens");
    nothing_was_lost(&rig, "Kim Berg", "Åsa Öberg").await;
}

/// Lever does not document how it refuses a refresh: whatever it says, it says nothing of the candidate.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m11_a_refresh_refused_in_any_words_is_a_revoked_access_and_parks_nobody() {
    let rig = Rig::bare(Setup::default()).await;
    let wizard = at_consent(&rig, DataCentre::Us).await;
    consent(&rig, &wizard).await;
    connect(&wizard).await.expect("tokens");
    wizard.rest_at_lever().await;
    wizard.finish().await.expect("all is there");
    rig.until_ready().await;
    started(&rig, "Kim Berg").await;
    lever_shows(&rig, "Kim Berg", Status::Sent, "").await;

    rig.fault(json!({"match": {"call": "token refresh"}, "kind": "status", "code": 403, "body": "Forbidden"}))
        .await;
    rig.control("POST", "lever/expire-access-tokens", json!({"data_centre": "us"}))
        .await;
    things_happen(&rig, "Kim Berg", "Åsa Öberg").await;
    stops_for(&rig, Code::OauthRevoked).await;
    assert!(rig.check_of("Åsa Öberg").await.is_none(), "nobody is parked for it");
    rig.end_faults().await;
    consent(&rig, &wizard).await;
    connect(&wizard).await.expect("tokens");
    nothing_was_lost(&rig, "Kim Berg", "Åsa Öberg").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m11_a_deleted_key_stops_visibly_and_a_new_one_loses_nothing() {
    let rig = Rig::bare(Setup::default()).await;
    let wizard = Wizard::begin(&rig).await;
    wizard.walk_with_key().await;
    started(&rig, "Kim Berg").await;
    lever_shows(&rig, "Kim Berg", Status::Sent, "").await;

    rig.control("DELETE", &format!("lever/keys/{}", demo::EU_KEY), Value::Null)
        .await;
    things_happen(&rig, "Kim Berg", "Åsa Öberg").await;
    stops_for(&rig, Code::LevUnauthorized).await;
    assert_eq!(rig.starts("Åsa Öberg"), 0);

    let key = json!({"name": "key eu, the second", "value": "a-second-key", "data_centre": "eu"});
    rig.control("POST", "lever/keys", key).await;
    wizard.key("a-second-key").await.expect("a key");
    nothing_was_lost(&rig, "Kim Berg", "Åsa Öberg").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m11_disconnect_takes_away_what_opens_doors_and_keeps_the_rows() {
    let rig = Rig::start(Setup::with_list_rights()).await;
    started(&rig, "Kim Berg").await;
    lever_shows(&rig, "Kim Berg", Status::Sent, "").await;
    let connection = rig.id().await;
    rig.host
        .ask(Request::Disconnect { connection })
        .await
        .expect("disconnected");
    let view = rig.connection().await;
    assert_eq!(view.health, Health::Disconnected);
    assert!(!view.setup.finished);
    assert_eq!(rig.host.intake().readiness(), [("Nordvik".to_owned(), false)]);
    // The path alone opens nothing; it is kept so that updates find their checks after connecting again.
    let secrets = rig.vault.names();
    assert!(secrets.iter().all(|name| name.contains("receiver-path")), "{secrets:?}");
    rig.until("the webhooks are gone", async || {
        let webhooks = state_of(&rig, "lever").await["webhooks"].take();
        webhooks.as_array().expect("webhooks").is_empty().then_some(())
    })
    .await;
    assert_eq!(becomes(&rig, "Kim Berg", Status::Sent).await.candidate, "Kim Berg");

    rig.move_into_trigger("Åsa Öberg").await;
    rig.until_worked_off().await;
    assert!(
        rig.calls("candidateStageChange").len() == 1,
        "only Kim's move was ever told"
    );
    assert!(rig.check_of("Åsa Öberg").await.is_none());
    assert_eq!(rig.calls("event").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m11_connecting_again_after_a_disconnect_finds_what_happened_meanwhile() {
    let rig = Rig::bare(Setup::with_list_rights()).await;
    let wizard = Wizard::begin(&rig).await;
    wizard.walk_with_key().await;
    let row = started(&rig, "Kim Berg").await;
    lever_shows(&rig, "Kim Berg", Status::Sent, "").await;
    let connection = wizard.id;
    rig.host
        .ask(Request::Disconnect { connection })
        .await
        .expect("disconnected");
    rig.move_into_trigger("Åsa Öberg").await;

    // The same path as the first time; the settings are still there.
    wizard.walk_with_key().await;
    becomes(&rig, "Åsa Öberg", Status::Sent).await;
    lever_shows(&rig, "Åsa Öberg", Status::Sent, "").await;
    // Nobody who was there before is asked about or started again.
    assert_eq!((rig.starts("Kim Berg"), rig.starts("Åsa Öberg")), (1, 1));
    rig.refapp_step(&row, "accept").await;
    rig.refapp_step(&row, "next").await;
    lever_shows(&rig, "Kim Berg", Status::WaitingForCandidate, " (0 of 3 answered)").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m11_a_way_in_by_oauth_can_replace_a_deleted_key() {
    let rig = Rig::bare(Setup {
        data_centre: DataCentre::Us,
        key: demo::US_KEY.to_owned(),
        ..Setup::default()
    })
    .await;
    let wizard = Wizard::begin(&rig).await;
    wizard.walk_with_key().await;
    started(&rig, "Kim Berg").await;
    rig.control("DELETE", &format!("lever/keys/{}", demo::US_KEY), Value::Null)
        .await;
    wizard.data_centre(DataCentre::Us, WayIn::OAuth).await;
    enter_client(&wizard, DataCentre::Us).await;
    consent(&rig, &wizard).await;
    connect(&wizard).await.expect("tokens");
    wizard.rest_at_lever().await;
    wizard.finish().await.expect("all is there");
    rig.until_ready().await;
    started(&rig, "Åsa Öberg").await;
    assert_eq!(rig.starts("Kim Berg"), 1);
}
