use model::{Code, Failure, Right};
use serde_json::json;

use super::server::{Server, reply, with_header};
use crate::{Call, Error, Kind, Outcome, Priority};

fn stages() -> String {
    json!({"data": [{"id": "offer", "text": "Offer"}], "hasNext": false}).to_string()
}

#[tokio::test]
async fn a_read_is_repeated_twice_when_lever_fails() {
    let server = Server::start(|_, n| match n {
        0 | 1 => reply(503, "{}"),
        _ => reply(200, stages()),
    })
    .await;
    assert_eq!(server.client().stages().await.unwrap().len(), 1);
    let server = Server::start(|_, _| reply(500, "{}")).await;
    let error = server.client().stages().await.unwrap_err();
    assert_eq!(error.kind, Kind::Server(500));
    assert_eq!(server.lines().len(), 3);
}

#[tokio::test]
async fn a_429_is_waited_out_even_for_a_write_and_is_no_attempt() {
    let server = Server::start(|_, n| match n {
        0 => with_header(reply(429, "{}"), "retry-after", "0"),
        _ => reply(201, json!({"data": {"id": "n"}})),
    })
    .await;
    let client = server.client().with(Priority::Effect);
    client.create_note(&"o".into(), "x", None).await.unwrap();
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test]
async fn a_pause_that_is_too_long_fails_the_call_and_holds_back_every_other() {
    let server = Server::start(|_, _| with_header(reply(429, "{}"), "retry-after", "3600")).await;
    let client = server.client();
    for _ in 0..2 {
        let error = client
            .with(Priority::Effect)
            .create_note(&"o".into(), "x", None)
            .await
            .unwrap_err();
        assert!(
            matches!(error.kind, Kind::RateLimited { retry_after: Some(_) }),
            "{error}"
        );
        assert_eq!(error.outcome(), Outcome::NotApplied);
    }
    assert_eq!(server.lines().len(), 1, "the second was not even sent");
}

#[tokio::test]
async fn a_redirect_within_lever_keeps_credentials_method_and_body() {
    let server = Server::start(|request, _| {
        if request.target.starts_with("/v1/") {
            let moved = format!("/eu{}", request.target);
            return with_header(reply(307, ""), "location", &moved);
        }
        reply(201, json!({"data": {"id": "n"}}))
    })
    .await;
    server.client().create_note(&"o".into(), "x", None).await.unwrap();
    assert_eq!(server.lines()[1], "POST /eu/v1/opportunities/o/notes");
    assert_eq!(server.request(1, |r| r.json()), json!({"value": "x"}));
    let credentials = |n| server.request(n, |r| r.authorization.clone());
    assert_eq!(credentials(0), credentials(1));
    assert!(credentials(1).starts_with("Basic "));
}

#[tokio::test]
async fn a_read_follows_every_kind_of_redirect_but_not_for_ever() {
    for status in [301, 302, 307, 308] {
        let server = Server::start(move |request, _| {
            if request.target.starts_with("/v1/") {
                return with_header(reply(status, ""), "location", "/eu/stages");
            }
            reply(200, stages())
        })
        .await;
        assert!(server.client().stages().await.is_ok(), "{status}");
    }
    let server = Server::start(|_, _| with_header(reply(301, ""), "location", "/v1/stages")).await;
    let error = server.client().stages().await.unwrap_err();
    assert_eq!(error.kind, Kind::Redirect(301));
    assert_eq!(server.lines().len(), 4);
}

#[tokio::test]
async fn s21_no_redirect_leads_away_from_lever() {
    let elsewhere = Server::start(|_, _| reply(200, stages())).await;
    let target = format!("{}/v1/stages", elsewhere.root);
    let server = Server::start(move |_, _| with_header(reply(307, ""), "location", &target)).await;
    let error = server.client().stages().await.unwrap_err();
    assert_eq!(error.kind, Kind::Redirect(307));
    let tags = ["t".to_owned()];
    let error = server.client().add_tags(&"o".into(), &tags, None).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert!(elsewhere.lines().is_empty());
}

#[tokio::test]
async fn a_redirect_that_would_change_a_write_into_a_read_is_not_followed() {
    let server = Server::start(|_, _| with_header(reply(301, ""), "location", "/v1/x")).await;
    let error = server.client().create_note(&"o".into(), "x", None).await.unwrap_err();
    assert_eq!(error.kind, Kind::Redirect(301));
    assert_eq!(server.lines().len(), 1);
}

#[test]
fn a_missing_right_is_named_to_the_person() {
    let forbidden = |call| Failure::from(Error::new(call, Kind::Forbidden));
    assert_eq!(
        forbidden(Call::AddTags),
        Failure::new(Code::LevRight).with("right", Right::AddOpportunityTag.label())
    );
    assert_eq!(forbidden(Call::ReadApplication).code, Code::LevExpand);
    assert_eq!(forbidden(Call::ExchangeCode).code, Code::OauthRole);
    let dead = |call| Failure::from(Error::new(call, Kind::Revoked)).code;
    assert_eq!(dead(Call::RefreshToken), Code::OauthRevoked);
    assert_eq!(dead(Call::ExchangeCode), Code::OauthLate);
}

#[tokio::test]
async fn calls_can_be_made_from_any_task() {
    let server = Server::start(|_, _| reply(404, "{}")).await;
    let client = server.client();
    let task = tokio::spawn(async move {
        let one = client.opportunity(&"o".into()).await.err();
        let page = client.opportunities_in_stage(&"offer".into(), None).await.err();
        (one, page)
    });
    let (one, page) = task.await.unwrap();
    assert_eq!(one.unwrap().kind, Kind::NotFound);
    assert_eq!(page.unwrap().call, Call::ListOpportunities);
}
