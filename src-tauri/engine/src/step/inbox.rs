//! What came in: webhooks ring bells, updates change checks.

use model::{Check, ConnectionId, EffectKey, Millis, OpportunityId, Phase, Reason, ResultId, WireStatus, derive};
use store::{Bell, ConnectionRecord, EffectState, Inbound, InboxRow, Result, Source, Tx};

use super::{keep, tell};
use crate::plan::update;
use crate::plan::write_back::is_erased;

/// Takes one row. Whether it settled a start of unknown outcome.
pub fn take(tx: &Tx<'_>, record: &ConnectionRecord, row: &InboxRow, now: Millis) -> Result<bool> {
    match &row.inbound {
        Inbound::Webhook { .. } => {
            if let Some(bell) = rings(tx, record, &row.inbound, row.received_at, now)? {
                tx.ring(record.id, &bell)?;
            }
            Ok(false)
        }
        Inbound::Update { result, progress } => {
            let check = match result.parse::<ResultId>() {
                Ok(result) => tx.check_by_result(record.id, result)?,
                Err(_) => None,
            };
            let Some(mut check) = check else {
                tracing::warn!(connection = %record.id, "an update for a check that is not here");
                return Ok(false);
            };
            let before = check.phase.clone();
            let mut progress = update::merge(&check.progress, progress.clone());
            if is_erased(&check) {
                // Refapp may not know yet: its links lead to the person who was deleted in Lever.
                progress.report_url = None;
                progress.candidate_url = None;
            }
            take_update(&mut check, progress, row.received_at);
            let (status, _) = derive(&check);
            let mut params = vec![("status", status.tag().to_owned())];
            if let (Some(answered), Some(total)) = (check.answered(), check.progress.total) {
                params.push(("answered", answered.to_string()));
                params.push(("expected", total.to_string()));
                let declined = check.progress.declined.filter(|declined| *declined > 0);
                params.extend(declined.map(|declined| ("declined", declined.to_string())));
            }
            tell(tx, check.id, row.received_at, "update-received", &params)?;
            if check.phase != before {
                was_started(tx, &check, now)?;
            }
            keep(tx, &check, now)?;
            Ok(before == Phase::Parked(Reason::StartUnknown))
        }
    }
}

/// The bell that a webhook rings. `None`: it concerns nobody here.
pub fn rings(
    tx: &Tx<'_>,
    record: &ConnectionRecord,
    inbound: &Inbound,
    received_at: Millis,
    now: Millis,
) -> Result<Option<Bell>> {
    let Inbound::Webhook {
        event,
        // Without one it is the settings page's test delivery: it proves the way, and concerns nobody.
        opportunity: Some(opportunity),
        to_stage,
        triggered_at,
    } = inbound
    else {
        return Ok(None);
    };
    let trigger = record.settings.trigger_stage.as_ref().map(|stage| &stage.id);
    let into_trigger = event == lever::CANDIDATE_STAGE_CHANGE && to_stage.is_some() && to_stage.as_ref() == trigger;
    if !into_trigger && !follows(tx, record.id, opportunity, event)? {
        return Ok(None);
    }
    Ok(Some(Bell {
        opportunity: opportunity.clone(),
        source: if into_trigger { Source::Webhook } else { Source::Recheck },
        rung_at: received_at,
        moved_at: into_trigger.then_some(*triggered_at),
        attempts: 0,
        due_at: now,
    }))
}

/// Whether anything that happens to this opportunity concerns us: a check of it is not started yet, or it was
/// deleted.
fn follows(tx: &Tx<'_>, connection: ConnectionId, opportunity: &OpportunityId, event: &str) -> Result<bool> {
    let checks = tx.checks_of(connection, opportunity)?;
    let open = checks
        .iter()
        .any(|check| matches!(check.phase, Phase::Queued | Phase::Parked(_)));
    Ok(open || (event == lever::CANDIDATE_DELETED && !checks.is_empty()))
}

/// Whatever its answer was, or whether one came: the start went through.
fn was_started(tx: &Tx<'_>, check: &Check, now: Millis) -> Result<()> {
    if let Some(mut effect) = tx.last_start(check.id)? {
        if effect.state != EffectState::Confirmed {
            effect.state = EffectState::Settled;
            effect.changed_at = now;
            tx.put_effect(&effect)?;
        }
        tx.spend(&effect.key, now)?;
    }
    tx.spend(&EffectKey::once(&check.opportunity, check.posting.as_ref()), now)
}

/// An update is also the proof that the check was started (`rules.md` 5).
fn take_update(check: &mut Check, progress: model::Progress, received_at: Millis) {
    let (before, _) = derive(check);
    check.progress = progress;
    if !matches!(check.progress.status, WireStatus::Completed | WireStatus::Failed) {
        // The end that it comes to now is another one.
        check.read = None;
    }
    check.active_at = received_at;
    check.heard_at = Some(received_at);
    if matches!(
        check.phase,
        Phase::Queued | Phase::Parked(Reason::StartUnknown | Reason::Refused { .. })
    ) {
        check.phase = Phase::Started;
    }
    if derive(check).0 != before {
        check.status_since = received_at;
    }
}
