//! The dashboard with very many checks: everything is found, nothing moves under one's hands, and no more crosses to the
//! page than it shows. What is shown is held against what is counted beside it ([`crate::counted`]).

use end_to_end::window::{Frame, Home, Window, file};
use model::{Check, Clock, DAY, EffectKey, HOUR, Phase, Progress, Reason, Status, Urgency, WireStatus, urgency};
use serde_json::{Value, json};
use simulator::demo;

use crate::counted::{self, count, status};
use crate::simulated::Simulated;
use crate::steps::{dashboard, see_total};

/// Rows that are drawn at most, and a few more that a question may ask for (`ChecksTable.svelte`).
const DRAWN: u64 = 150;

const ALT: char = '\u{e00a}';
const LEFT: char = '\u{e012}';
const ENTER: char = '\u{e007}';

/// As a person compares: without case and accents.
fn folded(text: &str) -> String {
    let plain = |c: char| match c {
        'å' | 'ä' => 'a',
        'ö' => 'o',
        'é' | 'ë' => 'e',
        'ú' => 'u',
        'ñ' => 'n',
        c => c,
    };
    text.to_lowercase().chars().map(plain).collect()
}

/// Each word is somewhere in the candidate's name, the posting's or its owner's.
fn reads(check: &Check, words: &str) -> bool {
    let texts = [&check.candidate, &check.posting_title, &check.owner].map(|text| folded(text));
    words
        .split(' ')
        .all(|word| texts.iter().any(|text| text.contains(word)))
}

/// The candidates of the rows that are drawn.
async fn names(window: &Window) -> Vec<String> {
    let script = "return [...document.querySelectorAll('[data-testid=check-candidate]')].map((one) => one.innerText)";
    let names = window.run(script).await;
    let names = names.as_array().into_iter().flatten().filter_map(Value::as_str);
    names.map(str::to_owned).collect()
}

/// So many hours, as the dashboard says them.
fn lasting(hours: i64) -> String {
    let tenths = (hours * 10 + 12) / 24;
    match (hours, tenths % 10) {
        (..24, _) => format!("{hours} hr"),
        _ if tenths == 10 => "1 day".to_owned(),
        (_, 0) => format!("{} days", tenths / 10),
        (_, tenth) => format!("{}.{tenth} days", tenths / 10),
    }
}

async fn tick_and_apply(window: &Window, boxes: &[&str]) {
    window.click("filters-open").await;
    for one in boxes {
        // Of a long list only the beginning is there at first.
        let list = one.split("-option").next().expect("a name");
        if *list != **one {
            window.see(&format!("{list}-option")).await;
            if window.count(&format!("{list}-all")).await > 0 {
                window.click(&format!("{list}-all")).await;
            }
        }
        window.see(one).await;
        window.press(one, " ").await;
    }
    window.click("filters-apply").await;
    window.see_no("filters").await;
}

async fn choose_and_apply(window: &Window, list: &str, value: &str) {
    window.click("filters-open").await;
    window.choose(list, value).await;
    window.click("filters-apply").await;
    window.see_no("filters").await;
}

