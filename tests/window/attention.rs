//! What asks for a person: by cause, answered for all at once; what was changed by hand in Lever; and what the app does on
//! this computer beside its window.

use end_to_end::window::{Desktop, Flaw, Frame, Home, Window};
use serde_json::json;
use simulator::demo;

use crate::simulated::{Simulated, opportunity};
use crate::steps;

const NO_FLAW: [Flaw; 0] = [];

/// A recruiter changes in Lever how a candidate can be reached.
async fn reach_at(simulated: &Simulated, candidate: &str, emails: &[&str]) {
    let path = format!("lever/opportunities/{}", opportunity(candidate));
    let change = json!({"emails": emails, "phones": []});
    simulated.control("PATCH", &path, change).await;
}

#[tokio::test]
async fn m14_what_needs_action_stands_by_cause_and_is_answered_for_all_at_once() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    for candidate in ["Kim Berg", "Viktor Palm"] {
        reach_at(&simulated, candidate, &[]).await;
        simulated.move_to(candidate, demo::TRIGGER_STAGE).await;
        steps::see_candidate(&window, candidate, "needs-attention").await;
    }
    simulated.move_to("Emil Frisk", demo::TRIGGER_STAGE).await;
    steps::see_candidate(&window, "Emil Frisk", "needs-attention").await;

    // One click from the first screen.
    window.click("count-attention").await;
    let contact = "cause[data-code=\"CAND-CONTACT\"]";
    window.see_text(contact, "2 checks").await;
    window.see_text(contact, "add an e-mail address").await;
    window.see("cause[data-code=\"TAG-MULTI\"]").await;
    window.see_text("causes-summary", "To do: 3 checks").await;
    assert_eq!([window.axe().await, window.clipped().await].concat(), NO_FLAW);
    window.resize(360, 480).await;
    window.settle().await;
    assert_eq!([window.axe().await, window.clipped().await].concat(), NO_FLAW);
    window.resize(1200, 800).await;

    // Who they are; by keyboard there and back.
    window.press(&format!("{contact} summary"), "\u{e007}").await;
    let who = format!("{contact} [data-testid=\"cause-check\"]");
    window.press(&who, "\u{e007}").await;
    window.see_text("detail-reason", "Neither e-mail nor phone").await;
    window.press("detail-close", "\u{e00c}").await;
    window.see_no("check-detail").await;
    let back = "return document.activeElement?.dataset.testid === 'cause-check'";
    window.until("the focus where the detail was opened from", back).await;

    // Mended for both in Lever, and said once; whom it mails is named first.
    for candidate in ["Kim Berg", "Viktor Palm"] {
        reach_at(&simulated, candidate, &["somebody@fjordpost.example"]).await;
    }
    window
        .click(&format!("{contact} [data-testid=\"decide-try-again\"]"))
        .await;
    window.see_text("confirm-decision-whom", "Kim Berg").await;
    window.see_text("confirm-decision-whom", "Viktor Palm").await;
    window.click("confirm-decision-yes").await;
    // It stays where it was, with what was done, and nothing of it can be answered once more.
    window
        .see_text(&format!("{contact} [data-testid=\"cause-done\"]"), "Done for 2 checks")
        .await;
    window
        .see_no(&format!("{contact} [data-testid=\"decide-try-again\"]"))
        .await;
    window
        .click("cause[data-code=\"TAG-MULTI\"] [data-testid=\"decide-dismiss\"]")
        .await;
    window.see_text("causes-none", "Nothing to do").await;
    assert_eq!([window.axe().await, window.clipped().await].concat(), NO_FLAW);
    window.click("causes-all").await;
    for candidate in ["Kim Berg", "Viktor Palm"] {
        steps::see_candidate(&window, candidate, "sent").await;
    }
    assert_eq!(simulated.starts(), 2);
    window.close().await;
}

/// The box before a candidate's row.
async fn box_of(window: &Window, candidate: &str) -> String {
    let script = format!(
        "const rows = [...document.querySelectorAll('[data-testid=\"check-row\"]')];
         return rows.find((row) => row.innerText.includes('{candidate}')).dataset.check"
    );
    let check = window.run(&script).await;
    let check = check.as_str().expect("an id is text");
    format!("check-row[data-check=\"{check}\"] [data-testid=\"check-select\"]")
}

