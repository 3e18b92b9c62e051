//! Makes a crowd's home: a connection that is set up as a person would, and its checks, in a folder that the app opens as
//! its own; and the same candidates in the Lever beside it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use api::{Host, Integration, LeverLogin, Options, Program, Provision, Purpose};
use engine::{Surroundings, Vault};
use model::{Check, Clock, DataCentre, EffectKey, Limits, Millis, Phase, Reason, Secret, Settings, derive};
use serde_json::{Value, json};
use simulator::demo;
use store::{Effect, EffectKind, EffectState, Moment, Store, Tx};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::{CONNECTION, Crowd};
use crate::rig::Around;

/// Where the desktop app listens in practice, if nobody else does (`desktop/src/host.rs`).
pub const PRACTICE_RECEIVER: u16 = 47821;

/// The longest that the set-up may take; nothing waits so long unless it fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// So many candidates are told to Lever at a time, and stored in one transaction.
const BATCH: u32 = 1_000;

/// Fills `folder`, which is the app's data folder of practice mode, and the simulator.
///
/// # Panics
/// If something of it cannot be done: there is nobody who could go on then.
pub async fn settle(crowd: &Crowd, folder: &Path, vault: Arc<dyn Vault>) {
    fill_lever(crowd).await;
    set_up(crowd, folder, vault).await;
    store(crowd, folder);
}

async fn fill_lever(crowd: &Crowd) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let import = async |body: Value| {
        let request = http.post(format!("{}/control/lever/import", crowd.base)).json(&body);
        let answer = request.send().await.expect("the simulator runs");
        let (status, text) = (answer.status(), answer.text().await.unwrap_or_default());
        assert!(status.is_success(), "{status} {text}");
    };
    import(json!({"users": crowd.users(), "postings": crowd.postings()})).await;
    let numbers: Vec<u32> = (0..crowd.many).collect();
    for batch in numbers.chunks(BATCH as usize) {
        let opportunities = batch
            .iter()
            .map(|number| crowd.opportunity(*number, &crowd.check(*number)));
        import(json!({"opportunities": opportunities.flatten().collect::<Vec<_>>()})).await;
    }
    let on = json!({"candidateStageChange": true, "candidateDeleted": true});
    let groups = format!("{}/control/lever/webhook-groups", crowd.base);
    let answer = http.patch(groups).json(&on).send().await.expect("the simulator runs");
    assert!(answer.status().is_success());
}

/// The set-up itself is the app's own, word for word.
async fn set_up(crowd: &Crowd, folder: &Path, vault: Arc<dyn Vault>) {
    let mut listener = TcpListener::bind(("127.0.0.1", PRACTICE_RECEIVER)).await;
    if listener.is_err() {
        listener = TcpListener::bind(("127.0.0.1", 0)).await;
    }
    let listener = listener.expect("a port on loopback");
    let public = format!("http://{}", listener.local_addr().expect("bound"));
    let around = Arc::new(Around::of(&crowd.base, Some(public.clone())));
    let host = Host::open(Options {
        data_dir: folder.to_owned(),
        vault,
        surroundings: around.clone(),
        practice: None,
        receiver: None,
        program: Program::Desktop {
            web_view: None,
            downloads: None,
        },
        version: "0.0.0".to_owned(),
        clock: Clock::system(),
    });
    let host = host.await.expect("a folder of its own");
    let (stop, stopped) = oneshot::channel::<()>();
    let receiver = receiver::serve(listener, host.intake(), async move { drop(stopped.await) });
    let receiver = tokio::spawn(receiver);
    let data_centre = DataCentre::Eu;
    let provision = Provision {
        name: CONNECTION.to_owned(),
        data_centre,
        place: around.place(CONNECTION, data_centre).expect("a simulated one"),
        lever: LeverLogin::ApiKey(Secret::new(demo::EU_KEY)),
        purpose: Purpose::Integration(Integration {
            refapp_url: format!("{}/refapp", crowd.base),
            refapp_token: Secret::new(demo::REFAPP_TOKEN),
            update_bearer: Some(Secret::new(demo::UPDATE_BEARER)),
            trigger_stage: demo::TRIGGER_STAGE.to_owned(),
            default_language: "sv".to_owned(),
            default_template: None,
            acting_user: Some(demo::SUPER_ADMIN.to_owned()),
        }),
        poll_interval: Settings::default().poll_interval,
        limits: Limits::default(),
        // Longer than the crowd remembers.
        retention_days: *Settings::RETENTION_DAYS.end(),
        public_url: Some(public),
    };
    host.provision(vec![provision]).await.expect("a sound file");
    let ready = async {
        while !host.intake().readiness().iter().all(|(_, ready)| *ready) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, ready)
        .await
        .expect("the connection becomes ready");
    host.stop().await;
    let _ = stop.send(());
    let _ = receiver.await;
}

