//! A start: set out on, answered, or parked instead.

use std::collections::BTreeSet;

use model::sabotage::{self, Control};
use model::{Badge, Check, CheckId, ConnectionId, Coverage, EffectKey, MINUTE, Millis, Phase, PostingId, Reason};
use refapp::{Event, Form, Kind};
use store::{ConnectionRecord, Effect, EffectKind, EffectState, Result, Tx};
use url::Url;

use super::{keep, tell};
use crate::plan::observed::Observed;
use crate::plan::start::{self, Selection};

/// A look older than this is repeated before anything is sent.
pub const FRESH: i64 = MINUTE;

/// What is about to be sent, as far as it is remembered.
pub struct Intent {
    pub key: EffectKey,
    pub posting: PostingId,
    pub selection: Selection,
    pub coverage: Coverage,
    pub badges: BTreeSet<Badge>,
    /// When the candidate was looked at.
    pub seen_at: Millis,
}

/// What a look and a form make of a queued check: the event and what is remembered of it, or the reason to park.
/// Nothing is changed: a dry run asks the same.
pub fn prepare(
    tx: &Tx<'_>,
    record: &ConnectionRecord,
    observed: &Observed,
    form: &Form,
    update_url: Option<Url>,
) -> Result<std::result::Result<(Event, Intent), Reason>> {
    let settings = &record.settings;
    let tags = observed.posting.as_ref().map_or(&[][..], |posting| &posting.tags);
    let selection = match start::select(tags, form, &record.templates, settings.default_template.as_ref()) {
        Ok(selection) => selection,
        Err(reason) => return Ok(Err(reason)),
    };
    let values = match start::fill(form, selection.template.as_ref().map(|template| &template.id)) {
        Ok(values) => values,
        Err(reason) => return Ok(Err(reason)),
    };
    let key = key(tx, record.id, observed)?;
    let Some(event) = start::event(observed, &key, update_url, values) else {
        return Ok(Err(Reason::NoMemberEmail));
    };
    let mut badges: BTreeSet<Badge> = selection.badge().into_iter().collect();
    if event.candidate.name.is_one_word() {
        badges.insert(Badge::OneWordName);
    }
    let intent = Intent {
        key,
        posting: event.job.id.clone(),
        selection,
        coverage: form.questionnaires(&settings.default_language),
        badges,
        seen_at: observed.seen_at,
    };
    Ok(Ok((event, intent)))
}

/// The first unspent key. A try that certainly was not applied has given its key back.
fn key(tx: &Tx<'_>, connection: ConnectionId, observed: &Observed) -> Result<EffectKey> {
    let posting = observed.posting.as_ref().map(|posting| &posting.id);
    let mut ordinal = 1;
    loop {
        let key = EffectKey::of(connection, &observed.opportunity.id, posting, "start", ordinal);
        if tx.spent(&key)?.is_none() {
            return Ok(key);
        }
        ordinal += 1;
    }
}

/// Intent first, durably; then the one request that mails a person. `None`: it is not to be sent.
pub fn intend(
    tx: &Tx<'_>,
    connection: ConnectionId,
    id: CheckId,
    intent: Intent,
    now: Millis,
) -> Result<Option<(Effect, model::OpportunityId)>> {
    let Intent {
        key,
        posting,
        selection,
        coverage,
        badges,
        seen_at,
    } = intent;
    // The form may have taken as long again; if the computer slept meanwhile, the candidate is looked at anew.
    if now.since(seen_at) >= 2 * FRESH {
        return Ok(None);
    }
    // It may have followed the candidate to another job since it was looked at: then it is looked at again.
    let as_seen = |check: &Check| check.phase == Phase::Queued && check.posting.as_ref() == Some(&posting);
    let Some(mut check) = tx.check(id)?.filter(as_seen) else {
        return Ok(None);
    };
    if let Some(reason) = barred(tx, &check)? {
        put_aside(tx, check, reason, now)?;
        return Ok(None);
    }
    let attempts = tx.effect(&key)?.map_or(0, |effect| effect.attempts);
    let effect = Effect {
        key: key.clone(),
        connection,
        check: id,
        kind: EffectKind::Start,
        state: EffectState::Sending,
        attempts,
        created_at: now,
        changed_at: now,
    };
    tx.put_effect(&effect)?;
    tx.spend(&key, now)?;
    tx.spend(&EffectKey::once(&check.opportunity, check.posting.as_ref()), now)?;
    tx.put_result(key.result_id(), &check)?;
    check.result = Some(key.result_id());
    check.template = selection.template.map(|template| (template.id, template.name));
    check.coverage = Some(coverage);
    check.badges.extend(badges);
    check.effects += 1;
    let name = check
        .template
        .as_ref()
        .map(|(_, name)| name.clone())
        .unwrap_or_default();
    tell(tx, id, now, "form-read", &[("template", name)])?;
    tell(tx, id, now, "start-sent", &[])?;
    tx.put_check(&check, None)?;
    Ok(Some((effect, check.opportunity)))
}