#[tokio::test]
async fn m14_many_are_selected_by_keyboard_and_one_decision_is_carried_out_for_all_of_them() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    for candidate in ["Kim Berg", "Viktor Palm"] {
        reach_at(&simulated, candidate, &[]).await;
    }
    for candidate in ["Kim Berg", "Viktor Palm", "Emil Frisk"] {
        simulated.move_to(candidate, demo::TRIGGER_STAGE).await;
        steps::see_candidate(&window, candidate, "needs-attention").await;
    }
    // Whoever completed asks for something else.
    simulated.move_to("Sofia Lindqvist", demo::TRIGGER_STAGE).await;
    steps::see_candidate(&window, "Sofia Lindqvist", "sent").await;
    completes(&simulated, &["same-ip-address"]).await;
    steps::see_candidate(&window, "Sofia Lindqvist", "completed").await;

    window.press(&box_of(&window, "Sofia Lindqvist").await, " ").await;
    window.see_text("selection", "1 selected").await;
    window.press(&box_of(&window, "Kim Berg").await, " ").await;
    window.see_text("selection", "2 selected").await;
    // There is no one answer for both: by cause there is one for each.
    window.see("selection-causes").await;
    window.press(&box_of(&window, "Sofia Lindqvist").await, " ").await;
    window.press(&box_of(&window, "Viktor Palm").await, " ").await;
    window.see_text("selection", "2 selected").await;
    assert_eq!([window.axe().await, window.clipped().await].concat(), NO_FLAW);

    for candidate in ["Kim Berg", "Viktor Palm"] {
        reach_at(&simulated, candidate, &["somebody@fjordpost.example"]).await;
    }
    let all = "selection [data-testid=\"decide-try-again\"]";
    // Thought better of: nothing happens.
    window.press(all, "\u{e007}").await;
    window.see_text("confirm-decision-whom", "Kim Berg").await;
    window.see_text("confirm-decision-whom", "Viktor Palm").await;
    assert!(!window.text("confirm-decision-whom").await.contains("Emil"));
    assert_eq!([window.axe().await, window.clipped().await].concat(), NO_FLAW);
    window.press("confirm-decision-no", "\u{e007}").await;
    window.see_no("confirm-decision-whom").await;
    window.see_text("selection", "2 selected").await;
    assert_eq!(simulated.starts(), 1);

    window.press(all, "\u{e007}").await;
    window.press("confirm-decision-yes", "\u{e007}").await;
    for candidate in ["Kim Berg", "Viktor Palm"] {
        steps::see_candidate(&window, candidate, "sent").await;
    }
    window.see_no("selection").await;
    // Whoever was not selected is as before.
    steps::see_candidate(&window, "Emil Frisk", "needs-attention").await;
    assert_eq!(simulated.starts(), 3);

    // All that need attention, by one box; what is only to be read is none of them.
    window.press("select-all", " ").await;
    window.see_text("selection", "1 selected").await;
    window.press("selection-clear", "\u{e007}").await;
    window.see_no("selection").await;
    window.close().await;
}

#[tokio::test]
async fn r12_a_tag_removed_by_hand_is_said_on_its_row_and_put_right_by_one_click() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    steps::see_candidate(&window, "Kim Berg", "sent").await;
    steps::see_tag(&simulated, "Kim Berg", "Sent").await;
    let note = "return document.querySelector('[data-testid=detail-note]') !== null";
    window.click("check-open").await;
    window.until("the note is written as well", note).await;
    window.click("detail-close").await;

    let tags = format!("lever/opportunities/{}/tags", opportunity("Kim Berg"));
    let removed = json!({"remove": ["Refapp Status: Sent"], "add": []});
    simulated.control("POST", &tags, removed).await;
    // Out and in again: the app looks at the candidate.
    simulated.move_to("Kim Berg", "applicant-new").await;
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    let row = steps::row("sent");
    window
        .see(&format!("{row} [data-testid=\"badge-changed-by-hand\"]"))
        .await;
    window.click("count-attention").await;
    window.see_text("cause[data-code=\"LEV-CHANGED\"]", "1 check").await;
    assert_eq!([window.axe().await, window.clipped().await].concat(), NO_FLAW);
    window.click("causes-toggle").await;
    window.click(&format!("{row} [data-testid=\"check-open\"]")).await;
    window
        .see_text("detail-badge-changed-by-hand", "“Refapp Status: Sent” has been removed")
        .await;
    window.click("check-detail [data-testid=\"decide-repair\"]").await;
    window.see_no("detail-badge-changed-by-hand").await;
    steps::see_tag(&simulated, "Kim Berg", "Sent").await;
    assert_eq!(simulated.starts(), 1);
    window.close().await;
}

