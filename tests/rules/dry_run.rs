//! The dry run says beforehand what then happens, by the same functions, and nothing comes of it but its answer.

use api::{CheckRow, Decision, Reply, Request};
use end_to_end::rig::{Rig, Setup};
use model::{Code, Course, DryRun, Failure, Idle, Membership, Outcome, Status, TemplateBy};
use serde_json::{Value, json};
use simulator::{Side, demo};

use crate::{at_rest, sent, stands_for, started};

const SALES: &str = "eVMqIrtA3z57KSxyF";

/// A value of a row, without what the host writes down by itself while it can be reached.
fn without_beat(value: rusqlite::types::Value) -> String {
    let rusqlite::types::Value::Text(text) = value else {
        return format!("{value:?}");
    };
    match serde_json::from_str::<Value>(&text) {
        Ok(Value::Object(mut doc)) => {
            doc.remove("open_until");
            doc.remove("listened");
            Value::Object(doc).to_string()
        }
        _ => text,
    }
}

/// Rows that are in one of two dumps only.
fn changes(before: &[String], after: &[String]) -> Vec<String> {
    let gone = before
        .iter()
        .filter(|row| !after.contains(row))
        .map(|row| format!("- {row}"));
    let come = after
        .iter()
        .filter(|row| !before.contains(row))
        .map(|row| format!("+ {row}"));
    gone.chain(come).collect()
}

/// Every row of every table.
fn dump(rig: &Rig) -> Vec<String> {
    let database = rusqlite::Connection::open(rig.dir.path().join("refapp-lever.db")).expect("the database");
    let rows_of = |sql: &str| -> Vec<String> {
        let mut statement = database.prepare(sql).expect("a statement");
        let columns = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| {
            let values = (0..columns).map(|at| row.get::<_, rusqlite::types::Value>(at));
            let values = values.collect::<Result<Vec<_>, _>>()?;
            Ok(values.into_iter().map(without_beat).collect::<Vec<_>>().join(" | "))
        };
        let rows = statement.query_map([], row).expect("rows");
        rows.map(|row| row.expect("a row")).collect()
    };
    let tables = database
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
        .expect("a statement")
        .query_map([], |row| row.get::<_, String>(0))
        .expect("names")
        .map(|name| name.expect("a name"))
        .collect::<Vec<_>>();
    assert!(tables.iter().any(|table| table == "check"), "{tables:?}");
    let all = tables.iter().flat_map(|table| {
        let rows = rows_of(&format!("SELECT * FROM \"{table}\" ORDER BY 1, 2"));
        rows.into_iter().map(move |row| format!("{table} {row}"))
    });
    all.collect()
}

async fn ask(rig: &Rig, subject: &str) -> Result<Reply, Failure> {
    let connection = rig.id().await;
    let subject = subject.to_owned();
    rig.host.ask(Request::DryRun { connection, subject }).await
}

/// Asks what would happen, and holds that nothing does: Lever and Refapp are only read, not a row changes, and nothing
/// is found.
async fn dry_run(rig: &Rig, subject: &str) -> DryRun {
    rig.until_worked_off().await;
    let (seq, rows, findings) = (rig.seq(), dump(rig), rig.connection().await.findings);
    let tried = match ask(rig, subject).await {
        Ok(Reply::DryRun(tried)) => *tried,
        other => panic!("a dry run of {subject}, not {other:?}"),
    };
    let sent = rig.sim.ledger().into_iter().filter(|entry| entry.seq > seq);
    for entry in sent {
        assert!(
            entry.method == "GET" && matches!(entry.side, Side::Lever | Side::Refapp),
            "{} {} while {subject} was tried",
            entry.method,
            entry.path
        );
    }
    let changed = changes(&rows, &dump(rig));
    assert!(
        changed.is_empty(),
        "a dry run of {subject} stores nothing: {changed:#?}"
    );
    assert_eq!(rig.connection().await.findings, findings, "nor does it find anything");
    tried
}

