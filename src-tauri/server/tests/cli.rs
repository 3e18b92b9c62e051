//! The binary as an operator runs it: exit statuses, messages, and the subcommands against a control socket that
//! answers what the test says, in JSON written by hand.

#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder with a configuration, its secrets and, perhaps, a host that answers.
struct Site {
    dir: TempDir,
    asked: Arc<Mutex<Vec<Value>>>,
}

struct Ended {
    status: i32,
    stdout: String,
    stderr: String,
}

impl Ended {
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).expect(&self.stderr)
    }
}

impl Site {
    fn new() -> Self {
        let site = Self {
            dir: TempDir::new().unwrap(),
            asked: Arc::default(),
        };
        fs::write(site.path("key"), "planted-lever-key\n").unwrap();
        fs::write(site.path("token"), "planted-refapp-token\n").unwrap();
        site.configure("127.0.0.1:0");
        site
    }

    fn configure(&self, listen: &str) {
        let text = format!(
            r#"[host]
listen = "{listen}"
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
[connection.settings]
trigger_stage = "Reference check"
"#
        );
        fs::write(self.path("host.toml"), text).unwrap();
    }

    /// The file names a second connection, too.
    fn with_second(self) -> Self {
        let text = fs::read_to_string(self.path("host.toml")).unwrap();
        let (_, first) = text.split_once("[[connection]]").unwrap();
        let second = first.replace("Main", "Second");
        fs::write(self.path("host.toml"), format!("{text}[[connection]]{second}")).unwrap();
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Answers every request by `answer`, for as long as the test runs.
    fn with_host(self, answer: impl Fn(&Value) -> Value + Send + 'static) -> Self {
        fs::create_dir(self.path("data")).unwrap();
        let listener = UnixListener::bind(self.path("data/control.sock")).unwrap();
        let asked = Arc::clone(&self.asked);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut line = String::new();
                BufReader::new(stream.try_clone().unwrap())
                    .read_line(&mut line)
                    .unwrap();
                let request: Value = serde_json::from_str(&line).unwrap();
                let answer = answer(&request);
                asked.lock().unwrap().push(request);
                writeln!(stream, "{answer}").unwrap();
            }
        });
        self
    }

    /// Runs the binary with `--config` in front.
    fn run(&self, args: &[&str]) -> Ended {
        let config = self.path("host.toml");
        let with_config = [&["--config", config.to_str().unwrap()], args].concat();
        binary(&with_config)
    }

    /// What was asked beside the overview and the windows of checks.
    fn orders(&self) -> Vec<Value> {
        let asked = self.asked.lock().unwrap();
        let is_order = |request: &&Value| !["overview", "checks"].contains(&request["ask"].as_str().unwrap());
        asked.iter().filter(is_order).cloned().collect()
    }
}

fn binary(args: &[&str]) -> Ended {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_refapp-lever-server"))
        .args(args)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended {
        status: status.code().expect("not killed"),
        stdout: text(stdout),
        stderr: text(stderr),
    }
}

#[test]
fn a_code_is_explained_without_a_configuration_and_without_a_host_in_both_languages() {
    let english = binary(&["explain", "lev-401"]);
    assert_eq!((english.status, english.stderr.as_str()), (0, ""));
    assert!(english.stdout.starts_with("LEV-401  Lever did not accept the key\n"));
    assert!(
        english.stdout.contains("(who: lever super admin)"),
        "{}",
        english.stdout
    );
    let swedish = binary(&["explain", "LEV-401", "--language", "sv"]).stdout;
    let both = binary(&["explain", "LEV-401", "--json"]).json();
    assert_eq!(
        (both["code"].as_str(), both["owner"].as_str()),
        (Some("LEV-401"), Some("lever-super-admin"))
    );
    for (page, text) in [("en", &english.stdout), ("sv", &swedish)] {
        for part in ["title", "what", "why", "mend"] {
            let part = both[page][part].as_str().unwrap();
            assert!(text.contains(part), "{page}: {part}");
        }
    }
    assert_ne!(english.stdout, swedish);

    let unknown = binary(&["explain", "LEV-402"]);
    assert_eq!((unknown.status, unknown.stdout.as_str()), (2, ""));
    assert!(
        unknown.stderr.contains("there is no such error code"),
        "{}",
        unknown.stderr
    );
}

const MAIN: &str = "00000000-0000-0000-0000-00000000000a";
const SECOND: &str = "00000000-0000-0000-0000-00000000000b";

