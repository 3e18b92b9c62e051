//! The story of one check, from the stage move to "Completed": `cargo xtask demo --headless`.
//!
//! What is printed comes from the simulator's ledger and from the check's own timeline, never from this script; and it
//! ends well only if what lies in Lever and in Refapp at the end is what the mission says.

mod teller;
mod verdict;

use std::process::ExitCode;

use api::{CheckDetail, TimelineStep};
use end_to_end::rig::{Rig, Setup};
use model::{Status, StatusTag};
use serde_json::json;
use simulator::{Side, demo};

use teller::Teller;
use verdict::Verdict;

/// Her posting's tag names a template that is not Refapp's preset, and somebody else than its owner moves her: a guess
/// would show.
const CANDIDATE: &str = "Sofia Lindqvist";
const POSTING: &str = "Account Manager";
const TEMPLATE: &str = "Sales";
const MOVER: &str = demo::RECRUITER;
const POSTING_OWNER: &str = "maja.holm@nordvik.example";

/// What happens in Refapp, in the words of the simulator's control API.
const PROGRESS: [&str; 7] = [
    "accept",
    "next",
    "candidate-names-referees",
    "referee-answers",
    "referee-answers",
    "referee-answers",
    "complete",
];

fn main() -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    // A thread of its own: what waits in vain ends it with a panic, and the story with a failure.
    let story = std::thread::spawn(move || runtime.block_on(play()));
    match story.join() {
        Ok(true) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

async fn play() -> bool {
    println!("One reference check, from the stage move to \"Completed\"");
    println!(
        "Simulated Lever (EU, an API key with the article's 12 rights) and simulated Refapp, over HTTP on loopback.\n"
    );
    let rig = Rig::start(Setup::default()).await;
    let mut teller = Teller::new(&rig);
    let mut verdict = Verdict::new(&rig, CANDIDATE);

    let body = json!({"opportunity": rig.opportunity(CANDIDATE), "stage": demo::TRIGGER_STAGE, "by": MOVER});
    rig.control("POST", "lever/move", body).await;
    let mut detail = at_rest(&rig, 0).await;
    teller.tell(&detail);
    verdict.end_of_start();

    for (played, step) in PROGRESS.iter().enumerate() {
        let before = detail.row.status;
        rig.refapp_step(&detail.row, step).await;
        detail = at_rest(&rig, played + 1).await;
        teller.tell(&detail);
        verdict.end_of_update(before, &detail.row);
    }
    teller.links(&detail);
    verdict.judge(&detail).await
}

/// Waits until this many updates are taken in and Lever shows what the check shows: one tag, one note, and nothing on
/// its way.
async fn at_rest(rig: &Rig, updates: usize) -> CheckDetail {
    rig.until("Lever shows what Refapp said", async || {
        let row = rig
            .check_of(CANDIDATE)
            .await
            .filter(|row| row.status != Status::Queued)?;
        let detail = rig.detail(&row).await;
        let told = |step| detail.timeline.iter().filter(|entry| entry.step == step).count();
        let writes = [
            TimelineStep::TagAdded,
            TimelineStep::TagRemoved,
            TimelineStep::NoteWritten,
            TimelineStep::NoteDeleted,
        ];
        let told_writes: usize = writes.into_iter().map(told).sum();
        let opportunity = rig.opportunity(CANDIDATE);
        let ledger = rig.sim.ledger();
        let done_writes = ledger
            .iter()
            .filter(|e| e.side == Side::Lever && e.method != "GET" && e.applied && e.path.contains(&opportunity))
            .count();
        let tag = StatusTag(detail.row.status).text();
        let note = detail.note.clone()?;
        let shown = told(TimelineStep::UpdateReceived) == updates
            && told_writes == done_writes
            && verdict::note_shows(&note, &detail.row)
            && rig.status_tags(CANDIDATE).await == [tag]
            && rig.notes(CANDIDATE).await == [note];
        shown.then_some(detail)
    })
    .await
}
