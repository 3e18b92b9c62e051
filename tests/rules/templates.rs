//! Which template, and the tags that select it: `rules.md` 8, 15 and 16.

use api::{Decision, Integration, Purpose, Reply, Request, TemplateReport};
use end_to_end::rig::{Rig, Setup};
use model::{Badge, Code};
use serde_json::{Value, json};
use simulator::demo;

use crate::{sent, stands_for, started};

const DEVELOPERS: &str = "vTmsuAXU1U81Ow3Gu";
const SALES: &str = "eVMqIrtA3z57KSxyF";
const MANAGERS: &str = "hQ2wKbN7LrYc4TzPd";

/// The template that the last event named.
fn sent_template(rig: &Rig) -> Value {
    let events = rig.calls("event");
    events.last().expect("an event").body["partner-event"]["webhook-data"]["project-template-id"].clone()
}

async fn update(rig: &Rig) -> TemplateReport {
    let connection = rig.id().await;
    match rig.host.ask(Request::UpdateTemplates { connection }).await {
        Ok(Reply::TemplateReport(report)) => report,
        other => panic!("a report, not {other:?}"),
    }
}

/// Tag carriers in Lever: those that the ledger saw made, as they are now.
async fn carriers(rig: &Rig) -> Vec<Value> {
    let state = rig.control("GET", "state", Value::Null).await;
    let made: Vec<Value> = rig
        .calls("create opportunity")
        .iter()
        .filter_map(|e| Some(e.effect.as_ref()?["opportunityId"].clone()))
        .collect();
    let all = state["lever"]["opportunities"].as_array().expect("a list").clone();
    all.into_iter().filter(|row| made.contains(&row["id"])).collect()
}