fn connection(id: &str, name: &str) -> Value {
    json!({
        "id": id, "name": name, "readOut": {"en": "the line to read out", "sv": ""}, "dataCentre": "custom", "mode": "integration", "wayIn": "api-key", "health": "action-needed",
        "findings": [{
            "failure": {"code": "LEV-WH-OFF", "params": {}},
            "owner": "lever-super-admin", "stops": true, "passes": false, "unproven": false, "waitsForReader": false, "since": 1_772_618_523_118_i64,
        }],
        "unproven": [],
        "settings": {"trigger_stage": {"id": "s1", "text": "Reference check"}},
        "setup": {
            "finished": true, "current": "done", "steps": [], "halves": [], "rightsTried": true, "users": [], "stages": [],
            "refapp": {"url": "http://127.0.0.1:1"},
            "lever": {"oauth": {"state": "idle"}, "redirectAddresses": [], "scopes": []},
            "rights": [
                {"right": "read-user", "label": "read user", "group": "read", "required": true, "state": "proven"},
                {"right": "list-tags", "label": "list tags", "group": "read", "required": false, "state": "missing"},
                {"right": "add-webhooks", "label": "add webhooks", "group": "write", "required": true,
                 "state": "not-provable-yet"},
            ],
        },
        "stageChanges": {"state": "waiting", "alsoPolling": false}, "statusUpdates": {"state": "open", "alsoPolling": false},
        "waitsFor": [],
        "templates": [],
        "counts": {"needsAttention": 1, "running": 2, "completed": 3, "waiting": 4, "queued": 1},
    })
}

fn overview(connections: &[Value]) -> Value {
    let overview = json!({
        "revision": 1, "version": "9.9.9", "findings": [],
        "preparation": {"permissions": [], "dataCentres": []},
        "computer": {}, "autostart": {"on": false, "failure": null}, "connections": connections,
    });
    json!({"reply": {"reply": "overview", "value": overview}})
}

fn row(number: u32, opportunity: &str, status: &str, decisions: &[&str]) -> Value {
    json!({
        "id": format!("00000000-0000-0000-0000-0000000000{number:02}"), "reference": format!("R-{number}"),
        "opportunity": opportunity, "candidate": "Ann \u{1b}[31mExample", "postingTitle": "Baker", "owner": "Olle",
        "status": status, "whoActs": "recruiter", "badges": [], "declined": 0, "warnings": [], "unread": [],
        "enteredAt": number, "createdAt": number, "since": 0, "activeAt": 0,
        "rhythm": {"pace": "fresh", "reason": "no-wait", "next": null, "unknown": []}, "decisions": decisions, "mailing": [],
    })
}

fn rows() -> Vec<Value> {
    vec![
        row(1, "opp-1", "completed", &["mark-read"]),
        row(2, "opp-1", "needs-attention", &["start", "dismiss"]),
        row(3, "opp-2", "needs-attention", &["it-was-started", "send-again"]),
        row(4, "opp-3", "needs-attention", &["start"]),
        row(5, "opp-3", "needs-attention", &["start"]),
        stopped(row(6, "opp-4", "needs-attention", &["try-again", "dismiss"])),
        // It runs: what could be tried again there is a write to Lever.
        row(7, "opp-5", "sent", &["try-again"]),
        by_hand(row(8, "opp-6", "sent", &["repair"])),
    ]
}

fn by_hand(mut row: Value) -> Value {
    row["changed"] =
        json!({"tagGone": "Refapp Status: Sent", "tagsAdded": ["Refapp Status: Completed"], "noteGone": true});
    row
}

fn stopped(mut row: Value) -> Value {
    row["reason"] = json!({"code": "CAND-CONTACT", "params": {}});
    row
}

/// A host with one connection and eight checks, shown two at a time whatever is asked for.
fn host(request: &Value) -> Value {
    match request["ask"].as_str().unwrap() {
        "overview" => overview(&[connection(MAIN, "Main")]),
        "checks" => {
            let offset = usize::try_from(request["offset"].as_u64().unwrap()).unwrap();
            let window: Vec<Value> = rows().into_iter().skip(offset).take(2).collect();
            json!({"reply": {"reply": "check-window", "value": {"counts": {}, "needsAction": 0, "head": null, "total": 8, "offset": offset, "rows": window}}})
        }
        "check" => {
            let row = rows().into_iter().find(|row| row["id"] == request["check"]).unwrap();
            let story = json!([{"at": 1_772_618_523_118_i64, "step": "stage-moved", "params": {"stage": "X"}}]);
            json!({"reply": {"reply": "check-detail", "value": {"row": row, "timeline": story}}})
        }
        "decide" => json!({"reply": {"reply": "decided", "value": []}}),
        _ => json!({"reply": {"reply": "done"}}),
    }
}

