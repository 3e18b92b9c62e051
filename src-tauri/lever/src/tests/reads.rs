use model::{Millis, OpportunityId};
use serde_json::{Value, json};

use super::server::{Server, reply};
use crate::{Application, Applications, Kind, StageChange};

const ID: &str = "69168fc1-fff7-413d-96fc-df860b1ab892";
const POSTING: &str = "d0e414d9-68ed-4851-9ae0-a30dfef64997";
const APPLICATION: &str = "ee8f6454-f178-4ec7-b609-912fe2e7a724";

/// The example of `lever-api.md §6.3`.
pub fn opportunity() -> Value {
    json!({"id":ID,"name":"Kim Berg","contact":"5108d45a-3a0b-4176-82fd-502cdbf880d8",
     "headline":"Havsvind AB, Norrsken Data","stage":"8b2ca91d-90c0-4942-a2b0-3aa0e169d43b","confidentiality":"non-confidential","location":"",
     "phones":[{"type":"mobile","value":"+46701740612"}],"emails":["kim.berg@example.com"],"links":[],
     "archived":null,
     "tags":["Refapp Template: Developers","Backend Developer"],
     "sources":["Referral"],
     "stageChanges":[{"toStageId":"lead-new","toStageIndex":0,"updatedAt":1772442900000_i64},
                     {"toStageId":"8b2ca91d-90c0-4942-a2b0-3aa0e169d43b","toStageIndex":8,"updatedAt":1772618523000_i64,"userId":"70ad2ccd-03bb-405b-a04f-14a7b6d801b2"}],
     "origin":"sourced","owner":"424b1fee-9709-4315-85d9-5954058b4714",
     "applications":[APPLICATION],
     "createdAt":1772442900000_i64,"updatedAt":null,"lastAdvancedAt":1772618523000_i64,
     "urls":{"list":"https://hire.lever.co/candidates","show":format!("https://hire.lever.co/candidates/{ID}")},
     "isAnonymized":false,"dataProtection":null,"somethingNew":{"x":[1]}})
}

fn application() -> Value {
    json!({"id":APPLICATION,"type":"user","opportunityId":ID,"posting":POSTING,"postingOwner":null})
}

fn expanded() -> Value {
    let mut opportunity = opportunity();
    opportunity["applications"] = json!([application()]);
    json!({ "data": opportunity })
}

fn known() -> Applications {
    Applications::Known(vec![Application {
        id: APPLICATION.to_owned(),
        posting: Some(POSTING.into()),
    }])
}

#[tokio::test]
async fn an_opportunity_is_read_with_its_applications_by_key_in_basic_authentication() {
    let server = Server::start(|_, _| reply(200, expanded())).await;
    let got = server.client().opportunity(&ID.into()).await.unwrap();
    assert_eq!(
        server.lines(),
        [format!("GET /v1/opportunities/{ID}?expand=applications")]
    );
    // base64("planted-key:")
    assert_eq!(server.request(0, |r| r.authorization.clone()), "Basic cGxhbnRlZC1rZXk6");
    assert_eq!(got.name, "Kim Berg");
    assert_eq!(got.emails, ["kim.berg@example.com"]);
    assert_eq!(got.phones[0].value, "+46701740612");
    assert_eq!(got.applications, known());
    assert!(!got.archived && !got.anonymised);
    assert_eq!(
        got.stage_changes[1],
        StageChange {
            to: "8b2ca91d-90c0-4942-a2b0-3aa0e169d43b".into(),
            at: Millis(1_772_618_523_000),
            user: Some("70ad2ccd-03bb-405b-a04f-14a7b6d801b2".into()),
        }
    );
    assert_eq!(got.stage_changes[0].user, None);
    assert_eq!(got.advanced_at, Some(Millis(1_772_618_523_000)));
    assert!(got.show_url.unwrap().as_str().ends_with(ID));
}

#[tokio::test]
async fn null_and_absent_are_the_same_and_either_form_of_archived_is_understood() {
    for (archived, expected) in [
        (json!({}), false),
        (json!({"archived": null, "archivedAt": null}), false),
        (json!({"archived": {"reason": null, "archivedAt": null}}), false),
        (json!({"archived": {"reason": "r", "archivedAt": 1}}), true),
        (json!({"archivedAt": 1}), true),
    ] {
        let mut bare = json!({"id": ID, "stage": "offer", "applications": [], "name": null, "emails": null,
            "phones": [{"type": null, "value": "1"}, {"value": null}], "stageChanges": [{"toStageId": null}],
            "isAnonymized": null, "urls": {"show": "not an address"}});
        bare.as_object_mut()
            .unwrap()
            .extend(archived.as_object().unwrap().clone());
        let body = json!({ "data": bare });
        let server = Server::start(move |_, _| reply(200, &body)).await;
        let got = server.client().opportunity(&ID.into()).await.unwrap();
        assert_eq!(got.archived, expected, "{archived}");
        assert_eq!(got.phones.len(), 1);
        assert_eq!(got.applications, Applications::Known(Vec::new()));
        assert!(got.stage_changes.is_empty() && got.show_url.is_none());
    }
}

