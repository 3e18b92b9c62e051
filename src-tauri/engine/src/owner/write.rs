//! Writing back to Lever: one effect of a check at a time, recorded as intended before it is tried.

use lever::{Kind, Priority};
use model::{Badge, Check, Millis, NoteId, OpportunityId, Right, StatusTag, UserId};
use store::{Effect, EffectKind, Result, Standing};

use super::outcome::Outcome;
use super::trouble::pause;
use super::{Owner, Then};
use crate::plan::note;
use crate::step::{self, write::Written};

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
        }
        Ok(())
    }

    /// Decides the next effect of a check and starts it; or says when to come back.
    fn write_next(&mut self, client: &lever::Client, check: Check, now: Millis) -> Result<()> {
        let intended = self
            .world
            .store
            .write(|tx| step::write::next(tx, &self.record, check, now))?;
        if let Some((check, effect)) = intended {
            self.write(client.clone(), &check, effect);
        }
        Ok(())
    }

    fn write(&mut self, client: lever::Client, check: &Check, effect: Effect) {
        let writer = Writer {
            client,
            opportunity: check.opportunity.clone(),
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
            Ok(_) => right_of(&effect.kind)
                .into_iter()
                .for_each(|right| self.right_is_proven(right)),
            Err(error) if error.kind == Kind::Forbidden => self.right_is_missing(error),
            Err(_) => {}
        }
        let stored = self
            .world
            .store
            .write(|tx| step::write::answered(tx, effect, answer, pause, now))?;
        self.lever_answered(answer.as_ref().err());
        Ok(stored)
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

/// Carries out effects on one opportunity.
struct Writer {
    client: lever::Client,
    opportunity: OpportunityId,
    /// The check's, which each of its notes carries.
    reference: String,
    perform_as: Option<UserId>,
    can_list_notes: bool,
}

impl Writer {
    /// `read_first`: a note of this check is of unknown fate, so it is looked for before another is written.
    async fn perform(&self, kind: &EffectKind, read_first: bool) -> std::result::Result<Written, lever::Error> {
        let text = match kind {
            EffectKind::CreateNote { text } if self.can_list_notes => Some(text),
            _ => None,
        };
        let mut there = Written::default();
        if let Some(text) = text.filter(|_| read_first) {
            there = self.ours(text).await?;
            if there.note.is_some() {
                return Ok(there);
            }
        }
        let error = match self.attempt(kind, self.perform_as.as_ref()).await {
            Ok(note) => return Ok(Written { note, ..there }),
            Err(error) => error,
        };
        let again = match (&error.kind, kind) {
            // Perhaps the acting user is unknown or deactivated: 400 or 404 (lever-api.md §12 row 10). For tags and
            // notes the user is optional (§2.4), so it is tried once without.
            (Kind::BadRequest { .. } | Kind::NotFound, kind)
                if self.perform_as.is_some() && !matches!(kind, EffectKind::DeleteNote { .. }) =>
            {
                self.attempt(kind, None).await?
            }
            // Read back where notes can be listed (rules.md 13): each has our reference.
            (_, EffectKind::CreateNote { text })
                if self.can_list_notes && error.outcome() == lever::Outcome::Unknown =>
            {
                match self.ours(text).await {
                    Ok(there) if there.note.is_some() => return Ok(there),
                    Ok(_) => self.attempt(kind, self.perform_as.as_ref()).await?,
                    Err(_) => return Err(error),
                }
            }
            _ => return Err(error),
        };
        Ok(Written { note: again, ..there })
    }

    /// The notes of this check that lie there: the one with this very text, and others.
    async fn ours(&self, text: &str) -> std::result::Result<Written, lever::Error> {
        let notes = self.client.notes(&self.opportunity).await?;
        let mut there = Written {
            read: true,
            ..Written::default()
        };
        for note in notes.into_iter().filter(|note| !note.deleted) {
            let says = |wanted: &dyn Fn(&str) -> bool| note.texts.iter().any(|text| wanted(text));
            if there.note.is_none() && says(&|known| known.trim() == text.trim()) {
                there.note = Some(note.id);
            } else if says(&|known| note::is_of(known, &self.reference)) {
                there.stray.push(note.id);
            }
        }
        Ok(there)
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
