//! The dashboard with very many checks: everything is found, nothing moves under one's hands, and no more crosses to the
//! page than it shows. What is shown is held against what is counted beside it ([`crate::counted`]).

use end_to_end::window::{Flaw, Frame, Home, Window, file};
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
const SHIFT: char = '\u{e008}';
const TAB: char = '\u{e004}';
const NO_FLAW: [Flaw; 0] = [];

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

/// As the dashboard writes a number.
fn thousands(number: usize) -> String {
    assert!((1_000..1_000_000).contains(&number), "{number} is written otherwise");
    format!("{},{:03}", number / 1_000, number % 1_000)
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

    // The wheel scrolls the list, whoever paints it, and back: it is in the middle of a window that is high enough.
    window.resize(1200, 1200).await;
    let scrolled = |how: &str| format!("return document.querySelector('[data-testid=checks-scroll]').scrollTop {how}");
    for (button, how) in [(5, "> 0"), (4, "=== 0")] {
        for _ in 0..3 {
            frame.press_button(button);
        }
        window.until("the wheel scrolls", &scrolled(how)).await;
    }

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
    let filters: [(&str, Is); 4] = [
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
    ];
    for (one, is) in filters {
        tick_and_apply(&window, &[one]).await;
        see_total(&window, one, count(checks, is)).await;
        frame.press_button(8);
        see_total(&window, "there", all).await;
    }
    // What there is to do is shown by cause.
    let to_act = count(checks, |check| urgency(check) == Urgency::NeedsAction);
    tick_and_apply(&window, &["filter-needs-action"]).await;
    window.see_text("causes-summary", &thousands(to_act)).await;
    frame.press_button(8);
    see_total(&window, "there", all).await;
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

    // Who one is is said once; then only one's own are there, in whichever view.
    window.click("mine").await;
    window.see_text("checks-none", "Who are you?").await;
    let offered =
        "return [...document.querySelectorAll('[data-testid=me] option')].some((one) => one.value === 'Åsa Öberg')";
    window.until("the owners", offered).await;
    window.choose("me", "Åsa Öberg").await;
    window.click("me-choose").await;
    see_total(&window, "mine", count(checks, |check| check.owner == "Åsa Öberg")).await;
    window.click("mine").await;
    for (view, of) in [
        ("waiting-for-candidate", Status::WaitingForCandidate),
        ("waiting-for-referees", Status::WaitingForReferees),
        ("failed", Status::Failed),
    ] {
        window.click(&format!("view[data-view=\"{view}\"]")).await;
        see_total(&window, view, count(checks, |check| status(check) == of)).await;
    }

    // By cause: how many have it, and their names a page at a time.
    window.click("view[data-view=\"needs-action\"]").await;
    let contact = "cause[data-code=\"CAND-CONTACT\"]";
    window
        .see_text(&format!("{contact} [data-testid=\"cause-count\"]"), "2,000 checks")
        .await;
    window.see_text("causes-summary", &thousands(to_act)).await;
    window.see_text("causes-more", &thousands(to_act - 2_000)).await;
    window.click(&format!("{contact} [data-testid=\"cause-who\"]")).await;
    window.see_text("names-range", "1–50 of 2,000").await;
    window.click("names-next").await;
    window.see_text("names-range", "51–100 of 2,000").await;
    let shown = "return [...document.querySelectorAll('[data-testid=cause-check]')].map((one) => one.innerText)";
    let second: Vec<&str> = urgent[50..100].iter().map(|check| check.candidate.as_str()).collect();
    assert_eq!(window.run(shown).await, json!(second));
    // Whom an answer writes to is read the same way before it is given.
    window
        .click(&format!("{contact} [data-testid=\"decide-try-again\"]"))
        .await;
    window.see_text("confirm-decision", "1–50 of 2,000").await;
    window.click("confirm-decision-no").await;
    window.click("causes-toggle").await;
    see_total(&window, "to act on", to_act).await;
    window.click("view[data-view=\"all\"]").await;
    see_total(&window, "there", all).await;

    // All that need attention, but one of them.
    window.click("select-all").await;
    window
        .see_text("selection", &format!("{} selected", thousands(urgent.len())))
        .await;
    window.click("check-select").await;
    window
        .see_text("selection", &format!("{} selected", thousands(urgent.len() - 1)))
        .await;
    window.click("decide-try-again").await;
    window
        .see_text("confirm-decision", &format!("1–50 of {}", thousands(urgent.len() - 1)))
        .await;
    window.see_text("confirm-decision-whom", &urgent[1].candidate).await;
    window.click("confirm-decision-no").await;
    window.click("selection-clear").await;

    // All of this took no more than what was on screen.
    let crossed = window.run("return window.crossed").await;
    let number = |of: &str| crossed[of].as_u64().unwrap_or(u64::MAX);
    assert!(number("answers") > 20, "nothing was counted: {crossed}");
    // A row has its own id and its opportunity's.
    assert!(number("rows") <= DRAWN && number("ids") <= 2 * DRAWN, "{crossed}");

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

/// From one control to the next until this one has the focus, and it is in sight.
async fn tab_to(window: &Window, id: &str) {
    go_to(window, id, &[TAB]).await;
}

async fn back_to(window: &Window, id: &str) {
    go_to(window, id, &[SHIFT, TAB]).await;
}

async fn go_to(window: &Window, id: &str, keys: &[char]) {
    let has_it = format!("return document.activeElement.matches('[data-testid=\"{id}\"]')");
    for _ in 0..60 {
        window.press_key(keys).await;
        if window.run(&has_it).await == true {
            let seen = "const one = document.activeElement, { x, y, width, height } = one.getBoundingClientRect();
                const there = document.elementFromPoint(x + width / 2, y + height / 2);
                return there !== null && (one.contains(there) || there.contains(one))";
            return window.until(&format!("{id} in sight"), seen).await;
        }
    }
    panic!("{id} is not reached by the keyboard");
}

#[tokio::test]
async fn m14_of_very_many_postings_one_is_chosen_by_keyboard_alone_and_at_200_percent() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let checks = counted::lay_in(&home);
    let window = dashboard(&home, &simulated).await;
    see_total(&window, "there", checks.len()).await;
    window.resize(1280, 800).await;
    window.zoom_to_double().await;
    tab_to(&window, "filters-open").await;
    window.press_key(&[ENTER]).await;
    window.see("filter-posting-option").await;
    assert_eq!([window.axe().await, window.clipped().await].concat(), NO_FLAW);

    // All of them, from the first on that was not there before.
    tab_to(&window, "filter-posting-all").await;
    window.press_key(&[ENTER]).await;
    let options = "return document.querySelectorAll('[data-testid=filter-posting-option]').length === 400";
    window.until("all postings", options).await;
    let tenth = "return document.activeElement === document.querySelectorAll('[data-testid=filter-posting-option]')[9]";
    window.until("the focus on the tenth", tenth).await;
    tab_to(&window, "filter-posting-option").await;
    assert_eq!([window.axe().await, window.clipped().await].concat(), NO_FLAW);

    // Or the one that is looked for, a way back.
    back_to(&window, "filter-posting-filter").await;
    for key in "399".chars() {
        window.press_key(&[key]).await;
    }
    let one = "return document.querySelectorAll('[data-testid=filter-posting-option]').length === 1";
    window.until("the posting", one).await;
    tab_to(&window, "filter-posting-option").await;
    window.press_key(&[' ']).await;
    tab_to(&window, "filters-apply").await;
    window.press_key(&[ENTER]).await;
    let of_it = |check: &Check| {
        check
            .posting
            .as_ref()
            .is_some_and(|posting| posting.as_str() == "posting-399")
    };
    see_total(&window, "of one posting", count(checks, of_it)).await;
    window.see_no("filters").await;
    assert_eq!([window.axe().await, window.clipped().await].concat(), NO_FLAW);
    window.close().await;
}

