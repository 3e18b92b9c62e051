//! Faults on order: what the client sees, and what the ledger says of it.

use std::time::Duration;

use serde_json::{Value, json};
use simulator::Entry;

use crate::harness::{Harness, Inbox, answer, good_event, opportunity};

impl Harness {
    async fn fault(&self, fault: Value) {
        self.control("POST", "/faults", fault).await;
    }

    async fn add_tag(&self) -> Result<(u16, String), reqwest::Error> {
        let path = format!("/opportunities/{}/addTags", opportunity("Kim Berg"));
        let request = self
            .lever("POST", &path)
            .json(&json!({"tags": ["Refapp Status: Sent"]}));
        let response = request.timeout(Duration::from_secs(10)).send().await?;
        Ok((response.status().as_u16(), response.text().await?))
    }

    async fn tagged(&self) -> bool {
        let (_, row) = self.get(&format!("/opportunities/{}", opportunity("Kim Berg"))).await;
        row["data"]["tags"]
            .as_array()
            .unwrap()
            .contains(&json!("Refapp Status: Sent"))
    }

    fn last(&self, call: &str) -> Entry {
        self.calls(call).pop().unwrap()
    }
}

/// Orders one fault on addTags; gives what the client saw, whether the tag is there, and the ledger's line.
async fn played(fault: Value) -> (Result<(u16, String), reqwest::Error>, bool, Entry) {
    let harness = Harness::start().await;
    let mut order = json!({"match": {"call": "addTags"}, "times": 1});
    order
        .as_object_mut()
        .unwrap()
        .extend(fault.as_object().unwrap().clone());
    harness.fault(order).await;
    let seen = harness.add_tag().await;
    let (tagged, line) = (harness.tagged().await, harness.last("addTags"));
    assert_eq!(harness.add_tag().await.unwrap().0, 200, "the fault strikes once");
    (seen, tagged, line)
}

#[tokio::test]
async fn a_status_is_answered_and_nothing_is_applied() {
    let (seen, tagged, line) = played(json!({"kind": "status", "code": 503, "body": "{}"})).await;
    assert_eq!(seen.unwrap(), (503, "{}".into()));
    assert!(!tagged && !line.applied && line.answered);
    assert_eq!(line.fault.as_deref(), Some("status"));
}

#[tokio::test]
async fn a_reset_gives_no_answer_and_nothing_is_applied() {
    let (seen, tagged, line) = played(json!({"kind": "reset"})).await;
    assert!(seen.is_err());
    assert!(!tagged && !line.applied && !line.answered);
    assert_eq!(line.status, None);
}

#[tokio::test]
async fn applied_without_an_answer_is_applied() {
    let (seen, tagged, line) = played(json!({"kind": "applied_no_answer"})).await;
    assert!(seen.is_err());
    assert!(tagged && line.applied && !line.answered);
}

#[tokio::test]
async fn a_5xx_although_applied_is_applied() {
    let (seen, tagged, line) = played(json!({"kind": "applied_5xx", "code": 502})).await;
    assert_eq!(seen.unwrap().0, 502);
    assert!(tagged && line.applied && line.answered);
    assert_eq!(line.status, Some(502));
}

#[tokio::test]
async fn a_cut_gives_half_a_body() {
    let (seen, tagged, line) = played(json!({"kind": "cut"})).await;
    let error = seen.unwrap_err();
    assert!(
        error.is_body() || error.is_decode(),
        "the head came, the body broke: {error:?}"
    );
    assert!(tagged && line.applied && !line.answered);
}

#[tokio::test]
async fn an_answer_without_a_body_is_cut_before_its_head() {
    let harness = Harness::start().await;
    let (url, event) = ("https://127.0.0.1:9/in", "candidateStageChange");
    let hook = harness
        .lever("POST", "/webhooks")
        .json(&json!({"url": url, "event": event}));
    let id = answer(hook).await.1["data"]["id"].as_str().unwrap().to_owned();
    harness
        .fault(json!({"match": {"call": "delete webhook"}, "kind": "cut"}))
        .await;
    let deleted = harness.lever("DELETE", &format!("/webhooks/{id}")).send().await;
    assert!(deleted.is_err(), "{deleted:?}");
    let line = harness.last("delete webhook");
    assert!(line.applied && !line.answered);
    assert_eq!((line.status, line.fault.as_deref()), (None, Some("cut")));
}

#[tokio::test]
async fn two_hundreds_that_are_no_answer() {
    for (kind, start) in [
        ("garbage_200", "{\"data\": ["),
        ("html_200", "<!doctype html>"),
        ("empty_200", ""),
    ] {
        let (seen, tagged, line) = played(json!({"kind": kind})).await;
        let (status, body) = seen.unwrap();
        assert_eq!(status, 200);
        assert!(
            body.starts_with(start) && serde_json::from_str::<Value>(&body).is_err(),
            "{kind}: {body}"
        );
        assert!(tagged && line.applied, "{kind}");
        let (_, tagged, line) = played(json!({"kind": kind, "applied": false})).await;
        assert!(!tagged && !line.applied, "{kind}");
    }
}

#[tokio::test]
async fn a_two_hundred_that_is_far_too_big() {
    let (seen, tagged, line) = played(json!({"kind": "huge_200"})).await;
    let (status, body) = seen.unwrap();
    assert_eq!(status, 200);
    assert!(body.len() > 10 << 20 && serde_json::from_str::<Value>(&body).is_ok());
    assert!(tagged && line.applied);
}

