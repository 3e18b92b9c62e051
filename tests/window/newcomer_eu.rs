//! A customer in the EU, from the first start to checks that follow themselves.

use end_to_end::window::{Home, Window};
use serde_json::json;
use simulator::demo;

use crate::simulated::{self, Simulated};
use crate::steps::{self, tick};

/// The boxes in Lever's words and order (`mission.md` M4).
pub const BOXES: [&str; 12] = [
    "read user",
    "read posting",
    "read opportunity",
    "list webhooks",
    "list stages",
    "list users",
    "add opportunity tag",
    "remove opportunity tag",
    "create opportunity note",
    "delete opportunity note",
    "create opportunity",
    "add webhooks",
];

#[tokio::test]
async fn m01_m02_m04_m05_m06_m14_eu_from_the_first_start_to_a_check_that_follows_itself() {
    let (home, simulated) = (Home::new().await, Simulated::start().await);
    let key = format!("lever/keys/{}", demo::EU_KEY);
    // Whoever made the key in Lever forgot a box.
    simulated
        .control("PATCH", &key, json!({"rights": {"create opportunity note": false}}))
        .await;
    let window = Window::app(&home, &simulated.running).await;

    // M1: said before, not after.
    for needed in [
        "Refapp Administrator",
        "account token",
        "Lever Super Admin",
        "Manage API credentials and manage integrations",
        "different people, on different days",
    ] {
        window.see_text("welcome", needed).await;
    }
    window.begin_setup().await;

    // M1: the token is proven; what fails names who must help.
    window.fill("refapp-token", "practice-refapp-tokem").await;
    window.click("refapp-prove").await;
    window.see_text("step-failure-code", "REF-TOKEN").await;
    window.see_text("step-failure", "Refapp’s support").await;
    window.fill("refapp-token", demo::REFAPP_TOKEN).await;
    window.click("refapp-prove").await;

    // M2: the EU proposes the key.
    window.see("wizard-data-centre").await;
    window.click("data-centre-eu").await;
    window.see("way-in-api-key:checked").await;
    window.click("data-centre-save").await;

    // M4: the boxes as in Lever.
    window.see("wizard-lever").await;
    let boxes = window
        .run("return [...document.querySelectorAll('[data-testid=\"lever-permissions\"] [lang=en].label')].map((e) => e.innerText)")
        .await;
    assert_eq!(boxes, json!(BOXES));
    steps::paste_key(&window, demo::EU_KEY).await;
    window.see("wizard-acting-user").await;
    window.choose_acting_user().await;

    // M4: one by one; the missing one is named, and nothing counts before it is there.
    window.click("rights-prove").await;
    window
        .see("right-create-opportunity-note[data-state=\"missing\"]")
        .await;
    window.see("wizard-rights[data-state=\"failed\"]").await;
    window.see("rights-copy-missing").await;
    window.see_no("wizard-continue").await;
    let board = Window::browser(&home, &simulated.running.board_url()).await;
    tick(&board, demo::EU_KEY, "create-opportunity-note").await;
    window.click("rights-prove").await;
    window.see("right-create-opportunity-note[data-state=\"proven\"]").await;
    // Ten of twelve: the webhook and the first posting are still to come, and that is said.
    window.see("wizard-rights[data-state=\"unproven\"]").await;
    window.click("wizard-continue").await;

    // M6: the toggle's place is told, and only an event that really came counts.
    window.see("wizard-channels").await;
    for place in ["Integrations and API", "Webhooks", "Candidate Stage Change"] {
        window.see_text("wizard-channels", place).await;
    }
    window.fill("update-bearer", demo::UPDATE_BEARER).await;
    window.click("channels-save").await;
    // It stays, and is not done before something has come.
    window.see("step-channels[data-state=\"unproven\"]").await;
    window.see("webhook-registered[data-state=\"done\"]").await;
    window.see("channel-stage-changes[data-state=\"waiting\"]").await;
    window.see("channel-status-updates[data-state=\"waiting\"]").await;
    board.click("webhooks-toggle").await;
    let candidate = simulated::opportunity("Omar Haddad");
    board.choose(&format!("stage-{candidate}"), "applicant-new").await;
    board.click(&format!("move-{candidate}")).await;
    window.see("channel-stage-changes[data-state=\"proven\"]").await;
    board.close().await;
    window.click("wizard-continue").await;

    // M5: no suitable stage yet. Somebody adds one in Lever, and it is picked and saved.
    window.see("wizard-stage").await;
    window.click("stage-help").await;
    for word in [
        "Settings",
        "Pipeline and archive reasons",
        "Customize pipeline stages",
        "Add stage",
        "Manage pipeline stages",
        "Super Admin",
    ] {
        window.see_text("wizard-stage", word).await;
    }
    simulated
        .control("POST", "lever/stages", json!({"text": "References", "rank": 245_000}))
        .await;
    window.click("stage-reread").await;
    window.see_text("stage", "References").await;
    window.choose_stage().await;
    window.see("wizard-done").await;
    // Refapp’s half is set, and nothing has come from there yet.
    window.see("setup-channels[data-state=\"unproven\"]").await;
    window.see_text("finish-unseen", "Status from Refapp").await;
    window.click("finish").await;
    window.see("checks-empty").await;

    // M14: the check comes by itself, and follows itself to its end.
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    window.see(&steps::row("sent")).await;
    window.see_text("check-candidate", "Kim Berg").await;
    window.see_text("check-posting", "Backend Developer").await;
    simulated.refapp_step("accept").await;
    simulated.refapp_step("candidate-names-referees").await;
    window.see(&steps::row("waiting-for-referees")).await;
    window.see_text("check-waiting", "Referees").await;
    window.click("check-open").await;
    window.see("check-detail").await;
    // The list makes room for it.
    window
        .until(
            "the list within its frame",
            "const list = document.querySelector('[data-testid=\"checks-scroll\"]'); return list.scrollWidth <= list.clientWidth",
        )
        .await;
    // In a narrow window it takes the list's place, and gives it back when the window grows.
    let list_is = |display: &str| {
        format!("const list = document.querySelector('.list'); return getComputedStyle(list).display === '{display}'")
    };
    window.resize(360, 480).await;
    window.until("no list beside it", &list_is("none")).await;
    window.resize(1200, 800).await;
    window.until("the list beside it", &list_is("flex")).await;

    // Both languages, live; the dark theme.
    window.choose("language", "sv").await;
    window.see_text("nav-checks", "Referenstagningar").await;
    window.see_text("check-detail", "Väntar på referenterna").await;
    window.choose("theme", "dark").await;
    window
        .until(
            "a dark page",
            "return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).every((part) => part < 60)",
        )
        .await;

    simulated.refapp_finishes().await;
    window.see(&steps::row("completed")).await;
    window.see("detail-status[data-state=\"completed\"]").await;
    steps::see_tag(&simulated, "Kim Berg", "Completed").await;

    // M14: the links lead to the candidate in both, and to the report.
    let web = simulated.running.lever_web_url(simulator::DataCentre::Eu);
    window.click("detail-lever").await;
    let lever = home.opened(0).await;
    assert_eq!(
        lever,
        format!("{web}/candidates/{}", simulated::opportunity("Kim Berg"))
    );
    window.click("detail-refapp").await;
    window.click("detail-report").await;
    let (refapp, report) = (home.opened(1).await, home.opened(2).await);
    for link in [&refapp, &report] {
        assert!(link.starts_with(&simulated.running.refapp_url()), "{link}");
    }
    assert_ne!(refapp, report);
    let page = Window::browser(&home, &lever).await;
    page.see_text("candidate-tags", "Refapp Status: Completed").await;
    page.see_text("candidate-notes", &report).await;
    page.close().await;

    window.click("nav-connection").await;
    window.see("connection-health[data-state=\"healthy\"]").await;
    window.close().await;
}
