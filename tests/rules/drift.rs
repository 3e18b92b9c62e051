//! What changes by itself at the other side is said before it breaks something.

use api::{Finding, Reply, Request};
use end_to_end::rig::{Rig, Setup};
use model::{Code, DAY, MINUTE, WayIn};
use serde_json::{Value, json};
use simulator::demo;

use crate::started;

async fn found(rig: &Rig, code: Code) -> Option<Finding> {
    let findings = rig.connection().await.findings;
    findings.into_iter().find(|finding| finding.failure.code == code)
}

/// Waits until the connection says this, which stops nothing.
async fn says(rig: &Rig, code: Code) -> Finding {
    let found = rig
        .until(&format!("it says {code}"), async || found(rig, code).await)
        .await;
    assert!(!found.stops);
    found
}

/// Waits until the connection does not say it any more.
async fn says_no_more(rig: &Rig, code: Code) {
    rig.until(&format!("it says {code} no more"), async || {
        found(rig, code).await.is_none().then_some(())
    })
    .await;
}

async fn acknowledge(rig: &Rig, code: Code) {
    let connection = Some(rig.id().await);
    let read = rig.host.ask(Request::Acknowledge { connection, code }).await;
    assert_eq!(read, Ok(Reply::Done));
    assert_eq!(found(rig, code).await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trigger_stage_that_was_renamed_is_said_until_somebody_has_read_of_it() {
    let mut rig = Rig::start(Setup::default()).await;
    let stage = format!("lever/stages/{}", demo::id(1, "stage", demo::TRIGGER_STAGE));
    rig.control("PATCH", &stage, json!({"text": "Checks"})).await;
    rig.restart().await;
    let said = says(&rig, Code::LevStageRenamed).await;
    assert!(said.waits_for_reader);
    let params = &said.failure.params;
    assert_eq!(
        (params["was"].as_str(), params["stage"].as_str()),
        (demo::TRIGGER_STAGE, "Checks")
    );

    // Renamed once more, and back: there is nothing to be said of any more.
    rig.control("PATCH", &stage, json!({"text": "References"})).await;
    rig.restart().await;
    rig.until("the newest name is said, beside the one that was known", async || {
        let params = found(&rig, Code::LevStageRenamed).await?.failure.params;
        (params["was"] == demo::TRIGGER_STAGE && params["stage"] == "References").then_some(())
    })
    .await;
    rig.control("PATCH", &stage, json!({"text": demo::TRIGGER_STAGE})).await;
    rig.restart().await;
    says_no_more(&rig, Code::LevStageRenamed).await;

    rig.control("PATCH", &stage, json!({"text": "Checks"})).await;
    rig.restart().await;
    says(&rig, Code::LevStageRenamed).await;
    acknowledge(&rig, Code::LevStageRenamed).await;
    rig.restart().await;
    rig.until_ready().await;
    assert_eq!(found(&rig, Code::LevStageRenamed).await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_that_was_removed_in_lever_is_registered_again_and_said() {
    let mut rig = Rig::start(Setup::with_list_rights()).await;
    let registered = async |rig: &Rig| {
        let state = rig.control("GET", "state", Value::Null).await;
        let webhooks = state["lever"]["webhooks"].as_array().expect("a list").clone();
        let ours = webhooks
            .into_iter()
            .find(|webhook| webhook["event"] == "candidateStageChange");
        ours.map(|webhook| webhook["id"].as_str().expect("an id").to_owned())
    };
    let before = rig.until("ours is there", async || registered(&rig).await).await;
    rig.lever("DELETE", &format!("webhooks/{before}"), Value::Null).await;
    rig.restart().await;
    let said = says(&rig, Code::LevWebhookRemoved).await;
    assert!(said.waits_for_reader);
    assert!(
        said.failure.params["from"] < said.failure.params["to"],
        "{:?}",
        said.failure.params
    );
    let after = rig.until("it is there again", async || registered(&rig).await).await;
    assert_ne!(after, before);
    rig.restart().await;
    says(&rig, Code::LevWebhookRemoved).await;
    acknowledge(&rig, Code::LevWebhookRemoved).await;
    started(&rig, "Kim Berg").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_that_fell_silent_is_said_until_it_is_heard_again() {
    let mut rig = Rig::start(Setup::default()).await;
    rig.move_to("Noor Rahimi", "On-site interview").await;
    rig.until("a stage change came", async || rig.connection().await.last_webhook)
        .await;
    // A week without a word says nothing of a laptop that was closed.
    for (listened, silent) in [(DAY - MINUTE, false), (DAY, true)] {
        rig.stop_host().await;
        rig.remember(|record| {
            let last = rig.setup.clock.now().plus(-8 * DAY);
            record.last_webhook = Some(last);
            record.webhook_since = Some(last.plus(-DAY));
            record.open_until = None;
            record.listened = listened;
        })
        .await;
        rig.start_host().await;
        rig.until_ready().await;
        if silent {
            says(&rig, Code::LevWebhookSilent).await;
        } else {
            assert_eq!(found(&rig, Code::LevWebhookSilent).await, None);
        }
    }
    rig.move_to("Noor Rahimi", "Recruiter screen").await;
    says_no_more(&rig, Code::LevWebhookSilent).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_postings_of_an_owner_who_has_left_are_named() {
    let mut rig = Rig::start(Setup::default()).await;
    started(&rig, "Kim Berg").await;
    let owner = format!("lever/users/{}", rig.user(demo::RECRUITER));
    rig.control("PATCH", &owner, json!({"active": false})).await;
    rig.restart().await;
    let said = says(&rig, Code::LevPostingOwner).await;
    assert_eq!(said.failure.params["postings"], "Backend Developer");
    rig.control("PATCH", &owner, json!({"active": true})).await;
    rig.restart().await;
    rig.until_ready().await;
    says_no_more(&rig, Code::LevPostingOwner).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consent_that_comes_of_age_is_asked_for_again_in_time() {
    let mut rig = Rig::start(Setup::default()).await;
    for (way_in, age, said) in [
        (WayIn::OAuth, 334 * DAY, false),
        (WayIn::OAuth, 336 * DAY, true),
        // A key has no such end.
        (WayIn::ApiKey, 336 * DAY, false),
    ] {
        rig.stop_host().await;
        rig.remember(|record| {
            record.way_in = Some(way_in);
            record.lever_proven_at = Some(rig.setup.clock.now().plus(-age));
        })
        .await;
        rig.start_host().await;
        if said {
            let ends = says(&rig, Code::OauthAge).await.failure.params["until"].clone();
            assert!(ends > rig.setup.clock.now().to_string());
        } else {
            rig.until("the owner has looked", async || {
                let view = rig.connection().await;
                (view.health != api::Health::Checking || view.last_verified.is_some()).then_some(())
            })
            .await;
            assert_eq!(found(&rig, Code::OauthAge).await, None);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_writes_for_us_is_asked_after_as_soon_as_lever_refuses_the_name() {
    let rig = Rig::start(Setup::default()).await;
    let admin = format!("lever/users/{}", rig.user(demo::SUPER_ADMIN));
    rig.control("PATCH", &admin, json!({"active": false})).await;
    started(&rig, "Kim Berg").await;
    // The tag is there all the same, in nobody's name.
    says(&rig, Code::LevActingUser).await;
}
