//! Every row of the mission, over real HTTP, named after it. The simulator's ledger and state are the judge.

mod browser;
mod dashboard;
mod faults;
mod leaving;
mod oauth;
mod observer;
mod planted;
mod running;
mod set_up;
mod settings;
mod support;
mod templates;
mod wizard;

use api::CheckRow;
use end_to_end::rig::Rig;
use model::{Code, Status};
use serde_json::Value;

/// Waits until a candidate's last check has this status.
async fn becomes(rig: &Rig, candidate: &str, status: Status) -> CheckRow {
    let what = format!("{candidate} is {}", status.tag());
    rig.check_that(candidate, &what, |row| row.status == status).await
}

/// Waits until a candidate's last check is parked or skipped for this.
async fn stands_for(rig: &Rig, candidate: &str, code: Code) -> CheckRow {
    let what = format!("{candidate} stands for {code}");
    let fits = |row: &CheckRow| row.reason.as_ref().is_some_and(|reason| reason.code == code);
    rig.check_that(candidate, &what, fits).await
}

/// Moves a candidate into the trigger stage and waits until Refapp has taken the check on.
async fn started(rig: &Rig, candidate: &str) -> CheckRow {
    rig.move_into_trigger(candidate).await;
    becomes(rig, candidate, Status::Sent).await
}

/// The `partner-event` that was sent last for a candidate.
fn event_of(rig: &Rig, candidate: &str) -> Value {
    let id = rig.opportunity(candidate);
    let events = rig.calls("event");
    let ours = events.iter().rev().map(|entry| &entry.body["partner-event"]);
    let mut ours = ours.filter(|event| event["candidate"]["id"] == id.as_str());
    ours.next().expect("an event that was sent").clone()
}

/// What Refapp, or Lever, has.
async fn state_of(rig: &Rig, side: &str) -> Value {
    rig.control("GET", "state", Value::Null).await[side].take()
}

/// Waits until Lever shows this status and nothing else of ours: one tag, and one note that begins so. Gives the note.
async fn lever_shows(rig: &Rig, candidate: &str, status: Status, counts: &str) -> String {
    let (tag, first) = (
        format!("Refapp Status: {}", status.tag()),
        format!("Refapp: {}{counts}", status.tag()),
    );
    let what = format!("{candidate} carries {tag} and the note {first}");
    rig.until(&what, async || {
        let tags = rig.status_tags(candidate).await;
        let mut notes = our_notes(rig, candidate).await;
        let rests = tags == [tag.as_str()] && notes.len() == 1 && notes[0].lines().next() == Some(&first);
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
