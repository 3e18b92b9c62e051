//! What a person decides about a check.

use model::{
    Badge, Check, CheckId, Code, ConnectionId, EffectKey, Failure, Millis, Phase, Reason, Status, StatusTag, WireStatus,
};
use store::{Bell, EffectState, Source, Tx};

use super::{keep, tell};
use crate::Decision;
use crate::plan::by_hand;

/// The decisions that make sense for a check now.
pub fn decisions(check: &Check) -> Vec<Decision> {
    let mut decisions = of_the_check(check);
    if check.is_to_be_read() {
        decisions.insert(0, Decision::MarkRead);
    }
    // Whoever has looked at the candidate in Lever can say it at any time.
    if check.badges.contains(&Badge::NoteUnknown) {
        decisions.extend([Decision::NoteIsThere, Decision::NoteIsNotThere]);
    }
    if check.written.changed.is_some() {
        decisions.push(Decision::Repair);
    }
    decisions
}

fn of_the_check(check: &Check) -> Vec<Decision> {
    match &check.phase {
        Phase::Queued => vec![Decision::Dismiss],
        Phase::Started => check.hitch.map(|_| Decision::TryAgain).into_iter().collect(),
        Phase::Parked(Reason::StartUnknown) => vec![Decision::ItWasStarted, Decision::SendAgain],
        Phase::Parked(Reason::OtherInstallation { .. }) => {
            vec![Decision::Adopt, Decision::LeaveToOther, Decision::Start]
        }
        Phase::Parked(reason) if reason.is_question() => vec![Decision::Start, Decision::Dismiss],
        Phase::Parked(_) => vec![Decision::TryAgain, Decision::Dismiss],
        // What is to be taken out of Lever, which Lever refuses.
        Phase::Skipped(Reason::Erased) => check.hitch.map(|_| Decision::TryAgain).into_iter().collect(),
        Phase::Skipped(Reason::Deleted | Reason::Anonymised) | Phase::Elsewhere(_) => vec![],
        Phase::Skipped(_) => vec![Decision::TryAgain],
    }
}

/// Whether a decision may make Refapp write to the candidate.
pub fn mails(check: &Check, decision: Decision) -> bool {
    match decision {
        Decision::Start | Decision::SendAgain => true,
        // What was parked or skipped starts, if nothing stops it any more; what was started, or erased, only writes to
        // Lever.
        Decision::TryAgain => !matches!(check.phase, Phase::Started | Phase::Skipped(Reason::Erased)),
        Decision::MarkRead
        | Decision::ItWasStarted
        | Decision::LeaveToOther
        | Decision::Adopt
        | Decision::Dismiss
        | Decision::NoteIsThere
        | Decision::NoteIsNotThere
        | Decision::Repair => false,
    }
}

/// Carries out a decision.
///
/// # Errors
/// `APP-NOT-FOUND`; `APP-NOT-NOW` if it does not make sense any more, because something happened meanwhile.
pub fn decide(
    tx: &Tx<'_>,
    connection: ConnectionId,
    id: CheckId,
    decision: Decision,
    now: Millis,
) -> Result<(), Failure> {
    let Some(mut check) = tx.check(id)?.filter(|check| check.connection == connection) else {
        return Err(Failure::new(Code::AppNotFound));
    };
    if !decisions(&check).contains(&decision) {
        return Err(Failure::new(Code::AppNotNow));
    }
    carry_out(tx, &mut check, decision, now)?;
    // That somebody has read of its end is nothing new about the check, and it is not kept for longer.
    if decision != Decision::MarkRead {
        check.active_at = now;
    }
    tell(tx, id, now, "decided", &[("decision", word(decision).to_owned())])?;
    keep(tx, &check, now)?;
    Ok(())
}

