//! What a recruiter does with the dashboard: finds, filters and goes back; arranges columns and keeps views, which a
//! restart does not lose.

use end_to_end::window::{Flaw, Home, Window, file};
use model::{Check, Clock, DAY, EffectKey, Phase, Progress, WireStatus};
use serde_json::{Value, json};
use simulator::demo;

use crate::simulated::Simulated;
use crate::steps;

const NO_FLAW: [Flaw; 0] = [];

/// A check that waits for its referees, one that has only been sent, and one that a person has to look at.
async fn three_checks(simulated: &Simulated, window: &Window) {
    window.set_up_eu().await;
    simulated.move_to("Åsa Öberg", demo::TRIGGER_STAGE).await;
    steps::see_candidate(window, "Åsa Öberg", "sent").await;
    simulated.refapp_step("accept").await;
    simulated.refapp_step("candidate-names-referees").await;
    steps::see_candidate(window, "Åsa Öberg", "waiting-for-referees").await;
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    steps::see_candidate(window, "Kim Berg", "sent").await;
    simulated.move_to("Emil Frisk", demo::TRIGGER_STAGE).await;
    steps::see_candidate(window, "Emil Frisk", "needs-attention").await;
}

/// The text of each element of this kind, from the first to the last.
async fn texts(window: &Window, id: &str) -> Value {
    let script =
        format!("return [...document.querySelectorAll('[data-testid=\"{id}\"]')].map((one) => one.innerText.trim())");
    window.run(&script).await
}

/// Waits until these are the candidates in the list, in this order.
async fn see_list(window: &Window, candidates: &[&str]) {
    let script = format!(
        "const names = [...document.querySelectorAll('[data-testid=\"check-candidate\"]')].map((one) => one.innerText);
         return JSON.stringify(names) === JSON.stringify({})",
        json!(candidates)
    );
    window.until(&format!("a list of {candidates:?}"), &script).await;
}

/// Waits until these columns are drawn, beside the one of the boxes.
async fn see_columns(window: &Window, columns: &[&str]) {
    let script = format!(
        "const heads = [...document.querySelectorAll('[role=columnheader][data-column]')].map((head) => head.dataset.column);
         return JSON.stringify(heads) === JSON.stringify({})",
        json!(columns)
    );
    window.until(&format!("the columns {columns:?}"), &script).await;
}

/// In both themes, and in the smallest window. Under a dialog nobody can choose another theme, so it is put on here.
async fn flaws(window: &Window) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for theme in ["dark", "light"] {
        // Only in the second frame are its colours on their way.
        let put_on = format!(
            "document.documentElement.dataset.theme = '{theme}';
             requestAnimationFrame(() => requestAnimationFrame(() => arguments[0]()))"
        );
        window.run_async(&put_on, vec![]).await;
        window.settle().await;
        flaws.extend([window.axe().await, window.clipped().await].concat());
    }
    window.resize(360, 480).await;
    window.settle().await;
    flaws.extend([window.axe().await, window.clipped().await].concat());
    window.resize(1200, 800).await;
    flaws
}

/// Waits until this view is looked at. Where not all fit beside one another, they are a list to choose from.
async fn see_view(window: &Window, view: &str) {
    let script = format!(
        "const button = document.querySelector('[data-testid=\"view\"][data-view=\"{view}\"]');
         const list = document.querySelector('[data-testid=\"views-choose\"]');
         return button?.ariaPressed === 'true' || list?.value === '{view}'"
    );
    window.until(&format!("the view {view}"), &script).await;
}

async fn turn_to(window: &Window, view: &str) {
    if window.count("views-choose").await > 0 {
        window.choose("views-choose", view).await;
    } else {
        window.click(&format!("view[data-view=\"{view}\"]")).await;
    }
    see_view(window, view).await;
}

/// Alt and an arrow, wherever the focus is.
async fn go(window: &Window, arrow: &str) {
    let script = format!(
        "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {{ key: '{arrow}', altKey: true, bubbles: true, cancelable: true }}))"
    );
    window.run(&script).await;
}

