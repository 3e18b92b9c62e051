//! Once, not late, and not many without being asked: `rules.md` 2 and 3.

use api::{CheckRow, Decision, Reply, Request, Undecided};
use end_to_end::rig::{Rig, Setup};
use model::{Code, DAY, HOUR, MINUTE, Status, WhoActs};
use serde_json::{Value, json};
use simulator::demo;

use crate::{at_rest, our_notes, reason, sent, stands_for, started};

/// Thirteen of the demo data's candidates whom nothing keeps from a start.
pub const MANY: [&str; 13] = [
    "Kim Berg",
    "Åsa Öberg",
    "Björn Ängström",
    "Linnea Ståhl",
    "Omar Haddad",
    "Sofia Lindqvist",
    "Erik Sandberg",
    "Noor Rahimi",
    "Elsa Månsson",
    "Viktor Palm",
    "Ida Forsberg",
    "Tove Ekman",
    "Ali Karim",
];

async fn rows_of(rig: &Rig, candidate: &str) -> Vec<CheckRow> {
    let id = rig.opportunity(candidate);
    let rows = rig.checks().await.into_iter();
    rows.filter(|row| row.opportunity.as_str() == id).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r02_moving_to_and_fro_mails_once_and_the_later_entry_is_asked_about() {
    let rig = Rig::start(Setup::default()).await;
    let first = started(&rig, "Kim Berg").await;
    for _ in 0..2 {
        rig.move_to("Kim Berg", "Offer").await;
        rig.move_into_trigger("Kim Berg").await;
    }
    let row = stands_for(&rig, "Kim Berg", Code::CheckAgain).await;
    assert_eq!((row.status, row.who_acts), (Status::NeedsAttention, WhoActs::Recruiter));
    let on = &row.reason.as_ref().expect("a reason").params["on"];
    assert_eq!(*on, first.created_at.to_string(), "it says when it was checked");
    started(&rig, "Viktor Palm").await;
    assert_eq!(rig.starts("Kim Berg"), 1);
    assert_eq!(rows_of(&rig, "Kim Berg").await.len(), 2);
    at_rest(&rig, "Kim Berg", "Sent").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r02_start_again_sends_a_second_check_that_takes_over_tag_and_note() {
    let rig = Rig::start(Setup::default()).await;
    let first = started(&rig, "Kim Berg").await;
    let first_result = rig.result_of(&first);
    rig.refapp_step(&first, "fail").await;
    let note = at_rest(&rig, "Kim Berg", "Failed").await;
    assert!(note.contains(&first.reference));

    rig.move_to("Kim Berg", "Offer").await;
    rig.move_into_trigger("Kim Berg").await;
    let row = stands_for(&rig, "Kim Berg", Code::CheckAgain).await;
    rig.decide(&row, Decision::Start).await;
    let second = sent(&rig, "Kim Berg").await;
    assert_eq!(rig.starts("Kim Berg"), 2);
    assert_ne!(rig.result_of(&second), first_result);
    let note = at_rest(&rig, "Kim Berg", "Sent").await;
    assert!(note.contains(&second.reference) && !note.contains(&first.reference));

    // What still comes for the first one is shown, and no longer written.
    rig.control("POST", &format!("refapp/checks/{first_result}/complete"), json!({}))
        .await;
    rig.until("the first one is completed on screen", async || {
        let rows = rows_of(&rig, "Kim Berg").await;
        rows.into_iter()
            .find(|row| row.id == first.id && row.status == Status::Completed)
    })
    .await;
    started(&rig, "Viktor Palm").await;
    at_rest(&rig, "Viktor Palm", "Sent").await;
    assert_eq!(rig.status_tags("Kim Berg").await, ["Refapp Status: Sent"]);
    assert_eq!(our_notes(&rig, "Kim Berg").await, [note]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r02_a_delivery_that_is_run_again_is_no_second_entry() {
    let rig = Rig::start(Setup::default()).await;
    started(&rig, "Kim Berg").await;
    let state = rig.control("GET", "state", Value::Null).await;
    let delivery = state["lever"]["deliveries"][0]["id"]
        .as_str()
        .expect("a delivery")
        .to_owned();
    rig.control("POST", &format!("lever/deliveries/{delivery}/rerun"), Value::Null)
        .await;
    rig.until("it was delivered again", async || {
        (rig.calls("candidateStageChange").len() == 2).then_some(())
    })
    .await;
    started(&rig, "Viktor Palm").await;
    assert_eq!(rig.starts("Kim Berg"), 1);
    assert_eq!(rows_of(&rig, "Kim Berg").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r02_webhook_and_polling_ring_the_same_bell() {
    let rig = Rig::start(Setup::with_list_rights()).await;
    started(&rig, "Kim Berg").await;
    let polls = rig.calls("list opportunities").len();
    rig.until("it is found by polling, too", async || {
        (rig.calls("list opportunities").len() >= polls + 2).then_some(())
    })
    .await;
    started(&rig, "Viktor Palm").await;
    assert_eq!(rig.starts("Kim Berg"), 1);
    assert_eq!(rows_of(&rig, "Kim Berg").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r02_who_was_skipped_and_comes_back_is_started() {
    let rig = Rig::start(Setup::default()).await;
    rig.move_quietly(&["Kim Berg"], demo::TRIGGER_STAGE, "late").await;
    rig.move_quietly(&["Kim Berg"], "Offer", "none").await;
    rig.control("POST", "lever/deliveries/release", Value::Null).await;
    stands_for(&rig, "Kim Berg", Code::SkipLeft).await;
    started(&rig, "Kim Berg").await;
    assert_eq!(rig.starts("Kim Berg"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r03_who_is_in_the_stage_when_it_is_set_is_listed_and_not_started() {
    let rig = Rig::start(Setup::with_list_rights()).await;
    let row = stands_for(&rig, "Hanna Lilja", Code::CheckPresent).await;
    assert_eq!(rig.calls("event").len(), 0);
    rig.decide(&row, Decision::Start).await;
    sent(&rig, "Hanna Lilja").await;
    assert_eq!(rig.starts("Hanna Lilja"), 1);

    // The same when another stage is chosen: those are listed who are there, and those started who come.
    let stages = rig.connection().await.setup.stages;
    let stage = stages.into_iter().find(|stage| stage.text == "Offer").expect("a stage");
    let order = Request::ChooseStage {
        connection: rig.id().await,
        stage: stage.id,
    };
    assert_eq!(rig.host.ask(order).await, Ok(Reply::Done));
    stands_for(&rig, "Elsa Månsson", Code::CheckPresent).await;
    rig.move_to("Kim Berg", "Offer").await;
    sent(&rig, "Kim Berg").await;
    assert_eq!(rig.calls("event").len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r03_what_is_older_than_24_hours_is_asked_about() {
    let mut rig = Rig::start(Setup::default()).await;
    rig.time_passes(3 * DAY).await;
    rig.control("PATCH", "clock", json!({"offset_ms": -25 * HOUR})).await;
    rig.move_into_trigger("Kim Berg").await;
    rig.control("PATCH", "clock", json!({"offset_ms": 0})).await;
    let row = stands_for(&rig, "Kim Berg", Code::CheckLate).await;
    rig.control("PATCH", "clock", json!({"offset_ms": -23 * HOUR})).await;
    rig.move_into_trigger("Viktor Palm").await;
    rig.control("PATCH", "clock", json!({"offset_ms": 0})).await;
    sent(&rig, "Viktor Palm").await;
    assert_eq!(rig.calls("event").len(), 1);
    rig.decide(&row, Decision::Start).await;
    sent(&rig, "Kim Berg").await;
}

/// Candidates who are moved while the host is off.
async fn missed(rig: &mut Rig, candidates: &[&str], off_for: i64) {
    rig.until("the first poll is done", async || {
        (!rig.calls("list opportunities").is_empty()).then_some(())
    })
    .await;
    stands_for(rig, "Hanna Lilja", Code::CheckPresent).await;
    rig.stop_host().await;
    rig.move_quietly(candidates, demo::TRIGGER_STAGE, "none").await;
    rig.age(off_for).await;
    rig.start_host().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r03_more_than_ten_out_of_one_catch_up_are_asked_about_and_one_order_starts_them() {
    let mut rig = Rig::start(Setup::with_list_rights()).await;
    let eleven = &MANY[..11];
    missed(&mut rig, eleven, HOUR).await;
    for candidate in eleven {
        stands_for(&rig, candidate, Code::CheckMany).await;
    }
    assert_eq!(rig.calls("event").len(), 0);
    let rows = rig.checks().await;
    let checks = rows
        .iter()
        .filter(|row| reason(row) == Some(Code::CheckMany))
        .map(|row| row.id)
        .collect::<Vec<_>>();
    // One of them was answered meanwhile, by somebody else: the others are not held up.
    let rows: Vec<CheckRow> = rows.into_iter().filter(|row| checks.contains(&row.id)).collect();
    rig.decide(&rows[0], Decision::Start).await;
    let order = Request::Decide {
        checks,
        decision: Decision::Start,
    };
    let not_now = vec![Undecided {
        check: rows[0].id,
        failure: Code::AppNotNow.into(),
    }];
    assert_eq!(rig.host.ask(order).await, Ok(Reply::Decided(not_now)));
    for candidate in eleven {
        sent(&rig, candidate).await;
        assert_eq!(rig.starts(candidate), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r03_what_came_while_the_host_was_off_for_a_minute_is_a_catch_up() {
    let mut rig = Rig::start(Setup::with_list_rights()).await;
    missed(&mut rig, &MANY[..11], MINUTE).await;
    for candidate in &MANY[..11] {
        stands_for(&rig, candidate, Code::CheckMany).await;
    }
    assert_eq!(rig.calls("event").len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r03_a_small_catch_up_is_started_without_a_question() {
    let mut rig = Rig::start(Setup::with_list_rights()).await;
    missed(&mut rig, &MANY[..3], HOUR).await;
    for candidate in &MANY[..3] {
        sent(&rig, candidate).await;
        assert_eq!(rig.starts(candidate), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r03_a_bulk_move_that_arrives_live_starts_all() {
    let rig = Rig::start(Setup::default()).await;
    rig.move_quietly(&MANY[..12], demo::TRIGGER_STAGE, "normal").await;
    for candidate in &MANY[..12] {
        sent(&rig, candidate).await;
        assert_eq!(rig.starts(candidate), 1);
    }
    assert_eq!(rig.calls("event").len(), 12);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r03_pause_keeps_what_happens_and_asks_on_resume() {
    let rig = Rig::start(Setup::default()).await;
    let connection = rig.id().await;
    assert_eq!(rig.host.ask(Request::Pause { connection }).await, Ok(Reply::Done));
    rig.move_into_trigger("Kim Berg").await;
    rig.until("the event is kept", async || {
        (rig.connection().await.counts.waiting == 1).then_some(())
    })
    .await;
    assert_eq!(rig.host.ask(Request::Resume { connection }).await, Ok(Reply::Done));
    let row = stands_for(&rig, "Kim Berg", Code::CheckPaused).await;
    started(&rig, "Viktor Palm").await;
    assert_eq!(
        rig.calls("event").len(),
        1,
        "what comes after the pause is started, what came in it is not"
    );
    rig.decide(&row, Decision::Start).await;
    sent(&rig, "Kim Berg").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r03_what_was_parked_for_longer_than_24_hours_asks_before_it_goes_on() {
    let mut rig = Rig::start(Setup::default()).await;
    for candidate in ["Kim Berg", "Viktor Palm"] {
        rig.change_candidate(candidate, json!({"emails": [], "phones": []}))
            .await;
        rig.move_into_trigger(candidate).await;
        stands_for(&rig, candidate, Code::CandContact).await;
    }
    rig.change_candidate("Kim Berg", json!({"emails": ["kim.berg@fjordpost.example"]}))
        .await;
    rig.time_passes(25 * HOUR).await;
    let row = stands_for(&rig, "Kim Berg", Code::CheckParkedLong).await;
    assert_eq!(rig.calls("event").len(), 0);
    rig.decide(&row, Decision::Start).await;
    sent(&rig, "Kim Berg").await;
    assert_eq!(rig.calls("event").len(), 1);
}
