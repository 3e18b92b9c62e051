//! What Lever shows of a check that waits for somebody: `rules.md` 14.

use api::Decision;
use end_to_end::rig::{Rig, Setup};
use model::{Code, HOUR, MINUTE};
use serde_json::json;

use crate::{at_rest, our_notes, sent, stands_for, started};

/// The one test that sits out the real thirty seconds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r14_after_thirty_seconds_lever_says_needs_attention_and_what_to_do() {
    let rig = Rig::start(Setup::default()).await;
    rig.change_candidate("Ida Forsberg", json!({"emails": [], "phones": []}))
        .await;
    let parked = [
        ("Ida Forsberg", Code::CandContact),
        ("Ronja Blom", Code::TagStale),
        ("Emil Frisk", Code::TagMulti),
    ];
    for (candidate, code) in parked {
        rig.move_into_trigger(candidate).await;
        stands_for(&rig, candidate, code).await;
        assert!(rig.status_tags(candidate).await.is_empty(), "not before its time");
    }
    for (candidate, _) in parked {
        let note = at_rest(&rig, candidate, "Needs attention").await;
        let row = rig.check_of(candidate).await.expect("a check");
        let entry = model::explain(row.reason.as_ref().expect("a reason"), model::Language::En);
        assert!(note.contains(&entry.mend) && note.contains(&row.reference), "{note}");
        assert!(note.lines().count() > 2, "{note}");
        let waited = row.since.plus(30_000);
        let tag = rig
            .calls("addTags")
            .into_iter()
            .find(|e| e.path.contains(row.opportunity.as_str()));
        assert!(
            tag.expect("a tag").at >= waited.0,
            "30 s after it was parked, and not before"
        );
    }
    assert_eq!(rig.calls("event").len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r14_what_is_mended_goes_on_by_itself_and_the_tag_follows() {
    let mut rig = Rig::start(Setup::default()).await;
    rig.change_candidate("Ida Forsberg", json!({"emails": [], "phones": []}))
        .await;
    for (candidate, code) in [("Ida Forsberg", Code::CandContact), ("Ronja Blom", Code::TagStale)] {
        rig.move_into_trigger(candidate).await;
        stands_for(&rig, candidate, code).await;
    }
    rig.time_passes(2 * MINUTE).await;
    at_rest(&rig, "Ida Forsberg", "Needs attention").await;
    at_rest(&rig, "Ronja Blom", "Needs attention").await;
    rig.change_candidate("Ida Forsberg", json!({"emails": ["ida.forsberg@fjordpost.example"]}))
        .await;
    rig.change_posting("Store Manager", json!({"tags": ["Refapp Template: Sales"]}))
        .await;
    rig.time_passes(2 * MINUTE).await;
    for candidate in ["Ida Forsberg", "Ronja Blom"] {
        sent(&rig, candidate).await;
        at_rest(&rig, candidate, "Sent").await;
        assert_eq!(rig.starts(candidate), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r14_a_question_changes_nothing_in_lever_until_it_is_answered() {
    let mut rig = Rig::start(Setup::with_list_rights()).await;
    let row = stands_for(&rig, "Hanna Lilja", Code::CheckPresent).await;
    rig.time_passes(HOUR).await;
    started(&rig, "Kim Berg").await;
    at_rest(&rig, "Kim Berg", "Sent").await;
    assert!(rig.status_tags("Hanna Lilja").await.is_empty());
    assert!(our_notes(&rig, "Hanna Lilja").await.is_empty());
    rig.decide(&row, Decision::Dismiss).await;
    stands_for(&rig, "Hanna Lilja", Code::SkipDismissed).await;
}
