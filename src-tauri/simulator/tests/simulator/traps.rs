//! "The twelve things that break naive clients" (lever-api.md §0), one test each.

use serde_json::{Value, json};
use simulator::{DataCentre, WrongDataCentre, demo};

use crate::harness::{Harness, Inbox, answer, opportunity, user};

#[tokio::test]
async fn trap_01_stage_ids_are_strings_and_not_always_uuids() {
    let harness = Harness::start().await;
    let (status, body) = harness.get("/stages").await;
    assert_eq!(status, 200);
    let ids: Vec<_> = body["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stage| stage["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        ids[..4],
        ["lead-new", "lead-reached-out", "lead-responded", "applicant-new"]
    );
    assert_eq!(ids.last(), Some(&"offer"));
    assert_eq!(ids[6], demo::id(crate::harness::SEED, "stage", demo::TRIGGER_STAGE));
}

#[tokio::test]
async fn trap_02_next_is_percent_encoded_already_and_decoded_twice() {
    let harness = Harness::start().await;
    let (_, first) = harness.get("/opportunities?limit=5").await;
    let next = first["next"].as_str().unwrap();
    assert!(next.starts_with("%5B") && next.ends_with("%22%5D"), "{next}");
    // `query` encodes once more, as every client does.
    let request = harness
        .lever("GET", "/opportunities")
        .query(&[("limit", "5"), ("offset", next)]);
    let (status, twice) = answer(request).await;
    assert_eq!(status, 200);
    // The once-encoded form is accepted too.
    let (status, once) = harness.get(&format!("/opportunities?limit=5&offset={next}")).await;
    assert_eq!(status, 200);
    assert_eq!(once, twice);
    assert_ne!(first["data"], twice["data"]);
}

#[tokio::test]
async fn trap_03_the_last_page_has_no_next_and_webhooks_have_no_has_next_either() {
    let harness = Harness::start().await;
    let (_, users) = harness.get("/users").await;
    assert_eq!(users["hasNext"], false);
    assert!(users.get("next").is_none());
    harness.register("https://relay.example.com/lever").await;
    let (_, webhooks) = harness.get("/webhooks").await;
    assert_eq!(webhooks.as_object().unwrap().keys().collect::<Vec<_>>(), ["data"]);
}

#[tokio::test]
async fn trap_04_tag_writes_answer_with_blank_contact_fields() {
    let harness = Harness::start().await;
    let path = format!("/opportunities/{}", opportunity("Kim Berg"));
    let (_, before) = harness.get(&path).await;
    assert_eq!(before["data"]["name"], "Kim Berg");
    assert!(before["data"].get("opportunityLocation").is_some());
    let tags = json!({"tags": ["Refapp Status: Sent"]});
    for call in ["addTags", "removeTags"] {
        let (status, written) = answer(harness.lever("POST", &format!("{path}/{call}")).json(&tags)).await;
        assert_eq!(status, 200);
        let row = &written["data"];
        for field in ["name", "headline", "location"] {
            assert_eq!(row[field], "", "{call} {field}");
        }
        for field in ["phones", "emails", "links"] {
            assert_eq!(row[field], json!([]), "{call} {field}");
        }
        assert!(row.get("opportunityLocation").is_none());
        let there = row["tags"].as_array().unwrap().contains(&json!("Refapp Status: Sent"));
        assert_eq!(there, call == "addTags");
    }
    let (_, after) = harness.get(&path).await;
    assert_eq!(after["data"]["emails"], before["data"]["emails"]);
}

#[tokio::test]
async fn trap_05_creation_answers_201_with_deduped_and_deletes_answer_204_without_a_body() {
    let harness = Harness::start().await;
    let create = |email: &str| {
        let body = json!({"name": "Tag carrier", "emails": [email], "tags": ["Refapp Template: Developers"]});
        let path = format!("/opportunities?perform_as={}", user(demo::SUPER_ADMIN));
        answer(harness.lever("POST", &path).json(&body))
    };
    let (status, new) = create("new@nordvik.example").await;
    assert_eq!((status, &new["deduped"]), (201, &json!(false)));
    assert_eq!(new["data"]["stage"], "lead-new");
    assert_eq!(new["data"]["applications"], json!([]));
    let (status, again) = create("New@nordvik.example").await;
    assert_eq!((status, &again["deduped"]), (201, &json!(true)));
    assert_eq!(again["data"]["contact"], new["data"]["contact"]);
    assert_ne!(again["data"]["id"], new["data"]["id"]);

    let notes = format!("/opportunities/{}/notes", new["data"]["id"].as_str().unwrap());
    let (status, note) = answer(harness.lever("POST", &notes).json(&json!({"value": "Refapp: sent"}))).await;
    assert_eq!(status, 201);
    assert_eq!(note["data"]["noteId"], note["data"]["id"]);
    let path = format!("{notes}/{}", note["data"]["id"].as_str().unwrap());
    let deleted = harness.lever("DELETE", &path).send().await.unwrap();
    assert_eq!(deleted.status(), 204);
    assert!(deleted.headers().get("content-type").is_none());
    assert!(deleted.headers().get("date").is_some());
    assert_eq!(deleted.bytes().await.unwrap().len(), 0);
}

