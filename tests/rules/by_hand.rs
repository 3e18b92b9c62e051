//! What people change by hand of our tag and note in Lever: seen at the next look, and put right when somebody says so.

use api::{CheckRow, Decision};
use end_to_end::rig::{Rig, Setup};
use model::{Badge, Code, DAY, HOUR, Status};
use serde_json::{Value, json};

use crate::{at_rest, our_notes, sent, stands_for, started};

/// A recruiter changes tags in Lever.
async fn tags(rig: &Rig, candidate: &str, change: Value) {
    let path = format!("lever/opportunities/{}/tags", rig.opportunity(candidate));
    rig.control("POST", &path, change).await;
}

/// The daily look, and what it found. Without a change it is waited for by its request.
async fn looked_at(rig: &mut Rig, candidate: &str) {
    let path = format!("/opportunities/{}", rig.opportunity(candidate));
    let reads = |rig: &Rig| {
        let calls = rig.calls("read opportunity").into_iter();
        calls.filter(|call| call.path.ends_with(&path)).count()
    };
    let before = reads(rig);
    rig.time_passes(DAY + HOUR).await;
    rig.until("it is looked at", async || (reads(rig) > before).then_some(()))
        .await;
}

async fn is_changed(rig: &Rig, candidate: &str) -> CheckRow {
    rig.check_that(candidate, "it is seen that it was changed", |row| {
        row.badges.contains(&Badge::ChangedByHand)
    })
    .await
}