#[test]
fn without_a_configuration_or_with_an_unknown_word_it_says_how_it_is_used() {
    for args in [
        &[][..],
        &["status"],
        &["--config"],
        &["--config", "x", "reboot"],
        &["--config", "x", "settle", "1", "maybe"],
    ] {
        let ended = binary(args);
        assert_eq!(ended.status, 2, "{args:?}");
        assert!(ended.stderr.contains("--help"), "{}", ended.stderr);
        assert!(ended.stdout.is_empty());
    }
    assert_eq!(binary(&["--help"]).status, 0);
}

#[test]
fn a_configuration_that_is_wrong_is_told_with_its_code_line_and_key() {
    let site = Site::new();
    let text = fs::read_to_string(site.path("host.toml")).unwrap();
    fs::write(site.path("host.toml"), text.replace("custom", "mars")).unwrap();
    for args in [&[][..], &["status"]] {
        let ended = site.run(args);
        assert_eq!(ended.status, 2);
        assert!(ended.stderr.contains("APP-CONFIG"), "{}", ended.stderr);
        assert!(
            ended.stderr.contains("line 8, connection.lever.data_centre"),
            "{}",
            ended.stderr
        );
    }
    let ended = binary(&["--config", "/nowhere/host.toml"]);
    assert_eq!(ended.status, 2);
    assert!(ended.stderr.contains("APP-CONFIG"), "{}", ended.stderr);
}

#[test]
fn a_secret_that_is_not_there_is_told_before_anything_starts() {
    let site = Site::new();
    fs::remove_file(site.path("token")).unwrap();
    let ended = site.run(&[]);
    assert_eq!(ended.status, 2);
    assert!(
        ended.stderr.contains("line 13, connection.refapp.token_file"),
        "{}",
        ended.stderr
    );
    assert!(ended.stdout.is_empty());
    assert!(!site.path("data").exists());
}

#[test]
fn a_port_that_is_taken_is_told_by_its_number() {
    let site = Site::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    site.configure(&address.to_string());
    let ended = site.run(&[]);
    assert_eq!(ended.status, 1);
    assert!(ended.stderr.contains("APP-PORT"), "{}", ended.stderr);
    assert!(ended.stderr.contains(&address.port().to_string()), "{}", ended.stderr);
    assert!(!ended.stderr.contains("planted"));
}

#[test]
fn where_no_server_runs_a_subcommand_says_so() {
    let site = Site::new();
    assert_eq!(site.run(&["status"]).status, 3);
    // As after a kill: the socket's file is there, and nobody answers.
    fs::create_dir(site.path("data")).unwrap();
    drop(UnixListener::bind(site.path("data/control.sock")).unwrap());
    for args in [
        &["status"][..],
        &["checks", "--json"],
        &["check", "x"],
        &["templates", "update"],
        &["preflight"],
    ] {
        let ended = site.run(args);
        assert_eq!(ended.status, 3, "{args:?}");
        assert!(ended.stderr.contains("no server is running"), "{}", ended.stderr);
    }
}

#[test]
fn the_configuration_may_stand_on_either_side_and_no_secret_is_needed() {
    let site = Site::new().with_host(host);
    fs::remove_file(site.path("key")).unwrap();
    let config = site.path("host.toml");
    let before = site.run(&["status", "--json"]);
    let after = binary(&["status", "--json", "--config", config.to_str().unwrap()]);
    assert_eq!((before.status, after.status), (0, 0), "{}", after.stderr);
    assert_eq!(before.json(), after.json());
}

#[test]
fn status_tells_health_findings_channels_and_counts() {
    let site = Site::new().with_host(host);
    let ended = site.run(&["status"]);
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    for part in [
        "9.9.9",
        "Main (custom): action needed",
        "[stops] LEV-WH-OFF",
        "who: lever super admin",
        "stage changes   waiting",
        "status updates  open",
        "1 to act on, 2 running (1 of them queued), 3 completed, 4 events waiting",
    ] {
        assert!(ended.stdout.contains(part), "{part} in {}", ended.stdout);
    }
    let json = site.run(&["status", "--json"]).json();
    assert_eq!(json["connections"][0]["name"], "Main");
    assert_eq!(json["connections"][0]["findings"][0]["failure"]["code"], "LEV-WH-OFF");
    // A connection with an API key waits for nobody's consent.
    assert_eq!(site.orders(), Vec::<Value>::new());
}

