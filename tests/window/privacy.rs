//! What the law asks of whoever stores something about people, in a real window, with the files that come of it.

use end_to_end::window::{Flaw, Home, Window, file};
use model::{Check, Clock, DAY, EffectKey, Phase, Progress, WireStatus};
use serde_json::{Value, json};
use simulator::demo;

use crate::simulated::{Simulated, opportunity};
use crate::steps;

const NO_FLAW: [Flaw; 0] = [];
/// What a spreadsheet would take for a formula.
const FORMULA: &str = "=HYPERLINK(\"https://evil.example\")";

async fn is_readable(window: &Window, what: &str) {
    for (width, height) in [(1200, 800), (600, 480), (360, 480)] {
        window.resize(width, height).await;
        window.settle().await;
        assert_eq!(window.axe().await, NO_FLAW, "{what} at a width of {width}");
        assert_eq!(window.clipped().await, NO_FLAW, "{what} at a width of {width}");
    }
    window.resize(1200, 800).await;
}

/// A candidate whose name is what a spreadsheet must not carry out.
async fn with_a_hostile_name(simulated: &Simulated) {
    let posting = demo::id(1, "posting", "Backend Developer");
    let made = json!({"name": FORMULA, "emails": ["hostile@candidate.example"], "posting": posting,
        "stage": "applicant-new", "deliver": "none"});
    let made = simulated.control("POST", "lever/opportunities", made).await;
    let moved = json!({"opportunity": made["id"], "stage": demo::TRIGGER_STAGE, "by": demo::RECRUITER});
    simulated.control("POST", "lever/move", moved).await;
}

/// The cells of each line; of what is quoted only its own quotes are doubled.
fn cells(csv: &str, between: char) -> Vec<Vec<String>> {
    let lines = csv.trim_start_matches('\u{feff}').trim_end().split("\r\n");
    let unquoted = |cell: &str| match cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"')) {
        Some(cell) => cell.replace("\"\"", "\""),
        None => cell.to_owned(),
    };
    lines.map(|line| line.split(between).map(unquoted).collect()).collect()
}

#[tokio::test]
async fn an_export_is_what_the_list_shows_and_opens_in_the_spreadsheet_of_its_reader() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    simulated.move_to("Åsa Öberg", demo::TRIGGER_STAGE).await;
    steps::see_candidate(&window, "Åsa Öberg", "sent").await;
    with_a_hostile_name(&simulated).await;
    steps::see_candidate(&window, "HYPERLINK", "sent").await;
    // No template works there, so it is not among those that were sent.
    simulated.move_to("Ronja Blom", demo::TRIGGER_STAGE).await;
    steps::see_candidate(&window, "Ronja Blom", "needs-attention").await;

    window.choose("language", "sv").await;
    window.click("status-choose[data-status=\"sent\"]").await;
    window.click("export-open").await;
    window.see_text("export-count", "2 referenstagningar").await;
    is_readable(&window, "the export").await;
    window.listen().await;
    window.click("export-run").await;
    let path = window.text("export-path").await;
    let (_, unheard) = window.heard().await;
    assert_eq!(unheard, Vec::<String>::new());
    // Here is no file manager: then the folder is opened.
    window.click("export-show").await;
    let folder = std::path::Path::new(&path).parent().expect("a folder");
    assert_eq!(home.opened(0).await, folder.display().to_string());
    let csv = std::fs::read_to_string(&path).expect("a file");
    assert!(csv.starts_with('\u{feff}'), "{csv:?}");
    let rows = cells(&csv, ';');
    assert_eq!(rows[0][..4], ["Kandidat", "Referensnummer", "Annons", "Status"]);
    let names: Vec<&str> = rows[1..].iter().map(|row| row[0].as_str()).collect();
    assert_eq!(names, ["Åsa Öberg", &format!("'{FORMULA}")]);
    assert_eq!(rows[1][3], "Skickad till Refapp");
    let since = rows[0].iter().position(|head| head == "I denna status sedan");
    let since = &rows[1][since.expect("a column")];
    // 2026-11-26T10:02:03+01:00
    let shape: String = since
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    assert_eq!(shape.replace('-', "+"), "0000+00+00T00:00:00+00:00", "{since}");
    window.click("export-close").await;

    window.choose("language", "en").await;
    window.click("export-open").await;
    window.click("export-run").await;
    let second = window.text("export-path").await;
    assert_ne!(path, second, "no file is written over another one");
    let csv = std::fs::read_to_string(second).expect("a file");
    assert_eq!(cells(&csv, ',')[0][..2], ["Candidate", "Reference"]);
    window.click("export-close").await;

    // Where it cannot be saved, that is said.
    let downloads = std::path::Path::new(&path).parent().expect("a folder").to_owned();
    std::fs::remove_dir_all(&downloads).expect("ours");
    std::fs::write(&downloads, "in the way").expect("ours");
    window.click("export-open").await;
    window.click("export-run").await;
    window.see_text("export-failure-code", "APP-SAVE").await;
    window.click("export-close").await;

    window.click("nav-connection").await;
    window.click("open-privacy").await;
    window.see_text("log", "2 checks were exported").await;
    assert_eq!(window.count("log-entry[data-act=\"exported\"]").await, 2);
    window.close().await;
}

