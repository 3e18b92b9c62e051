//! What a look at an opportunity means for its check (`rules.md` 1–4).

use std::collections::BTreeSet;

use model::sabotage::{self, Control};
use model::{Check, CheckId, DAY, Millis, Phase, Reason, StageId, StatusTag, TemplateId};
use store::{Bell, KnownTemplate, Source};

use super::observed::Observed;
use super::place;
use super::template::{Choice, choose};

/// What is known beside the look itself.
pub struct Situation<'a> {
    /// All checks of the opportunity, oldest first.
    pub checks: &'a [Check],
    /// When the first start of this (opportunity, posting) may have been sent, even if its check is gone.
    pub spent: Option<Millis>,
    pub bell: &'a Bell,
    pub trigger: &'a StageId,
    /// Since when entries into the trigger stage count.
    pub following_since: Millis,
    /// From when to when the connection was last paused.
    pub pause: Option<(Millis, Millis)>,
    pub templates: &'a [KnownTemplate],
    pub default_template: Option<&'a TemplateId>,
    pub now: Millis,
}

/// The verdict.
#[derive(Clone, PartialEq, Debug)]
pub enum Verdict {
    /// No check is concerned, or one that is over.
    Nothing,
    /// The check that the look is about stays what it is.
    Keep(CheckId),
    /// An existing check gets this phase.
    Change(CheckId, Phase),
    /// A check is made, in this phase.
    Make { ordinal: u32, phase: Phase },
}

/// When the entry into the trigger stage happened that this look is about. Lever's own list of stage changes is
/// asked first; a moved row may lack one (`lever-api.md §6.3`), then the ringer's word counts. `None`: nobody knows of
/// one, so it is no later one than was known.
pub fn entered_at(observed: &Observed, situation: &Situation<'_>) -> Option<Millis> {
    observed
        .entered_at(situation.trigger)
        .or(situation.bell.moved_at)
        .or(observed.opportunity.advanced_at)
}

/// Decides.
pub fn assess(observed: &Observed, situation: &Situation<'_>) -> Verdict {
    match concerned(observed, situation.checks) {
        Some(check) if matches!(check.phase, Phase::Queued | Phase::Parked(_)) => open(check, observed, situation),
        Some(check) => closed(check, observed, situation),
        // Somebody changed the posting of who was started for another one: without an entry nothing rang (`rules.md` 1).
        None if answered(observed, situation) => Verdict::Nothing,
        None => match fresh(observed, situation) {
            Some(phase) => Verdict::Make { ordinal: 1, phase },
            None => Verdict::Nothing,
        },
    }
}

/// The newest check that a look can be about.
pub fn concerned<'c>(observed: &Observed, checks: &'c [Check]) -> Option<&'c Check> {
    let posting = observed.posting.as_ref().map(|posting| &posting.id);
    // What was sent belongs to its job for good; what was not follows the candidate to another one.
    let concerned = |check: &&Check| {
        let sent = matches!(check.phase, Phase::Started | Phase::Parked(Reason::StartUnknown));
        !sent || check.posting.is_none() || posting.is_none() || check.posting.as_ref() == posting
    };
    checks.iter().filter(concerned).max_by_key(|check| place(check))
}

/// Whether there is no entry into the trigger stage beyond those that checks stand for.
fn answered(observed: &Observed, situation: &Situation<'_>) -> bool {
    let known = situation.checks.iter().map(|check| check.entered_at).max();
    known.is_some_and(|known| entered_at(observed, situation).is_none_or(|at| at <= known))
}

