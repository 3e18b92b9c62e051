//! What is stored after each step: after an event, a look, a decision of a person, before an effect and after its answer.
//!
//! Each step is one transaction, and a function of what is stored, what was seen or answered, and now. Nothing here
//! waits, calls anybody or remembers anything: which step is next, and the calls between them, are the owner's. So a
//! test takes these very steps in any order, with a crash after any of them (`tests`).

pub mod by_hand;
pub mod decide;
pub mod inbox;
pub mod look;
pub mod observe;
pub mod person;
pub mod poll;
pub mod start;
pub mod write;

use model::sabotage::{self, Control};
use model::{Badge, Check, CheckId, Code, ConnectionId, EffectKey, Millis, Phase, Reason, WrittenNote};
use store::{Effect, EffectKind, EffectState, Moment, Result, Tx};

use crate::plan::write_back::hand_over;

/// Effects that are found `sending` when nothing is on the wire are of unknown outcome (`reliability.md` rule 5).
pub fn interrupted(tx: &Tx<'_>, connection: ConnectionId, now: Millis) -> Result<()> {
    for mut effect in tx.sending(connection)? {
        if sabotage::is(Control::ForgetSending) && effect.kind == EffectKind::Start {
            forget(tx, effect, now)?;
            continue;
        }
        effect.state = EffectState::Unknown;
        effect.changed_at = now;
        tx.put_effect(&effect)?;
        broke_off(tx, effect.check, &effect.kind, now)?;
    }
    Ok(())
}

/// The control `forget-sending`: taken for never sent, it goes again.
fn forget(tx: &Tx<'_>, mut effect: Effect, now: Millis) -> Result<()> {
    effect.state = EffectState::Failed;
    effect.changed_at = now;
    tx.put_effect(&effect)?;
    tx.unspend(&effect.key)?;
    match tx.check(effect.check)? {
        Some(check) => tx.unspend(&EffectKey::once(&check.opportunity, check.posting.as_ref())),
        None => Ok(()),
    }
}

/// An effect was on the wire when the process ended.
fn broke_off(tx: &Tx<'_>, check: CheckId, kind: &EffectKind, now: Millis) -> Result<()> {
    let Some(mut check) = tx.check(check)? else {
        return Ok(());
    };
    match kind {
        EffectKind::Start if check.phase == Phase::Queued => {
            check.phase = Phase::Parked(Reason::StartUnknown);
            check.status_since = now;
            tell(
                tx,
                check.id,
                now,
                "start-unknown",
                &[("code", Code::RefUnknown.to_string())],
            )?;
        }
        EffectKind::CreateNote { text } => {
            let before = check.written.note.replace(WrittenNote {
                id: None,
                text: text.clone(),
            });
            check.written.replaced.extend(before.and_then(|note| note.id));
            check.badges.insert(Badge::NoteUnknown);
            tell(
                tx,
                check.id,
                now,
                "note-unknown",
                &[("code", Code::LevNoteUnknown.to_string())],
            )?;
        }
        // Repeating these does no harm: the next plan does.
        _ => {}
    }
    keep(tx, &check, now)
}

/// Stores a check whose phase may have changed, and lets tag and note follow.
fn keep(tx: &Tx<'_>, check: &Check, now: Millis) -> Result<()> {
    tx.put_check(check, Some(now))?;
    let before = tx.checks_of(check.connection, &check.opportunity)?;
    let mut after = before.clone();
    hand_over(&mut after);
    for (before, after) in before.iter().zip(&after) {
        if before != after {
            tx.put_check(after, Some(now))?;
        }
    }
    Ok(())
}

/// One step of a check's story.
fn tell(tx: &Tx<'_>, check: CheckId, at: Millis, step: &str, params: &[(&str, String)]) -> Result<()> {
    let params = params
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    tx.tell(
        check,
        &Moment {
            at,
            step: step.to_owned(),
            params,
        },
    )
}

#[cfg(test)]
mod tests;