#[tokio::test]
async fn m14_a_check_is_found_by_a_part_of_a_name_and_the_way_leads_back() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    three_checks(&simulated, &window).await;
    let all = ["Emil Frisk", "Åsa Öberg", "Kim Berg"];
    see_list(&window, &all).await;

    // As one types, whatever the accents are. The slash is no part of it.
    window.press("checks-scroll", "/").await;
    let typing = "return document.activeElement.dataset.testid === 'search'";
    window.until("the search with the focus", typing).await;
    window.press("search", "berg").await;
    see_list(&window, &["Åsa Öberg", "Kim Berg"]).await;
    assert_eq!(
        texts(&window, "check-candidate").await,
        json!(["Åsa Öberg", "Kim Berg"])
    );
    window
        .click("status-choose[data-status=\"waiting-for-referees\"]")
        .await;
    see_list(&window, &["Åsa Öberg"]).await;
    window.see_text("filter-part", "Waiting for referees").await;
    assert_eq!(flaws(&window).await, NO_FLAW);
    window.click("check-open").await;
    window.see_text("rhythm-next", "reminder").await;
    window.see("timeline").await;
    assert_eq!(flaws(&window).await, NO_FLAW);

    // Each step back, and all of them forward again.
    go(&window, "ArrowLeft").await;
    window.see_no("check-detail").await;
    go(&window, "ArrowLeft").await;
    see_list(&window, &["Åsa Öberg", "Kim Berg"]).await;
    go(&window, "ArrowLeft").await;
    see_list(&window, &all).await;
    window.run("history.go(3)").await;
    window.see("check-detail").await;
    window.click("detail-close").await;

    // What nobody matches says so, and leads out.
    window.fill("search", "nobody of this name").await;
    window.see_text("checks-none", "nobody of this name").await;
    assert_eq!(flaws(&window).await, NO_FLAW);
    window.click("none-search-all").await;
    window.see_text("checks-none", "nobody of this name").await;
    window.click("none-clear").await;
    see_list(&window, &all).await;

    // Several filters at once, by what the checks have.
    window.click("filters-open").await;
    window.see("filter-posting").await;
    window
        .click("filter-status-option[data-value=\"needs-attention\"]")
        .await;
    assert_eq!(flaws(&window).await, NO_FLAW);
    window.click("filters-apply").await;
    see_list(&window, &["Emil Frisk"]).await;
    window.see_text("check-pace", "To decide").await;
    window.close().await;
}

#[tokio::test]
async fn m14_the_bar_filters_by_what_it_counts_and_the_heads_sort() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    three_checks(&simulated, &window).await;
    let counted = |status: &str| format!("status-choose[data-status=\"{status}\"]");
    for status in ["needs-attention", "sent", "waiting-for-referees"] {
        window.see_text(&counted(status), "1").await;
    }
    assert_eq!(window.count("status-choose").await, 3, "no part without a check");
    window.click("status-part[data-status=\"sent\"]").await;
    see_list(&window, &["Kim Berg"]).await;
    // The others are still counted, and can be had beside it.
    window.click(&counted("needs-attention")).await;
    see_list(&window, &["Emil Frisk", "Kim Berg"]).await;
    window.click("filters-clear").await;

    window.click("sort-candidate").await;
    see_list(&window, &["Emil Frisk", "Kim Berg", "Åsa Öberg"]).await;
    window.click("sort-candidate").await;
    see_list(&window, &["Åsa Öberg", "Kim Berg", "Emil Frisk"]).await;
    let sorted =
        "return [...document.querySelectorAll('[aria-sort]')].map((head) => [head.dataset.column, head.ariaSort])";
    assert_eq!(window.run(sorted).await, json!([["candidate", "descending"]]));

    // A check that moves on moves in the bar too, under an open detail, which stays.
    window.click("check-open").await;
    window.see("check-detail").await;
    simulated.move_to("Omar Haddad", demo::TRIGGER_STAGE).await;
    window.see_text(&counted("sent"), "2").await;
    window.see_text("checks-changed", "changed").await;
    window.see_text("check-detail", "Åsa Öberg").await;
    assert_eq!(flaws(&window).await, NO_FLAW);
    window.close().await;
}

#[tokio::test]
async fn m14_columns_and_views_are_there_after_a_restart() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    three_checks(&simulated, &window).await;

    // Who one is, once; then what one looks at, under a name.
    window.click("mine").await;
    window.see_text("checks-none", "Who are you?").await;
    let last = "[...document.querySelectorAll('[data-testid=\"me\"] option')].at(-1).value";
    window
        .until("owners to choose from", &format!("return {last} !== ''"))
        .await;
    let owner = window.run(&format!("return {last}")).await;
    let owner = owner.as_str().expect("a name");
    assert_eq!(flaws(&window).await, NO_FLAW);
    window.choose("me", owner).await;
    window.click("me-choose").await;
    window.see_text("filter-part", owner).await;
    window.see("check-row").await;

    window.click("columns-open").await;
    window.click("column-posting").await;
    window.click("column-answered").await;
    for _ in 0..4 {
        window.click("column-up-owner").await;
    }
    assert_eq!(flaws(&window).await, NO_FLAW);
    window.click("columns-close").await;
    // Those for which there is room.
    let arranged = [
        "candidate",
        "status",
        "waiting-on",
        "owner",
        "since",
        "links",
        "activity",
    ];
    see_columns(&window, &arranged).await;

    window.click("view-save").await;
    window.fill("view-name", "My own").await;
    assert_eq!(flaws(&window).await, NO_FLAW);
    window.click("view-naming-yes").await;
    see_view(&window, "own My own").await;
    let mine = texts(&window, "check-candidate").await;
    window.close().await;

    let window = Window::app(&home, &simulated.running).await;
    see_view(&window, "own My own").await;
    window.see_text("filter-part", owner).await;
    window.see("check-row").await;
    see_columns(&window, &arranged).await;
    assert_eq!(texts(&window, "check-candidate").await, mine);
    // The given one has its columns too, and shows what is mine until that is switched off.
    turn_to(&window, "all").await;
    see_columns(&window, &arranged).await;
    assert_eq!(texts(&window, "check-candidate").await, mine);
    turn_to(&window, "own My own").await;
    window.click("view-forget").await;
    see_view(&window, "all").await;
    window.see_no("view[data-view=\"own My own\"]").await;
    window.close().await;
}