#[test]
fn status_renews_the_address_of_lever_s_consent_page_when_it_grows_old() {
    let oauth = |state: Value| {
        let mut connection = connection(MAIN, "Main");
        connection["wayIn"] = json!("oauth");
        connection["setup"]["lever"]["oauth"] = state;
        connection
    };
    let begun = Mutex::new(false);
    let site = Site::new().with_host(move |request| match request["ask"].as_str().unwrap() {
        "begin-oauth" => {
            *begun.lock().unwrap() = true;
            json!({"reply": {"reply": "done"}})
        }
        _ => {
            let (since, url) = if *begun.lock().unwrap() {
                (i64::MAX, "http://new")
            } else {
                (0, "http://old")
            };
            let state =
                json!({"state": "in-browser", "since": since, "url": url, "redirect": "loopback", "slow": true});
            overview(&[oauth(state)])
        }
    });
    for _ in 0..2 {
        let ended = site.run(&["status"]);
        assert!(
            ended.stdout.contains("as Lever Super Admin:\n    http://new"),
            "{}{}",
            ended.stdout,
            ended.stderr
        );
    }
    assert_eq!(
        site.orders(),
        [json!({"ask": "begin-oauth", "connection": MAIN, "redirect": "loopback"})]
    );
}

#[test]
fn checks_are_listed_to_the_last_whatever_the_size_of_a_window() {
    let site = Site::new().with_host(host);
    let json = site.run(&["checks", "--json"]).json();
    let references: Vec<&str> = json
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["reference"].as_str().unwrap())
        .collect();
    assert_eq!(references, ["R-1", "R-2", "R-3", "R-4", "R-5", "R-6", "R-7", "R-8"]);
    let text = site.run(&["checks"]).stdout;
    assert!(text.contains("R-2  Needs attention"), "{text}");
    assert!(text.ends_with("8 checks\n"), "{text}");
    assert!(!text.contains('\u{1b}'), "a name must not steer the terminal");
}

#[test]
fn a_check_is_found_by_its_id_its_reference_or_its_opportunity() {
    let site = Site::new().with_host(host);
    for (id, found) in [
        ("00000000-0000-0000-0000-000000000003", "R-3"),
        ("r-3", "R-3"),
        ("opp-2", "R-3"),
        // Of several, the newest.
        ("opp-1", "R-2"),
    ] {
        let detail = site.run(&["check", id, "--json"]).json();
        assert_eq!(detail["row"]["reference"], found, "{id}");
        assert_eq!(detail["timeline"][0]["step"], "stage-moved");
    }
    let text = site.run(&["check", "R-3"]).stdout;
    assert!(text.contains("can be       it was started, send again"), "{text}");
    assert!(text.contains("2026-03-04T10:02:03Z  stage moved  stage=X"), "{text}");
    let changed = site.run(&["check", "R-8"]).stdout;
    let by_hand = "by hand      Refapp Status: Sent is gone, Refapp Status: Completed was added, the note is gone";
    assert!(changed.contains(by_hand), "{changed}");
    let unknown = site.run(&["check", "R-99"]);
    assert_eq!(unknown.status, 1);
    assert!(unknown.stderr.contains("APP-NOT-FOUND"), "{}", unknown.stderr);
}

#[test]
fn start_settle_repair_and_mark_read_give_the_one_decision_that_they_name() {
    let site = Site::new().with_host(host);
    let id = |number: u32| format!("00000000-0000-0000-0000-0000000000{number:02}");
    for (args, check, decision) in [
        // The older check of this opportunity waits for nothing.
        (&["start", "opp-1"][..], 2, "start"),
        // What stopped this one may be mended: it is looked at again.
        (&["start", "opp-4"], 6, "try-again"),
        // Only a start that is wanted makes sense here, and the host will say no.
        (&["start", "opp-5"], 7, "start"),
        (&["settle", "opp-2", "started"], 3, "it-was-started"),
        (&["settle", "R-3", "again", "--json"], 3, "send-again"),
        (&["settle", "opp-5", "note-there"], 7, "note-is-there"),
        (&["settle", "opp-5", "note-missing"], 7, "note-is-not-there"),
        (&["repair", "opp-6"], 8, "repair"),
        (&["mark-read", "opp-1"], 1, "mark-read"),
    ] {
        let ended = site.run(args);
        assert_eq!(ended.status, 0, "{}", ended.stderr);
        let order = json!({"ask": "decide", "checks": [id(check)], "decision": decision});
        assert_eq!(site.orders().last(), Some(&order));
    }
    let ambiguous = site.run(&["start", "opp-3"]);
    assert_eq!(ambiguous.status, 1);
    assert!(ambiguous.stderr.contains("R-4, R-5"), "{}", ambiguous.stderr);
    assert_eq!(site.orders().len(), 9, "nothing is started by a guess");
}

