//! Working off what came in: webhooks ring bells, updates change checks.

use model::{Check, Code, EffectKey, Millis, Phase, Reason, ResultId, derive};
use store::{Bell, EffectState, Inbound, InboxRow, Result, Source, Tx};

use super::{Owner, keep, tell};
use crate::plan::update;
use crate::plan::write_back::is_erased;

/// Rows in one go; the rest follows at once.
const BATCH: u32 = 200;

impl Owner {
    pub(super) fn work_off_inbox(&mut self, now: Millis) -> Result<()> {
        let id = self.id();
        loop {
            let rows = self.world.store.read(|tx| tx.open_inbox(id, BATCH))?;
            if rows.is_empty() {
                return Ok(());
            }
            let (mut last_webhook, mut last_update) = (None, None);
            for row in &rows {
                match row.inbound {
                    // A test delivery, or a deletion, says nothing of the group of stage changes (lever-api.md §8.2).
                    Inbound::Webhook { ref event, .. } if event == lever::CANDIDATE_STAGE_CHANGE => {
                        last_webhook = Some(row.received_at);
                    }
                    Inbound::Webhook { .. } => {}
                    Inbound::Update { .. } => last_update = Some(row.received_at),
                }
            }
            let settled = self.world.store.write(|tx| {
                let mut settled = false;
                for row in &rows {
                    settled |= self.take(tx, row, now)?;
                    tx.inbox_done(row.id)?;
                }
                Ok::<_, store::Error>(settled)
            })?;
            self.change(|record| {
                record.last_webhook = record.last_webhook.max(last_webhook);
                record.last_update = record.last_update.max(last_update);
            });
            if last_webhook.is_some() {
                self.heal(Code::LevWebhookOff);
            }
            if last_update.is_some() {
                self.heal(Code::RefUpdates);
            }
            if settled {
                self.start_settled();
            }
        }
    }

    /// Takes one row. Whether it settled a start of unknown outcome.
    fn take(&self, tx: &Tx<'_>, row: &InboxRow, now: Millis) -> Result<bool> {
        match &row.inbound {
            Inbound::Webhook {
                event,
                opportunity: Some(opportunity),
                to_stage,
                triggered_at,
            } => {
                let trigger = self.record.settings.trigger_stage.as_ref().map(|stage| &stage.id);
                let into_trigger =
                    event == lever::CANDIDATE_STAGE_CHANGE && to_stage.is_some() && to_stage.as_ref() == trigger;
                if !into_trigger && !self.follows(tx, opportunity, event)? {
                    return Ok(false);
                }
                let bell = Bell {
                    opportunity: opportunity.clone(),
                    source: if into_trigger { Source::Webhook } else { Source::Recheck },
                    rung_at: row.received_at,
                    moved_at: into_trigger.then_some(*triggered_at),
                    attempts: 0,
                    due_at: now,
                };
                tx.ring(self.id(), &bell)?;
                Ok(false)
            }
            // The settings page's test delivery: it proves the way, and concerns nobody.
            Inbound::Webhook { opportunity: None, .. } => Ok(false),
            Inbound::Update { result, progress } => {
                let check = match result.parse::<ResultId>() {
                    Ok(result) => tx.check_by_result(self.id(), result)?,
                    Err(_) => None,
                };
                let Some(mut check) = check else {
                    tracing::warn!(connection = %self.id(), "an update for a check that is not here");
                    return Ok(false);
                };
                let before = check.phase.clone();
                let mut progress = update::merge(&check.progress, progress.clone());
                if is_erased(&check) {
                    // Refapp may not know yet: its links lead to the person who was deleted in Lever.
                    progress.report_url = None;
                    progress.candidate_url = None;
                }
                take_update(&mut check, progress, row.received_at, now);
                let (status, _) = derive(&check);
                let mut params = vec![("status", status.tag().to_owned())];
                if let (Some(answered), Some(total)) = (check.answered(), check.progress.total) {
                    params.push(("answered", answered.to_string()));
                    params.push(("expected", total.to_string()));
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

    /// Whether anything that happens to this opportunity concerns us: a check of it is not started yet, or it was
    /// deleted.
    fn follows(&self, tx: &Tx<'_>, opportunity: &model::OpportunityId, event: &str) -> Result<bool> {
        let checks = tx.checks_of(self.id(), opportunity)?;
        let open = checks
            .iter()
            .any(|check| matches!(check.phase, Phase::Queued | Phase::Parked(_)));
        Ok(open || (event == lever::CANDIDATE_DELETED && !checks.is_empty()))
    }
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
fn take_update(check: &mut Check, progress: model::Progress, received_at: Millis, now: Millis) {
    let (before, _) = derive(check);
    check.progress = progress;
    check.active_at = received_at;
    if matches!(
        check.phase,
        Phase::Queued | Phase::Parked(Reason::StartUnknown | Reason::Refused { .. })
    ) {
        check.phase = Phase::Started;
    }
    if derive(check).0 != before {
        check.status_since = now;
    }
}
