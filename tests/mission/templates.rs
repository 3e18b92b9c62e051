//! M8, M12: what Refapp's form offers, and what comes of it.

use api::{Renamed, Reply, Request, StillCarried, TemplateReport};
use end_to_end::rig::{Rig, Setup};
use model::{Code, Coverage, Failure};
use serde_json::{Value, json};
use simulator::demo;

use crate::set_up::{carrier, has_tag};
use crate::wizard::Wizard;
use crate::{event_of, started, state_of};

async fn update(rig: &Rig) -> TemplateReport {
    let connection = rig.id().await;
    match rig.host.ask(Request::UpdateTemplates { connection }).await {
        Ok(Reply::TemplateReport(report)) => report,
        other => panic!("a report, not {other:?}"),
    }
}

/// Ready, with the template tags on the carrier.
async fn with_tags(setup: Setup) -> Rig {
    let rig = Rig::start(setup).await;
    rig.until("the carrier has its first tags", async || {
        (template_tags(&rig).await.len() == demo::TEMPLATES.len()).then_some(())
    })
    .await;
    rig
}

async fn template_tags(rig: &Rig) -> Vec<String> {
    let carrier = carrier(rig).await;
    let tags = carrier["tags"]
        .as_array()
        .expect("tags")
        .iter()
        .filter_map(Value::as_str);
    let mut tags: Vec<String> = tags
        .filter(|tag| tag.starts_with("Refapp Template"))
        .map(str::to_owned)
        .collect();
    tags.sort_unstable();
    tags
}

fn tag(name: &str) -> String {
    format!("Refapp Template: {name}")
}