/// A check that was not started yet.
fn open(check: &Check, observed: &Observed, situation: &Situation<'_>) -> Verdict {
    let change = |phase: Phase| {
        if phase == check.phase {
            Verdict::Keep(check.id)
        } else {
            Verdict::Change(check.id, phase)
        }
    };
    let by_hand = situation.bell.source == Source::Person;
    let again = entered_at(observed, situation).is_some_and(|at| at > check.entered_at);
    if let Phase::Parked(Reason::StartUnknown) = check.phase {
        // Only Refapp's update or a person settles it.
        return Verdict::Keep(check.id);
    }
    if let Some(reason) = gone(observed) {
        return change(Phase::Skipped(reason));
    }
    if observed.opportunity.stage != *situation.trigger && !check.by_person {
        return change(Phase::Skipped(Reason::LeftStage));
    }
    // Asked at every look until it is sent: somebody else may have started it meanwhile.
    let begun = || begun(observed, situation).filter(|_| !check.by_person);
    let Phase::Parked(reason) = &check.phase else {
        return change(lacking(observed).or_else(begun).map_or(Phase::Queued, Phase::Parked));
    };
    if reason.is_question() && !by_hand {
        return Verdict::Keep(check.id);
    }
    let mended = match lacking(observed) {
        Some(lack) => return change(Phase::Parked(lack)),
        None => match reason {
            Reason::TemplateUnknown { .. } | Reason::TemplateSeveral { .. } | Reason::TemplateRequired => {
                let tags = observed.posting.as_ref().map_or(&[][..], |posting| &posting.tags);
                match choose(tags, situation.templates, situation.default_template) {
                    Choice::Named { .. } | Choice::Default { .. } => true,
                    // Without a tag Refapp's own default applies, unless the form wanted one.
                    Choice::Nothing => !matches!(reason, Reason::TemplateRequired),
                    Choice::Unknown { .. } | Choice::Several { .. } => false,
                }
            }
            Reason::NoPosting | Reason::NoMemberEmail | Reason::NoContact | Reason::Unreadable { .. } => true,
            // Not to be seen in Lever: a person says when, or moves the candidate in again.
            _ => again,
        },
    };
    if !mended && !by_hand {
        return Verdict::Keep(check.id);
    }
    let question = || match reason {
        // While it could not be read, nobody could ask.
        Reason::Unreadable { .. } if !check.by_person => question(observed, situation),
        _ => begun(),
    };
    let long = situation.now.since(check.status_since) > DAY && !by_hand && !again;
    let asks = if long { Some(Reason::ParkedLong) } else { question() };
    change(asks.map_or(Phase::Queued, Phase::Parked))
}

/// What a ring means for an opportunity that Lever does not let us read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unread {
    /// The check of this index waits until it can be read.
    Open(usize),
    /// The candidate was moved in again: the skipped check of this index waits.
    Again(usize),
    /// A check is made that waits.
    New { ordinal: u32 },
}

/// Says which check waits, `checks` being those of the opportunity. `None`: none has to. A question, or a start of
/// unknown outcome, stays what it is: only a person answers it.
pub fn unread(checks: &[Check], bell: &Bell) -> Option<Unread> {
    let latest = (0..checks.len()).max_by_key(|index| place(&checks[*index]));
    let again = |check: &Check| bell.moved_at.is_some_and(|at| at > check.entered_at);
    let Some(index) = latest else {
        return (bell.source != Source::Recheck).then_some(Unread::New { ordinal: 1 });
    };
    let check = &checks[index];
    match &check.phase {
        Phase::Parked(Reason::StartUnknown) | Phase::Elsewhere(_) => None,
        Phase::Parked(reason) if reason.is_question() => None,
        Phase::Queued | Phase::Parked(_) => Some(Unread::Open(index)),
        Phase::Skipped(_) => (again(check) || bell.source == Source::Person).then_some(Unread::Again(index)),
        Phase::Started => again(check).then_some(Unread::New {
            ordinal: check.ordinal + 1,
        }),
    }
}

/// A check that was started, or skipped.
fn closed(check: &Check, observed: &Observed, situation: &Situation<'_>) -> Verdict {
    let again = entered_at(observed, situation).is_some_and(|at| at > check.entered_at);
    match &check.phase {
        Phase::Skipped(_) if again || situation.bell.source == Source::Person => match fresh(observed, situation) {
            Some(phase) if phase != check.phase => Verdict::Change(check.id, phase),
            _ => Verdict::Nothing,
        },
        Phase::Started if again && observed.opportunity.stage == *situation.trigger && gone(observed).is_none() => {
            let reason = Reason::AlreadyChecked { on: check.created_at };
            Verdict::Make {
                ordinal: check.ordinal + 1,
                phase: Phase::Parked(reason),
            }
        }
        _ => Verdict::Nothing,
    }
}

