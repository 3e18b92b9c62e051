use model::Millis;
use serde_json::{Value, json};

use super::server::{Reply, Server, reply, with_header};
use crate::{Applications, Kind};

const NEXT: &str = "%5B231.5%2C1772618523000%2C%2269168fc1-fff7-413d-96fc-df860b1ab892%22%5D";

fn page(ids: &[&str], next: Option<&str>) -> Reply {
    let rows: Vec<Value> = ids.iter().map(|id| json!({"id": id, "name": id, "text": id})).collect();
    match next {
        Some(next) => reply(200, json!({"data": rows, "hasNext": true, "next": next})),
        None => reply(200, json!({"data": rows, "hasNext": false})),
    }
}

#[tokio::test]
async fn all_pages_are_read_with_the_token_encoded_again_and_each_row_once() {
    let server = Server::start(|_, n| match n {
        0 => page(&["a", "b"], Some(NEXT)),
        _ => page(&["b", "c"], None),
    })
    .await;
    let users = server.client().users().await.unwrap();
    let ids: Vec<&str> = users.iter().map(|user| user.id.as_str()).collect();
    assert_eq!(ids, ["a", "b", "c"]);
    // The form on the wire of lever-api.md §5.
    assert_eq!(
        server.lines()[1],
        "GET /v1/users?offset=%255B231.5%252C1772618523000%252C%252269168fc1-fff7-413d-96fc-df860b1ab892%2522%255D"
    );
}

#[tokio::test]
async fn a_stale_token_begins_the_list_again() {
    let server = Server::start(|_, n| match n {
        0 => page(&["a"], Some("1")),
        1 => reply(
            400,
            json!({"code": "BadRequestError", "message": "Invalid offset token: 1"}),
        ),
        2 => page(&["z", "a"], Some("2")),
        _ => page(&["b"], None),
    })
    .await;
    let stages = server.client().stages().await.unwrap();
    let ids: Vec<&str> = stages.iter().map(|stage| stage.id.as_str()).collect();
    assert_eq!(ids, ["z", "a", "b"]);
    assert_eq!(server.lines()[2], "GET /v1/stages");
}

#[tokio::test]
async fn a_token_that_is_always_stale_ends_in_an_error() {
    let server = Server::start(|request, _| {
        if request.target.contains("offset") {
            reply(400, json!({"message": "Invalid offset token"}))
        } else {
            page(&["a"], Some("1"))
        }
    })
    .await;
    let error = server.client().tags().await.err().unwrap();
    assert!(error.is_stale_offset(), "{error}");
    assert_eq!(server.lines().len(), 8);
}

#[tokio::test]
async fn a_page_that_is_not_whole_is_never_the_end_of_a_list() {
    for body in [
        "",
        "<html></html>",
        r#"{"data":[{"id":"a"}"#,
        r#"{"data":[]}"#,
        r#"{"data":[],"hasNext":null}"#,
        r#"{"data":[],"hasNext":true}"#,
        r#"{"data":[],"hasNext":true,"next":null}"#,
        r#"{"data":[],"hasNext":true,"next":""}"#,
        r#"{"data":{},"hasNext":false}"#,
        r#"{"data":null,"hasNext":false}"#,
        r#"{"hasNext":false}"#,
        r#"{"data":[{"id":null}],"hasNext":false}"#,
    ] {
        let server = Server::start(move |_, _| reply(200, body)).await;
        let error = server.client().stages().await.err().unwrap();
        assert_eq!(error.kind, Kind::Garbage, "{body}");
    }
}

#[tokio::test]
async fn a_list_that_leads_to_itself_ends_in_an_error() {
    let server = Server::start(|_, _| page(&["a"], Some("1"))).await;
    let error = server.client().postings().await.err().unwrap();
    assert_eq!(error.kind, Kind::Garbage);
    assert_eq!(server.lines().len(), 2);

    let row = json!({"id": "o", "stage": "offer"});
    let again = json!({"data": [row], "hasNext": true, "next": "1"});
    let server = Server::start(move |_, _| reply(200, &again)).await;
    let window = server.client().opportunities_in_stage(&"offer".into(), None).await;
    assert_eq!(window.err().unwrap().kind, Kind::Garbage);
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test]
async fn webhooks_come_without_pages() {
    let server = Server::start(|_, _| {
        reply(
            200,
            json!({"data": [{"id": "w", "event": "candidateStageChange", "url": "not an address",
            "configuration": {}}]}),
        )
    })
    .await;
    let webhooks = server.client().webhooks().await.unwrap();
    assert_eq!(webhooks[0].url, "not an address");
    assert_eq!(webhooks[0].event, crate::CANDIDATE_STAGE_CHANGE);
}

#[tokio::test]
async fn polling_reads_a_whole_window_and_brings_levers_clock() {
    let server = Server::start(|request, _| {
        let rows = json!([{"id": "o", "stage": "offer", "applications": ["bare"]},
                          {"id": "p", "stage": "offer", "applications": [{"id": "x", "posting": null}]}]);
        if request.target.contains("expand") {
            return reply(403, "{}");
        }
        if request.target.contains("offset") {
            let last = reply(200, json!({"data": rows, "hasNext": false}));
            return with_header(last, "date", "Sun, 06 Nov 1994 09:49:37 GMT");
        }
        let page = reply(200, json!({"data": rows, "hasNext": true, "next": "n 1"}));
        with_header(page, "date", "Sun, 06 Nov 1994 08:49:37 GMT")
    })
    .await;
    let window = server
        .client()
        .opportunities_in_stage(&"offer".into(), Some(Millis(7)))
        .await
        .unwrap();
    assert_eq!(window.date, Some(Millis(784_111_777_000)));
    assert_eq!(window.rows.len(), 2);
    assert_eq!(window.rows[0].applications, Applications::Unreadable);
    assert!(matches!(&window.rows[1].applications, Applications::Known(a) if a[0].posting.is_none()));
    let window = "GET /v1/opportunities?stage_id=offer&archived=false";
    assert_eq!(
        server.lines(),
        [
            format!("{window}&advanced_at_start=7&expand=applications"),
            format!("{window}&advanced_at_start=7"),
            format!("{window}&advanced_at_start=7&offset=n+1"),
        ]
    );
}

#[tokio::test]
async fn tags_notes_and_carriers_of_a_tag_are_listed() {
    let server = Server::start(|request, _| {
        let row = if request.target.contains("/notes") {
            json!({"id": "n", "fields": [{"value": "Refapp: sent"}, {"value": 4}, {}], "deletedAt": 1})
        } else if request.target.contains("tags") {
            json!({"count": 56, "text": "Backend Developer"})
        } else {
            json!({"id": "o", "stage": "offer", "applications": ["a"]})
        };
        reply(200, json!({"data": [row], "hasNext": false}))
    })
    .await;
    let client = server.client();
    let tags = client.tags().await.unwrap();
    assert_eq!((tags[0].text.as_str(), tags[0].count), ("Backend Developer", 56));
    let notes = client.notes(&"o".into()).await.unwrap();
    assert_eq!(notes[0].texts, ["Refapp: sent"]);
    assert!(notes[0].deleted);
    let carriers = client.opportunities_with_tag("Refapp Template: A&B").await.unwrap();
    assert_eq!(carriers.len(), 1);
    assert_eq!(server.lines()[2], "GET /v1/opportunities?tag=Refapp+Template%3A+A%26B");
}