/// One template is added, one is removed, one is renamed.
async fn change_templates(rig: &Rig) {
    let [_, (sales, _), (managers, _)] = demo::TEMPLATES;
    rig.control("POST", "refapp/templates", json!({"label": "Interns"}))
        .await;
    rig.control(
        "PATCH",
        &format!("refapp/templates/{sales}"),
        json!({"label": "Sales people"}),
    )
    .await;
    rig.control("DELETE", &format!("refapp/templates/{managers}"), Value::Null)
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m08_update_brings_the_tags_into_line_and_says_what_it_added_removed_and_renamed() {
    let rig = with_tags(Setup::default()).await;
    change_templates(&rig).await;
    let report = update(&rig).await;
    assert_eq!(report.added, [tag("Interns")]);
    assert_eq!(report.removed, [tag("Managers")]);
    let renamed = Renamed {
        from: tag("Sales"),
        to: tag("Sales people"),
    };
    assert_eq!(report.renamed, [renamed]);
    assert_eq!(report.unchanged, 1);
    assert_eq!(
        template_tags(&rig).await,
        [tag("Developers"), tag("Interns"), tag("Sales people")]
    );

    let again = update(&rig).await;
    assert!(again.added.is_empty() && again.removed.is_empty() && again.renamed.is_empty());
    assert_eq!(again.unchanged, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m08_tags_that_are_not_ours_are_never_touched() {
    let rig = with_tags(Setup::default()).await;
    let id = carrier(&rig).await["id"].as_str().expect("an id").to_owned();
    let tags = json!({"add": ["Somebody's own", "Refapp Templates of ours"]});
    rig.control("POST", &format!("lever/opportunities/{id}/tags"), tags)
        .await;
    change_templates(&rig).await;
    update(&rig).await;
    let carrier = carrier(&rig).await;
    assert!(has_tag(&carrier, "Somebody's own") && has_tag(&carrier, "Refapp Templates of ours"));
    // On postings and candidates, a dead tag is their own.
    assert!(has_tag(&rig.in_lever("Emil Frisk").await, &tag("Managers")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m08_update_says_who_still_carries_a_dead_tag_as_far_as_the_rights_allow() {
    let rig = with_tags(Setup::with_list_rights()).await;
    change_templates(&rig).await;
    let report = update(&rig).await;
    let carried = |tag: String, by: &str| StillCarried { tag, by: by.to_owned() };
    assert!(
        report.still_carried.contains(&carried(tag("Managers"), "Team Lead")),
        "{report:?}"
    );
    assert!(
        report.still_carried.contains(&carried(tag("Sales"), "Account Manager")),
        "{report:?}"
    );
    assert_eq!(report.not_seen, None);

    let rig = with_tags(Setup::default()).await;
    change_templates(&rig).await;
    let report = update(&rig).await;
    assert!(report.still_carried.is_empty());
    assert_eq!(report.not_seen.map(|failure| failure.code), Some(Code::LevRight));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m08_drift_is_said_by_itself_and_mended_by_update() {
    let mut rig = with_tags(Setup::default()).await;
    change_templates(&rig).await;
    // The comparison runs every hour, and when the host begins.
    rig.restart().await;
    let drifts = async || {
        let findings = rig.connection().await.findings;
        findings.iter().any(|finding| finding.failure.code == Code::TagDrift)
    };
    rig.until("drift is said", async || drifts().await.then_some(())).await;
    assert!(
        template_tags(&rig).await.contains(&tag("Managers")),
        "nothing was changed by itself"
    );
    update(&rig).await;
    rig.until("drift is mended", async || (!drifts().await).then_some(()))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m08_a_deleted_carrier_is_made_again_by_update_which_still_says_what_changed() {
    let rig = with_tags(Setup::default()).await;
    let id = carrier(&rig).await["id"].as_str().expect("an id").to_owned();
    rig.control("DELETE", &format!("lever/opportunities/{id}"), Value::Null)
        .await;
    change_templates(&rig).await;
    let report = update(&rig).await;
    assert_eq!(
        (report.added, report.removed),
        (vec![tag("Interns")], vec![tag("Managers")])
    );
    assert_eq!(
        template_tags(&rig).await,
        [tag("Developers"), tag("Interns"), tag("Sales people")]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m12_no_language_is_ever_sent() {
    for form in ["template", "questionnaire", "mixed"] {
        let rig = Rig::start(Setup::default()).await;
        rig.control("PATCH", "refapp", json!({"form": form})).await;
        started(&rig, "Kim Berg").await;
        assert_eq!(event_of(&rig, "Kim Berg")["candidate"].get("language"), None, "{form}");
        let check = state_of(&rig, "refapp").await["checks"][0].take();
        assert_eq!(check["language"], "sv", "the account's default applies");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m12_a_form_of_templates_is_unchecked_never_fine() {
    let rig = Rig::start(Setup::default()).await;
    let view = rig.connection_that("the form was read", |view| view.coverage.is_some());
    assert_eq!(view.await.coverage, Some(Coverage::Unchecked));
    let row = started(&rig, "Kim Berg").await;
    assert_eq!(row.coverage, Some(Coverage::Unchecked));
    assert!(!warns(&rig).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m12_a_missing_questionnaire_is_warned_of_before_any_check() {
    let rig = Rig::bare(Setup::default()).await;
    rig.control(
        "PATCH",
        "refapp",
        json!({"form": "questionnaire", "questionnaires_preset": false}),
    )
    .await;
    let wizard = Wizard::begin(&rig).await;
    wizard.refapp(demo::REFAPP_TOKEN).await.expect("the account's token");
    rig.until("the warning is there", async || warns(&rig).await.then_some(()))
        .await;
    assert_eq!(rig.connection().await.coverage, Some(Coverage::Missing));
    assert!(rig.calls("event").is_empty());

    rig.control("PATCH", "refapp", json!({"questionnaires_preset": true}))
        .await;
    wizard.refapp(demo::REFAPP_TOKEN).await.expect("the account's token");
    rig.until("the warning is gone", async || (!warns(&rig).await).then_some(()))
        .await;
    assert_eq!(rig.connection().await.coverage, Some(Coverage::Covered));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m12_the_check_is_of_the_default_language_and_each_row_says_it_of_its_own_form() {
    let rig = Rig::bare(Setup::default()).await;
    rig.control("PATCH", "refapp", json!({"form": "questionnaire"})).await;
    let wizard = Wizard::begin(&rig).await;
    wizard.walk_with_key().await;
    assert_eq!(started(&rig, "Kim Berg").await.coverage, Some(Coverage::Covered));

    let request = Request::SetDefaults {
        connection: wizard.id,
        default_language: "fi".to_owned(),
        default_template: None,
    };
    wizard.order(request).await.expect("defaults");
    rig.until("the warning is there", async || warns(&rig).await.then_some(()))
        .await;
    assert_eq!(rig.connection().await.coverage, Some(Coverage::Missing));
    assert_eq!(started(&rig, "Åsa Öberg").await.coverage, Some(Coverage::Missing));
}

async fn warns(rig: &Rig) -> bool {
    let findings = rig.connection().await.findings;
    findings
        .iter()
        .any(|finding| finding.failure == Failure::new(Code::RefLanguage) && !finding.stops)
}
