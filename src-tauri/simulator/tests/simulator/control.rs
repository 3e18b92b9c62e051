//! Rights, the limiter, the clock, people's doings, and the ledger's bell.

use std::time::Duration;

use serde_json::{Value, json};
use simulator::{DataCentre, Options, demo};

use crate::harness::{Harness, SEED, answer, opportunity, posting, user};

const ARTICLE: [(&str, &str, &str, u16); 12] = [
    ("read user", "GET", "/users/{user}", 200),
    ("read posting", "GET", "/postings/{posting}", 200),
    ("read opportunity", "GET", "/opportunities/{opportunity}", 200),
    ("list webhooks", "GET", "/webhooks", 200),
    ("list stages", "GET", "/stages", 200),
    ("list users", "GET", "/users", 200),
    (
        "add opportunity tag",
        "POST",
        "/opportunities/{opportunity}/addTags",
        200,
    ),
    (
        "remove opportunity tag",
        "POST",
        "/opportunities/{opportunity}/removeTags",
        200,
    ),
    (
        "create opportunity note",
        "POST",
        "/opportunities/{opportunity}/notes",
        201,
    ),
    (
        "delete opportunity note",
        "DELETE",
        "/opportunities/{opportunity}/notes/{note}",
        204,
    ),
    ("create opportunity", "POST", "/opportunities?perform_as={user}", 201),
    ("add webhooks", "POST", "/webhooks", 201),
];

async fn attempt(harness: &Harness, key: &str, method: &str, path: &str) -> u16 {
    let notes = format!("/opportunities/{}/notes", opportunity("Kim Berg"));
    let (_, note) = answer(harness.lever("POST", &notes).json(&json!({"value": "x"}))).await;
    let path = path
        .replace("{user}", &user(demo::SUPER_ADMIN))
        .replace("{posting}", &posting("Data Engineer"))
        .replace("{opportunity}", &opportunity("Kim Berg"))
        .replace("{note}", note["data"]["id"].as_str().unwrap());
    let mut request = harness.lever_as(key, DataCentre::Eu, method, &path);
    if method == "POST" {
        let url = "https://relay.example.com/lever";
        request = request.json(&json!({"tags": ["t"], "value": "v", "url": url, "event": "candidateStageChange"}));
    }
    answer(request).await.0
}

#[tokio::test]
async fn each_of_the_twelve_rights_opens_its_call_and_no_other() {
    let harness = Harness::start().await;
    for (right, method, path, ok) in ARTICLE {
        assert_eq!(attempt(&harness, demo::EU_KEY, method, path).await, ok, "{right}");
        let tick = |on: bool| json!({"rights": {right: on}});
        harness
            .control("PATCH", "/lever/keys/practice-eu-key", tick(false))
            .await;
        for (other, method, path, ok) in ARTICLE {
            let expected = if other == right { 403 } else { ok };
            assert_eq!(
                attempt(&harness, demo::EU_KEY, method, path).await,
                expected,
                "{other} without {right}"
            );
        }
        harness
            .control("PATCH", "/lever/keys/practice-eu-key", tick(true))
            .await;
    }
}

