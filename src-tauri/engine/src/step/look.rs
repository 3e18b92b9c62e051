//! What a look at an opportunity changes.

use model::sabotage::{self, Control};
use model::{
    Badge, Check, CheckId, Code, ConnectionId, EffectKey, Failure, MINUTE, Millis, OpportunityId, Phase, PostingId,
    Reason, StageId, Written,
};
use store::{Bell, ConnectionRecord, KnownTemplate, Result, Source, Tx};

use super::{by_hand, keep, person, tell};
use crate::plan::assess::{self, Situation, Unread, Verdict, assess, entered_at};
use crate::plan::observed::Observed;

/// Of a posting that is there and that Lever does not show.
const HIDDEN: &str = "not-shown";

/// What a look means, and what that rests on.
pub struct Weighed {
    pub verdict: Verdict,
    /// All checks of the opportunity, oldest first.
    pub checks: Vec<Check>,
    /// When the entry into the trigger stage happened that the look is about.
    entry: Option<Millis>,
}

/// Weighs a look against what is stored. Nothing is changed: a dry run asks the same.
pub fn weigh(
    tx: &Tx<'_>,
    record: &ConnectionRecord,
    trigger: &StageId,
    templates: &[KnownTemplate],
    bell: &Bell,
    observed: &Observed,
    now: Millis,
) -> Result<Weighed> {
    let opportunity = &observed.opportunity.id;
    let checks = of_the_living(tx, record.id, opportunity)?;
    let posting = observed.posting.as_ref().map(|posting| &posting.id);
    let once = EffectKey::once(opportunity, posting);
    let situation = Situation {
        checks: &checks,
        spent: if posting.is_some() { tx.spent(&once)? } else { None },
        bell,
        trigger,
        following_since: record.following_since.unwrap_or(now),
        pause: record.pause,
        templates,
        default_template: record.settings.default_template.as_ref(),
        now,
    };
    let entry = entered_at(observed, &situation);
    let verdict = if person::is_erased(tx, opportunity, entry)? {
        Verdict::Nothing
    } else {
        assess(observed, &situation)
    };
    Ok(Weighed { verdict, checks, entry })
}

/// The checks of an opportunity, but for those that only wait until nothing of them is left in Lever.
fn of_the_living(tx: &Tx<'_>, id: ConnectionId, opportunity: &OpportunityId) -> Result<Vec<Check>> {
    let mut checks = tx.checks_of(id, opportunity)?;
    checks.retain(|check| check.phase != Phase::Skipped(Reason::Erased));
    Ok(checks)
}

impl Weighed {
    /// The check that the verdict is about, in the phase that it gives it.
    pub fn check(&self, connection: ConnectionId, observed: &Observed, now: Millis) -> Option<Check> {
        let named = |id: &CheckId| {
            let named = self.checks.iter().find(|known| known.id == *id).cloned();
            named.unwrap_or_else(|| unreachable!("the verdict names one of the checks it was given"))
        };
        match &self.verdict {
            Verdict::Nothing => None,
            Verdict::Keep(check) => Some(named(check)),
            Verdict::Change(check, phase) => {
                let mut check = named(check);
                // What a person said was about this start, and not about one of a later day.
                check.by_person &= !matches!(phase, Phase::Skipped(_));
                check.phase = phase.clone();
                check.status_since = now;
                check.active_at = now;
                Some(check)
            }
            Verdict::Make { ordinal, phase } => {
                let entered_at = self.entry.unwrap_or(now);
                let posting = observed.posting.as_ref().map(|posting| &posting.id);
                let opportunity = &observed.opportunity.id;
                let mut check = new_check(connection, opportunity, posting, *ordinal, entered_at, now);
                check.phase = phase.clone();
                Some(check)
            }
        }
    }
}

/// Carries out what a look means. `Some` = the check that is queued for its start.
pub fn judge(
    tx: &Tx<'_>,
    record: &ConnectionRecord,
    templates: &[KnownTemplate],
    bell: &Bell,
    observed: &Observed,
    now: Millis,
) -> Result<Option<CheckId>> {
    let Some(trigger) = record.settings.trigger_stage.as_ref().map(|stage| &stage.id) else {
        return Ok(None);
    };
    let id = record.id;
    tx.answer_bell(id, bell)?;
    tx.seen(id, &observed.opportunity.id, now)?;
    by_hand::notice(tx, record, &observed.opportunity.id, observed.written(), now)?;
    let mut weighed = weigh(tx, record, trigger, templates, bell, observed, now)?;
    if observed.opportunity.anonymised {
        for check in weighed.checks.iter_mut().filter(|check| !check.candidate.is_empty()) {
            check.candidate.clear();
            tx.put_check(check, Some(now))?;
        }
    }
    let Some(mut check) = weighed.check(id, observed, now) else {
        return Ok(None);
    };
    let later = weighed.entry.filter(|at| *at > check.entered_at);
    match weighed.verdict {
        Verdict::Keep(_) => {
            let queued = check.phase == Phase::Queued;
            // Moved out and in again before its start: that is no later entry (rules.md 2). After it, it is one.
            if let Some(at) = later.filter(|_| check.phase != Phase::Parked(Reason::StartUnknown)) {
                check.entered_at = at;
            } else if !queued {
                return Ok(None);
            }
            if queued {
                describe(&mut check, observed);
            }
            tx.put_check(&check, Some(now))?;
            return Ok(queued.then_some(check.id));
        }
        Verdict::Change(..) => {
            if let Some(at) = later {
                check.entered_at = at;
                tell_entry(tx, &check, bell)?;
            }
        }
        Verdict::Make { .. } => tell_entry(tx, &check, bell)?,
        Verdict::Nothing => {}
    }
    describe(&mut check, observed);
    let hidden = observed.posting.is_none() && observed.opportunity.posting().is_some();
    let told: &[_] = if hidden { &[("posting", HIDDEN.to_owned())] } else { &[] };
    tell(tx, check.id, now, "read-from-lever", told)?;
    match &check.phase {
        Phase::Parked(reason) => tell(tx, check.id, now, "parked", &[("code", reason.code().to_string())])?,
        Phase::Skipped(reason) => tell(tx, check.id, now, "skipped", &[("code", reason.code().to_string())])?,
        Phase::Queued | Phase::Started | Phase::Elsewhere(_) => {}
    }
    keep(tx, &check, now)?;
    Ok((check.phase == Phase::Queued).then_some(check.id))
}