/// Presses Tab until what has this test id has the focus, as somebody does who has no mouse.
async fn tab_to(window: &Window, id: &str) {
    for _ in 0..80 {
        let there = format!("return document.activeElement?.dataset.testid === '{id}'");
        if window.run(&there).await == Value::Bool(true) {
            return;
        }
        window.press_key(&[TAB]).await;
    }
    panic!("the keyboard does not lead to {id}");
}

const TAB: char = '\u{e004}';
const ENTER: char = '\u{e007}';
const ESCAPE: char = '\u{e00c}';

/// As they stand at first.
const COLUMNS: [&str; 11] = [
    "candidate",
    "posting",
    "status",
    "answered",
    "waiting-on",
    "since",
    "links",
    "activity",
    "template",
    "owner",
    "warnings",
];

#[tokio::test]
async fn m14_each_of_the_eleven_columns_is_hidden_shown_and_moved_by_keyboard_and_stays_so() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    steps::see_candidate(&window, "Kim Berg", "sent").await;
    // Room for all of them.
    window.resize(1700, 900).await;
    see_columns(&window, &COLUMNS).await;

    tab_to(&window, "columns-open").await;
    window.press_key(&[ENTER]).await;
    window.see("columns").await;
    let mut shown = COLUMNS.to_vec();
    for column in COLUMNS {
        if matches!(column, "candidate" | "status") {
            let fixed = format!("return document.querySelector('[data-testid=\"column-{column}\"]').disabled");
            assert_eq!(window.run(&fixed).await, json!(true), "{column}");
            continue;
        }
        tab_to(&window, &format!("column-{column}")).await;
        window.press_key(&[' ']).await;
        shown.retain(|one| *one != column);
        see_columns(&window, &shown).await;
    }
    assert_eq!(shown, ["candidate", "status"]);
    // What is shown again comes last: from the last to the second, so that none stands where it stood.
    for column in COLUMNS
        .into_iter()
        .rev()
        .filter(|one| !shown.contains(one))
        .collect::<Vec<_>>()
    {
        tab_to(&window, &format!("column-{column}")).await;
        window.press_key(&[' ']).await;
        shown.push(column);
        see_columns(&window, &shown).await;
    }
    // One goes all the way up under one button, which keeps the focus.
    tab_to(&window, "column-up-posting").await;
    for place in (1..shown.len() - 1).rev() {
        window.press_key(&[ENTER]).await;
        shown.swap(place, place + 1);
        see_columns(&window, &shown).await;
    }
    assert_eq!(shown[..3], ["candidate", "posting", "status"]);
    // The candidate's is always the first.
    window.press_key(&[ENTER]).await;
    tab_to(&window, "column-down-status").await;
    window.press_key(&[ENTER]).await;
    shown.swap(2, 3);
    see_columns(&window, &shown).await;
    assert_eq!(flaws(&window).await, NO_FLAW);
    window.press_key(&[ESCAPE]).await;
    window.see_no("columns").await;
    window.close().await;

    let window = Window::app(&home, &simulated.running).await;
    window.resize(1700, 900).await;
    steps::see_candidate(&window, "Kim Berg", "sent").await;
    see_columns(&window, &shown).await;
    window.close().await;
}

/// A check that has waited for its referees for so many days.
fn waiting(number: u32, days: i64) -> Check {
    let opportunity = format!("00000000-0000-4000-a000-{number:012}").as_str().into();
    let key = EffectKey::of(file::connection(), &opportunity, None, "start", 1);
    let since = Clock::system().now().plus(-days * DAY);
    let phase = Phase::Started;
    let mut check = Check::new(key.check_id(), file::connection(), &opportunity, 1, since, phase, since);
    check.candidate = format!("Waits {days}");
    check.progress = Progress {
        status: WireStatus::Pending,
        total: Some(2),
        remaining_to_submit: Some(0),
        completed: Some(0),
        ..Progress::default()
    };
    check
}