#[tokio::test]
async fn the_article_key_cannot_use_the_optional_rights() {
    let harness = Harness::start().await;
    let optional = [
        ("GET", "/opportunities"),
        ("GET", "/postings"),
        ("GET", "/tags"),
        ("GET", "/opportunities/{opportunity}/notes"),
        ("PUT", "/opportunities/{opportunity}/notes/{note}"),
        ("GET", "/opportunities/{opportunity}/applications"),
    ];
    for (method, path) in optional {
        assert_eq!(
            attempt(&harness, demo::EU_KEY, method, path).await,
            403,
            "{method} {path}"
        );
    }
    for (method, path) in &optional[..4] {
        assert_eq!(
            attempt(&harness, demo::EU_KEY_ALL, method, path).await,
            200,
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn a_deleted_key_answers_401() {
    let harness = Harness::start().await;
    harness
        .control("DELETE", "/lever/keys/practice-us-key", Value::Null)
        .await;
    assert_eq!(
        answer(harness.lever_as(demo::US_KEY, DataCentre::Us, "GET", "/users"))
            .await
            .0,
        401
    );
}

#[tokio::test]
async fn the_bucket_lets_a_burst_of_twenty_through() {
    let harness = Harness::start_with(|options| options.switches.rate_per_second = 1).await;
    let mut statuses = Vec::new();
    for _ in 0..60 {
        let response = harness.lever("GET", "/stages").send().await.unwrap();
        assert!(response.headers().get("retry-after").is_none());
        statuses.push(response.status().as_u16());
    }
    assert!(statuses[..20].iter().all(|status| *status == 200));
    assert!(statuses.contains(&429));
    // Another key has its own bucket.
    assert_eq!(
        answer(harness.lever_as(demo::US_KEY, DataCentre::Us, "GET", "/stages"))
            .await
            .0,
        200
    );
    harness
        .control(
            "PATCH",
            "/switches",
            json!({"rate_limit_retry_after": true, "rate_burst": 0}),
        )
        .await;
    let response = harness.lever("GET", "/stages").send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["retry-after"]),
        (429, &"1".parse().unwrap())
    );
}

#[tokio::test]
async fn the_date_header_follows_the_clock() {
    let harness = Harness::start().await;
    let clock = harness.control("PATCH", "/clock", json!({"offset_ms": 600_000})).await;
    let response = harness.lever("GET", "/users").send().await.unwrap();
    let date = httpdate::parse_http_date(response.headers()["date"].to_str().unwrap()).unwrap();
    let ms = date.duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
    let now = clock["now"].as_i64().unwrap();
    assert!(ms >= now - 1000, "{ms} {now}");
    assert_eq!(response.headers()["server"], "lever-data-api");
    assert_eq!(response.headers()["x-lever-region"], "eu");
}

#[tokio::test]
async fn a_move_names_its_mover_and_the_api_has_none() {
    let harness = Harness::start().await;
    let id = harness.move_to_trigger("Kim Berg").await;
    let last = |row: Value| row["data"]["stageChanges"].as_array().unwrap().last().unwrap().clone();
    let (_, row) = harness.get(&format!("/opportunities/{id}")).await;
    assert_eq!(last(row)["userId"], user(demo::RECRUITER));
    harness
        .control(
            "POST",
            "/lever/move",
            json!({"opportunities": [id], "stage": "offer", "by": null}),
        )
        .await;
    let (_, row) = harness.get(&format!("/opportunities/{id}")).await;
    let last = last(row);
    assert_eq!(last["toStageId"], "offer");
    assert!(last.get("userId").is_none());
}

#[tokio::test]
async fn perform_as_must_be_an_active_user_and_is_required_for_creation() {
    let harness = Harness::start().await;
    let create = |query: String| {
        answer(
            harness
                .lever("POST", &format!("/opportunities{query}"))
                .json(&json!({})),
        )
    };
    let (status, body) = create(String::new()).await;
    assert_eq!(
        (status, &body["message"]),
        (400, &json!("Missing required parameter: perform_as"))
    );
    let gone = user("petra.gran@nordvik.example");
    assert_eq!(create(format!("?perform_as={gone}")).await.0, 400);
    harness
        .control("PATCH", "/switches", json!({"wrong_perform_as": "not_found"}))
        .await;
    assert_eq!(create(format!("?perform_as={gone}")).await.0, 404);
}

#[tokio::test]
async fn the_application_leads_from_the_opportunity_to_its_posting() {
    let harness = Harness::start().await;
    let path = format!("/opportunities/{}", opportunity("Kim Berg"));
    let (_, bare) = harness.get(&path).await;
    assert!(bare["data"]["applications"][0].is_string());
    let (_, row) = harness
        .get(&format!("{path}?expand=applications&expand=stage&expand=owner"))
        .await;
    let row = &row["data"];
    assert_eq!(row["applications"][0]["posting"], posting("Backend Developer"));
    assert_eq!(row["stage"]["text"], "Recruiter screen");
    assert_eq!(row["owner"]["email"], demo::RECRUITER);
    let (status, body) = harness.get(&format!("{path}?expand=posting")).await;
    assert_eq!((status, &body["message"]), (400, &json!("posting is not expandable")));
    harness
        .control("PATCH", "/switches", json!({"expand_right": "forbidden"}))
        .await;
    assert_eq!(harness.get(&format!("{path}?expand=applications")).await.0, 403);
    harness
        .control("PATCH", "/switches", json!({"expand_right": "bare_ids"}))
        .await;
    let (_, row) = harness.get(&format!("{path}?expand=applications")).await;
    assert!(row["data"]["applications"][0].is_string());
}

#[tokio::test]
async fn people_of_all_kinds_are_there() {
    let harness = Harness::start().await;
    let row = |name: &str| {
        let path = format!("/opportunities/{}", opportunity(name));
        let harness = &harness;
        async move { harness.get(&path).await.1["data"].clone() }
    };
    assert_eq!(row("Alva Hedlund").await["emails"], json!([]));
    assert_eq!(row("Alva Hedlund").await["phones"], json!([]));
    assert_eq!(row("Nils Rask").await["phones"].as_array().unwrap().len(), 1);
    assert_eq!(row("Saga Wiklund").await["applications"], json!([]));
    assert!(row("Gustav Holmberg").await["archived"]["archivedAt"].is_i64());
    let anonymised = row("Agnes Dufva").await;
    assert_eq!(
        (&anonymised["isAnonymized"], &anonymised["name"]),
        (&json!(true), &json!(""))
    );
    let id = opportunity("Zelda");
    harness
        .control("POST", &format!("/lever/opportunities/{id}/anonymise"), Value::Null)
        .await;
    assert_eq!(row("Zelda").await["emails"], json!([]));
}

#[tokio::test]
async fn confidential_data_is_hidden_from_keys_without_the_grant() {
    let harness = Harness::start().await;
    let id = opportunity("Kim Berg");
    let path = format!("/opportunities/{id}");
    harness
        .control("PATCH", &format!("/lever{path}"), json!({"confidential": true}))
        .await;
    assert_eq!(harness.get(&path).await.0, 403);
    let count = |page: Value| page["data"].as_array().unwrap().len();
    assert_eq!(count(harness.get("/opportunities?confidentiality=all").await.1), 23);
    harness
        .control(
            "PATCH",
            "/lever/keys/practice-eu-key-all",
            json!({"confidential": true}),
        )
        .await;
    assert_eq!(harness.get(&path).await.0, 200);
    assert_eq!(
        count(harness.get("/opportunities").await.1),
        23,
        "lists leave them out unless asked"
    );
    assert_eq!(count(harness.get("/opportunities?confidentiality=all").await.1), 24);
}

#[tokio::test]
async fn archiving_counts_as_an_advance_the_first_time_only() {
    let harness = Harness::start().await;
    let id = opportunity("Kim Berg");
    let archive = async |archived: bool| {
        let path = format!("/lever/opportunities/{id}");
        harness.control("PATCH", &path, json!({"archived": archived})).await;
        harness.get(&format!("/opportunities/{id}")).await.1["data"].clone()
    };
    let first = archive(true).await;
    assert_eq!(first["lastAdvancedAt"], first["archived"]["archivedAt"]);
    archive(false).await;
    harness.control("PATCH", "/clock", json!({"offset_ms": 1_000})).await;
    let again = archive(true).await;
    assert_ne!(again["archived"]["archivedAt"], first["archived"]["archivedAt"]);
    assert_eq!(again["lastAdvancedAt"], first["lastAdvancedAt"]);
}

#[tokio::test]
async fn tags_are_listed_without_regard_to_case_and_with_archived_ones() {
    let harness = Harness::start().await;
    let id = opportunity("Gustav Holmberg");
    harness
        .control(
            "POST",
            &format!("/lever/opportunities/{id}/tags"),
            json!({"add": ["account Zebra"]}),
        )
        .await;
    let (_, tags) = harness.get("/tags").await;
    let texts: Vec<_> = tags["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["text"].as_str().unwrap().to_owned())
        .collect();
    assert!(texts.contains(&"account Zebra".to_owned()));
    assert!(texts.iter().map(|text| text.to_lowercase()).is_sorted());
}

#[tokio::test]
async fn the_ledger_rings_for_who_waits() {
    let harness = Harness::start().await;
    let url = format!("{}/ledger?since=0&wait=20000", harness.simulator.control_url());
    let waiting = tokio::spawn(answer(harness.client.get(url)));
    harness.get("/users").await;
    let (_, ledger) = waiting.await.unwrap();
    assert_eq!(ledger["entries"][0]["call"], "list users");
    assert_eq!(ledger["last"], 1);
    assert!(
        harness
            .simulator
            .wait_for_ledger(1, Duration::from_millis(1))
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn the_same_seed_makes_the_same_ids() {
    let (one, two) = (Harness::start().await, Harness::start().await);
    let ids = |state: Value| -> Vec<Value> {
        state["lever"]["opportunities"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["id"].clone())
            .collect()
    };
    let (first, second) = (ids(one.state().await), ids(two.state().await));
    assert_eq!(first, second);
    assert!(first.contains(&json!(demo::id(SEED, "opportunity", "Kim Berg"))));
    let other = Harness::start_with(|options| options.seed = SEED + 1).await;
    assert_ne!(ids(other.state().await), first);
}

#[tokio::test]
async fn it_refuses_to_listen_beyond_loopback() {
    let options = Options {
        listen: "0.0.0.0:0".parse().unwrap(),
        ..Options::default()
    };
    let error = simulator::start(options).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
}