/// What became of a start. `error`: how its request failed, if it did.
pub fn answered(tx: &Tx<'_>, effect: &Effect, error: Option<&refapp::Error>, now: Millis) -> Result<()> {
    let mut effect = effect.clone();
    effect.changed_at = now;
    let (state, phase) = match error {
        None => (EffectState::Confirmed, Some(Phase::Started)),
        Some(error) => match (error.outcome(), &error.kind) {
            (refapp::Outcome::Unknown, _) if !sabotage::is(Control::RetryUnknown) => {
                (EffectState::Unknown, Some(Phase::Parked(Reason::StartUnknown)))
            }
            (refapp::Outcome::NotApplied, kind) if !sabotage::is(Control::PoisonBlocks) => {
                // Certainly not applied; if that was not because of this check, it stays queued.
                (EffectState::Failed, refused(kind).map(Phase::Parked))
            }
            _ => (EffectState::Failed, None),
        },
    };
    effect.state = state;
    if state == EffectState::Failed {
        effect.attempts += 1;
    }
    tx.put_effect(&effect)?;
    if state == EffectState::Failed {
        tx.unspend(&effect.key)?;
    }
    let Some(mut check) = tx.check(effect.check)? else {
        return Ok(());
    };
    // Started again by a person, it was started once all the same.
    if state == EffectState::Failed && !check.by_person {
        tx.unspend(&EffectKey::once(&check.opportunity, check.posting.as_ref()))?;
    }
    // Refapp's update may have come before its answer, and has settled it.
    if check.phase == Phase::Queued
        && let Some(phase) = phase
    {
        let (step, params) = match &phase {
            Phase::Started => ("accepted", vec![]),
            Phase::Parked(reason) => (
                if *reason == Reason::StartUnknown {
                    "start-unknown"
                } else {
                    "refused"
                },
                vec![("code", reason.code().to_string())],
            ),
            Phase::Queued | Phase::Skipped(_) | Phase::Elsewhere(_) => ("decided", vec![]),
        };
        tell(tx, check.id, now, step, &params)?;
        if phase == Phase::Started {
            check.heard_at = Some(now);
        }
        check.phase = phase;
        check.status_since = now;
        check.active_at = now;
    }
    keep(tx, &check, now)
}

/// The reason to park, if Refapp refuses this check alone and would take another.
pub fn refused(kind: &Kind) -> Option<Reason> {
    match kind {
        Kind::BadRequest { status, message } => Some(Reason::Refused {
            status: *status,
            message: message.as_str().to_owned(),
        }),
        _ => None,
    }
}

/// Parks a check that has not been sent.
pub fn park(tx: &Tx<'_>, id: CheckId, reason: Reason, now: Millis) -> Result<()> {
    let queued = tx.check(id)?.filter(|check| check.phase == Phase::Queued);
    queued.map_or(Ok(()), |check| put_aside(tx, check, reason, now))
}

fn put_aside(tx: &Tx<'_>, mut check: Check, reason: Reason, now: Millis) -> Result<()> {
    tell(tx, check.id, now, "parked", &[("code", reason.code().to_string())])?;
    check.phase = Phase::Parked(reason);
    check.status_since = now;
    check.active_at = now;
    keep(tx, &check, now)
}

/// The last guard before a start is sent: what its plan knew is asked of the database once more, in the transaction
/// that spends its key. Whatever went wrong before, nobody is mailed twice.
pub fn barred(tx: &Tx<'_>, check: &Check) -> Result<Option<Reason>> {
    // Its answer could not be stored, perhaps.
    let last = tx.last_start(check.id)?;
    if last.is_some_and(|start| matches!(start.state, EffectState::Sending | EffectState::Unknown)) {
        return Ok(Some(Reason::StartUnknown));
    }
    if check.by_person {
        return Ok(None);
    }
    let once = EffectKey::once(&check.opportunity, check.posting.as_ref());
    Ok(tx.spent(&once)?.map(|on| Reason::AlreadyChecked { on }))
}