#[tokio::test]
async fn an_answer_without_what_cannot_be_missing_is_unreadable() {
    for (field, value) in [("id", Value::Null), ("stage", Value::Null), ("tags", json!("x"))] {
        let mut body = expanded();
        body["data"][field] = value;
        let server = Server::start(move |_, _| reply(200, &body)).await;
        let error = server.client().opportunity(&ID.into()).await.err().unwrap();
        assert_eq!(error.kind, Kind::Garbage, "{field}");
    }
    for body in ["", "<html>maintenance</html>", "{\"data\":", "null", "{}"] {
        let server = Server::start(move |_, _| reply(200, body)).await;
        let error = server.client().opportunity(&ID.into()).await.err().unwrap();
        assert_eq!(error.kind, Kind::Garbage, "{body}");
    }
}

#[tokio::test]
async fn a_key_that_may_not_expand_reads_the_application_and_does_not_try_again() {
    let server = Server::start(|request, _| {
        if request.target.contains("expand") {
            reply(403, json!({"code": "ForbiddenError"}))
        } else if request.target.contains("/applications/") {
            reply(200, json!({"data": application()}))
        } else {
            reply(200, json!({"data": opportunity()}))
        }
    })
    .await;
    let client = server.client();
    for _ in 0..2 {
        let got = client.opportunity(&ID.into()).await.unwrap();
        assert_eq!(got.applications, known());
    }
    let plain = format!("GET /v1/opportunities/{ID}");
    let one = format!("{plain}/applications/{APPLICATION}");
    let expand = format!("{plain}?expand=applications");
    let expected = [&expand, &plain, &one, &plain, &one].map(String::as_str);
    assert_eq!(server.lines(), expected);
}

#[tokio::test]
async fn bare_ids_in_spite_of_expand_are_read_one_by_one_or_are_unreadable() {
    for status in [403, 404] {
        let server = Server::start(move |request, _| {
            if request.target.contains("/applications/") {
                reply(status, "{}")
            } else {
                reply(200, json!({"data": opportunity()}))
            }
        })
        .await;
        let client = server.client();
        let got = client.opportunity(&ID.into()).await.unwrap();
        assert_eq!(got.applications, Applications::Unreadable);
        assert_eq!(got.name, "Kim Berg", "the rest is there");
        client.opportunity(&ID.into()).await.unwrap();
        assert!(!server.lines()[2].contains("expand"));
    }
}

#[tokio::test]
async fn a_confidential_opportunity_says_nothing_of_expand() {
    let server = Server::start(|_, n| match n {
        0 | 1 => reply(403, "{}"),
        _ => reply(200, expanded()),
    })
    .await;
    let client = server.client();
    let error = client.opportunity(&ID.into()).await.err().unwrap();
    assert_eq!(error.kind, Kind::Forbidden);
    let got = client.opportunity(&ID.into()).await.unwrap();
    assert_eq!(got.applications, known());
    assert!(server.lines()[2].contains("expand"));
}

#[tokio::test]
async fn an_id_from_outside_cannot_lead_to_another_path() {
    let server = Server::start(|_, _| reply(404, "{}")).await;
    let client = server.client();
    for id in ["", ".", "..", "a\n", ".\t."] {
        let error = client.opportunity(&id.into()).await.err().unwrap();
        assert_eq!(error.kind, Kind::NotFound, "{id:?}");
    }
    assert!(server.lines().is_empty());
    for (id, path) in [
        ("../users", "..%2Fusers"),
        ("a?b#c", "a%3Fb%23c"),
        ("%2e%2e", "%252e%252e"),
    ] {
        let id: OpportunityId = id.into();
        assert!(client.opportunity(&id).await.is_err());
        let line = server.lines().pop().unwrap();
        let expected = format!("GET /v1/opportunities/{path}");
        assert_eq!(line.split('?').next(), Some(expected.as_str()));
    }
}

#[tokio::test]
async fn posting_and_user_are_read_as_recorded() {
    let server = Server::start(|request, _| {
        if request.target.contains("postings") {
            reply(
                200,
                json!({"data": {"id": POSTING, "text": "Backend Developer", "state": "internal",
                "user": "u1", "owner": "u1", "hiringManager": null, "tags": ["Refapp Template: Developers"],
                "urls": null, "confidentiality": "confidential"}}),
            )
        } else {
            reply(
                200,
                json!({"data": {"id": "u1", "name": "Astrid Lund", "email": "", "accessRole": "super admin",
                "deactivatedAt": 1}}),
            )
        }
    })
    .await;
    let client = server.client();
    let posting = client.posting(&POSTING.into()).await.unwrap();
    assert_eq!(posting.tags, ["Refapp Template: Developers"]);
    assert_eq!(posting.owner, Some("u1".into()));
    assert!(posting.show_url.is_none());
    let user = client.user(&"u1".into()).await.unwrap();
    assert!(user.deactivated && user.email.is_none());
    assert_eq!(user.role.as_deref(), Some("super admin"));
}
