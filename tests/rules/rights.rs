//! Which rights are there, and what each optional one adds: `rules.md` 17 and 18.

use api::{ConnectionView, Decision, Reply, Request};
use end_to_end::rig::{Rig, Setup};
use futures::future::join_all;
use model::{Badge, Code, Failure, Right, RightState, WayIn};
use serde_json::{Value, json};
use simulator::demo;

use crate::{at_rest, sent, stands_for, started};

/// A connection whose halves are connected as in the wizard, as far as an acting user.
pub async fn connected_by_hand(setup: Setup) -> Rig {
    let rig = Rig::bare(setup).await;
    connect_by_hand(&rig).await;
    choose_acting_user(&rig).await;
    rig
}

async fn done(rig: &Rig, request: Request) {
    assert_eq!(rig.host.ask(request).await, Ok(Reply::Done));
}

async fn connect_by_hand(rig: &Rig) {
    let name = "By hand".to_owned();
    let Ok(Reply::Connection(connection)) = rig.host.ask(Request::CreateConnection { name }).await else {
        panic!("a connection is made")
    };
    let (url, token) = (rig.sim.refapp_url(), Some(demo::REFAPP_TOKEN.to_owned()));
    done(rig, Request::SetRefapp { connection, url, token }).await;
    let (data_centre, way_in) = (rig.setup.data_centre, WayIn::ApiKey);
    done(
        rig,
        Request::SetDataCentre {
            connection,
            data_centre,
            way_in,
        },
    )
    .await;
    let key = rig.setup.key.clone();
    done(rig, Request::SetApiKey { connection, key }).await;
}

async fn choose_acting_user(rig: &Rig) {
    let user = rig
        .until("the users are read", async || {
            let users = rig.connection().await.setup.users;
            users.into_iter().find(|user| user.email == demo::SUPER_ADMIN)
        })
        .await;
    let connection = rig.id().await;
    done(
        rig,
        Request::SetActingUser {
            connection,
            user: user.id,
        },
    )
    .await;
}

/// The host's own address, and what came of it.
async fn set_channels(rig: &Rig) -> Result<Reply, Failure> {
    let proposed = rig.connection().await.setup.proposed_public_url;
    let order = Request::SetChannels {
        connection: rig.id().await,
        public_url: proposed.expect("a host with an address"),
        update_bearer: Some(demo::UPDATE_BEARER.to_owned()),
    };
    rig.host.ask(order).await
}

/// The host's own address is taken.
pub async fn channels_are_set(rig: &Rig) {
    assert_eq!(set_channels(rig).await, Ok(Reply::Done));
}

async fn state_of(rig: &Rig, right: Right) -> RightState {
    let rights = rig.connection().await.setup.rights;
    rights
        .into_iter()
        .find(|view| view.right == right)
        .expect("every right is shown")
        .state
}

fn missing(connection: &ConnectionView) -> Vec<Right> {
    let rights = connection.setup.rights.iter();
    let missing = rights.filter(|view| view.required && view.state == RightState::Missing);
    missing.map(|view| view.right).collect()
}

async fn tick(rig: &Rig, right: Right, ticked: bool) {
    let rights = json!({"rights": {right.label(): ticked}});
    rig.control("PATCH", &format!("lever/keys/{}", rig.setup.key), rights)
        .await;
}

