//! From the consent to a completed check, logged as loudly as can be: what is secret, and what is a candidate's, is then
//! looked for in all that the host has written, logged and answered.

use std::fs;

use rustix::process::Signal;
use serde_json::{Value, json};
use simulator::demo;

use crate::down::files;
use crate::process::{Running, subcommand};
use crate::up::{Site, accepted, candidate, check_of};

/// The candidate of the run. Its name has to be in the database, and in what shows checks.
const NAME: &str = "Tove Test";
/// Never anywhere: starts are built from Lever's data when they are sent.
const ADDRESS: &str = "tove.test@candidate.example";
/// How every access token of the simulated Lever begins, and most of the real one's.
const ACCESS_TOKEN: &str = "eyJhbGci";

const OURS: [&str; 9] = [
    "api",
    "engine",
    "http_client",
    "lever",
    "model",
    "receiver",
    "refapp",
    "refapp_lever_server",
    "store",
];

/// A place, what was found there, and whether the candidate's name may be in it.
struct Found {
    place: String,
    text: String,
    may_name: bool,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s07_s12_s28_what_was_planted_is_found_only_where_it_belongs() {
    let site = Site::with_oauth().await;
    let loud = ["--log-format", "json", "--log-level", "trace"];
    let host = Running::start(site.dir.path(), &loud);
    let back = site.consent().await;
    let code = back
        .split("code=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap()
        .to_owned();
    let arrived = site.http.get(&back).send().await.unwrap();
    let mut found = vec![answer("the return", &arrived.text().await.unwrap())];
    site.until_ready(&host).await;

    let opportunity = candidate(&site).await;
    let moved = json!({"opportunity": opportunity, "stage": demo::TRIGGER_STAGE, "by": demo::RECRUITER});
    site.control("POST", "lever/move", moved).await;
    let reference = accepted(&site, &opportunity).await;
    let events = site.sim.ledger();
    let event = events.iter().find(|entry| entry.call == "event").unwrap();
    let sent = &event.body["partner-event"];
    assert!(sent.to_string().contains(ADDRESS), "Refapp does get it");
    let result = sent["partner-result"]["id"].as_str().unwrap();
    for step in ["accept", "candidate-names-referees", "complete"] {
        let path = format!("refapp/checks/{result}/{step}");
        site.control("POST", &path, json!({})).await;
    }
    site.until("it is completed", || {
        let checks = site.json(&["checks"]);
        (check_of(&checks, &opportunity)?["status"] == "completed").then_some(())
    })
    .await;

    // Everybody who knocks is answered, the genuine and the others.
    let webhook = events
        .iter()
        .find(|entry| entry.call == "candidateStageChange")
        .unwrap();
    let path = webhook.path.split_once("/lever/").unwrap().1.to_owned();
    // The signature of a webhook covers no body, so a genuine one may say anything.
    let mut chatty = webhook.body.clone();
    chatty["data"]["name"] = json!(NAME);
    chatty["data"]["email"] = json!(ADDRESS);
    let told =
        json!({"id": result, "attributes": {"status": "completed", "summary": NAME, "details": {"by": ADDRESS}}});
    let update = site
        .http
        .put(format!("http://{}/refapp/{path}", host.address))
        .bearer_auth(demo::UPDATE_BEARER)
        .body(told.to_string());
    let update = update.send().await.unwrap();
    assert_eq!(update.status(), 200, "it is genuine");
    found.push(answer("an update", &update.text().await.unwrap()));
    for (head, body) in [
        (format!("POST /lever/{path}"), webhook.body.to_string()),
        (format!("POST /lever/{path}"), chatty.to_string()),
        (
            format!("POST /lever/{path}"),
            json!({"name": NAME, "email": ADDRESS}).to_string(),
        ),
        (
            format!("PUT /refapp/{path}"),
            json!({"id": NAME, "attributes": ADDRESS}).to_string(),
        ),
        ("POST /lever/made-up".to_owned(), webhook.body.to_string()),
        ("GET /healthz".to_owned(), String::new()),
        ("GET /oauth/custom?state=made-up&code=made-up".to_owned(), String::new()),
    ] {
        found.push(answer(&head, &host.request(&head, &body)));
    }
    for (args, may_name) in [
        (&["status"][..], false),
        (&["status", "--json"], false),
        (&["doctor"], false),
        (&["doctor", "--json"], false),
        (&["checks"], true),
        (&["checks", "--json"], true),
        (&["check", &reference], true),
        (&["check", &reference, "--json"], true),
        (&["templates", "update", "--json"], false),
        (&["preflight", "--json"], false),
        (&["start", &reference], false),
        (&["settle", &reference, "started"], false),
    ] {
        let output = subcommand(site.dir.path(), args);
        let text = [output.stdout, output.stderr].concat();
        found.push(Found {
            place: args.join(" "),
            text: String::from_utf8_lossy(&text).into_owned(),
            may_name,
        });
    }

    // The path is shown to whoever sets Refapp up, and is nothing for support.
    for args in [&["doctor"][..], &["doctor", "--json"]] {
        let doctor = String::from_utf8(subcommand(site.dir.path(), args).stdout).unwrap();
        assert!(doctor.contains("Nordvik") && !doctor.contains(&path), "{doctor}");
        for word in [&opportunity, demo::RECRUITER, demo::SUPER_ADMIN, "Tove"] {
            assert!(!doctor.contains(word), "{word} in {doctor}");
        }
    }

    // While it runs there is a write-ahead log.
    let data = site.dir.path().join("data");
    let vault = data.join("secrets");
    for path in files(&data) {
        if !path.starts_with(&vault) {
            let database = path
                .file_name()
                .unwrap()
                .to_string_lossy()
                .starts_with("refapp-lever.db");
            found.push(Found {
                place: path.display().to_string(),
                text: String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned(),
                may_name: database,
            });
        }
    }
    let named = |found: &&Found| found.may_name && found.text.contains(NAME);
    assert!(found.iter().filter(named).any(|found| found.place.ends_with("-wal")));

    // What was made up or granted meanwhile: refresh token, tokens of webhooks. The path is shown to whoever sets Refapp
    // up, and is no more in a log than the others.
    let mut secrets = vec![
        demo::OAUTH_CLIENT_SECRET.to_owned(),
        demo::REFAPP_TOKEN.to_owned(),
        demo::UPDATE_BEARER.to_owned(),
        ACCESS_TOKEN.to_owned(),
        code,
    ];
    for file in site.own_secrets() {
        let words = fs::read_to_string(&file).unwrap();
        let words = words.split_whitespace().filter(|word| word.len() > 8 && *word != path);
        // An id of a webhook stands before its token; it is none.
        secrets.extend(words.filter(|word| word.len() != 36).map(str::to_owned));
    }
    assert!(secrets.len() >= 7, "a refresh token and the webhooks' tokens are kept");
    let (status, log) = host.stop(Signal::TERM);
    assert_eq!(status, Some(0));
    assert!(log.lines().count() > 3, "{log}");
    assert!(!log.contains(&path), "the receiver's path in the log");
    // However loud, only our own crates are heard: what a library would say is nobody's promise.
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).expect("a log of JSON lines");
        let target = line["target"].as_str().unwrap_or_default();
        let (name, _) = target.split_once("::").unwrap_or((target, ""));
        assert!(OURS.contains(&name) || line["level"] == "ERROR", "{line}");
    }
    found.push(answer("the log", &log));
    for found in &found {
        for secret in &secrets {
            assert!(!found.text.contains(secret), "{secret} in {}", found.place);
        }
        assert!(
            !found.text.contains(ADDRESS),
            "an address in {}: {}",
            found.place,
            found.text
        );
        assert!(
            found.may_name || !found.text.contains(NAME),
            "a name in {}: {}",
            found.place,
            found.text
        );
    }
}

fn answer(place: &str, text: &str) -> Found {
    Found {
        place: place.to_owned(),
        text: text.to_owned(),
        may_name: false,
    }
}
