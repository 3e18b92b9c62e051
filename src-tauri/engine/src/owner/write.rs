//! Writing back to Lever: one effect of a check at a time, recorded as intended before it is tried.

use lever::{Kind, Priority};
use model::{Badge, Check, Millis, NoteId, OpportunityId, Phase, Reason, Right, StatusTag, UserId, sabotage};
use store::{Effect, EffectKind, Result, Standing};

use super::doubt::Doubt;
use super::outcome::Outcome;
use super::trouble::pause;
use super::{Owner, Then};
use crate::step::{self, write::Written};
use crate::writer::{Calls, Writer};

/// Writes at a time, over all checks.
const WRITES: u32 = 8;

impl Owner {
    pub(super) fn start_writes(&mut self, now: Millis) -> Result<()> {
        let Some(client) = self.lever(Priority::Effect, now) else {
            return Ok(());
        };
        let id = self.id();
        let due = self
            .world
            .store
            .read(|tx| tx.due_checks(id, now, WRITES + u32::try_from(self.busy.len()).unwrap_or(0)))?;
        for check in due {
            if self.busy.contains(&check.opportunity) {
                continue;
            }
            self.write_next(&client, check, now)?;
            // In trouble the one that was begun tries for all.
            if self.lever(Priority::Effect, now).is_none() {
                break;
            }
        }
        Ok(())
    }

    /// Decides the next effect of a check and starts it; or says when to come back.
    fn write_next(&mut self, client: &lever::Client, check: Check, now: Millis) -> Result<()> {
        let erased = check.phase == Phase::Skipped(Reason::Erased);
        let intended = self
            .world
            .store
            .write(|tx| step::write::next(tx, &self.record, check, now))?;
        if let Some((check, effect)) = intended {
            sabotage::crash_at(effect.kind.word(), "after-intent");
            self.write(client.clone(), &check, effect);
        } else if erased {
            // The row is gone, and is to be gone from the log as well.
            self.world.store.scrub()?;
        }
        Ok(())
    }

    fn write(&mut self, client: lever::Client, check: &Check, effect: Effect) {
        let opportunity = check.opportunity.clone();
        let writer = Writer {
            calls: AtLever { client, opportunity },
            reference: check.reference(),
            perform_as: self.record.settings.acting_user.clone(),
            can_list_notes: self.record.has(Right::ListOpportunityNotes),
        };
        let read_first = check.badges.contains(&Badge::NoteUnknown);
        self.job_about(&check.opportunity, async move {
            let answer = writer.perform(&effect.kind, read_first).await;
            Box::new(move |owner: &mut Self| owner.store_outcome(Outcome::Write(effect, answer))) as Then
        });
    }

    /// Stores what became of a write. `Some` = the check, whose next effect may follow at once.
    pub(super) fn written(
        &mut self,
        effect: &Effect,
        answer: &std::result::Result<Written, lever::Error>,
    ) -> Result<Option<Check>> {
        let now = self.now();
        match answer {
            Ok(written) => {
                right_of(&effect.kind)
                    .into_iter()
                    .for_each(|right| self.right_is_proven(right));
                if !written.without_user && !matches!(effect.kind, EffectKind::DeleteNote { .. }) {
                    self.acted_at = Some(now);
                }
                // The acting user was deactivated, perhaps: then it is said now and not at the next turn of the clock.
                if written.without_user {
                    self.doubts.raise(Doubt::ActingUser);
                }
            }
            Err(error) if error.kind == Kind::Forbidden => self.write_refused(effect, error)?,
            Err(_) => {}
        }
        let stored = self
            .world
            .store
            .write(|tx| step::write::answered(tx, effect, answer, pause, now))?;
        self.lever_answered(&effect.check.to_string(), answer.as_ref().err());
        Ok(stored)
    }

    /// Refused for want of a right that was proven: it was taken away, or the opportunity is a confidential one, from which
    /// a key may be kept (`lever-api.md §2.5`). The tag carrier is none, and tells; it is asked once for each check.
    fn write_refused(&mut self, effect: &Effect, error: &lever::Error) -> Result<()> {
        let proven = |right: Right| right.is_required() && self.record.has(right);
        if self.carrier().is_none() || !error.call.right().is_some_and(proven) {
            self.right_is_missing(error);
            return Ok(());
        }
        let check = self.world.store.read(|tx| tx.check(effect.check))?;
        if check.is_some_and(|check| check.hitch.is_none()) {
            self.prove_rights(true, None);
        }
        Ok(())
    }

    /// The next effect of the same check follows in the same breath, as long as the connection runs.
    pub(super) fn write_on(&mut self, check: Check) -> Result<()> {
        let now = self.now();
        let running = self.record.standing == Standing::Running && !self.closing;
        match self.lever(Priority::Effect, now).filter(|_| running) {
            Some(client) => self.write_next(&client, check, now),
            None => Ok(()),
        }
    }
}

/// The calls about one opportunity, made by Lever's client.
struct AtLever {
    client: lever::Client,
    opportunity: OpportunityId,
}

impl Calls for AtLever {
    async fn notes(&self) -> std::result::Result<Vec<lever::Note>, lever::Error> {
        self.client.notes(&self.opportunity).await
    }

    async fn attempt(
        &self,
        kind: &EffectKind,
        perform_as: Option<&UserId>,
    ) -> std::result::Result<Option<NoteId>, lever::Error> {
        let (client, opportunity) = (&self.client, &self.opportunity);
        match kind {
            EffectKind::AddTag { status } => {
                client
                    .add_tags(opportunity, &[StatusTag(*status).text()], perform_as)
                    .await?;
            }
            EffectKind::RemoveTags { statuses } => {
                let tags: Vec<String> = statuses.iter().map(|status| StatusTag(*status).text()).collect();
                client.remove_tags(opportunity, &tags, perform_as).await?;
            }
            EffectKind::CreateNote { text } => {
                return client.create_note(opportunity, text, perform_as).await.map(Some);
            }
            EffectKind::UpdateNote { note, text } => client.update_note(opportunity, note, text, perform_as).await?,
            EffectKind::DeleteNote { note } => client.delete_note(opportunity, note).await?,
            // A start goes to Refapp, through the lane.
            EffectKind::Start => {}
        }
        Ok(None)
    }
}

fn right_of(kind: &EffectKind) -> Option<Right> {
    Some(match kind {
        EffectKind::AddTag { .. } => Right::AddOpportunityTag,
        EffectKind::RemoveTags { .. } => Right::RemoveOpportunityTag,
        EffectKind::CreateNote { .. } => Right::CreateOpportunityNote,
        EffectKind::UpdateNote { .. } => Right::UpdateOpportunityNote,
        EffectKind::DeleteNote { .. } => Right::DeleteOpportunityNote,
        EffectKind::Start => return None,
    })
}
