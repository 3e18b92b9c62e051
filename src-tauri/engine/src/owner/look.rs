//! Answering bells: the opportunity, its posting and the people concerned are read, and the verdict is carried out.

use lever::{Applications, Kind, Priority};
use model::{Clock, Code, DAY, Failure, Millis, NoteId, OpportunityId, Phase, Right, StageId};
use store::{Bell, Carrier, KnownTemplate, Result, Source};

use super::doubt::Doubt;
use super::trouble::pause;
use super::{Owner, Then, Users, member};
use crate::plan::observed::{Observed, last_entry};
use crate::step;

/// Looks at a time. More would only queue at the token bucket.
const LOOKS: usize = 6;

/// Answers that cannot be read before a person is told.
const TRIES: u32 = 5;
/// How often an opportunity is looked at whose checks name a person: deletions that no webhook told of are found so
/// (`reliability.md` rule 11).
const LOOK_AGAIN: i64 = DAY;
/// Opportunities in one round of that. A round is every hour: it takes a small part of what Lever lets through.
const ROUND: u32 = 500;

/// What a look found.
pub(super) enum Seen {
    /// Boxed: it is large, and it travels.
    There(Box<Observed>),
    /// Lever does not know it, or not any more.
    Gone,
}

impl Owner {
    pub(super) fn start_looks(&mut self, now: Millis) -> Result<()> {
        let Some(client) = self.lever(Priority::Reread, now) else {
            return Ok(());
        };
        let Some(trigger) = self.record.settings.trigger_stage.clone() else {
            return Ok(());
        };
        let id = self.id();
        // Those that were looked at wait for their start: looking further ahead would only let the look grow old.
        // While Refapp is out, nothing is started: then everybody is looked at, to be shown as queued.
        let ahead = if self.lane.is_blocked(now) || self.refapp_trouble.is_some() {
            0
        } else {
            self.lane.ready()
        };
        let most = if self.lever_trouble.is_some() { 1 } else { LOOKS };
        let room = most.saturating_sub(self.looking + ahead);
        if room == 0 {
            return Ok(());
        }
        let bells = self
            .world
            .store
            .read(|tx| tx.due_bells(id, now, u32::try_from(room + self.busy.len()).unwrap_or(64)))?;
        for bell in bells
            .into_iter()
            .filter(|bell| !self.busy.contains(&bell.opportunity))
            .take(room)
            .collect::<Vec<_>>()
        {
            if self.is_carrier(&bell.opportunity) {
                self.world.store.write(|tx| tx.answer_bell(id, &bell))?;
                continue;
            }
            let by_person = self.is_ordered(&bell.opportunity)?;
            let look = self.look(&client, &bell.opportunity, &trigger.id, by_person);
            let notes = self.notes_to_compare(&client, &bell.opportunity)?;
            self.looking += 1;
            self.job_about(&bell.opportunity.clone(), async move {
                let mut seen = look.await;
                if let (Ok(Seen::There(observed)), Some(notes)) = (&mut seen, notes) {
                    observed.notes = notes.await;
                }
                Box::new(move |owner: &mut Self| owner.looked(&bell, seen)) as Then
            });
        }
        Ok(())
    }

    /// Whether a person has said that a check of this opportunity is to be started, in whatever stage it is.
    pub(super) fn is_ordered(&self, opportunity: &OpportunityId) -> Result<bool> {
        let checks = self.world.store.read(|tx| tx.checks_of(self.id(), opportunity))?;
        let mut checks = checks.iter();
        Ok(checks.any(|check| check.by_person && matches!(check.phase, Phase::Queued | Phase::Parked(_))))
    }

