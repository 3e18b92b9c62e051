//! The total table of `rules.md`, and the badges beside it.

use api::{CheckRow, Decision};
use end_to_end::rig::{Rig, Setup};
use model::{Badge, Code, DAY, MINUTE, Status, WhoActs};
use serde_json::{Value, json};

use crate::{at_rest, reason, sent, started};

/// Tells what Refapp says, word for word, and waits until the screen shows this.
async fn shows(rig: &Rig, result: &str, attributes: Value, status: Status, who: WhoActs) -> CheckRow {
    assert_eq!(rig.update(result, attributes.clone()).await, 200);
    let what = format!("{attributes} shows {status:?}, {who:?}");
    rig.check_that("Kim Berg", &what, |row| (row.status, row.who_acts) == (status, who))
        .await
}

fn pending(total: u32, remaining: u32, completed: u32, declined: u32) -> Value {
    json!({"status": "pending", "summary": "", "assessment": {"type": "reference-check", "total": total,
        "remainingToSubmit": remaining, "completed": completed, "declined": declined}})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn status_every_row_of_the_table_is_shown_and_carried_by_the_tag() {
    let rig = Rig::start(Setup::default()).await;
    let row = started(&rig, "Kim Berg").await;
    let result = rig.result_of(&row);
    at_rest(&rig, "Kim Berg", "Sent").await;
    let rows = [
        (
            json!({"status": "sending", "summary": ""}),
            Status::Sent,
            WhoActs::Nobody,
            "Sent",
        ),
        (
            json!({"status": "on-holiday", "summary": ""}),
            Status::InProgress,
            WhoActs::Nobody,
            "In progress",
        ),
        (
            json!({"status": "sent", "summary": ""}),
            Status::Sent,
            WhoActs::Nobody,
            "Sent",
        ),
        (
            json!({"status": "pending", "summary": ""}),
            Status::Sent,
            WhoActs::Nobody,
            "Sent",
        ),
        (
            pending(3, 2, 0, 0),
            Status::WaitingForCandidate,
            WhoActs::Candidate,
            "Waiting for candidate",
        ),
        (
            pending(3, 0, 1, 1),
            Status::WaitingForReferees,
            WhoActs::Referees,
            "Waiting for referees",
        ),
        (pending(3, 0, 2, 1), Status::InProgress, WhoActs::Refapp, "In progress"),
        (
            json!({"status": "failed", "summary": ""}),
            Status::Failed,
            WhoActs::Recruiter,
            "Failed",
        ),
        (
            json!({"status": "completed", "summary": ""}),
            Status::Completed,
            WhoActs::Nobody,
            "Completed",
        ),
    ];
    for (attributes, status, who, tag) in rows {
        let row = shows(&rig, &result, attributes, status, who).await;
        at_rest(&rig, "Kim Berg", tag).await;
        assert_eq!(
            row.badges.contains(&Badge::UnknownStatus),
            who == WhoActs::Nobody && status == Status::InProgress
        );
    }
    let warned = json!({"status": "completed", "summary": "", "assessment": {"type": "reference-check", "total": 3,
        "remainingToSubmit": 0, "completed": 2, "declined": 1, "fraudWarnings": ["same-ip-address", "quite-new"]}});
    let row = shows(&rig, &result, warned, Status::Completed, WhoActs::Recruiter).await;
    assert_eq!(row.warnings, ["quite-new", "same-ip-address"]);
    assert!(row.badges.contains(&Badge::Warnings) && row.badges.contains(&Badge::Declined));
    assert_eq!((row.answered, row.expected, row.declined), (Some(2), Some(3), 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn status_what_refapp_has_not_accepted_is_queued_and_lever_is_told_after_thirty_seconds() {
    let mut rig = Rig::start(Setup::default()).await;
    rig.fault(json!({"match": {"side": "refapp", "call": "config"}, "kind": "status", "code": 503}))
        .await;
    rig.move_into_trigger("Kim Berg").await;
    let queued = |row: &CheckRow| (row.status, row.who_acts) == (Status::Queued, WhoActs::App);
    rig.check_that("Kim Berg", "queued", queued).await;
    assert!(rig.status_tags("Kim Berg").await.is_empty());
    rig.time_passes(MINUTE).await;
    rig.until("the tag says queued", async || {
        (rig.status_tags("Kim Berg").await == ["Refapp Status: Queued"]).then_some(())
    })
    .await;
    rig.end_faults().await;
    sent(&rig, "Kim Berg").await;
    at_rest(&rig, "Kim Berg", "Sent").await;
    assert_eq!(rig.starts("Kim Berg"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn status_the_newest_arrival_wins_unless_it_is_a_late_copy_and_a_report_once_seen_is_kept() {
    let rig = Rig::start(Setup::default()).await;
    let row = started(&rig, "Kim Berg").await;
    let result = rig.result_of(&row);
    let early = pending(3, 0, 1, 0);
    shows(
        &rig,
        &result,
        early.clone(),
        Status::WaitingForReferees,
        WhoActs::Referees,
    )
    .await;
    let report = format!("{}/report/uEg9PkBx", rig.sim.refapp_url());
    let completed = json!({"status": "completed", "summary": "", "url": report, "assessment":
        {"type": "reference-check", "total": 3, "remainingToSubmit": 0, "completed": 3, "declined": 0}});
    let row = shows(&rig, &result, completed, Status::Completed, WhoActs::Nobody).await;
    assert_eq!(row.report_url.as_deref(), Some(report.as_str()));

    // A late copy, and a straggler that expects nobody new: neither opens what is over.
    assert_eq!(rig.update(&result, early).await, 200);
    assert_eq!(rig.update(&result, pending(3, 0, 2, 0)).await, 200);
    started(&rig, "Viktor Palm").await;
    let row = rig.check_of("Kim Berg").await.expect("a check");
    assert_eq!(row.status, Status::Completed);

    // One more referee is expected: it goes on, and the report is still there.
    let row = shows(
        &rig,
        &result,
        pending(4, 0, 3, 0),
        Status::WaitingForReferees,
        WhoActs::Referees,
    )
    .await;
    assert_eq!((row.answered, row.expected), (Some(3), Some(4)));
    assert_eq!(row.report_url.as_deref(), Some(report.as_str()));
    let note = at_rest(&rig, "Kim Berg", "Waiting for referees").await;
    assert!(note.contains("3 of 4") && note.contains(&report), "{note}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn status_silence_for_days_is_a_badge_and_never_a_status() {
    let mut rig = Rig::start(Setup::default()).await;
    started(&rig, "Viktor Palm").await;
    let row = started(&rig, "Kim Berg").await;
    let result = rig.result_of(&row);
    shows(
        &rig,
        &result,
        pending(3, 3, 0, 0),
        Status::WaitingForCandidate,
        WhoActs::Candidate,
    )
    .await;
    assert!(row.badges.is_empty());
    rig.time_passes(4 * DAY).await;
    let row = rig.check_of("Kim Berg").await.expect("a check");
    assert_eq!(
        (row.status, row.badges.contains(&Badge::NoProgress)),
        (Status::WaitingForCandidate, true)
    );
    let row = rig.check_of("Viktor Palm").await.expect("a check");
    assert_eq!((row.status, row.badges.contains(&Badge::OnHold)), (Status::Sent, true));
}

fn completed(warnings: &[&str]) -> Value {
    json!({"status": "completed", "summary": "", "assessment": {"type": "reference-check", "total": 2,
        "remainingToSubmit": 0, "completed": 2, "declined": 0, "fraudWarnings": warnings}})
}

/// What the dashboard's head counts: to act on, and completed.
async fn counted(rig: &Rig, what: &str, expected: (u32, u32)) {
    rig.connection_that(what, |view| {
        (view.counts.needs_attention, view.counts.completed) == expected
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn status_a_check_with_warnings_is_to_act_on_until_somebody_has_read_of_them_and_again_after_a_new_one() {
    let mut rig = Rig::start(Setup::default()).await;
    let row = started(&rig, "Kim Berg").await;
    let result = rig.result_of(&row);
    let one = completed(&["same-ip-address"]);
    let row = shows(&rig, &result, one.clone(), Status::Completed, WhoActs::Recruiter).await;
    assert_eq!(
        (reason(&row), &row.decisions[..]),
        (Some(Code::RefWarnings), &[Decision::MarkRead][..])
    );
    counted(&rig, "to act on", (1, 1)).await;
    at_rest(&rig, "Kim Berg", "Completed").await;

    // A notification is about it once, as one to act on.
    let notable = async |rig: &Rig| {
        let notable = rig.host.notable(rig.id().await, None).expect("it can be read");
        (notable.needs_action, notable.completed)
    };
    assert_eq!(notable(&rig).await, (vec![row.id], vec![]));

    rig.decide(&row, Decision::MarkRead).await;
    let read = |row: &CheckRow| row.who_acts == WhoActs::Nobody;
    let row = rig.check_that("Kim Berg", "it is read", read).await;
    assert_eq!(notable(&rig).await, (vec![], vec![row.id]));
    assert_eq!(
        (reason(&row), &row.unread[..], &row.decisions[..]),
        (None, &[][..], &[][..])
    );
    assert_eq!(row.warnings, ["same-ip-address"], "they are shown still");
    counted(&rig, "nothing to act on", (0, 1)).await;
    at_rest(&rig, "Kim Berg", "Completed").await;
    let story = rig.detail(&row).await.timeline;
    let decided = story.iter().rfind(|entry| entry.params.contains_key("decision"));
    let decided = decided.expect("a decision");
    assert!(decided.params["decision"] == "mark-read" && decided.at >= row.since);
    // What it was before nobody needs to decide again; it is known after a restart, and to a late copy.
    assert_eq!(rig.update(&result, one).await, 200);
    rig.restart().await;
    counted(&rig, "nothing to act on after a restart", (0, 1)).await;

    let two = completed(&["same-ip-address", "same-phone-number"]);
    let row = shows(&rig, &result, two, Status::Completed, WhoActs::Recruiter).await;
    assert_eq!(row.unread, ["same-phone-number"]);
    counted(&rig, "to act on again", (1, 1)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn status_a_failed_check_is_to_act_on_until_somebody_has_read_of_it_and_its_next_end_asks_anew() {
    let rig = Rig::start(Setup::default()).await;
    let row = started(&rig, "Kim Berg").await;
    let result = rig.result_of(&row);
    let failed = json!({"status": "failed", "summary": ""});
    let row = shows(&rig, &result, failed, Status::Failed, WhoActs::Recruiter).await;
    rig.decide(&row, Decision::MarkRead).await;
    counted(&rig, "nothing to act on", (0, 0)).await;
    let row = rig.check_of("Kim Berg").await.expect("a check");
    assert_eq!((row.status, row.who_acts), (Status::Failed, WhoActs::Nobody));
    at_rest(&rig, "Kim Berg", "Failed").await;
    // It went on after all, and failed once more.
    shows(
        &rig,
        &result,
        pending(3, 0, 1, 0),
        Status::WaitingForReferees,
        WhoActs::Referees,
    )
    .await;
    let row = shows(&rig, &result, completed(&[]), Status::Completed, WhoActs::Nobody).await;
    assert_eq!(row.decisions, []);
    let again = json!({"status": "failed", "summary": "once more"});
    let row = shows(&rig, &result, again, Status::Failed, WhoActs::Recruiter).await;
    assert_eq!(row.decisions, [Decision::MarkRead]);
}