/// A check that has come to its end.
fn completed(number: u32) -> Check {
    let opportunity = format!("00000000-0000-4000-a000-{number:012}").as_str().into();
    let key = EffectKey::of(file::connection(), &opportunity, None, "start", 1);
    let since = Clock::system().now().plus(-DAY);
    let phase = Phase::Started;
    let mut check = Check::new(key.check_id(), file::connection(), &opportunity, 1, since, phase, since);
    check.candidate = match number {
        0..KEPT => format!("Sought {number}"),
        _ => format!("Candidate {number}"),
    };
    check.progress = Progress {
        status: WireStatus::Completed,
        ..Progress::default()
    };
    check
}

#[tokio::test]
async fn a_long_export_tells_how_far_it_is_and_one_that_is_cancelled_leaves_no_file() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let checks: Vec<Check> = (0..MANY).map(completed).collect();
    home.lay_in(&checks);
    let window = steps::dashboard(&home, &simulated).await;
    window.click("export-open").await;
    window.see_text("export-count", "40,000 checks").await;
    window.click("export-run").await;
    // Some are written, and not all: “1,500 of 40,000”.
    let under_way = "const text = document.querySelector('[data-testid=export-state]').innerText;
        const done = /([\\d,]+) of 40,000/.exec(text)?.[1].replaceAll(',', '');
        return done > 0 && done < 40000";
    window.until("an export under way", under_way).await;
    window.click("export-cancel").await;
    window.see("export-cancelled").await;
    window.see_no("export-path").await;
    window.see_no("export-failure").await;
    assert_eq!([window.axe().await, window.clipped().await].concat(), NO_FLAW);
    assert_eq!(exports(&home), Vec::<String>::new());

    // The next one is a whole one, and the only one that is logged.
    window.click("export-close").await;
    window.fill("search", "Sought").await;
    window.click("export-open").await;
    window.see_text("export-count", "12 checks").await;
    window.click("export-run").await;
    window.see_text("export-state", "12 checks were saved").await;
    let path = window.text("export-path").await;
    assert_eq!(exports(&home), std::slice::from_ref(&path));
    let csv = std::fs::read_to_string(path).expect("a file");
    assert_eq!(cells(&csv, ',').len(), 1 + 12);
    window.click("export-close").await;
    window.click("nav-connection").await;
    window.click("open-privacy").await;
    window.see_text("log", "12 checks were exported").await;
    assert_eq!(window.count("log-entry[data-act=\"exported\"]").await, 1);
    window.close().await;
}

/// So many take their time.
const MANY: u32 = 40_000;
/// So many of them have a name that is looked for.
const KEPT: u32 = 12;

/// The files that were exported, or begun.
fn exports(home: &Home) -> Vec<String> {
    let mut files = home.files_with("Candidate,Reference");
    files.retain(|file| file.ends_with(".csv"));
    files
}

