//! A connection that only looks on: Refapp's own integration follows the checks, and the dashboard shows what it writes.

use api::{CheckRow, Half, Health, Reply, Request, Step, StepState};
use end_to_end::rig::{Rig, Setup};
use model::{Badge, Code, DataCentre, Mode, Right, RightState, Status, WayIn, WhoActs};
use serde_json::json;
use simulator::Side;

use crate::wizard::Wizard;

/// What an observer's key may do.
const KEY: &str = "observer-key";

/// A host with one observer, whose key has these boxes ticked.
async fn observing(rights: &[&str]) -> Rig {
    let setup = Setup {
        key: KEY.to_owned(),
        public: false,
        ..Setup::default()
    };
    let mut rig = Rig::bare(setup).await;
    let key = json!({"name": "key of an observer", "value": KEY, "data_centre": "eu", "rights": rights});
    rig.control("POST", "lever/keys", key).await;
    let wizard = Wizard::begin(&rig).await;
    set_up(&wizard).await;
    // Nobody waits a minute in a test.
    rig.stop_host().await;
    rig.remember(|record| record.settings.poll_interval = 1).await;
    rig.start_host().await;
    rig
}

async fn set_up(wizard: &Wizard<'_>) {
    let (connection, mode) = (wizard.id, Mode::Observer);
    wizard
        .order(Request::SetMode { connection, mode })
        .await
        .expect("a draft");
    wizard.data_centre(DataCentre::Eu, WayIn::ApiKey).await;
    wizard.key(KEY).await.expect("a key");
    wizard.prove(false).await.expect("reads only");
    wizard.finish().await.expect("an observer needs no more");
}

/// Refapp's own integration writes a tag, and takes the one before it away.
async fn tagged(rig: &Rig, candidate: &str, add: &str, remove: &str) {
    let path = format!("lever/opportunities/{}/tags", rig.opportunity(candidate));
    let tags = |words: &str| -> Vec<String> {
        words
            .split_terminator('|')
            .map(|word| format!("Refapp Status: {word}"))
            .collect()
    };
    let change = json!({"add": tags(add), "remove": tags(remove)});
    rig.control("POST", &path, change).await;
}

async fn shown(rig: &Rig, candidate: &str, what: &str, fits: impl Fn(&CheckRow) -> bool) -> CheckRow {
    rig.check_that(candidate, what, fits).await
}

/// Calls that could have changed something.
fn writes(rig: &Rig) -> Vec<String> {
    let ledger = rig.sim.ledger();
    let ours = ledger
        .iter()
        .filter(|entry| entry.credential.as_deref() == Some("key of an observer"));
    ours.filter(|entry| entry.method != "GET")
        .map(|entry| entry.call.clone())
        .collect()
}

