//! What of ours is to lie on an opportunity, and the one next effect that brings it nearer (`rules.md` 12–14).
//!
//! Level-triggered: it compares what should be there with what we know to be there, so a status that was overtaken is
//! never written, and our own write, seen again, is nothing new.

use std::collections::BTreeSet;

use model::{ChangedByHand, Check, Millis, Phase, Reason, SECOND, Status, Written, derive};
use store::EffectKind;

use super::{note, place};

/// How long a doubt may last before Lever is told.
const GRACE: i64 = 30 * SECOND;

/// What to do for a check.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Next {
    Do(EffectKind),
    /// Nothing before then.
    Wait(Millis),
    /// All is as it should be.
    Rest,
}

/// What should be there.
enum Wanted {
    /// Leave what is there.
    AsItIs,
    /// As it is until then.
    Later(Millis),
    Tag {
        status: Status,
        note: bool,
    },
    /// Nothing of ours.
    Nothing,
}

fn wanted(check: &Check, now: Millis) -> Wanted {
    let after_grace = |status, note| {
        let at = check.status_since.plus(GRACE);
        if now < at {
            Wanted::Later(at)
        } else {
            Wanted::Tag { status, note }
        }
    };
    if check.superseded {
        return Wanted::AsItIs;
    }
    match &check.phase {
        Phase::Queued => after_grace(Status::Queued, false),
        // A question changes nothing in Lever until it is answered; least of all another installation's tag.
        Phase::Parked(reason) if reason.is_question() => Wanted::AsItIs,
        // Certainly nothing was sent, and the opportunity cannot be read: do not write to it either.
        Phase::Parked(Reason::Unreadable { .. }) => Wanted::AsItIs,
        Phase::Parked(_) => after_grace(Status::NeedsAttention, true),
        Phase::Skipped(Reason::Deleted | Reason::Anonymised) | Phase::Elsewhere(_) => Wanted::AsItIs,
        Phase::Skipped(_) => Wanted::Nothing,
        Phase::Started => Wanted::Tag {
            status: derive(check).0,
            note: true,
        },
    }
}

/// What of ours lies on the opportunity once a check rests: the status that the tag says, and whether there is a note.
/// `None`: it changes nothing there.
pub fn at_rest(check: &Check) -> Option<(Status, bool)> {
    match wanted(check, check.status_since.plus(GRACE)) {
        Wanted::Tag { status, note } => Some((status, note)),
        Wanted::AsItIs | Wanted::Later(_) | Wanted::Nothing => None,
    }
}

/// Lets tag and note follow the one check of an opportunity that they are about (`rules.md` 12): the newest that is, or
/// is to be, started. It inherits what lies there; the others write nothing. If it is given up, an earlier one is
/// followed again.
pub fn hand_over(checks: &mut [Check]) {
    let followed = |check: &Check| match &check.phase {
        Phase::Skipped(_) | Phase::Elsewhere(_) => false,
        Phase::Parked(reason) => !reason.is_question(),
        Phase::Queued | Phase::Started => !is_erased(check),
    };
    let newest = (0..checks.len())
        .filter(|index| followed(&checks[*index]))
        .max_by_key(|index| place(&checks[*index]));
    let Some(newest) = newest else { return };
    let mut left = Written::default();
    for (index, check) in checks.iter_mut().enumerate() {
        check.superseded = index != newest;
        if index == newest {
            continue;
        }
        let Written {
            tags,
            perhaps,
            note,
            replaced,
            changed: _,
            shared,
        } = std::mem::take(&mut check.written);
        left.tags.extend(tags);
        left.perhaps.extend(perhaps);
        left.replaced.extend(replaced);
        left.shared |= shared;
        left.replaced.extend(note.and_then(|note| note.id));
    }
    let written = &mut checks[newest].written;
    written.tags.extend(left.tags);
    written.perhaps.extend(left.perhaps);
    written.replaced.extend(left.replaced);
    written.shared |= left.shared;
}

/// Whether a check is a row that was left when its person was deleted in Lever.
pub fn is_erased(check: &Check) -> bool {
    check.superseded && check.candidate.is_empty() && check.lever_url.is_none()
}