    /// The notes of an opportunity on which one of ours is known to lie, where Lever lets us list them: whether it lies
    /// there still is a matter of its own, so that no look fails for it.
    fn notes_to_compare(
        &self,
        client: &lever::Client,
        opportunity: &OpportunityId,
    ) -> Result<Option<impl Future<Output = Option<Vec<NoteId>>> + Send + use<>>> {
        let checks = self.world.store.read(|tx| tx.checks_of(self.id(), opportunity))?;
        let ours = checks
            .iter()
            .any(|check| !check.superseded && check.written.note.as_ref().is_some_and(|note| note.id.is_some()));
        let (client, opportunity) = (client.clone(), opportunity.clone());
        let read = async move {
            let notes = client.notes(&opportunity).await.ok()?;
            Some(
                notes
                    .into_iter()
                    .filter(|note| !note.deleted)
                    .map(|note| note.id)
                    .collect(),
            )
        };
        Ok((ours && self.record.has(Right::ListOpportunityNotes)).then_some(read))
    }

    /// A look at one opportunity.
    pub(super) fn look(
        &self,
        client: &lever::Client,
        opportunity: &OpportunityId,
        trigger: &StageId,
        in_any_stage: bool,
    ) -> impl Future<Output = std::result::Result<Seen, lever::Error>> + Send + use<> {
        let (client, users, clock) = (client.clone(), self.users.clone(), self.world.clock.clone());
        let (opportunity, trigger) = (opportunity.clone(), trigger.clone());
        async move { look(&client, &users, &clock, &opportunity, &trigger, in_any_stage).await }
    }

    /// Rings for those who were not looked at for a day.
    pub(super) fn look_again(&self, now: Millis) -> Result<()> {
        let id = self.id();
        self.world.store.write(|tx| {
            for opportunity in tx.unseen(id, now.plus(-LOOK_AGAIN), ROUND)? {
                tx.ring(id, &Bell::at_once(&opportunity, Source::Recheck, now))?;
            }
            Ok(())
        })
    }

    pub(super) fn is_carrier(&self, id: &OpportunityId) -> bool {
        matches!(&self.record.carrier, Carrier::Made { opportunity, .. } if opportunity == id)
    }

    fn looked(&mut self, bell: &Bell, seen: std::result::Result<Seen, lever::Error>) {
        self.looking -= 1;
        self.lever_answered(bell.opportunity.as_str(), seen.as_ref().err());
        let now = self.now();
        if let Ok(Seen::There(observed)) = &seen {
            self.prove_by_look(observed);
        }
        let done = match seen {
            Ok(Seen::There(observed)) => self.judge(bell, *observed, now),
            Ok(Seen::Gone) => self.erase(bell, now),
            Err(error) if is_about_this_alone(&error.kind) => self.unreadable(bell, &error, now),
            // It is there, and what Lever says of it stays unreadable: waiting for ever would tell nobody.
            Err(error) if is_garbled(&error.kind) && bell.attempts >= TRIES => self.unreadable(bell, &error, now),
            Err(_) => self
                .world
                .store
                .write(|tx| tx.put_off(self.id(), bell, now.plus(pause(bell.attempts)))),
        };
        if let Err(error) = done {
            self.ail(error.into(), true);
        }
    }

    /// *read posting* can be proven on a real posting only, and this is one.
    fn prove_by_look(&mut self, observed: &Observed) {
        let posting = observed.posting.is_some().then_some(Right::ReadPosting);
        for right in posting.into_iter().chain([Right::ReadOpportunity]) {
            if self.record.has(right) {
                self.rights_used.insert(right, self.now());
            } else {
                self.right_is_proven(right);
            }
        }
    }

    /// Carries out what a look means.
    fn judge(&mut self, bell: &Bell, mut observed: Observed, now: Millis) -> Result<()> {
        if observed
            .unreadable
            .as_ref()
            .is_some_and(|failure| failure.code == Code::LevConfidential)
        {
            if self.record.has(Right::ReadPosting) {
                self.doubts.raise(Doubt::ReadPosting);
            } else {
                let label = Right::ReadPosting.label();
                observed.unreadable = Some(Failure::new(Code::LevRight).with("right", label));
            }
        }
        let templates = self.listed_templates();
        let ready = self
            .world
            .store
            .write(|tx| step::look::judge(tx, &self.record, &templates, bell, &observed, now))?;
        if let Some(check) = ready {
            self.lane.offer(check, observed);
        }
        Ok(())
    }

