//! What is sent to Refapp: `rules.md` 6, 7 and 9 to 11.

use api::Decision;
use end_to_end::rig::{Rig, Setup};
use model::{Badge, Code, Status};
use serde_json::{Value, json};
use simulator::demo;

use crate::{at_rest, sent, stands_for, started};

/// The last event that was sent, without its envelope.
fn last_event(rig: &Rig) -> Value {
    let events = rig.calls("event");
    events.last().expect("an event").body["partner-event"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r06_updates_find_their_check_even_after_the_database_was_rebuilt() {
    let mut rig = Rig::start(Setup::default()).await;
    let row = started(&rig, "Kim Berg").await;
    let result = rig.result_of(&row);
    assert_eq!(&result[14..15], "5", "a UUIDv5 of the effect key");
    at_rest(&rig, "Kim Berg", "Sent").await;

    rig.lose_database().await;
    rig.provision().await;
    rig.until_ready().await;
    assert!(rig.checks().await.is_empty());
    rig.move_to("Kim Berg", "Offer").await;
    rig.move_into_trigger("Kim Berg").await;
    // Its own tag is a stranger's now, so it asks; adopted, it follows the check that runs.
    let row = stands_for(&rig, "Kim Berg", Code::CheckOther).await;
    rig.decide(&row, Decision::Adopt).await;
    sent(&rig, "Kim Berg").await;
    rig.control(
        "POST",
        &format!("refapp/checks/{result}/candidate-names-referees"),
        json!({}),
    )
    .await;
    rig.check_that("Kim Berg", "the update finds it", |row| {
        row.status == Status::WaitingForReferees
    })
    .await;
    assert_eq!(rig.starts("Kim Berg"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r07_the_project_is_the_posting_the_recruiter_is_the_mover_and_the_team_is_mover_and_owner() {
    let rig = Rig::start(Setup::default()).await;
    // Maja moves a candidate of Jonas's posting, whose hiring manager is Hugo.
    rig.move_by("Kim Berg", demo::TRIGGER_STAGE, "maja.holm@nordvik.example")
        .await;
    sent(&rig, "Kim Berg").await;
    let event = last_event(&rig);
    let (candidate, job) = (&event["candidate"], &event["candidate"]["job"]);
    assert_eq!(job["id"], rig.posting("Backend Developer").as_str());
    assert_eq!(candidate["recruiter"]["email"], "maja.holm@nordvik.example");
    let team: Vec<&str> = job["recruiting-team"]
        .as_array()
        .expect("a team")
        .iter()
        .filter_map(|member| member["email"].as_str())
        .collect();
    assert_eq!(team, ["maja.holm@nordvik.example", demo::RECRUITER]);
    assert!(
        !event.to_string().contains("hugo.dahl"),
        "the hiring manager is not handed over"
    );

    let state = rig.control("GET", "state", Value::Null).await;
    let project = &state["refapp"]["projects"][0];
    assert_eq!(project["job_id"], job["id"]);
    assert_eq!(project["members"].as_array().expect("members").len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r07_without_a_mover_the_posting_owner_is_the_recruiter() {
    let rig = Rig::start(Setup::default()).await;
    rig.move_by_nobody("Sofia Lindqvist", demo::TRIGGER_STAGE).await;
    sent(&rig, "Sofia Lindqvist").await;
    let event = last_event(&rig);
    assert_eq!(event["candidate"]["recruiter"]["email"], "maja.holm@nordvik.example");
    let team = event["candidate"]["job"]["recruiting-team"]
        .as_array()
        .expect("a team")
        .len();
    assert_eq!(team, 1);
    // A mover who has left is as good as none.
    rig.move_by("Kim Berg", demo::TRIGGER_STAGE, "petra.gran@nordvik.example")
        .await;
    sent(&rig, "Kim Berg").await;
    assert_eq!(last_event(&rig)["candidate"]["recruiter"]["email"], demo::RECRUITER);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r07_a_manager_of_the_posting_who_moves_the_candidate_is_there_as_the_mover() {
    let rig = Rig::start(Setup::default()).await;
    rig.move_by("Kim Berg", demo::TRIGGER_STAGE, "hugo.dahl@nordvik.example")
        .await;
    sent(&rig, "Kim Berg").await;
    assert_eq!(
        last_event(&rig)["candidate"]["recruiter"]["email"],
        "hugo.dahl@nordvik.example"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r09_the_preset_values_of_the_form_are_sent_with_their_types() {
    let rig = Rig::start(Setup::default()).await;
    rig.control("PATCH", "refapp", json!({"form": "questionnaire"})).await;
    started(&rig, "Viktor Palm").await;
    let expected = json!({
        "hide-project-name": false, "external-recruitment-enabled": false,
        "form-en": "Tz8mQe4RbWn2YkLpV", "form-sv": "PlrV0EW1KatfkOI9D", "relation-verification": false,
        "referee-requests-choice": "email-sms", "num-referees-requested": "3",
        "referee-communication-automation": "email-sms",
    });
    assert_eq!(last_event(&rig)["webhook-data"], expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r09_the_template_is_put_into_a_form_that_asks_for_more_and_that_form_is_read_again() {
    let rig = Rig::start(Setup::default()).await;
    rig.control("PATCH", "refapp", json!({"form": "mixed"})).await;
    let asked = rig.calls("config").len();
    started(&rig, "Sofia Lindqvist").await;
    let data = &last_event(&rig)["webhook-data"];
    assert_eq!(data["project-template-id"], "eVMqIrtA3z57KSxyF");
    assert_eq!(data["num-referees-requested"], "3");
    let forms = rig.calls("config");
    let refetch = &forms[asked + 1].query["webhook_data"][0];
    let values: Value = serde_json::from_str(refetch).expect("JSON");
    assert_eq!(values["project-template-id"], "eVMqIrtA3z57KSxyF");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r09_a_required_field_without_a_value_parks_and_its_preset_mends_it() {
    let rig = Rig::start(Setup::default()).await;
    let required = json!({"form": "questionnaire", "cost_centre_required": true});
    rig.control("PATCH", "refapp", required).await;
    rig.move_into_trigger("Viktor Palm").await;
    let row = stands_for(&rig, "Viktor Palm", Code::RefForm).await;
    assert_eq!(row.reason.as_ref().expect("a reason").params["field"], "Cost centre");
    assert_eq!(rig.calls("event").len(), 0);
    rig.control("PATCH", "refapp", json!({"cost_centre_required": false}))
        .await;
    rig.decide(&row, Decision::TryAgain).await;
    sent(&rig, "Viktor Palm").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r10_no_language_is_sent_so_the_accounts_default_applies() {
    let rig = Rig::start(Setup::default()).await;
    rig.control("PATCH", "refapp", json!({"default_language": "en"})).await;
    started(&rig, "Kim Berg").await;
    let event = last_event(&rig);
    assert!(event["candidate"].get("language").is_none(), "{event}");
    let state = rig.control("GET", "state", Value::Null).await;
    assert_eq!(state["refapp"]["checks"][0]["language"], "en");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_a_tag_that_was_set_a_second_ago_counts() {
    let rig = Rig::start(Setup::default()).await;
    // The posting is read for somebody who cannot be started, so that its job has no project yet.
    rig.change_candidate("Linnea Ståhl", json!({"emails": [], "phones": []}))
        .await;
    rig.move_into_trigger("Linnea Ståhl").await;
    stands_for(&rig, "Linnea Ståhl", Code::CandContact).await;
    let posting = rig.posting("Backend Developer");
    let reads = rig.calls("read posting");
    assert!(reads.iter().any(|entry| entry.path.contains(&posting)));
    rig.change_posting("Backend Developer", json!({"tags": ["Refapp Template: Managers"]}))
        .await;
    started(&rig, "Kim Berg").await;
    assert_eq!(
        last_event(&rig)["webhook-data"]["project-template-id"],
        "hQ2wKbN7LrYc4TzPd"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_a_start_costs_four_requests_at_lever() {
    let rig = Rig::start(Setup::default()).await;
    let seq = rig.seq();
    started(&rig, "Kim Berg").await;
    at_rest(&rig, "Kim Berg", "Sent").await;
    let calls = rig.lever_calls_since(seq, "Kim Berg", "Backend Developer");
    assert_eq!(calls, ["read opportunity", "read posting", "addTags", "create note"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_one_word_for_a_name_is_sent_as_first_name_and_shown() {
    let rig = Rig::start(Setup::default()).await;
    let row = started(&rig, "Zelda").await;
    assert!(row.badges.contains(&Badge::OneWordName));
    let candidate = &last_event(&rig)["candidate"];
    assert_eq!(
        (&candidate["first-name"], &candidate["last-name"]),
        (&json!("Zelda"), &json!(""))
    );
}
