//! What a recruiter does with the dashboard: finds, filters and goes back; arranges columns and keeps views, which a
//! restart does not lose.

use end_to_end::window::{Flaw, Home, Window};
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
        "const heads = [...document.querySelectorAll('th[data-column]')].map((head) => head.dataset.column);
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
    window.choose("filter-pace", "red").await;
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
        "return [...document.querySelectorAll('th[aria-sort]')].map((head) => [head.dataset.column, head.ariaSort])";
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
    turn_to(&window, "mine").await;
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
    // The given one has its columns too.
    turn_to(&window, "mine").await;
    see_columns(&window, &arranged).await;
    turn_to(&window, "own My own").await;
    window.click("view-forget").await;
    see_view(&window, "all").await;
    window.see_no("view[data-view=\"own My own\"]").await;
    window.close().await;
}
