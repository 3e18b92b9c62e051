//! How stage changes and status reach us: `rules.md` 19.

use api::{ChannelState, Health, Reply, Request};
use end_to_end::rig::{Rig, Setup};
use model::Code;

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
    assert_eq!(before.health, Health::Warning);
    let row = started(&rig, "Kim Berg").await;
    let moved = rig.connection().await;
    assert_eq!(moved.stage_changes.state, ChannelState::Proven);
    assert_eq!(
        (moved.status_updates.state, moved.health),
        (ChannelState::Waiting, Health::Warning)
    );
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
    assert_eq!(failure.code, Code::RefUpdates);
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
    assert_eq!(refused.code, Code::LevWebhookUnknown);
    rig.until("the line about stage changes says so", async || {
        (rig.connection().await.stage_changes.state == ChannelState::Broken).then_some(())
    })
    .await;
    assert_eq!(rig.calls("create webhook").len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_a_mail_to_refapps_support_is_ready_in_both_languages() {
    let rig = Rig::start(Setup::default()).await;
    let connection = rig.id().await;
    let mut bodies = Vec::new();
    for language in ["en", "sv"] {
        let request = Request::SupportMail {
            connection,
            language: language.to_owned(),
        };
        let Ok(Reply::SupportMail(mail)) = rig.host.ask(request).await else {
            panic!("a mail")
        };
        assert!(mail.body.contains("127.0.0.1"), "it names this host: {}", mail.body);
        bodies.push(mail.body);
    }
    assert!(bodies[0].contains("token") && bodies[0] != bodies[1]);
}