/// Refapp tells that the latest check is completed, with these warnings.
async fn completes(simulated: &Simulated, warnings: &[&str]) {
    let checks = simulated.state().await["refapp"]["checks"].clone();
    let latest = checks.as_array().and_then(|checks| checks.last()).cloned();
    let id = latest.expect("a check")["id"]
        .as_str()
        .expect("an id is text")
        .to_owned();
    let report = format!("{}/report/{id}", simulated.running.refapp_url());
    let done = json!({"status": "completed", "total": 2, "completed": 2, "remaining_to_submit": 0, "declined": 0,
        "fraud_warnings": warnings, "url": report});
    simulated.control("PATCH", &format!("refapp/checks/{id}"), done).await;
}

#[tokio::test]
async fn m14_warnings_are_to_act_on_until_they_are_marked_as_read_and_each_count_opens_what_it_counts() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    for candidate in ["Kim Berg", "Viktor Palm"] {
        simulated.move_to(candidate, demo::TRIGGER_STAGE).await;
        steps::see_candidate(&window, candidate, "sent").await;
        completes(&simulated, &["same-ip-address"]).await;
        steps::see_candidate(&window, candidate, "completed").await;
    }
    simulated.move_to("Sofia Lindqvist", demo::TRIGGER_STAGE).await;
    steps::see_candidate(&window, "Sofia Lindqvist", "sent").await;
    window.see_text("count-attention", "2").await;

    // Each count opens its own, by keyboard as well.
    window.press("count-running", "\u{e007}").await;
    steps::see_candidate(&window, "Sofia Lindqvist", "sent").await;
    window.see_no(&steps::row("completed")).await;
    window.press("count-completed", "\u{e007}").await;
    steps::see_candidate(&window, "Kim Berg", "completed").await;
    window.see_no(&steps::row("sent")).await;
    assert_eq!([window.axe().await, window.clipped().await].concat(), NO_FLAW);
    window.click("durations-open").await;
    window.see_text("durations", "shown from 3 on").await;
    window.click("durations-open").await;

    // One of them in its detail: what is to be done stands there, and is a step of its story then.
    window.click("check-open").await;
    window.see_text("detail-reason", "Then choose “Mark as read”").await;
    window.see("detail-warnings-report").await;
    assert_eq!([window.axe().await, window.clipped().await].concat(), NO_FLAW);
    window.click("check-detail [data-testid=\"decide-mark-read\"]").await;
    window.see_no("detail-reason").await;
    window.see_text("detail-badge-warnings", "1 warning, read").await;
    window.see_text("check-detail", "Mark as read").await;
    window.click("detail-close").await;
    window.see_text("count-attention", "1").await;

    // The other by its cause.
    window.click("count-attention").await;
    let cause = "cause[data-code=\"REF-WARNINGS\"]";
    window.see_text(cause, "1 check").await;
    window
        .click(&format!("{cause} [data-testid=\"decide-mark-read\"]"))
        .await;
    window.see_text("causes-none", "Nothing to do").await;
    window.see_text("count-attention", "0").await;
    window.see_text("count-completed", "2").await;
    steps::see_tag(&simulated, "Kim Berg", "Completed").await;
    window.close().await;
}