    /// The templates that are remembered, without those that a form did not list.
    pub(super) fn listed_templates(&self) -> Vec<KnownTemplate> {
        let mut templates = self.record.templates.clone();
        templates.retain(|template| !self.unlisted.contains(&template.id));
        templates
    }

    /// Lever says that it is gone (`reliability.md` rule 11): what is personal goes too, the spent keys stay.
    fn erase(&mut self, bell: &Bell, now: Millis) -> Result<()> {
        self.world
            .store
            .write(|tx| step::look::erase(tx, self.id(), bell, now))?;
        self.world.store.scrub()
    }

    /// Lever lets us not read it: said on screen, with the right that is missing.
    fn unreadable(&mut self, bell: &Bell, error: &lever::Error, now: Millis) -> Result<()> {
        let failure = self.why_unreadable(error);
        match failure.code {
            Code::LevRight => self.right_is_missing(error),
            Code::LevConfidential => self.doubts.raise(Doubt::ReadOpportunity),
            _ => {}
        }
        self.world
            .store
            .write(|tx| step::look::unreadable(tx, self.id(), bell, failure, now))
    }

    pub(super) fn why_unreadable(&self, error: &lever::Error) -> Failure {
        let proven = error.call.right().is_some_and(|right| self.record.has(right));
        // The right is there and this one is refused all the same: it is confidential (lever-api.md §2.5).
        if error.kind == Kind::Forbidden && proven {
            Failure::new(Code::LevConfidential)
        } else {
            Failure::from(error)
        }
    }
}

/// Whether Lever refuses this opportunity, and would not refuse another one.
pub(super) fn is_about_this_alone(kind: &Kind) -> bool {
    matches!(kind, Kind::Forbidden | Kind::BadRequest { .. })
}

fn is_garbled(kind: &Kind) -> bool {
    matches!(kind, Kind::Garbage | Kind::TooLarge | Kind::Redirect(_))
}

/// Reads what a verdict needs, and no more: the posting and the people only where a check may start.
async fn look(
    client: &lever::Client,
    users: &Users,
    clock: &Clock,
    id: &OpportunityId,
    trigger: &StageId,
    in_any_stage: bool,
) -> std::result::Result<Seen, lever::Error> {
    let opportunity = match client.opportunity(id).await {
        Ok(opportunity) => opportunity,
        Err(error) if error.kind == Kind::NotFound => return Ok(Seen::Gone),
        Err(error) => return Err(error),
    };
    let mut observed = Observed {
        mover: None,
        posting: None,
        posting_owner: None,
        unreadable: None,
        notes: None,
        seen_at: clock.now(),
        opportunity,
    };
    let may_start = observed.opportunity.stage == *trigger || in_any_stage;
    if !may_start || observed.opportunity.archived || observed.opportunity.anonymised {
        return Ok(Seen::There(Box::new(observed)));
    }
    if observed.opportunity.applications == Applications::Unreadable {
        observed.unreadable = Some(Code::LevExpand.into());
    }
    if let Some(posting) = observed.opportunity.posting().cloned() {
        match client.posting(&posting).await {
            Ok(posting) => observed.posting = Some(posting),
            Err(error) if error.kind == Kind::NotFound => {}
            Err(error) if error.kind == Kind::Forbidden => observed.unreadable = Some(Code::LevConfidential.into()),
            Err(error) => return Err(error),
        }
    }
    let mover = last_entry(&observed.opportunity, trigger).and_then(|change| change.user.clone());
    if let Some(user) = mover {
        observed.mover = member(client, users, &user, clock.now()).await?;
    }
    if let Some(user) = observed.posting.as_ref().and_then(|posting| posting.owner.clone()) {
        observed.posting_owner = member(client, users, &user, clock.now()).await?;
    }
    Ok(Seen::There(Box::new(observed)))
}