#[test]
fn acknowledge_takes_note_of_what_waits_to_be_read_and_of_nothing_else() {
    let finding = |code: &str| {
        let failure = json!({"code": code, "params": {}});
        json!({"failure": failure, "owner": "admin", "stops": false, "passes": false, "unproven": false, "waitsForReader": true, "since": 0})
    };
    let site = Site::new().with_host(move |request| match request["ask"].as_str().unwrap() {
        "overview" => {
            let mut main = connection(MAIN, "Main");
            main["findings"].as_array_mut().unwrap().push(finding("LEV-WH-GAP"));
            let mut answer = overview(&[main]);
            answer["reply"]["value"]["findings"] = json!([finding("APP-DB-ASIDE")]);
            answer
        }
        _ => host(request),
    });
    let ended = site.run(&["acknowledge"]);
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    assert_eq!(ended.stdout, "Acknowledged: APP-DB-ASIDE\nAcknowledged: LEV-WH-GAP\n");
    let of_host = json!({"ask": "acknowledge", "connection": null, "code": "APP-DB-ASIDE"});
    let of_connection = json!({"ask": "acknowledge", "connection": MAIN, "code": "LEV-WH-GAP"});
    assert_eq!(site.orders(), [of_host, of_connection]);
}

#[test]
fn a_refusal_of_the_host_is_told_in_the_words_of_the_dictionary() {
    let site = Site::new().with_host(|request| match request["ask"].as_str().unwrap() {
        "decide" => {
            let undecided = json!({"check": request["checks"][0], "failure": {"code": "APP-NOT-NOW", "params": {}}});
            json!({"reply": {"reply": "decided", "value": [undecided]}})
        }
        _ => host(request),
    });
    // It waits for no start, so the host is asked and says no.
    let ended = site.run(&["start", "R-1"]);
    assert_eq!(ended.status, 1);
    assert!(
        ended.stderr.contains("APP-NOT-NOW This cannot be done now."),
        "{}",
        ended.stderr
    );
    assert!(ended.stdout.is_empty());
}

#[test]
fn templates_are_updated_in_every_connection_or_in_one_and_a_failure_does_not_stop_the_others() {
    let site = Site::new()
        .with_second()
        .with_host(|request| match request["ask"].as_str().unwrap() {
            "overview" => overview(&[connection(MAIN, "Main"), connection(SECOND, "Second")]),
            "update-templates" if request["connection"] == MAIN => {
                json!({"failure": {"code": "LEV-5XX", "params": {}}})
            }
            "update-templates" => {
                let report = json!({
                    "at": 0, "added": ["Refapp Template: A"], "removed": [], "unchanged": 1, "stillCarried": [],
                    "renamed": [{"from": "Refapp Template: B", "to": "Refapp Template: C"}],
                });
                json!({"reply": {"reply": "template-report", "value": report}})
            }
            other => panic!("{other}"),
        });
    let both = site.run(&["templates", "update", "--json"]);
    assert_eq!(both.status, 1);
    assert!(both.stderr.contains("Main: LEV-5XX"), "{}", both.stderr);
    let json = both.json();
    assert_eq!(
        json[0],
        json!({"connection": "Main", "failure": {"code": "LEV-5XX", "params": {}}})
    );
    assert_eq!(json[1]["report"]["added"], json!(["Refapp Template: A"]));

    let one = site.run(&["templates", "update", "--connection", "Second"]);
    assert_eq!(one.status, 0, "{}", one.stderr);
    assert!(
        one.stdout
            .contains("Second: 1 added, 0 removed, 1 renamed, 1 unchanged"),
        "{}",
        one.stdout
    );
    assert!(
        one.stdout.contains("~ Refapp Template: B → Refapp Template: C"),
        "{}",
        one.stdout
    );

    let none = site.run(&["templates", "update", "--connection", "Third"]);
    assert_eq!(none.status, 1);
    assert!(none.stderr.contains("APP-NOT-FOUND"), "{}", none.stderr);
}

