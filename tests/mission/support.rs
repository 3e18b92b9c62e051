//! What support sees: the line to read out, the diagnostics, and what can be told from them alone.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use api::{ChannelState, ConnectionView, Diagnostics, Happening, Health, Reply, Request, RunningReport, TextFile};
use end_to_end::rig::{Rig, Setup};
use model::{Clock, Code, Failure, MINUTE, Right, RightState, Status, WayIn};
use serde_json::json;

use crate::started;

async fn bundle(rig: &Rig) -> TextFile {
    let request = Request::Diagnostics { connection: None };
    match rig.host.ask(request).await {
        Ok(Reply::TextFile(bundle)) => bundle,
        other => panic!("a bundle, not {other:?}"),
    }
}

/// As support opens it: on another computer, whose app knows nothing of the connection.
async fn opened(bundle: TextFile) -> Diagnostics {
    let elsewhere = Rig::bare(Setup::default()).await;
    let request = Request::ReadDiagnostics { text: bundle.text };
    let read = match elsewhere.host.ask(request).await {
        Ok(Reply::Diagnostics(read)) => *read,
        other => panic!("diagnostics, not {other:?}"),
    };
    assert_eq!(elsewhere.overview().await.connections, [], "reading touches nothing");
    read
}

fn finds(view: &ConnectionView, code: Code) -> bool {
    view.findings.iter().any(|finding| finding.failure.code == code)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_planted_faults_are_each_found_from_the_bundle_alone() {
    let seven_minutes_fast = Clock::of(|| Clock::system().now().plus(7 * MINUTE));
    let rig = Rig::start(Setup {
        clock: seven_minutes_fast,
        ..Setup::default()
    })
    .await;
    let rights = json!({"rights": {"add opportunity tag": false}});
    rig.control("PATCH", &format!("lever/keys/{}", rig.setup.key), rights)
        .await;
    let connection = rig.id().await;
    let consent = true;
    // What is missing is no failure of the proof.
    let proven = rig.host.ask(Request::ProveRights { connection, consent }).await;
    assert_eq!(proven, Ok(Reply::Done));
    rig.control("PATCH", "refapp", json!({"token": "another"})).await;
    // Whoever is moved now was moved before we looked, by our clock, and is asked about first.
    let templates = rig.host.ask(Request::UpdateTemplates { connection }).await;
    assert_eq!(templates, Err(Code::RefToken.into()));
    rig.connection_that("Refapp refuses the token", |view| finds(view, Code::RefToken))
        .await;

    let read = opened(bundle(&rig).await).await;
    let [report] = &read.connections[..] else {
        panic!("one connection")
    };
    assert_eq!(report.health, Health::ActionNeeded);
    let found = |code: Code| report.findings.iter().find(|finding| finding.failure.code == code);
    assert!(found(Code::RefToken).is_some_and(|finding| finding.stops && finding.worked.is_some()));
    let began = |code: Code| read.events.iter().any(|event| event.what == Happening::Found { code });
    assert!(began(Code::RefToken) && began(Code::LevRight), "{:?}", read.events);
    assert_eq!(report.way_in, Some(WayIn::ApiKey));
    let public = report.stage_changes.as_ref().and_then(|way| way.address.as_deref());
    assert_eq!(
        public,
        Some("127.0.0.1"),
        "where Lever has to reach us, without the path"
    );
    assert!(found(Code::LevRight).is_some_and(|finding| finding.stops));
    let clock = found(Code::NetClock).expect("the clock is found");
    assert_eq!(clock.failure, Failure::new(Code::NetClock).with("minutes", 7));
    assert!(!clock.stops);
    let lever = report.lever.as_ref().expect("Lever has a place");
    assert!(
        lever.clock_seconds.is_some_and(|off| (415..=425).contains(&off)),
        "{lever:?}"
    );
    let missing = report.rights.iter().filter(|right| right.state == RightState::Missing);
    let missing: Vec<_> = missing.filter(|right| right.required).collect();
    let [right] = missing[..] else { panic!("{missing:?}") };
    assert_eq!(right.right, Right::AddOpportunityTag);
    assert!(
        right
            .failure
            .as_ref()
            .is_some_and(|failure| failure.code == Code::LevRight)
    );
    assert!(
        report
            .read_out
            .en
            .contains("action needed · LEV-403 add opportunity tag"),
        "{}",
        report.read_out.en
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_lever_refuses_is_told_by_the_permission_that_it_needs_and_when_that_last_worked() {
    let rig = Rig::start(Setup::default()).await;
    let row = started(&rig, "Kim Berg").await;
    rig.until("the first note", async || {
        (!rig.calls("create note").is_empty() && rig.status_tags("Kim Berg").await == ["Refapp Status: Sent"])
            .then_some(())
    })
    .await;
    let rights = json!({"rights": {"delete opportunity note": false}});
    rig.control("PATCH", &format!("lever/keys/{}", rig.setup.key), rights)
        .await;
    rig.refapp_step(&row, "complete").await;
    rig.connection_that("the permission is missed", |view| finds(view, Code::LevRight))
        .await;
    let read = opened(bundle(&rig).await).await;
    let refused = read.events.iter().find_map(|event| match &event.what {
        Happening::Step { code, right, .. } if *code == Some(Code::LevNotWritten) => Some(right.as_deref()),
        _ => None,
    });
    assert_eq!(refused, Some(Some("delete opportunity note")), "{:?}", read.events);
    let findings = &read.connections[0].findings;
    let missing = findings.iter().find(|finding| finding.failure.code == Code::LevRight);
    let missing = missing.expect("it is found");
    let worked = missing.worked.expect("it was proven by this host");
    assert!(worked <= missing.since && missing.stops);

    // What was wrong and is not any more is told as well.
    let rights = json!({"rights": {"delete opportunity note": true}});
    rig.control("PATCH", &format!("lever/keys/{}", rig.setup.key), rights)
        .await;
    let connection = rig.id().await;
    let proven = Request::ProveRights {
        connection,
        consent: true,
    };
    assert_eq!(rig.host.ask(proven).await, Ok(Reply::Done));
    rig.connection_that("it is mended", |view| !finds(view, Code::LevRight))
        .await;
    let read = opened(bundle(&rig).await).await;
    let code = Code::LevRight;
    let turns = read.events.iter().filter_map(|event| match event.what {
        Happening::Found { code: turned } if turned == code => Some("found"),
        Happening::Mended { code: turned } if turned == code => Some("mended"),
        _ => None,
    });
    assert_eq!(turns.collect::<Vec<_>>(), ["mended", "found"], "the newest first");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_connection_that_is_well_it_is_told_since_when_and_for_whom_its_checks_wait() {
    let rig = Rig::start(Setup::default()).await;
    let asked = rig
        .connection()
        .await
        .setup
        .rights_proven_at
        .expect("they were asked for");
    let row = started(&rig, "Kim Berg").await;
    rig.refapp_step(&row, "candidate-names-referees").await;
    rig.connection_that("it is healthy", |view| view.health == Health::Healthy)
        .await;
    let waiting = RunningReport {
        status: Status::WaitingForReferees,
        many: 1,
    };
    let read = rig
        .until("it waits for the referees", async || {
            let read = opened(bundle(&rig).await).await;
            (read.connections[0].running == [waiting]).then_some(read)
        })
        .await;
    let report = &read.connections[0];
    // The last of the permissions was proven by the check.
    let required = || report.rights.iter().filter(|right| right.required);
    assert!(required().all(|right| right.state == RightState::Proven));
    let proven = report.rights_proven_at.expect("they are proven");
    let since = report.healthy_since.expect("it is healthy");
    assert!(asked < proven && proven <= since && since <= read.made_at);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_that_was_never_heard_is_said_to_be_unproven_since_it_was_registered() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};
    let passed = Arc::new(AtomicI64::new(0));
    let rig = Rig::start(Setup {
        clock: Clock::of({
            let passed = passed.clone();
            move || Clock::system().now().plus(passed.load(Ordering::Relaxed))
        }),
        ..Setup::default()
    })
    .await;
    let waiting = rig.connection().await.stage_changes;
    assert_eq!(waiting.state, ChannelState::Waiting);
    passed.store(11 * MINUTE, Ordering::Relaxed);
    let connection = rig.id().await;
    let asked = rig.host.ask(Request::UpdateTemplates { connection }).await;
    assert!(matches!(asked, Ok(Reply::TemplateReport(_))), "{asked:?}");
    let view = rig
        .connection_that("nothing was heard", |view| finds(view, Code::LevWebhookOff))
        .await;
    let unheard = view.findings.iter().find(|one| one.failure.code == Code::LevWebhookOff);
    let unheard = unheard.expect("it is found");
    assert_eq!(Some(unheard.since), waiting.since);
    assert!(unheard.unproven && !unheard.stops);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_right_is_no_finding_and_one_that_is_set_right_heals() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};
    let fast = Arc::new(AtomicI64::new(5 * MINUTE));
    let rig = Rig::start(Setup {
        clock: Clock::of({
            let fast = fast.clone();
            move || Clock::system().now().plus(fast.load(Ordering::Relaxed))
        }),
        ..Setup::default()
    })
    .await;
    let clock = rig
        .connection_that("the clock is found", |view| finds(view, Code::NetClock))
        .await;
    assert_eq!(clock.health, Health::Warning, "nothing stops for it");
    fast.store(0, Ordering::Relaxed);
    let connection = rig.id().await;
    // Both are asked, and tell the time.
    let updated = rig.host.ask(Request::UpdateTemplates { connection }).await;
    assert!(matches!(updated, Ok(Reply::TemplateReport(_))), "{updated:?}");
    rig.connection_that("the clock is right", |view| !finds(view, Code::NetClock))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_shown_is_saved_byte_for_byte_and_reads_as_what_it_was() {
    let rig = Rig::start(Setup::default()).await;
    let unseen = rig.host.ask(Request::SaveTextFile).await;
    assert_eq!(unseen, Err(Code::AppNotNow.into()), "nothing was shown yet");
    started(&rig, "Kim Berg").await;
    let shown = bundle(&rig).await;
    // What happens meanwhile is not in it.
    started(&rig, "Åsa Öberg").await;
    let Ok(Reply::Saved(path)) = rig.host.ask(Request::SaveTextFile).await else {
        panic!("it is saved")
    };
    assert!(path.ends_with(&shown.name), "{path}");
    assert_eq!(fs::read_to_string(&path).expect("a file"), shown.text);
    let mode = fs::metadata(&path).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let Ok(Reply::Saved(again)) = rig.host.ask(Request::SaveTextFile).await else {
        panic!("it is saved once more")
    };
    assert_ne!(again, path, "no file is written over");

    let read = opened(shown.clone()).await;
    let written = serde_json::to_string_pretty(&read).expect("JSON") + "\n";
    assert_eq!(written, shown.text, "nothing of it is lost on reading");
    let opportunities: std::collections::BTreeSet<_> = read
        .events
        .iter()
        .filter_map(|event| event.opportunity.as_deref())
        .collect();
    assert_eq!(
        opportunities.len(),
        1,
        "rows of one candidate can be told: {opportunities:?}"
    );
    for id in [rig.opportunity("Kim Berg"), "Kim Berg".to_owned()] {
        assert!(!shown.text.contains(&id), "{id} in {}", shown.text);
    }
    let came = |event: &api::EventReport| {
        matches!(
            event.what,
            Happening::Webhook {
                into_trigger_stage: true,
                ..
            }
        )
    };
    assert!(read.events.iter().any(came), "{:?}", read.events);
    assert!(
        read.events.windows(2).all(|pair| pair[0].at >= pair[1].at),
        "newest first"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_bundle_and_what_another_format_is_are_told_apart() {
    let rig = Rig::start(Setup::default()).await;
    let text = bundle(&rig).await.text;
    let read = async |text: String| rig.host.ask(Request::ReadDiagnostics { text }).await;
    let more = text.replacen('{', "{ \"later\": {\"more\": 1},", 1);
    assert!(
        matches!(read(more).await, Ok(Reply::Diagnostics(_))),
        "more is passed over"
    );
    for text in [
        String::new(),
        "{}".to_owned(),
        "[]".to_owned(),
        "refapp".to_owned(),
        text[..text.len() / 2].to_owned(),
        format!("{text}{}", " ".repeat(1 << 20)),
    ] {
        assert_eq!(read(text).await, Err(Code::AppBundle.into()));
    }
    let other = text.replacen("\"format\": 1", "\"format\": 2", 1);
    let failure = Failure::new(Code::AppBundleVersion).with("version", "0.0.0");
    assert_eq!(read(other).await, Err(failure));
    let newer = text
        .replacen("\"version\": \"0.0.0\"", "\"version\": \"9.0.0\"", 1)
        .replacen("\"health\": \"", "\"health\": \"unheard-of-", 1);
    let failure = Failure::new(Code::AppBundleVersion).with("version", "9.0.0");
    assert_eq!(read(newer).await, Err(failure));
}
