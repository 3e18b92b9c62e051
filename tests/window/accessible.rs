//! Every screen, in both languages and both themes, by WCAG 2.2 AA: what axe finds, and what it cannot see
//! (`end_to_end::window::Inspector`).

use std::path::Path;

use end_to_end::window::{Home, Inspector, Window};
use serde_json::{Value, json};
use simulator::demo;

use crate::simulated::{Simulated, opportunity};
use crate::steps;

/// A new step is read from its heading on (WCAG 2.4.3).
async fn heading_has_focus(window: &Window, screen: &str) {
    let script = "return document.activeElement?.tagName === 'H1'";
    window
        .until(&format!("the focus on the heading of {screen}"), script)
        .await;
}

#[tokio::test]
async fn every_step_of_the_set_up_is_accessible() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.see("welcome").await;
    let mut inspector = Inspector::new(&window).await;
    inspector.inspect("welcome").await;

    window.begin_setup().await;
    heading_has_focus(&window, "the step Refapp").await;
    inspector.inspect("refapp").await;
    window.fill("refapp-token", "not-the-token").await;
    window.click("refapp-prove").await;
    window.see_text("step-failure-code", "REF-TOKEN").await;
    let wrong = "const field = document.querySelector('[data-testid=refapp-token]');
        return field.getAttribute('aria-invalid') === 'true'
            && document.getElementById(field.getAttribute('aria-describedby').split(' ').at(-1)).innerText.includes('token')";
    window.until("the field that is wrong says so", wrong).await;
    inspector.inspect("refapp, refused").await;
    window
        .run("document.querySelector('[data-testid=refapp-token]').value = ''")
        .await;

    window.prove_refapp().await;
    heading_has_focus(&window, "the step Data centre").await;
    inspector.inspect("data centre").await;
    window.choose_data_centre("eu", "api-key").await;
    heading_has_focus(&window, "the step Lever").await;
    inspector.inspect("api key").await;
    window.prove_key().await;
    heading_has_focus(&window, "the step Acting user").await;
    inspector.inspect("acting user").await;
    window.choose_acting_user().await;
    heading_has_focus(&window, "the step Permissions").await;
    inspector.inspect("permissions, asked").await;
    window.click("rights-prove").await;
    window.see("wizard-continue").await;
    inspector.inspect("permissions, proven").await;
    window.click("wizard-continue").await;
    window.see("wizard-channels").await;
    heading_has_focus(&window, "the step Stage changes and status").await;
    inspector.inspect("channels").await;
    window.choose_channels().await;
    heading_has_focus(&window, "the step Trigger stage").await;
    inspector.inspect("stage").await;
    window.choose_stage().await;
    heading_has_focus(&window, "the last step").await;
    inspector.inspect("review and finish").await;
    inspector.finish();
    window.close().await;
}

#[tokio::test]
async fn the_way_by_oauth_is_accessible() {
    let (home, simulated) = (Home::new().await, Simulated::start().await);
    let window = Window::app(&home, &simulated.running).await;
    window.begin_setup().await;
    window.prove_refapp().await;
    window.choose_data_centre("us", "oauth").await;
    let mut inspector = Inspector::new(&window).await;
    inspector.inspect("oauth client").await;
    window.enter_oauth_client().await;
    window.listen().await;
    window.click("lever-connect").await;
    window.see("oauth-waiting").await;
    let (said, unheard) = window.heard().await;
    assert!(!said.is_empty() && unheard.is_empty(), "{said:?} {unheard:?}");
    window.see("oauth-slow").await;
    inspector.inspect("oauth, waiting").await;
    inspector.finish();
    window.close().await;
}

