//! Names that are hard to show, in the list, in one check and in what is asked about many: each is read whole, and none
//! disturbs what stands beside it.

use end_to_end::window::strange::{self, STRANGE};
use end_to_end::window::{Flaw, Home, Window};
use serde_json::{Value, json};

use crate::simulated::Simulated;
use crate::steps;

const NO_FLAW: [Flaw; 0] = [];

async fn flaws(window: &Window) -> Vec<Flaw> {
    window.settle().await;
    [window.axe().await, window.clipped().await].concat()
}

#[tokio::test]
async fn m14_names_that_are_long_or_written_from_the_right_or_look_like_code_are_names_and_nothing_else() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let checks = strange::checks();
    home.lay_in(&checks);
    let window = steps::dashboard(&home, &simulated).await;
    let all = format!(
        "return document.querySelectorAll('[data-testid=check-row]').length === {}",
        checks.len()
    );
    window.until("all of them", &all).await;
    window.resize(1590, 1100).await;
    window.settle().await;

    // Each as it is, and what is cut off is whole in its title.
    let shown = window
        .run(
            "return [...document.querySelectorAll('[data-testid=check-row]')].map((row) =>
                ['candidate', 'posting', 'template', 'owner'].map((part) => {
                    const name = row.querySelector(`[data-testid=check-${part}]`);
                    return [name.textContent.trim(), name.title];
                }))",
        )
        .await;
    let shown = shown.as_array().expect("rows");
    for [candidate, posting, owner, template] in STRANGE {
        let is_there = |row: &Value| {
            row[0] == json!([candidate, candidate])
                && (posting.is_empty() || row[1] == json!([posting, posting]))
                && row[2] == json!([template, template])
                && (owner.is_empty() || row[3] == json!([owner, owner]))
        };
        assert!(shown.iter().any(is_there), "{candidate}: {shown:?}");
    }
    // Nothing of them became a part of the page.
    let taken = "return [document.title === 'taken', document.querySelectorAll('[data-check] b, [data-check] img, [data-check] script').length]";
    assert_eq!(window.run(taken).await, json!([false, 0]));
    // Every cell is under its head, and every row as high as any other: no name turns a row's order around.
    let order = "
        const place = (cell) => { const { left, right } = cell.getBoundingClientRect(); return `${Math.round(left)} ${Math.round(right)}`; };
        const heads = [...document.querySelectorAll('[role=columnheader]')].map(place).join();
        const rows = [...document.querySelectorAll('[data-testid=check-row]')];
        const heights = new Set(rows.map((row) => row.getBoundingClientRect().height));
        return [rows.every((row) => [...row.querySelectorAll('[role=cell], [role=rowheader]')].map(place).join() === heads), heights.size,
            rows.every((row) => [...row.querySelectorAll('bdi')].every((name) => getComputedStyle(name).unicodeBidi.includes('isolate')))]";
    assert_eq!(window.run(order).await, json!([true, 1, true]));
    // All begin at the same edge, so that the eye finds them.
    let edge = "
        return [...document.querySelectorAll('[data-testid=check-row] bdi')].filter((name) => {
            const range = document.createRange();
            range.selectNodeContents(name);
            const text = range.getBoundingClientRect();
            const cell = name.closest('[role=cell], [role=rowheader]').getBoundingClientRect();
            return text.left - cell.left > 20;
        }).map((name) => name.innerText)";
    assert_eq!(window.run(edge).await, json!([]));
    assert_eq!(flaws(&window).await, NO_FLAW);

    // In one check each name is there in full.
    for at in 0..checks.len() {
        let open = format!("document.querySelectorAll('[data-testid=check-open]')[{at}].click()");
        let name = window
            .run(&format!(
                "return document.querySelectorAll('[data-testid=check-candidate]')[{at}].textContent"
            ))
            .await;
        window.run(&open).await;
        let title = format!("return document.querySelector('#detail-title').textContent.trim() === {name}");
        window.until(&format!("the check of {name}"), &title).await;
        assert_eq!(flaws(&window).await, NO_FLAW, "{name}");
        window.click("detail-close").await;
    }

    // And where many are asked about at once, in a narrow window as well.
    window.click("count-attention").await;
    window.see("cause").await;
    window
        .click("cause[data-code=\"CAND-CONTACT\"] [data-testid=\"cause-who\"]")
        .await;
    assert_eq!(flaws(&window).await, NO_FLAW);
    window.resize(360, 640).await;
    assert_eq!(flaws(&window).await, NO_FLAW);
    window
        .click("cause[data-code=\"CAND-CONTACT\"] [data-testid=\"decide-try-again\"]")
        .await;
    window.see_text("confirm-decision-whom", STRANGE[6][0]).await;
    assert_eq!(flaws(&window).await, NO_FLAW);
    window.click("confirm-decision-no").await;
    window.resize(1200, 800).await;
    window.click("filters-open").await;
    window.see("filter-owner").await;
    assert_eq!(flaws(&window).await, NO_FLAW);
    window.close().await;
}
