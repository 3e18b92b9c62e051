//! `doctor`: what is wrong, told by a host that runs, or found without one; and its exit status.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use rustix::process::Signal;
use serde_json::{Value, json};
use simulator::demo;

use crate::down;
use crate::process::{Running, subcommand};
use crate::up::{Site, accepted, candidate};

struct Told {
    status: Option<i32>,
    text: String,
    json: Value,
}

fn doctor(site: &std::path::Path, args: &[&str]) -> Told {
    let json = subcommand(site, &[&["doctor", "--json"], args].concat());
    let told = subcommand(site, &[&["doctor"], args].concat());
    let text = [told.stdout, told.stderr].concat();
    Told {
        status: json.status.code(),
        text: String::from_utf8(text).unwrap(),
        json: serde_json::from_slice(&json.stdout).unwrap_or(Value::Null),
    }
}

fn codes(told: &Told) -> Vec<&str> {
    let findings = told.json["findings"].as_array().unwrap();
    findings.iter().map(|one| one["code"].as_str().unwrap()).collect()
}

fn set_mode(site: &Site, name: &str, mode: u32) {
    fs::set_permissions(site.dir.path().join(name), Permissions::from_mode(mode)).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_server_it_says_so_and_checks_what_it_can_without_a_credential() {
    let site = Site::with_key().await;
    for name in ["key", "token", "bearer"] {
        set_mode(&site, name, 0o600);
    }
    let told = doctor(site.dir.path(), &[]);
    assert_eq!(told.status, Some(3), "{}", told.text);
    assert!(told.text.starts_with("No server is running"), "{}", told.text);
    assert_eq!((&told.json["server"], codes(&told)), (&json!(false), vec![]));
    let ledger = site.sim.ledger();
    assert!(!ledger.is_empty(), "it has knocked at both");
    assert!(ledger.iter().all(|entry| entry.credential.is_none()), "{ledger:?}");
    assert!(!site.dir.path().join("data").exists(), "it makes nothing");

    set_mode(&site, "key", 0o644);
    let told = doctor(site.dir.path(), &[]);
    assert_eq!(
        (told.status, codes(&told)),
        (Some(3), vec!["APP-CONFIG"]),
        "{}",
        told.text
    );
    assert!(told.text.contains("[note] Nordvik: APP-CONFIG"), "{}", told.text);

    fs::remove_file(site.dir.path().join("token")).unwrap();
    let told = doctor(site.dir.path(), &[]);
    assert_eq!(told.status, Some(2), "{}", told.text);
    assert!(told.text.contains("[stops] Nordvik: APP-CONFIG"), "{}", told.text);

    fs::write(site.dir.path().join("host.toml"), "[host]\nlisten = 1\n").unwrap();
    let told = doctor(site.dir.path(), &[]);
    assert_eq!(
        (told.status, codes(&told)),
        (Some(2), vec!["APP-CONFIG"]),
        "{}",
        told.text
    );
}

#[test]
fn without_a_server_what_cannot_be_reached_is_found() {
    let site = down::site();
    let told = doctor(site.path(), &[]);
    assert_eq!(
        (told.status, codes(&told)),
        (Some(1), vec!["LEV-NET", "REF-NET"]),
        "{}",
        told.text
    );
    for part in ["title", "what", "why", "mend", "owner"] {
        assert!(told.json["findings"][0][part].is_string(), "{part}: {}", told.json);
    }
    let told = doctor(site.path(), &["--connection", "Nobody"]);
    assert_eq!(told.status, Some(1));
    assert!(told.text.contains("APP-NOT-FOUND"), "{}", told.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_runs_tells_worst_first_and_the_status_says_how_bad_it_is() {
    let site = Site::with_key().await;
    let host = Running::start(site.dir.path(), &[]);
    site.until_ready(&host).await;
    let told = doctor(site.dir.path(), &[]);
    assert_eq!(told.status, Some(4), "nothing has come from Refapp yet: {}", told.text);

    let opportunity = candidate(&site).await;
    let moved = json!({"opportunity": opportunity, "stage": demo::TRIGGER_STAGE, "by": demo::RECRUITER});
    site.control("POST", "lever/move", moved.clone()).await;
    accepted(&site, &opportunity).await;
    let events = site.sim.ledger();
    let event = events.iter().find(|entry| entry.call == "event").unwrap();
    let result = event.body["partner-event"]["partner-result"]["id"].as_str().unwrap();
    site.control("POST", &format!("refapp/checks/{result}/accept"), json!({}))
        .await;
    let told = site
        .until("all is well", || {
            let told = doctor(site.dir.path(), &[]);
            (told.status == Some(0)).then_some(told)
        })
        .await;
    assert!(told.text.contains("Nothing wrong was found."), "{}", told.text);
    assert!(told.text.contains("12 of 12 proven"), "{}", told.text);
    let line = site.json(&["status"])["connections"][0]["readOut"]["en"].clone();
    assert!(told.text.contains(line.as_str().unwrap()), "{line} in {}", told.text);
    assert_eq!(told.json["diagnostics"]["connections"][0]["readOut"]["en"], line);
    assert_eq!(told.json["diagnostics"]["app"]["host"], "headless");

    site.control("PATCH", "refapp", json!({"token": "another"})).await;
    let other = candidate(&site).await;
    let moved = json!({"opportunity": other, "stage": demo::TRIGGER_STAGE, "by": demo::RECRUITER});
    site.control("POST", "lever/move", moved).await;
    let told = site
        .until("the token is refused", || {
            let told = doctor(site.dir.path(), &["--connection", "Nordvik"]);
            (told.status == Some(1)).then_some(told)
        })
        .await;
    assert_eq!(codes(&told)[0], "REF-TOKEN");
    assert!(told.text.contains("[stops] Nordvik: REF-TOKEN"), "{}", told.text);
    assert!(told.text.contains("(who: refapp admin"), "{}", told.text);
    assert!(told.text.contains("; last worked "), "{}", told.text);
    assert!(told.text.contains("Lever through   api key"), "{}", told.text);
    assert!(
        told.text
            .lines()
            .any(|line| line.contains("Nordvik") && line.contains("began  REF-TOKEN")),
        "{}",
        told.text
    );
    assert_eq!(host.stop(Signal::TERM).0, Some(0));
}
