//! Every rule of the business, over real HTTP, named after it. The simulator's ledger is the judge.

mod attention;
mod audit;
mod by_hand;
mod channels;
mod doubt;
mod drift;
mod dry_run;
mod gap;
mod leaving;
mod once;
mod pause;
mod person;
mod rights;
mod sent;
mod start;
mod status;
mod storage;
mod templates;
mod written;

use api::CheckRow;
use end_to_end::rig::Rig;
use model::{Code, Status};

/// Why a check is parked or skipped.
fn reason(row: &CheckRow) -> Option<Code> {
    row.reason.as_ref().map(|failure| failure.code)
}

/// Waits until a candidate's last check is parked or skipped for this.
async fn stands_for(rig: &Rig, candidate: &str, code: Code) -> CheckRow {
    let what = format!("{candidate} stands for {code}");
    rig.check_that(candidate, &what, |row| reason(row) == Some(code)).await
}

/// Moves a candidate into the trigger stage and waits until Refapp has taken the check on.
async fn started(rig: &Rig, candidate: &str) -> CheckRow {
    rig.move_into_trigger(candidate).await;
    sent(rig, candidate).await
}

/// Waits until a candidate's last check is with Refapp.
async fn sent(rig: &Rig, candidate: &str) -> CheckRow {
    let what = format!("{candidate} is with Refapp");
    rig.check_that(candidate, &what, |row| row.status == Status::Sent).await
}

/// Waits until Lever shows this status and nothing else of ours: one tag and one note. Gives the note.
async fn at_rest(rig: &Rig, candidate: &str, status: &str) -> String {
    let (tag, first) = (format!("Refapp Status: {status}"), format!("Refapp: {status}"));
    let what = format!("{candidate} carries {tag} and one note");
    rig.until(&what, async || {
        let tags = rig.status_tags(candidate).await;
        let mut notes = our_notes(rig, candidate).await;
        let rests = tags == [tag.as_str()] && notes.len() == 1 && notes[0].starts_with(&first);
        if rests { notes.pop() } else { None }
    })
    .await
}

/// Notes of ours on a candidate, as texts.
async fn our_notes(rig: &Rig, candidate: &str) -> Vec<String> {
    let mut notes = rig.notes(candidate).await;
    notes.retain(|note| note.starts_with("Refapp: "));
    notes
}
