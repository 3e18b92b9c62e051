//! An effect on Lever: set out on, and answered.

use lever::Kind;
use model::{
    Badge, Check, Code, EffectKey, MINUTE, Millis, NoteId, Phase, Reason, Right, StatusTag, WrittenNote, sabotage,
};
use store::{Bell, ConnectionRecord, Effect, EffectKind, EffectState, Result, Source, Tx};

use super::{keep, person, tell};
use crate::plan::write_back::{self, Next};

/// How often a parked check is looked at that a change in Lever would mend.
const RECHECK: i64 = MINUTE;
/// How long a write waits that Lever refuses: until somebody ticks a box, say.
const REFUSED: i64 = 10 * MINUTE;

/// What Lever answered to a write.
#[derive(Default)]
pub struct Written {
    /// The id of the note that was created, or found to be there already.
    pub note: Option<NoteId>,
    /// The notes were read: what lies there is known again.
    pub read: bool,
    /// Earlier notes of this check that were found beside it: their answers never came.
    pub stray: Vec<NoteId>,
    /// It was written in nobody's name: in the acting user's Lever refused it.
    pub without_user: bool,
}

/// Decides the next effect of a check and sets out on it; or says when to come back.
pub fn next(tx: &Tx<'_>, record: &ConnectionRecord, mut check: Check, now: Millis) -> Result<Option<(Check, Effect)>> {
    let can_update = record.has(Right::UpdateOpportunityNote);
    match write_back::next(&check, can_update, record.has(Right::ListOpportunityNotes), now) {
        Next::Do(kind) => {
            sabotage::crash_at(kind.word(), "before-intent");
            let effect = intend(tx, &mut check, kind, now)?;
            return Ok(Some((check, effect)));
        }
        Next::Wait(at) => tx.set_due(check.id, Some(at))?,
        Next::Rest if check.phase == Phase::Skipped(Reason::Erased) => person::remove(tx, &check, now)?,
        Next::Rest => rest(tx, &check, now)?,
    }
    Ok(None)
}

/// Nothing is to be written. What a change in Lever would mend is looked at again; the rest sleeps.
fn rest(tx: &Tx<'_>, check: &Check, now: Millis) -> Result<()> {
    match &check.phase {
        Phase::Parked(reason) if reason.is_mended_in_lever() || matches!(reason, Reason::Unreadable { .. }) => {
            if now.since(check.status_since) >= RECHECK {
                let bell = Bell::at_once(&check.opportunity, Source::Recheck, now);
                tx.ring(check.connection, &bell)?;
            }
            // Less often as time passes: a minute after an hour, half an hour after a day.
            let next = RECHECK.max(now.since(check.status_since) / 50);
            tx.set_due(check.id, Some(now.plus(next)))
        }
        _ => {
            tx.settle_sets(check.id, now)?;
            tx.set_due(check.id, None)
        }
    }
}

/// Writes down what is about to be done.
fn intend(tx: &Tx<'_>, check: &mut Check, kind: EffectKind, now: Millis) -> Result<Effect> {
    check.effects += 1;
    write_back::intended(check, &kind);
    let key = EffectKey::of(
        check.connection,
        &check.opportunity,
        check.posting.as_ref(),
        kind.word(),
        check.effects,
    );
    // Two checks of one (opportunity, posting) count apart: the check's own ordinal is part of the word's count.
    let key = if check.ordinal == 1 {
        key
    } else {
        let word = format!("{} of check {}", kind.word(), check.ordinal);
        EffectKey::of(
            check.connection,
            &check.opportunity,
            check.posting.as_ref(),
            &word,
            check.effects,
        )
    };
    let effect = Effect {
        key,
        connection: check.connection,
        check: check.id,
        kind,
        state: EffectState::Sending,
        attempts: 0,
        created_at: now,
        changed_at: now,
    };
    tx.put_effect(&effect)?;
    tx.put_check(check, None)?;
    Ok(effect)
}

/// What became of an effect. `Some` = the check as it is now, whose next effect may follow at once. `pause`: how long to
/// wait after so many tries.
pub fn answered(
    tx: &Tx<'_>,
    effect: &Effect,
    answer: &std::result::Result<Written, lever::Error>,
    pause: impl FnOnce(u32) -> i64,
    now: Millis,
) -> Result<Option<Check>> {
    let mut effect = effect.clone();
    effect.changed_at = now;
    match answer {
        Ok(written) => confirmed(tx, &mut effect, written, now),
        Err(error) => failed(tx, &mut effect, error, pause, now),
    }
}

