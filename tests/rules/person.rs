//! Letting go of people: erasing one, retention, and what is shown to whoever asks what is stored of them
//! (`rules.md` 20, `reliability.md` rule 11).

use api::{AuditLog, PersonWords, Reply, Request};
use end_to_end::rig::{Rig, Setup};
use model::{Act, CheckId, Code, DAY, Erasure, Limits, Status};
use serde_json::json;

use crate::leaving::{files_with, nowhere};
use crate::{at_rest, our_notes, reason, stands_for, started};

async fn erase(rig: &Rig, candidate: &str) -> Result<Reply, Code> {
    let request = Request::ErasePerson {
        connection: rig.id().await,
        opportunity: rig.opportunity(candidate).into(),
    };
    rig.host.ask(request).await.map_err(|failure| failure.code)
}

async fn log(rig: &Rig) -> AuditLog {
    let request = Request::AuditLog {
        before: None,
        limit: 100,
    };
    match rig.host.ask(request).await {
        Ok(Reply::AuditLog(log)) => log,
        other => panic!("the log, not {other:?}"),
    }
}

async fn until_gone(rig: &Rig, check: CheckId) {
    rig.until("the row is gone", async || {
        let rows = rig.checks().await;
        rows.iter().all(|row| row.id != check).then_some(())
    })
    .await;
}