async fn is_as_written(rig: &Rig, candidate: &str) -> CheckRow {
    rig.check_that(candidate, "it is as it was written", |row| {
        !row.badges.contains(&Badge::ChangedByHand)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_a_status_tag_changed_by_hand_is_seen_and_put_right_only_when_somebody_says_so() {
    let mut rig = Rig::start(Setup::default()).await;
    started(&rig, "Kim Berg").await;
    at_rest(&rig, "Kim Berg", "Sent").await;
    let others = ["Refapp Status: By somebody else", "Talent pool"];
    let change = json!({
        "remove": ["Refapp Status: Sent"],
        "add": ["Refapp Status: Completed", others[0], others[1]],
    });
    tags(&rig, "Kim Berg", change).await;
    let by_hand = rig.in_lever("Kim Berg").await["tags"].clone();
    looked_at(&mut rig, "Kim Berg").await;

    let row = is_changed(&rig, "Kim Berg").await;
    let changed = row.changed.as_ref().expect("what was changed");
    assert_eq!(changed.tag_gone.as_deref(), Some("Refapp Status: Sent"));
    assert_eq!(changed.tags_added, ["Refapp Status: Completed"]);
    assert!(!changed.note_gone, "with twelve rights nobody can look");
    assert_eq!((row.status, row.mailing.len()), (Status::Sent, 0));
    rig.connection_that("it is counted", |view| view.counts.needs_attention == 1)
        .await;
    assert_eq!(
        rig.in_lever("Kim Berg").await["tags"],
        by_hand,
        "nothing is mended by itself"
    );

    rig.decide(&row, Decision::Repair).await;
    let row = is_as_written(&rig, "Kim Berg").await;
    assert!(row.decisions.is_empty(), "{:?}", row.decisions);
    rig.until("one status tag of ours, and what is not ours untouched", async || {
        let tags = rig.in_lever("Kim Berg").await["tags"].clone();
        let has = |tag: &str| tags.as_array().is_some_and(|tags| tags.iter().any(|one| one == tag));
        let ours = has("Refapp Status: Sent") && !has("Refapp Status: Completed");
        (ours && others.iter().all(|tag| has(tag))).then_some(())
    })
    .await;
    assert_eq!(our_notes(&rig, "Kim Berg").await.len(), 1);
    assert_eq!(rig.starts("Kim Berg"), 1);
    let story = rig.detail(&row).await.timeline;
    let told = story
        .iter()
        .find(|entry| entry.step == api::TimelineStep::ChangedByHand);
    assert_eq!(told.expect("it is told").params["tag-gone"], "Refapp Status: Sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_what_is_put_right_in_lever_or_written_anew_is_no_longer_said() {
    let mut rig = Rig::start(Setup::default()).await;
    for candidate in ["Kim Berg", "Viktor Palm"] {
        started(&rig, candidate).await;
        at_rest(&rig, candidate, "Sent").await;
        tags(&rig, candidate, json!({"add": [], "remove": ["Refapp Status: Sent"]})).await;
    }
    rig.time_passes(DAY + HOUR).await;
    is_changed(&rig, "Kim Berg").await;
    let row = is_changed(&rig, "Viktor Palm").await;
    rig.refapp_step(&row, "candidate-names-referees").await;
    at_rest(&rig, "Viktor Palm", "Waiting for referees").await;
    is_as_written(&rig, "Viktor Palm").await;
    tags(&rig, "Kim Berg", json!({"add": ["Refapp Status: Sent"], "remove": []})).await;
    rig.time_passes(DAY + HOUR).await;
    is_as_written(&rig, "Kim Berg").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_a_note_deleted_by_hand_is_seen_where_notes_can_be_listed() {
    let mut rig = Rig::start(Setup::with_list_rights()).await;
    started(&rig, "Kim Berg").await;
    at_rest(&rig, "Kim Berg", "Sent").await;
    let path = format!("opportunities/{}/notes", rig.opportunity("Kim Berg"));
    let notes = rig.lever("GET", &path, Value::Null).await["data"].clone();
    let ours = |note: &&Value| {
        note["fields"][0]["value"]
            .as_str()
            .is_some_and(|text| text.starts_with("Refapp: "))
    };
    let note = notes
        .as_array()
        .and_then(|notes| notes.iter().find(ours))
        .expect("our note")["id"]
        .clone();
    let note = format!("{path}/{}", note.as_str().expect("an id"));
    rig.lever("DELETE", &note, Value::Null).await;
    rig.time_passes(DAY + HOUR).await;
    let row = is_changed(&rig, "Kim Berg").await;
    let changed = row.changed.as_ref().expect("what was changed");
    assert_eq!((changed.note_gone, &changed.tag_gone), (true, &None));
    rig.decide(&row, Decision::Repair).await;
    at_rest(&rig, "Kim Berg", "Sent").await;
    is_as_written(&rig, "Kim Berg").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r04_what_another_installation_writes_was_not_changed_by_hand() {
    let mut rig = Rig::start(Setup::default()).await;
    for candidate in ["Kim Berg", "Viktor Palm"] {
        tags(&rig, candidate, json!({"add": ["Refapp Status: Sent"], "remove": []})).await;
        rig.move_into_trigger(candidate).await;
        stands_for(&rig, candidate, Code::CheckOther).await;
    }
    let row = rig.check_of("Viktor Palm").await.expect("a check");
    rig.decide(&row, Decision::Start).await;
    sent(&rig, "Viktor Palm").await;
    at_rest(&rig, "Viktor Palm", "Sent").await;
    // It goes on there with both.
    for candidate in ["Kim Berg", "Viktor Palm"] {
        tags(
            &rig,
            candidate,
            json!({"add": ["Refapp Status: Waiting for candidate"], "remove": []}),
        )
        .await;
        looked_at(&mut rig, candidate).await;
    }
    // Ours is told of all the same.
    tags(
        &rig,
        "Viktor Palm",
        json!({"add": [], "remove": ["Refapp Status: Sent"]}),
    )
    .await;
    rig.time_passes(DAY + HOUR).await;
    let row = is_changed(&rig, "Viktor Palm").await;
    assert_eq!(row.changed.expect("what was changed").tags_added, Vec::<String>::new());
    let other = rig.check_of("Kim Berg").await.expect("a check");
    assert_eq!((other.changed, other.status), (None, Status::NeedsAttention));
    rig.decide(&row_of(&rig, "Viktor Palm").await, Decision::Repair).await;
    rig.until("both tags are there", async || {
        let tags = rig.status_tags("Viktor Palm").await;
        (tags.len() == 2 && tags.contains(&"Refapp Status: Sent".to_owned())).then_some(())
    })
    .await;
}

async fn row_of(rig: &Rig, candidate: &str) -> CheckRow {
    rig.check_of(candidate).await.expect("a check")
}