fn carry_out(tx: &Tx<'_>, check: &mut Check, decision: Decision, now: Millis) -> store::Result<()> {
    let look = |source| {
        let bell = Bell::at_once(&check.opportunity, source, now);
        tx.ring(check.connection, &bell)
    };
    match decision {
        Decision::TryAgain => {
            check.hitch = None;
            // Nobody looks at the erased any more.
            if check.phase == Phase::Skipped(Reason::Erased) {
                return Ok(());
            }
            look(Source::Person)
        }
        Decision::Start => {
            look(Source::Person)?;
            if take_over_tag(check) {
                check.written.shared = true;
            }
            check.by_person = true;
            enter(check, Phase::Queued, now);
            Ok(())
        }
        Decision::ItWasStarted => {
            settle(tx, check, now)?;
            check.progress.status = WireStatus::Sent;
            enter(check, Phase::Started, now);
            Ok(())
        }
        Decision::SendAgain => {
            settle(tx, check, now)?;
            look(Source::Person)?;
            check.by_person = true;
            enter(check, Phase::Queued, now);
            Ok(())
        }
        Decision::Adopt => {
            take_over_tag(check);
            // Perhaps it was this one, before its database was lost: then Refapp's updates still find it (rules.md 6),
            // those that came before now included. Whoever it was, it was started.
            let posting = check.posting.as_ref();
            let first = EffectKey::of(check.connection, &check.opportunity, posting, "start", 1);
            tx.spend(&first, now)?;
            tx.spend(&EffectKey::once(&check.opportunity, posting), now)?;
            let result = first.result_id();
            tx.put_result(result, check)?;
            tx.reopen_updates(check.connection, result)?;
            check.result = Some(result);
            check.progress.status = WireStatus::Sent;
            enter(check, Phase::Started, now);
            Ok(())
        }
        Decision::NoteIsThere | Decision::NoteIsNotThere => {
            check.badges.remove(&Badge::NoteUnknown);
            // It is written again. Where a later note of known fate lies there, nothing is missing.
            if decision == Decision::NoteIsNotThere && check.written.note.as_ref().is_some_and(|note| note.id.is_none())
            {
                check.written.note = None;
            }
            tx.settle_notes(check.id, now)
        }
        Decision::MarkRead => {
            check.mark_read();
            Ok(())
        }
        Decision::Repair => {
            by_hand::repair(check);
            Ok(())
        }
        Decision::LeaveToOther | Decision::Dismiss => {
            check.by_person = false;
            enter(check, Phase::Skipped(Reason::Dismissed), now);
            Ok(())
        }
    }
}

fn enter(check: &mut Check, phase: Phase, now: Millis) {
    check.phase = phase;
    check.status_since = now;
}

/// The start of unknown outcome is settled by a person.
fn settle(tx: &Tx<'_>, check: &Check, now: Millis) -> store::Result<()> {
    if let Some(mut effect) = tx.last_start(check.id)? {
        effect.state = EffectState::Settled;
        effect.changed_at = now;
        tx.put_effect(&effect)?;
        tell(tx, check.id, now, "settled", &[])?;
    }
    Ok(())
}

/// What another installation wrote is ours from now on: the tag is known, and follows the check. Whether there is such an
/// installation.
fn take_over_tag(check: &mut Check) -> bool {
    let Phase::Parked(Reason::OtherInstallation { tag }) = &check.phase else {
        return false;
    };
    let known = Status::TAGGED.into_iter();
    check
        .written
        .tags
        .extend(known.filter(|status| StatusTag(*status).text() == *tag));
    true
}

fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::TryAgain => "try-again",
        Decision::Start => "start",
        Decision::ItWasStarted => "it-was-started",
        Decision::SendAgain => "send-again",
        Decision::NoteIsThere => "note-is-there",
        Decision::NoteIsNotThere => "note-is-not-there",
        Decision::LeaveToOther => "leave-to-other",
        Decision::MarkRead => "mark-read",
        Decision::Repair => "repair",
        Decision::Adopt => "adopt",
        Decision::Dismiss => "dismiss",
    }
}