fn store(crowd: &Crowd, folder: &Path) {
    let deadline = std::time::Instant::now() + PATIENCE;
    let store = loop {
        match Store::open(folder, crowd.now) {
            Ok(store) => break store,
            // What has ended may hold it a moment longer.
            Err(error) => assert!(std::time::Instant::now() < deadline, "{error}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let numbers: Vec<u32> = (0..crowd.many).collect();
    for batch in numbers.chunks(BATCH as usize) {
        let stored = store.write(|tx| {
            batch
                .iter()
                .try_for_each(|number| keep(tx, &crowd.check(*number), crowd.now))?;
            Ok::<_, store::Error>(())
        });
        stored.expect("a sound database");
    }
    // Half a year has passed: both ways in have been heard.
    let heard = store.write(|tx| {
        let record = tx.connection(crowd.connection())?;
        let mut record = record.unwrap_or_else(|| panic!("{CONNECTION} was set up"));
        record.last_webhook = Some(crowd.now);
        record.last_update = Some(crowd.now);
        record.webhook_since = record.webhook_since.map(|since| since.min(crowd.now));
        record.update_since = record.update_since.map(|since| since.min(crowd.now));
        tx.put_connection(&record)
    });
    heard.expect("a sound database");
}

/// A check with all that the engine remembers of it. Each was looked at just now, so that none is looked at again today.
fn keep(tx: &Tx<'_>, check: &Check, now: Millis) -> store::Result<()> {
    tx.put_check(check, None)?;
    tx.seen(check.connection, &check.opportunity, now)?;
    for moment in story(check) {
        tx.tell(check.id, &moment)?;
    }
    let unknown = check.phase == Phase::Parked(Reason::StartUnknown);
    if check.phase != Phase::Started && !unknown {
        return Ok(());
    }
    let key = EffectKey::of(check.connection, &check.opportunity, check.posting.as_ref(), "start", 1);
    let at = check.created_at;
    tx.spend(&key, at)?;
    tx.spend(&EffectKey::once(&check.opportunity, check.posting.as_ref()), at)?;
    tx.put_result(key.result_id(), check)?;
    tx.put_effect(&Effect {
        key,
        connection: check.connection,
        check: check.id,
        kind: EffectKind::Start,
        state: if unknown {
            EffectState::Unknown
        } else {
            EffectState::Confirmed
        },
        attempts: 0,
        created_at: at,
        changed_at: at,
    })
}

/// Its story, in the engine's own words.
fn story(check: &Check) -> Vec<Moment> {
    let moment = |at: Millis, step: &str, params: &[(&str, String)]| Moment {
        at,
        step: step.to_owned(),
        params: params
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
    };
    let at = check.created_at;
    let mut story = vec![
        moment(check.entered_at, "stage-moved", &[]),
        moment(at, "webhook-received", &[]),
        moment(at, "read-from-lever", &[]),
    ];
    match &check.phase {
        Phase::Queued | Phase::Elsewhere(_) => {}
        Phase::Parked(Reason::StartUnknown) => {
            story.push(moment(at, "start-sent", &[]));
            story.push(moment(
                at,
                "start-unknown",
                &[("code", Reason::StartUnknown.code().to_string())],
            ));
        }
        Phase::Parked(reason) => story.push(moment(at, "parked", &[("code", reason.code().to_string())])),
        Phase::Skipped(reason) => story.push(moment(at, "skipped", &[("code", reason.code().to_string())])),
        Phase::Started => {
            story.push(moment(at, "start-sent", &[]));
            story.push(moment(at, "started", &[]));
            if check.status_since > at {
                let status = derive(check).0.tag().to_owned();
                story.push(moment(check.status_since, "update-received", &[("status", status)]));
            }
        }
    }
    story
}