/// Lever says that it is gone (`reliability.md` rule 11): what is personal goes too, the spent keys stay.
pub fn erase(tx: &Tx<'_>, id: ConnectionId, bell: &Bell, now: Millis) -> Result<()> {
    tx.answer_bell(id, bell)?;
    let checks = tx.checks_of(id, &bell.opportunity)?;
    if checks.is_empty() && bell.source != Source::Recheck {
        let entered_at = bell.moved_at.unwrap_or(now);
        let mut check = new_check(id, &bell.opportunity, None, 1, entered_at, now);
        check.phase = Phase::Skipped(Reason::Deleted);
        tell_entry(tx, &check, bell)?;
        tell(tx, check.id, now, "skipped", &[("code", Code::SkipDeleted.to_string())])?;
        return tx.put_check(&check, None);
    }
    for mut check in checks {
        if check.phase == Phase::Skipped(Reason::Erased) {
            person::remove(tx, &check, now)?;
            continue;
        }
        if !sabotage::is(Control::KeepNames) {
            check.candidate.clear();
        }
        check.lever_url = None;
        check.progress.report_url = None;
        check.progress.candidate_url = None;
        check.written = Written::default();
        check.badges.remove(&Badge::NoteUnknown);
        tx.settle_notes(check.id, now)?;
        if check.phase != Phase::Started {
            check.phase = Phase::Skipped(Reason::Deleted);
        }
        check.superseded = true;
        check.active_at = now;
        tell(tx, check.id, now, "skipped", &[("code", Code::SkipDeleted.to_string())])?;
        tx.put_check(&check, None)?;
    }
    Ok(())
}

/// Lever lets us not read it: its check waits until it can be read.
pub fn unreadable(tx: &Tx<'_>, id: ConnectionId, bell: &Bell, failure: Failure, now: Millis) -> Result<()> {
    tx.answer_bell(id, bell)?;
    if person::is_erased(tx, &bell.opportunity, bell.moved_at)? {
        return Ok(());
    }
    let checks = of_the_living(tx, id, &bell.opportunity)?;
    let Some(check) = assess::unread(&checks, bell) else {
        return Ok(());
    };
    let mut check = match check {
        Unread::Open(check) => checks[check].clone(),
        Unread::Again(check) => {
            let mut check = checks[check].clone();
            check.by_person = false;
            check.entered_at = bell.moved_at.unwrap_or(now);
            tell_entry(tx, &check, bell)?;
            check
        }
        Unread::New { ordinal } => {
            let entered_at = bell.moved_at.unwrap_or(now);
            let check = new_check(id, &bell.opportunity, None, ordinal, entered_at, now);
            tell_entry(tx, &check, bell)?;
            check
        }
    };
    let code = failure.code;
    let phase = Phase::Parked(Reason::Unreadable { failure });
    if check.phase != phase {
        check.phase = phase;
        check.status_since = now;
        tell(tx, check.id, now, "parked", &[("code", code.to_string())])?;
    }
    tx.put_check(&check, Some(now.plus(10 * MINUTE)))
}

fn new_check(
    connection: model::ConnectionId,
    opportunity: &OpportunityId,
    posting: Option<&PostingId>,
    ordinal: u32,
    entered_at: Millis,
    now: Millis,
) -> Check {
    let word = format!("check {}", entered_at.0);
    let key = EffectKey::of(connection, opportunity, posting, &word, ordinal);
    Check::new(
        key.check_id(),
        connection,
        opportunity,
        ordinal,
        entered_at,
        Phase::Queued,
        now,
    )
}

/// What the dashboard shows of it.
pub fn describe(check: &mut Check, observed: &Observed) {
    check.candidate.clone_from(&observed.opportunity.name);
    check.lever_url = observed.opportunity.show_url.as_ref().map(ToString::to_string);
    if let Some(posting) = &observed.posting {
        check.posting = Some(posting.id.clone());
        check.posting_title.clone_from(&posting.text);
    }
    if let Some(owner) = &observed.posting_owner {
        check.owner.clone_from(&owner.name);
    }
    if observed.opportunity.anonymised {
        check.candidate.clear();
    }
}

fn tell_entry(tx: &Tx<'_>, check: &Check, bell: &Bell) -> Result<()> {
    tell(tx, check.id, check.entered_at, "stage-moved", &[])?;
    let step = match bell.source {
        Source::Webhook => "webhook-received",
        Source::Polling | Source::CatchUp | Source::Present => "found-by-polling",
        Source::Person | Source::Recheck => return Ok(()),
    };
    tell(tx, check.id, bell.rung_at, step, &[])
}
