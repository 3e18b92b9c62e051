//! M14: what the dashboard shows, and that it changes by itself.

use std::time::Duration;

use api::{CheckWindow, Event, Reply, Request};
use end_to_end::rig::{Rig, Setup};
use model::{Code, Status, WhoActs};
use serde_json::json;
use simulator::demo;
use tokio::sync::mpsc;

use crate::{becomes, stands_for, started};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m14_a_row_says_status_progress_who_acts_age_posting_and_both_links() {
    let rig = Rig::start(Setup::default()).await;
    let row = started(&rig, "Sofia Lindqvist").await;
    assert_eq!((row.who_acts, row.answered), (WhoActs::Nobody, None));
    for step in ["accept", "next", "candidate-names-referees", "referee-answers"] {
        rig.refapp_step(&row, step).await;
    }
    let row = rig
        .check_that("Sofia Lindqvist", "one has answered", |row| row.answered == Some(1))
        .await;
    assert_eq!(
        (row.status, row.who_acts),
        (Status::WaitingForReferees, WhoActs::Referees)
    );
    assert_eq!((row.answered, row.expected), (Some(1), Some(3)));
    assert_eq!(row.candidate, "Sofia Lindqvist");
    assert_eq!(
        (row.posting_title.as_str(), row.owner.as_str()),
        ("Account Manager", "Maja Holm")
    );
    assert!(row.created_at <= row.active_at && row.since <= row.active_at);
    let lever = row.lever_url.expect("a link to Lever");
    assert!(
        lever.ends_with(&format!("/candidates/{}", rig.opportunity("Sofia Lindqvist"))),
        "{lever}"
    );
    let refapp = row.candidate_url.expect("a link to Refapp");
    assert!(refapp.contains("/refapp/candidate/"), "{refapp}");
    for url in [lever, refapp] {
        assert_eq!(rig.host.ask(Request::OpenLink { url }).await, Ok(Reply::Done));
    }
    let elsewhere = Request::OpenLink {
        url: "https://elsewhere.example/".to_owned(),
    };
    assert!(rig.host.ask(elsewhere).await.is_err(), "other links stay text");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m14_rows_come_in_windows_the_most_urgent_first() {
    let rig = Rig::start(Setup::default()).await;
    // In the order in which they reach the stage: one that completes, one that runs, one to look at, one more that runs.
    let completed = started(&rig, "Kim Berg").await;
    rig.refapp_step(&completed, "complete").await;
    becomes(&rig, "Kim Berg", Status::Completed).await;
    started(&rig, "Åsa Öberg").await;
    rig.move_into_trigger("Emil Frisk").await;
    stands_for(&rig, "Emil Frisk", Code::TagMulti).await;
    started(&rig, "Sofia Lindqvist").await;

    let order = ["Emil Frisk", "Åsa Öberg", "Sofia Lindqvist", "Kim Berg"];
    let all = window(&rig, 0, 500).await;
    assert_eq!((names(&all), all.total), (order.map(str::to_owned).to_vec(), 4));
    let middle = window(&rig, 1, 2).await;
    assert_eq!(
        (names(&middle), middle.total, middle.offset),
        (vec![order[1].to_owned(), order[2].to_owned()], 4, 1)
    );
    assert!(window(&rig, 4, 10).await.rows.is_empty());
    rig.connection_that("one to look at, two that run, one completed", |view| {
        let counts = &view.counts;
        (counts.needs_attention, counts.running, counts.completed) == (1, 2, 1)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m14_every_candidate_in_a_check_is_there_after_a_bulk_move() {
    let rig = Rig::start(Setup::default()).await;
    let bulk = [
        "Kim Berg",
        "Åsa Öberg",
        "Björn Ängström",
        "Linnea Ståhl",
        "Omar Haddad",
        "Sofia Lindqvist",
    ];
    let ids: Vec<String> = bulk.iter().map(|name| rig.opportunity(name)).collect();
    let body = json!({"opportunities": ids, "stage": demo::TRIGGER_STAGE, "by": demo::RECRUITER});
    rig.control("POST", "lever/move", body).await;
    for name in bulk {
        becomes(&rig, name, Status::Sent).await;
        assert_eq!(rig.starts(name), 1, "{name}");
    }
    assert_eq!(window(&rig, 0, 500).await.total, 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m14_the_screen_changes_by_itself() {
    let rig = Rig::start(Setup::default()).await;
    let connection = rig.id().await;
    let mut events = rig.host.events();
    // An overview comes first, so that a reload loses nothing.
    assert!(matches!(next(&mut events).await, Event::Overview(overview) if overview.connections.len() == 1));
    rig.move_into_trigger("Kim Berg").await;
    pushed(&rig, &mut events, connection, Status::Sent).await;
    let row = becomes(&rig, "Kim Berg", Status::Sent).await;
    rig.refapp_step(&row, "next").await;
    rig.refapp_step(&row, "next").await;
    pushed(&rig, &mut events, connection, Status::WaitingForCandidate).await;
    rig.refapp_step(&row, "complete").await;
    pushed(&rig, &mut events, connection, Status::Completed).await;
}

/// Looks at the rows only when told to, as the window does, until this status is seen.
async fn pushed(rig: &Rig, events: &mut mpsc::Receiver<Event>, connection: model::ConnectionId, status: Status) {
    loop {
        let told = next(events).await == Event::ChecksChanged(connection);
        if told && rig.check_of("Kim Berg").await.is_some_and(|row| row.status == status) {
            return;
        }
    }
}

/// The pause only ends a test that waits in vain.
async fn next(events: &mut mpsc::Receiver<Event>) -> Event {
    let event = tokio::time::timeout(Duration::from_secs(60), events.recv()).await;
    event.expect("something is told").expect("the host runs")
}

async fn window(rig: &Rig, offset: u32, limit: u32) -> CheckWindow {
    let connection = rig.id().await;
    let request = Request::Checks {
        connection,
        offset,
        limit,
    };
    match rig.host.ask(request).await {
        Ok(Reply::CheckWindow(window)) => window,
        other => panic!("a window, not {other:?}"),
    }
}

fn names(window: &CheckWindow) -> Vec<String> {
    window.rows.iter().map(|row| row.candidate.clone()).collect()
}
