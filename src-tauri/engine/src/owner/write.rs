//! Writing back to Lever: one effect of a check at a time, recorded as intended before it is tried.

use lever::{Kind, Priority};
use model::{
    Badge, Check, Code, EffectKey, MINUTE, Millis, NoteId, OpportunityId, Phase, Reason, Right, StatusTag, UserId,
    WrittenNote,
};
use store::{Bell, Effect, EffectKind, EffectState, Result, Source, Standing, Tx};

use super::outcome::{Outcome, Written};
use super::trouble::pause;
use super::{Owner, Then, keep, tell};
use crate::plan::note;
use crate::plan::write_back::{self, Next};

/// Writes at a time, over all checks.
const WRITES: u32 = 8;
/// How often a parked check is looked at that a change in Lever would mend.
const RECHECK: i64 = MINUTE;
/// How long a write waits that Lever refuses: until somebody ticks a box, say.
const REFUSED: i64 = 10 * MINUTE;

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
        let can_update = self.record.has(Right::UpdateOpportunityNote);
        match write_back::next(&check, can_update, self.record.has(Right::ListOpportunityNotes), now) {
            Next::Do(kind) => {
                let mut check = check;
                let effect = self.world.store.write(|tx| intend(tx, &mut check, kind, now))?;
                self.write(client.clone(), &check, effect);
                Ok(())
            }
            Next::Wait(at) => self.world.store.write(|tx| tx.set_due(check.id, Some(at))),
            Next::Rest => self.rest(&check, now),
        }
    }

    /// Nothing is to be written. What a change in Lever would mend is looked at again; the rest sleeps.
    fn rest(&mut self, check: &Check, now: Millis) -> Result<()> {
        let id = self.id();
        self.world.store.write(|tx| match &check.phase {
            Phase::Parked(reason) if reason.is_mended_in_lever() || matches!(reason, Reason::Unreadable { .. }) => {
                if now.since(check.status_since) >= RECHECK {
                    let bell = Bell::at_once(&check.opportunity, Source::Recheck, now);
                    tx.ring(id, &bell)?;
                }
                // Less often as time passes: a minute after an hour, half an hour after a day.
                let next = RECHECK.max(now.since(check.status_since) / 50);
                tx.set_due(check.id, Some(now.plus(next)))
            }
            _ => tx.set_due(check.id, None),
        })
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
        let mut effect = effect.clone();
        effect.changed_at = now;
        let stored = match answer {
            Ok(written) => self.confirm(&mut effect, written, now)?,
            Err(error) => self.failed(&mut effect, error, now)?,
        };
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

    fn confirm(&mut self, effect: &mut Effect, answer: &Written, now: Millis) -> Result<Option<Check>> {
        effect.state = EffectState::Confirmed;
        if let Some(right) = right_of(&effect.kind) {
            self.right_is_proven(right);
        }
        self.world.store.write(|tx| {
            tx.put_effect(effect)?;
            let Some(mut check) = tx.check(effect.check)? else {
                return Ok(None);
            };
            write_back::applied(&mut check, &effect.kind, answer.note.clone());
            write_back::found_beside(&mut check, &answer.stray);
            check.hitch = None;
            check.badges.remove(&Badge::NotWritten);
            // Where notes cannot be read, one of unknown fate may lie there for good: this goes on being said.
            if answer.read {
                check.badges.remove(&Badge::NoteUnknown);
            }
            let (step, params) = step_of(&effect.kind);
            tell(tx, check.id, now, step, &params)?;
            // Another check may have taken over while this was on the wire.
            keep(tx, &check, now)?;
            tx.check(check.id)
        })
    }

    fn failed(&mut self, effect: &mut Effect, error: &lever::Error, now: Millis) -> Result<Option<Check>> {
        let unknown = error.outcome() == lever::Outcome::Unknown;
        effect.state = if unknown {
            EffectState::Unknown
        } else {
            EffectState::Failed
        };
        if error.kind == Kind::Forbidden {
            self.right_is_missing(error);
        }
        let connection = self.id();
        self.world.store.write(|tx| {
            tx.put_effect(effect)?;
            let Some(mut check) = tx.check(effect.check)? else {
                return Ok(None);
            };
            let step = if unknown { "note-unknown" } else { "write-failed" };
            match (&effect.kind, &error.kind) {
                // A note of unknown fate is not written twice (rules.md 13); the tag carries the status, and this is said.
                (EffectKind::CreateNote { text }, _) if unknown => {
                    check.badges.insert(Badge::NoteUnknown);
                    let before = check.written.note.replace(WrittenNote {
                        id: None,
                        text: text.clone(),
                    });
                    check.written.replaced.extend(before.and_then(|note| note.id));
                    tell(tx, check.id, now, step, &[("code", Code::LevNoteUnknown.to_string())])?;
                    tx.put_check(&check, Some(now))?;
                    return Ok(Some(check));
                }
                // Gone, or a note that is not ours to delete (lever-api.md §12 row 7): leave it.
                (EffectKind::DeleteNote { note }, Kind::NotFound | Kind::BadRequest { .. })
                | (EffectKind::UpdateNote { note, .. }, Kind::NotFound) => {
                    write_back::forget_note(&mut check, note);
                    tx.put_check(&check, Some(now))?;
                    return Ok(Some(check));
                }
                // It is there and cannot be changed: a new one takes its place.
                (EffectKind::UpdateNote { note, .. }, Kind::BadRequest { .. }) => {
                    write_back::forget_note(&mut check, note);
                    check.written.replaced.push(note.clone());
                    tx.put_check(&check, Some(now))?;
                    return Ok(Some(check));
                }
                // The right to update went away: the next plan creates and deletes.
                (EffectKind::UpdateNote { .. }, Kind::Forbidden) => {
                    tx.put_check(&check, Some(now))?;
                    return Ok(None);
                }
                // The opportunity itself is gone: look, and believe only that.
                (_, Kind::NotFound) => {
                    let bell = Bell::at_once(&check.opportunity, Source::Recheck, now);
                    tx.ring(connection, &bell)?;
                    tx.put_check(&check, Some(now.plus(REFUSED)))?;
                    return Ok(None);
                }
                (_, Kind::Forbidden | Kind::BadRequest { .. }) => {
                    check.hitch = Some(Code::LevNotWritten);
                    check.badges.insert(Badge::NotWritten);
                    tell(tx, check.id, now, step, &[("code", Code::LevNotWritten.to_string())])?;
                    tx.put_check(&check, Some(now.plus(REFUSED)))?;
                    return Ok(None);
                }
                _ => {}
            }
            // Tags are sets, and a note by its id is itself: these may be repeated, whatever became of them.
            let recent = u32::try_from(now.since(check.active_at) / MINUTE).unwrap_or(5);
            tx.put_check(&check, Some(now.plus(pause(recent.min(5)))))?;
            Ok(None)
        })
    }
}

