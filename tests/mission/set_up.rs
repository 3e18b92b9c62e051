//! M1, M2, M4, M5, M6: the wizard from an empty host, but for OAuth.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use api::{ChannelState, Half, Request, Step, StepState, WaitsFor};
use end_to_end::rig::{Rig, Setup};
use model::{
    Clock, Code, DataCentre, Failure, Language, MINUTE, Millis, Owner, Right, RightGroup, RightState, Status, WayIn,
    explain,
};
use serde_json::{Value, json};
use simulator::{Side, demo};

use crate::wizard::Wizard;
use crate::{started, state_of};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m01_the_token_may_come_first_and_lever_on_another_day() {
    let mut rig = Rig::bare(Setup::default()).await;
    let wizard = Wizard::begin(&rig).await;
    wizard.refapp(demo::REFAPP_TOKEN).await.expect("the account's token");
    assert_eq!(wizard.step(Step::Refapp).await, StepState::Done);
    assert!(
        rig.sim.ledger().iter().all(|entry| entry.side == Side::Refapp),
        "Lever was not asked"
    );

    rig.restart().await;
    let wizard = Wizard::again(&rig).await;
    assert_eq!(wizard.step(Step::Refapp).await, StepState::Done);
    wizard.data_centre(DataCentre::Eu, WayIn::ApiKey).await;
    wizard.key(demo::EU_KEY).await.expect("a key");
    wizard.rest_at_lever().await;
    wizard.finish().await.expect("all is there");
    rig.until_ready().await;
    started(&rig, "Kim Berg").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m01_lever_may_come_first_without_any_token() {
    let mut rig = Rig::bare(Setup::default()).await;
    let wizard = Wizard::begin(&rig).await;
    wizard.data_centre(DataCentre::Eu, WayIn::ApiKey).await;
    wizard.key(demo::EU_KEY).await.expect("a key");
    wizard.rest_at_lever().await;
    assert_eq!(wizard.step(Step::Refapp).await, StepState::Open);
    for step in [Step::Lever, Step::ActingUser, Step::Stage] {
        assert_eq!(wizard.step(step).await, StepState::Done, "{step:?}");
    }
    // All is set, and nothing has arrived yet; no posting has been read either.
    for step in [Step::Rights, Step::Channels] {
        assert_eq!(wizard.step(step).await, StepState::Unproven, "{step:?}");
    }
    assert_eq!(wizard.finish().await, Err(Code::AppNotNow.into()));

    rig.restart().await;
    let wizard = Wizard::again(&rig).await;
    wizard.refapp(demo::REFAPP_TOKEN).await.expect("the account's token");
    wizard.finish().await.expect("all is there");
    rig.until_ready().await;
    started(&rig, "Kim Berg").await;
    // The carrier was made before the templates were known: it has their tags all the same.
    rig.until("the carrier has the template tags", async || {
        let carrier = carrier(&rig).await;
        demo::TEMPLATES
            .iter()
            .all(|(_, name)| has_tag(&carrier, &format!("Refapp Template: {name}")))
            .then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m01_what_fails_names_who_must_help() {
    let rig = Rig::bare(Setup::default()).await;
    let wizard = Wizard::begin(&rig).await;
    let failure = wizard.refapp("no such token").await.expect_err("refused");
    assert_eq!(
        (failure.code, failure.code.owner()),
        (Code::RefToken, Owner::RefappAdmin)
    );
    wizard.data_centre(DataCentre::Eu, WayIn::ApiKey).await;
    let failure = wizard.key("no such key").await.expect_err("refused");
    assert_eq!(
        (failure.code, failure.code.owner()),
        (Code::LevUnauthorized, Owner::LeverSuperAdmin)
    );
    for (step, code) in [(Step::Refapp, Code::RefToken), (Step::Lever, Code::LevUnauthorized)] {
        let view = wizard.view().await;
        let shown = view.setup.steps.iter().find(|view| view.step == step).expect("a step");
        assert_eq!(
            (shown.state, shown.failure.clone()),
            (StepState::Failed, Some(code.into()))
        );
    }
    assert!(rig.vault.names().is_empty(), "nothing that was refused is kept");

    // Each half is mended by itself.
    wizard.refapp(demo::REFAPP_TOKEN).await.expect("the account's token");
    assert_eq!(wizard.step(Step::Refapp).await, StepState::Done);
    assert_eq!(wizard.step(Step::Lever).await, StepState::Failed);
    wizard.key(demo::EU_KEY).await.expect("a key");
    assert_eq!(wizard.step(Step::Lever).await, StepState::Done);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_file_has_set_up_shows_every_step_as_set_and_as_done_once_it_was_seen_to_work() {
    let rig = Rig::start(Setup::default()).await;
    let view = rig
        .connection_that("every step is set", |view| {
            let mut steps = view.setup.steps.iter();
            steps.all(|step| step.state.is_set() && step.failure.is_none())
        })
        .await;
    let unproven = view.setup.steps.iter().filter(|step| step.state == StepState::Unproven);
    let unproven: Vec<Step> = unproven.map(|step| step.step).collect();
    assert_eq!(unproven, [Step::Rights, Step::Channels]);

    let row = started(&rig, "Kim Berg").await;
    rig.refapp_step(&row, "accept").await;
    rig.connection_that("every step is done", |view| {
        let mut steps = view.setup.steps.iter();
        steps.all(|step| step.state == StepState::Done) && view.setup.halves.iter().all(|half| half.waits.is_none())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m01_each_half_says_whose_turn_it_is() {
    let mut rig = Rig::bare(Setup::default()).await;
    let wizard = Wizard::begin(&rig).await;
    assert_eq!(
        turns(&wizard).await,
        [
            Some((WaitsFor::Token, Owner::RefappAdmin)),
            Some((WaitsFor::DataCentre, Owner::Admin))
        ]
    );
    wizard.data_centre(DataCentre::Eu, WayIn::ApiKey).await;
    rig.restart().await;
    let wizard = Wizard::again(&rig).await;
    assert_eq!(
        turns(&wizard).await,
        [
            Some((WaitsFor::Token, Owner::RefappAdmin)),
            Some((WaitsFor::Access, Owner::LeverSuperAdmin))
        ]
    );
    wizard.key(demo::EU_KEY).await.expect("a key");
    assert_eq!(turns(&wizard).await[1], Some((WaitsFor::ActingUser, Owner::Admin)));
    wizard.acting_user().await;
    assert_eq!(turns(&wizard).await[1], Some((WaitsFor::Permissions, Owner::Admin)));
    wizard.prove(true).await.expect("a proof");
    assert_eq!(turns(&wizard).await[1], Some((WaitsFor::StageChanges, Owner::Admin)));
    wizard.refapp(demo::REFAPP_TOKEN).await.expect("the account's token");
    assert_eq!(turns(&wizard).await[0], Some((WaitsFor::UpdateAddress, Owner::Admin)));
    wizard.channels().await.expect("channels");
    assert_eq!(turns(&wizard).await[1], Some((WaitsFor::Stage, Owner::Admin)));
    wizard.stage(demo::TRIGGER_STAGE).await;
    assert_eq!(
        turns(&wizard).await,
        [
            Some((WaitsFor::FirstStatus, Owner::Refapp)),
            Some((WaitsFor::FirstEvent, Owner::LeverSuperAdmin))
        ]
    );
}

/// What each half waits for, and for whom: Refapp's, then Lever's.
async fn turns(wizard: &Wizard<'_>) -> [Option<(WaitsFor, Owner)>; 2] {
    let view = wizard.view().await;
    let of = |half| {
        let mut halves = view.setup.halves.iter();
        let found = halves.find(|view| view.half == half).expect("both halves are there");
        found.waits.as_ref().map(|waits| (waits.what, waits.who))
    };
    [of(Half::Refapp), of(Half::Lever)]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m06_a_set_up_that_hears_nothing_for_a_while_says_what_to_try() {
    let now = Arc::new(AtomicI64::new(Clock::system().now().0));
    let clock = {
        let now = now.clone();
        Clock::of(move || Millis(now.load(Ordering::Relaxed)))
    };
    let rig = Rig::bare(Setup {
        clock,
        ..Setup::default()
    })
    .await;
    let wizard = Wizard::begin(&rig).await;
    wizard.data_centre(DataCentre::Eu, WayIn::ApiKey).await;
    wizard.key(demo::EU_KEY).await.expect("a key");
    wizard.acting_user().await;
    wizard.prove(true).await.expect("a proof");
    wizard.channels().await.expect("channels");
    let waiting = wizard.view().await.stage_changes;
    assert_eq!((waiting.state, waiting.failure), (ChannelState::Waiting, None));

    now.fetch_add(2 * MINUTE, Ordering::Relaxed);
    let waiting = wizard.view().await.stage_changes;
    let advice = Some(Code::LevWebhookOff.into());
    assert_eq!((waiting.state, waiting.failure), (ChannelState::Waiting, advice));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m02_the_data_centre_is_saved_before_anything_is_connected() {
    let mut rig = Rig::bare(Setup::default()).await;
    let wizard = Wizard::begin(&rig).await;
    for (data_centre, way_in) in [(DataCentre::Us, WayIn::OAuth), (DataCentre::Eu, WayIn::ApiKey)] {
        wizard.data_centre(data_centre, way_in).await;
    }
    assert!(rig.sim.ledger().is_empty(), "nobody was asked");
    rig.restart().await;
    let view = rig.connection().await;
    assert_eq!(
        (view.data_centre, view.way_in),
        (Some(DataCentre::Eu), Some(WayIn::ApiKey))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m02_an_api_key_is_accepted_in_every_data_centre() {
    for (data_centre, key) in [
        (DataCentre::Us, demo::US_KEY),
        (DataCentre::Eu, demo::EU_KEY),
        (DataCentre::Sandbox, demo::SANDBOX_KEY),
        (DataCentre::Custom, demo::US_KEY),
    ] {
        let rig = Rig::bare(Setup {
            data_centre,
            key: key.to_owned(),
            ..Setup::default()
        })
        .await;
        Wizard::begin(&rig).await.walk_with_key().await;
        started(&rig, "Kim Berg").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m02_a_key_of_another_data_centre_is_told_where_it_belongs() {
    let rig = Rig::bare(Setup::default()).await;
    let wizard = Wizard::begin(&rig).await;
    wizard.data_centre(DataCentre::Eu, WayIn::ApiKey).await;
    let expected = Failure::new(Code::LevDataCentre).with("data_centre", "US");
    assert_eq!(wizard.key(demo::US_KEY).await, Err(expected));
    wizard.data_centre(DataCentre::Us, WayIn::ApiKey).await;
    wizard.key(demo::US_KEY).await.expect("its own data centre");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m02_another_data_centre_asks_lever_s_half_anew_and_keeps_refapp_s() {
    let rig = Rig::bare(Setup::default()).await;
    let wizard = Wizard::begin(&rig).await;
    wizard.refapp(demo::REFAPP_TOKEN).await.expect("the account's token");
    wizard.data_centre(DataCentre::Eu, WayIn::ApiKey).await;
    wizard.key(demo::EU_KEY).await.expect("a key");
    wizard.rest_at_lever().await;
    wizard.data_centre(DataCentre::Us, WayIn::OAuth).await;
    let view = wizard.view().await;
    assert_eq!(wizard.step(Step::Refapp).await, StepState::Done);
    assert_eq!(wizard.step(Step::Lever).await, StepState::Open);
    assert_eq!(view.setup.lever.key_hint, None);
    assert_eq!(view.settings.trigger_stage, None);
    assert!(
        view.setup
            .rights
            .iter()
            .all(|right| right.state == RightState::NotProvableYet)
    );
}

#[test]
fn m04_the_twelve_permissions_stand_in_lever_s_words_and_order() {
    let labels = |group| {
        let of_group = Right::REQUIRED.into_iter().filter(move |right| right.group() == group);
        of_group.map(Right::label).collect::<Vec<_>>()
    };
    let read = "read user, read posting, read opportunity, list webhooks, list stages, list users";
    let write = "add opportunity tag, remove opportunity tag, create opportunity note, delete opportunity note, \
                 create opportunity, add webhooks";
    assert_eq!(labels(RightGroup::Read).join(", "), read);
    assert_eq!(labels(RightGroup::Write).join(", "), write);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m04_each_permission_is_proven_by_a_call_of_its_own() {
    let rig = Rig::bare(Setup::default()).await;
    let wizard = Wizard::begin(&rig).await;
    wizard.walk_with_key().await;
    let shown: Vec<Right> = wizard.view().await.setup.rights.iter().map(|view| view.right).collect();
    assert_eq!(shown[..12], Right::REQUIRED);
    // A posting is first seen with the first candidate: until then this one is not guessed.
    assert_eq!(wizard.right(Right::ReadPosting).await, RightState::NotProvableYet);
    started(&rig, "Kim Berg").await;
    for (right, call) in CALLS {
        assert_eq!(wizard.right(right).await, RightState::Proven, "{}", right.label());
        assert!(
            rig.calls(call).iter().any(|entry| entry.applied),
            "{call} was never answered"
        );
    }
    for right in Right::OPTIONAL {
        // Deleting a webhook for a trial would take the working one away.
        let expected = match right {
            Right::DeleteWebhooks => RightState::NotProvableYet,
            _ => RightState::Missing,
        };
        assert_eq!(wizard.right(right).await, expected, "{}", right.label());
    }
    // What was written for the proof was taken away again.
    let carrier = carrier(&rig).await;
    assert!(!has_tag(&carrier, "Refapp Trial"));
    let notes = carrier["notes"].as_array().expect("notes");
    assert!(notes.iter().all(|note| !note["deletedAt"].is_null()));
}

/// Every permission with the call that proves it, by the ledger's name.
const CALLS: [(Right, &str); 12] = [
    (Right::ReadUser, "read user"),
    (Right::ReadPosting, "read posting"),
    (Right::ReadOpportunity, "read opportunity"),
    (Right::ListWebhooks, "list webhooks"),
    (Right::ListStages, "list stages"),
    (Right::ListUsers, "list users"),
    (Right::AddOpportunityTag, "addTags"),
    (Right::RemoveOpportunityTag, "removeTags"),
    (Right::CreateOpportunityNote, "create note"),
    (Right::DeleteOpportunityNote, "delete note"),
    (Right::CreateOpportunity, "create opportunity"),
    (Right::AddWebhooks, "create webhook"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m04_a_missing_read_permission_is_said_and_mended_by_a_tick() {
    let missing = Right::REQUIRED
        .into_iter()
        .filter(|right| right.group() == RightGroup::Read);
    futures::future::join_all(missing.map(missing_and_mended)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m04_a_missing_write_permission_is_said_and_mended_by_a_tick() {
    let missing = Right::REQUIRED
        .into_iter()
        .filter(|right| right.group() == RightGroup::Write);
    futures::future::join_all(missing.map(missing_and_mended)).await;
}

async fn missing_and_mended(right: Right) {
    let rig = Rig::bare(Setup::default()).await;
    let tick = async |ticked: bool| {
        let rights = json!({"rights": {right.label(): ticked}});
        rig.control("PATCH", &format!("lever/keys/{}", demo::EU_KEY), rights)
            .await;
    };
    tick(false).await;
    let wizard = Wizard::begin(&rig).await;
    wizard.refapp(demo::REFAPP_TOKEN).await.expect("the account's token");
    wizard.data_centre(DataCentre::Eu, WayIn::ApiKey).await;
    wizard.key(demo::EU_KEY).await.expect("a key, if not with all ticks");
    if right == Right::ListUsers {
        // Nobody to act for: only the reads are proven.
        wizard.prove(false).await.expect("a proof of the reads");
    } else {
        wizard.acting_user().await;
        wizard.prove(true).await.expect("a proof");
        let said_at_once = matches!(right, Right::ListWebhooks | Right::AddWebhooks);
        assert_eq!(wizard.channels().await.is_err(), said_at_once, "{right:?}");
    }
    let label = right.label();
    rig.until(&format!("{label} is said to be missing"), async || {
        (wizard.right(right).await == RightState::Missing).then_some(())
    })
    .await;
    let failure = Failure::new(Code::LevRight).with("right", label);
    assert_eq!(wizard.finish().await, Err(failure.clone()), "{label}");
    let view = wizard.view().await;
    assert!(
        view.findings
            .iter()
            .any(|finding| finding.failure == failure && finding.stops),
        "{label}"
    );

    tick(true).await;
    wizard.prove(false).await.expect("a proof of the reads");
    wizard.rest_at_lever().await;
    let expected = if right == Right::ReadPosting {
        // Not missing any more, and not seen yet.
        [RightState::NotProvableYet, RightState::Proven]
    } else {
        [RightState::Proven; 2]
    };
    assert!(expected.contains(&wizard.right(right).await), "{label}");
    wizard
        .finish()
        .await
        .unwrap_or_else(|failure| panic!("{label}: {failure}"));
    rig.until_ready().await;
    started(&rig, "Kim Berg").await;
    assert_eq!(wizard.right(right).await, RightState::Proven, "{label}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m05_the_stage_that_triggers_is_picked_from_lever_s_list() {
    let rig = Rig::bare(Setup::default()).await;
    let wizard = Wizard::begin(&rig).await;
    wizard.walk_with_key().await;
    let listed: Vec<String> = wizard
        .view()
        .await
        .setup
        .stages
        .into_iter()
        .map(|stage| stage.text)
        .collect();
    let in_lever = state_of(&rig, "lever").await["stages"].take();
    let in_lever: Vec<&str> = in_lever
        .as_array()
        .expect("stages")
        .iter()
        .filter_map(|s| s["text"].as_str())
        .collect();
    assert_eq!(listed, in_lever);

    // Another one is as good, and from now on only that one.
    wizard.stage("Offer").await;
    rig.move_to("Åsa Öberg", "Offer").await;
    crate::becomes(&rig, "Åsa Öberg", Status::Sent).await;
    rig.move_into_trigger("Kim Berg").await;
    rig.until_taken_in(&rig.opportunity("Kim Berg"), 1).await;
    started_in(&rig, "Björn Ängström", "Offer").await;
    assert_eq!(rig.starts("Kim Berg"), 0);
    assert!(rig.check_of("Kim Berg").await.is_none());
}

async fn started_in(rig: &Rig, candidate: &str, stage: &str) {
    rig.move_to(candidate, stage).await;
    crate::becomes(rig, candidate, Status::Sent).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m05_a_stage_that_is_missing_is_added_in_lever_and_read_again() {
    let rig = Rig::bare(Setup::default()).await;
    let wizard = Wizard::begin(&rig).await;
    wizard.refapp(demo::REFAPP_TOKEN).await.expect("the account's token");
    wizard.data_centre(DataCentre::Eu, WayIn::ApiKey).await;
    wizard.key(demo::EU_KEY).await.expect("a key");
    assert_eq!(wizard.stage_called("References").await, None);
    for language in [Language::En, Language::Sv] {
        let entry = explain(&Code::LevStageMissing.into(), language);
        assert!(entry.mend.contains("Customize pipeline stages"), "{}", entry.mend);
    }
    assert_eq!(Code::LevStageMissing.owner(), Owner::LeverSuperAdmin);

    rig.control("POST", "lever/stages", json!({"text": "References", "rank": 232}))
        .await;
    let connection = wizard.id;
    wizard
        .order(Request::ReadStages { connection })
        .await
        .expect("the stages");
    wizard.rest_at_lever().await;
    wizard.stage("References").await;
    wizard.finish().await.expect("all is there");
    rig.until_ready().await;
    started_in(&rig, "Kim Berg", "References").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m05_a_renamed_stage_stays_chosen_and_a_deleted_one_is_said() {
    let rig = Rig::bare(Setup::default()).await;
    let wizard = Wizard::begin(&rig).await;
    wizard.walk_with_key().await;
    let (connection, id) = (wizard.id, demo::id(1, "stage", demo::TRIGGER_STAGE));
    rig.control("PATCH", &format!("lever/stages/{id}"), json!({"text": "Checks"}))
        .await;
    wizard
        .order(Request::ReadStages { connection })
        .await
        .expect("the stages");
    let chosen = wizard.view().await.settings.trigger_stage.expect("a stage");
    assert_eq!((chosen.id.as_str(), chosen.text.as_str()), (id.as_str(), "Checks"));
    started_in(&rig, "Kim Berg", "Checks").await;

    rig.control("DELETE", &format!("lever/stages/{id}"), Value::Null).await;
    wizard
        .order(Request::ReadStages { connection })
        .await
        .expect("the stages");
    let view = wizard.view().await;
    let failure = Failure::new(Code::LevStageGone).with("stage", "Checks");
    assert!(
        view.findings
            .iter()
            .any(|finding| finding.failure == failure && finding.stops)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m06_the_app_registers_its_webhook_by_itself() {
    let rig = Rig::bare(Setup::default()).await;
    let wizard = Wizard::begin(&rig).await;
    wizard.walk_with_key().await;
    let address = wizard.view().await.stage_changes.address.expect("an address");
    let webhooks = state_of(&rig, "lever").await["webhooks"].take();
    let ours = webhooks.as_array().expect("webhooks").iter();
    let events: Vec<&str> = ours
        .filter(|w| w["url"] == address.as_str())
        .filter_map(|w| w["event"].as_str())
        .collect();
    assert_eq!(events, ["candidateStageChange", "candidateDeleted"]);
}

/// Whoever sets it up, a person or a file.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m06_d04_each_host_is_reached_at_a_path_of_192_bits_of_its_own() {
    let by_hand = Rig::bare(Setup::default()).await;
    Wizard::begin(&by_hand).await.walk_with_key().await;
    let by_file = Rig::start(Setup::default()).await;
    let path = |rig: &Rig| {
        let kept = rig.vault.secrets().into_iter();
        let mut paths = kept.filter(|(name, _)| name.contains("receiver-path"));
        paths.next().expect("it is reached from outside").1
    };
    let (one, other) = (path(&by_hand), path(&by_file));
    assert_eq!((one.len(), other.len()), (2 * 192 / 8, 2 * 192 / 8), "{one} {other}");
    assert_ne!(one, other);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m06_webhooks_are_off_until_the_toggle_and_the_first_event_is_seen() {
    let rig = Rig::bare(Setup {
        webhooks_on: false,
        ..Setup::default()
    })
    .await;
    let wizard = Wizard::begin(&rig).await;
    wizard.walk_with_key().await;
    for language in [Language::En, Language::Sv] {
        let entry = explain(&Code::LevWebhookOff.into(), language);
        assert!(entry.mend.contains("Candidate Stage Change"), "{}", entry.mend);
    }
    // Whether a delivery leaves is decided at the move.
    rig.move_into_trigger("Kim Berg").await;
    rig.until_worked_off().await;
    assert_eq!(wizard.view().await.stage_changes.state, ChannelState::Waiting);

    rig.control("PATCH", "lever/webhook-groups", json!({"candidateStageChange": true}))
        .await;
    // Any stage will do, and starts nothing.
    rig.move_to("Åsa Öberg", "Recruiter screen").await;
    rig.until("the first event is seen", async || {
        let channel = wizard.view().await.stage_changes;
        (channel.state == ChannelState::Proven && channel.last.is_some()).then_some(())
    })
    .await;
    rig.until_taken_in(&rig.opportunity("Åsa Öberg"), 1).await;
    let webhooks = rig.calls("candidateStageChange");
    assert_eq!(webhooks.len(), 1, "nothing of Kim's ever left");
    assert!(rig.checks().await.is_empty());
    assert!(rig.calls("event").is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m06_a_test_delivery_does_not_pass_for_the_first_event() {
    let rig = Rig::start(Setup::default()).await;
    let webhooks = state_of(&rig, "lever").await["webhooks"].take();
    let id = webhooks[0]["id"].as_str().expect("a webhook");
    rig.control("POST", &format!("lever/webhooks/{id}/test"), json!({}))
        .await;
    rig.until("the test delivery is acknowledged", async || {
        rig.sim
            .ledger()
            .iter()
            .any(|e| e.side == Side::Webhook && e.status == Some(200))
            .then_some(())
    })
    .await;
    // What is stored is worked off before the next order is answered.
    let connection = rig.id().await;
    rig.host
        .ask(Request::ReadStages { connection })
        .await
        .expect("the stages");
    assert_eq!(rig.connection().await.stage_changes.state, ChannelState::Waiting);
    started(&rig, "Kim Berg").await;
    assert_eq!(rig.connection().await.stage_changes.state, ChannelState::Proven);
}

/// The tag carrier as it lies in Lever.
pub async fn carrier(rig: &Rig) -> Value {
    let all = state_of(rig, "lever").await["opportunities"].take();
    let all = all.as_array().expect("opportunities").clone();
    let is_carrier = |row: &Value| {
        row["name"]
            .as_str()
            .is_some_and(|name| name.starts_with("Refapp template tags"))
    };
    all.into_iter().find(is_carrier).expect("a tag carrier")
}

pub fn has_tag(opportunity: &Value, tag: &str) -> bool {
    opportunity["tags"]
        .as_array()
        .expect("tags")
        .iter()
        .any(|known| known == tag)
}
