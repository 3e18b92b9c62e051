//! The client against hand-written answers, over real HTTP.

#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::to_bytes;
use axum::http::Response;
use axum::{Router, extract};
use http_client::Limits;
use model::{Code, Failure, Place, RefappPlace, Secret};
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::event::tests::example;
use crate::{Client, FormKind, FormQuery, Kind, Outcome, Values};

/// Method, path and query, authorisation, body.
type Request = (String, String, String, String);

#[derive(Clone)]
struct Server {
    root: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Answers everything alike.
    async fn start(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Self {
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let (seen, headers, body) = (requests.clone(), headers.to_vec(), body.to_owned());
        let app = Router::new().fallback(move |request: extract::Request| {
            let (seen, headers, body) = (seen.clone(), headers.clone(), body.clone());
            async move {
                let (parts, content) = request.into_parts();
                let content = to_bytes(content, 1 << 20).await.unwrap();
                seen.lock().unwrap().push((
                    parts.method.to_string(),
                    parts.uri.to_string(),
                    parts.headers["authorization"].to_str().unwrap().to_owned(),
                    String::from_utf8(content.to_vec()).unwrap(),
                ));
                let reply = Response::builder().status(status);
                headers
                    .iter()
                    .fold(reply, |reply, (name, value)| reply.header(*name, *value))
                    .body(body)
                    .unwrap()
            }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let root = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { root, requests }
    }

    fn client(&self) -> Client {
        Client::new(place(&self.root), &Secret::new("planted-token")).unwrap()
    }

    fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

fn place(root: &str) -> RefappPlace {
    Place::custom(root, root).unwrap().refapp(root).unwrap()
}

/// The answer of `refapp-api.md §2`.
fn config() -> Json {
    json!({
      "config": {
        "fields": [
          {"id": "intro", "type": "header", "label": "Settings for the Refapp project of this job", "disabled": true},
          {"id": "project-template-id", "type": "select", "label": "Project template", "refetch": true,
           "value": "vTmsuAXU1U81Ow3Gu",
           "options": [
             {"id": "vTmsuAXU1U81Ow3Gu", "label": "Developers"},
             {"id": "eVMqIrtA3z57KSxyF", "label": "Sales"}
           ]},
          {"id": "form-sv", "type": "select", "label": "Swedish questions", "placeholder": "Choose questions",
           "options": [{"id": "", "label": "None"}, {"id": "PlrV0EW1KatfkOI9D", "label": "Standard (11 questions)"}]},
          {"id": "relation-verification", "type": "checkbox", "label": "Ask about the relation", "value": false},
          {"id": "cost-centre", "type": "text", "label": "Cost centre"}
        ],
        "moving_criteria": [
          {"id": "reference-score", "name": "References", "kind": "score", "range": {"min": 0, "max": 100}}
        ]
      }
    })
}

#[tokio::test]
async fn a_form_is_asked_for_by_job_language_and_recruiter() {
    let server = Server::start(200, &[], &config().to_string()).await;
    let template = "eVMqIrtA3z57KSxyF";
    let query = FormQuery {
        job: Some("d0e414d9-68ed-4851-9ae0-a30dfef64997".into()),
        lang: Some("sv".to_owned()),
        recruiter: Some("jonas.ek@example.com".to_owned()),
        values: Some(Values::from([("project-template-id".to_owned(), template.into())])),
    };
    let form = server.client().form(&query).await.unwrap();
    assert_eq!(form.kind(), FormKind::Templates);
    let names: Vec<String> = form.templates().into_iter().map(|t| t.name).collect();
    assert_eq!(names, ["Developers", "Sales"]);
    let (method, target, authorization, _) = server.requests().remove(0);
    assert_eq!(
        (method.as_str(), authorization.as_str()),
        ("GET", "Bearer planted-token")
    );
    assert_eq!(
        target,
        "/webhooks/account-integration/config?job_id=d0e414d9-68ed-4851-9ae0-a30dfef64997&lang=sv\
         &recruiter=jonas.ek%40example.com&webhook_data=%7B%22project-template-id%22%3A%22eVMqIrtA3z57KSxyF%22%7D"
    );
    server.client().form(&FormQuery::default()).await.unwrap();
    assert_eq!(server.requests()[1].1, "/webhooks/account-integration/config");
}

#[tokio::test]
async fn an_event_is_posted_once_and_any_complete_success_is_an_acceptance() {
    for (status, body) in [(200, "{\"id\":1}"), (201, "<html>"), (204, "")] {
        let server = Server::start(status, &[], body).await;
        server.client().send(&example()).await.unwrap();
        let requests = server.requests();
        assert_eq!(requests.len(), 1);
        let (method, target, authorization, body) = &requests[0];
        assert_eq!(
            (method.as_str(), target.as_str(), authorization.as_str()),
            ("POST", "/webhooks/account-integration", "Bearer planted-token")
        );
        let sent: Json = serde_json::from_str(body).unwrap();
        assert_eq!(sent["partner-event"]["candidate"]["first-name"], "Kim");
    }
}

#[tokio::test]
async fn whether_a_start_may_have_happened_follows_from_the_status() {
    for (status, outcome, code) in [
        (302, Outcome::Unknown, Code::RefAnswer),
        (307, Outcome::Unknown, Code::RefAnswer),
        (400, Outcome::NotApplied, Code::RefRefused),
        (401, Outcome::NotApplied, Code::RefToken),
        (403, Outcome::NotApplied, Code::RefEnvironment),
        (404, Outcome::NotApplied, Code::RefEnvironment),
        (408, Outcome::Unknown, Code::RefDown),
        (409, Outcome::Unknown, Code::RefDown),
        (422, Outcome::NotApplied, Code::RefRefused),
        (425, Outcome::Unknown, Code::RefDown),
        (429, Outcome::NotApplied, Code::RefRateLimited),
        (500, Outcome::Unknown, Code::RefDown),
        (503, Outcome::Unknown, Code::RefDown),
    ] {
        // The location leads back here: a client that followed it would be seen.
        let headers = [("location", "/elsewhere"), ("retry-after", "7")];
        let server = Server::start(status, &headers, r#"{"message":"planted Kim Berg"}"#).await;
        let error = server.client().send(&example()).await.err().unwrap();
        assert_eq!(error.outcome(), outcome, "{status}");
        assert_eq!(Failure::from(&error).code, code, "{status}");
        assert_eq!(server.requests().len(), 1, "{status}");
        let printed = format!("{error} {error:?} {}", Failure::from(&error));
        assert!(!printed.contains("planted"), "{printed}");
        match error.kind {
            Kind::BadRequest { message, .. } => assert_eq!(message.as_str(), "planted Kim Berg"),
            Kind::RateLimited { retry_after } => {
                assert_eq!(retry_after, Some(Duration::from_secs(7)));
            }
            _ => {}
        }
    }
}

/// Serves one connection, then breaks it or falls silent.
async fn breaking(answer: &'static str, is_cut: bool) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let root = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut seen = Vec::new();
        // The body of the event ends with as many brackets as it began with.
        while !seen.ends_with(b"}}}") {
            seen.push(stream.read_u8().await.unwrap());
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        if !is_cut {
            std::future::pending::<()>().await;
        }
    });
    let limits = Limits {
        read: Duration::from_millis(200),
        ..Limits::default()
    };
    Client::with_limits(place(&root), &Secret::new("t"), limits).unwrap()
}

#[tokio::test]
async fn a_start_whose_answer_breaks_off_is_unknown() {
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf";
    for (answer, is_cut, kind) in [
        ("", true, Kind::Cut),
        (half, true, Kind::Cut),
        ("", false, Kind::TimedOut),
        (half, false, Kind::TimedOut),
    ] {
        let client = breaking(answer, is_cut).await;
        let error = client.send(&example()).await.err().unwrap();
        assert_eq!(error.kind, kind, "{answer:?}");
        assert_eq!(error.outcome(), Outcome::Unknown);
    }
}

#[tokio::test]
async fn a_start_that_found_nobody_did_not_happen() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let root = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = Client::new(place(&root), &Secret::new("t")).unwrap();
    let error = client.send(&example()).await.err().unwrap();
    assert_eq!(error.kind, Kind::Unreachable);
    assert_eq!(error.outcome(), Outcome::NotApplied);
    assert_eq!(Failure::from(error).code, Code::RefUnreachable);
}

#[tokio::test]
async fn an_answer_that_is_no_form_is_unreadable() {
    for body in ["", "<html>", "null", "{}", r#"{"config":{}}"#] {
        let server = Server::start(200, &[], body).await;
        let error = server.client().form(&FormQuery::default()).await.err().unwrap();
        assert_eq!(error.kind, Kind::Garbage, "{body:?}");
    }
}

#[test]
fn a_token_that_no_header_can_hold_is_refused_at_once() {
    let token = Secret::new("to\nken");
    let refused = Client::new(place("http://127.0.0.1:1"), &token);
    assert_eq!(refused.err().map(|failure| failure.code), Some(Code::RefToken));
}
