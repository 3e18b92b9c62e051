use serde_json::json;

use super::server::{Server, reply};
use crate::{CANDIDATE_STAGE_CHANGE, Error, Kind, NewOpportunity, Outcome};

const TAGS: &[&str] = &["Refapp Status: Sent"];

fn tags() -> Vec<String> {
    TAGS.iter().map(|tag| (*tag).to_owned()).collect()
}

#[tokio::test]
async fn tags_are_changed_in_somebodys_name_and_success_needs_no_body() {
    for body in ["", " \n", r#"{"data":{"id":"o","name":"","emails":[]}}"#] {
        let server = Server::start(move |_, _| reply(200, body)).await;
        let client = server.client();
        let user = "u&1".into();
        client.add_tags(&"o".into(), &tags(), Some(&user)).await.unwrap();
        client.remove_tags(&"o".into(), &tags(), None).await.unwrap();
        assert_eq!(
            server.lines(),
            [
                "POST /v1/opportunities/o/addTags?perform_as=u%261",
                "POST /v1/opportunities/o/removeTags"
            ]
        );
        assert_eq!(server.request(0, |r| r.json()), json!({"tags": TAGS}));
    }
}

#[tokio::test]
async fn a_page_in_levers_place_is_no_success_of_any_write() {
    let server = Server::start(|_, _| reply(200, "<html>Log in to the network</html>")).await;
    let (client, opportunity, note) = (server.client(), "o".into(), "n".into());
    for written in [
        client.add_tags(&opportunity, &tags(), None).await,
        client.remove_tags(&opportunity, &tags(), None).await,
        client.update_note(&opportunity, &note, "x", None).await,
        client.delete_note(&opportunity, &note).await,
        client.delete_webhook(&"w".into()).await,
    ] {
        let error = written.unwrap_err();
        assert_eq!((&error.kind, error.outcome()), (&Kind::Garbage, Outcome::Unknown));
    }
}

#[tokio::test]
async fn a_note_is_created_replaced_and_deleted() {
    let server = Server::start(|request, _| match request.method.as_str() {
        "POST" => reply(201, json!({"data": {"id": "n1", "noteId": "n1", "text": "Note"}})),
        "PUT" => reply(200, json!({"data": {"noteId": "n1"}})),
        _ => reply(204, ""),
    })
    .await;
    let client = server.client();
    let (opportunity, user) = ("o".into(), "u".into());
    let note = client
        .create_note(&opportunity, "Refapp: sent", Some(&user))
        .await
        .unwrap();
    assert_eq!(note.as_str(), "n1");
    client
        .update_note(&opportunity, &note, "Refapp: completed", Some(&user))
        .await
        .unwrap();
    client.delete_note(&opportunity, &note).await.unwrap();
    assert_eq!(
        server.lines(),
        [
            "POST /v1/opportunities/o/notes?perform_as=u",
            "PUT /v1/opportunities/o/notes/n1",
            "DELETE /v1/opportunities/o/notes/n1"
        ]
    );
    assert_eq!(server.request(0, |r| r.json()), json!({"value": "Refapp: sent"}));
    assert_eq!(
        server.request(1, |r| r.json()),
        json!({"values": [{"value": "Refapp: completed"}], "user": "u"})
    );
}

#[tokio::test]
async fn the_documented_answer_to_a_note_names_it_too() {
    let server = Server::start(|_, _| reply(201, json!({"data": {"noteId": "n1"}}))).await;
    let note = server.client().create_note(&"o".into(), "x", None).await.unwrap();
    assert_eq!(note.as_str(), "n1");
}

#[tokio::test]
async fn what_was_created_without_a_name_is_unknown() {
    for body in ["", "{}", r#"{"data":{}}"#, r#"{"data":{"id":null}}"#] {
        let server = Server::start(move |_, _| reply(201, body)).await;
        let client = server.client();
        let new = NewOpportunity {
            stage: None,
            name: "Refapp".to_owned(),
            tags: tags(),
        };
        let url = "https://relay.example.com/lever".parse().unwrap();
        let errors: [Error; 3] = [
            client.create_note(&"o".into(), "x", None).await.unwrap_err(),
            client.create_opportunity(&new, &"u".into()).await.err().unwrap(),
            client.create_webhook(&url, CANDIDATE_STAGE_CHANGE).await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind, Kind::Garbage, "{body}");
            assert_eq!(error.outcome(), Outcome::Unknown);
        }
    }
}

#[tokio::test]
async fn the_tag_carrier_is_made_of_a_name_and_tags() {
    let server = Server::start(|_, _| {
        reply(
            201,
            json!({"deduped": false, "data": {"id": "dd9eb009", "name": "Refapp", "stage": "lead-new",
            "tags": TAGS, "applications": []}}),
        )
    })
    .await;
    let new = NewOpportunity {
        name: "Refapp".to_owned(),
        tags: tags(),
        stage: None,
    };
    let made = server.client().create_opportunity(&new, &"u".into()).await.unwrap();
    assert_eq!(made.id.as_str(), "dd9eb009");
    assert_eq!(made.stage.as_str(), "lead-new");
    assert_eq!(server.lines(), ["POST /v1/opportunities?perform_as=u"]);
    assert_eq!(server.request(0, |r| r.json()), json!({"name": "Refapp", "tags": TAGS}));
}

#[tokio::test]
async fn a_new_webhook_brings_its_signature_token_and_does_not_print_it() {
    let server = Server::start(|_, _| {
        reply(
            201,
            json!({"data": {"id": "w", "event": CANDIDATE_STAGE_CHANGE, "url": "https://relay.example.com/lever",
            "configuration": {"conditions": {"origins": []},
                "signatureToken": "aad404949171d49ad4b4d1357fbcff0262cc2541976b9426"}}}),
        )
    })
    .await;
    let client = server.client();
    let url = "https://relay.example.com/lever".parse().unwrap();
    let new = client.create_webhook(&url, CANDIDATE_STAGE_CHANGE).await.unwrap();
    assert_eq!(
        new.signature_token.expose(),
        "aad404949171d49ad4b4d1357fbcff0262cc2541976b9426"
    );
    assert!(!format!("{new:?}").contains("aad4"));
    assert_eq!(
        server.request(0, |r| r.json()),
        json!({"url": "https://relay.example.com/lever", "event": "candidateStageChange"})
    );
    client.delete_webhook(&new.webhook.id).await.unwrap();
    assert_eq!(server.lines()[1], "DELETE /v1/webhooks/w");
}

#[tokio::test]
async fn a_write_is_sent_once_and_its_outcome_follows_from_the_status() {
    for (status, outcome) in [
        (400, Outcome::NotApplied),
        (401, Outcome::NotApplied),
        (403, Outcome::NotApplied),
        (404, Outcome::NotApplied),
        (422, Outcome::NotApplied),
        (301, Outcome::Unknown),
        (408, Outcome::Unknown),
        (409, Outcome::Unknown),
        (425, Outcome::Unknown),
        (500, Outcome::Unknown),
        (503, Outcome::Unknown),
    ] {
        let server = Server::start(move |_, _| reply(status, json!({"message": "planted kim.berg@example.com"}))).await;
        let error = server
            .client()
            .create_note(&"o".into(), "planted text", None)
            .await
            .unwrap_err();
        assert_eq!(error.outcome(), outcome, "{status}");
        assert_eq!(server.lines().len(), 1, "{status}");
        let printed = format!("{error} {error:?} {}", model::Failure::from(&error));
        assert!(!printed.contains("planted"), "{printed}");
    }
}
