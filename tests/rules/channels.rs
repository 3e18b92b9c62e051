//! How stage changes and status reach us: `rules.md` 19.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use api::{ChannelState, ConnectionView, Health, Reply, Request, Step, StepState};
use end_to_end::rig::{Rig, Setup};
use model::{Badge, Clock, Code, MINUTE, Unproven};
use serde_json::{Value, json};

use crate::{sent, started};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_without_either_channel_a_connection_is_not_healthy_and_says_what_cannot_arrive() {
    let rig = Rig::bare(Setup {
        public: false,
        ..Setup::default()
    })
    .await;
    rig.provision().await;
    let connection = rig
        .until("it says that nothing can arrive", async || {
            let connection = rig.connection().await;
            let said = connection
                .findings
                .iter()
                .any(|finding| finding.failure.code == Code::AppNoChannel);
            said.then_some(connection)
        })
        .await;
    assert!(
        !matches!(connection.health, Health::Healthy | Health::Warning),
        "{:?}",
        connection.health
    );
    assert_eq!(connection.stage_changes.state, ChannelState::Broken);
    assert_eq!(connection.status_updates.state, ChannelState::Broken);
    assert!(rig.host.intake().readiness().iter().all(|(_, ready)| !ready));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_each_channel_waits_until_something_has_really_come_and_then_all_is_healthy() {
    let rig = Rig::start(Setup::default()).await;
    let before = rig.connection().await;
    assert_eq!(before.stage_changes.state, ChannelState::Waiting);
    assert_eq!(before.status_updates.state, ChannelState::Waiting);
    assert!(before.status_updates.since.is_some(), "waiting for Refapp since …");
    assert_eq!(before.health, Health::Checking);
    assert_eq!(
        before.unproven,
        [Unproven::Permissions, Unproven::StageChanges, Unproven::StatusUpdates],
        "and what it waits for is said"
    );
    let row = started(&rig, "Kim Berg").await;
    let moved = rig.connection().await;
    assert_eq!(moved.stage_changes.state, ChannelState::Proven);
    assert_eq!(
        (moved.status_updates.state, moved.health),
        (ChannelState::Waiting, Health::Checking)
    );
    assert_eq!(moved.unproven, [Unproven::StatusUpdates]);
    rig.refapp_step(&row, "accept").await;
    let after = rig
        .until("it is healthy", async || {
            let connection = rig.connection().await;
            (connection.health == Health::Healthy).then_some(connection)
        })
        .await;
    assert_eq!(after.status_updates.state, ChannelState::Proven);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_polling_brings_stage_changes_and_never_status_so_it_is_not_healthy_alone() {
    let rig = Rig::start(Setup {
        public: false,
        ..Setup::with_list_rights()
    })
    .await;
    rig.move_into_trigger("Kim Berg").await;
    sent(&rig, "Kim Berg").await;
    let connection = rig.connection().await;
    assert_eq!(connection.stage_changes.state, ChannelState::Polling);
    assert_eq!(connection.status_updates.state, ChannelState::Broken);
    let failure = connection.status_updates.failure.expect("a reason");
    assert_eq!(failure.code, Code::AppNoUpdates);
    let said = |finding: &api::Finding| finding.failure.code == Code::AppNoUpdates && !finding.stops;
    assert!(
        connection.findings.iter().any(said),
        "and the dashboard says what cannot arrive"
    );
    assert_eq!(connection.health, Health::Warning);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_an_address_that_does_not_lead_here_is_refused() {
    let rig = crate::rights::connected_by_hand(Setup::default()).await;
    let connection = rig.id().await;
    let elsewhere = rig.sim.refapp_url();
    let order = Request::SetChannels {
        connection,
        public_url: elsewhere,
        update_bearer: None,
    };
    let refused = rig.host.ask(order).await.expect_err("it leads elsewhere");
    assert_eq!(refused.code, Code::AppPublicUrl);
    rig.until("the line about stage changes says so", async || {
        (rig.connection().await.stage_changes.state == ChannelState::Broken).then_some(())
    })
    .await;
    assert_eq!(rig.calls("create webhook").len(), 0);
}

/// The webhooks at Lever, as addresses.
async fn webhooks(rig: &Rig) -> Vec<String> {
    let state = rig.control("GET", "state", Value::Null).await;
    let webhooks = state["lever"]["webhooks"].as_array().expect("a list").iter();
    let urls = webhooks.map(|webhook| webhook["url"].as_str().expect("an address").to_owned());
    urls.collect()
}

/// The host's address is another one in its file, and leads to the same door.
async fn move_house(rig: &Rig) -> String {
    let mut file = rig.file();
    let address = file
        .public_url
        .take()
        .expect("an address")
        .replace("127.0.0.1", "localhost");
    file.public_url = Some(address.clone());
    rig.host.provision(vec![file]).await.expect("a sound file");
    address
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_a_new_public_address_is_registered_and_proven_anew_and_the_old_one_is_taken_away() {
    let rig = Rig::start(Setup::with_list_rights()).await;
    let row = started(&rig, "Kim Berg").await;
    rig.refapp_step(&row, "accept").await;
    rig.connection_that("both lines are proven", |view| view.health == Health::Healthy)
        .await;
    let address = move_house(&rig).await;
    rig.until("Lever has the new address alone", async || {
        let there = webhooks(&rig).await;
        (there.len() == 2 && there.iter().all(|url| url.starts_with(&address))).then_some(())
    })
    .await;
    let view = rig
        .connection_that("it is ready", |view| view.stage_changes.state == ChannelState::Waiting)
        .await;
    assert_eq!(view.status_updates.state, ChannelState::Waiting);
    assert!(view.findings.is_empty(), "{:?}", view.findings);
    started(&rig, "Åsa Öberg").await;
    rig.connection_that("the new way is proven", |view| {
        view.stage_changes.state == ChannelState::Proven
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_what_came_before_a_disconnect_proves_nothing_of_the_way_that_is_opened_after_it() {
    let rig = Rig::start(Setup::default()).await;
    let row = started(&rig, "Kim Berg").await;
    rig.refapp_step(&row, "accept").await;
    rig.connection_that("both lines are proven", |view| view.health == Health::Healthy)
        .await;
    let connection = rig.id().await;
    rig.host
        .ask(Request::Disconnect { connection })
        .await
        .expect("disconnected");
    rig.provision().await;
    rig.until_ready().await;
    let view = rig.connection().await;
    assert_eq!(view.stage_changes.state, ChannelState::Waiting);
    assert_eq!(view.status_updates.state, ChannelState::Waiting);
    assert_eq!(view.health, Health::Checking);
    assert_eq!(view.unproven, [Unproven::StageChanges, Unproven::StatusUpdates]);
    assert!(view.last_webhook.is_some(), "it is remembered all the same");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_polling_that_is_not_allowed_any_more_is_said_and_goes_on_when_it_is() {
    let mut rig = Rig::start(Setup::with_list_rights()).await;
    let seq = rig.seq();
    rig.until("it polls", async || {
        let mut calls = rig.calls("list opportunities").into_iter();
        calls.find(|call| call.seq > seq).map(drop)
    })
    .await;
    started(&rig, "Kim Berg").await;
    let tick = |ticked: bool| serde_json::json!({"rights": {"list opportunities": ticked}});
    let key = format!("lever/keys/{}", rig.setup.key);
    rig.control("PATCH", &key, tick(false)).await;
    let said = |view: &api::ConnectionView| {
        let mut findings = view.findings.iter();
        findings.any(|finding| finding.failure.code == Code::LevRight && !finding.stops)
    };
    rig.connection_that("it is said", said).await;
    // It still is after a restart, until somebody ticks the box.
    rig.restart().await;
    rig.connection_that("it is said again", said).await;
    rig.control("PATCH", &key, tick(true)).await;
    rig.restart().await;
    rig.move_quietly(&["Tove Ekman"], simulator::demo::TRIGGER_STAGE, "none")
        .await;
    sent(&rig, "Tove Ekman").await;
    rig.connection_that("nothing is missing", |view| view.findings.is_empty())
        .await;
}

/// Whoever reads the file cannot be told at once, as the host may be called by others all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_a_public_address_of_the_file_that_does_not_lead_here_is_said_and_stops_nothing() {
    let rig = Rig::start(Setup::default()).await;
    let mut file = rig.file();
    file.public_url = Some(rig.sim.refapp_url());
    rig.host.provision(vec![file]).await.expect("a sound file");
    rig.connection_that("it is said", |view| {
        let mut findings = view.findings.iter();
        findings.any(|finding| finding.failure.code == Code::AppPublicUrl && !finding.stops)
    })
    .await;
    rig.until_ready().await;
    rig.provision().await;
    rig.connection_that("it leads here again", |view| view.findings.is_empty())
        .await;
}

/// With the article's rights the old webhooks stay at Lever. They are ours all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_webhooks_at_an_earlier_address_of_ours_are_nobody_elses() {
    let rig = Rig::start(Setup::default()).await;
    let address = move_house(&rig).await;
    rig.until("the new address is registered beside the old one", async || {
        let there = webhooks(&rig).await;
        let new = there.iter().filter(|url| url.starts_with(&address)).count();
        (there.len() == 4 && new == 2).then_some(())
    })
    .await;
    rig.until_ready().await;
    started(&rig, "Kim Berg").await;
    let findings = rig.connection().await.findings;
    let mut codes = findings.iter().map(|finding| finding.failure.code);
    assert!(!codes.any(|code| code == Code::LevWebhookElsewhere), "{findings:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_without_its_public_address_a_connection_that_cannot_poll_is_not_ready() {
    let rig = Rig::start(Setup::default()).await;
    let mut file = rig.file();
    file.public_url = None;
    rig.host.provision(vec![file]).await.expect("a sound file");
    rig.connection_that("it says that nothing can arrive", |view| {
        let mut findings = view.findings.iter();
        findings.any(|finding| finding.failure.code == Code::AppNoChannel && finding.stops)
            && view.health == Health::ActionNeeded
    })
    .await;
    assert!(rig.host.intake().readiness().iter().all(|(_, ready)| !ready));
    rig.provision().await;
    rig.until_ready().await;
    started(&rig, "Kim Berg").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_that_comes_with_another_bearer_is_turned_away_and_said_until_the_right_one_comes() {
    // One that came again could come with the right bearer.
    let once = simulator::Switches {
        update_tries: 1,
        ..simulator::Switches::default()
    };
    let setup = Setup {
        switches: once,
        ..Setup::default()
    };
    let rig = Rig::start(setup).await;
    let row = started(&rig, "Kim Berg").await;
    let connection = rig.id().await;
    let public_url = rig.connection().await.setup.public_url.expect("an address");
    let order = |bearer: &str| Request::SetChannels {
        connection,
        public_url: public_url.clone(),
        update_bearer: Some(bearer.to_owned()),
    };
    rig.host.ask(order("not what Refapp has")).await.expect("kept");
    rig.refapp_step(&row, "accept").await;
    let view = rig
        .connection_that("it says that the bearer is another", |view| {
            view.findings
                .iter()
                .any(|finding| finding.failure.code == Code::RefBearer)
        })
        .await;
    assert_eq!((view.health, view.last_update), (Health::Warning, None));
    let missed = |row: &api::CheckRow| row.badges.contains(&Badge::StatusMissed);
    rig.check_that("Kim Berg", "it says that a status may have been missed", missed)
        .await;

    // Nobody says that status arrives while it is turned away.
    assert_eq!(view.status_updates.state, ChannelState::TurnedAway);
    let step = view.setup.steps.iter().find(|step| step.step == Step::Channels);
    assert_eq!(step.map(|step| step.state), Some(StepState::Failed));

    rig.host.ask(order(simulator::demo::UPDATE_BEARER)).await.expect("kept");
    rig.connection_that("the bearer is the right one", |view| view.findings.is_empty())
        .await;
    // That the bearer is right now does not bring back what was turned away.
    rig.check_that("Kim Berg", "it still says so", missed).await;
    rig.refapp_step(&row, "next").await;
    let view = rig
        .connection_that("it is healthy", |view| view.health == Health::Healthy)
        .await;
    assert_eq!(view.status_updates.turned_away, None);
    assert_eq!(view.status_updates.state, ChannelState::Proven);
    rig.check_that("Kim Berg", "it says so no more", |row| !missed(row))
        .await;
}

/// Refapp may send one several times.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_turned_away_is_counted_from_the_first_and_outlasts_a_restart() {
    let mut rig = Rig::start(Setup::default()).await;
    let row = started(&rig, "Kim Berg").await;
    rig.refapp_step(&row, "accept").await;
    let taken = rig
        .connection_that("a status is taken", |view| view.last_update.is_some())
        .await
        .last_update;
    let hosts = json!({"update_hosts": {"127.0.0.1": "another bearer"}});
    rig.control("PATCH", "refapp", hosts).await;
    let turned_away = |view: &ConnectionView| view.status_updates.turned_away;
    rig.refapp_step(&row, "candidate-names-referees").await;
    let view = rig
        .connection_that("it is turned away", |view| turned_away(view).is_some())
        .await;
    let first = turned_away(&view).expect("it is counted");
    assert!(first.times >= 1 && first.since <= first.last, "{first:?}");
    let finding = view
        .findings
        .iter()
        .find(|finding| finding.failure.code == Code::RefBearer)
        .expect("it is said");
    assert_eq!((finding.since, finding.worked), (first.since, taken));

    rig.restart().await;
    let view = rig
        .connection_that("it still says so", |view| {
            let mut findings = view.findings.iter();
            findings.any(|finding| finding.failure.code == Code::RefBearer)
        })
        .await;
    let kept = turned_away(&view).expect("it is kept");
    assert!(kept.times >= first.times && kept.since == first.since, "{kept:?}");
    rig.refapp_step(&row, "referee-answers").await;
    let view = rig
        .connection_that("the next is counted", |view| {
            turned_away(view).is_some_and(|away| away.times > kept.times)
        })
        .await;
    assert_eq!(turned_away(&view).map(|away| away.since), Some(first.since));
    assert_eq!(view.last_update, taken);
    assert!(view.read_out.en.contains("status turned away"), "{}", view.read_out.en);

    let hosts = json!({"update_hosts": {"127.0.0.1": simulator::demo::UPDATE_BEARER}});
    rig.control("PATCH", "refapp", hosts).await;
    rig.refapp_step(&row, "referee-answers").await;
    rig.connection_that("it is over with the next that is taken", |view| {
        turned_away(view).is_none() && view.health == Health::Healthy
    })
    .await;
}

/// A clock that a test moves on, as both sides have it.
fn movable() -> (Clock, Arc<AtomicI64>) {
    let ahead = Arc::new(AtomicI64::new(0));
    let span = ahead.clone();
    let clock = Clock::of(move || Clock::system().now().plus(span.load(Ordering::Relaxed)));
    (clock, ahead)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_locked_keychain_does_not_say_that_nothing_was_set_up_and_what_was_heard_before_still_counts() {
    let (clock, ahead) = movable();
    let mut rig = Rig::start(Setup {
        clock: clock.clone(),
        clock_elsewhere: clock,
        ..Setup::default()
    })
    .await;
    let row = started(&rig, "Kim Berg").await;
    rig.refapp_step(&row, "accept").await;
    rig.connection_that("it is healthy", |view| view.health == Health::Healthy)
        .await;
    let locked = |view: &ConnectionView| {
        let mut findings = view.findings.iter();
        findings.any(|finding| finding.failure.code == Code::AppKeychain)
    };
    // A paused one takes in what happens as well.
    for paused in [false, true] {
        let connection = rig.id().await;
        if paused {
            let paused = rig.host.ask(Request::Pause { connection }).await;
            assert_eq!(paused, Ok(Reply::Done));
        }
        rig.stop_host().await;
        rig.vault.lock(true);
        rig.start_host().await;
        let view = rig.connection_that("the keychain is said", locked).await;
        let codes: Vec<Code> = view.findings.iter().map(|finding| finding.failure.code).collect();
        assert_eq!(codes, [Code::AppKeychain]);
        assert_eq!(view.stage_changes.state, ChannelState::Locked);
        assert_eq!(view.status_updates.state, ChannelState::Locked);
        let mut steps = view.setup.steps.iter();
        assert!(steps.any(|step| step.step == Step::Channels && step.state == StepState::Done));

        // It is tried again by itself: nobody has to press anything, nor to wait for the first status once more.
        rig.vault.lock(false);
        ahead.fetch_add(MINUTE, Ordering::Relaxed);
        rig.until("the keychain is read again", async || {
            drop(rig.host.ask(Request::ReadStages { connection }).await);
            let view = rig.connection().await;
            let health = if paused { Health::Paused } else { Health::Healthy };
            (!locked(&view) && view.health == health).then_some(())
        })
        .await;
        let view = rig.connection().await;
        assert_eq!(view.findings, []);
        assert_eq!(view.stage_changes.state, ChannelState::Proven);
        assert_eq!(view.status_updates.state, ChannelState::Proven);
    }
}