/// The next effect. `can_update_note` = the right *update opportunity note* is there.
/// `can_list_notes` = *list notes* is: a note of unknown fate is read back and, if it is not there, written.
pub fn next(check: &Check, can_update_note: bool, can_list_notes: bool, now: Millis) -> Next {
    let (status, with_note) = match wanted(check, now) {
        Wanted::AsItIs => return Next::Rest,
        Wanted::Later(at) => return Next::Wait(at),
        Wanted::Tag { status, note } => (Some(status), note),
        Wanted::Nothing => (None, false),
    };
    let written = &check.written;
    if let Some(status) = status
        && !written.tags.contains(&status)
    {
        return Next::Do(EffectKind::AddTag { status });
    }
    let stale: Vec<Status> = written
        .tags
        .union(&written.perhaps)
        .copied()
        .filter(|tag| Some(*tag) != status)
        .collect();
    if !stale.is_empty() {
        return Next::Do(EffectKind::RemoveTags { statuses: stale });
    }
    if with_note {
        let text = note::text(check);
        match &written.note {
            Some(note) if note.text == text && (note.id.is_some() || !can_list_notes) => {}
            Some(model::WrittenNote { id: Some(note), .. }) if can_update_note => {
                return Next::Do(EffectKind::UpdateNote {
                    note: note.clone(),
                    text,
                });
            }
            _ => return Next::Do(EffectKind::CreateNote { text }),
        }
    }
    let unwanted = written
        .note
        .iter()
        .filter(|_| status.is_none())
        .filter_map(|note| note.id.as_ref());
    match written.replaced.iter().chain(unwanted).next() {
        Some(note) => Next::Do(EffectKind::DeleteNote { note: note.clone() }),
        None => Next::Rest,
    }
}

/// What may be there from the moment on at which `effect` is tried, whatever its answer will be.
pub fn intended(check: &mut Check, effect: &EffectKind) {
    if let EffectKind::AddTag { status } = effect {
        check.written.perhaps.insert(*status);
    }
}

/// What is there once `effect` was applied. `note` = the id that Lever gave a created note; `None` if its answer never
/// came.
pub fn applied(check: &mut Check, effect: &EffectKind, note: Option<model::NoteId>) {
    let written = &mut check.written;
    match effect {
        EffectKind::Start => {}
        EffectKind::AddTag { status } => {
            written.perhaps.remove(status);
            written.tags.insert(*status);
            settle(written, |changed| {
                changed.tag_gone = None;
                changed.tags_added.remove(status);
            });
        }
        EffectKind::RemoveTags { statuses } => {
            let gone: BTreeSet<Status> = statuses.iter().copied().collect();
            written.tags.retain(|tag| !gone.contains(tag));
            written.perhaps.retain(|tag| !gone.contains(tag));
            settle(written, |changed| {
                changed.tag_gone = changed.tag_gone.filter(|tag| !gone.contains(tag));
                changed.tags_added.retain(|tag| !gone.contains(tag));
            });
        }
        EffectKind::CreateNote { text } => {
            let before = written.note.replace(model::WrittenNote {
                id: note,
                text: text.clone(),
            });
            written.replaced.extend(before.and_then(|note| note.id));
            settle(written, |changed| changed.note_gone = false);
        }
        EffectKind::UpdateNote { note, text } => {
            written.note = Some(model::WrittenNote {
                id: Some(note.clone()),
                text: text.clone(),
            });
            settle(written, |changed| changed.note_gone = false);
        }
        EffectKind::DeleteNote { note } => forget_note(check, note),
    }
}

/// What was changed by hand and has just been overwritten is no news any more.
fn settle(written: &mut Written, overwrite: impl FnOnce(&mut ChangedByHand)) {
    written.changed = written.changed.take().and_then(|mut changed| {
        overwrite(&mut changed);
        changed.if_any()
    });
}

/// Notes of this check lie there that it did not know of.
pub fn found_beside(check: &mut Check, notes: &[model::NoteId]) {
    let written = &mut check.written;
    let kept = written.note.as_ref().and_then(|note| note.id.as_ref());
    for note in notes {
        if kept != Some(note) && !written.replaced.contains(note) {
            written.replaced.push(note.clone());
        }
    }
}

/// A note of ours is not there any more, or cannot be reached.
pub fn forget_note(check: &mut Check, note: &model::NoteId) {
    let written = &mut check.written;
    written.replaced.retain(|id| id != note);
    if written
        .note
        .as_ref()
        .is_some_and(|known| known.id.as_ref() == Some(note))
    {
        written.note = None;
        settle(written, |changed| changed.note_gone = false);
    }
}
