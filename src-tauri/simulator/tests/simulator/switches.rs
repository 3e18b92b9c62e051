//! The other side of each open question (lever-api.md §12), where no other test takes it.

use serde_json::{Value, json};
use simulator::{DataCentre, demo};

use crate::harness::{Harness, Inbox, answer, opportunity, user};

impl Harness {
    async fn switch(&self, switches: Value) {
        self.control("PATCH", "/switches", switches).await;
    }
}

#[tokio::test]
async fn row_02_the_wrong_data_centre_answers_401_or_404() {
    let harness = Harness::start().await;
    let ask = || answer(harness.lever_as(demo::EU_KEY, DataCentre::Us, "GET", "/users"));
    assert_eq!(ask().await.0, 401);
    harness.switch(json!({"wrong_data_centre": "not_found"})).await;
    assert_eq!(ask().await.0, 404);
}

#[tokio::test]
async fn row_05_creation_archiving_and_api_moves_fire_as_switched() {
    let harness = Harness::start().await;
    let mut inbox = Inbox::open(&[]).await;
    harness.register(&inbox.url()).await;
    harness
        .control("PATCH", "/lever/webhook-groups", json!({"candidateStageChange": true}))
        .await;
    harness
        .switch(json!({"webhook_on_creation": true, "webhook_id": true}))
        .await;
    let created = harness
        .control("POST", "/lever/opportunities", json!({"name": "New", "stage": "offer"}))
        .await;
    let body = inbox.next().await.body;
    assert_eq!(body["data"]["opportunityId"], created["id"]);
    assert!(body["data"].get("fromStageId").is_none());
    assert!(body["id"].is_string());
    harness.switch(json!({"webhook_on_archive": true})).await;
    let id = opportunity("Kim Berg");
    harness
        .control(
            "PATCH",
            &format!("/lever/opportunities/{id}"),
            json!({"archived": true}),
        )
        .await;
    assert_eq!(inbox.next().await.body["data"]["opportunityId"], id);
    harness.switch(json!({"webhook_on_api_move": false})).await;
    harness
        .control("POST", "/lever/move", json!({"opportunity": id, "stage": "offer"}))
        .await;
    let second = harness.move_to_trigger("Åsa Öberg").await;
    assert_eq!(inbox.next().await.body["data"]["opportunityId"], second);
}

#[tokio::test]
async fn row_06_an_http_url_is_refused_as_switched() {
    let harness = Harness::start().await;
    harness.switch(json!({"http_webhook_refused": true})).await;
    let ask = |url: &str| {
        answer(
            harness
                .lever("POST", "/webhooks")
                .json(&json!({"url": url, "event": "candidateStageChange"})),
        )
    };
    assert_eq!(ask("http://relay.example.com/lever").await.0, 400);
    assert_eq!(ask("https://relay.example.com/lever").await.0, 201);
}

#[tokio::test]
async fn row_07_a_note_from_the_app_cannot_be_deleted() {
    let harness = Harness::start().await;
    let path = format!(
        "/opportunities/{}/notes/{}",
        opportunity("Kim Berg"),
        demo::id(crate::harness::SEED, "note", "screen")
    );
    for (side, status) in [("forbidden", 403), ("not_found", 404), ("bad_request", 400)] {
        harness.switch(json!({"delete_ui_note": side})).await;
        assert_eq!(answer(harness.lever("DELETE", &path)).await.0, status);
    }
}

#[tokio::test]
async fn row_08_deduped_is_absent_as_switched() {
    let harness = Harness::start().await;
    harness
        .switch(json!({"deduped_when_false": false, "default_origin": "referred"}))
        .await;
    let path = format!("/opportunities?perform_as={}", user(demo::SUPER_ADMIN));
    let (_, body) = answer(harness.lever("POST", &path).json(&json!({"name": "x"}))).await;
    assert!(body.get("deduped").is_none());
    assert_eq!(body["data"]["origin"], "referred");
}

