//! Writing back to Lever: one effect of a check at a time, recorded as intended before it is tried.

use lever::{Kind, Outcome, Priority};
use model::{
    Badge, Check, Code, EffectKey, MINUTE, Millis, NoteId, OpportunityId, Phase, Reason, Right, StatusTag, UserId,
    WrittenNote,
};
use store::{Bell, Effect, EffectKind, EffectState, Result, Source, Tx};

use super::{Owner, Then, pause, tell};
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
                let read_first = check.badges.contains(&Badge::NoteUnknown);
                self.write(client.clone(), check.opportunity, effect, read_first);
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

    fn write(&mut self, client: lever::Client, opportunity: OpportunityId, effect: Effect, read_first: bool) {
        let perform_as = self.record.settings.acting_user.clone();
        let can_list = self.record.has(Right::ListOpportunityNotes);
        self.job_about(&opportunity.clone(), async move {
            let earlier = match &effect.kind {
                EffectKind::CreateNote { text } if read_first && can_list => {
                    find_note(&client, &opportunity, text).await
                }
                _ => Ok(None),
            };
            let outcome = match earlier {
                Ok(None) => perform(&client, &opportunity, &effect.kind, perform_as.as_ref(), can_list).await,
                found => found,
            };
            Box::new(move |owner: &mut Self| {
                if let Err(error) = owner.written(effect, outcome) {
                    owner.ail(error.into(), true);
                }
            }) as Then
        });
    }

    fn written(
        &mut self,
        mut effect: Effect,
        outcome: std::result::Result<Option<NoteId>, lever::Error>,
    ) -> Result<()> {
        let now = Millis::now();
        self.lever_answered(outcome.as_ref().err());
        effect.changed_at = now;
        let follow_up = match outcome {
            Ok(note) => self.confirm(&mut effect, note, now)?,
            Err(error) => self.failed(&mut effect, &error, now)?,
        };
        // The next effect of the same check follows at once, on the same client and in the same breath.
        if let Some(check) = follow_up.filter(|_| !self.closing)
            && let Some(client) = self.lever(Priority::Effect, now)
        {
            self.write_next(&client, check, now)?;
        }
        Ok(())
    }

    fn confirm(&mut self, effect: &mut Effect, note: Option<NoteId>, now: Millis) -> Result<Option<Check>> {
        effect.state = EffectState::Confirmed;
        if let Some(right) = right_of(&effect.kind) {
            self.right_is_proven(right);
        }
        self.world.store.write(|tx| {
            tx.put_effect(effect)?;
            let Some(mut check) = tx.check(effect.check)? else {
                return Ok(None);
            };
            write_back::applied(&mut check, &effect.kind, note);
            check.hitch = None;
            check.badges.remove(&Badge::NotWritten);
            if matches!(
                effect.kind,
                EffectKind::CreateNote { .. } | EffectKind::UpdateNote { .. }
            ) {
                check.badges.remove(&Badge::NoteUnknown);
            }
            let (step, params) = step_of(&effect.kind);
            tell(tx, check.id, now, step, &params)?;
            tx.put_check(&check, Some(now))?;
            Ok(Some(check))
        })
    }

    fn failed(&mut self, effect: &mut Effect, error: &lever::Error, now: Millis) -> Result<Option<Check>> {
        let unknown = error.outcome() == Outcome::Unknown;
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
                (
                    EffectKind::DeleteNote { note } | EffectKind::UpdateNote { note, .. },
                    Kind::NotFound | Kind::BadRequest { .. },
                )
                | (EffectKind::DeleteNote { note }, Kind::Forbidden) => {
                    write_back::forget_note(&mut check, note);
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

/// Does it. `Some` = the note's id, for a created note.
async fn perform(
    client: &lever::Client,
    opportunity: &OpportunityId,
    kind: &EffectKind,
    perform_as: Option<&UserId>,
    can_list_notes: bool,
) -> std::result::Result<Option<NoteId>, lever::Error> {
    let first = attempt(client, opportunity, kind, perform_as).await;
    let error = match first {
        Ok(note) => return Ok(note),
        Err(error) => error,
    };
    match (&error.kind, kind) {
        // Perhaps the acting user is unknown or deactivated: 400 or 404 (lever-api.md §12 row 10). For tags and notes
        // the user is optional (§2.4), so it is tried once without.
        (
            Kind::BadRequest { .. } | Kind::NotFound,
            EffectKind::AddTag { .. } | EffectKind::RemoveTags { .. } | EffectKind::CreateNote { .. },
        ) if perform_as.is_some() => attempt(client, opportunity, kind, None).await,
        // Read back where notes can be listed (rules.md 13): whole texts are compared, and each has our reference.
        (_, EffectKind::CreateNote { text }) if can_list_notes && error.outcome() == Outcome::Unknown => {
            match find_note(client, opportunity, text).await {
                Ok(Some(note)) => Ok(Some(note)),
                Ok(None) => attempt(client, opportunity, kind, perform_as).await,
                Err(_) => Err(error),
            }
        }
        _ => Err(error),
    }
}

/// A note with this text. Whole texts are compared, and each has our reference.
async fn find_note(
    client: &lever::Client,
    opportunity: &OpportunityId,
    text: &str,
) -> std::result::Result<Option<NoteId>, lever::Error> {
    let notes = client.notes(opportunity).await?;
    let is_ours = |note: &lever::Note| !note.deleted && note.texts.iter().any(|known| known.trim() == text.trim());
    Ok(notes.into_iter().find(is_ours).map(|note| note.id))
}

async fn attempt(
    client: &lever::Client,
    opportunity: &OpportunityId,
    kind: &EffectKind,
    perform_as: Option<&UserId>,
) -> std::result::Result<Option<NoteId>, lever::Error> {
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
        EffectKind::CreateNote { text } => return client.create_note(opportunity, text, perform_as).await.map(Some),
        EffectKind::UpdateNote { note, text } => client.update_note(opportunity, note, text, perform_as).await?,
        EffectKind::DeleteNote { note } => client.delete_note(opportunity, note).await?,
        // A start goes to Refapp, through the lane.
        EffectKind::Start => {}
    }
    Ok(None)
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