const READS: [&str; 5] = [
    "list opportunities",
    "list stages",
    "read posting",
    "read user",
    "list tags",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_observer_shows_who_carries_a_status_tag_and_writes_nothing() {
    let rig = observing(&READS).await;
    let view = rig
        .connection_that("the observer works", |view| view.health == Health::Healthy)
        .await;
    assert_eq!(view.mode, Mode::Observer);
    let steps: Vec<Step> = view.setup.steps.iter().map(|step| step.step).collect();
    assert_eq!(
        steps,
        [Step::Refapp, Step::DataCentre, Step::Lever, Step::Rights, Step::Done]
    );
    assert!(view.setup.steps.iter().all(|step| step.state == StepState::Done));
    let halves: Vec<Half> = view.setup.halves.iter().map(|half| half.half).collect();
    assert_eq!(halves, [Half::Lever]);
    assert!(rig.checks().await.is_empty(), "nobody carries a tag yet");

    tagged(&rig, "Kim Berg", "Waiting for candidate", "").await;
    let row = shown(&rig, "Kim Berg", "Kim Berg is shown", |_| true).await;
    assert_eq!(
        (row.status, row.who_acts),
        (Status::WaitingForCandidate, WhoActs::Candidate)
    );
    assert_eq!(row.posting_title, "Backend Developer");
    assert!(!row.owner.is_empty(), "the posting's owner is named");
    let sighting = row.sighting.expect("of an observer");
    assert_eq!(sighting.stage.as_deref(), Some("Recruiter screen"));
    assert!(row.decisions.is_empty() && row.rhythm.next.is_none());
    assert!(row.lever_url.is_some());

    // The next tag is there before the last one goes; words that we do not know are shown as they are.
    tagged(&rig, "Kim Berg", "Referenser klara", "").await;
    let row = shown(&rig, "Kim Berg", "the newer tag counts", |row| {
        row.status == Status::InProgress
    })
    .await;
    assert_eq!(
        row.sighting.map(|sighting| sighting.tag).as_deref(),
        Some("Refapp Status: Referenser klara")
    );
    assert!(row.badges.contains(&Badge::UnknownStatus));
    tagged(&rig, "Kim Berg", "Completed", "Referenser klara").await;
    tagged(&rig, "Kim Berg", "Completed", "Waiting for candidate").await;
    shown(&rig, "Kim Berg", "completed", |row| row.status == Status::Completed).await;

    // A tag that somebody takes away, and a candidate who is archived.
    tagged(&rig, "Åsa Öberg", "Sent", "").await;
    shown(&rig, "Åsa Öberg", "Åsa Öberg is shown", |row| {
        row.status == Status::Sent
    })
    .await;
    tagged(&rig, "Kim Berg", "", "Completed").await;
    rig.change_candidate("Åsa Öberg", json!({"archived": true})).await;
    rig.until("both are gone", async || rig.checks().await.is_empty().then_some(()))
        .await;

    assert_eq!(writes(&rig), Vec::<String>::new());
    let refapp = rig
        .sim
        .ledger()
        .iter()
        .filter(|entry| entry.side == Side::Refapp)
        .count();
    assert_eq!(refapp, 0, "Refapp was not asked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_observer_that_may_only_list_opportunities_shows_what_it_can_and_knows_what_is_missing() {
    let rig = observing(&["list opportunities"]).await;
    tagged(&rig, "Kim Berg", "Sent", "").await;
    tagged(&rig, "Åsa Öberg", "Referenser klara", "").await;
    let row = shown(&rig, "Kim Berg", "Kim Berg is shown", |_| true).await;
    assert_eq!(row.posting_title, "");
    assert_eq!(row.sighting.expect("of an observer").stage, None);
    // Without *list tags* nobody can know that there are other words.
    assert!(rig.check_of("Åsa Öberg").await.is_none());
    let view = rig.connection().await;
    assert_eq!(view.health, Health::Healthy);
    let state = |right: Right| {
        view.setup
            .rights
            .iter()
            .find(|view| view.right == right)
            .map(|view| view.state)
    };
    assert_eq!(state(Right::ListTags), Some(RightState::Missing));
    assert_eq!(
        state(Right::CreateOpportunityNote),
        None,
        "what it never needs is not asked for"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_observer_needs_the_right_to_list_and_says_so() {
    let rig = Rig::bare(Setup {
        public: false,
        ..Setup::default()
    })
    .await;
    let wizard = Wizard::begin(&rig).await;
    let (connection, mode) = (wizard.id, Mode::Observer);
    wizard
        .order(Request::SetMode { connection, mode })
        .await
        .expect("a draft");
    wizard.data_centre(DataCentre::Eu, WayIn::ApiKey).await;
    // The article's twelve: *list opportunities* is none of them.
    wizard.key(simulator::demo::EU_KEY).await.expect("a key");
    wizard.prove(true).await.expect("a proof that ends");
    let failure = wizard.finish().await.expect_err("the right is missing");
    assert_eq!(
        (failure.code, failure.params.get("right").map(String::as_str)),
        (Code::LevRight, Some("list opportunities"))
    );
    let ledger = rig.sim.ledger();
    assert!(
        ledger.iter().all(|entry| entry.method == "GET"),
        "not even a trial is written"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_would_start_or_write_is_refused_by_an_observer_and_its_mode_stays() {
    let rig = observing(&READS).await;
    tagged(&rig, "Kim Berg", "Sent", "").await;
    let row = shown(&rig, "Kim Berg", "Kim Berg is shown", |_| true).await;
    let connection = rig.id().await;
    let subject = rig.opportunity("Kim Berg");
    for request in [
        Request::DryRun { connection, subject },
        Request::UpdateTemplates { connection },
        Request::AuditPostings { connection },
        Request::SetMode {
            connection,
            mode: Mode::Integration,
        },
    ] {
        let name = format!("{request:?}");
        assert_eq!(rig.host.ask(request).await, Err(Code::AppNotNow.into()), "{name}");
    }
    let decided = rig
        .host
        .ask(Request::Decide {
            checks: vec![row.id],
            decision: api::Decision::Start,
        })
        .await;
    assert!(matches!(decided, Ok(Reply::Decided(undecided)) if undecided.len() == 1));

    // Somebody who is erased is not shown again, though the tag is still there.
    let opportunity = row.opportunity;
    rig.host
        .ask(Request::ErasePerson {
            connection,
            opportunity,
        })
        .await
        .expect("somebody who is shown");
    let before = rig.calls("list opportunities").len();
    rig.until("it has looked again", async || {
        (rig.calls("list opportunities").len() > before + 1).then_some(())
    })
    .await;
    assert!(rig.checks().await.is_empty());
    assert_eq!(rig.status_tags("Kim Berg").await, ["Refapp Status: Sent"]);
    assert_eq!(writes(&rig), Vec::<String>::new());
}