#[tokio::test]
async fn a_hang_lasts_until_the_client_gives_up_or_the_simulator_stops() {
    let harness = Harness::start().await;
    harness
        .fault(json!({"match": {"side": "lever", "path": "/lever/eu/v1/users"}, "kind": "hang"}))
        .await;
    let request = harness.lever("GET", "/users").timeout(Duration::from_millis(200));
    assert!(request.send().await.unwrap_err().is_timeout());
    let first = harness.until(|entry| entry.call == "list users").await;
    assert!(!first.answered);
    let hanging = tokio::spawn(harness.lever("GET", "/users").send());
    harness
        .until(|entry| entry.call == "list users" && entry.seq > first.seq)
        .await;
    harness.simulator.stop().await;
    assert!(hanging.await.unwrap().is_err());
}

#[tokio::test]
async fn a_slow_answer_is_a_right_one() {
    let (seen, tagged, line) = played(json!({"kind": "slow", "ms": 30})).await;
    assert_eq!(seen.unwrap().0, 200);
    assert!(tagged && line.applied && line.answered);
    assert_eq!(line.fault.as_deref(), Some("slow"));
}

#[tokio::test]
async fn after_times_and_nth_choose_which_requests_are_struck() {
    let statuses = |fault: Value| async move {
        let harness = Harness::start().await;
        harness.fault(fault).await;
        let mut statuses = Vec::new();
        for _ in 0..5 {
            statuses.push(harness.get("/users").await.0);
        }
        statuses
    };
    let fault = json!({"match": {"method": "GET", "path": "/lever/eu/v1/users"}, "after": 1, "times": 2,
        "kind": "status", "code": 500});
    assert_eq!(statuses(fault).await, [200, 500, 500, 200, 200]);
    let fault = json!({"match": {"call": "list users", "nth": 4}, "kind": "status", "code": 500});
    assert_eq!(statuses(fault).await, [200, 200, 200, 500, 200]);
}

#[tokio::test]
async fn chances_are_the_same_for_the_same_seed() {
    let run = || async {
        let harness = Harness::start().await;
        harness
            .fault(json!({"match": {"side": "lever"}, "probability": 0.4, "kind": "status", "code": 500}))
            .await;
        let mut statuses = Vec::new();
        for _ in 0..30 {
            statuses.push(harness.get("/stages").await.0);
        }
        statuses
    };
    let first = run().await;
    assert!(first.contains(&200) && first.contains(&500));
    assert_eq!(run().await, first);
}

#[tokio::test]
async fn retry_after_goes_along_and_faults_can_be_cleared() {
    let harness = Harness::start().await;
    harness
        .fault(json!({"kind": "status", "code": 429, "retry_after": "2"}))
        .await;
    let response = harness.lever("GET", "/users").send().await.unwrap();
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["retry-after"], "2");
    harness.control("DELETE", "/faults", Value::Null).await;
    assert_eq!(harness.get("/users").await.0, 200);
}

#[tokio::test]
async fn a_started_check_may_go_unanswered() {
    let harness = Harness::start().await;
    harness
        .fault(json!({"match": {"side": "refapp", "call": "event"}, "kind": "applied_no_answer"}))
        .await;
    let url = format!("{}/webhooks/account-integration", harness.simulator.refapp_url());
    let request = harness.client.post(url).bearer_auth(simulator::demo::REFAPP_TOKEN);
    assert!(
        request
            .json(&good_event("r1", "http://127.0.0.1:9/x"))
            .send()
            .await
            .is_err()
    );
    assert_eq!(harness.state().await["refapp"]["checks"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn deliveries_can_be_dropped_or_doubled() {
    let harness = Harness::start().await;
    let mut inbox = Inbox::open(&[]).await;
    harness.event(&good_event("r1", &inbox.url())).await;
    harness
        .fault(json!({"match": {"side": "update", "nth": 1}, "kind": "drop"}))
        .await;
    harness
        .fault(json!({"match": {"side": "update", "nth": 1}, "kind": "twice"}))
        .await;
    for _ in 0..2 {
        harness.control("POST", "/refapp/checks/r1/next", Value::Null).await;
    }
    let first = inbox.next().await.body;
    assert_eq!(first["attributes"]["status"], "pending", "the first update was dropped");
    assert_eq!(inbox.next().await.body, first, "the second came twice");
}

#[tokio::test]
async fn a_try_or_its_answer_can_be_lost_on_the_way_and_is_tried_again() {
    for (kind, copies) in [("reset", 1), ("applied_no_answer", 2)] {
        let harness = Harness::start().await;
        let mut inbox = Inbox::open(&[]).await;
        harness.event(&good_event("r1", &inbox.url())).await;
        harness
            .fault(json!({"match": {"side": "update"}, "times": 1, "kind": kind}))
            .await;
        harness.control("POST", "/refapp/checks/r1/next", Value::Null).await;
        let second = harness.until(|entry| entry.call == "update" && entry.applied).await;
        assert_eq!(second.effect.unwrap()["attempt"], 2, "{kind}");
        assert!(!harness.calls("update")[0].answered);
        for _ in 0..copies {
            assert_eq!(inbox.next().await.body["id"], "r1");
        }
        assert!(inbox.is_empty(), "{kind}");
    }
}

#[tokio::test]
async fn an_order_that_cannot_be_understood_is_refused() {
    let harness = Harness::start().await;
    let url = format!("{}/faults", harness.simulator.control_url());
    let (status, _) = answer(harness.client.post(url).json(&json!({"kind": "sulk"}))).await;
    assert_eq!(status, 422);
}