#[tokio::test]
async fn m14_of_very_many_checks_each_is_found_each_filter_holds_and_no_more_crosses_than_is_shown() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let checks = counted::lay_in(&home);
    let window = dashboard(&home, &simulated).await;
    window.run(include_str!("crossing.js")).await;
    let all = checks.len();
    see_total(&window, "there", all).await;

    // What a person has to decide comes first, and of that what has waited longest; reports are read after it.
    let mut urgent: Vec<&Check> = checks
        .iter()
        .filter(|check| status(check) == Status::NeedsAttention)
        .collect();
    urgent.sort_by_key(|check| (check.entered_at, check.id));
    let drawn = names(&window).await;
    let first: Vec<&str> = urgent.iter().take(10).map(|check| check.candidate.as_str()).collect();
    assert_eq!(drawn[..10], first);

    // Where all of them stand; a part of the bar filters by what it counts.
    for (word, of) in [
        ("needs-attention", Status::NeedsAttention),
        ("failed", Status::Failed),
        ("waiting-for-candidate", Status::WaitingForCandidate),
        ("waiting-for-referees", Status::WaitingForReferees),
        ("completed", Status::Completed),
    ] {
        let script = format!(
            "return document.querySelector('[data-testid=status-choose][data-status={word}] strong').innerText.replace(/\\D/g, '')"
        );
        let shown = window.run(&script).await;
        assert_eq!(shown, count(checks, |check| status(check) == of).to_string(), "{word}");
    }
    window.click("status-part[data-status=\"failed\"]").await;
    let failed = count(checks, |check| status(check) == Status::Failed);
    see_total(&window, "failed", failed).await;

    // How long they took, as a table: each template with its own.
    window.click("durations-open").await;
    window.see("duration").await;
    for (at, template) in (0..9).map(|number| (number, format!("Template {number}"))) {
        let of_it = |check: &&Check| {
            status(check) == Status::Completed && check.template.as_ref().is_some_and(|(_, name)| *name == template)
        };
        let hours = |check: &Check| check.status_since.since(check.entered_at) / HOUR;
        let mut took: Vec<i64> = checks.iter().filter(of_it).map(hours).collect();
        took.sort_unstable();
        let [lower, median, upper] = [1, 2, 3].map(|quarters| lasting(took[(took.len() * quarters).div_ceil(4) - 1]));
        let cells = format!(
            "const row = document.querySelectorAll('[data-testid=duration]')[{at}];
             return [row.cells[0].innerText.trim(), Number(row.cells[1].innerText.replace(/\\D/g, '')),
                 row.cells[2].innerText, row.cells[3].innerText, row.querySelector('.median') !== null]"
        );
        let counted = json!([template, took.len(), median, format!("{lower} to {upper}"), true]);
        assert_eq!(window.run(&cells).await, counted);
    }
    window.click("durations-open").await;

    // Back by the button at the mouse's side, and on again.
    let frame = Frame::find().await;
    frame.press_button(8);
    see_total(&window, "there", all).await;
    frame.press_button(9);
    see_total(&window, "failed", failed).await;
    window.press_key(&[ALT, LEFT]).await;
    see_total(&window, "there", all).await;

    // While one types: a name, a posting, an owner, all of them in parts, and without accents.
    for words in ["7777", "asa oberg", "utvecklare 399", "nunez", "zoe 39 berg utv"] {
        window.fill("search", words).await;
        see_total(&window, words, count(checks, |check| reads(check, words))).await;
        let found = names(&window).await;
        assert!(found.len() <= DRAWN as usize && !found.is_empty(), "{found:?}");
    }
    window.click("filters-clear").await;
    see_total(&window, "there", all).await;

    // Each filter by itself, each a step that one goes back from.
    type Is = fn(&Check) -> bool;
    let filters: [(&str, Is); 5] = [
        ("filter-posting-option[data-value=\"posting-7\"]", |check| {
            check
                .posting
                .as_ref()
                .is_some_and(|posting| posting.as_str() == "posting-7")
        }),
        ("filter-owner-option[data-value=\"Kim Berg\"]", |check| {
            check.owner == "Kim Berg"
        }),
        ("filter-template-option[data-value=\"t3\"]", |check| {
            check.template.as_ref().is_some_and(|(id, _)| id.0 == "t3")
        }),
        ("filter-warnings", |check| !check.progress.warnings.is_empty()),
        ("filter-needs-action", |check| urgency(check) == Urgency::NeedsAction),
    ];
    for (one, is) in filters {
        tick_and_apply(&window, &[one]).await;
        see_total(&window, one, count(checks, is)).await;
        frame.press_button(8);
        see_total(&window, "there", all).await;
    }
    let old = json!({"age": "at-least", "days": 30}).to_string();
    choose_and_apply(&window, "filter-age", &old).await;
    see_total(&window, "old", count(checks, |check| counted::is_old(check, 30))).await;
    // What is narrowed down further by the bar, and by words.
    window.click("status-choose[data-status=\"completed\"]").await;
    window.fill("search", "hanna").await;
    let narrow =
        |check: &Check| counted::is_old(check, 30) && status(check) == Status::Completed && reads(check, "hanna");
    see_total(&window, "old, completed and Hanna's", count(checks, narrow)).await;
    window.click("filters-clear").await;

    // Who one is is said once; then “Mine” is a view like the others.
    window.click("view[data-view=\"mine\"]").await;
    window.see_text("checks-none", "Who are you?").await;
    let offered =
        "return [...document.querySelectorAll('[data-testid=me] option')].some((one) => one.value === 'Åsa Öberg')";
    window.until("the owners", offered).await;
    window.choose("me", "Åsa Öberg").await;
    window.click("me-choose").await;
    see_total(&window, "mine", count(checks, |check| check.owner == "Åsa Öberg")).await;
    for (view, of) in [
        ("waiting-for-candidate", Status::WaitingForCandidate),
        ("waiting-for-referees", Status::WaitingForReferees),
        ("failed", Status::Failed),
    ] {
        window.click(&format!("view[data-view=\"{view}\"]")).await;
        see_total(&window, view, count(checks, |check| status(check) == of)).await;
    }
    // All of this took no more than what was on screen.
    let crossed = window.run("return window.crossed").await;
    let number = |of: &str| crossed[of].as_u64().unwrap_or(u64::MAX);
    assert!(number("answers") > 20, "nothing was counted: {crossed}");
    assert!(number("most") <= DRAWN, "{crossed}");

    window.click("view[data-view=\"needs-action\"]").await;
    window.see("cause[data-code=\"CAND-CONTACT\"]").await;
    window.click("causes-toggle").await;
    see_total(&window, "to act on", urgent.len()).await;
    window.click("view[data-view=\"all\"]").await;
    see_total(&window, "there", all).await;

    // To the end of the list, and into its middle.
    let to = |part: &str| {
        format!(
            "const list = document.querySelector('[data-testid=checks-scroll]'); list.scrollTop = list.scrollHeight * {part}"
        )
    };
    for (part, place) in [("1", all + 1), ("0.5", all / 2)] {
        window.run(&to(part)).await;
        let there = format!(
            "const rows = [...document.querySelectorAll('[data-testid=check-row]')].map((row) => Number(row.ariaRowIndex));
             return rows.length > 0 && rows.some((row) => row === {place})"
        );
        window.until(&format!("the row at {place}"), &there).await;
    }
    window.close().await;
}