#[tokio::test]
async fn r20_the_privacy_page_says_what_is_kept_counts_what_would_go_and_tells_what_was_done() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    window.click("nav-connection").await;
    window.click("open-privacy").await;
    window.see_text("privacy", "Never stored").await;
    window.see("log-empty").await;
    window.see_text("retention-would", "removes nothing").await;
    window.fill("retention-days", "731").await;
    window.see_text("retention-would", "1 to 730").await;
    is_readable(&window, "a number that cannot be").await;
    window.fill("retention-days", "30").await;
    window.see_text("retention-would", "removes nothing").await;
    window.click("retention-save").await;
    window.see_text("retention-would", "kept for 30 days").await;
    window.see_text("log", "kept for 30 days").await;
    window.see("log-whole").await;
    window.click("log-export").await;
    window.see_text("log-file-text", "retention-set").await;
    is_readable(&window, "the page").await;
    window.click("log-file-save").await;
    let path = window.text("log-file-path").await;
    let file = std::fs::read_to_string(path).expect("a file");
    let file: Value = serde_json::from_str(&file).expect("JSON");
    assert_eq!(
        (&file["whole"], &file["entries"][0]["params"]["days"]),
        (&json!(true), &json!("30"))
    );
    window.close().await;

    // Somebody writes into the database.
    let database = home.files_with("SQLite format 3");
    let database = database.iter().find(|file| file.ends_with(".db")).expect("a database");
    let sql = rusqlite::Connection::open(database).expect("a database");
    let changed = sql.execute("UPDATE audit_log SET params = '{\"days\":\"90\"}'", []);
    assert_eq!(changed.ok(), Some(1));
    drop(sql);
    let window = Window::app(&home, &simulated.running).await;
    window.click("nav-connection").await;
    window.click("open-privacy").await;
    window.see_text("log-broken-code", "APP-AUDIT-LOG").await;
    window.close().await;
}

#[tokio::test]
async fn r20_one_person_is_shown_and_erased_from_their_check_and_what_lever_refuses_is_said() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    steps::see_candidate(&window, "Kim Berg", "sent").await;
    steps::see_tag(&simulated, "Kim Berg", "Sent").await;
    window.click("check-open").await;

    window.click("person-access").await;
    window.see_text("person-file-text", "Candidate: Kim Berg").await;
    is_readable(&window, "the access export").await;
    window.click("person-file-save").await;
    let path = window.text("person-file-path").await;
    let file = std::fs::read_to_string(&path).expect("a file");
    for part in ["Kim Berg", "Moved to the trigger stage", &opportunity("Kim Berg")] {
        assert!(file.contains(part), "{part} in {file}");
    }
    assert!(!file.contains("kim.berg@"), "{file}");
    std::fs::remove_file(path).expect("ours");
    window.click("person-file-close").await;

    // Lever does not let the tag be taken away.
    let key = format!("lever/keys/{}", demo::EU_KEY);
    let may = |it: bool| json!({"rights": {"remove opportunity tag": it}});
    simulated.control("PATCH", &key, may(false)).await;
    window.click("person-erase").await;
    window.see_text("erase", "at once and for good").await;
    is_readable(&window, "the confirmation").await;
    window.click("erase-yes").await;
    window.see_text("erase-refused-code", "LEV-WRITE").await;
    window.see_text("erase-by-hand", "Refapp’s support").await;
    is_readable(&window, "what is left").await;
    assert_eq!(home.files_with("Kim Berg"), Vec::<String>::new());
    // Once it lets us, it is done as soon as somebody wishes it.
    simulated.control("PATCH", &key, may(true)).await;
    window.click("erase-again").await;
    window.see("erase-out").await;
    window.click("erase-close").await;
    window.see_no("check-detail").await;
    window.see_no("check-row").await;
    let state = simulated.state().await;
    let opportunities = state["lever"]["opportunities"].as_array().expect("a list");
    let kim = opportunities
        .iter()
        .find(|one| one["id"] == opportunity("Kim Berg").as_str());
    assert!(!kim.expect("there")["tags"].to_string().contains("Refapp Status"));
    assert_eq!(home.files_with(&opportunity("Kim Berg")), Vec::<String>::new());
    window.click("nav-connection").await;
    window.click("open-privacy").await;
    for act in ["person-exported", "erasure-ordered", "erased"] {
        window.see(&format!("log-entry[data-act=\"{act}\"]")).await;
    }
    window.close().await;
}