/// What is purged is looked for at every start, once nothing is due for it.
async fn done_with_what_is_due(rig: &mut Rig) {
    rig.until_ready().await;
    // An order is carried out after what was due has been looked at.
    let connection = rig.id().await;
    let limits = Limits::default();
    let done = rig.host.ask(Request::SetLimits { connection, limits }).await;
    assert_eq!(done, Ok(Reply::Done));
    rig.restart().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_erasing_one_person_takes_note_and_tag_out_of_lever_and_leaves_nothing_of_them_here() {
    let rig = Rig::start(Setup::default()).await;
    let row = started(&rig, "Kim Berg").await;
    let result = rig.result_of(&row);
    let other = started(&rig, "Sofia Lindqvist").await;
    at_rest(&rig, "Kim Berg", "Sent").await;
    at_rest(&rig, "Sofia Lindqvist", "Sent").await;
    let expected = Erasure {
        checks: 1,
        is_at_refapp: true,
        note_may_stay: false,
    };
    assert_eq!(erase(&rig, "Kim Berg").await, Ok(Reply::Erased(expected)));
    // At once, and whatever Lever says.
    nowhere(&rig, "Kim Berg");
    until_gone(&rig, row.id).await;
    assert_eq!(rig.status_tags("Kim Berg").await, Vec::<String>::new());
    assert_eq!(our_notes(&rig, "Kim Berg").await, Vec::<String>::new());
    let opportunity = rig.opportunity("Kim Berg");
    rig.until("nor is their id anywhere", async || {
        files_with(&rig, &opportunity).is_empty().then_some(())
    })
    .await;
    assert_eq!(erase(&rig, "Kim Berg").await, Err(Code::AppNotFound));

    // Refapp goes on telling of the check, and brings nobody back.
    let completed = json!({"status": "completed", "reportLink": "https://app.refapp.com/report/kim"});
    rig.update(&result, completed).await;
    rig.until_worked_off().await;
    let rows = rig.checks().await;
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [other.id]);
    at_rest(&rig, "Sofia Lindqvist", "Sent").await;

    let file = match rig.host.ask(Request::ExportAuditLog).await {
        Ok(Reply::TextFile(file)) => file.text,
        other => panic!("a file, not {other:?}"),
    };
    let file: serde_json::Value = serde_json::from_str(&file).expect("JSON");
    assert_eq!(
        (&file["whole"], &file["entries"][1]["act"]),
        (&json!(true), &json!("erasure-ordered"))
    );
    assert_eq!(file["entries"][0]["chain"].as_str().map(str::len), Some(64));
    let log = log(&rig).await;
    assert!(!log.more);
    let acts: Vec<Act> = log.entries.iter().map(|entry| entry.act).collect();
    assert_eq!((acts, log.whole), (vec![Act::Erased, Act::ErasureOrdered], true));

    // A later application is one, and the keys still keep them from being mailed twice.
    rig.move_to("Kim Berg", "Offer").await;
    rig.move_into_trigger("Kim Berg").await;
    crate::stands_for(&rig, "Kim Berg", Code::CheckAgain).await;
    assert_eq!(rig.starts("Kim Berg"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_an_older_event_does_not_bring_an_erased_person_back() {
    let rig = Rig::start(Setup::with_list_rights()).await;
    let row = started(&rig, "Kim Berg").await;
    at_rest(&rig, "Kim Berg", "Sent").await;
    erase(&rig, "Kim Berg").await.expect("there is a check");
    until_gone(&rig, row.id).await;
    // They are still in the stage: a look, from whatever reason, finds the entry that was erased.
    let connection = rig.id().await;
    let seq = rig.seq();
    let subject = rig.opportunity("Kim Berg");
    let tried = rig.host.ask(Request::DryRun { connection, subject }).await;
    assert!(matches!(tried, Ok(Reply::DryRun(_))), "{tried:?}");
    // Polling reads the stage again and again.
    rig.until("the stage was read twice", async || {
        let lists = rig
            .calls("list opportunities")
            .into_iter()
            .filter(|call| call.seq > seq);
        (lists.count() >= 2).then_some(())
    })
    .await;
    rig.until_worked_off().await;
    assert!(rig.check_of("Kim Berg").await.is_none());
    nowhere(&rig, "Kim Berg");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_what_has_been_over_for_long_enough_goes_by_itself_and_stays_in_lever() {
    let mut rig = Rig::start(Setup::default()).await;
    let over = started(&rig, "Kim Berg").await;
    let runs = started(&rig, "Sofia Lindqvist").await;
    rig.refapp_step(&over, "complete").await;
    rig.check_that("Kim Berg", "it is over", |row| row.status == Status::Completed)
        .await;
    at_rest(&rig, "Kim Berg", "Completed").await;
    rig.time_passes(91 * DAY).await;
    done_with_what_is_due(&mut rig).await;
    until_gone(&rig, over.id).await;
    let rows = rig.checks().await;
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [runs.id]);
    at_rest(&rig, "Kim Berg", "Completed").await;
    nowhere(&rig, "Kim Berg");
    let log = log(&rig).await;
    assert_eq!(
        (log.entries[0].act, log.entries[0].params["checks"].as_str()),
        (Act::Purged, "1")
    );

    rig.move_to("Kim Berg", "Offer").await;
    rig.move_into_trigger("Kim Berg").await;
    let asks = |code| matches!(code, Some(Code::CheckAgain | Code::CheckOther));
    rig.check_that("Kim Berg", "somebody is asked", |row| asks(reason(row)))
        .await;
    assert_eq!(rig.starts("Kim Berg"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_retention_is_a_setting_and_counts_at_once() {
    let mut rig = Rig::start(Setup::default()).await;
    let over = started(&rig, "Kim Berg").await;
    rig.refapp_step(&over, "complete").await;
    at_rest(&rig, "Kim Berg", "Completed").await;
    rig.time_passes(10 * DAY).await;
    rig.until_ready().await;
    let connection = rig.id().await;
    let set = async |days| {
        let done = rig.host.ask(Request::SetRetention { connection, days }).await;
        done.map_err(|failure| failure.code)
    };
    assert_eq!(set(0).await, Err(Code::AppInput));
    // Counted before it is done.
    let would = async |days| rig.host.ask(Request::WouldPurge { connection, days }).await;
    assert_eq!(would(11).await, Ok(Reply::WouldPurge(0)));
    assert_eq!(would(9).await, Ok(Reply::WouldPurge(1)));
    assert_eq!(set(11).await, Ok(Reply::Done));
    assert_eq!(rig.checks().await.len(), 1);
    assert_eq!(set(9).await, Ok(Reply::Done));
    assert_eq!(rig.checks().await.len(), 0);
    assert_eq!(rig.connection().await.settings.retention_days, 9);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_a_check_that_waits_for_an_answer_is_kept_while_it_waits_and_goes_once_lever_says_that_it_is_over() {
    let mut rig = Rig::start(Setup::default()).await;
    let unreachable = json!({"emails": [], "phones": []});
    for candidate in ["Ida Forsberg", "Kim Berg"] {
        rig.change_candidate(candidate, unreachable.clone()).await;
        rig.move_into_trigger(candidate).await;
        stands_for(&rig, candidate, Code::CandContact).await;
    }
    let archived = json!({"archived": true, "deliver": "none"});
    rig.change_candidate("Kim Berg", archived).await;
    rig.time_passes(91 * DAY).await;
    // The daily look says that the one is over; only then its days begin. The other waits for an answer still.
    rig.check_that("Kim Berg", "it is skipped", |row| row.status == Status::Skipped)
        .await;
    stands_for(&rig, "Ida Forsberg", Code::CandContact).await;
    let over = rig.check_of("Kim Berg").await.expect("a check");
    rig.until("Lever has no tag of it any more", async || {
        rig.status_tags("Kim Berg").await.is_empty().then_some(())
    })
    .await;
    rig.time_passes(91 * DAY).await;
    done_with_what_is_due(&mut rig).await;
    until_gone(&rig, over.id).await;
    stands_for(&rig, "Ida Forsberg", Code::CandContact).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_that_is_stored_of_one_person_is_shown_and_nothing_of_another() {
    let rig = Rig::start(Setup::default()).await;
    let row = started(&rig, "Kim Berg").await;
    started(&rig, "Sofia Lindqvist").await;
    at_rest(&rig, "Kim Berg", "Sent").await;
    rig.refapp_step(&row, "candidate-names-referees").await;
    at_rest(&rig, "Kim Berg", "Waiting for referees").await;
    let connection = rig.id().await;
    let ask = async |opportunity: String| {
        let opportunity = opportunity.into();
        let request = Request::ExportPerson {
            connection,
            opportunity,
            words: PersonWords::default(),
        };
        rig.host.ask(request).await.map_err(|failure| failure.code)
    };
    let Ok(Reply::TextFile(file)) = ask(rig.opportunity("Kim Berg")).await else {
        panic!("a file")
    };
    // To be read, and below it the same for programs.
    let (read, stored) = file.text.split_once("as it is stored:\n").expect("both");
    for line in [
        "candidate: Kim Berg",
        "posting: Backend Developer",
        "status: waiting-for-referees",
        "  stage moved",
        "  update received (waiting-for-referees, 0/3)",
    ] {
        assert!(read.contains(line), "{line} in {read}");
    }
    let all: serde_json::Value = serde_json::from_str(stored).expect("JSON");
    let checks = all["checks"].as_array().expect("checks");
    assert_eq!(checks.len(), 1);
    assert_eq!(checks[0]["check"]["candidate"], "Kim Berg");
    for part in ["story", "effects", "updates"] {
        assert!(!checks[0][part].as_array().expect("a list").is_empty(), "{part}");
    }
    assert!(!all["webhooks"].as_array().expect("a list").is_empty());
    assert!(!file.text.contains("Sofia") && !file.text.contains(&rig.opportunity("Sofia Lindqvist")));
    assert_eq!(ask("nobody".to_owned()).await, Err(Code::AppNotFound));
    let log = log(&rig).await;
    assert_eq!(log.entries[0].act, Act::PersonExported);
    let text = serde_json::to_string(&log).expect("JSON");
    assert!(
        !text.contains("Kim") && !text.contains(&rig.opportunity("Kim Berg")),
        "{text}"
    );
}