/// Checks that run, at the top of all that run: Refapp will speak of them.
async fn that_will_change(simulated: &Simulated, many: u32) -> Vec<Check> {
    let posting = demo::id(1, "posting", "Backend Developer");
    let order = json!({"name": "Live Wire", "emails": ["live@candidate.example"], "posting": posting,
        "stage": "applicant-new", "deliver": "none", "count": many});
    let made = simulated.control("POST", "lever/opportunities", order).await;
    let now = Clock::system().now();
    let ids = made["ids"].as_array().into_iter().flatten().filter_map(Value::as_str);
    ids.zip(0..)
        .map(|(id, number)| {
            let opportunity = id.into();
            let key = EffectKey::of(file::connection(), &opportunity, None, "start", 1);
            let since = now.plus(-20 * DAY + i64::from(number) * HOUR);
            let phase = Phase::Started;
            let mut check = Check::new(key.check_id(), file::connection(), &opportunity, 1, since, phase, since);
            check.candidate = format!("Live Wire {number}");
            check.posting = Some(posting.as_str().into());
            check.posting_title = "Backend Developer".to_owned();
            check.result = Some(key.result_id());
            check.progress = Progress {
                status: WireStatus::Pending,
                total: Some(3),
                remaining_to_submit: Some(0),
                completed: Some(0),
                ..Progress::default()
            };
            check
        })
        .collect()
}

/// Where the app has Refapp send its updates.
fn update_url(state: &Value) -> Option<String> {
    state["refapp"]["checks"][0]["update_url"].as_str().map(str::to_owned)
}

/// Refapp says that one referee has answered.
async fn one_answered(url: &str, check: &Check) {
    let id = check.result.expect("it was sent").to_string();
    let assessment =
        json!({"type": "reference-check", "total": 3, "remainingToSubmit": 0, "completed": 1, "declined": 0});
    let body = json!({"type": "partner-results", "id": id,
        "attributes": {"status": "pending", "summary": "1 of 3", "assessment": assessment}});
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let told = client.put(url).bearer_auth(demo::UPDATE_BEARER).json(&body);
    let answer = told.send().await.expect("the app listens");
    assert!(answer.status().is_success(), "{}", answer.status());
}

/// What lies under one's hands: the check whose button has the focus and where it is on screen, and how many are selected.
const HANDS: &str = "
    const row = document.activeElement.closest('[data-testid=check-row]');
    return [row?.dataset.check ?? null, row ? Math.round(row.getBoundingClientRect().top - row.closest('[data-testid=checks-scroll]').getBoundingClientRect().top) : null,
        document.querySelector('[data-testid=selection] strong')?.innerText ?? null]";