#[test]
fn preflight_proves_without_consent_and_fails_only_if_a_required_right_is_missing() {
    let site = Site::new().with_host(host);
    let ended = site.run(&["preflight"]);
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    assert_eq!(
        site.orders(),
        [json!({"ask": "prove-rights", "connection": MAIN, "consent": false})]
    );
    for part in [
        "read user                  proven",
        "add webhooks               not provable yet",
        "list tags                  missing",
    ] {
        assert!(ended.stdout.contains(part), "{part} in {}", ended.stdout);
    }

    let site = Site::new().with_host(|request| {
        let mut lacking = connection(MAIN, "Main");
        lacking["setup"]["rights"][0]["state"] = json!("missing");
        match request["ask"].as_str().unwrap() {
            "overview" => overview(&[lacking]),
            _ => host(request),
        }
    });
    let ended = site.run(&["preflight", "--json"]);
    assert_eq!(ended.status, 1);
    assert!(
        ended.stderr.contains("LEV-403") && ended.stderr.contains("read user"),
        "{}",
        ended.stderr
    );
    assert_eq!(ended.json()[0]["report"]["rights"][0]["state"], "missing");
}

/// A host that answers a dry run and an audit, beside what every host does.
fn foretelling(request: &Value) -> Value {
    let course = json!({
        "opportunity": "opp-1", "outcome": {"outcome": "starts"}, "reference": null,
        "seen": {
            "candidate": "Ann \u{1b}[31mExample", "leverUrl": null, "stage": "Screen", "hasEmail": true, "hasPhone": false,
            "posting": {"id": "posting-1", "title": "Baker"},
            "members": [
                {"name": "Jonas Ek", "why": "mover-and-posting-owner", "hasEmail": true},
                {"name": "Petra Gran", "why": "posting-owner", "hasEmail": false},
            ],
        },
        "start": {"template": "Developers", "by": "former-name", "coverage": "unchecked", "badges": ["one-word-name"],
            "updates": false},
        "written": {"tag": "Refapp Status: Sent", "note": "Refapp: Sent\nReference: RL-…"},
    });
    let tried = json!({"at": 1_772_618_523_118_i64, "idle": [{"idle": "not-in-stage", "stage": "Screen"}],
        "course": course});
    let posting = |title: &str, grade: &str, template: Value, owner: Value| {
        json!({"id": title, "title": title, "url": null, "grade": grade, "template": template, "owner": owner,
            "coverage": "unchecked"})
    };
    let stale = json!({"code": "TAG-STALE", "params": {"tags": "Refapp Template: Old"}});
    let postings = [
        posting(
            "Driver",
            "stops",
            json!({"template": "parks", "failure": stale}),
            json!({"owner": "deactivated", "name": "Petra Gran"}),
        ),
        posting(
            "Baker",
            "fine",
            json!({"template": "chosen", "name": "Developers", "by": "tag"}),
            json!({"owner": "fine", "name": "Jonas Ek"}),
        ),
    ];
    let audit = json!({"at": 1_772_618_523_118_i64, "postings": postings, "left": 2, "failure": null});
    match request["ask"].as_str().unwrap() {
        "dry-run" => json!({"reply": {"reply": "dry-run", "value": tried}}),
        "audit-postings" => json!({"reply": {"reply": "posting-audit", "value": audit}}),
        _ => host(request),
    }
}

#[test]
fn a_dry_run_tells_what_would_happen_and_ends_well_whatever_that_is() {
    let site = Site::new().with_host(foretelling);
    let ended = site.run(&["dry-run", "opp-1"]);
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    for part in [
        "Nothing happens: the candidate is in Screen, not in the trigger stage.",
        "If that were not so:\nA check would start",
        "candidate     Ann \u{fffd}[31mExample",
        "phone         no",
        "project       Baker (posting-1)",
        "member        Jonas Ek (moved the candidate, and owns the posting)",
        "member        Petra Gran (owns the posting; no e-mail, not a member)",
        "template      Developers (the posting's tag, by a former name)",
        "questions     unchecked",
        "note          one word name",
        "updates       there is no address",
        "tag in Lever  Refapp Status: Sent",
        "Nothing was sent.",
    ] {
        assert!(ended.stdout.contains(part), "{part} in {}", ended.stdout);
    }
    let json = site.run(&["dry-run", "opp-1", "--json"]).json();
    assert_eq!(json["course"]["outcome"]["outcome"], "starts");
    let asked = json!({"ask": "dry-run", "connection": MAIN, "subject": "opp-1"});
    assert_eq!(site.orders(), [asked.clone(), asked]);
}