/// The template tags on the one carrier that lives.
async fn carried(rig: &Rig) -> Vec<String> {
    let carriers = carriers(rig).await;
    let living = carriers
        .iter()
        .rfind(|row| row["isAnonymized"] == false)
        .expect("a carrier");
    let tags = living["tags"]
        .as_array()
        .expect("tags")
        .iter()
        .filter_map(Value::as_str);
    let mut tags: Vec<String> = tags
        .filter(|tag| tag.starts_with("Refapp Template"))
        .map(str::to_owned)
        .collect();
    tags.sort();
    tags
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r08_the_postings_tag_selects_and_the_opportunitys_does_not() {
    let rig = Rig::start(Setup::default()).await;
    started(&rig, "Sofia Lindqvist").await;
    assert_eq!(sent_template(&rig), SALES);
    // The opportunity inherited the tag; its posting has lost it since.
    rig.change_posting("Backend Developer", json!({"tags": []})).await;
    started(&rig, "Kim Berg").await;
    assert_eq!(
        sent_template(&rig),
        Value::Null,
        "no template is sent, so Refapp's own default applies"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r08_several_templates_or_only_unknown_ones_park_and_a_mended_tag_goes_on() {
    let rig = Rig::start(Setup::default()).await;
    rig.move_into_trigger("Emil Frisk").await;
    rig.move_into_trigger("Ronja Blom").await;
    let several = stands_for(&rig, "Emil Frisk", Code::TagMulti).await;
    let unknown = stands_for(&rig, "Ronja Blom", Code::TagStale).await;
    let tags = |row: &api::CheckRow| row.reason.as_ref().expect("a reason").params["tags"].clone();
    assert_eq!(tags(&several), "Refapp Template: Developers, Refapp Template: Managers");
    assert_eq!(tags(&unknown), "Refapp Template: Retail");
    assert_eq!(rig.calls("event").len(), 0);

    rig.change_posting("Team Lead", json!({"tags": ["Refapp Template: Managers"]}))
        .await;
    rig.decide(&several, Decision::TryAgain).await;
    sent(&rig, "Emil Frisk").await;
    assert_eq!(sent_template(&rig), MANAGERS);
    // A known one beside an unknown one is no doubt.
    rig.change_posting(
        "Store Manager",
        json!({"tags": ["Refapp Template: Retail", "Refapp Template: Sales"]}),
    )
    .await;
    rig.decide(&unknown, Decision::TryAgain).await;
    sent(&rig, "Ronja Blom").await;
    assert_eq!(sent_template(&rig), SALES);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r08_a_former_name_of_a_living_template_still_selects_it_with_a_warning() {
    let rig = Rig::start(Setup::default()).await;
    // Whether Update has been pressed since, or not.
    rig.control(
        "PATCH",
        &format!("refapp/templates/{SALES}"),
        json!({"label": "Account managers"}),
    )
    .await;
    let row = started(&rig, "Sofia Lindqvist").await;
    assert_eq!(sent_template(&rig), SALES);
    assert!(row.badges.contains(&Badge::FormerTemplateName));
    update(&rig).await;
    // Another job, as the first one has its project by now, and with it its template.
    rig.change_posting("Store Manager", json!({"tags": ["Refapp Template: Sales"]}))
        .await;
    let row = started(&rig, "Ronja Blom").await;
    assert_eq!(sent_template(&rig), SALES);
    assert!(row.badges.contains(&Badge::FormerTemplateName));
    let row = started(&rig, "Kim Berg").await;
    assert!(!row.badges.contains(&Badge::FormerTemplateName));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r08_without_a_tag_the_configured_default_is_sent() {
    let setup = Setup {
        default_template: Some("Managers".to_owned()),
        ..Setup::default()
    };
    let rig = Rig::start(setup).await;
    started(&rig, "Viktor Palm").await;
    assert_eq!(sent_template(&rig), MANAGERS);
    started(&rig, "Kim Berg").await;
    assert_eq!(sent_template(&rig), DEVELOPERS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r08_a_default_of_the_file_is_sent_even_where_the_first_job_is_what_shows_the_templates() {
    let setup = Setup {
        default_template: Some("Managers".to_owned()),
        ..needs_job(Setup::default())
    };
    let rig = Rig::start(setup).await;
    started(&rig, "Viktor Palm").await;
    assert_eq!(sent_template(&rig), MANAGERS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r08_without_tag_and_default_it_parks_only_if_the_form_requires_a_choice() {
    let rig = Rig::start(Setup::default()).await;
    rig.control("PATCH", "refapp", json!({"template_required": true})).await;
    rig.move_into_trigger("Viktor Palm").await;
    let row = stands_for(&rig, "Viktor Palm", Code::TagNone).await;
    rig.change_posting("Office Coordinator", json!({"tags": ["Refapp Template: Managers"]}))
        .await;
    rig.decide(&row, Decision::TryAgain).await;
    sent(&rig, "Viktor Palm").await;
    assert_eq!(sent_template(&rig), MANAGERS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r08_an_existing_project_takes_no_template_and_its_tag_is_said_to_have_no_effect() {
    let rig = Rig::start(Setup::default()).await;
    let first = started(&rig, "Kim Berg").await;
    assert!(!first.badges.contains(&Badge::TemplateWithoutEffect));
    let second = started(&rig, "Linnea Ståhl").await;
    assert!(second.badges.contains(&Badge::TemplateWithoutEffect));
    assert_eq!(sent_template(&rig), Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_update_lists_what_was_added_removed_and_renamed_and_touches_no_other_tag() {
    let rig = Rig::start(Setup::default()).await;
    update(&rig).await;
    let names = ["Developers", "Managers", "Sales"].map(|name| format!("Refapp Template: {name}"));
    assert_eq!(carried(&rig).await, names);
    let carrier = carriers(&rig).await[0]["id"].as_str().expect("an id").to_owned();
    rig.control(
        "POST",
        &format!("lever/opportunities/{carrier}/tags"),
        json!({"add": ["Somebody's own"]}),
    )
    .await;

    rig.control("POST", "refapp/templates", json!({"label": "Interns"}))
        .await;
    rig.control(
        "PATCH",
        &format!("refapp/templates/{DEVELOPERS}"),
        json!({"label": "Engineers"}),
    )
    .await;
    rig.control("DELETE", &format!("refapp/templates/{MANAGERS}"), Value::Null)
        .await;
    let seq = rig.seq();
    let report = update(&rig).await;
    assert_eq!(report.added, ["Refapp Template: Interns"]);
    assert_eq!(report.removed, ["Refapp Template: Managers"]);
    let renamed: Vec<(&str, &str)> = report
        .renamed
        .iter()
        .map(|r| (r.from.as_str(), r.to.as_str()))
        .collect();
    assert_eq!(renamed, [("Refapp Template: Developers", "Refapp Template: Engineers")]);
    assert_eq!(report.unchanged, 1);
    assert!(
        report.not_seen.is_some(),
        "with twelve rights nobody sees what still carries a dead tag"
    );
    let names = ["Engineers", "Interns", "Sales"].map(|name| format!("Refapp Template: {name}"));
    assert_eq!(carried(&rig).await, names);
    let carrier = &carriers(&rig).await[0];
    assert!(
        carrier["tags"]
            .as_array()
            .expect("tags")
            .contains(&json!("Somebody's own"))
    );
    let removed = rig.calls("removeTags").into_iter().filter(|e| e.seq > seq);
    let bodies: Vec<Value> = removed.map(|e| e.body["tags"].clone()).collect();
    assert_eq!(
        bodies,
        [json!(["Refapp Template: Developers", "Refapp Template: Managers"])]
    );
    assert_eq!(update(&rig).await.unchanged, 3, "a second time finds nothing to do");
}

/// Refapp gives its form for a job only, as it may.
fn needs_job(setup: Setup) -> Setup {
    Setup {
        switches: simulator::Switches {
            config_needs_job: true,
            ..simulator::Switches::default()
        },
        ..setup
    }
}

async fn refused_update(rig: &Rig) -> Code {
    let connection = rig.id().await;
    let refused = rig.host.ask(Request::UpdateTemplates { connection }).await;
    refused.expect_err("nothing is known to compare with").code
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_a_form_that_is_refused_without_a_job_is_not_known_yet_and_nothing_is_wrong() {
    let rig = Rig::start(needs_job(Setup::default())).await;
    assert_eq!(refused_update(&rig).await, Code::AppNotNow);
    let findings = rig.connection().await.findings;
    assert!(findings.is_empty(), "{findings:?}");
    // The one job that is known has a project then; this account shows its whole form all the same.
    rig.control("PATCH", "refapp", json!({"existing_project_form": false}))
        .await;
    started(&rig, "Kim Berg").await;
    update(&rig).await;
    assert_eq!(carried(&rig).await.len(), 3);
}

/// A job whose project exists tells nothing, so another one is asked for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_the_templates_are_read_from_a_job_that_has_no_project_yet() {
    let rig = Rig::start(needs_job(Setup::with_list_rights())).await;
    started(&rig, "Kim Berg").await;
    update(&rig).await;
    assert_eq!(carried(&rig).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_a_form_that_lists_no_templates_takes_no_tag_away() {
    let rig = Rig::start(Setup::default()).await;
    update(&rig).await;
    let empty =
        json!({"match": {"call": "config"}, "kind": "status", "code": 200, "body": "{\"config\":{\"fields\":[]}}"});
    rig.fault(empty).await;
    assert_eq!(refused_update(&rig).await, Code::AppNotNow);
    assert_eq!(carried(&rig).await.len(), 3);
    rig.end_faults().await;
    started(&rig, "Sofia Lindqvist").await;
    assert_eq!(sent_template(&rig), SALES);
    assert_eq!(update(&rig).await.unchanged, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_the_same_comparison_runs_by_itself_and_raises_an_alarm_on_drift() {
    let mut rig = Rig::start(Setup::default()).await;
    update(&rig).await;
    rig.control("POST", "refapp/templates", json!({"label": "Interns"}))
        .await;
    rig.restart().await;
    let drifts = async || {
        let findings = rig.connection().await.findings;
        findings.iter().any(|finding| finding.failure.code == Code::TagDrift)
    };
    rig.until("the drift is found", async || drifts().await.then_some(()))
        .await;
    assert_eq!(carried(&rig).await.len(), 3, "only a person changes the tags");
    update(&rig).await;
    rig.until("the alarm is over", async || (!drifts().await).then_some(()))
        .await;
    assert_eq!(carried(&rig).await.len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r16_the_tag_carrier_is_made_once_and_again_if_somebody_deletes_or_anonymises_it() {
    let mut rig = Rig::start(Setup::default()).await;
    update(&rig).await;
    rig.restart().await;
    rig.provision().await;
    update(&rig).await;
    assert_eq!(rig.calls("create opportunity").len(), 1);
    let name = carriers(&rig).await[0]["name"].as_str().expect("a name").to_owned();
    assert_eq!(name, engine::CARRIER_NAME);

    let expected = carried(&rig).await;
    for (number, order) in [("DELETE", ""), ("POST", "/anonymise")].into_iter().enumerate() {
        let carriers_now = carriers(&rig).await;
        let carrier = carriers_now.last().expect("a carrier")["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        let (method, what) = order;
        rig.control(method, &format!("lever/opportunities/{carrier}{what}"), Value::Null)
            .await;
        let report = update(&rig).await;
        assert_eq!(report.unchanged, 3);
        assert_eq!(rig.calls("create opportunity").len(), number + 2);
        assert_eq!(carried(&rig).await, expected, "with its tags");
    }
}

/// Waits until it is said, or not any more, that the tag carrier is not there.
async fn carrier_is_missed(rig: &Rig, missed: bool) {
    rig.connection_that("what is said of the carrier", |view| {
        let mut findings = view.findings.iter();
        findings.any(|finding| finding.failure.code == Code::LevCarrier) == missed
    })
    .await;
}

/// One answer to the making of the carrier is lost.
async fn lose_the_answer(rig: &Rig) {
    let lost = json!({"match": {"call": "create opportunity"}, "kind": "applied_no_answer", "times": 1});
    rig.fault(lost).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r16_a_carrier_that_may_be_there_is_made_again_by_a_person_and_never_blindly() {
    let mut rig = Rig::bare(Setup::default()).await;
    lose_the_answer(&rig).await;
    rig.provision().await;
    carrier_is_missed(&rig, true).await;
    rig.restart().await;
    rig.provision().await;
    carrier_is_missed(&rig, true).await;
    let connection = rig.id().await;
    let ask = |consent| Request::ProveRights { connection, consent };
    rig.until("the users are read", async || {
        (rig.host.ask(ask(false)).await == Ok(Reply::Done)).then_some(())
    })
    .await;
    assert_eq!(rig.calls("create opportunity").len(), 1);

    // Whoever presses Update has read what is said.
    update(&rig).await;
    assert_eq!(rig.calls("create opportunity").len(), 2);
    rig.until_ready().await;
    carrier_is_missed(&rig, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r16_a_carrier_that_may_be_there_is_looked_for_and_a_list_that_fails_is_no_list_without_it() {
    let rig = Rig::bare(Setup::with_list_rights()).await;
    lose_the_answer(&rig).await;
    // The first list is read before the carrier is made.
    let fails = json!({"match": {"call": "list opportunities", "path": "/eu/v1/opportunities"}, "kind": "status",
        "code": 503, "after": 2, "times": 6});
    rig.fault(fails).await;
    rig.provision().await;
    rig.until_ready().await;
    assert_eq!(rig.calls("create opportunity").len(), 1, "it is found again");
    assert_eq!(carriers(&rig).await.len(), 1);
    carrier_is_missed(&rig, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r16_a_carrier_that_cannot_be_made_again_is_missed_and_made_as_soon_as_it_can() {
    let mut rig = Rig::start(Setup::default()).await;
    update(&rig).await;
    let carrier = carriers(&rig).await[0]["id"].as_str().expect("an id").to_owned();
    rig.control("DELETE", &format!("lever/opportunities/{carrier}"), Value::Null)
        .await;
    let tick = |ticked: bool| json!({"rights": {"create opportunity": ticked}});
    let key = format!("lever/keys/{}", demo::EU_KEY);
    rig.control("PATCH", &key, tick(false)).await;
    let connection = rig.id().await;
    let refused = rig.host.ask(Request::UpdateTemplates { connection }).await;
    assert_eq!(refused.expect_err("it cannot be made").code, Code::LevCarrier);
    carrier_is_missed(&rig, true).await;

    rig.control("PATCH", &key, tick(true)).await;
    rig.restart().await;
    rig.until("it is made again", async || {
        (!carriers(&rig).await.is_empty()).then_some(())
    })
    .await;
    assert_eq!(carried(&rig).await.len(), 3);
    carrier_is_missed(&rig, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r16_the_tag_carrier_is_never_in_the_trigger_stage_and_never_started() {
    let rig = Rig::bare(Setup::default()).await;
    let mut file = rig.file();
    // Where a new opportunity lands by itself.
    file.purpose = Purpose::Integration(Integration {
        trigger_stage: "New lead".to_owned(),
        ..rig.integration()
    });
    rig.host.provision(vec![file]).await.expect("a sound file");
    rig.until_ready().await;
    let carrier = carriers(&rig).await.remove(0);
    assert_ne!(carrier["stage"], "lead-new");

    for stage in ["New lead", "Offer", "New lead"] {
        let body = json!({"opportunity": carrier["id"], "stage": stage, "by": demo::RECRUITER});
        rig.control("POST", "lever/move", body).await;
    }
    rig.move_to("Kim Berg", "New lead").await;
    sent(&rig, "Kim Berg").await;
    rig.until_taken_in(carrier["id"].as_str().expect("an id"), 3).await;
    assert_eq!(rig.calls("event").len(), 1);
    assert_eq!(rig.checks().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r16_the_tag_carrier_is_not_made_before_somebody_agreed() {
    let rig = crate::rights::connected_by_hand(Setup::default()).await;
    let connection = rig.id().await;
    let ask = |consent| Request::ProveRights { connection, consent };
    assert_eq!(rig.host.ask(ask(false)).await, Ok(Reply::Done));
    assert_eq!(rig.calls("create opportunity").len(), 0);
    assert_eq!(rig.host.ask(ask(true)).await, Ok(Reply::Done));
    assert_eq!(rig.calls("create opportunity").len(), 1);
}