fn course(tried: DryRun) -> Course {
    tried.course.expect("there is more to be said")
}

/// What the dry run said is what came of it.
async fn comes_true(rig: &Rig, candidate: &str, course: &Course) -> CheckRow {
    let expected = match &course.outcome {
        Outcome::Starts => (Status::Sent, None),
        Outcome::Parks { failure } => (Status::NeedsAttention, Some(failure.clone())),
        Outcome::Skips { failure } => (Status::Skipped, Some(failure.clone())),
        other => panic!("{candidate}: {other:?}"),
    };
    let what = format!("{candidate} comes to {expected:?}");
    let fits = |row: &CheckRow| (row.status, row.reason.clone()) == expected;
    let row = rig.check_that(candidate, &what, fits).await;
    if let Some(start) = &course.start {
        assert_eq!(
            (&row.template, row.coverage),
            (&start.template, Some(start.coverage)),
            "{candidate}"
        );
        assert_eq!(row.badges, start.badges, "{candidate}");
        let written = course.written.as_ref().expect("it is written to Lever");
        let status = written.tag.strip_prefix("Refapp Status: ").expect("a status tag");
        let note = at_rest(rig, candidate, status).await;
        let foretold = written.note.as_ref().expect("a note");
        assert_eq!(note, foretold.replace("RL-…", &row.reference), "{candidate}");
        let seen = course.seen.as_ref().expect("it was read");
        assert_eq!(team_of(rig, &row), names(course), "{candidate}");
        assert_eq!(
            Some(row.posting_title.as_str()),
            seen.posting.as_ref().map(|posting| posting.title.as_str())
        );
    }
    row
}

/// The members that the dry run named, the recruiter first.
fn names(course: &Course) -> Vec<String> {
    let members = course.seen.iter().flat_map(|seen| &seen.members);
    members
        .filter(|member| member.has_email)
        .map(|member| member.name.clone())
        .collect()
}

/// The members that Refapp was then told of.
fn team_of(rig: &Rig, row: &CheckRow) -> Vec<String> {
    let result = rig.result_of(row);
    let events = rig.calls("event");
    let event = events
        .iter()
        .find(|entry| entry.body["partner-event"]["partner-result"]["id"] == result.as_str())
        .expect("the event");
    let team = event.body["partner-event"]["candidate"]["job"]["recruiting-team"].clone();
    let text = |member: &Value, part: &str| member[part].as_str().unwrap_or_default().to_owned();
    let team = team.as_array().expect("a team").iter();
    team.map(|member| format!("{} {}", text(member, "first-name"), text(member, "last-name")))
        .collect()
}

/// Somebody is moved into the trigger stage, and the webhook that tells of it is on its way still.
async fn moved_unheard(rig: &Rig, candidate: &str) {
    rig.move_quietly(&[candidate], demo::TRIGGER_STAGE, "late").await;
}

async fn heard(rig: &Rig) {
    rig.control("POST", "lever/deliveries/release", Value::Null).await;
}

/// A candidate in the trigger stage: what would happen, and then what does.
async fn foretold(rig: &Rig, candidate: &str) -> (Course, CheckRow) {
    let tried = dry_run(rig, &rig.opportunity(candidate)).await;
    assert_eq!(tried.idle, [], "{candidate}");
    let course = course(tried);
    heard(rig).await;
    let row = comes_true(rig, candidate, &course).await;
    (course, row)
}