#[test]
fn a_dry_run_takes_an_event_from_a_file_and_from_its_input() {
    let site = Site::new().with_host(foretelling);
    let event = r#"{"event":"candidateStageChange"}"#;
    fs::write(site.path("event.json"), event).unwrap();
    let file = site.path("event.json");
    assert_eq!(site.run(&["dry-run", "--event", file.to_str().unwrap()]).status, 0);
    let config = site.path("host.toml");
    let mut child = Command::new(env!("CARGO_BIN_EXE_refapp-lever-server"))
        .args(["--config", config.to_str().unwrap(), "dry-run", "--event", "-"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(event.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    let subjects: Vec<_> = site.orders().iter().map(|order| order["subject"].clone()).collect();
    assert_eq!(subjects, [event, event]);

    let missing = site.run(&["dry-run", "--event", "/nowhere/event.json"]);
    assert_eq!(missing.status, 1);
    assert!(
        missing.stderr.contains("APP-INPUT") && missing.stderr.contains("--event"),
        "{}",
        missing.stderr
    );
    for wrong in [&["dry-run"][..], &["dry-run", "opp-1", "--event", "-"]] {
        assert_eq!(site.run(wrong).status, 2, "{wrong:?}");
    }
}

#[test]
fn a_dry_run_asks_which_connection_is_meant_where_there_are_several() {
    let site = Site::new()
        .with_second()
        .with_host(|request| match request["ask"].as_str().unwrap() {
            "overview" => overview(&[connection(MAIN, "Main"), connection(SECOND, "Second")]),
            _ => foretelling(request),
        });
    let ended = site.run(&["dry-run", "opp-1"]);
    assert_eq!(ended.status, 1);
    assert!(ended.stderr.contains("--connection"), "{}", ended.stderr);
    assert_eq!(site.run(&["dry-run", "opp-1", "--connection", "Second"]).status, 0);
    assert_eq!(site.orders()[0]["connection"], SECOND);
    assert_eq!(site.run(&["dry-run", "opp-1", "--connection", "Third"]).status, 1);
}

#[test]
fn an_audit_tells_of_every_posting_the_worst_first() {
    let site = Site::new().with_host(foretelling);
    let ended = site.run(&["audit"]);
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    for part in [
        "Main: 2 open postings, 1 would stop checks, 0 with a warning, 1 fine",
        "  [stops] Driver\n    template   TAG-STALE",
        "owner      Petra Gran, deactivated",
        "  [fine] Baker\n    template   Developers (the posting's tag)\n    owner      Jonas Ek\n    questions  unchecked",
        "2 were not looked at",
    ] {
        assert!(ended.stdout.contains(part), "{part} in {}", ended.stdout);
    }
    let json = site.run(&["audit", "--connection", "Main", "--json"]).json();
    assert_eq!(json[0]["report"]["postings"][0]["grade"], "stops");
}

/// A host that answers what is asked about personal data, beside what every host does. Its export lies in `file`.
fn private(file: PathBuf, whole: bool) -> impl Fn(&Value) -> Value + Send + 'static {
    let entry = move |number: u64, act: &str, params: Value| json!({"number": number, "at": 1_772_618_523_118_i64, "connection": MAIN, "act": act, "params": params, "chain": "ab"});
    move |request: &Value| match request["ask"].as_str().unwrap() {
        "export-checks" => {
            fs::write(&file, "\u{feff}candidate,status\r\nÅsa,completed\r\n").unwrap();
            json!({"reply": {"reply": "exported", "value": {"path": file, "rows": 1}}})
        }
        "export-person" => {
            let text = "candidate: Ann\n\nas it is stored:\n{}\n";
            json!({"reply": {"reply": "text-file", "value": {"name": "person.txt", "text": text}}})
        }
        "erase-person" => {
            json!({"reply": {"reply": "erased", "value": {"checks": 2, "isAtRefapp": true, "noteMayStay": false}}})
        }
        "audit-log" => {
            let entries = match request["before"].as_u64() {
                None => vec![entry(
                    2,
                    "erasure-ordered",
                    json!({"subject": "4be1c07a92f3", "checks": "2"}),
                )],
                Some(_) => vec![entry(1, "exported", json!({"rows": "7"}))],
            };
            let value = json!({"entries": entries, "more": request["before"].is_null(), "whole": whole});
            json!({"reply": {"reply": "audit-log", "value": value}})
        }
        _ => host(request),
    }
}

#[test]
fn an_export_goes_to_standard_output_and_stays_nowhere_else() {
    let site = Site::new();
    let file = site.path("exported.csv");
    let site = site.with_host(private(file.clone(), true));
    let ended = site.run(&["export", "--format", "swedish-excel"]);
    assert_eq!(
        (ended.status, ended.stdout.as_str()),
        (0, "\u{feff}candidate,status\r\nÅsa,completed\r\n"),
        "{}",
        ended.stderr
    );
    assert!(!file.exists());
    let order = &site.orders()[0]["order"];
    assert_eq!(order["format"], "swedish-excel");
    assert_eq!(order["columns"].as_array().unwrap().len(), 11);
}

#[test]
fn an_export_asks_which_connection_is_meant_where_there_are_several() {
    let site = Site::new().with_second();
    let site = site.with_host(host);
    let ended = site.run(&["export"]);
    assert_eq!(ended.status, 1);
    assert!(ended.stderr.contains("--connection"), "{}", ended.stderr);
    assert!(site.orders().is_empty());
}

#[test]
fn one_person_is_shown_and_is_erased_only_when_that_is_confirmed() {
    let site = Site::new();
    let file = site.path("exported.csv");
    let site = site.with_host(private(file, true));
    let shown = site.run(&["access-export", "R-2"]);
    assert_eq!(
        (shown.status, shown.stdout.as_str()),
        (0, "candidate: Ann\n\nas it is stored:\n{}\n")
    );
    assert_eq!(site.orders()[0]["opportunity"], "opp-1");

    let asked = site.run(&["erase", "opp-1"]);
    assert_eq!((asked.status, asked.stdout.as_str()), (2, ""));
    for part in ["R-1, R-2", "--yes"] {
        assert!(asked.stderr.contains(part), "{part} in {}", asked.stderr);
    }
    assert_eq!(site.orders().len(), 1);

    let done = site.run(&["erase", "opp-1", "--yes"]);
    assert_eq!(done.status, 0, "{}", done.stderr);
    for part in [
        "Erased here: R-1, R-2",
        "Ask Refapp to erase",
        "What Lever itself knows",
    ] {
        assert!(done.stdout.contains(part), "{part} in {}", done.stdout);
    }
    assert!(!done.stdout.contains("a last note"));
    let json = site.run(&["erase", "R-1", "--yes", "--json"]).json();
    assert_eq!(json, json!({"checks": 2, "isAtRefapp": true, "noteMayStay": false}));
    let nobody = site.run(&["erase", "nobody", "--yes"]);
    assert_eq!(nobody.status, 1);
    assert!(nobody.stderr.contains("APP-NOT-FOUND"), "{}", nobody.stderr);
}

#[test]
fn the_audit_log_is_told_to_its_end_and_a_broken_one_is_a_failure() {
    let site = Site::new();
    let file = site.path("exported.csv");
    let site = site.with_host(private(file, true));
    let told = site.run(&["audit-log"]);
    let lines: Vec<_> = told.stdout.lines().collect();
    assert_eq!(told.status, 0, "{}", told.stderr);
    assert!(
        lines[0].ends_with("Main  person 4be1c07a92f3 was erased, 2 checks"),
        "{lines:?}"
    );
    assert!(lines[1].ends_with("Main  7 checks were exported"), "{lines:?}");
    assert_eq!(lines[2..], ["No older ones."]);
    let newest = site.run(&["audit-log", "--limit", "1", "--json"]).json();
    assert_eq!(
        (newest["entries"].as_array().unwrap().len(), &newest["more"]),
        (1, &json!(true))
    );

    let broken = Site::new();
    let file = broken.path("exported.csv");
    let broken = broken.with_host(private(file, false));
    let told = broken.run(&["audit-log"]);
    assert_eq!(told.status, 1);
    assert!(
        told.stdout.contains("7 checks"),
        "what there is of it is told all the same"
    );
    assert!(told.stderr.contains("APP-AUDIT-LOG"), "{}", told.stderr);
}
