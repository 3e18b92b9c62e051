//! What a person can be sure of before anybody is contacted: the dry run, the posting audit, the test candidate.

use end_to_end::window::{Home, Window};
use serde_json::{Value, json};
use simulator::demo;

use crate::simulated::{Simulated, opportunity};
use crate::steps;

/// Nobody is kept from reading the screen, whatever they use, at the usual size, at 200 % of it, and in the smallest window.
async fn is_readable(window: &Window) {
    for (width, height) in [(1200, 800), (600, 480), (360, 480)] {
        window.resize(width, height).await;
        window.settle().await;
        assert_eq!(window.axe().await, [], "at a width of {width}");
        assert_eq!(window.clipped().await, [], "at a width of {width}");
    }
    window.resize(1200, 800).await;
}

async fn dry_run(window: &Window, subject: &str, outcome: &str) {
    window.fill("dry-run-subject", subject).await;
    window.click("dry-run-ask").await;
    window
        .see(&format!("dry-run-outcome[data-outcome=\"{outcome}\"]"))
        .await;
}

#[tokio::test]
async fn a_dry_run_shows_what_would_happen_and_nobody_is_contacted() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    window.click("nav-connection").await;
    window.click("open-dry-run").await;

    dry_run(&window, &opportunity("Kim Berg"), "starts").await;
    window.see_text("dry-run-idle-not-in-stage", "Recruiter screen").await;
    window.see_text("dry-run-template", "Developers").await;
    window.see_text("dry-run-project", "Backend Developer").await;
    window.see_text("dry-run-member", "Jonas Ek").await;
    window.see_text("dry-run-tag", "Refapp Status: Sent").await;
    is_readable(&window).await;

    let address = format!("https://hire.eu.lever.co/candidates/{}", opportunity("Ronja Blom"));
    dry_run(&window, &address, "parks").await;
    window.see_text("dry-run-reason-code", "TAG-STALE").await;
    window.see_text("dry-run-reason", "Refapp Template: Retail").await;

    // An event that is on its way, word for word.
    let moved = json!({"opportunity": opportunity("Sofia Lindqvist"), "stage": demo::TRIGGER_STAGE,
        "by": demo::RECRUITER, "deliver": "late"});
    simulated.control("POST", "lever/move", moved).await;
    let state = simulated.state().await;
    let deliveries = state["lever"]["deliveries"].as_array().expect("a list");
    let event = deliveries.last().expect("a delivery")["body"].to_string();
    dry_run(&window, &event, "starts").await;
    window.see_no("dry-run-idle").await;
    window.see_text("dry-run-template", "Sales").await;
    assert_eq!(simulated.starts(), 0);

    // It was right.
    simulated.control("POST", "lever/deliveries/release", Value::Null).await;
    window.click("nav-checks").await;
    steps::see_candidate(&window, "Sofia Lindqvist", "sent").await;
    steps::see_tag(&simulated, "Sofia Lindqvist", "Sent").await;
    window.close().await;
}

#[tokio::test]
async fn an_audit_shows_which_postings_would_stop_a_check_and_that_they_are_mended() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    window.click("nav-connection").await;
    window.click("open-audit").await;

    // Without the box it says which, before anything is tried; with it, it goes on.
    window.see_text("audit-needs", "list postings").await;
    window.see_no("audit-failure").await;
    window.click("audit-run").await;
    window.see_text("audit-failure", "list postings").await;
    let ticked = json!({"rights": {"list postings": true}});
    simulated
        .control("PATCH", &format!("lever/keys/{}", demo::EU_KEY), ticked)
        .await;
    window.click("audit-run").await;
    window.see("audit-table").await;
    window.see_no("audit-failure").await;
    window.see("audit-count-stops[data-state=\"2\"]").await;
    assert_eq!(window.count("audit-row").await, 6);
    window.see_text("audit-row", "Store Manager").await;
    window.see("audit-trouble[data-code=\"TAG-STALE\"]").await;
    window.see("audit-trouble[data-code=\"TAG-MULTI\"]").await;
    is_readable(&window).await;

    // Where the permission is there, it starts by itself.
    window.click("back-to-connection").await;
    window.click("setup-rights-change").await;
    window.click("rights-prove").await;
    window.see("right-list-postings[data-state=\"proven\"]").await;
    window.click("back-to-connection").await;
    window.click("open-audit").await;
    window.see("audit-table").await;

    window.click("audit-only-problems").await;
    window.see_no("audit-row[data-grade=\"fine\"]").await;
    for (posting, tag) in [
        ("Store Manager", "Managers"),
        ("Team Lead", "Developers"),
        ("Office Coordinator", "Sales"),
    ] {
        let path = format!("lever/postings/{}", demo::id(1, "posting", posting));
        let tags = json!({"tags": [format!("Refapp Template: {tag}")]});
        simulated.control("PATCH", &path, tags).await;
    }
    window.click("audit-run").await;
    window.see("audit-count-stops[data-state=\"0\"]").await;
    window.click("audit-only-problems").await;
    window.see("audit-no-problems").await;
    assert_eq!(simulated.starts(), 0);
    window.close().await;
}

#[tokio::test]
async fn a_test_candidate_is_followed_from_the_stage_to_the_first_update() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    // A person makes both in Lever.
    let posting = json!({"text": "Refapp test", "state": "internal", "owner": demo::RECRUITER,
        "tags": ["Refapp Template: Developers"]});
    let posting = simulated.control("POST", "lever/postings", posting).await;
    let candidate = json!({"name": "Test Candidate", "emails": ["test.candidate@nordvik.example"],
        "posting": posting["id"], "stage": "Recruiter screen", "by": demo::RECRUITER});
    let candidate = simulated.control("POST", "lever/opportunities", candidate).await;
    let candidate = candidate["id"].as_str().expect("an id");

    window.click("nav-connection").await;
    window.click("open-test-candidate").await;
    window.see_text("test-real", "gets a real e-mail").await;
    window.fill("test-subject", candidate).await;
    window.click("test-ask").await;
    window.see("dry-run-outcome[data-outcome=\"starts\"]").await;
    window.see_text("dry-run-project", "Refapp test").await;
    window.see("test-line-moved[data-state=\"waiting\"]").await;
    is_readable(&window).await;
    assert_eq!(simulated.starts(), 0);

    let moved = json!({"opportunity": candidate, "stage": demo::TRIGGER_STAGE, "by": demo::RECRUITER});
    simulated.control("POST", "lever/move", moved).await;
    for line in ["moved", "heard", "accepted", "written"] {
        window.see(&format!("test-line-{line}[data-state=\"proven\"]")).await;
    }
    simulated.refapp_step("accept").await;
    window.see("test-line-updated[data-state=\"proven\"]").await;
    window.see_text("test-done", "from end to end").await;
    for line in ["candidate", "posting", "project", "answers"] {
        window.click(&format!("test-clean-{line}")).await;
    }
    assert_eq!(simulated.starts(), 1);
    window.close().await;
}
