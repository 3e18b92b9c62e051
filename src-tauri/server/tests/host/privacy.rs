//! What the command line does about personal data, by the whole process.

use std::fs;

use rustix::process::Signal;
use serde_json::json;
use simulator::demo;

use crate::process::{Running, mode, subcommand};
use crate::up::{Site, accepted, candidate};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_the_command_line_exports_shows_erases_and_tells_what_was_done() {
    let site = Site::with_key().await;
    let folder = site.dir.path();
    let left = folder.join("data/exports");
    fs::create_dir_all(&left).unwrap();
    fs::write(left.join("left.csv"), "of a subcommand that was killed").unwrap();
    let host = Running::start(folder, &[]);
    site.until_ready(&host).await;
    assert!(!left.join("left.csv").exists());

    let opportunity = candidate(&site).await;
    let moved = json!({"opportunity": opportunity, "stage": demo::TRIGGER_STAGE, "by": demo::RECRUITER});
    site.control("POST", "lever/move", moved).await;
    let reference = accepted(&site, &opportunity).await;

    let exported = subcommand(folder, &["export"]);
    assert!(exported.status.success());
    let csv = String::from_utf8(exported.stdout).unwrap();
    assert!(csv.starts_with("\u{feff}candidate,reference,posting,status,"), "{csv}");
    assert!(
        csv.contains(&format!("Tove Test,{reference},Backend Developer,")),
        "{csv}"
    );
    assert_eq!(fs::read_dir(&left).unwrap().count(), 0);
    assert_eq!(mode(&left), 0o700);

    let shown = subcommand(folder, &["access-export", &reference]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(
        shown.contains("candidate: Tove Test") && shown.contains(&opportunity),
        "{shown}"
    );

    assert_eq!(subcommand(folder, &["erase", &reference]).status.code(), Some(2));
    let erased = site.json(&["erase", &reference, "--yes"]);
    assert_eq!(erased["checks"], 1);
    site.until("the row is gone", || {
        let checks = site.json(&["checks"]);
        checks.as_array().unwrap().is_empty().then_some(())
    })
    .await;
    let log = site.json(&["audit-log"]);
    let acts = log["entries"].as_array().unwrap().iter().map(|entry| &entry["act"]);
    assert_eq!(
        acts.collect::<Vec<_>>(),
        ["erased", "erasure-ordered", "person-exported", "exported"]
    );
    assert_eq!(log["whole"], true);
    assert!(!log.to_string().contains("Tove"));
    assert_eq!(host.stop(Signal::TERM).0, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn how_long_checks_are_kept_is_as_the_file_says_and_a_change_of_it_is_in_the_log() {
    let site = Site::with_key().await;
    let host = Running::start(site.dir.path(), &[]);
    site.until_ready(&host).await;
    let settings = |name: &str| site.json(&["status"])["connections"][0]["settings"][name].clone();
    assert_eq!(settings("retention_days"), 90);
    assert_eq!(host.stop(Signal::TERM).0, Some(0));

    let file = site.dir.path().join("host.toml");
    let text = fs::read_to_string(&file).unwrap();
    let text = format!("{text}retention_days = 30\nlimits = {{ referees_red = 7 }}\n");
    fs::write(&file, text).unwrap();
    let host = Running::start(site.dir.path(), &[]);
    site.until_ready(&host).await;
    assert_eq!(settings("retention_days"), 30);
    assert_eq!(settings("limits")["refereesRed"], 7);
    let log = site.json(&["audit-log"]);
    assert_eq!(log["entries"][0]["act"], "retention-set");
    assert_eq!(log["entries"][0]["params"]["days"], "30");
    assert_eq!(host.stop(Signal::TERM).0, Some(0));
}