#[tokio::test]
async fn a_check_that_is_completed_with_warnings_is_notified_as_one_to_act_on_by_its_candidate_s_name() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let desktop = Desktop::start(&home).await;
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    steps::see_candidate(&window, "Kim Berg", "sent").await;
    window.click("computer-open").await;
    window.click("notify-names").await;
    window.click("computer-close").await;
    Frame::find().await.lose_focus();
    completes(&simulated, &["same-ip-address"]).await;
    let said = desktop.notified("To do: 1 check").await;
    assert!(said.text.ends_with(": Kim Berg"), "{said:?}");
    window.close().await;
}

#[tokio::test]
async fn what_is_notified_follows_the_window_s_language_and_this_computer_s_settings() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let desktop = Desktop::start(&home).await;
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    window.click("computer-open").await;
    window.click("notify-names").await;
    assert_eq!([window.axe().await, window.clipped().await].concat(), NO_FLAW);
    window.see_text("autostart-help", "changes nothing").await;
    window.click("computer-close").await;
    window.choose("language", "sv").await;
    Frame::find().await.lose_focus();
    simulated.move_to("Ronja Blom", demo::TRIGGER_STAGE).await;
    window.see(&steps::row("needs-attention")).await;
    let said = desktop.notified("Att göra: 1 referenstagning").await;
    assert!(said.text.ends_with(": Ronja Blom"), "{said:?}");
    window.close().await;
}

#[tokio::test]
async fn the_key_for_the_search_can_be_switched_off() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    steps::see_candidate(&window, "Kim Berg", "sent").await;
    window.click("computer-open").await;
    window.click("keys-search").await;
    let off = "return document.querySelector('[data-testid=search]').getAttribute('aria-keyshortcuts') === 'Control+F'";
    window.until("the key to be off", off).await;
    window.click("computer-close").await;
    window.press("checks-scroll", "/").await;
    let elsewhere = "return document.activeElement.dataset.testid !== 'search'";
    window.until("the focus where it was", elsewhere).await;
    window.close().await;

    // The next start knows it.
    let window = Window::app(&home, &simulated.running).await;
    window.see("check-row").await;
    window.until("the key to be off", off).await;
    window.click("computer-open").await;
    window.click("keys-search").await;
    let on =
        "return document.querySelector('[data-testid=search]').getAttribute('aria-keyshortcuts') === '/ Control+F'";
    window.until("the key to be on", on).await;
    window.click("computer-close").await;
    window.press("checks-scroll", "/").await;
    let typing = "return document.activeElement.dataset.testid === 'search'";
    window.until("the search with the focus", typing).await;
    window.close().await;
}

#[tokio::test]
async fn the_app_starts_with_the_session_and_without_its_window_once_that_is_wanted() {
    let home = Home::new().await;
    let entry = home.path().join(".config/autostart/com.refapp.lever.desktop");
    let window = Window::open(&home, &home.app(), &[]).await;
    window.see("welcome").await;
    assert!(!entry.exists(), "off at first");
    window.click("computer-open").await;
    window.click("autostart").await;
    let on = "return document.querySelector('[data-testid=autostart]').checked";
    window.until("it is on", on).await;
    window.click("computer-close").await;
    window.close().await;
    let entry = std::fs::read_to_string(entry).expect("the session's entry");
    let exec = format!("Exec=\"{}\" --background", home.app().display());
    assert!(entry.lines().any(|line| line == exec), "{entry}");

    let desktop = Desktop::start(&home).await;
    let window = Window::open(&home, &home.app(), &["--background"]).await;
    // It is there and works, and nobody sees it.
    window
        .until(
            "its page",
            "return document.querySelector('[data-testid=welcome]') !== null",
        )
        .await;
    desktop.has_icon().await;
    assert!(!Frame::is_on_screen(), "nobody has asked to see it");
    desktop.click_icon().await;
    Frame::find().await;
    window.click("computer-open").await;
    window.until("it is on still", on).await;
    window.click("autostart").await;
    window.click("computer-close").await;
    window.close().await;
    let entry = home.path().join(".config/autostart/com.refapp.lever.desktop");
    assert!(!entry.exists(), "it is off again");
}
