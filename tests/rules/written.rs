//! What is written to Lever: `rules.md` 12 and 13.

use api::Decision;
use end_to_end::rig::{Rig, Setup};
use model::{Badge, Status};
use serde_json::{Value, json};

use crate::{at_rest, our_notes, started};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_at_rest_there_is_one_tag_and_one_note_and_what_is_not_ours_is_untouched() {
    let rig = Rig::start(Setup::default()).await;
    let theirs = |row: &Value| {
        let tags = row["tags"].as_array().expect("tags").iter().filter_map(Value::as_str);
        let tags = tags.filter(|tag| !tag.starts_with("Refapp Status")).map(str::to_owned);
        tags.collect::<Vec<String>>()
    };
    let before = rig.in_lever("Kim Berg").await;
    let row = started(&rig, "Kim Berg").await;
    at_rest(&rig, "Kim Berg", "Sent").await;
    for (step, status) in [
        ("next", "Sent"),
        ("next", "Waiting for candidate"),
        ("next", "Waiting for referees"),
        ("complete", "Completed"),
    ] {
        rig.refapp_step(&row, step).await;
        at_rest(&rig, "Kim Berg", status).await;
    }
    let after = rig.in_lever("Kim Berg").await;
    assert_eq!(theirs(&before), theirs(&after));
    let notes = rig.notes("Kim Berg").await;
    assert!(notes.contains(&"Good first talk.".to_owned()), "{notes:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_a_status_change_costs_four_requests_new_ones_before_old_ones() {
    let rig = Rig::start(Setup::default()).await;
    let row = started(&rig, "Kim Berg").await;
    at_rest(&rig, "Kim Berg", "Sent").await;
    let seq = rig.seq();
    rig.refapp_step(&row, "candidate-names-referees").await;
    at_rest(&rig, "Kim Berg", "Waiting for referees").await;
    let calls = rig.lever_calls_since(seq, "Kim Berg", "Backend Developer");
    assert_eq!(calls, ["addTags", "removeTags", "create note", "delete note"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_with_update_opportunity_note_the_one_note_is_changed_in_place() {
    let rig = Rig::start(Setup::with_list_rights()).await;
    let row = started(&rig, "Kim Berg").await;
    at_rest(&rig, "Kim Berg", "Sent").await;
    rig.refapp_step(&row, "complete").await;
    at_rest(&rig, "Kim Berg", "Completed").await;
    let made = rig
        .calls("create note")
        .into_iter()
        .filter(|e| e.path.contains(&rig.opportunity("Kim Berg")));
    assert_eq!(made.count(), 1);
    assert_eq!(rig.calls("delete note").len(), 1, "the trial note of the proof only");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_the_note_says_status_counts_links_and_reference_and_nothing_personal() {
    let rig = Rig::start(Setup::default()).await;
    let row = started(&rig, "Kim Berg").await;
    rig.refapp_step(&row, "referee-answers").await;
    rig.refapp_step(&row, "complete").await;
    let note = at_rest(&rig, "Kim Berg", "Completed").await;
    let row = rig.check_of("Kim Berg").await.expect("a check");
    let lines: Vec<&str> = note.lines().collect();
    let (report, page) = (row.report_url.expect("a report"), row.candidate_url.expect("a page"));
    let expected = [
        "Refapp: Completed (3 of 3 answered)".to_owned(),
        format!("Report: {report}"),
        format!("Candidate in Refapp: {page}"),
        format!("Reference: {}", row.reference),
    ];
    assert_eq!(lines, expected);
    for written in rig.calls("create note").into_iter().chain(rig.calls("addTags")) {
        let body = written.body.to_string();
        for personal in ["Kim", "Berg", "@", "+46", "reference-entry", "received"] {
            assert!(!body.contains(personal), "{personal} in {body}");
        }
    }
}

/// One note whose answer never comes, applied or not.
async fn note_is_lost(rig: &Rig, applied: bool) {
    let kind = if applied { "applied_no_answer" } else { "reset" };
    let matches = json!({"side": "lever", "call": "create note", "path": note_path(rig)});
    rig.fault(json!({"match": matches, "times": 1, "kind": kind})).await;
}

fn note_path(rig: &Rig) -> String {
    format!("/lever/eu/v1/opportunities/{}/notes", rig.opportunity("Kim Berg"))
}

fn note_calls(rig: &Rig, call: &str) -> usize {
    rig.calls(call).iter().filter(|e| e.path == note_path(rig)).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r13_a_note_of_unknown_fate_is_not_repeated_with_twelve_rights_and_this_is_said() {
    for applied in [true, false] {
        let rig = Rig::start(Setup::default()).await;
        note_is_lost(&rig, applied).await;
        let row = started(&rig, "Kim Berg").await;
        rig.check_that("Kim Berg", "it is said", |row| row.badges.contains(&Badge::NoteUnknown))
            .await;
        assert_eq!(
            rig.status_tags("Kim Berg").await,
            ["Refapp Status: Sent"],
            "the tag carries the status"
        );
        started(&rig, "Viktor Palm").await;
        at_rest(&rig, "Viktor Palm", "Sent").await;
        assert_eq!(note_calls(&rig, "create note"), 1);
        assert_eq!(our_notes(&rig, "Kim Berg").await.len(), usize::from(applied));
        // The next status is another note, and that one is known. The first may lie there still: nobody can look.
        rig.refapp_step(&row, "complete").await;
        rig.until("the next note is there", async || {
            (our_notes(&rig, "Kim Berg").await.len() == 1 + usize::from(applied)).then_some(())
        })
        .await;
        assert_eq!(note_calls(&rig, "create note"), 2);
        rig.check_that("Kim Berg", "it is said still", |row| {
            row.status == Status::Completed && row.badges.contains(&Badge::NoteUnknown)
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r13_whoever_has_looked_settles_a_note_of_unknown_fate_with_twelve_rights() {
    for applied in [true, false] {
        let rig = Rig::start(Setup::default()).await;
        note_is_lost(&rig, applied).await;
        started(&rig, "Kim Berg").await;
        let row = rig
            .check_that("Kim Berg", "it is said", |row| row.badges.contains(&Badge::NoteUnknown))
            .await;
        assert!(row.mailing.is_empty());
        let found = if applied {
            Decision::NoteIsThere
        } else {
            Decision::NoteIsNotThere
        };
        rig.decide(&row, found).await;
        at_rest(&rig, "Kim Berg", "Sent").await;
        let row = rig
            .check_that("Kim Berg", "it is settled", |row| {
                !row.badges.contains(&Badge::NoteUnknown)
            })
            .await;
        assert_eq!(note_calls(&rig, "create note"), if applied { 1 } else { 2 });
        assert!(row.decisions.is_empty(), "{:?}", row.decisions);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r13_a_note_of_unknown_fate_is_read_back_where_notes_can_be_listed() {
    for applied in [true, false] {
        let rig = Rig::start(Setup::with_list_rights()).await;
        note_is_lost(&rig, applied).await;
        let row = started(&rig, "Kim Berg").await;
        rig.until("it is read back", async || {
            (note_calls(&rig, "list notes") == 1).then_some(())
        })
        .await;
        at_rest(&rig, "Kim Berg", "Sent").await;
        assert_eq!(note_calls(&rig, "create note"), if applied { 1 } else { 2 });
        rig.refapp_step(&row, "complete").await;
        at_rest(&rig, "Kim Berg", "Completed").await;
        assert_eq!(our_notes(&rig, "Kim Berg").await.len(), 1);
    }
}
