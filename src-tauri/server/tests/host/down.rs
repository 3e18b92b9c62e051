//! Both APIs are out of reach: what the host must do before and without them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;

use crate::process::{Running, mode, subcommand};

const PLANTED: [&str; 3] = ["planted-lever-key", "planted-refapp-token", "planted-update-bearer"];

pub fn site() -> TempDir {
    let dir = TempDir::new().unwrap();
    for (name, secret) in ["key", "token", "bearer"].iter().zip(PLANTED) {
        fs::write(dir.path().join(name), format!("{secret}\n")).unwrap();
        fs::set_permissions(dir.path().join(name), fs::Permissions::from_mode(0o600)).unwrap();
    }
    // Port 1 is nobody's: both APIs refuse the connection.
    let text = r#"
[host]
listen = "127.0.0.1:0"
public_url = "http://127.0.0.1:1"
data_dir = "data"
[[connection]]
name = "Main"
[connection.lever]
data_centre = "custom"
api_key_file = "key"
api_url = "http://127.0.0.1:1"
[connection.refapp]
url = "http://127.0.0.1:1"
token_file = "token"
update_bearer_file = "bearer"
[connection.settings]
trigger_stage = "Reference check"
default_language = "en"
"#;
    fs::write(dir.path().join("host.toml"), text).unwrap();
    dir
}

/// Every file below `folder`, links not followed.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path()));
        } else if entry.file_type().unwrap().is_file() {
            found.push(entry.path());
        }
    }
    found
}

#[test]
fn with_both_apis_down_it_listens_says_who_is_not_ready_and_stops_cleanly() {
    for signal in [Signal::TERM, Signal::INT] {
        let site = site();
        let host = Running::start(site.path(), &[]);
        let health = host.request("GET /healthz", "");
        assert!(health.starts_with("HTTP/1.1 503"), "{health}");
        assert!(health.ends_with("\r\n\r\nnot ready: Main"), "{health}");
        let refused = host.request("POST /lever/made-up", "{}");
        assert!(refused.starts_with("HTTP/1.1 404"), "{refused}");
        let (status, log) = host.stop(signal);
        assert_eq!(status, Some(0), "{log}");
        assert!(!site.path().join("data/control.sock").exists());
        assert_eq!(subcommand(site.path(), &["status"]).status.code(), Some(3));
    }
}

#[test]
fn the_same_binary_asks_it_how_it_is() {
    let site = site();
    let _host = Running::start(site.path(), &[]);
    let status = subcommand(site.path(), &["status", "--json"]);
    assert_eq!(
        status.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&status.stderr)
    );
    let overview: Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(overview["connections"].as_array().unwrap().len(), 1);
    assert_eq!(overview["connections"][0]["name"], "Main");
    assert_ne!(overview["connections"][0]["health"], "healthy");
    let checks = subcommand(site.path(), &["checks", "--json"]);
    assert_eq!(checks.stdout, b"[]\n", "{}", String::from_utf8_lossy(&checks.stderr));
    let check = subcommand(site.path(), &["check", "nobody"]);
    assert_eq!(check.status.code(), Some(1));
    let preflight = subcommand(site.path(), &["preflight"]);
    assert_ne!(
        preflight.status.code(),
        Some(3),
        "{}",
        String::from_utf8_lossy(&preflight.stderr)
    );
}

#[test]
fn s27_a_second_host_on_the_same_data_is_refused_and_the_first_goes_on() {
    let site = site();
    let host = Running::start(site.path(), &[]);
    let second = subcommand(site.path(), &[]);
    let message = String::from_utf8(second.stderr).unwrap();
    assert_eq!(second.status.code(), Some(1), "{message}");
    assert!(message.contains("APP-LOCKED"), "{message}");
    assert!(second.stdout.is_empty());
    assert_eq!(subcommand(site.path(), &["status"]).status.code(), Some(0));
    assert_eq!(host.stop(Signal::TERM).0, Some(0));
}

#[test]
fn a_connection_that_left_the_file_is_kept_and_nobody_waits_for_it() {
    let site = site();
    let both = fs::read_to_string(site.path().join("host.toml")).unwrap();
    let (host, connection) = both.split_once("[[connection]]").unwrap();
    let old = connection.replace("Main", "Old");
    let with_old = format!("{host}[[connection]]{connection}[[connection]]{old}");
    fs::write(site.path().join("host.toml"), with_old).unwrap();
    let running = Running::start(site.path(), &[]);
    let health = running.request("GET /healthz", "");
    assert!(health.ends_with("not ready: Main, Old"), "{health}");
    assert_eq!(running.stop(Signal::TERM).0, Some(0));

    fs::write(site.path().join("host.toml"), both).unwrap();
    let running = Running::start(site.path(), &[]);
    let health = running.request("GET /healthz", "");
    assert!(health.ends_with("not ready: Main"), "{health}");
    let status = String::from_utf8(subcommand(site.path(), &["status"]).stdout).unwrap();
    assert!(status.contains("\nOld (custom): not in the file, "), "{status}");
    let asked = subcommand(site.path(), &["templates", "update", "--json"]);
    let asked = String::from_utf8(asked.stdout).unwrap();
    assert!(asked.contains("Main") && !asked.contains("Old"), "{asked}");
    drop(running);
}

#[test]
fn it_starts_again_after_a_kill_as_the_same_connection() {
    let site = site();
    let id = || {
        let status = subcommand(site.path(), &["status", "--json"]);
        let overview: Value = serde_json::from_slice(&status.stdout).unwrap();
        let connections = overview["connections"].as_array().unwrap();
        assert_eq!(connections.len(), 1);
        connections[0]["id"].as_str().unwrap().to_owned()
    };
    let host = Running::start(site.path(), &[]);
    let before = id();
    drop(host);
    assert!(
        site.path().join("data/control.sock").exists(),
        "a kill leaves the socket's file"
    );
    let _host = Running::start(site.path(), &[]);
    assert_eq!(id(), before);
}

#[test]
fn s12_s23_what_it_keeps_is_for_its_owner_alone_and_secrets_are_nowhere_else() {
    let site = site();
    let host = Running::start(site.path(), &["--log-format", "json", "--log-level", "debug"]);
    let data = site.path().join("data");
    assert_eq!(mode(&data), 0o700);
    assert_eq!(mode(&data.join("secrets")), 0o700);
    assert_eq!(mode(&data.join("control.sock")), 0o600);
    let said = [&["status"][..], &["status", "--json"]].map(|args| {
        let output = subcommand(site.path(), args);
        String::from_utf8(output.stdout).unwrap()
    });
    let (status, log) = host.stop(Signal::TERM);
    assert_eq!(status, Some(0));
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).expect("a log of JSON lines");
        assert!(line["level"].is_string());
    }
    let kept = files(&data).into_iter().map(|path| {
        assert!(
            !path.starts_with(data.join("secrets")) || mode(&path) == 0o600,
            "{}",
            path.display()
        );
        (
            path.display().to_string(),
            String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned(),
        )
    });
    let mut kept: Vec<(String, String)> = kept.collect();
    // The host made up at least the unguessable part of its addresses.
    assert!(kept.iter().any(|(path, _)| path.contains("secrets")));
    kept.extend(said.into_iter().map(|text| ("status".to_owned(), text)));
    kept.push(("log".to_owned(), log));
    for (place, text) in kept {
        for planted in PLANTED {
            assert!(!text.contains(planted), "{planted} in {place}");
        }
    }
}
