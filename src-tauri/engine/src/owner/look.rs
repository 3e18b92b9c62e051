//! Answering bells: the opportunity, its posting and the people concerned are read, and the verdict is carried out.

use std::collections::BTreeSet;

use lever::{Applications, Kind, Priority};
use model::{
    Check, CheckId, Clock, Code, DAY, EffectKey, Failure, MINUTE, Millis, OpportunityId, Phase, PostingId, Progress,
    Reason, Right, StageId, Written,
};
use store::{Bell, Carrier, Result, Source, Tx};

use super::trouble::pause;
use super::{Owner, Then, Users, keep, member, tell};
use crate::plan::assess::{self, Situation, Unread, Verdict, assess, entered_at};
use crate::plan::observed::{Observed, last_entry};

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
enum Seen {
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
        let room = LOOKS.saturating_sub(self.looking + ahead);
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
            let by_person = self.world.store.read(|tx| {
                Ok(tx
                    .checks_of(id, &bell.opportunity)?
                    .iter()
                    .any(|check| check.by_person && matches!(check.phase, Phase::Queued | Phase::Parked(_))))
            })?;
            let (client, users, trigger) = (client.clone(), self.users.clone(), trigger.id.clone());
            let clock = self.world.clock.clone();
            self.looking += 1;
            self.job_about(&bell.opportunity.clone(), async move {
                let seen = look(&client, &users, &clock, &bell.opportunity, &trigger, by_person).await;
                Box::new(move |owner: &mut Self| owner.looked(&bell, seen)) as Then
            });
        }
        Ok(())
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
        self.lever_answered(seen.as_ref().err());
        let now = self.now();
        if let Ok(Seen::There(observed)) = &seen {
            self.prove_by_look(observed);
        }
        let done = match seen {
            Ok(Seen::There(observed)) => self.judge(bell, *observed, now),
            Ok(Seen::Gone) => self.erase(bell, now),
            Err(error) if error.kind == Kind::Forbidden || matches!(error.kind, Kind::BadRequest { .. }) => {
                self.unreadable(bell, &error, now)
            }
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
            if !self.record.has(right) {
                self.right_is_proven(right);
            }
        }
    }

    /// Carries out what a look means.
    fn judge(&mut self, bell: &Bell, observed: Observed, now: Millis) -> Result<()> {
        let Some(trigger) = self
            .record
            .settings
            .trigger_stage
            .as_ref()
            .map(|stage| stage.id.clone())
        else {
            return Ok(());
        };
        let id = self.id();
        let opportunity = observed.opportunity.id.clone();
        let posting = observed.posting.as_ref().map(|posting| posting.id.clone());
        let mut templates = self.record.templates.clone();
        templates.retain(|template| !self.unlisted.contains(&template.id));
        let ready = self.world.store.write(|tx| {
            tx.answer_bell(id, bell)?;
            tx.seen(id, &opportunity, now)?;
            let mut checks = tx.checks_of(id, &opportunity)?;
            if observed.opportunity.anonymised {
                for check in checks.iter_mut().filter(|check| !check.candidate.is_empty()) {
                    check.candidate.clear();
                    tx.put_check(check, Some(now))?;
                }
            }
            let once = EffectKey::once(&opportunity, posting.as_ref());
            let situation = Situation {
                checks: &checks,
                spent: if posting.is_some() { tx.spent(&once)? } else { None },
                bell,
                trigger: &trigger,
                following_since: self.record.following_since.unwrap_or(now),
                pause: self.record.pause,
                templates: &templates,
                default_template: self.record.settings.default_template.as_ref(),
                now,
            };
            let entered_at = entered_at(&observed, &situation);
            let named = |id| {
                let named = checks.iter().find(|known| known.id == id).cloned();
                named.unwrap_or_else(|| unreachable!("the verdict names one of the checks it was given"))
            };
            let mut check = match assess(&observed, &situation) {
                Verdict::Nothing => return Ok(None),
                Verdict::Keep(check) => {
                    let mut check = named(check);
                    if check.phase != Phase::Queued {
                        return Ok(None);
                    }
                    describe(&mut check, &observed);
                    tx.put_check(&check, Some(now))?;
                    return Ok(Some(check.id));
                }
                Verdict::Change(check, phase) => {
                    let mut check = named(check);
                    // What a person said was about this start, and not about one of a later day.
                    check.by_person &= !matches!(phase, Phase::Skipped(_));
                    check.phase = phase;
                    check.status_since = now;
                    check.active_at = now;
                    if entered_at > check.entered_at {
                        check.entered_at = entered_at;
                        tell_entry(tx, &check, bell)?;
                    }
                    check
                }
                Verdict::Make { ordinal, phase } => {
                    let mut check = new_check(id, &opportunity, posting.as_ref(), ordinal, entered_at, now);
                    check.phase = phase;
                    tell_entry(tx, &check, bell)?;
                    check
                }
            };
            describe(&mut check, &observed);
            tell(tx, check.id, now, "read-from-lever", &[])?;
            match &check.phase {
                Phase::Parked(reason) => tell(tx, check.id, now, "parked", &[("code", reason.code().to_string())])?,
                Phase::Skipped(reason) => tell(tx, check.id, now, "skipped", &[("code", reason.code().to_string())])?,
                Phase::Queued | Phase::Started => {}
            }
            keep(tx, &check, now)?;
            Ok::<_, store::Error>((check.phase == Phase::Queued).then_some(check.id))
        })?;
        if let Some(check) = ready {
            self.lane.offer(check, observed);
        }
        Ok(())
    }

    /// Lever says that it is gone (`reliability.md` rule 11): what is personal goes too, the spent keys stay.
    fn erase(&mut self, bell: &Bell, now: Millis) -> Result<()> {
        let id = self.id();
        self.world.store.write(|tx| {
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
                check.candidate.clear();
                check.lever_url = None;
                check.progress.report_url = None;
                check.progress.candidate_url = None;
                check.written = Written::default();
                if check.phase != Phase::Started {
                    check.phase = Phase::Skipped(Reason::Deleted);
                }
                check.superseded = true;
                check.active_at = now;
                tell(tx, check.id, now, "skipped", &[("code", Code::SkipDeleted.to_string())])?;
                tx.put_check(&check, None)?;
            }
            Ok(())
        })?;
        self.world.store.scrub()
    }

    /// Lever lets us not read it: said on screen, with the right that is missing.
    fn unreadable(&mut self, bell: &Bell, error: &lever::Error, now: Millis) -> Result<()> {
        let proven = error.call.right().is_some_and(|right| self.record.has(right));
        // The right is there and this one is refused all the same: it is confidential (lever-api.md §2.5).
        let failure = if error.kind == Kind::Forbidden && proven {
            Failure::new(Code::LevConfidential)
        } else {
            Failure::from(error)
        };
        if failure.code == Code::LevRight {
            self.right_is_missing(error);
        }
        let id = self.id();
        self.world.store.write(|tx| {
            tx.answer_bell(id, bell)?;
            let checks = tx.checks_of(id, &bell.opportunity)?;
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
        })
    }
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
    by_person: bool,
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
        seen_at: clock.now(),
        opportunity,
    };
    let may_start = observed.opportunity.stage == *trigger || by_person;
    if !may_start || observed.opportunity.archived || observed.opportunity.anonymised {
        return Ok(Seen::There(Box::new(observed)));
    }
    let posting = match &observed.opportunity.applications {
        Applications::Known(applications) => applications.iter().find_map(|application| application.posting.clone()),
        Applications::Unreadable => {
            observed.unreadable = Some(Code::LevExpand.into());
            None
        }
    };
    if let Some(posting) = posting {
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
    Check {
        id: CheckId(key.check_id().0),
        connection,
        opportunity: opportunity.clone(),
        posting: None,
        ordinal,
        entered_at,
        phase: Phase::Queued,
        status_since: now,
        by_person: false,
        result: None,
        progress: Progress::default(),
        candidate: String::new(),
        posting_title: String::new(),
        owner: String::new(),
        template: None,
        coverage: None,
        lever_url: None,
        created_at: now,
        active_at: now,
        badges: BTreeSet::new(),
        written: Written::default(),
        superseded: false,
        hitch: None,
        effects: 0,
    }
}

/// What the dashboard shows of it.
fn describe(check: &mut Check, observed: &Observed) {
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