fn reason(course: &Course) -> Option<Code> {
    match &course.outcome {
        Outcome::Parks { failure } | Outcome::Skips { failure } => Some(failure.code),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_says_beforehand_which_template_who_and_what_is_written() {
    let rig = Rig::start(Setup::default()).await;
    rig.until_form_read().await;
    let renamed = json!({"label": "Account managers"});
    rig.control("PATCH", &format!("refapp/templates/{SALES}"), renamed)
        .await;
    // By its tag; by a former name; Refapp's own; then to a project that exists: a name of one word, and a phone alone.
    let cases = [
        ("Tove Ekman", TemplateBy::Tag, Some("Developers")),
        ("Sofia Lindqvist", TemplateBy::FormerName, Some("Account managers")),
        ("Viktor Palm", TemplateBy::Refapp, None),
        ("Zelda", TemplateBy::NotAsked, None),
        ("Nils Rask", TemplateBy::NotAsked, None),
    ];
    for (candidate, by, template) in cases {
        moved_unheard(&rig, candidate).await;
        let (course, _) = foretold(&rig, candidate).await;
        let start = course.start.as_ref().expect("it starts");
        assert_eq!((start.by, start.template.as_deref()), (by, template), "{candidate}");
        assert!(start.updates, "{candidate}");
        let seen = course.seen.expect("it was read");
        assert_eq!(
            (seen.has_email, seen.has_phone),
            (candidate != "Nils Rask", true),
            "{candidate}"
        );
    }
    // The job of one who was started has a project now, and the tag no effect.
    moved_unheard(&rig, "Ali Karim").await;
    let (course, _) = foretold(&rig, "Ali Karim").await;
    assert_eq!(course.start.map(|start| start.by), Some(TemplateBy::WithoutEffect));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_knows_the_default_template() {
    let rig = Rig::start(Setup {
        default_template: Some("Managers".to_owned()),
        ..Setup::default()
    })
    .await;
    rig.until_form_read().await;
    moved_unheard(&rig, "Viktor Palm").await;
    let (course, _) = foretold(&rig, "Viktor Palm").await;
    let start = course.start.expect("it starts");
    assert_eq!(
        (start.by, start.template.as_deref()),
        (TemplateBy::Default, Some("Managers"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_names_the_mover_and_the_owner_and_each_person_once() {
    let rig = Rig::start(Setup::default()).await;
    let trigger = demo::TRIGGER_STAGE;
    rig.until_form_read().await;
    // The recruiter owns this posting, and Maja the other one; a mover who has left is no member.
    for (candidate, by, members) in [
        (
            "Kim Berg",
            demo::RECRUITER,
            vec![("Jonas Ek", Membership::MoverAndPostingOwner, true)],
        ),
        (
            "Sofia Lindqvist",
            demo::RECRUITER,
            vec![
                ("Jonas Ek", Membership::Mover, true),
                ("Maja Holm", Membership::PostingOwner, true),
            ],
        ),
        (
            "Viktor Palm",
            "petra.gran@nordvik.example",
            vec![
                ("Petra Gran", Membership::Mover, false),
                ("Jonas Ek", Membership::PostingOwner, true),
            ],
        ),
    ] {
        let moved = json!({"opportunity": rig.opportunity(candidate), "stage": trigger, "by": by, "deliver": "late"});
        rig.control("POST", "lever/move", moved).await;
        let (course, _) = foretold(&rig, candidate).await;
        let seen = course.seen.expect("it was read");
        let told: Vec<_> = seen
            .members
            .iter()
            .map(|one| (one.name.as_str(), one.why, one.has_email))
            .collect();
        assert_eq!(told, members, "{candidate}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_says_beforehand_why_a_check_would_be_parked_or_skipped() {
    let rig = Rig::start(Setup::default()).await;
    rig.until_form_read().await;
    let tags = format!("lever/opportunities/{}/tags", rig.opportunity("Björn Ängström"));
    rig.control("POST", &tags, json!({"add": ["Refapp Status: Sent"]}))
        .await;
    rig.change_candidate("Ida Forsberg", json!({"emails": [], "phones": []}))
        .await;
    rig.change_posting("Account Manager", json!({"owner": null})).await;
    rig.change_posting("Data Engineer", json!({"confidential": true})).await;
    let unheard = [
        ("Saga Wiklund", Code::CandPosting),
        ("Ida Forsberg", Code::CandContact),
        ("Emil Frisk", Code::TagMulti),
        ("Ronja Blom", Code::TagStale),
        ("Björn Ängström", Code::CheckOther),
        ("Gustav Holmberg", Code::SkipArchived),
        ("Agnes Dufva", Code::SkipAnonymised),
        ("Tove Ekman", Code::LevConfidential),
    ];
    for (candidate, code) in unheard {
        moved_unheard(&rig, candidate).await;
        let (course, _) = foretold(&rig, candidate).await;
        assert_eq!(reason(&course), Some(code), "{candidate}");
        assert_eq!(course.start, None, "{candidate}");
    }
    // Nobody moved the candidate, and the posting has no owner.
    let moved = json!({"opportunity": rig.opportunity("Erik Sandberg"), "stage": demo::TRIGGER_STAGE, "by": null,
        "deliver": "late"});
    rig.control("POST", "lever/move", moved).await;
    let (course, _) = foretold(&rig, "Erik Sandberg").await;
    assert_eq!(reason(&course), Some(Code::CandMember));
    assert_eq!(course.seen.expect("it was read").members, []);
    // Deleted before it was looked at.
    moved_unheard(&rig, "Linnea Ståhl").await;
    let deleted = format!("lever/opportunities/{}?deliver=none", rig.opportunity("Linnea Ståhl"));
    rig.control("DELETE", &deleted, Value::Null).await;
    let (course, _) = foretold(&rig, "Linnea Ståhl").await;
    assert_eq!((reason(&course), course.seen), (Some(Code::SkipDeleted), None));
    assert_eq!(rig.calls("event").len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_says_beforehand_what_refapps_form_would_stop() {
    let rig = Rig::start(Setup::default()).await;
    rig.until_form_read().await;
    rig.control("PATCH", "refapp", json!({"template_required": true})).await;
    moved_unheard(&rig, "Viktor Palm").await;
    let (course, _) = foretold(&rig, "Viktor Palm").await;
    assert_eq!(reason(&course), Some(Code::TagNone));
    let required = json!({"template_required": false, "form": "questionnaire", "cost_centre_required": true});
    rig.control("PATCH", "refapp", required).await;
    moved_unheard(&rig, "Zelda").await;
    let (course, _) = foretold(&rig, "Zelda").await;
    assert_eq!(reason(&course), Some(Code::RefForm));

    rig.control(
        "PATCH",
        "refapp",
        json!({"form": "template", "cost_centre_required": false}),
    )
    .await;
    let refusal = json!({"message": "unknown recruiter"}).to_string();
    let form = json!({"side": "refapp", "call": "config"});
    rig.fault(json!({"match": form, "kind": "status", "code": 422, "body": refusal}))
        .await;
    moved_unheard(&rig, "Ida Forsberg").await;
    let (course, _) = foretold(&rig, "Ida Forsberg").await;
    assert_eq!(reason(&course), Some(Code::RefRefused));
    rig.end_faults().await;

    // Without an answer it waits, and says for what.
    rig.fault(json!({"match": form, "kind": "status", "code": 503})).await;
    moved_unheard(&rig, "Kim Berg").await;
    let tried = course_of(&rig, "Kim Berg").await;
    let Outcome::Waits { failure } = tried.outcome else {
        panic!("it waits, not {:?}", tried.outcome)
    };
    assert_eq!(failure.code, Code::RefDown);
    heard(&rig).await;
    rig.check_that("Kim Berg", "it waits", |row| row.status == Status::Queued)
        .await;
    rig.end_faults().await;
    sent(&rig, "Kim Berg").await;
}

async fn course_of(rig: &Rig, candidate: &str) -> Course {
    course(dry_run(rig, &rig.opportunity(candidate)).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_knows_what_was_done_before() {
    let rig = Rig::start(Setup::default()).await;
    // In the stage since before the connection was made.
    let present = course_of(&rig, "Hanna Lilja").await;
    assert_eq!(reason(&present), Some(Code::CheckPresent));
    let row = started(&rig, "Kim Berg").await;
    at_rest(&rig, "Kim Berg", "Sent").await;
    let runs = course_of(&rig, "Kim Berg").await;
    assert_eq!(runs.outcome, Outcome::GoesOn { status: Status::Sent });
    assert_eq!(runs.reference, Some(row.reference));
    // Out and in again: it asks.
    rig.move_to("Kim Berg", "Offer").await;
    rig.until_worked_off().await;
    moved_unheard(&rig, "Kim Berg").await;
    let (course, _) = foretold(&rig, "Kim Berg").await;
    assert_eq!(reason(&course), Some(Code::CheckAgain));
    assert_eq!(course.written, None, "a question changes nothing in Lever");
    // What is parked stays what it is, and is mended in earnest only.
    rig.change_candidate("Ida Forsberg", json!({"emails": [], "phones": []}))
        .await;
    rig.move_into_trigger("Ida Forsberg").await;
    let parked = stands_for(&rig, "Ida Forsberg", Code::CandContact).await;
    rig.change_candidate("Ida Forsberg", json!({"phones": ["+46701740650"]}))
        .await;
    let mended = course_of(&rig, "Ida Forsberg").await;
    assert_eq!(
        (mended.outcome.clone(), mended.reference.clone()),
        (Outcome::Starts, Some(parked.reference.clone()))
    );
    assert_eq!(rig.check_of("Ida Forsberg").await, Some(parked.clone()));
    rig.decide(&parked, Decision::TryAgain).await;
    comes_true(&rig, "Ida Forsberg", &mended).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_in_another_stage_is_not_started_and_it_says_what_a_move_would_do() {
    let rig = Rig::start(Setup::default()).await;
    rig.until_form_read().await;
    for (candidate, stage) in [
        ("Sofia Lindqvist", "On-site interview"),
        ("Ronja Blom", "Recruiter screen"),
    ] {
        let address = format!("https://hire.eu.lever.co/candidates/{}", rig.opportunity(candidate));
        let tried = dry_run(&rig, &address).await;
        assert_eq!(
            tried.idle,
            [Idle::NotInStage {
                stage: stage.to_owned()
            }]
        );
        let mut course = course(tried);
        let seen = course.seen.as_mut().expect("it was read");
        assert_eq!(seen.stage, stage, "it says where the candidate really is");
        // Who will move the candidate is not known: it is the posting's owner, who is a member in any case.
        assert!(seen.members.iter().all(|member| member.why == Membership::PostingOwner));
        rig.move_by(candidate, demo::TRIGGER_STAGE, "maja.holm@nordvik.example")
            .await;
        comes_true(&rig, candidate, &course).await;
    }
}

/// What Lever last set out to deliver, word for word.
async fn last_event(rig: &Rig) -> Value {
    let state = rig.control("GET", "state", Value::Null).await;
    let deliveries = state["lever"]["deliveries"].as_array().expect("a list").clone();
    deliveries.last().expect("a delivery")["body"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_is_tried_as_it_would_be_taken_in() {
    let rig = Rig::start(Setup::default()).await;
    rig.until_form_read().await;
    moved_unheard(&rig, "Kim Berg").await;
    let event = last_event(&rig).await;
    let tried = dry_run(&rig, &event.to_string()).await;
    assert_eq!(tried.idle, []);
    heard(&rig).await;
    comes_true(&rig, "Kim Berg", &course(tried)).await;
    // Once more, word for word.
    let again = dry_run(&rig, &event.to_string()).await;
    assert_eq!(again.idle, [Idle::Repeated]);
    assert_eq!(course(again).outcome, Outcome::GoesOn { status: Status::Sent });

    // In and out again, before anybody looked.
    moved_unheard(&rig, "Viktor Palm").await;
    let event = last_event(&rig).await;
    rig.move_quietly(&["Viktor Palm"], "Offer", "none").await;
    let tried = dry_run(&rig, &event.to_string()).await;
    assert_eq!(tried.idle, []);
    let tried = course(tried);
    assert_eq!(reason(&tried), Some(Code::SkipLeft));
    heard(&rig).await;
    comes_true(&rig, "Viktor Palm", &tried).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_of_which_nothing_would_come_says_why() {
    let rig = Rig::start(Setup::default()).await;
    rig.until_form_read().await;
    moved_unheard(&rig, "Kim Berg").await;
    let event = last_event(&rig).await;
    let with = |path: &str, value: Value| {
        let mut event = event.clone();
        *event.pointer_mut(path).expect("a part of the event") = value;
        event.to_string()
    };
    let forged = dry_run(&rig, &with("/signature", json!("00"))).await;
    assert_eq!(forged.idle, [Idle::NotGenuine]);
    assert_eq!(
        course(forged).outcome,
        Outcome::Starts,
        "what would come of it, if it were genuine"
    );
    let old = event["triggeredAt"].as_i64().expect("a time") - 15 * model::DAY;
    let old = dry_run(&rig, &with("/triggeredAt", json!(old))).await;
    assert_eq!(old.idle, [Idle::NotTimely, Idle::NotGenuine]);
    assert_eq!(
        reason(&course(old)),
        Some(Code::CheckPresent),
        "of before the connection was made"
    );
    for (path, value, idle) in [
        ("/data", json!({}), Idle::TestDelivery),
        (
            "/data/toStageId",
            json!("offer"),
            Idle::OtherStage {
                stage: "Offer".to_owned(),
            },
        ),
        (
            "/event",
            json!("candidateHired"),
            Idle::OtherEvent {
                event: "candidateHired".to_owned(),
            },
        ),
    ] {
        let tried = dry_run(&rig, &with(path, value)).await;
        assert_eq!((tried.idle, tried.course), (vec![idle], None));
    }
    let carrier = rig.calls("create opportunity")[0].effect.clone().expect("the carrier");
    let carrier = carrier["opportunityId"].as_str().expect("an id");
    let tried = dry_run(&rig, carrier).await;
    assert_eq!((tried.idle, tried.course), (vec![Idle::TagCarrier], None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_is_said_and_what_cannot_be_tried_is_refused() {
    let rig = Rig::start(Setup::default()).await;
    rig.until_form_read().await;
    let connection = rig.id().await;
    assert_eq!(rig.host.ask(Request::Pause { connection }).await, Ok(Reply::Done));
    rig.move_into_trigger("Kim Berg").await;
    rig.connection_that("the event is kept", |view| view.counts.waiting == 1)
        .await;
    let rows = dump(&rig);
    let Ok(Reply::DryRun(tried)) = ask(&rig, &rig.opportunity("Kim Berg")).await else {
        panic!("a dry run")
    };
    assert_eq!(changes(&rows, &dump(&rig)), [""; 0]);
    assert_eq!(tried.idle, [Idle::NotRunning]);
    let tried = course(*tried);
    assert_eq!(reason(&tried), Some(Code::CheckPaused));
    assert_eq!(rig.host.ask(Request::Resume { connection }).await, Ok(Reply::Done));
    comes_true(&rig, "Kim Berg", &tried).await;

    for subject in ["", "Kim Berg", "{}", "https://hire.lever.co/settings"] {
        let refused = ask(&rig, subject).await.expect_err(subject);
        assert_eq!(refused.code, Code::AppSubject, "{subject}");
    }
    rig.fault(json!({"match": {"side": "lever", "call": "read opportunity"}, "kind": "status", "code": 503}))
        .await;
    let refused = ask(&rig, &rig.opportunity("Viktor Palm"))
        .await
        .expect_err("Lever is down");
    assert_eq!(refused.code, Code::LevDown);
    let findings = rig.connection().await.findings;
    assert!(
        findings.iter().all(|finding| finding.failure.code != Code::LevDown),
        "{findings:?}"
    );
    rig.end_faults().await;
    assert_eq!(rig.host.ask(Request::Disconnect { connection }).await, Ok(Reply::Done));
    let refused = ask(&rig, &rig.opportunity("Kim Berg")).await.expect_err("disconnected");
    assert_eq!(refused.code, Code::AppNotNow);
}
