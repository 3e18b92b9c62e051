//! The posting audit: every open posting, judged by the functions of a start.

use std::collections::BTreeMap;

use api::{Reply, Request};
use end_to_end::rig::{Rig, Setup};
use model::{
    AuditedOwner, AuditedPosting, AuditedTemplate, Code, Coverage, Grade, PostingAudit, Right, RightState, TemplateBy,
};
use serde_json::json;
use simulator::Side;

use crate::{reason, sent, started};

async fn audit(rig: &Rig) -> PostingAudit {
    let connection = rig.id().await;
    match rig.host.ask(Request::AuditPostings { connection }).await {
        Ok(Reply::PostingAudit(audit)) => audit,
        other => panic!("an audit, not {other:?}"),
    }
}

fn by_title(audit: &PostingAudit) -> BTreeMap<&str, &AuditedPosting> {
    audit
        .postings
        .iter()
        .map(|posting| (posting.title.as_str(), posting))
        .collect()
}

/// How the template is chosen, or why a check would be parked.
fn template(posting: &AuditedPosting) -> (Option<&str>, Option<TemplateBy>, Option<Code>) {
    match &posting.template {
        AuditedTemplate::Chosen { name, by } => (name.as_deref(), Some(*by), None),
        AuditedTemplate::Parks { failure } => (None, None, Some(failure.code)),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_audit_judges_every_open_posting_and_the_worst_comes_first() {
    let rig = Rig::start(Setup::with_list_rights()).await;
    rig.until_form_read().await;
    // One without an owner; one whose owner has left; one for employees alone; a draft and a closed one, which take nobody.
    rig.change_posting("Office Coordinator", json!({"owner": null})).await;
    rig.change_posting("Data Engineer", json!({"owner": "petra.gran@nordvik.example"}))
        .await;
    let internal = json!({"text": "Night Watch", "owner": "maja.holm@nordvik.example", "internal_only": true,
        "tags": ["Refapp Template: managers"]});
    rig.control("POST", "lever/postings", internal).await;
    rig.control("POST", "lever/postings", json!({"text": "Not yet", "state": "draft"}))
        .await;
    rig.change_posting("Account Manager", json!({"owner": "hugo.dahl@nordvik.example"}))
        .await;
    rig.control("PATCH", "lever/users/hugo.dahl@nordvik.example", json!({"email": ""}))
        .await;

    let seq = rig.seq();
    let found = audit(&rig).await;
    let sent = rig.sim.ledger().into_iter().filter(|entry| entry.seq > seq);
    for entry in sent.filter(|entry| matches!(entry.side, Side::Lever | Side::Refapp)) {
        assert_eq!(entry.method, "GET", "{}", entry.path);
    }
    assert_eq!((found.left, &found.failure), (0, &None));
    let titles: Vec<&str> = found.postings.iter().map(|posting| posting.title.as_str()).collect();
    let order = [
        ("Store Manager", Grade::Stops),
        ("Team Lead", Grade::Stops),
        ("Account Manager", Grade::Warns),
        ("Data Engineer", Grade::Warns),
        ("Night Watch", Grade::Warns),
        ("Office Coordinator", Grade::Warns),
        ("Backend Developer", Grade::Fine),
    ];
    assert_eq!(titles, order.map(|(title, _)| title));
    for (posting, (title, grade)) in found.postings.iter().zip(order) {
        assert_eq!(posting.grade, grade, "{title}");
        assert_eq!(
            posting.coverage,
            Some(Coverage::Unchecked),
            "a form of templates tells nothing"
        );
    }
    let all = by_title(&found);
    assert_eq!(template(all["Store Manager"]), (None, None, Some(Code::TagStale)));
    assert_eq!(template(all["Team Lead"]), (None, None, Some(Code::TagMulti)));
    assert_eq!(
        template(all["Night Watch"]),
        (Some("Managers"), Some(TemplateBy::FormerName), None)
    );
    assert_eq!(
        template(all["Office Coordinator"]),
        (None, Some(TemplateBy::Refapp), None)
    );
    assert_eq!(
        template(all["Backend Developer"]),
        (Some("Developers"), Some(TemplateBy::Tag), None)
    );
    let name = |name: &str| name.to_owned();
    assert_eq!(
        all["Backend Developer"].owner,
        AuditedOwner::Fine { name: name("Jonas Ek") }
    );
    assert_eq!(
        all["Data Engineer"].owner,
        AuditedOwner::Deactivated {
            name: name("Petra Gran")
        }
    );
    assert_eq!(
        all["Account Manager"].owner,
        AuditedOwner::WithoutEmail {
            name: name("Hugo Dahl")
        }
    );
    assert_eq!(all["Office Coordinator"].owner, AuditedOwner::Nobody);
    assert!(
        all["Backend Developer"]
            .url
            .as_deref()
            .is_some_and(|url| url.starts_with("https://jobs."))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_audit_says_of_a_posting_is_what_its_checks_meet() {
    let rig = Rig::start(Setup::with_list_rights()).await;
    rig.until_form_read().await;
    rig.control(
        "PATCH",
        "refapp",
        json!({"form": "questionnaire", "questionnaires_preset": false}),
    )
    .await;
    let found = audit(&rig).await;
    assert!(
        found
            .postings
            .iter()
            .all(|posting| posting.coverage == Some(Coverage::Missing))
    );
    assert!(found.postings.iter().all(|posting| posting.grade == Grade::Warns));
    // The tags that would park have no effect on a form without templates.
    assert_eq!(
        template(by_title(&found)["Team Lead"]).1,
        Some(TemplateBy::WithoutEffect)
    );
    assert_eq!(
        template(by_title(&found)["Office Coordinator"]).1,
        Some(TemplateBy::NotAsked)
    );
    let row = started(&rig, "Emil Frisk").await;
    assert_eq!(row.coverage, Some(Coverage::Missing));

    rig.control(
        "PATCH",
        "refapp",
        json!({"form": "template", "template_required": true}),
    )
    .await;
    let found = audit(&rig).await;
    let all = by_title(&found);
    assert_eq!(template(all["Office Coordinator"]).2, Some(Code::TagNone));
    // Its project was just made: no template is asked for there any more.
    assert_eq!(template(all["Team Lead"]).1, Some(TemplateBy::WithoutEffect));
    assert_eq!(all["Team Lead"].grade, Grade::Warns, "its tag does nothing");
    for (candidate, title) in [("Viktor Palm", "Office Coordinator"), ("Ronja Blom", "Store Manager")] {
        rig.move_into_trigger(candidate).await;
        let row = rig
            .check_that(candidate, "it is parked", |row| row.reason.is_some())
            .await;
        assert_eq!(reason(&row), template(all[title]).2, "{title}");
    }
    rig.move_into_trigger("Sofia Lindqvist").await;
    let row = sent(&rig, "Sofia Lindqvist").await;
    assert_eq!(row.template.as_deref(), template(all["Account Manager"]).0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_right_to_list_postings_the_box_is_named() {
    let rig = Rig::start(Setup::default()).await;
    let connection = rig.id().await;
    let refused = rig
        .host
        .ask(Request::AuditPostings { connection })
        .await
        .expect_err("no right");
    assert_eq!(
        (refused.code, refused.params["right"].as_str()),
        (Code::LevRight, "list postings")
    );
    // Ticked since: listing proves it.
    let key = json!({"rights": {"list postings": true}});
    rig.control("PATCH", "lever/keys/key%20eu", key).await;
    assert!(!audit(&rig).await.postings.is_empty());
    rig.connection_that("the right is proven", |view| {
        let mut rights = view.setup.rights.iter();
        rights.any(|right| right.right == Right::ListPostings && right.state == RightState::Proven)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_audit_shows_how_far_it_is_and_ends_with_what_it_has_when_it_is_cancelled() {
    let rig = Rig::start(Setup::with_list_rights()).await;
    rig.until_form_read().await;
    let connection = rig.id().await;
    // The third form does not come.
    rig.fault(json!({"match": {"side": "refapp", "call": "config"}, "after": 2, "kind": "hang"}))
        .await;
    let host = rig.host.clone();
    let running = tokio::spawn(async move { host.ask(Request::AuditPostings { connection }).await });
    rig.connection_that("two of six are done", |view| {
        view.auditing
            .is_some_and(|auditing| (auditing.done, auditing.total) == (2, 6))
    })
    .await;
    let twice = rig
        .host
        .ask(Request::AuditPostings { connection })
        .await
        .expect_err("one at a time");
    assert_eq!(twice.code, Code::AppNotNow);
    assert_eq!(rig.host.ask(Request::CancelAudit { connection }).await, Ok(Reply::Done));
    let Ok(Reply::PostingAudit(found)) = running.await.expect("no panic") else {
        panic!("an audit")
    };
    assert_eq!((found.postings.len(), found.left, found.failure), (2, 4, None));
    rig.connection_that("none is under way", |view| view.auditing.is_none())
        .await;
    rig.end_faults().await;
    assert_eq!(audit(&rig).await.left, 0, "and the next one is whole");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_audit_that_loses_refapp_says_so_and_keeps_what_it_has() {
    let rig = Rig::start(Setup::with_list_rights()).await;
    rig.until_form_read().await;
    let config = json!({"side": "refapp", "call": "config"});
    rig.fault(json!({"match": config, "after": 3, "kind": "status", "code": 503}))
        .await;
    let found = audit(&rig).await;
    assert_eq!((found.postings.len(), found.left), (3, 3));
    assert_eq!(found.failure.map(|failure| failure.code), Some(Code::RefDown));
    rig.end_faults().await;
    // Refused for one job alone is that posting's own trouble.
    let body = json!({"message": "unknown job"}).to_string();
    rig.fault(json!({"match": config, "times": 1, "kind": "status", "code": 422, "body": body}))
        .await;
    let found = audit(&rig).await;
    assert_eq!(found.left, 0);
    let refused: Vec<_> = found
        .postings
        .iter()
        .filter(|one| template(one).2 == Some(Code::RefRefused))
        .collect();
    assert_eq!(refused.len(), 1);
    assert_eq!((refused[0].coverage, refused[0].grade), (None, Grade::Stops));
    rig.end_faults().await;
    // Postings that are none leave nothing to say.
    for posting in [
        "Backend Developer",
        "Account Manager",
        "Office Coordinator",
        "Data Engineer",
        "Store Manager",
        "Team Lead",
    ] {
        rig.change_posting(posting, json!({"state": "closed"})).await;
    }
    assert_eq!(audit(&rig).await.postings, []);
}
