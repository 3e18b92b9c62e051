//! Leaving, and coming back: `rules.md` 20.

use std::path::PathBuf;

use api::{Health, Reply, Request};
use end_to_end::rig::{Rig, Setup};
use model::{Code, Status};
use serde_json::json;

use crate::{at_rest, reason, started};

async fn done(rig: &Rig, request: Request) {
    assert_eq!(rig.host.ask(request).await, Ok(Reply::Done));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_s13_disconnect_stops_and_forgets_the_secrets_and_connecting_again_goes_on() {
    let rig = Rig::start(Setup::default()).await;
    let row = started(&rig, "Kim Berg").await;
    at_rest(&rig, "Kim Berg", "Sent").await;
    let connection = rig.id().await;
    done(&rig, Request::Disconnect { connection }).await;
    rig.until("it is disconnected", async || {
        (rig.connection().await.health == Health::Disconnected).then_some(())
    })
    .await;
    let left = rig.vault.names();
    assert!(
        left.iter().all(|name| name.contains("receiver-path")),
        "only an address is kept: {left:?}"
    );
    // With these rights the webhook stays at Lever. What it delivers is refused, and nothing is started.
    rig.move_into_trigger("Viktor Palm").await;
    rig.until("the delivery was refused", async || {
        let tries = rig.calls("candidateStageChange");
        tries
            .iter()
            .find(|e| e.status.is_some_and(|status| status >= 400))
            .map(drop)
    })
    .await;
    rig.until_worked_off().await;
    assert_eq!(rig.checks().await.len(), 1, "the rows are kept");
    assert_eq!(rig.calls("event").len(), 1);

    rig.provision().await;
    rig.until_ready().await;
    assert_eq!(rig.id().await, connection);
    // The check that was under way goes on where Refapp is now.
    rig.refapp_step(&row, "candidate-names-referees").await;
    rig.check_that("Kim Berg", "the update arrives", |row| {
        row.status == Status::WaitingForReferees
    })
    .await;
    at_rest(&rig, "Kim Berg", "Waiting for referees").await;
    // And nobody is mailed twice.
    rig.move_to("Kim Berg", "Offer").await;
    rig.move_into_trigger("Kim Berg").await;
    crate::stands_for(&rig, "Kim Berg", Code::CheckAgain).await;
    started(&rig, "Tove Ekman").await;
    assert_eq!(rig.starts("Kim Berg"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_what_happened_while_disconnected_is_found_where_opportunities_can_be_listed() {
    let rig = Rig::start(Setup::with_list_rights()).await;
    crate::stands_for(&rig, "Hanna Lilja", Code::CheckPresent).await;
    let connection = rig.id().await;
    done(&rig, Request::Disconnect { connection }).await;
    rig.move_into_trigger("Kim Berg").await;
    rig.provision().await;
    crate::sent(&rig, "Kim Berg").await;
    assert_eq!(rig.starts("Kim Berg"), 1);
}

/// No file of ours names the candidate.
pub fn nowhere(rig: &Rig, candidate: &str) {
    let found = files_with(rig, candidate);
    assert!(found.is_empty(), "{found:?} still name the candidate");
}

/// Files of ours in which this text is.
pub fn files_with(rig: &Rig, text: &str) -> Vec<PathBuf> {
    let files = std::fs::read_dir(rig.dir.path()).expect("a directory");
    let mut paths: Vec<PathBuf> = files.map(|file| file.expect("an entry").path()).collect();
    paths.retain(|path| {
        let bytes = std::fs::read(path).expect("a file of ours");
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    });
    paths
}

/// The tables that still hold something, but for the host's own, the record of migrations and SQLite's.
fn tables_with_rows(rig: &Rig) -> Vec<String> {
    let database = rusqlite::Connection::open(rig.dir.path().join("refapp-lever.db")).expect("the database");
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
        AND name NOT IN ('owner', 'refinery_schema_history') ORDER BY name";
    let mut tables = database.prepare(tables).expect("a sound statement");
    let tables = tables.query_map([], |row| row.get(0)).expect("tables");
    let mut tables: Vec<String> = tables.collect::<Result<_, _>>().expect("names");
    tables.retain(|table| {
        let any = format!("SELECT EXISTS (SELECT 1 FROM \"{table}\")");
        database
            .query_row(&any, [], |row| row.get(0))
            .expect("a table can be read")
    });
    tables
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_remove_data_takes_the_webhooks_away_and_what_comes_back_meanwhile_writes_nothing() {
    let rig = Rig::start(Setup::with_list_rights()).await;
    started(&rig, "Kim Berg").await;
    at_rest(&rig, "Kim Berg", "Sent").await;
    let seq = rig.seq();
    for (call, ms) in [("read opportunity", 500), ("delete webhook", 600)] {
        rig.fault(json!({"match": {"call": call}, "kind": "slow", "ms": ms}))
            .await;
    }
    rig.move_into_trigger("Sofia Lindqvist").await;
    rig.until("she is being looked at", async || {
        let calls = rig.lever_calls_since(seq, "Sofia Lindqvist", "Account Manager");
        calls.contains(&"read opportunity".to_owned()).then_some(())
    })
    .await;
    let connection = rig.id().await;
    done(&rig, Request::RemoveData { connection }).await;
    rig.until("both webhooks are gone", async || {
        let state = rig.control("GET", "state", serde_json::Value::Null).await;
        let webhooks = state["lever"]["webhooks"].as_array().expect("a list");
        webhooks.is_empty().then_some(())
    })
    .await;
    nowhere(&rig, "Sofia Lindqvist");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_s13_s23_remove_data_purges_all_but_hashed_keys_which_still_keep_anybody_from_being_mailed_twice() {
    let rig = Rig::start(Setup::default()).await;
    started(&rig, "Kim Berg").await;
    at_rest(&rig, "Kim Berg", "Sent").await;
    let aside = rig.dir.path().join("refapp-lever-damaged-2026-03-04T10-02-03Z.db");
    std::fs::write(&aside, "Kim Berg").expect("a damaged database, set aside");
    let connection = rig.id().await;
    done(&rig, Request::RemoveData { connection }).await;
    assert!(rig.overview().await.connections.is_empty());
    assert_eq!(rig.vault.names(), Vec::<String>::new());
    assert!(!aside.exists());
    nowhere(&rig, "Kim Berg");
    // What was done is remembered, without saying to whom.
    assert_eq!(tables_with_rows(&rig), ["audit_log", "spent"]);

    rig.provision().await;
    rig.until_ready().await;
    let path = format!("lever/opportunities/{}/tags", rig.opportunity("Kim Berg"));
    rig.control("POST", &path, json!({"remove": ["Refapp Status: Sent"]}))
        .await;
    rig.move_to("Kim Berg", "Offer").await;
    rig.move_into_trigger("Kim Berg").await;
    let row = crate::stands_for(&rig, "Kim Berg", Code::CheckAgain).await;
    assert_eq!(reason(&row), Some(Code::CheckAgain));
    assert_eq!(rig.starts("Kim Berg"), 1);
}
