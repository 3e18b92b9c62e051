//! What no doubt may do: mail somebody twice, or lose somebody (`rules.md` 1–6).

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use api::{ConnectionView, Decision, Reply, Request, Undecided};
use end_to_end::rig::{Rig, Setup};
use model::{Clock, Code, DAY, MINUTE, Status};
use rusqlite::Connection;
use serde_json::{Value, json};
use simulator::demo;

use crate::rights::{channels_are_set, connected_by_hand};
use crate::{at_rest, sent, stands_for, started};

async fn done(rig: &Rig, request: Request) {
    assert_eq!(rig.host.ask(request).await, Ok(Reply::Done));
}

/// Another installation's tag.
async fn tag(rig: &Rig, candidate: &str, tag: &str) {
    let path = format!("lever/opportunities/{}/tags", rig.opportunity(candidate));
    rig.control("POST", &path, json!({"add": [tag]})).await;
}

/// Waits until this many calls to Refapp were made.
async fn asked(rig: &Rig, call: &str, times: usize) {
    rig.until(call, async || (rig.calls(call).len() >= times).then_some(()))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r05_a_start_whose_answer_cannot_be_stored_is_not_sent_again() {
    let rig = Rig::start(Setup::default()).await;
    let event = json!({"side": "refapp", "call": "event"});
    rig.fault(json!({"match": event, "kind": "slow", "ms": 1_500})).await;
    rig.move_into_trigger("Kim Berg").await;
    asked(&rig, "event", 1).await;
    // Somebody else holds the database for longer than anybody waits for it.
    let other = Connection::open(rig.dir.path().join("refapp-lever.db")).expect("the database");
    other.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    rig.connection_that("it cannot be stored", |view| {
        view.findings
            .iter()
            .any(|finding| finding.failure.code == Code::AppStore)
    })
    .await;
    other.execute_batch("ROLLBACK").expect("no lock");
    rig.end_faults().await;
    // The answer was kept: it is known that Refapp has taken it on.
    sent(&rig, "Kim Berg").await;
    started(&rig, "Viktor Palm").await;
    assert_eq!(rig.calls("event").len(), 2, "one for each");
    rig.connection_that("it is stored again", |view| {
        view.findings
            .iter()
            .all(|finding| finding.failure.code != Code::AppStore)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r04_who_is_started_elsewhere_while_refapp_is_out_of_our_reach_is_asked_about() {
    let rig = Rig::start(Setup::default()).await;
    let config = json!({"side": "refapp", "call": "config"});
    rig.fault(json!({"match": config, "kind": "status", "code": 503})).await;
    rig.move_into_trigger("Kim Berg").await;
    rig.until("its form is asked for in vain", async || {
        let mut calls = rig.calls("config").into_iter();
        calls.find(|call| call.status == Some(503)).map(drop)
    })
    .await;
    rig.check_that("Kim Berg", "it waits", |row| row.status == Status::Queued)
        .await;
    tag(&rig, "Kim Berg", "Refapp Status: Sent").await;
    rig.end_faults().await;
    stands_for(&rig, "Kim Berg", Code::CheckOther).await;
    started(&rig, "Viktor Palm").await;
    assert_eq!(rig.starts("Kim Berg"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r04_who_was_adopted_counts_as_checked_and_can_be_started_again() {
    let rig = Rig::start(Setup::default()).await;
    tag(&rig, "Kim Berg", "Refapp Status: Completed").await;
    rig.move_into_trigger("Kim Berg").await;
    let row = stands_for(&rig, "Kim Berg", Code::CheckOther).await;
    rig.decide(&row, Decision::Adopt).await;
    at_rest(&rig, "Kim Berg", "Sent").await;
    rig.move_to("Kim Berg", "Offer").await;
    rig.move_into_trigger("Kim Berg").await;
    let row = stands_for(&rig, "Kim Berg", Code::CheckAgain).await;
    rig.decide(&row, Decision::Start).await;
    sent(&rig, "Kim Berg").await;
    assert_eq!(rig.starts("Kim Berg"), 1);
    at_rest(&rig, "Kim Berg", "Sent").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r06_an_update_for_either_of_two_starts_finds_the_check() {
    let rig = Rig::start(Setup::default()).await;
    let event = json!({"side": "refapp", "call": "event"});
    rig.fault(json!({"match": event, "kind": "applied_no_answer", "times": 1}))
        .await;
    rig.move_into_trigger("Kim Berg").await;
    let row = stands_for(&rig, "Kim Berg", Code::RefUnknown).await;
    let first = rig.result_of(&row);
    rig.decide(&row, Decision::SendAgain).await;
    let row = sent(&rig, "Kim Berg").await;
    assert_ne!(rig.result_of(&row), first);
    assert_eq!(
        rig.update(&first, json!({"status": "completed", "summary": ""})).await,
        200
    );
    rig.check_that("Kim Berg", "it is completed", |row| row.status == Status::Completed)
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r06_what_refapp_said_before_a_check_was_adopted_counts() {
    let mut rig = Rig::start(Setup::default()).await;
    let row = started(&rig, "Kim Berg").await;
    let result = rig.result_of(&row);
    at_rest(&rig, "Kim Berg", "Sent").await;
    rig.lose_database().await;
    rig.provision().await;
    rig.until_ready().await;
    assert_eq!(
        rig.update(&result, json!({"status": "completed", "summary": ""})).await,
        200
    );
    rig.move_to("Kim Berg", "Offer").await;
    rig.move_into_trigger("Kim Berg").await;
    let row = stands_for(&rig, "Kim Berg", Code::CheckOther).await;
    rig.decide(&row, Decision::Adopt).await;
    // The note of the lost database stays: with the twelve rights nobody can find it.
    rig.until("the tag follows", async || {
        (rig.status_tags("Kim Berg").await == ["Refapp Status: Completed"]).then_some(())
    })
    .await;
    assert_eq!(rig.starts("Kim Berg"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r03_a_pause_holds_back_a_start_whose_form_is_being_read() {
    let rig = Rig::start(Setup::default()).await;
    let connection = rig.id().await;
    rig.connection_that("the account's form is read", |view| view.coverage.is_some())
        .await;
    let before = rig.calls("config").len();
    let config = json!({"side": "refapp", "call": "config"});
    rig.fault(json!({"match": config, "kind": "slow", "ms": 1_000})).await;
    rig.move_into_trigger("Kim Berg").await;
    asked(&rig, "config", before + 1).await;
    done(&rig, Request::Pause { connection }).await;
    // Whoever is asked about it after the answer has come: the order waits for what is being done about a check.
    let row = rig.check_of("Kim Berg").await.expect("a check");
    let adopt = Request::Decide {
        checks: vec![row.id],
        decision: Decision::Adopt,
    };
    let not_now = vec![Undecided {
        check: row.id,
        failure: Code::AppNotNow.into(),
    }];
    assert_eq!(rig.host.ask(adopt).await, Ok(Reply::Decided(not_now)));
    assert!(rig.calls("event").is_empty());
    rig.end_faults().await;
    done(&rig, Request::Resume { connection }).await;
    sent(&rig, "Kim Berg").await;
    assert_eq!(rig.starts("Kim Berg"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r03_who_reaches_the_stage_during_the_set_up_is_listed_and_not_started() {
    let rig = connected_by_hand(Setup::default()).await;
    let connection = rig.id().await;
    done(
        &rig,
        Request::ProveRights {
            connection,
            consent: true,
        },
    )
    .await;
    channels_are_set(&rig).await;
    let mut stages = rig.connection().await.setup.stages.into_iter();
    let stage = stages
        .find(|stage| stage.text == demo::TRIGGER_STAGE)
        .expect("the stage");
    done(
        &rig,
        Request::ChooseStage {
            connection,
            stage: stage.id,
        },
    )
    .await;
    // Days may lie between this and the last click.
    rig.move_into_trigger("Kim Berg").await;
    rig.connection_that("the event has come", |view| view.last_webhook.is_some())
        .await;
    done(&rig, Request::FinishSetup { connection }).await;
    stands_for(&rig, "Kim Berg", Code::CheckPresent).await;
    started(&rig, "Viktor Palm").await;
    assert_eq!(rig.starts("Kim Berg"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r01_who_is_moved_in_again_while_lever_shows_nothing_is_not_lost() {
    let rig = Rig::start(Setup::default()).await;
    started(&rig, "Kim Berg").await;
    rig.move_to("Kim Berg", "Offer").await;
    let read = json!({"side": "lever", "call": "read opportunity"});
    rig.fault(json!({"match": read, "kind": "status", "code": 403})).await;
    rig.move_into_trigger("Kim Berg").await;
    let row = stands_for(&rig, "Kim Berg", Code::LevConfidential).await;
    rig.end_faults().await;
    rig.decide(&row, Decision::TryAgain).await;
    stands_for(&rig, "Kim Berg", Code::CheckAgain).await;
    assert_eq!(rig.starts("Kim Berg"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r17_a_right_to_read_that_was_taken_away_is_not_taken_for_confidentiality() {
    for (right, candidate) in [("read posting", "Sofia Lindqvist"), ("read opportunity", "Åsa Öberg")] {
        let rig = Rig::start(Setup::default()).await;
        started(&rig, "Kim Berg").await;
        let key = format!("lever/keys/{}", rig.setup.key);
        rig.control("PATCH", &key, json!({"rights": {right: false}})).await;
        rig.move_into_trigger(candidate).await;
        rig.connection_that(&format!("{right} is missing"), |view| {
            view.findings.iter().any(|finding| {
                let named = finding.failure.params.get("right").map(String::as_str) == Some(right);
                finding.failure.code == Code::LevRight && finding.stops && named
            })
        })
        .await;
    }
}

/// One candidate is started, another one is of a confidential posting, and the doubt about that is settled.
async fn refused_once(rig: &Rig) {
    started(rig, "Kim Berg").await;
    // Of another posting, and confidential.
    rig.change_posting("Data Engineer", json!({"confidential": true})).await;
    rig.move_into_trigger("Tove Ekman").await;
    stands_for(rig, "Tove Ekman", Code::LevConfidential).await;
    let posting = format!("/lever/eu/v1/postings/{}", rig.posting("Backend Developer"));
    rig.until("another one was asked for", async || {
        let asked = rig.calls("read posting");
        (asked.iter().filter(|call| call.path == posting).count() > 1).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r17_what_is_confidential_is_not_taken_for_a_right_that_is_missing() {
    let rig = Rig::start(Setup::default()).await;
    refused_once(&rig).await;
    rig.until_worked_off().await;
    let view = rig.connection().await;
    assert!(
        view.findings
            .iter()
            .all(|finding| finding.failure.code != Code::LevRight)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r17_a_right_that_goes_right_after_a_confidential_posting_is_noticed_within_a_minute() {
    let ahead = Arc::new(AtomicI64::new(0));
    let clock = Clock::of({
        let ahead = Arc::clone(&ahead);
        move || Clock::system().now().plus(ahead.load(Ordering::Relaxed))
    });
    let rig = Rig::start(Setup {
        clock: clock.clone(),
        clock_elsewhere: clock,
        ..Setup::default()
    })
    .await;
    refused_once(&rig).await;
    let key = format!("lever/keys/{}", rig.setup.key);
    rig.control("PATCH", &key, json!({"rights": {"read posting": false}}))
        .await;
    rig.move_into_trigger("Sofia Lindqvist").await;
    stands_for(&rig, "Sofia Lindqvist", Code::LevConfidential).await;
    ahead.store(MINUTE, Ordering::Relaxed);
    rig.until_worked_off().await;
    rig.connection_that("the right is missing", |view| {
        let mut findings = view.findings.iter();
        findings.any(|finding| finding.failure.code == Code::LevRight && finding.stops)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r01_a_deletion_that_no_webhook_told_of_is_found_by_looking_again() {
    let mut rig = Rig::start(Setup::default()).await;
    started(&rig, "Kim Berg").await;
    let deleted = format!("lever/opportunities/{}?deliver=none", rig.opportunity("Kim Berg"));
    rig.control("DELETE", &deleted, Value::Null).await;
    rig.time_passes(2 * DAY).await;
    rig.check_that("Kim Berg", "no name is kept", |row| {
        row.candidate.is_empty() && row.lever_url.is_none()
    })
    .await;
}

/// Lever gives no answer about a candidate.
async fn silence(rig: &Rig, candidate: &str) {
    let path = format!("/lever/eu/v1/opportunities/{}", rig.opportunity(candidate));
    let about = json!({"side": "lever", "path": path});
    rig.fault(json!({"match": about, "kind": "status", "code": 503})).await;
}

fn lever_is_down(view: &ConnectionView) -> bool {
    let mut findings = view.findings.iter();
    findings.any(|finding| finding.failure.code == Code::LevDown && finding.stops)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r05_silence_about_one_holds_up_nobody_else_and_about_three_it_is_an_outage() {
    let rig = Rig::start(Setup::default()).await;
    silence(&rig, "Kim Berg").await;
    rig.move_into_trigger("Kim Berg").await;
    rig.until("it was looked at in vain, again and again", async || {
        let calls = rig.calls("read opportunity").into_iter();
        (calls.filter(|call| call.status == Some(503)).count() >= 3).then_some(())
    })
    .await;
    assert!(!lever_is_down(&rig.connection().await));
    started(&rig, "Viktor Palm").await;
    let three = ["Omar Haddad", "Linnea Ståhl", "Björn Ängström"];
    for candidate in three {
        silence(&rig, candidate).await;
        rig.move_into_trigger(candidate).await;
    }
    rig.connection_that("Lever is taken for down", lever_is_down).await;
    rig.end_faults().await;
    for candidate in three {
        sent(&rig, candidate).await;
    }
    rig.connection_that("Lever is there again", |view| !lever_is_down(view))
        .await;
}
