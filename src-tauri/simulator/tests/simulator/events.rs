//! Refapp: forms, the strict check of events, updates (refapp-api.md).

use serde_json::{Value, json};
use simulator::{EventAnswer, EventRevision, Side, UpdateBody, UpdateMethod, demo};

use crate::harness::{Harness, Inbox, answer, good_event, posting};

fn at<'a>(event: &'a mut Value, pointer: &str) -> &'a mut Value {
    event.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}"))
}

fn fields(form: &Value) -> Vec<&str> {
    form["config"]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| field["id"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_good_event_makes_a_project_with_its_members() {
    let harness = Harness::start().await;
    let (status, _) = harness.event(&good_event("r1", "http://127.0.0.1:9/x")).await;
    assert_eq!(status, 200);
    let state = harness.state().await;
    let project = &state["refapp"]["projects"][0];
    assert_eq!(project["job_id"], posting("Backend Developer"));
    assert_eq!(project["template"], "Sales");
    let members: Vec<_> = project["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["email"].clone())
        .collect();
    assert_eq!(members, [json!(demo::RECRUITER), json!(demo::SUPER_ADMIN)]);
    let entry = &harness.calls("event")[0];
    assert!(entry.applied);
    assert_eq!(entry.effect.as_ref().unwrap()["resultId"], "r1");
}

#[tokio::test]
async fn fields_that_must_not_be_null_or_absent_are_named_in_a_400() {
    let harness = Harness::start().await;
    let candidate = "/partner-event/candidate";
    let nulls = [
        "/partner-event/id".to_owned(),
        "/partner-event/partner-result/status".to_owned(),
        "/partner-event/partner-result/id".to_owned(),
        "/partner-event/webhook-data/project-template-id".to_owned(),
        format!("{candidate}/id"),
        format!("{candidate}/first-name"),
        format!("{candidate}/last-name"),
        format!("{candidate}/recruiter"),
        format!("{candidate}/recruiter/email"),
        format!("{candidate}/job/id"),
        format!("{candidate}/job/title"),
        format!("{candidate}/job/recruiting-team/0/email"),
    ];
    for pointer in nulls {
        let mut event = good_event("r1", "http://127.0.0.1:9/x");
        *at(&mut event, &pointer) = Value::Null;
        let (status, body) = harness.event(&event).await;
        assert_eq!(status, 400, "{pointer}");
        let field = pointer.rsplit('/').next().unwrap();
        assert!(body["message"].as_str().unwrap().contains(field), "{pointer}: {body}");
    }
    assert!(harness.calls("event").iter().all(|entry| !entry.applied));
    assert_eq!(harness.state().await["refapp"]["checks"], json!([]));
}

#[tokio::test]
async fn fields_that_may_be_null_may() {
    let harness = Harness::start().await;
    let mut event = good_event("r1", "http://127.0.0.1:9/x");
    for pointer in [
        "candidate/email",
        "candidate/phone",
        "partner-result/update-url",
        "candidate/job/recruiting-team",
    ] {
        *at(&mut event, &format!("/partner-event/{pointer}")) = Value::Null;
    }
    event["partner-event"]["candidate"]["id"] = json!(17);
    event["partner-event"].as_object_mut().unwrap().remove("id");
    let (status, body) = harness.event(&event).await;
    assert_eq!(status, 200, "{body}");
    let state = harness.state().await;
    let members = state["refapp"]["projects"][0]["members"].as_array().unwrap();
    assert_eq!(members.len(), 1, "without a team the recruiter is the only member");
}

#[tokio::test]
async fn the_new_revision_takes_null_names() {
    let harness = Harness::start_with(|options| options.switches.event_revision = EventRevision::New).await;
    let mut event = good_event("r1", "http://127.0.0.1:9/x");
    *at(&mut event, "/partner-event/candidate/first-name") = Value::Null;
    assert_eq!(harness.event(&event).await.0, 200);
}

#[tokio::test]
async fn company_and_unknown_keys_are_refused_only_where_the_switches_say_so() {
    let harness = Harness::start().await;
    let mut event = good_event("r1", "http://127.0.0.1:9/x");
    event["partner-event"]["candidate"]["hat-size"] = json!(58);
    assert_eq!(harness.event(&event).await.0, 200);
    harness
        .control("PATCH", "/switches", json!({"unknown_keys_refused": true}))
        .await;
    assert_eq!(harness.event(&event).await.0, 400);
    harness
        .control(
            "PATCH",
            "/switches",
            json!({"unknown_keys_refused": false, "company_required": true}),
        )
        .await;
    assert_eq!(harness.event(&event).await.0, 400);
    event["partner-event"]["company"] = json!({"uuid": "c1"});
    assert_eq!(harness.event(&event).await.0, 200);
}

#[tokio::test]
async fn an_unknown_template_answers_400_with_a_message() {
    let harness = Harness::start().await;
    let mut event = good_event("r1", "http://127.0.0.1:9/x");
    *at(&mut event, "/partner-event/webhook-data/project-template-id") = json!("gone");
    let (status, body) = harness.event(&event).await;
    assert_eq!(
        (status, &body["message"]),
        (400, &json!("Unknown project template: gone"))
    );
}

#[tokio::test]
async fn a_repeated_result_id_starts_a_second_check() {
    let harness = Harness::start().await;
    let event = good_event("r1", "http://127.0.0.1:9/x");
    for _ in 0..2 {
        assert_eq!(harness.event(&event).await.0, 200);
    }
    let repeats: Vec<_> = harness
        .calls("event")
        .iter()
        .map(|entry| entry.effect.as_ref().unwrap()["repeat"].clone())
        .collect();
    assert_eq!(repeats, [json!(false), json!(true)]);
    let state = harness.state().await;
    assert_eq!(state["refapp"]["checks"].as_array().unwrap().len(), 2);
    assert_eq!(state["refapp"]["projects"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_wrong_token_answers_401_with_a_message() {
    let harness = Harness::start().await;
    let url = format!("{}/webhooks/account-integration/config", harness.simulator.refapp_url());
    let (status, body) = answer(harness.client.get(url).bearer_auth("wrong")).await;
    assert_eq!((status, &body["message"]), (401, &json!("Unknown account")));
}

#[tokio::test]
async fn questionnaire_mode_shows_the_client_only_after_a_refetch() {
    let harness = Harness::start().await;
    harness
        .control("PATCH", "/refapp", json!({"form": "questionnaire"}))
        .await;
    let (_, form) = answer(harness.config(&[("job_id", "j")])).await;
    assert!(!fields(&form).contains(&"external-recruitment-customer"));
    assert!(fields(&form).contains(&"form-sv"));
    let values = json!({"external-recruitment-enabled": true, "cost-centre": "4711"}).to_string();
    let (_, form) = answer(harness.config(&[("job_id", "j"), ("webhook_data", &values)])).await;
    let customer = form["config"]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["id"] == "external-recruitment-customer");
    assert_eq!(customer.unwrap()["required"], true);
    let cost_centre = form["config"]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["id"] == "cost-centre");
    assert_eq!(cost_centre.unwrap()["value"], "4711", "values are kept");
}

#[tokio::test]
async fn a_required_field_without_a_value_is_refused() {
    let harness = Harness::start().await;
    harness
        .control(
            "PATCH",
            "/refapp",
            json!({"form": "questionnaire", "cost_centre_required": true}),
        )
        .await;
    let mut event = good_event("r1", "http://127.0.0.1:9/x");
    event["partner-event"]["webhook-data"] = json!({"form-sv": "PlrV0EW1KatfkOI9D"});
    assert_eq!(harness.event(&event).await.0, 400);
    event["partner-event"]["webhook-data"]["cost-centre"] = json!("4711");
    assert_eq!(harness.event(&event).await.0, 200);
}

#[tokio::test]
async fn an_existing_project_has_no_template_to_choose() {
    let harness = Harness::start().await;
    let job = posting("Backend Developer");
    let (_, before) = answer(harness.config(&[("job_id", &job)])).await;
    assert_eq!(fields(&before), ["project-template-id"]);
    harness.event(&good_event("r1", "http://127.0.0.1:9/x")).await;
    let (_, after) = answer(harness.config(&[("job_id", &job)])).await;
    assert!(!fields(&after).contains(&"project-template-id"));
    assert_eq!(after["config"]["fields"][0]["label-class"], "info");
    harness
        .control("PATCH", "/refapp", json!({"existing_project_form": false}))
        .await;
    let (_, other) = answer(harness.config(&[("job_id", &job)])).await;
    assert_eq!(other, before, "an account that shows one form for all");
}

#[tokio::test]
async fn updates_follow_a_check_to_its_report_in_order() {
    let harness = Harness::start().await;
    let mut inbox = Inbox::open(&[]).await;
    harness.event(&good_event("r1", &inbox.url())).await;
    for step in [
        "next",
        "next",
        "candidate-names-referees",
        "referee-answers",
        "referee-declines",
        "complete",
    ] {
        harness
            .control("POST", &format!("/refapp/checks/r1/{step}"), Value::Null)
            .await;
    }
    let mut seen = Vec::new();
    for _ in 0..6 {
        let update = inbox.next().await;
        assert_eq!(update.method, "PUT");
        assert_eq!(
            update.headers["authorization"],
            format!("Bearer {}", demo::UPDATE_BEARER)
        );
        assert_eq!(update.body["type"], "partner-results");
        assert_eq!(update.body["id"], "r1");
        seen.push(update.body["attributes"].clone());
    }
    let statuses: Vec<_> = seen
        .iter()
        .map(|attributes| attributes["status"].as_str().unwrap())
        .collect();
    assert_eq!(
        statuses,
        ["sent", "pending", "pending", "pending", "pending", "completed"]
    );
    let remaining: Vec<_> = seen
        .iter()
        .map(|attributes| attributes["assessment"]["remainingToSubmit"].clone())
        .collect();
    assert_eq!(remaining[..3], [Value::Null, json!(3), json!(0)]);
    let last = &seen[5];
    assert_eq!(
        (&last["assessment"]["completed"], &last["assessment"]["declined"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(last["assessment"]["score"], 67);
    let report = last["url"].as_str().unwrap();
    assert!(report.starts_with(&harness.simulator.refapp_url()));
    assert_eq!(answer(harness.client.get(report)).await.0, 200);
    assert!(
        last["candidateSubmissionPageLink"]["url"]
            .as_str()
            .unwrap()
            .contains("/reference-entry/")
    );
}

#[tokio::test]
async fn support_registers_a_bearer_and_updates_come_with_it_from_then_on() {
    let harness = Harness::start().await;
    let mut inbox = Inbox::open(&[]).await;
    harness.event(&good_event("r1", &inbox.url())).await;
    let base = format!("http://{}", harness.simulator.address());
    simulator::register_bearer(&base, "made by the app").await.unwrap();
    harness.control("POST", "/refapp/checks/r1/next", Value::Null).await;
    assert_eq!(inbox.next().await.headers["authorization"], "Bearer made by the app");
    let nobody = simulator::register_bearer("http://127.0.0.1:9", "made by the app").await;
    assert!(!nobody.unwrap_err().contains("made by the app"));
}

#[tokio::test]
async fn no_update_goes_to_a_host_that_support_has_not_configured() {
    let harness = Harness::start().await;
    let mut inbox = Inbox::open(&[]).await;
    harness.control("PATCH", "/refapp", json!({"update_hosts": {}})).await;
    harness.event(&good_event("r1", &inbox.url())).await;
    harness.control("POST", "/refapp/checks/r1/next", Value::Null).await;
    harness
        .control(
            "PATCH",
            "/refapp",
            json!({"update_hosts": {"127.0.0.1": "other-bearer"}}),
        )
        .await;
    harness.control("POST", "/refapp/checks/r1/next", Value::Null).await;
    let first = inbox.next().await;
    assert_eq!(first.headers["authorization"], "Bearer other-bearer");
    assert_eq!(first.body["attributes"]["status"], "pending");
    assert_eq!(
        harness
            .until(|entry| entry.side == Side::Update)
            .await
            .credential
            .as_deref(),
        Some("127.0.0.1")
    );
}

#[tokio::test]
async fn updates_take_the_other_sides_too() {
    let harness = Harness::start_with(|options| {
        options.switches.update_body = UpdateBody::Data;
        options.switches.update_method = UpdateMethod::Patch;
        options.switches.update_nulls = true;
        options.switches.event_answer = EventAnswer::Empty;
        options.switches.event_status = 202;
    })
    .await;
    let mut inbox = Inbox::open(&[503, 200]).await;
    assert_eq!(harness.event(&good_event("r1", &inbox.url())).await, (202, Value::Null));
    harness.control("POST", "/refapp/checks/r1/next", Value::Null).await;
    let first = inbox.next().await;
    assert_eq!(first.method, "PATCH");
    assert_eq!(first.body["data"]["id"], "r1");
    assert!(first.body["data"]["attributes"].as_object().unwrap()["url"].is_null());
    assert_eq!(inbox.next().await.body, first.body, "tried again after 503");
}

#[tokio::test]
async fn blocked_invitations_leave_members_uninvited() {
    let harness = Harness::start().await;
    harness
        .control("PATCH", "/refapp", json!({"block_invitations": true}))
        .await;
    harness.event(&good_event("r1", "http://127.0.0.1:9/x")).await;
    assert_eq!(
        harness.state().await["refapp"]["projects"][0]["members"][0]["invited"],
        false
    );
}

#[tokio::test]
async fn the_autopilot_brings_a_check_to_its_report() {
    let harness = Harness::start_with(|options| options.autopilot = Some(std::time::Duration::from_millis(2))).await;
    let mut inbox = Inbox::open(&[]).await;
    harness.event(&good_event("r1", &inbox.url())).await;
    loop {
        let update = inbox.next().await.body;
        if update["attributes"]["status"] == "completed" {
            assert!(update["attributes"]["url"].is_string());
            break;
        }
    }
}

#[tokio::test]
async fn counts_that_do_not_add_up_stop_nobody() {
    let harness = Harness::start().await;
    harness.event(&good_event("r1", "http://127.0.0.1:9/in")).await;
    let counts = json!({"total": 1, "completed": 2, "declined": 3});
    for step in ["referee-answers", "referee-declines", "complete"] {
        harness.control("PATCH", "/refapp/checks/r1", counts.clone()).await;
        harness
            .control("POST", &format!("/refapp/checks/r1/{step}"), Value::Null)
            .await;
    }
    assert_eq!(harness.state().await["refapp"]["checks"][0]["status"], "completed");
}