/// One right is missing from the start; then somebody ticks its box.
async fn lacks(right: Right) {
    let rig = Rig::bare(Setup::default()).await;
    tick(&rig, right, false).await;
    connect_by_hand(&rig).await;
    let connection = rig.id().await;
    let prove = || Request::ProveRights {
        connection,
        consent: true,
    };
    if right == Right::ListUsers {
        // Without users nobody can be chosen in whose name to write: what that needs stays unproven.
        assert!(rig.host.ask(prove()).await.is_err());
    } else {
        choose_acting_user(&rig).await;
        done(&rig, prove()).await;
        let needed = [Right::ListWebhooks, Right::AddWebhooks].contains(&right);
        let refusal = set_channels(&rig).await.err().map(|failure| failure.code);
        assert_eq!(refusal, needed.then_some(Code::LevRight), "{right:?}");
    }
    rig.connection_that("it alone is found missing", |view| missing(view) == [right])
        .await;
    let refused = rig
        .host
        .ask(Request::FinishSetup { connection })
        .await
        .expect_err("a right is missing");
    assert_eq!(
        (refused.code, refused.params["right"].as_str()),
        (Code::LevRight, right.label())
    );

    tick(&rig, right, true).await;
    if right == Right::ListUsers {
        done(
            &rig,
            Request::ProveRights {
                connection,
                consent: false,
            },
        )
        .await;
        choose_acting_user(&rig).await;
    }
    done(&rig, prove()).await;
    assert_eq!(set_channels(&rig).await, Ok(Reply::Done));
    rig.until("all are proven", async || {
        for right in Right::REQUIRED {
            // It needs a posting to read, and with these rights no posting is known before the first check.
            let provable = right != Right::ReadPosting;
            if provable && state_of(&rig, right).await != RightState::Proven {
                return None;
            }
        }
        Some(())
    })
    .await;
    assert_eq!(missing(&rig.connection().await), []);

    // Nothing half-made is left at Lever.
    let state = rig.control("GET", "state", Value::Null).await;
    let opportunities = state["lever"]["opportunities"].as_array().expect("a list");
    let carriers: Vec<&Value> = opportunities
        .iter()
        .filter(|row| row["name"] == engine::CARRIER_NAME)
        .collect();
    assert_eq!(carriers.len(), 1, "{right:?}");
    let notes = carriers[0]["notes"].as_array().expect("notes");
    assert!(
        notes.iter().all(|note| !note["deletedAt"].is_null()),
        "{right:?} {notes:?}"
    );
    let tags = carriers[0]["tags"].to_string();
    assert!(!tags.contains("Trial"), "{right:?} {tags}");
    assert_eq!(
        state["lever"]["webhooks"].as_array().expect("a list").len(),
        2,
        "{right:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r17_each_missing_right_is_named_and_no_other_and_once_ticked_all_are_proven_with_nothing_left_over() {
    join_all(Right::REQUIRED.map(lacks)).await;
}

/// A second key of the same account, one of whose boxes is not ticked.
async fn second_key(rig: &Rig, lacks: Right) -> String {
    let key = "a-second-key".to_owned();
    let order = json!({"name": "key eu, the second", "value": key, "data_centre": "eu"});
    rig.control("POST", "lever/keys", order).await;
    let rights = json!({"rights": {lacks.label(): false}});
    rig.control("PATCH", &format!("lever/keys/{key}"), rights).await;
    key
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r17_a_second_key_is_proven_anew_and_does_not_inherit_the_rights_of_the_first() {
    for by_file in [false, true] {
        let rig = Rig::start(Setup::default()).await;
        let key = second_key(&rig, Right::AddOpportunityTag).await;
        if by_file {
            let mut file = rig.file();
            file.lever = api::LeverLogin::ApiKey(model::Secret::new(&key));
            rig.host.provision(vec![file]).await.expect("a sound file");
        } else {
            let connection = rig.id().await;
            done(&rig, Request::SetApiKey { connection, key }).await;
        }
        let view = rig
            .connection_that("the box that is not ticked is named", |view| {
                missing(view) == [Right::AddOpportunityTag]
            })
            .await;
        let mut findings = view.findings.iter();
        assert!(findings.any(|finding| finding.failure.code == Code::LevRight && finding.stops));
        assert_eq!(rig.calls("create opportunity").len(), 1, "the carrier is there");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r17_a_right_that_cannot_be_proven_yet_is_neither_there_nor_missing() {
    let rig = Rig::start(Setup::default()).await;
    assert_eq!(state_of(&rig, Right::ReadPosting).await, RightState::NotProvableYet);
    assert_eq!(state_of(&rig, Right::ListPostings).await, RightState::Missing);
    started(&rig, "Kim Berg").await;
    assert_eq!(state_of(&rig, Right::ReadPosting).await, RightState::Proven);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r17_the_first_event_test_moves_the_carrier_to_another_stage_and_starts_nothing() {
    let rig = Rig::start(Setup::default()).await;
    assert_eq!(rig.connection().await.last_webhook, None);
    let made = rig.calls("create opportunity").remove(0).effect.expect("an effect");
    let body = json!({"opportunity": made["opportunityId"], "stage": "Offer", "by": demo::RECRUITER});
    rig.control("POST", "lever/move", body).await;
    rig.until("the first event has really arrived", async || {
        rig.connection().await.last_webhook
    })
    .await;
    started(&rig, "Kim Berg").await;
    rig.until_worked_off().await;
    assert_eq!(rig.checks().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r17_a_right_that_is_taken_away_later_is_found_missing_and_what_it_held_up_goes_on() {
    let rig = Rig::start(Setup::default()).await;
    tick(&rig, Right::AddOpportunityTag, false).await;
    started(&rig, "Kim Berg").await;
    let row = rig
        .check_that("Kim Berg", "the tag cannot be written", |row| row.hitch.is_some())
        .await;
    assert!(row.badges.contains(&Badge::NotWritten));
    let connection = rig
        .connection_that("it is found missing", |view| {
            missing(view) == [Right::AddOpportunityTag]
        })
        .await;
    let mut findings = connection.findings.iter();
    assert!(findings.any(|finding| finding.failure.code == Code::LevRight && finding.stops));

    tick(&rig, Right::AddOpportunityTag, true).await;
    rig.decide(&row, Decision::TryAgain).await;
    at_rest(&rig, "Kim Berg", "Sent").await;
    rig.connection_that("nothing is missing", |view| missing(view).is_empty())
        .await;
    rig.check_that("Kim Berg", "nothing is unwritten", |row| {
        row.hitch.is_none() && !row.badges.contains(&Badge::NotWritten)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r17_a_single_opportunity_that_refuses_a_write_takes_no_right_away() {
    let rig = Rig::start(Setup::default()).await;
    let path = format!("/lever/eu/v1/opportunities/{}/addTags", rig.opportunity("Kim Berg"));
    let refused = json!({"match": {"path": path}, "kind": "status", "code": 403});
    rig.control("POST", "faults", refused).await;
    started(&rig, "Kim Berg").await;
    rig.check_that("Kim Berg", "the tag cannot be written", |row| row.hitch.is_some())
        .await;
    rig.until("the tag carrier was asked", async || {
        let proofs = rig
            .calls("addTags")
            .into_iter()
            .filter(|call| call.body["tags"][0] == "Refapp Trial");
        (proofs.count() == 2).then_some(())
    })
    .await;
    rig.connection_that("the proof is over", |view| view.setup.proving.is_none())
        .await;
    let view = rig.connection().await;
    assert_eq!(missing(&view), []);
    assert!(
        !view
            .findings
            .iter()
            .any(|finding| finding.failure.code == Code::LevRight)
    );
    started(&rig, "Omar Haddad").await;
    at_rest(&rig, "Omar Haddad", "Sent").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r18_list_opportunities_adds_polling_which_needs_no_webhook() {
    let rig = Rig::start(Setup {
        public: false,
        ..Setup::with_list_rights()
    })
    .await;
    rig.move_quietly(&["Kim Berg"], demo::TRIGGER_STAGE, "none").await;
    sent(&rig, "Kim Berg").await;
    assert_eq!(rig.starts("Kim Berg"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r18_list_postings_and_list_tags_add_what_still_carries_a_dead_tag() {
    let rig = Rig::start(Setup::with_list_rights()).await;
    let connection = rig.id().await;
    let update = || Request::UpdateTemplates { connection };
    assert!(matches!(rig.host.ask(update()).await, Ok(Reply::TemplateReport(_))));
    let (managers, _) = demo::TEMPLATES[2];
    rig.control("DELETE", &format!("refapp/templates/{managers}"), Value::Null)
        .await;
    let Ok(Reply::TemplateReport(report)) = rig.host.ask(update()).await else {
        panic!("a report")
    };
    let carried: Vec<(&str, &str)> = report
        .still_carried
        .iter()
        .map(|c| (c.tag.as_str(), c.by.as_str()))
        .collect();
    // One posting, and the two candidates who inherited the tag from it.
    let dead = "Refapp Template: Managers";
    assert_eq!(carried, [(dead, "Team Lead"), (dead, "2")]);
    assert_eq!(report.not_seen, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r18_update_opportunity_note_adds_one_call_in_place_of_two() {
    let rig = Rig::start(Setup::with_list_rights()).await;
    // Found by the first poll, and looked at.
    stands_for(&rig, "Hanna Lilja", Code::CheckPresent).await;
    let row = started(&rig, "Kim Berg").await;
    at_rest(&rig, "Kim Berg", "Sent").await;
    let seq = rig.seq();
    rig.refapp_step(&row, "candidate-names-referees").await;
    at_rest(&rig, "Kim Berg", "Waiting for referees").await;
    assert_eq!(
        rig.lever_calls_since(seq, "Kim Berg", "Backend Developer"),
        ["addTags", "removeTags", "update note"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r18_delete_webhooks_adds_a_clean_disconnect() {
    let rig = Rig::start(Setup::with_list_rights()).await;
    let webhooks = async || {
        let state = rig.control("GET", "state", Value::Null).await;
        state["lever"]["webhooks"].as_array().expect("a list").len()
    };
    assert_eq!(webhooks().await, 2);
    let connection = rig.id().await;
    done(&rig, Request::Disconnect { connection }).await;
    rig.until("both are taken away", async || (webhooks().await == 0).then_some(()))
        .await;
}

/// Another key of the same account replaces the one with which all was set up and seen to work.
async fn all_proven_with_another_key(ticked: &[Right], unticked: Option<Right>) -> (Rig, ConnectionView) {
    let rig = Rig::start(Setup::default()).await;
    started(&rig, "Kim Berg").await;
    let key = "another-key".to_owned();
    let order = json!({"name": "key eu, another", "value": key, "data_centre": "eu"});
    rig.control("POST", "lever/keys", order).await;
    let mut rights: serde_json::Map<String, Value> = Right::OPTIONAL
        .map(|right| (right.label().to_owned(), json!(ticked.contains(&right))))
        .into_iter()
        .collect();
    rights.extend(unticked.map(|right| (right.label().to_owned(), json!(false))));
    rig.control("PATCH", &format!("lever/keys/{key}"), json!({"rights": rights}))
        .await;
    let connection = rig.id().await;
    done(&rig, Request::SetApiKey { connection, key }).await;
    let settled = |view: &ConnectionView| {
        let open = |right: &api::RightView| right.required && right.state == RightState::NotProvableYet;
        view.setup.proving.is_none() && !view.setup.rights.iter().any(open)
    };
    let view = rig
        .connection_that("every permission of the new key is known", settled)
        .await;
    (rig, view)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r17_another_key_leaves_no_permission_open_and_no_webhook_twice() {
    // With the article's twelve nothing may be taken away to try it; with one more the new key shows what it can.
    for optional in [vec![], vec![Right::DeleteWebhooks]] {
        let (rig, view) = all_proven_with_another_key(&optional, None).await;
        assert_eq!(missing(&view), [], "{optional:?}");
        assert!(!view.unproven.contains(&model::Unproven::Permissions));
        assert_eq!(
            view.stage_changes.state,
            api::ChannelState::Proven,
            "what was heard still is"
        );
        assert_eq!(webhooks_of_moves(&rig).await.len(), 1);
        let tries = rig.calls("create webhook").len();
        assert_eq!(
            tries,
            if optional.is_empty() { 2 } else { 3 },
            "two at the beginning, and one to try it"
        );
        started(&rig, "Omar Haddad").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r17_another_key_that_may_not_add_webhooks_is_found_out_and_the_webhook_of_moves_stays() {
    let (rig, view) = all_proven_with_another_key(&[Right::DeleteWebhooks], Some(Right::AddWebhooks)).await;
    assert_eq!(missing(&view), [Right::AddWebhooks]);
    assert_eq!(webhooks_of_moves(&rig).await.len(), 1);
}

/// Our webhooks at Lever that tell of moves.
async fn webhooks_of_moves(rig: &Rig) -> Vec<Value> {
    let state = rig.control("GET", "state", Value::Null).await;
    let webhooks = state["lever"]["webhooks"].as_array().expect("a list").clone();
    let tells = |webhook: &Value| webhook["event"] == lever::CANDIDATE_STAGE_CHANGE;
    webhooks.into_iter().filter(tells).collect()
}