/// Writes down what is about to be done.
fn intend(tx: &Tx<'_>, check: &mut Check, kind: EffectKind, now: Millis) -> Result<Effect> {
    check.effects += 1;
    write_back::intended(check, &kind);
    let key = EffectKey::of(
        check.connection,
        &check.opportunity,
        check.posting.as_ref(),
        kind.word(),
        check.effects,
    );
    // Two checks of one (opportunity, posting) count apart: the check's own ordinal is part of the word's count.
    let key = if check.ordinal == 1 {
        key
    } else {
        let word = format!("{} of check {}", kind.word(), check.ordinal);
        EffectKey::of(
            check.connection,
            &check.opportunity,
            check.posting.as_ref(),
            &word,
            check.effects,
        )
    };
    let effect = Effect {
        key,
        connection: check.connection,
        check: check.id,
        kind,
        state: EffectState::Sending,
        attempts: 0,
        created_at: now,
        changed_at: now,
    };
    tx.put_effect(&effect)?;
    tx.put_check(check, None)?;
    Ok(effect)
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

fn step_of(kind: &EffectKind) -> (&'static str, Vec<(&'static str, String)>) {
    match kind {
        EffectKind::AddTag { status } => ("tag-added", vec![("tag", StatusTag(*status).text())]),
        EffectKind::RemoveTags { statuses } => {
            let tags: Vec<String> = statuses.iter().map(|status| StatusTag(*status).text()).collect();
            ("tag-removed", vec![("tag", tags.join(", "))])
        }
        EffectKind::CreateNote { .. } | EffectKind::UpdateNote { .. } => ("note-written", vec![]),
        EffectKind::DeleteNote { .. } => ("note-deleted", vec![]),
        EffectKind::Start => ("accepted", vec![]),
    }
}
