//! What somebody changed by hand of the tag and the note that we left in Lever.
//!
//! Nothing is mended by itself: a person may have meant it. Tags in other words than ours are somebody else's, Refapp's own
//! integration's for one; they are neither told of nor touched. Nor is a tag that another installation writes, as far as
//! one is known to be at work (`rules.md` 4): a check that is not started yet is parked for it, and one that a person
//! started all the same is marked as shared.

use model::{ChangedByHand, Check, Millis, NoteId, Phase, Status, StatusTag};

use super::write_back::{self, Next};

/// What was seen on an opportunity.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// All tags, as Lever has them.
    pub tags: &'a [String],
    /// The notes that lie there; `None` where they were not read.
    pub notes: Option<&'a [NoteId]>,
}

/// How what was seen differs from what we wrote. `None`: nothing can be told, as writing is not at its end, or nothing of
/// ours is to lie there. Whether notes can be updated and listed is as for [`write_back::next`].
pub fn changed(
    check: &Check,
    seen: Seen<'_>,
    can_update_note: bool,
    can_list_notes: bool,
    now: Millis,
) -> Option<ChangedByHand> {
    let written = &check.written;
    let rests = write_back::next(check, can_update_note, can_list_notes, now) == Next::Rest;
    let (status, with_note) = write_back::at_rest(check)?;
    if !rests || !written.perhaps.is_empty() {
        return None;
    }
    let carries = |status: Status| seen.tags.contains(&StatusTag(status).text());
    let told_of = check.phase == Phase::Started && !written.shared;
    let added = Status::TAGGED.into_iter().filter(|other| *other != status);
    let note = written.note.as_ref().and_then(|note| note.id.as_ref());
    let note_gone = match (note.filter(|_| with_note), seen.notes) {
        (Some(note), Some(notes)) => !notes.contains(note),
        // It was not looked for: what was known of it is still all that is known.
        (Some(_), None) => written.changed.as_ref().is_some_and(|changed| changed.note_gone),
        (None, _) => false,
    };
    Some(ChangedByHand {
        tag_gone: (!carries(status)).then_some(status),
        tags_added: added.filter(|other| told_of && carries(*other)).collect(),
        note_gone,
    })
}

/// Takes what was seen for what is there: writing back then brings about what should be there.
pub fn repair(check: &mut Check) {
    let Some(changed) = check.written.changed.take() else {
        return;
    };
    let written = &mut check.written;
    written.tags.retain(|status| changed.tag_gone != Some(*status));
    written.tags.extend(changed.tags_added);
    if changed.note_gone
        && let Some(note) = written.note.as_ref().and_then(|note| note.id.clone())
    {
        write_back::forget_note(check, &note);
    }
}