/// An opportunity without a check that counts.
fn fresh(observed: &Observed, situation: &Situation<'_>) -> Option<Phase> {
    let bell = situation.bell;
    if let Some(reason) = gone(observed) {
        return (bell.source != Source::Recheck).then_some(Phase::Skipped(reason));
    }
    if observed.opportunity.stage != *situation.trigger {
        return (bell.source != Source::Recheck).then_some(Phase::Skipped(Reason::LeftStage));
    }
    if let Some(reason) = question(observed, situation) {
        return Some(Phase::Parked(reason));
    }
    Some(lacking(observed).map_or(Phase::Queued, Phase::Parked))
}

/// What a person has to be asked before anything is sent.
fn question(observed: &Observed, situation: &Situation<'_>) -> Option<Reason> {
    let bell = situation.bell;
    if let Some(reason) = begun(observed, situation) {
        return Some(reason);
    }
    match bell.source {
        Source::Person => return None,
        Source::Present => return Some(Reason::AlreadyInStage),
        _ => {}
    }
    // A webhook tells its own time, and the stage change it tells of is never older than the webhook itself.
    let happened = match bell.source {
        Source::Webhook => bell.moved_at,
        _ => observed.entered_at(situation.trigger).or(bell.moved_at),
    }
    .unwrap_or(situation.now);
    // The pause is by our clock, and so is the time of the ring; the move is by Lever's.
    let paused = |at: Millis| situation.pause.is_some_and(|(from, to)| from <= at && at <= to);
    if paused(happened) || paused(bell.rung_at) {
        return Some(Reason::WhilePaused);
    }
    if happened < situation.following_since {
        return Some(Reason::AlreadyInStage);
    }
    if situation.now.since(happened) > DAY {
        return Some(Reason::Late);
    }
    (bell.source == Source::CatchUp).then_some(Reason::Many)
}

/// Whether somebody has begun already: this app once, perhaps before its data was removed, or another installation.
fn begun(observed: &Observed, situation: &Situation<'_>) -> Option<Reason> {
    let checked = situation.spent.map(|on| Reason::AlreadyChecked { on });
    let elsewhere = || foreign_tag(observed, situation.checks).map(|tag| Reason::OtherInstallation { tag });
    checked.or_else(elsewhere)
}

/// Why nothing will ever be started for it.
fn gone(observed: &Observed) -> Option<Reason> {
    if observed.opportunity.anonymised {
        Some(Reason::Anonymised)
    } else if observed.opportunity.archived {
        Some(Reason::Archived)
    } else {
        None
    }
}

/// What Lever lacks for a start (`rules.md` 1).
fn lacking(observed: &Observed) -> Option<Reason> {
    if let Some(failure) = observed.unreadable.clone() {
        return Some(Reason::Unreadable { failure });
    }
    if observed.posting.is_none() {
        return Some(Reason::NoPosting);
    }
    if observed.recruiter().is_none() {
        return Some(Reason::NoMemberEmail);
    }
    let opportunity = &observed.opportunity;
    let reachable = opportunity.emails.iter().any(|email| !email.trim().is_empty())
        || opportunity.phones.iter().any(|phone| !phone.value.trim().is_empty());
    (!reachable).then_some(Reason::NoContact)
}

/// A status tag that this database did not write (`rules.md` 4).
fn foreign_tag(observed: &Observed, checks: &[Check]) -> Option<String> {
    let ours: BTreeSet<String> = checks
        .iter()
        .flat_map(|check| check.written.tags.union(&check.written.perhaps))
        .map(|status| StatusTag(*status).text())
        .collect();
    observed
        .opportunity
        .tags
        .iter()
        .find(|tag| StatusTag::is_one(tag) && !ours.contains(*tag) && !sabotage::is(Control::IgnoreTags))
        .cloned()
}
