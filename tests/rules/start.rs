//! When a check starts, and what keeps a start from happening twice: `rules.md` 1, 4 and 5.

use api::{CheckRow, Decision, Reply, Request};
use end_to_end::rig::{Rig, Setup};
use model::{Badge, Code, Status, WhoActs};
use serde_json::{Value, json};
use simulator::{Side, demo};

use crate::once::MANY;
use crate::{at_rest, reason, sent, stands_for, started};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r01_an_event_rings_and_the_opportunity_then_its_posting_are_read_again() {
    let rig = Rig::start(Setup::default()).await;
    rig.until_form_read().await;
    let seq = rig.seq();
    started(&rig, "Kim Berg").await;
    let opportunity = rig.opportunity("Kim Berg");
    let calls: Vec<String> = rig
        .sim
        .ledger()
        .into_iter()
        .filter(|e| e.seq > seq && e.side != Side::Webhook)
        .filter(|e| e.path.contains(&opportunity) || matches!(e.call.as_str(), "read posting" | "config" | "event"))
        .map(|e| e.call)
        .take(4)
        .collect();
    assert_eq!(calls, ["read opportunity", "read posting", "config", "event"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r01_who_left_the_stage_or_is_archived_deleted_or_anonymised_is_skipped_with_the_reason() {
    let rig = Rig::start(Setup::default()).await;
    let candidates = ["Kim Berg", "Åsa Öberg", "Björn Ängström", "Linnea Ståhl"];
    rig.move_quietly(&candidates, demo::TRIGGER_STAGE, "late").await;
    rig.move_quietly(&["Kim Berg"], "Offer", "none").await;
    let archived = json!({"archived": true, "deliver": "none"});
    rig.change_candidate("Åsa Öberg", archived).await;
    let deleted = format!("lever/opportunities/{}?deliver=none", rig.opportunity("Björn Ängström"));
    rig.control("DELETE", &deleted, Value::Null).await;
    let anonymised = format!("lever/opportunities/{}/anonymise", rig.opportunity("Linnea Ståhl"));
    rig.control("POST", &anonymised, Value::Null).await;
    let seq = rig.seq();
    rig.control("POST", "lever/deliveries/release", Value::Null).await;

    let codes = [
        Code::SkipLeft,
        Code::SkipArchived,
        Code::SkipDeleted,
        Code::SkipAnonymised,
    ];
    for (candidate, code) in candidates.into_iter().zip(codes) {
        let row = stands_for(&rig, candidate, code).await;
        assert_eq!((row.status, row.who_acts), (Status::Skipped, WhoActs::Nobody));
    }
    started(&rig, "Omar Haddad").await;
    assert_eq!(rig.calls("event").len(), 1, "nobody else is started");
    for candidate in candidates {
        let calls = rig.lever_calls_since(seq, candidate, "Backend Developer");
        let writes = calls
            .iter()
            .filter(|call| ["addTags", "removeTags", "create note"].contains(&call.as_str()));
        assert_eq!(writes.count(), 0, "nothing is written about {candidate}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r01_what_a_start_lacks_parks_it_and_what_is_mended_goes_on() {
    let rig = Rig::start(Setup::default()).await;
    // No application; no address; neither a mover nor a posting owner.
    rig.change_candidate("Ida Forsberg", json!({"emails": [], "phones": []}))
        .await;
    rig.change_posting("Account Manager", json!({"owner": null})).await;
    rig.move_into_trigger("Saga Wiklund").await;
    rig.move_into_trigger("Ida Forsberg").await;
    rig.move_by_nobody("Erik Sandberg", demo::TRIGGER_STAGE).await;
    let lacking = [
        ("Saga Wiklund", Code::CandPosting),
        ("Ida Forsberg", Code::CandContact),
        ("Erik Sandberg", Code::CandMember),
    ];
    for (candidate, code) in lacking {
        let row = stands_for(&rig, candidate, code).await;
        assert_eq!((row.status, row.who_acts), (Status::NeedsAttention, WhoActs::Recruiter));
    }
    assert_eq!(rig.calls("event").len(), 0);

    // A phone alone is enough, and so is an owner of the posting alone.
    rig.change_candidate("Ida Forsberg", json!({"phones": ["+46701740650"]}))
        .await;
    rig.change_posting("Account Manager", json!({"owner": demo::RECRUITER}))
        .await;
    for candidate in ["Ida Forsberg", "Erik Sandberg"] {
        let row = rig.check_of(candidate).await.expect("a parked check");
        rig.decide(&row, Decision::TryAgain).await;
        sent(&rig, candidate).await;
        assert_eq!(rig.starts(candidate), 1);
    }
    let events = rig.calls("event");
    let phones_only = events
        .iter()
        .find(|e| e.body["partner-event"]["candidate"]["first-name"] == "Ida");
    let candidate = &phones_only.expect("Ida's event").body["partner-event"]["candidate"];
    assert_eq!(candidate["phone"], "+46701740650");
    assert!(candidate["email"].is_null());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r04_a_tag_that_this_database_did_not_write_is_another_installations_and_may_be_adopted() {
    let rig = Rig::start(Setup::default()).await;
    let tag = "Refapp Status: Waiting for referees";
    let path = format!("lever/opportunities/{}/tags", rig.opportunity("Kim Berg"));
    rig.control("POST", &path, json!({"add": [tag]})).await;
    rig.move_into_trigger("Kim Berg").await;
    let row = stands_for(&rig, "Kim Berg", Code::CheckOther).await;
    assert_eq!(row.who_acts, WhoActs::Admin);
    assert_eq!(row.reason.as_ref().expect("a reason").params["tag"], tag);
    assert!(row.decisions.contains(&Decision::Adopt) && row.decisions.contains(&Decision::Start));
    assert_eq!(rig.status_tags("Kim Berg").await, [tag], "nothing of theirs is touched");

    rig.decide(&row, Decision::Adopt).await;
    at_rest(&rig, "Kim Berg", "Sent").await;
    assert_eq!(rig.calls("event").len(), 0, "adopting sends nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r04_start_anyway_starts_it_and_leaves_one_tag() {
    let rig = Rig::start(Setup::default()).await;
    let path = format!("lever/opportunities/{}/tags", rig.opportunity("Kim Berg"));
    rig.control("POST", &path, json!({"add": ["Refapp Status: Waiting for referees"]}))
        .await;
    rig.move_into_trigger("Kim Berg").await;
    let row = stands_for(&rig, "Kim Berg", Code::CheckOther).await;
    rig.decide(&row, Decision::Start).await;
    sent(&rig, "Kim Berg").await;
    assert_eq!(rig.starts("Kim Berg"), 1);
    at_rest(&rig, "Kim Berg", "Sent").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r04_a_stage_change_webhook_that_points_elsewhere_is_warned_of_before_anything_runs() {
    let rig = Rig::bare(Setup::default()).await;
    let hosted = json!({"url": "https://app.refapp.example/webhooks/lever", "event": "candidateStageChange"});
    rig.lever("POST", "webhooks", hosted).await;
    // The last thing that is needed before it runs: ours cannot be registered.
    rig.fault(json!({"match": {"side": "lever", "call": "create webhook"}, "kind": "status", "code": 503}))
        .await;
    rig.provision().await;
    rig.until("the other webhook is warned of", async || {
        let findings = rig.connection().await.findings;
        findings
            .into_iter()
            .find(|finding| finding.failure.code == Code::LevWebhookElsewhere)
    })
    .await;
    assert!(!rig.connection().await.setup.finished, "nothing runs yet");
    rig.end_faults().await;
    rig.until_ready().await;
    rig.connection_that("it goes on being warned of", |view| {
        let mut findings = view.findings.iter();
        findings.any(|finding| finding.failure.code == Code::LevWebhookElsewhere)
    })
    .await;
}

/// Whether ours is to be registered or not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r04_a_stage_change_webhook_that_points_elsewhere_is_warned_of_where_stage_changes_are_polled() {
    let rig = Rig::bare(Setup {
        public: false,
        ..Setup::with_list_rights()
    })
    .await;
    let hosted = json!({"url": "https://app.refapp.example/webhooks/lever", "event": "candidateStageChange"});
    let hosted = rig.lever("POST", "webhooks", hosted).await;
    rig.provision().await;
    let warned = |connection: &api::ConnectionView| {
        let mut findings = connection.findings.iter();
        findings.any(|finding| finding.failure.code == Code::LevWebhookElsewhere)
    };
    rig.connection_that("the other webhook is warned of", warned).await;

    let id = hosted["data"]["id"].as_str().expect("an id");
    rig.lever("DELETE", &format!("webhooks/{id}"), Value::Null).await;
    let (connection, consent) = (rig.id().await, false);
    let proven = rig.host.ask(api::Request::ProveRights { connection, consent }).await;
    assert_eq!(proven, Ok(api::Reply::Done));
    rig.connection_that("it is gone", |connection| !warned(connection))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r01_of_who_is_deleted_after_the_start_no_name_and_no_link_is_kept() {
    let rig = Rig::start(Setup::default()).await;
    let check = started(&rig, "Kim Berg").await;
    let row_that = async |what: &str, is: fn(&CheckRow) -> bool| {
        rig.until(what, async || {
            rig.checks().await.into_iter().find(|row| row.id == check.id && is(row))
        })
        .await
    };
    rig.refapp_step(&check, "accept").await;
    row_that("Refapp's page is known", |row| row.candidate_url.is_some()).await;
    let deleted = format!("lever/opportunities/{}?deliver=normal", rig.opportunity("Kim Berg"));
    rig.control("DELETE", &deleted, Value::Null).await;
    let row = row_that("the name is gone", |row| row.candidate.is_empty()).await;
    assert_eq!((row.lever_url, row.candidate_url), (None, None));
    rig.refapp_step(&check, "complete").await;
    let row = row_that("it is completed", |row| row.status == Status::Completed).await;
    assert_eq!((row.report_url, row.candidate_url), (None, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r05_every_start_asks_for_its_form_first_and_one_start_is_in_flight() {
    /// How long Refapp takes to answer a start: long enough for a second one to overtake, if there were one.
    const ANSWER: i64 = 700;
    let rig = Rig::start(Setup::default()).await;
    rig.until_form_read().await;
    let refapp = || rig.sim.ledger().into_iter().filter(|e| e.side == Side::Refapp);
    let before = refapp().count();
    rig.fault(json!({"match": {"side": "refapp", "call": "event"}, "kind": "slow", "ms": ANSWER}))
        .await;
    let candidates = ["Kim Berg", "Sofia Lindqvist", "Viktor Palm", "Tove Ekman"];
    rig.move_quietly(&candidates, demo::TRIGGER_STAGE, "normal").await;
    for candidate in candidates {
        sent(&rig, candidate).await;
    }
    let entries: Vec<_> = refapp().skip(before).collect();
    let calls: Vec<&str> = entries.iter().map(|e| e.call.as_str()).collect();
    assert_eq!(calls, ["config", "event"].repeat(4));
    for pair in entries.chunks(2) {
        let candidate = &pair[1].body["partner-event"]["candidate"];
        assert_eq!(
            pair[0].query["job_id"],
            [candidate["job"]["id"].as_str().expect("a job")]
        );
        assert_eq!(
            pair[0].query["recruiter"],
            [candidate["recruiter"]["email"].as_str().expect("an e-mail")]
        );
    }
    for next in entries[1..].chunks(2).filter(|next| next.len() == 2) {
        let (start, form) = (&next[0], &next[1]);
        assert!(
            form.at - start.at >= ANSWER,
            "the next form is asked for after the answer"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r05_without_an_answer_to_the_form_nothing_is_sent() {
    let rig = Rig::start(Setup::default()).await;
    rig.until_form_read().await;
    let asked = rig.calls("config").len();
    rig.fault(json!({"match": {"side": "refapp", "call": "config"}, "kind": "status", "code": 503}))
        .await;
    rig.move_into_trigger("Kim Berg").await;
    rig.until("the form was asked for in vain, twice", async || {
        (rig.calls("config").len() >= asked + 2).then_some(())
    })
    .await;
    assert_eq!(rig.calls("event").len(), 0);
    rig.end_faults().await;
    sent(&rig, "Kim Berg").await;
    assert_eq!(rig.starts("Kim Berg"), 1);
}

/// Faults after which nobody can say whether the check was started.
fn unknowable() -> Vec<Value> {
    let mut faults = vec![
        json!({"kind": "cut"}),
        json!({"kind": "reset"}),
        json!({"kind": "applied_no_answer"}),
        json!({"kind": "applied_5xx"}),
    ];
    for code in [302, 408, 409, 425, 500, 503] {
        faults.push(json!({"kind": "status", "code": code}));
    }
    faults
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r05_a_start_of_unknown_outcome_is_parked_and_never_repeated() {
    let rig = Rig::start(Setup::default()).await;
    let candidates = [
        "Kim Berg",
        "Åsa Öberg",
        "Björn Ängström",
        "Linnea Ståhl",
        "Omar Haddad",
        "Sofia Lindqvist",
        "Erik Sandberg",
        "Noor Rahimi",
        "Elsa Månsson",
        "Viktor Palm",
    ];
    for (candidate, mut fault) in candidates.into_iter().zip(unknowable()) {
        fault["match"] = json!({"side": "refapp", "call": "event"});
        fault["times"] = json!(1);
        rig.fault(fault.clone()).await;
        rig.move_into_trigger(candidate).await;
        let row = stands_for(&rig, candidate, Code::RefUnknown).await;
        assert_eq!(row.decisions, [Decision::ItWasStarted, Decision::SendAgain], "{fault}");
        // A person settles it, and the lane goes on.
        rig.decide(&row, Decision::ItWasStarted).await;
        at_rest(&rig, candidate, "Sent").await;
    }
    for candidate in candidates {
        let id = rig.opportunity(candidate);
        let events = rig.calls("event").into_iter();
        let tries = events
            .filter(|e| e.body["partner-event"]["candidate"]["id"] == id.as_str())
            .count();
        assert_eq!(tries, 1, "{candidate} was sent once");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r05_a_start_that_is_never_answered_is_parked_and_never_repeated() {
    let rig = Rig::start(Setup::default()).await;
    let hang = json!({"match": {"side": "refapp", "call": "event"}, "times": 1, "kind": "hang", "applied": true});
    rig.fault(hang).await;
    rig.move_into_trigger("Kim Berg").await;
    let row = stands_for(&rig, "Kim Berg", Code::RefUnknown).await;
    rig.refapp_step(&row, "accept").await;
    sent(&rig, "Kim Berg").await;
    assert_eq!(rig.calls("event").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r05_an_outage_parks_at_most_one_and_refapps_own_update_settles_it() {
    let rig = Rig::start(Setup::default()).await;
    rig.until_form_read().await;
    rig.fault(json!({"match": {"side": "refapp", "call": "event"}, "times": 1, "kind": "applied_no_answer"}))
        .await;
    rig.fault(json!({"match": {"side": "refapp", "call": "config"}, "after": 1, "kind": "status", "code": 503}))
        .await;
    let candidates = ["Kim Berg", "Sofia Lindqvist", "Viktor Palm"];
    rig.move_quietly(&candidates, demo::TRIGGER_STAGE, "normal").await;
    let parked = rig
        .until("one is parked", async || {
            rig.checks()
                .await
                .into_iter()
                .find(|row| reason(row) == Some(Code::RefUnknown))
        })
        .await;
    // The update says that it was started, and that Refapp is there: the next one asks for its form, in vain.
    rig.refapp_step(&parked, "accept").await;
    rig.until("the update settles it", async || {
        let mut rows = rig.checks().await.into_iter();
        rows.find(|row| row.id == parked.id && row.reason.is_none())
    })
    .await;
    let asked = rig.calls("config").len();
    rig.until("the next form is asked for", async || {
        (rig.calls("config").len() > asked).then_some(())
    })
    .await;
    assert_eq!(rig.calls("event").len(), 1, "one start was tried while Refapp was down");
    let rows = rig.checks().await;
    assert_eq!(
        rows.iter().filter(|row| reason(row).is_some()).count(),
        0,
        "and no other is parked"
    );
    rig.end_faults().await;
    for candidate in candidates {
        sent(&rig, candidate).await;
        assert_eq!(rig.starts(candidate), 1);
    }
    let findings = rig.connection().await.findings;
    assert!(
        findings.iter().all(|finding| finding.failure.code != Code::RefUnknown),
        "{findings:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r05_in_an_outage_everybody_who_waits_is_shown_as_queued() {
    let rig = Rig::start(Setup::default()).await;
    rig.fault(json!({"match": {"side": "refapp", "call": "config"}, "kind": "status", "code": 503}))
        .await;
    rig.move_quietly(&MANY, demo::TRIGGER_STAGE, "normal").await;
    for candidate in MANY {
        rig.check_that(candidate, "it is queued", |row| row.status == Status::Queued)
            .await;
    }
    assert_eq!(rig.calls("event").len(), 0);
    rig.end_faults().await;
    for candidate in MANY {
        sent(&rig, candidate).await;
        assert_eq!(rig.starts(candidate), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r05_send_again_sends_once_more_under_an_id_of_its_own() {
    let rig = Rig::start(Setup::default()).await;
    let candidates = ["Kim Berg", "Sofia Lindqvist", "Viktor Palm"];
    let mut rows = Vec::new();
    for candidate in candidates {
        let lost = json!({"match": {"side": "refapp", "call": "event"}, "times": 1, "kind": "reset"});
        rig.fault(lost).await;
        rig.move_into_trigger(candidate).await;
        // Somebody else's answer is awaited in between, so that the lane is open again.
        let row = stands_for(&rig, candidate, Code::RefUnknown).await;
        rig.decide(&row, Decision::SendAgain).await;
        rows.push(sent(&rig, candidate).await);
        assert_eq!(rig.starts(candidate), 1, "the one that was lost never arrived");
    }
    let events = rig.calls("event");
    let results: std::collections::BTreeSet<String> = events
        .iter()
        .map(|e| e.body["partner-event"]["partner-result"]["id"].to_string())
        .collect();
    assert_eq!(
        (events.len(), results.len()),
        (6, 6),
        "what is sent again has an id of its own"
    );
    assert!(rows.iter().all(|row| !row.badges.contains(&Badge::NoteUnknown)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r05_one_order_says_of_many_that_they_were_started_and_sends_nothing() {
    one_order_settles_many(Decision::ItWasStarted, 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r05_one_order_sends_many_once_more() {
    one_order_settles_many(Decision::SendAgain, 1).await;
}

/// Starts of unknown outcome that Refapp did take on; each is sent `more` times by the order.
async fn one_order_settles_many(decision: Decision, more: usize) {
    let mut rig = Rig::start(Setup::default()).await;
    let candidates = ["Kim Berg", "Sofia Lindqvist"];
    for candidate in candidates {
        rig.fault(json!({"match": {"side": "refapp", "call": "event"}, "times": 1, "kind": "applied_no_answer"}))
            .await;
        rig.move_into_trigger(candidate).await;
        stands_for(&rig, candidate, Code::RefUnknown).await;
        // A restart forgets that the lane was held; the parked one stays parked.
        rig.restart().await;
    }
    let rows = rig.checks().await;
    let ids = rows
        .iter()
        .filter(|row| reason(row) == Some(Code::RefUnknown))
        .map(|row| row.id)
        .collect::<Vec<_>>();
    assert_eq!(ids.len(), 2);
    let order = Request::Decide { checks: ids, decision };
    assert_eq!(rig.host.ask(order).await, Ok(Reply::Decided(vec![])));
    for candidate in candidates {
        at_rest(&rig, candidate, "Sent").await;
        assert_eq!(rig.starts(candidate), 1 + more);
    }
    assert_eq!(rig.calls("event").len(), 2 * (1 + more));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r05_what_was_certainly_not_started_is_tried_again_or_parked_with_refapps_words() {
    let rig = Rig::start(Setup::default()).await;
    rig.fault(json!({"match": {"side": "refapp", "call": "event"}, "times": 1, "kind": "status", "code": 429}))
        .await;
    started(&rig, "Kim Berg").await;
    assert_eq!(rig.calls("event").len(), 2);
    assert_eq!(rig.starts("Kim Berg"), 1);

    let body = json!({"message": "partner-event.candidate.email is not deliverable"}).to_string();
    let refusal =
        json!({"match": {"side": "refapp", "call": "event"}, "times": 1, "kind": "status", "code": 422, "body": body});
    rig.fault(refusal).await;
    rig.move_into_trigger("Viktor Palm").await;
    let row = stands_for(&rig, "Viktor Palm", Code::RefRefused).await;
    assert_eq!(
        row.reason.as_ref().expect("a reason").params["message"],
        "partner-event.candidate.email is not deliverable"
    );
    rig.decide(&row, Decision::TryAgain).await;
    sent(&rig, "Viktor Palm").await;
    assert_eq!(rig.starts("Viktor Palm"), 1);
}