fn confirmed(tx: &Tx<'_>, effect: &mut Effect, answer: &Written, now: Millis) -> Result<Option<Check>> {
    effect.state = EffectState::Confirmed;
    tx.put_effect(effect)?;
    let Some(mut check) = tx.check(effect.check)? else {
        return Ok(None);
    };
    write_back::applied(&mut check, &effect.kind, answer.note.clone());
    write_back::found_beside(&mut check, &answer.stray);
    check.hitch = None;
    check.badges.remove(&Badge::NotWritten);
    // Where notes cannot be read, one of unknown fate may lie there: that is said until a person has looked.
    if answer.read {
        check.badges.remove(&Badge::NoteUnknown);
        tx.settle_notes(check.id, now)?;
    }
    let (step, params) = step_of(&effect.kind);
    tell(tx, check.id, now, step, &params)?;
    // Another check may have taken over while this was on the wire.
    keep(tx, &check, now)?;
    tx.check(check.id)
}

fn failed(
    tx: &Tx<'_>,
    effect: &mut Effect,
    error: &lever::Error,
    pause: impl FnOnce(u32) -> i64,
    now: Millis,
) -> Result<Option<Check>> {
    let unknown = error.outcome() == lever::Outcome::Unknown;
    effect.state = if unknown {
        EffectState::Unknown
    } else {
        EffectState::Failed
    };
    tx.put_effect(effect)?;
    let Some(mut check) = tx.check(effect.check)? else {
        return Ok(None);
    };
    let step = if unknown { "note-unknown" } else { "write-failed" };
    match (&effect.kind, &error.kind) {
        // A note of unknown fate is not written twice (rules.md 13); the tag carries the status, and this is said.
        (EffectKind::CreateNote { text }, _) if unknown => {
            check.badges.insert(Badge::NoteUnknown);
            let before = check.written.note.replace(WrittenNote {
                id: None,
                text: text.clone(),
            });
            check.written.replaced.extend(before.and_then(|note| note.id));
            tell(tx, check.id, now, step, &[("code", Code::LevNoteUnknown.to_string())])?;
            tx.put_check(&check, Some(now))?;
            return Ok(Some(check));
        }
        // Gone, or a note that is not ours to delete (lever-api.md §12 row 7): leave it.
        (EffectKind::DeleteNote { note }, Kind::NotFound | Kind::BadRequest { .. })
        | (EffectKind::UpdateNote { note, .. }, Kind::NotFound) => {
            write_back::forget_note(&mut check, note);
            tx.put_check(&check, Some(now))?;
            return Ok(Some(check));
        }
        // It is there and cannot be changed: a new one takes its place.
        (EffectKind::UpdateNote { note, .. }, Kind::BadRequest { .. }) => {
            write_back::forget_note(&mut check, note);
            check.written.replaced.push(note.clone());
            tx.put_check(&check, Some(now))?;
            return Ok(Some(check));
        }
        // The right to update went away: the next plan creates and deletes.
        (EffectKind::UpdateNote { .. }, Kind::Forbidden) => {
            tx.put_check(&check, Some(now))?;
            return Ok(None);
        }
        // The opportunity itself is gone: look, and believe only that.
        (_, Kind::NotFound) => {
            let bell = Bell::at_once(&check.opportunity, Source::Recheck, now);
            tx.ring(check.connection, &bell)?;
            tx.put_check(&check, Some(now.plus(REFUSED)))?;
            return Ok(None);
        }
        (_, Kind::Forbidden | Kind::BadRequest { .. }) => {
            check.hitch = Some(Code::LevNotWritten);
            check.badges.insert(Badge::NotWritten);
            let mut params = vec![("code", Code::LevNotWritten.to_string())];
            // Which write it was, in the words of the tick-box that it needs.
            params.extend(error.call.right().map(|right| ("right", right.label().to_owned())));
            tell(tx, check.id, now, step, &params)?;
            tx.put_check(&check, Some(now.plus(REFUSED)))?;
            return Ok(None);
        }
        _ => {}
    }
    // Tags are sets, and a note by its id is itself: these may be repeated, whatever became of them.
    let recent = u32::try_from(now.since(check.active_at) / MINUTE).unwrap_or(5);
    tx.put_check(&check, Some(now.plus(pause(recent.min(5)))))?;
    Ok(None)
}

fn step_of(kind: &EffectKind) -> (&'static str, Vec<(&'static str, String)>) {
    match kind {
        EffectKind::AddTag { status } => ("tag-added", vec![("tag", StatusTag(*status).text())]),
        EffectKind::RemoveTags { statuses } => {
            let tags: Vec<String> = statuses.iter().map(|status| StatusTag(*status).text()).collect();
            ("tag-removed", vec![("tag", tags.join(", "))])
        }
        EffectKind::CreateNote { .. } | EffectKind::UpdateNote { .. } => ("note-written", vec![]),
        EffectKind::DeleteNote { .. } => ("note-deleted", vec![]),
        EffectKind::Start => ("accepted", vec![]),
    }
}
