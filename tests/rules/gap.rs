//! Times in which webhooks may have been lost are named (`reliability.md` row 8).

use api::{Finding, Reply, Request};
use end_to_end::rig::{Rig, Setup};
use model::{Badge, Code, DAY, HOUR, PaceReason};

use crate::started;

/// Waits until it is stored that the way in is open.
async fn known_to_be_open(rig: &Rig) {
    rig.until("the way in is open", async || {
        let database = rusqlite::Connection::open(rig.dir.path().join("refapp-lever.db")).ok()?;
        let open = "SELECT doc ->> 'open_until' FROM connection";
        database.query_row(open, [], |row| row.get::<_, Option<i64>>(0)).ok()?
    })
    .await;
}

fn gap(findings: Vec<Finding>) -> Option<Finding> {
    findings
        .into_iter()
        .find(|finding| finding.failure.code == Code::LevWebhookGap)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_a_time_in_which_webhooks_may_be_lost_is_named_until_somebody_has_looked() {
    let mut rig = Rig::start(Setup::default()).await;
    known_to_be_open(&rig).await;
    rig.time_passes(2 * HOUR).await;
    let found = rig
        .until("the gap is named", async || gap(rig.connection().await.findings))
        .await;
    assert!(!found.stops);
    let params = &found.failure.params;
    assert!(params["from"] < params["to"], "{params:?}");
    // It is not forgotten by a restart, and ends by a person.
    rig.restart().await;
    rig.until("the gap is named", async || gap(rig.connection().await.findings))
        .await;
    let looked = Request::Acknowledge {
        connection: Some(rig.id().await),
        code: Code::LevWebhookGap,
    };
    assert_eq!(rig.host.ask(looked).await, Ok(Reply::Done));
    assert_eq!(gap(rig.connection().await.findings), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_where_opportunities_can_be_listed_polling_catches_up_and_no_gap_is_named() {
    let mut rig = Rig::start(Setup::with_list_rights()).await;
    rig.time_passes(2 * HOUR).await;
    rig.until_ready().await;
    rig.until_worked_off().await;
    assert_eq!(gap(rig.connection().await.findings), None);
}

/// What the row of a check says: when a status of it may be lost, whether it is marked for that, and why its wait is long
/// or not.
async fn says(rig: &Rig) -> (bool, bool, PaceReason) {
    let row = rig.check_of("Kim Berg").await.expect("a check");
    (
        row.away.is_some(),
        row.badges.contains(&Badge::StatusMissed),
        row.rhythm.reason,
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_a_night_asleep_is_said_of_open_checks_and_marks_only_those_that_wait_for_long_besides() {
    let mut rig = Rig::start(Setup::default()).await;
    let row = started(&rig, "Kim Berg").await;
    known_to_be_open(&rig).await;
    assert_eq!(says(&rig).await, (false, false, PaceReason::WithinLimit));
    let slept = async |rig: &Rig, least: i64| {
        let what = "it is said where statuses come in";
        rig.connection_that(what, |view| {
            view.status_updates
                .away
                .is_some_and(|away| away.to.since(away.from) >= least)
        })
        .await
    };
    rig.time_passes(8 * HOUR).await;
    let view = slept(&rig, 7 * HOUR).await;
    assert_eq!(says(&rig).await, (true, false, PaceReason::WithinLimit));
    assert_eq!(view.counts.needs_attention, 0, "nobody has to act");

    // The longest weekend is over by then, and so are the candidate's days.
    rig.time_passes(8 * DAY).await;
    slept(&rig, 7 * DAY).await;
    assert_eq!(says(&rig).await, (true, true, PaceReason::DeadlinePassed));
    rig.refapp_step(&row, "next").await;
    rig.until("Refapp has spoken of it", async || {
        let (away, missed, _) = says(&rig).await;
        (!away && !missed).then_some(())
    })
    .await;
}