#[tokio::test]
async fn trap_06_the_signature_token_is_shown_once_and_the_signature_is_in_the_body() {
    let harness = Harness::start().await;
    let mut inbox = Inbox::open(&[]).await;
    let webhook = harness.register(&inbox.url()).await;
    let key = webhook["configuration"]["signatureToken"].as_str().unwrap();
    assert_eq!(key.len(), 48);
    let (_, list) = harness.get("/webhooks").await;
    assert!(list["data"][0]["configuration"].get("signatureToken").is_none());
    harness
        .control("PATCH", "/lever/webhook-groups", json!({"candidateStageChange": true}))
        .await;
    harness.move_to_trigger("Kim Berg").await;
    let delivered = inbox.next().await;
    let text = |field: &str| delivered.body[field].as_str().unwrap().to_owned();
    let signed = format!("{}{}", text("token"), delivered.body["triggeredAt"]);
    assert_eq!(text("signature"), hmac_hex(key, &signed));
    assert_eq!(text("token").len(), 48);
    assert!(
        delivered
            .headers
            .keys()
            .all(|name| !name.as_str().contains("signature"))
    );
}

fn hmac_hex(key: &str, message: &str) -> String {
    use hmac::Mac as _;
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

#[tokio::test]
async fn trap_07_the_test_delivery_carries_empty_data() {
    let harness = Harness::start().await;
    let mut inbox = Inbox::open(&[]).await;
    let webhook = harness.register(&inbox.url()).await;
    let id = webhook["id"].as_str().unwrap();
    harness
        .control("POST", &format!("/lever/webhooks/{id}/test"), Value::Null)
        .await;
    let delivered = inbox.next().await;
    assert_eq!(delivered.body["event"], "candidateHired");
    assert_eq!(delivered.body["data"], json!({}));
    assert!(delivered.body["signature"].is_string());
}

#[tokio::test]
async fn trap_08_a_repeated_post_writes_twice() {
    let harness = Harness::start().await;
    let notes = format!("/opportunities/{}/notes", opportunity("Åsa Öberg"));
    for _ in 0..2 {
        let request = harness.lever("POST", &notes).json(&json!({"value": "Refapp: sent"}));
        assert_eq!(answer(request.header("idempotency-key", "1")).await.0, 201);
    }
    let (_, list) = harness.get(&notes).await;
    assert_eq!(list["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn trap_09_webhooks_stay_silent_until_a_super_admin_switches_them_on() {
    let harness = Harness::start().await;
    let mut inbox = Inbox::open(&[]).await;
    harness.register(&inbox.url()).await;
    harness.move_to_trigger("Kim Berg").await;
    harness
        .control("PATCH", "/lever/webhook-groups", json!({"candidateStageChange": true}))
        .await;
    let second = harness.move_to_trigger("Åsa Öberg").await;
    assert_eq!(inbox.next().await.body["data"]["opportunityId"], second);
    let state = harness.state().await;
    assert_eq!(state["lever"]["deliveries"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn trap_10_the_status_tells_and_the_code_may_not() {
    let harness = Harness::start().await;
    let (status, missing) = harness.get("/users/nobody").await;
    assert_eq!((status, &missing["code"]), (404, &json!("ResourceNotFound")));
    let (status, nowhere) = harness.get("/nowhere").await;
    assert_eq!(
        (status, &nowhere["message"]),
        (404, &json!("/v1/nowhere does not exist"))
    );
    let (status, method) = answer(harness.lever("PATCH", "/users")).await;
    assert_eq!((status, &method["message"]), (405, &json!("PATCH is not allowed")));
    harness
        .control("PATCH", "/switches", json!({"error_body": "text"}))
        .await;
    let request = harness.lever_as(demo::EU_KEY, DataCentre::Eu, "GET", "/opportunities");
    assert_eq!(answer(request).await, (403, Value::Null));
    let (status, unauthorized) = answer(harness.lever_as("no-key", DataCentre::Eu, "GET", "/users")).await;
    assert_eq!((status, &unauthorized["code"]), (401, &json!("UnauthorizedError")));
}

#[tokio::test]
async fn trap_11_a_key_at_the_wrong_data_centre_may_be_redirected() {
    let harness = Harness::start_with(|options| {
        options.switches.wrong_data_centre = WrongDataCentre::MovedPermanently;
    })
    .await;
    let request = harness.lever_as(demo::EU_KEY, DataCentre::Us, "GET", "/users?limit=2");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 301);
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(
        location,
        format!("{}/users?limit=2", harness.simulator.lever_api_url(DataCentre::Eu))
    );
    assert_eq!(answer(harness.client.get(&location)).await.0, 401);
    assert_eq!(
        answer(harness.client.get(&location).basic_auth(demo::EU_KEY, Some("")))
            .await
            .0,
        200
    );
}

#[tokio::test]
async fn trap_12_fields_are_there_that_no_documentation_page_names() {
    let harness = Harness::start().await;
    let (_, row) = harness
        .get(&format!("/opportunities/{}", opportunity("Kim Berg")))
        .await;
    let row = &row["data"];
    // The recorded shape, not the documented one (§6.3).
    for field in [
        "isAnonymized",
        "dataProtection",
        "opportunityLocation",
        "contact",
        "snoozedUntil",
    ] {
        assert!(row.get(field).is_some(), "{field}");
    }
    for field in ["archivedAt", "archiveReason", "resume"] {
        assert!(row.get(field).is_none(), "{field}");
    }
}