#[tokio::test]
async fn m14_a_long_wait_says_so_by_icon_and_word_from_limits_that_can_be_set_and_a_check_tells_its_story() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    // Weekends do not count: of 5 days at least 3 do, of 40 at least 28.
    home.lay_in(&[waiting(1, 5), waiting(2, 40)]);
    let window = steps::dashboard(&home, &simulated).await;
    window.click("nav-connection").await;
    for (limit, days) in [("refereesYellow", "2"), ("refereesRed", "9")] {
        window.fill(&format!("limit-{limit}"), days).await;
    }
    window.click("limits-save").await;
    window.see_text("limits-saved", "aved").await;
    window.click("nav-checks").await;
    // Word, and the drawing of the icon.
    let paces = "return [...document.querySelectorAll('[data-testid=check-pace]')].map((pace) =>
        [pace.closest('[data-check]').querySelector('[data-testid=check-candidate]').innerText, pace.innerText.trim(), pace.querySelector('svg').innerHTML])";
    let both = format!("return (() => {{ {paces} }})().length === 2");
    window.until("both waits to be long", &both).await;
    let shown = window.run(paces).await;
    assert_eq!([&shown[0][0], &shown[0][1]], ["Waits 40", "Call now"]);
    assert_eq!([&shown[1][0], &shown[1][1]], ["Waits 5", "Call"]);
    assert_ne!(shown[0][2], shown[1][2], "the icons are alike");
    window.click("check-open").await;
    window
        .see_text("rhythm-pace", "The last automatic reminder has gone: call")
        .await;
    window.see_no("rhythm-next").await;
    window.click("detail-close").await;

    // Limits are the connection's settings: by wider ones neither is too long.
    window.click("nav-connection").await;
    window.fill("limit-refereesRed", "90").await;
    window.click("limits-save").await;
    window.see_text("limits-saved", "aved").await;
    window.click("nav-checks").await;
    window
        .until(
            "no wait to be too long",
            &format!("return (() => {{ {paces} }})().map((pace) => pace[1]).join() === 'Call,Call'"),
        )
        .await;

    // The story of one from end to end: each step with its moment, by whom, and how long after the one before.
    simulated.move_to("Åsa Öberg", demo::TRIGGER_STAGE).await;
    steps::see_candidate(&window, "Åsa Öberg", "sent").await;
    for step in ["accept", "candidate-names-referees"] {
        simulated.refapp_step(step).await;
    }
    simulated.refapp_finishes().await;
    steps::see_candidate(&window, "Åsa Öberg", "completed").await;
    steps::see_tag(&simulated, "Åsa Öberg", "Completed").await;
    window.fill("search", "asa").await;
    see_list(&window, &["Åsa Öberg"]).await;
    window.click("check-open").await;
    for (step, by) in [
        ("stage-moved", "by a person in Lever"),
        ("webhook-received", "by Lever"),
        ("start-sent", "by the app"),
        ("accepted", "by Refapp"),
        ("update-received", "by Refapp"),
        ("tag-added", "by the app"),
        ("note-written", "by the app"),
    ] {
        window.see_text(&format!("timeline-{step}"), by).await;
    }
    for told in ["1 of 3 answered", "2 of 3 answered", "Completed"] {
        window.see_text("timeline-update-received", told).await;
    }
    let told = "const steps = [...document.querySelectorAll('[data-testid=timeline] li')];
        return steps.every((step) => /\\d\\d:\\d\\d/.test(step.innerText))";
    assert_eq!(window.run(told).await, json!(true));
    window
        .see_text("check-detail", "language can be changed in Refapp")
        .await;
    // The note as it is in Lever.
    let note = window.text("detail-note").await;
    let state = simulated.state().await;
    let notes = state["lever"]["opportunities"].to_string();
    let line = note.lines().next().expect("a first line");
    assert!(notes.contains(line), "{line:?} in {notes}");
    // The ways out.
    for (number, (link, leads)) in [
        ("detail-lever", "/candidates/"),
        ("detail-refapp", "/candidate/"),
        ("detail-report", "/report/"),
    ]
    .into_iter()
    .enumerate()
    {
        window.click(link).await;
        let opened = home.opened(number).await;
        assert!(opened.contains(leads), "{link} led to {opened}");
    }
    assert_eq!(flaws(&window).await, NO_FLAW);
    window.close().await;
}