#[tokio::test]
async fn the_dashboard_and_the_pages_of_a_connection_are_accessible() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    let mut inspector = Inspector::new(&window).await;
    inspector.inspect("dashboard, empty").await;
    for candidate in ["Kim Berg", "Sofia Lindqvist", "Ronja Blom"] {
        simulated.move_to(candidate, demo::TRIGGER_STAGE).await;
    }
    let three = "return document.querySelectorAll('[data-testid=check-row]').length === 3";
    window.until("three rows", three).await;
    steps::see_candidate(&window, "Ronja Blom", "needs-attention").await;
    steps::see_candidate(&window, "Kim Berg", "sent").await;
    inspector.inspect("dashboard").await;
    inspector.inspect_dialog("export", "export-open", "export-close").await;
    window.click("check-open").await;
    window.see("detail-close").await;
    inspector.inspect("check").await;
    inspector
        .inspect_dialog("access export", "person-access", "person-file-close")
        .await;
    inspector.inspect_dialog("erase", "person-erase", "erase-no").await;
    window.click("detail-close").await;
    window.click("count-attention").await;
    window.see("cause").await;
    window.click("cause-who").await;
    inspector.inspect("what needs action, by cause").await;
    inspector
        .inspect_dialog("this computer", "computer-open", "computer-close")
        .await;
    window.click("nav-connection").await;
    window.see("connection").await;
    heading_has_focus(&window, "the connection").await;
    inspector.inspect("connection").await;
    inspector
        .inspect_dialog("disconnect", "settings-disconnect", "confirm-disconnect-no")
        .await;
    inspector
        .inspect_dialog("remove data", "settings-remove", "confirm-remove-no")
        .await;

    window.click("open-privacy").await;
    window.see("log").await;
    heading_has_focus(&window, "privacy").await;
    inspector.inspect("privacy").await;
    window.click("nav-connection").await;
    window.click("open-dry-run").await;
    window.fill("dry-run-subject", &opportunity("Omar Haddad")).await;
    window.listen().await;
    window.click("dry-run-ask").await;
    window.see("dry-run-outcome").await;
    let (said, unheard) = window.heard().await;
    assert!(!said.is_empty() && unheard.is_empty(), "{said:?} {unheard:?}");
    inspector.inspect("dry run").await;

    let key = format!("lever/keys/{}", demo::EU_KEY);
    let listing = json!({"rights": {"list postings": true}});
    simulated.control("PATCH", &key, listing).await;
    window.click("nav-connection").await;
    window.click("open-audit").await;
    window.click("audit-run").await;
    window.see("audit-table").await;
    inspector.inspect("audit").await;
    window.click("nav-connection").await;
    window.click("open-test-candidate").await;
    window.fill("test-subject", &opportunity("Noor Rahimi")).await;
    window.click("test-ask").await;
    window.see("test-watch").await;
    inspector.inspect("test candidate").await;
    inspector.finish();
    window.close().await;
}

#[tokio::test]
async fn a_status_that_was_turned_away_is_accessible() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    steps::see_candidate(&window, "Kim Berg", "sent").await;
    let hosts = json!({"update_hosts": {"127.0.0.1": "not the one that was made"}});
    simulated.control("PATCH", "refapp", hosts).await;
    simulated.refapp_step("accept").await;
    window.see("badge-status-missed").await;
    let mut inspector = Inspector::new(&window).await;
    inspector.inspect("dashboard, a status turned away").await;
    window.click("check-open").await;
    window.see("detail-badge-status-missed").await;
    inspector.inspect("check, a status turned away").await;
    window.click("detail-close").await;
    window.click("alarm-open").await;
    window.see("finding").await;
    inspector.inspect("connection, a status turned away").await;
    inspector.finish();
    window.close().await;
}

#[tokio::test]
async fn a_keychain_that_cannot_be_used_is_accessible() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    window.close().await;

    // One that is locked asks for its password, in a window that takes the focus.
    let app = home.app().display().to_string();
    let practice = format!("--practice=http://{}", simulated.running.address());
    let arguments = ["DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere", &app, &practice];
    let window = Window::open(&home, Path::new("/usr/bin/env"), &arguments).await;
    window.see("health[data-state=\"action-needed\"]").await;
    let mut inspector = Inspector::new(&window).await;
    inspector.inspect("dashboard, keychain locked").await;
    window.click("alarm-open").await;
    window.see("finding").await;
    inspector.inspect("connection, keychain locked").await;
    inspector.finish();
    window.close().await;
}

