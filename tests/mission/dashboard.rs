//! M14: what the dashboard shows, and that it changes by itself.

use std::collections::BTreeSet;
use std::time::Duration;

use api::{
    Batch, Cause, Causes, CheckWindow, CsvFormat, CsvOrder, CsvWords, Decision, Event, Held, Reply, Request, Together,
};
use end_to_end::rig::{Rig, Setup};
use model::{
    Act, CheckId, Code, Column, Computer, Desk, Filter, Language, Look, Notify, Pace, PaceReason, Sight, Sort, SortBy,
    Status, View, ViewName, WhoActs,
};
use serde_json::json;
use simulator::demo;
use tokio::sync::mpsc;

use crate::{becomes, stands_for, started};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m14_a_row_says_status_progress_who_acts_age_posting_and_both_links() {
    let rig = Rig::start(Setup::default()).await;
    let row = started(&rig, "Sofia Lindqvist").await;
    assert_eq!((row.who_acts, row.answered), (WhoActs::Nobody, None));
    for step in ["accept", "next", "candidate-names-referees", "referee-answers"] {
        rig.refapp_step(&row, step).await;
    }
    let row = rig
        .check_that("Sofia Lindqvist", "one has answered", |row| row.answered == Some(1))
        .await;
    assert_eq!(
        (row.status, row.who_acts),
        (Status::WaitingForReferees, WhoActs::Referees)
    );
    assert_eq!((row.answered, row.expected), (Some(1), Some(3)));
    assert_eq!(row.candidate, "Sofia Lindqvist");
    assert_eq!(
        (row.posting_title.as_str(), row.owner.as_str()),
        ("Account Manager", "Maja Holm")
    );
    assert!(row.created_at <= row.active_at && row.since <= row.active_at);
    let lever = row.lever_url.expect("a link to Lever");
    assert!(
        lever.ends_with(&format!("/candidates/{}", rig.opportunity("Sofia Lindqvist"))),
        "{lever}"
    );
    let refapp = row.candidate_url.expect("a link to Refapp");
    assert!(refapp.contains("/refapp/candidate/"), "{refapp}");
    for url in [lever, refapp] {
        assert_eq!(rig.host.ask(Request::OpenLink { url }).await, Ok(Reply::Done));
    }
    let elsewhere = Request::OpenLink {
        url: "https://elsewhere.example/".to_owned(),
    };
    assert!(rig.host.ask(elsewhere).await.is_err(), "other links stay text");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m14_rows_come_in_windows_the_most_urgent_first() {
    let rig = Rig::start(Setup::default()).await;
    // In the order in which they reach the stage: one that completes, one that runs, one to look at, one more that runs.
    let completed = started(&rig, "Kim Berg").await;
    rig.refapp_step(&completed, "complete").await;
    becomes(&rig, "Kim Berg", Status::Completed).await;
    started(&rig, "Åsa Öberg").await;
    rig.move_into_trigger("Emil Frisk").await;
    stands_for(&rig, "Emil Frisk", Code::TagMulti).await;
    started(&rig, "Sofia Lindqvist").await;

    let order = ["Emil Frisk", "Åsa Öberg", "Sofia Lindqvist", "Kim Berg"];
    let all = window(&rig, 0, 500).await;
    assert_eq!((names(&all), all.total), (order.map(str::to_owned).to_vec(), 4));
    let middle = window(&rig, 1, 2).await;
    assert_eq!(
        (names(&middle), middle.total, middle.offset),
        (vec![order[1].to_owned(), order[2].to_owned()], 4, 1)
    );
    assert!(window(&rig, 4, 10).await.rows.is_empty());
    rig.connection_that("one to look at, two that run, one completed", |view| {
        let counts = &view.counts;
        (counts.needs_attention, counts.running, counts.completed) == (1, 2, 1)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m14_every_candidate_in_a_check_is_there_after_a_bulk_move() {
    let rig = Rig::start(Setup::default()).await;
    let bulk = [
        "Kim Berg",
        "Åsa Öberg",
        "Björn Ängström",
        "Linnea Ståhl",
        "Omar Haddad",
        "Sofia Lindqvist",
    ];
    let ids: Vec<String> = bulk.iter().map(|name| rig.opportunity(name)).collect();
    let body = json!({"opportunities": ids, "stage": demo::TRIGGER_STAGE, "by": demo::RECRUITER});
    rig.control("POST", "lever/move", body).await;
    for name in bulk {
        becomes(&rig, name, Status::Sent).await;
        assert_eq!(rig.starts(name), 1, "{name}");
    }
    assert_eq!(window(&rig, 0, 500).await.total, 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m14_the_screen_changes_by_itself() {
    let rig = Rig::start(Setup::default()).await;
    let connection = rig.id().await;
    let mut events = rig.host.events();
    // An overview comes first, so that a reload loses nothing.
    assert!(matches!(next(&mut events).await, Event::Overview(overview) if overview.connections.len() == 1));
    rig.move_into_trigger("Kim Berg").await;
    pushed(&rig, &mut events, connection, Status::Sent).await;
    let row = becomes(&rig, "Kim Berg", Status::Sent).await;
    rig.refapp_step(&row, "next").await;
    rig.refapp_step(&row, "next").await;
    pushed(&rig, &mut events, connection, Status::WaitingForCandidate).await;
    rig.refapp_step(&row, "complete").await;
    pushed(&rig, &mut events, connection, Status::Completed).await;
}

/// Looks at the rows only when told to, as the window does, until this status is seen.
async fn pushed(rig: &Rig, events: &mut mpsc::Receiver<Event>, connection: model::ConnectionId, status: Status) {
    loop {
        let told = next(events).await == Event::ChecksChanged(connection);
        if told && rig.check_of("Kim Berg").await.is_some_and(|row| row.status == status) {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m14_checks_are_found_as_one_types_filtered_ordered_and_counted() {
    let rig = Rig::start(Setup::default()).await;
    started(&rig, "Kim Berg").await;
    let row = started(&rig, "Åsa Öberg").await;
    rig.refapp_step(&row, "candidate-names-referees").await;
    becomes(&rig, "Åsa Öberg", Status::WaitingForReferees).await;
    rig.move_into_trigger("Emil Frisk").await;
    stands_for(&rig, "Emil Frisk", Code::TagMulti).await;

    let seen = async |filter: Filter, sort: Sort| names(&seen(&rig, Look { filter, sort }, 0, 500).await);
    let text = |text: &str| Filter {
        text: text.to_owned(),
        ..Filter::default()
    };
    let by = |by: SortBy, descending: bool| Sort { by, descending };
    // Both are found by a part of a name, whatever its accents are; one by the word that only it has.
    let order = by(SortBy::Candidate, false);
    assert_eq!(seen(text("BERG"), order).await, ["Kim Berg", "Åsa Öberg"]);
    assert_eq!(seen(text("asa o"), order).await, ["Åsa Öberg"]);
    assert_eq!(seen(text("berg nobody"), order).await, Vec::<String>::new());
    assert_eq!(
        seen(text("berg"), by(SortBy::Candidate, true)).await,
        ["Åsa Öberg", "Kim Berg"]
    );
    let needs_action = Filter {
        needs_action: true,
        ..Filter::default()
    };
    assert_eq!(seen(needs_action, Sort::default()).await, ["Emil Frisk"]);
    // What waits for a person here is no wait for somebody else.
    let red = Filter {
        pace: Some(Pace::Red),
        ..Filter::default()
    };
    assert_eq!(seen(red, Sort::default()).await, Vec::<String>::new());

    // The bar counts what the rest of the filter lets through, whichever of its parts was clicked.
    let clicked = Look {
        filter: Filter {
            statuses: [Status::WaitingForReferees].into(),
            ..text("berg")
        },
        sort: Sort::default(),
    };
    let window = self::seen(&rig, clicked, 0, 500).await;
    assert_eq!(
        (names(&window), window.total, window.needs_action),
        (vec!["Åsa Öberg".to_owned()], 1, 0)
    );
    let counts = [(Status::Sent, 1), (Status::WaitingForReferees, 1)];
    assert_eq!(window.counts, counts.into());
    assert_eq!(window.rows[0].rhythm.reason, PaceReason::WithinLimit);
    assert!(window.rows[0].rhythm.next.is_some(), "referees are reminded");

    let connection = rig.id().await;
    let choices = async |filter: Filter, me: Option<String>| {
        let asked = Request::FilterChoices { connection, filter, me };
        let Ok(Reply::FilterChoices(choices)) = rig.host.ask(asked).await else {
            panic!("choices")
        };
        choices
    };
    let all = choices(Filter::default(), None).await;
    assert_eq!(
        (all.total, all.owners.iter().map(|owner| owner.checks).sum::<u32>()),
        (3, 3)
    );
    assert!(all.postings.iter().all(|posting| posting.checks > 0));
    // What nobody has yet who is looked for is still there to be chosen.
    let sent = Filter {
        statuses: [Status::Sent].into(),
        ..Filter::default()
    };
    let of_sent = choices(sent.clone(), None).await;
    assert_eq!((of_sent.total, &of_sent.statuses), (1, &all.statuses));
    assert_eq!(of_sent.owners.iter().map(|owner| owner.checks).sum::<u32>(), 1);
    assert_eq!(of_sent.owners.len(), all.owners.len());
    // Who “mine” is need not be kept yet.
    let mine = Filter {
        mine: true,
        ..Filter::default()
    };
    assert_eq!(choices(mine.clone(), None).await.total, 0);
    let first = &all.owners[0];
    assert_eq!(choices(mine, Some(first.name.clone())).await.total, first.checks);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m14_views_and_who_i_am_are_there_after_a_restart() {
    let mut rig = Rig::start(Setup::default()).await;
    let row = started(&rig, "Kim Berg").await;
    started(&rig, "Sofia Lindqvist").await;
    let me = Some(row.owner.clone());
    desk(&rig, Request::SetMe { me: me.clone() }).await;
    let mine = Filter {
        mine: true,
        ..Filter::default()
    };
    let own = View {
        name: ViewName::Own("Nordics".to_owned()),
        look: Look {
            filter: mine,
            sort: Sort {
                by: SortBy::Owner,
                descending: true,
            },
        },
        columns: vec![Column::Candidate, Column::Owner, Column::Status],
    };
    desk(&rig, Request::KeepView { view: own.clone() }).await;
    let name = own.name.clone();
    let before = desk(&rig, Request::TurnToView { name, mine: true }).await;
    rig.restart().await;
    let after = desk(&rig, Request::Desk).await;
    assert_eq!(after, before);
    assert_eq!((&after.me, &after.current, after.mine), (&me, &own.name, true));
    assert_eq!(after.views.last(), Some(&own));
    let window = seen(&rig, own.look, 0, 500).await;
    let expected = rig
        .checks()
        .await
        .into_iter()
        .filter(|row| Some(&row.owner) == me.as_ref());
    assert_eq!(window.total as usize, expected.count());
    let unnamed = View {
        name: ViewName::Own(" ".to_owned()),
        ..after.views[0].clone()
    };
    let refused = rig.host.ask(Request::KeepView { view: unnamed }).await;
    assert_eq!(refused.map_err(|failure| failure.code), Err(Code::AppInput));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m14_what_needs_action_is_grouped_by_cause_and_answered_for_all_at_once() {
    let rig = Rig::start(Setup::default()).await;
    let nobody = json!({"emails": [], "phones": []});
    for candidate in ["Kim Berg", "Viktor Palm"] {
        rig.change_candidate(candidate, nobody.clone()).await;
        rig.move_into_trigger(candidate).await;
    }
    for candidate in ["Ronja Blom", "Emil Frisk"] {
        rig.move_into_trigger(candidate).await;
    }
    started(&rig, "Åsa Öberg").await;
    let causes = rig
        .until("four checks ask for somebody", async || {
            let causes = causes(&rig, Look::default()).await;
            (causes.causes.iter().map(|cause| cause.checks).sum::<u32>() == 4).then_some(causes)
        })
        .await;
    let mut seen = Vec::new();
    for cause in &causes.causes {
        let batch = batch(&Look::default(), cause, causes.sight);
        seen.push((cause.failure.code, cause.checks, asked_of(&rig, batch).await));
    }
    let expected = [
        (
            Code::CandContact,
            2,
            ["Kim Berg", "Viktor Palm"].map(str::to_owned).to_vec(),
        ),
        (Code::TagStale, 1, vec!["Ronja Blom".to_owned()]),
        (Code::TagMulti, 1, vec!["Emil Frisk".to_owned()]),
    ];
    assert_eq!((seen.as_slice(), causes.checks), (&expected[..], 4));
    let contact = &causes.causes[0];
    assert_eq!((contact.alike, causes.more), (true, 0));
    assert_eq!(contact.decisions, [Decision::TryAgain, Decision::Dismiss]);
    assert_eq!(contact.mailing, [Decision::TryAgain]);
    assert!(causes.causes[1].failure.params.contains_key("tags"), "which tag it is");

    // What is searched for counts here too.
    let text = "viktor".to_owned();
    let filter = Filter {
        text,
        ..Filter::default()
    };
    let look = Look {
        filter,
        sort: Sort::default(),
    };
    let found = self::causes(&rig, look.clone()).await;
    assert_eq!(found.causes.len(), 1);
    let viktor = asked_of(&rig, batch(&look, &found.causes[0], found.sight)).await;
    assert_eq!(viktor, ["Viktor Palm"]);

    // Mended for both, and said once.
    for candidate in ["Kim Berg", "Viktor Palm"] {
        rig.change_candidate(candidate, json!({"emails": ["somebody@fjordpost.example"]}))
            .await;
    }
    let all = batch(&Look::default(), contact, causes.sight);
    let together = decide_together(&rig, all, Decision::TryAgain).await;
    assert_eq!((together.decided, together.left), (2, 0));
    for candidate in ["Kim Berg", "Viktor Palm"] {
        let what = format!("{candidate} is with Refapp");
        rig.check_that(candidate, &what, |row| row.status == Status::Sent).await;
        assert_eq!(rig.starts(candidate), 1);
    }
    let rest = self::causes(&rig, Look::default()).await;
    assert!(
        rest.causes.iter().all(|cause| cause.failure.code != Code::CandContact),
        "{rest:?}"
    );
}

/// All that have a cause, as they were seen.
fn batch(look: &Look, cause: &Cause, sight: Sight) -> Batch {
    Batch {
        look: look.clone(),
        cause: Some(cause.failure.clone()),
        but: vec![],
        sight,
    }
}

async fn asked_of(rig: &Rig, batch: Batch) -> Vec<String> {
    let request = Request::Whom {
        connection: rig.id().await,
        batch,
        offset: 0,
        limit: 100,
    };
    match rig.host.ask(request).await {
        Ok(Reply::Whom(whom)) => whom.checks.into_iter().map(|check| check.candidate).collect(),
        other => panic!("names, not {other:?}"),
    }
}

async fn decide_together(rig: &Rig, batch: Batch, decision: Decision) -> Together {
    let connection = rig.id().await;
    let request = Request::DecideTogether {
        connection,
        batch,
        decision,
    };
    match rig.host.ask(request).await {
        Ok(Reply::DecidedTogether(together)) => together,
        other => panic!("what came of it, not {other:?}"),
    }
}

/// Nobody can reach these candidates: a person is asked.
async fn wait(rig: &Rig, candidates: &[&str]) {
    for candidate in candidates {
        rig.change_candidate(candidate, json!({"emails": [], "phones": []}))
            .await;
        rig.move_into_trigger(candidate).await;
        stands_for(rig, candidate, Code::CandContact).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m14_an_answer_for_a_whole_cause_is_for_those_who_were_seen_and_for_nobody_who_came_or_changed_since() {
    let rig = Rig::start(Setup::default()).await;
    wait(&rig, &["Kim Berg", "Viktor Palm", "Sofia Lindqvist"]).await;
    rig.until_worked_off().await;
    let seen = causes(&rig, Look::default()).await;
    let [contact] = &seen.causes[..] else {
        panic!("one cause, not {seen:?}")
    };
    assert_eq!(contact.checks, 3);
    let all = batch(&Look::default(), contact, seen.sight);

    // One comes, and one is looked at again, whom the same can be answered once more.
    wait(&rig, &["Åsa Öberg"]).await;
    let kim = rig.check_of("Kim Berg").await.expect("it stands there");
    let (checks, decision) = (vec![kim.id], Decision::TryAgain);
    let tried = rig.host.ask(Request::Decide { checks, decision }).await;
    assert_eq!(tried, Ok(Reply::Decided(vec![])));
    rig.until_worked_off().await;
    assert_eq!(causes(&rig, Look::default()).await.causes[0].checks, 4);

    assert_eq!(asked_of(&rig, all.clone()).await, ["Viktor Palm", "Sofia Lindqvist"]);
    let together = decide_together(&rig, all.clone(), Decision::Dismiss).await;
    assert_eq!((together.decided, together.left), (2, 0));
    for (candidate, status) in [
        ("Viktor Palm", Status::Skipped),
        ("Sofia Lindqvist", Status::Skipped),
        ("Åsa Öberg", Status::NeedsAttention),
        ("Kim Berg", Status::NeedsAttention),
    ] {
        let check = rig.check_of(candidate).await;
        assert_eq!(check.map(|row| row.status), Some(status), "{candidate}");
    }
    // Said twice, it is done once.
    let again = decide_together(&rig, all, Decision::Dismiss).await;
    assert_eq!(again, Together::default());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m14_all_that_need_attention_are_answered_together_but_those_that_are_left_out() {
    let rig = Rig::start(Setup::default()).await;
    wait(&rig, &["Kim Berg", "Viktor Palm"]).await;
    rig.move_into_trigger("Emil Frisk").await;
    stands_for(&rig, "Emil Frisk", Code::TagMulti).await;
    started(&rig, "Sofia Lindqvist").await;
    rig.until_worked_off().await;
    let connection = rig.id().await;
    let gather = async |but: &[CheckId], sight| {
        let (look, but) = (Look::default(), but.to_vec());
        let request = Request::Gather {
            connection,
            look,
            but,
            sight,
        };
        match rig.host.ask(request).await {
            Ok(Reply::Gathered(gathered)) => gathered,
            other => panic!("all of them, not {other:?}"),
        }
    };
    let all = gather(&[], None).await;
    assert_eq!(all.checks, 3);
    assert_eq!(all.decisions, [Decision::TryAgain, Decision::Dismiss]);
    assert_eq!(all.mailing, [Decision::TryAgain]);

    let [kim, emil] = [
        rig.check_of("Kim Berg").await.expect("it is there").id,
        rig.check_of("Emil Frisk").await.expect("it is there").id,
    ];
    assert_eq!(gather(&[kim], Some(all.sight)).await.checks, 2);
    let batch = Batch {
        look: Look::default(),
        cause: None,
        but: vec![kim],
        sight: all.sight,
    };
    wait(&rig, &["Åsa Öberg"]).await;
    let checks = vec![kim, emil];
    let request = Request::Held {
        connection,
        batch: batch.clone(),
        checks,
    };
    let held = Held {
        total: 2,
        checks: vec![emil],
    };
    assert_eq!(rig.host.ask(request).await, Ok(Reply::Held(held)));
    let together = decide_together(&rig, batch, Decision::Dismiss).await;
    assert_eq!((together.decided, together.left), (2, 0));
    let dismissed: Vec<_> = rig
        .checks()
        .await
        .into_iter()
        .filter(|row| row.status == Status::Skipped)
        .collect();
    let names: BTreeSet<_> = dismissed.iter().map(|row| row.candidate.as_str()).collect();
    assert_eq!(names, ["Viktor Palm", "Emil Frisk"].into());
}

async fn causes(rig: &Rig, look: Look) -> Causes {
    let connection = rig.id().await;
    match rig.host.ask(Request::Causes { connection, look }).await {
        Ok(Reply::Causes(causes)) => causes,
        other => panic!("causes, not {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m14_what_the_user_of_a_computer_wants_outlives_a_restart_and_is_told_to_everybody() {
    let mut rig = Rig::start(Setup::default()).await;
    assert_eq!(rig.overview().await.computer, Computer::default());
    let mut events = rig.host.events();
    next(&mut events).await;
    let notify = Notify {
        completed: false,
        names: true,
        ..Notify::default()
    };
    let language = Language::Sv;
    for request in [
        Request::SetNotify { notify },
        Request::SetSearchKey { on: false },
        Request::SetLanguage { language },
    ] {
        assert_eq!(rig.host.ask(request).await, Ok(Reply::Done));
    }
    let wanted = Computer {
        language: Some(Language::Sv),
        notify,
        search_key: false,
    };
    loop {
        if let Event::Overview(overview) = next(&mut events).await
            && overview.computer == wanted
        {
            break;
        }
    }
    drop(events);
    rig.restart().await;
    assert_eq!(rig.overview().await.computer, wanted);
    // A host that no session starts says so, and changes nothing.
    let refused = rig.host.ask(Request::StartWithSession { start: true }).await;
    assert_eq!(refused.map_err(|failure| failure.code), Err(Code::AppAutostart));
    let autostart = rig.overview().await.autostart;
    assert_eq!(
        (autostart.on, autostart.failure.map(|failure| failure.code)),
        (false, Some(Code::AppAutostart))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m14_what_a_view_shows_is_exported_as_a_file_that_swedish_excel_opens() {
    let rig = Rig::start(Setup::default()).await;
    started(&rig, "Åsa Öberg").await;
    started(&rig, "Kim Berg").await;
    let connection = rig.id().await;
    let order = CsvOrder {
        title: "Åsa".to_owned(),
        look: Look {
            filter: Filter {
                text: "asa".to_owned(),
                ..Filter::default()
            },
            sort: Sort::default(),
        },
        columns: vec![Column::Candidate, Column::Status],
        format: CsvFormat::SwedishExcel,
        words: CsvWords {
            statuses: [(Status::Sent, "Skickad".to_owned())].into(),
            ..CsvWords::default()
        },
    };
    let exported = rig.host.ask(Request::ExportChecks { connection, order }).await;
    let Ok(Reply::Exported(exported)) = exported else {
        panic!("a file, not {exported:?}")
    };
    assert_eq!(exported.rows, 1);
    assert!(exported.path.contains("refapp-lever-checks-åsa-2"), "{}", exported.path);
    let text = std::fs::read_to_string(&exported.path).expect("it is there");
    let row = rig.check_of("Åsa Öberg").await.expect("a check");
    let expected = format!(
        "\u{feff}candidate;reference;status\r\nÅsa Öberg;{};Skickad\r\n",
        row.reference
    );
    assert_eq!(text, expected);
    assert_eq!(rig.connection().await.exporting, None);
    let request = Request::AuditLog { before: None, limit: 1 };
    let Ok(Reply::AuditLog(log)) = rig.host.ask(request).await else {
        panic!("the log")
    };
    assert_eq!(
        (log.entries[0].act, log.entries[0].params["rows"].as_str()),
        (Act::Exported, "1")
    );
}

async fn desk(rig: &Rig, request: Request) -> Desk {
    match rig.host.ask(request).await {
        Ok(Reply::Desk(desk)) => desk,
        other => panic!("a desk, not {other:?}"),
    }
}

/// The pause only ends a test that waits in vain.
async fn next(events: &mut mpsc::Receiver<Event>) -> Event {
    let event = tokio::time::timeout(Duration::from_secs(60), events.recv()).await;
    event.expect("something is told").expect("the host runs")
}

async fn window(rig: &Rig, offset: u32, limit: u32) -> CheckWindow {
    seen(rig, Look::default(), offset, limit).await
}

async fn seen(rig: &Rig, look: Look, offset: u32, limit: u32) -> CheckWindow {
    let connection = rig.id().await;
    let request = Request::Checks {
        connection,
        look,
        offset,
        limit,
        anchor: None,
    };
    match rig.host.ask(request).await {
        Ok(Reply::CheckWindow(window)) => window,
        other => panic!("a window, not {other:?}"),
    }
}

fn names(window: &CheckWindow) -> Vec<String> {
    window.rows.iter().map(|row| row.candidate.clone()).collect()
}