#[tokio::test]
async fn row_09_long_notes_and_tags_are_refused_as_switched() {
    let harness = Harness::start().await;
    harness.switch(json!({"note_limit": 10, "tag_limit": 5})).await;
    let path = format!("/opportunities/{}", opportunity("Kim Berg"));
    let note = harness
        .lever("POST", &format!("{path}/notes"))
        .json(&json!({"value": "more than ten"}));
    assert_eq!(answer(note).await.0, 400);
    let tag = harness
        .lever("POST", &format!("{path}/addTags"))
        .json(&json!({"tags": ["longer"]}));
    assert_eq!(answer(tag).await.0, 400);
}

#[tokio::test]
async fn row_11_right_or_object_is_checked_first_as_switched() {
    let harness = Harness::start().await;
    harness
        .control(
            "PATCH",
            "/lever/keys/practice-eu-key",
            json!({"rights": {"read user": false}}),
        )
        .await;
    let ask = || answer(harness.lever_as(demo::EU_KEY, DataCentre::Eu, "GET", "/users/nobody"));
    assert_eq!(ask().await.0, 403);
    harness.switch(json!({"right_check_first": false})).await;
    assert_eq!(ask().await.0, 404);
}

#[tokio::test]
async fn row_12_a_wrong_key_has_its_own_text_as_switched() {
    let harness = Harness::start().await;
    let ask = || answer(harness.lever_as("no-key", DataCentre::Eu, "GET", "/users"));
    let (_, before) = ask().await;
    harness.switch(json!({"wrong_key_other_text": true})).await;
    let (status, after) = ask().await;
    assert_eq!(status, 401);
    assert_ne!(before["message"], after["message"]);
}

#[tokio::test]
async fn row_14_deleted_notes_stay_listed_as_switched() {
    let harness = Harness::start().await;
    let notes = format!("/opportunities/{}/notes", opportunity("Åsa Öberg"));
    let (_, note) = answer(harness.lever("POST", &notes).json(&json!({"value": "x"}))).await;
    let path = format!("{notes}/{}", note["data"]["id"].as_str().unwrap());
    assert_eq!(answer(harness.lever("DELETE", &path)).await.0, 204);
    assert_eq!(harness.get(&notes).await.1["data"], json!([]));
    harness.switch(json!({"deleted_notes_listed": true})).await;
    assert!(harness.get(&notes).await.1["data"][0]["deletedAt"].is_i64());
    assert_eq!(answer(harness.lever("DELETE", &path)).await.0, 404, "gone all the same");
}

#[tokio::test]
async fn row_15_a_key_as_bearer_is_accepted_as_switched() {
    let harness = Harness::start().await;
    let url = format!("{}/users", harness.simulator.lever_api_url(DataCentre::Eu));
    let ask = || answer(harness.client.get(&url).bearer_auth(demo::EU_KEY));
    assert_eq!(ask().await.0, 401);
    harness.switch(json!({"bearer_api_key": true})).await;
    assert_eq!(ask().await.0, 200);
}

#[tokio::test]
async fn an_unknown_switch_is_refused() {
    let harness = Harness::start().await;
    let url = format!("{}/switches", harness.simulator.control_url());
    assert_eq!(
        answer(harness.client.patch(url).json(&json!({"weather": "fair"})))
            .await
            .0,
        400
    );
}

#[tokio::test]
async fn updating_a_note_replaces_it_whole() {
    let harness = Harness::start().await;
    let notes = format!("/opportunities/{}/notes", opportunity("Åsa Öberg"));
    let (_, note) = answer(harness.lever("POST", &notes).json(&json!({"value": "first"}))).await;
    let path = format!("{notes}/{}", note["data"]["id"].as_str().unwrap());
    let (status, body) = answer(
        harness
            .lever("PUT", &path)
            .json(&json!({"values": [{"value": "second"}]})),
    )
    .await;
    assert_eq!((status, &body["data"]), (200, &json!({"noteId": note["data"]["id"]})));
    let (_, list) = harness.get(&notes).await;
    assert_eq!(list["data"][0]["fields"][0]["value"], "second");
}