#[tokio::test]
async fn the_help_is_accessible_and_what_changes_is_heard() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    let mut inspector = Inspector::new(&window).await;
    // A candidate comes, and that is said.
    window.listen().await;
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    steps::see_candidate(&window, "Kim Berg", "sent").await;
    let changed = "return window.heard.said.includes('1 check changed')";
    window.until("the change is announced", changed).await;
    let (_, unheard) = window.heard().await;
    assert_eq!(unheard, Vec::<String>::new());

    window.click("help").await;
    window.see("read-out").await;
    window.listen().await;
    window.click("read-out-copy").await;
    window
        .until("the copy is announced", "return window.heard.said.length > 0")
        .await;
    let (said, unheard) = window.heard().await;
    assert_eq!((said.len(), unheard.len()), (1, 0), "{said:?} {unheard:?}");

    window.click("help-errors").await;
    window.see("errors").await;
    inspector.inspect("error codes").await;
    window.listen().await;
    window.fill("errors-search", "webhook").await;
    let found = "return window.heard.said.some((text) => /^\\d+ codes/.test(text))";
    window.until("the number of codes is announced", found).await;
    window.listen().await;
    window.click("help").await;
    window.click("help-diagnostics").await;
    window.see("diagnostics-text").await;
    assert_eq!(window.heard().await.1, Vec::<String>::new());
    inspector.inspect("diagnostics").await;
    window.listen().await;
    window.click("diagnostics-save").await;
    let saved = window.text("diagnostics-path").await;
    let (said, unheard) = window.heard().await;
    assert_eq!((said.len(), unheard.len()), (1, 0), "{said:?} {unheard:?}");

    window.click("help").await;
    window.click("help-sent").await;
    window.see("diagnostics-sent").await;
    inspector.inspect("diagnostics that somebody sent").await;
    window.press("diagnostics-open", &saved).await;
    window.see("report").await;
    let on_heading = "return document.activeElement?.id === 'report-title'
        && document.activeElement.innerText.includes('refapp-lever-diagnostics')
        && document.activeElement.getBoundingClientRect().top < innerHeight / 2";
    window
        .until("the focus and the view on the report’s heading", on_heading)
        .await;
    inspector.inspect("report").await;
    inspector.finish();
    window.close().await;
}

#[tokio::test]
async fn what_the_system_asks_to_keep_still_keeps_still() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.see("welcome").await;
    let reduced = "return matchMedia('(prefers-reduced-motion: reduce)').matches";
    assert_eq!(window.run(reduced).await, Value::Bool(false));
    assert!(
        !window.moving().await.is_empty(),
        "otherwise there is something to keep still"
    );
    window.close().await;

    home.ask_for_less_motion();
    let window = Window::app(&home, &simulated.running).await;
    window.see("welcome").await;
    assert_eq!(window.run(reduced).await, Value::Bool(true));
    assert_eq!(window.moving().await, []);
    window.set_up_eu().await;
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    window.see(&steps::row("sent")).await;
    window.click("check-open").await;
    window.see("check-detail").await;
    assert_eq!(window.moving().await, []);
    for (go, sees) in [
        (&["nav-connection"][..], "connection"),
        (&["help", "help-errors"], "errors"),
        (&["help", "help-diagnostics"], "diagnostics-text"),
    ] {
        for step in go {
            window.click(step).await;
        }
        window.see(sees).await;
        assert_eq!(window.moving().await, [], "{sees}");
    }
    window.close().await;
}

#[tokio::test]
async fn a_connection_that_only_looks_on_is_accessible() {
    let (home, simulated) = (Home::new().await, Simulated::start().await);
    let tag = json!({"add": ["Refapp Status: Waiting for candidate"]});
    let path = format!("lever/opportunities/{}/tags", opportunity("Kim Berg"));
    simulated.control("POST", &path, tag).await;
    let key = format!("lever/keys/{}", demo::EU_KEY);
    let listing = json!({"rights": {"list opportunities": true}});
    simulated.control("PATCH", &key, listing).await;
    let window = Window::app(&home, &simulated.running).await;
    window.begin_setup().await;
    window.click("observer-offer").await;
    window.click("observer-choose").await;
    window.see("observer-cannot").await;
    let mut inspector = Inspector::new(&window).await;
    inspector.inspect("looking on").await;
    window.click("wizard-continue").await;
    window.see("wizard-data-centre").await;
    window.choose_data_centre("eu", "api-key").await;
    steps::paste_key(&window, demo::EU_KEY).await;
    window.see("wizard-rights").await;
    window.click("rights-prove").await;
    window.see("wizard-rights[data-state=\"done\"]").await;
    inspector.inspect("permissions to look on").await;
    window.click("wizard-continue").await;
    window.click("finish").await;
    steps::see_candidate(&window, "Kim Berg", "waiting-for-candidate").await;
    window.click("looks-on-cannot").await;
    inspector.inspect("dashboard of an observer").await;
    window.click("nav-connection").await;
    window.see("connection").await;
    inspector.inspect("connection of an observer").await;
    inspector.finish();
    window.close().await;
}
