//! What is stored and cannot be any more (`reliability.md` row 13): nobody is started twice for it, and it is said.

use api::{Decision, Reply, Request};
use end_to_end::rig::{Rig, Setup};
use model::{Code, Status};
use serde_json::json;
use simulator::demo;

use crate::{at_rest, sent, stands_for, started};

/// Whether the host says that a damaged database was set aside.
async fn says_so(rig: &Rig) -> bool {
    let findings = rig.overview().await.findings;
    findings
        .iter()
        .any(|finding| finding.failure.code == Code::AppDatabaseAside)
}

/// The file's first page: whatever this is, it is no database.
async fn lose_the_first_page(rig: &mut Rig) {
    rig.stop_host().await;
    rig.damage_database(0, 4096).await;
    rig.start_host().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r04_after_a_damaged_database_lever_s_tags_tell_who_was_started_and_somebody_is_told() {
    let mut rig = Rig::start(Setup::default()).await;
    started(&rig, "Kim Berg").await;
    at_rest(&rig, "Kim Berg", "Sent").await;
    let secrets = rig.vault.names().len();
    assert!(!says_so(&rig).await);
    lose_the_first_page(&mut rig).await;
    assert!(says_so(&rig).await);
    assert!(
        rig.overview().await.connections.is_empty(),
        "nothing of it could be read"
    );
    assert_eq!(rig.vault.names().len(), secrets);
    rig.provision().await;
    rig.until_ready().await;
    assert!(says_so(&rig).await, "a file that sets it up has read nothing");
    rig.move_to("Kim Berg", "Offer").await;
    rig.move_into_trigger("Kim Berg").await;
    let row = stands_for(&rig, "Kim Berg", Code::CheckOther).await;
    started(&rig, "Viktor Palm").await;
    assert_eq!(rig.starts("Kim Berg"), 1);
    rig.decide(&row, Decision::Adopt).await;
    sent(&rig, "Kim Berg").await;
    let read = Request::Acknowledge {
        connection: None,
        code: Code::AppDatabaseAside,
    };
    assert_eq!(rig.host.ask(read).await, Ok(Reply::Done));
    assert!(!says_so(&rig).await);
    rig.restart().await;
    assert!(!says_so(&rig).await, "once read is read");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r03_who_is_in_the_stage_after_a_damaged_database_is_listed_and_not_started() {
    let mut rig = Rig::start(Setup::with_list_rights()).await;
    let config = json!({"side": "refapp", "call": "config"});
    rig.fault(json!({"match": config, "kind": "status", "code": 503})).await;
    rig.move_into_trigger("Kim Berg").await;
    rig.check_that("Kim Berg", "it waits", |row| row.status == Status::Queued)
        .await;
    lose_the_first_page(&mut rig).await;
    rig.end_faults().await;
    rig.provision().await;
    rig.until_ready().await;
    stands_for(&rig, "Kim Berg", Code::CheckPresent).await;
    assert_eq!(rig.starts("Kim Berg"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r02_damage_that_is_met_in_use_stops_everything_and_the_next_start_knows_whom_was_mailed() {
    let mut rig = Rig::start(Setup::default()).await;
    started(&rig, "Kim Berg").await;
    at_rest(&rig, "Kim Berg", "Sent").await;
    rig.stop_host().await;
    let inbox = rig.first_page_of("inbox").await;
    rig.damage_database(u64::from(inbox - 1) * 4096, 4096).await;
    rig.start_host().await;
    rig.connection_that("it has its address", |view| view.status_updates.address.is_some())
        .await;
    let update = json!({"status": "completed", "summary": ""});
    let status = rig.update("7d1c4bd2-3f0e-5b43-9a39-0d6a4d1c2f10", update).await;
    assert_eq!(status, 503, "what cannot be stored is not accepted");
    rig.connection_that("it is said", |view| {
        let mut findings = view.findings.iter();
        findings.any(|finding| finding.failure.code == Code::AppDamaged && finding.stops)
    })
    .await;
    rig.host.damaged().await;
    rig.restart().await;
    assert!(says_so(&rig).await);
    // The settings were read from it, as a draft: whoever set it up goes through it again.
    let view = rig.connection().await;
    assert!(!view.setup.finished);
    assert_eq!(
        view.settings.trigger_stage.expect("the stage").text,
        demo::TRIGGER_STAGE
    );
    rig.provision().await;
    rig.until_ready().await;
    rig.move_to("Kim Berg", "Offer").await;
    rig.move_into_trigger("Kim Berg").await;
    stands_for(&rig, "Kim Berg", Code::CheckAgain).await;
    assert_eq!(rig.starts("Kim Berg"), 1);
}
