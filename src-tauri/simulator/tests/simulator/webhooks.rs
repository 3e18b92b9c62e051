//! Deliveries: tries, history, reruns, filters (lever-api.md §8).

use serde_json::{Value, json};
use simulator::{Side, demo};

use crate::harness::{Harness, Inbox, answer};

async fn switched_on(inbox: &Inbox) -> (Harness, Value) {
    let harness = Harness::start().await;
    let webhook = harness.register(&inbox.url()).await;
    harness
        .control("PATCH", "/lever/webhook-groups", json!({"candidateStageChange": true}))
        .await;
    (harness, webhook)
}

#[tokio::test]
async fn a_delivery_names_the_stages_and_not_the_mover() {
    let mut inbox = Inbox::open(&[]).await;
    let (harness, _) = switched_on(&inbox).await;
    let id = harness.move_to_trigger("Kim Berg").await;
    let delivered = inbox.next().await;
    assert_eq!(delivered.headers["user-agent"], "Lever-Webhooks");
    let data = &delivered.body["data"];
    assert_eq!(data["opportunityId"], id);
    assert_eq!(
        data["toStageId"],
        demo::id(crate::harness::SEED, "stage", demo::TRIGGER_STAGE)
    );
    assert!(data["fromStageId"].is_string() && data["contactId"].is_string());
    assert!(!delivered.body.to_string().contains("userId"));
    assert!(delivered.body.get("id").is_none());
}

#[tokio::test]
async fn anything_but_2xx_is_tried_five_times_more_with_the_same_token() {
    let mut inbox = Inbox::open(&[500, 302, 404, 503, 400, 500, 200]).await;
    let (harness, _) = switched_on(&inbox).await;
    harness.move_to_trigger("Kim Berg").await;
    let first = inbox.next().await;
    for _ in 1..6 {
        assert_eq!(inbox.next().await.body, first.body);
    }
    harness
        .until(|entry| entry.side == Side::Webhook && entry.effect.as_ref().unwrap()["attempt"] == 6)
        .await;
    assert!(inbox.is_empty(), "a seventh try");
    let state = harness.state().await;
    assert_eq!(
        state["lever"]["deliveries"][0]["tries"],
        json!([500, 302, 404, 503, 400, 500])
    );
    assert!(
        harness
            .calls("candidateStageChange")
            .iter()
            .all(|entry| entry.answered && !entry.applied)
    );
}

#[tokio::test]
async fn a_rerun_sends_the_same_body_and_another_move_a_new_token() {
    let mut inbox = Inbox::open(&[]).await;
    let (harness, _) = switched_on(&inbox).await;
    harness.move_to_trigger("Kim Berg").await;
    let first = inbox.next().await.body;
    let delivery = harness.state().await["lever"]["deliveries"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    harness
        .control("POST", &format!("/lever/deliveries/{delivery}/rerun"), Value::Null)
        .await;
    assert_eq!(inbox.next().await.body, first);
    harness.move_to_trigger("Åsa Öberg").await;
    assert_ne!(inbox.next().await.body["token"], first["token"]);
}

#[tokio::test]
async fn a_late_delivery_waits_for_its_release_and_a_lost_one_never_comes() {
    let mut inbox = Inbox::open(&[]).await;
    let (harness, _) = switched_on(&inbox).await;
    let order = |name: &str, deliver: &str| json!({"opportunity": crate::harness::opportunity(name), "stage": "offer", "by": demo::RECRUITER, "deliver": deliver});
    harness.control("POST", "/lever/move", order("Kim Berg", "none")).await;
    harness.control("POST", "/lever/move", order("Åsa Öberg", "late")).await;
    harness
        .control("POST", "/lever/move", order("Viktor Palm", "normal"))
        .await;
    assert_eq!(
        inbox.next().await.body["data"]["opportunityId"],
        crate::harness::opportunity("Viktor Palm")
    );
    let released = harness.control("POST", "/lever/deliveries/release", Value::Null).await;
    assert_eq!(released["released"], 1);
    assert_eq!(
        inbox.next().await.body["data"]["opportunityId"],
        crate::harness::opportunity("Åsa Öberg")
    );
    harness
        .control("PATCH", "/lever/webhook-loss", json!({"probability": 1.0}))
        .await;
    harness
        .control("POST", "/lever/move", order("Ida Forsberg", "normal"))
        .await;
    assert_eq!(harness.state().await["lever"]["deliveries"][2]["lost"], true);
    assert!(inbox.is_empty());
}

#[tokio::test]
async fn a_webhook_hears_only_of_the_origins_that_it_asked_for() {
    let mut inbox = Inbox::open(&[]).await;
    let (harness, all) = switched_on(&inbox).await;
    let id = all["id"].as_str().unwrap();
    assert_eq!(answer(harness.lever("DELETE", &format!("/webhooks/{id}"))).await.0, 204);
    let body = json!({"url": inbox.url(), "event": "candidateStageChange",
        "configuration": {"conditions": {"origins": ["sourced"]}}});
    assert_eq!(answer(harness.lever("POST", "/webhooks").json(&body)).await.0, 201);
    // Kim Berg applied, Åsa Öberg was sourced.
    harness.move_to_trigger("Kim Berg").await;
    let sourced = harness.move_to_trigger("Åsa Öberg").await;
    assert_eq!(inbox.next().await.body["data"]["opportunityId"], sourced);
}

#[tokio::test]
async fn deletion_and_archiving_ring_their_own_events() {
    let harness = Harness::start().await;
    let mut inbox = Inbox::open(&[]).await;
    for event in ["candidateDeleted", "candidateArchiveChange"] {
        let body = json!({"url": inbox.url(), "event": event});
        assert_eq!(answer(harness.lever("POST", "/webhooks").json(&body)).await.0, 201);
        harness
            .control("PATCH", "/lever/webhook-groups", json!({event: true}))
            .await;
    }
    let id = crate::harness::opportunity("Kim Berg");
    harness
        .control(
            "PATCH",
            &format!("/lever/opportunities/{id}"),
            json!({"archived": true}),
        )
        .await;
    let archived = inbox.next().await.body;
    assert!(archived["data"]["toArchived"]["archivedAt"].is_i64());
    harness
        .control("DELETE", &format!("/lever/opportunities/{id}"), Value::Null)
        .await;
    assert_eq!(inbox.next().await.body["data"]["opportunityId"], id);
    assert_eq!(harness.get(&format!("/opportunities/{id}")).await.0, 404);
}