#[tokio::test]
async fn m14_what_changes_among_very_many_checks_moves_nothing_under_ones_hands_and_is_said_once() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let checks = counted::lay_in(&home);
    let live = that_will_change(&simulated, 20).await;
    home.add(&live);
    let window = dashboard(&home, &simulated).await;
    see_total(&window, "there", checks.len() + live.len()).await;
    // A check that is started for real tells where Refapp sends its updates.
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    see_total(&window, "there", checks.len() + live.len() + 1).await;
    simulated.until("a start", |state| update_url(state).is_some()).await;
    let url = update_url(&simulated.state().await).expect("just seen");

    // Far down, where those end that a person has to decide: one of them is selected.
    let scroll = |to: &str, until: &str| {
        format!(
            "const list = document.querySelector('[data-testid=checks-scroll]');
             const row = document.querySelector('[data-testid=check-row]').getBoundingClientRect().height;
             const rows = [...document.querySelectorAll('[data-testid=check-row]')];
             list.scrollTop = ({to} - 4) * row;
             return rows.some((row) => {until})"
        )
    };
    let urgent = count(checks, |check| urgency(check) == Urgency::NeedsAction);
    let to_decide = count(checks, |check| status(check) == Status::NeedsAttention).to_string();
    let ended = scroll(&to_decide, "row.dataset.status.startsWith('waiting')");
    window.until("the last that is to be decided", &ended).await;
    window.settle().await;
    let parked = "[...document.querySelectorAll('[data-testid=check-row][data-status=needs-attention]')].at(-1)";
    window
        .run(&format!("{parked}.querySelector('[data-testid=check-select]').click()"))
        .await;
    window.see("selection").await;
    // Farther down, where those begin that run.
    let call = "Number(document.querySelector('[data-testid=count-call] strong').innerText.replace(/\\D/g, ''))";
    let begun = scroll(
        &format!("({urgent} + {call})"),
        "row.innerText.includes('Live Wire 1\\n')",
    );
    window.until("the first that runs", &begun).await;
    window.settle().await;
    let focus = "const name = [...document.querySelectorAll('[data-testid=check-candidate]')].find((one) => one.innerText === 'Live Wire 1');
        name.closest('button').focus({ preventScroll: true });
        return document.activeElement === name.closest('button')";
    window.until("the focus on a row", focus).await;
    let hands = window.run(HANDS).await;
    assert_eq!(
        (&hands[0], &hands[2]),
        (&json!(live[1].id.to_string()), &json!("1 selected"))
    );

    // Refapp speaks of 20 at once, and far above somebody answers for 30 others, who leave the list's first part.
    window.listen().await;
    for check in &live {
        one_answered(&url, check).await;
    }
    let mut first: Vec<&Check> = checks
        .iter()
        .filter(|check| check.phase == Phase::Parked(Reason::NoContact))
        .collect();
    first.sort_by_key(|check| (check.entered_at, check.id));
    let dismissed: Vec<String> = first.iter().take(30).map(|check| check.id.to_string()).collect();
    let order = json!({"ask": "decide", "checks": dismissed, "decision": "dismiss"});
    assert_eq!(window.ask(order).await["reply"], "decided");
    let answered = "return [...document.querySelectorAll('[data-testid=check-row]')]
        .filter((row) => row.innerText.includes('Live Wire') && row.innerText.includes('1 of 3')).length >= 5";
    window.until("what Refapp said", answered).await;
    let skipped =
        "return document.querySelector('[data-testid=status-choose][data-status=skipped] strong')?.innerText === '30'";
    window.until("what was answered", skipped).await;
    let said = "return window.heard.said.some((text) => /checks? changed/.test(text))";
    window.until("an announcement", said).await;
    assert_eq!(window.run(HANDS).await, hands, "it has moved");
    let (said, unheard) = window.heard().await;
    let told: Vec<&String> = said.iter().filter(|text| text.contains("changed")).collect();
    // However slowly they come in, many are one sentence.
    assert!((1..=live.len() / 4).contains(&told.len()), "{said:?}");
    assert_eq!(unheard, Vec::<String>::new());
    window.press_key(&[ENTER]).await;
    window.see_text("check-detail", "Live Wire 1").await;
    window.close().await;
}
