//! A connection of the configuration file that only looks on.

use std::fs;

use rustix::process::Signal;
use serde_json::{Value, json};
use simulator::{Side, demo};

use crate::process::{Running, subcommand};
use crate::up::{OBSERVER, Site, candidate, check_of};

/// Calls that could have changed something, and calls to Refapp.
fn writes(site: &Site) -> Vec<String> {
    let ledger = site.sim.ledger().into_iter();
    let ours = ledger.filter(|entry| entry.side == Side::Refapp || entry.credential.as_deref() == Some(OBSERVER));
    ours.filter(|entry| entry.side == Side::Refapp || entry.method != "GET")
        .map(|entry| entry.call)
        .collect()
}

fn text(site: &Site, args: &[&str]) -> (Option<i32>, String) {
    let told = subcommand(site.dir.path(), args);
    let text = [told.stdout, told.stderr].concat();
    (told.status.code(), String::from_utf8(text).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_observer_of_the_file_shows_who_carries_a_status_tag_and_writes_nothing() {
    let site = Site::observer(&["list opportunities", "read posting"]).await;
    let host = Running::start(site.dir.path(), &[]);
    site.until_ready(&host).await;
    let opportunity = candidate(&site).await;
    let tag = json!({"add": ["Refapp Status: Waiting for candidate"]});
    site.control("POST", &format!("lever/opportunities/{opportunity}/tags"), tag)
        .await;
    let row = site
        .until("the candidate is shown", || {
            check_of(&site.json(&["checks"]), &opportunity).cloned()
        })
        .await;
    assert_eq!(row["status"], "waiting-for-candidate");
    assert_eq!(row["postingTitle"], "Backend Developer");

    // Neither way in is asked after: it needs none.
    let (status, doctor) = text(&site, &["doctor"]);
    assert_eq!(status, Some(0), "{doctor}");
    assert!(doctor.contains("only looks on"), "{doctor}");
    let (_, overview) = text(&site, &["status"]);
    for told in [&doctor, &overview] {
        for way in ["stage changes", "status updates", "trigger stage"] {
            assert!(!told.contains(way), "{way} in {told}");
        }
    }
    let report = site.json(&["doctor"])["diagnostics"]["connections"][0].clone();
    assert_eq!(report["mode"], "observer");
    assert_eq!(
        (&report["stageChanges"], &report["statusUpdates"]),
        (&Value::Null, &Value::Null)
    );

    // What would start or write is refused.
    let (status, refused) = text(&site, &["templates", "update"]);
    assert_eq!(status, Some(1));
    assert!(refused.contains("APP-NOT-NOW"), "{refused}");
    assert_eq!(host.stop(Signal::TERM).0, Some(0));
    assert_eq!(writes(&site), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_observer_without_its_one_right_says_which() {
    let site = Site::observer(&["list stages"]).await;
    let host = Running::start(site.dir.path(), &[]);
    let told = site
        .until("the right is missed", || {
            let (_, told) = text(&site, &["doctor"]);
            told.contains("LEV-403").then_some(told)
        })
        .await;
    assert!(told.contains("“list opportunities”"), "{told}");
    assert!(host.request("GET /healthz", "").starts_with("HTTP/1.1 503"));
    let ticked = json!({"rights": {"list opportunities": true}});
    site.control("PATCH", &format!("lever/keys/{OBSERVER}"), ticked).await;
    site.until_ready(&host).await;
    assert_eq!(host.stop(Signal::TERM).0, Some(0));
}

/// Else checks that Refapp's own integration started would be taken for ours, or the other way round.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_starts_checks_does_not_become_an_observer_by_its_name() {
    let site = Site::with_key().await;
    let host = Running::start(site.dir.path(), &[]);
    site.until_ready(&host).await;
    assert_eq!(host.stop(Signal::TERM).0, Some(0));
    let file = site.dir.path().join("host.toml");
    let text = fs::read_to_string(&file).unwrap();
    let (text, _) = text.split_once("[connection.refapp]").unwrap();
    let other = text.replace("name = \"Nordvik\"", "name = \"Nordvik\"\nmode = \"observer\"");
    fs::write(&file, other).unwrap();
    let ended = subcommand(site.dir.path(), &[]);
    let told = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(2), "{told}");
    assert!(told.contains("give this one another name"), "{told}");
    assert!(!told.contains(demo::US_KEY), "{told}");
}