/// Checks that run, at the top of all that run: they came first, and nobody has to be called yet. Refapp will speak of
/// them.
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
            let lately = now.plus(-HOUR);
            let mut check = Check::new(
                key.check_id(),
                file::connection(),
                &opportunity,
                1,
                since,
                phase,
                lately,
            );
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

/// Puts the list's beginning a little before the row at this place.
async fn scroll_to(window: &Window, place: &str) {
    let script = format!(
        "const row = document.querySelector('[data-testid=check-row]').getBoundingClientRect().height;
         document.querySelector('[data-testid=checks-scroll]').scrollTop = ({place} - 2) * row"
    );
    window.run(&script).await;
}

/// Waits until such a row is in view. Those that were drawn before the list was moved are there for a moment still, far
/// away from it.
async fn in_view(window: &Window, what: &str, such: &str) {
    let script = format!(
        "const list = document.querySelector('[data-testid=checks-scroll]').getBoundingClientRect();
         return [...document.querySelectorAll('[data-testid=check-row]')].some((row) => {{
             const {{ top, bottom }} = row.getBoundingClientRect();
             return top >= list.top && bottom <= list.bottom && {such};
         }})"
    );
    window.until(what, &script).await;
    window.settle().await;
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
    // As high as it takes to see some of each kind at once.
    window.resize(1200, 1200).await;
    // A check that is started for real tells where Refapp sends its updates.
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    see_total(&window, "there", checks.len() + live.len() + 1).await;
    simulated.until("a start", |state| update_url(state).is_some()).await;
    let url = update_url(&simulated.state().await).expect("just seen");

    // Far down, where those end that a person has to decide: one of them is selected.
    let to_decide = count(checks, |check| status(check) == Status::NeedsAttention);
    scroll_to(&window, &to_decide.to_string()).await;
    in_view(
        &window,
        "the first whom to call",
        "row.dataset.status.startsWith('waiting')",
    )
    .await;
    let parked = "[...document.querySelectorAll('[data-testid=check-row][data-status=needs-attention]')].at(-1)";
    window
        .run(&format!("{parked}.querySelector('[data-testid=check-select]').click()"))
        .await;
    window.see("selection").await;
    // Farther down, where those begin that run.
    let urgent = count(checks, |check| urgency(check) == Urgency::NeedsAction);
    let call = "Number(document.querySelector('[data-testid=count-call] strong').innerText.replace(/\\D/g, ''))";
    scroll_to(&window, &format!("({urgent} + {call})")).await;
    in_view(
        &window,
        "the first that run",
        "row.innerText.includes('Live Wire 1\\n')",
    )
    .await;
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
