//! The engine's turns: which of its steps are open now, and taking one of them. The steps are the real ones; what is on
//! the wire between two of them is kept here.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use model::{Badge, Check, CheckId, MINUTE, Millis, NoteId, OpportunityId, Phase, Reason, Right, RightState, UserId};
use store::{Bell, Effect, EffectKind, Source, Standing};

use super::history::Fate;
use super::run::{Run, lock};
use super::world::{TRIGGER, World, form, unreadable};
use crate::plan::observed::Observed;
use crate::step::{
    self,
    start::{FRESH, Intent},
    write::Written,
};
use crate::writer::{Calls, Writer};

type Answer = Result<Written, lever::Error>;

/// What is on the wire for an opportunity: one thing at a time.
pub enum Job {
    /// The opportunity is read; then its posting and the people.
    Look {
        bell: Bell,
        read: Option<Box<Observed>>,
    },
    Form {
        check: CheckId,
        observed: Box<Observed>,
    },
    Start {
        effect: Effect,
        intent: (model::PostingId, model::ResultId),
        answer: Option<Result<(), refapp::Error>>,
    },
    Write {
        effect: Effect,
        answer: Pin<Box<dyn Future<Output = Answer> + Send>>,
    },
}

/// A step that the engine may take now.
#[derive(Clone, PartialEq, Debug)]
pub enum Step {
    Inbox,
    Look(Box<Bell>),
    Write(Box<Check>),
    Form(CheckId, OpportunityId),
    LookAgain(OpportunityId),
    GoOn(OpportunityId),
}

/// Lever's answers to the calls of an effect. A call is made, and then its answer is on the way: anything may happen
/// in between.
struct AtWorld {
    world: Arc<Mutex<World>>,
    who: usize,
}

impl AtWorld {
    async fn answer<T>(&self, call: lever::Call, answer: Result<T, lever::Kind>) -> Result<T, lever::Error> {
        let mut under_way = true;
        std::future::poll_fn(|_| {
            if std::mem::take(&mut under_way) {
                Poll::Pending
            } else {
                Poll::Ready(())
            }
        })
        .await;
        answer.map_err(|kind| lever::Error { call, kind })
    }
}

impl Calls for AtWorld {
    async fn attempt(&self, kind: &EffectKind, _: Option<&UserId>) -> Result<Option<NoteId>, lever::Error> {
        let answer = lock(&self.world).write(self.who, kind);
        let call = match kind {
            EffectKind::AddTag { .. } | EffectKind::Start => lever::Call::AddTags,
            EffectKind::RemoveTags { .. } => lever::Call::RemoveTags,
            EffectKind::CreateNote { .. } => lever::Call::CreateNote,
            EffectKind::UpdateNote { .. } => lever::Call::UpdateNote,
            EffectKind::DeleteNote { .. } => lever::Call::DeleteNote,
        };
        self.answer(call, answer).await
    }

    async fn notes(&self) -> Result<Vec<lever::Note>, lever::Error> {
        let answer = lock(&self.world).notes(self.who);
        self.answer(lever::Call::ListNotes, answer).await
    }
}

impl Run {
    /// All that the engine may do now.
    pub fn open_steps(&self) -> Vec<Step> {
        let (id, now) = (self.record.id, self.now());
        let going = self.jobs.keys().cloned().map(Step::GoOn);
        let mut steps: Vec<Step> = going.collect();
        let read = self.store().read(|tx| {
            let inbox = !tx.open_inbox(id, 1)?.is_empty();
            Ok((
                inbox,
                tx.due_bells(id, now, 16)?,
                tx.due_checks(id, now, 16)?,
                tx.queued_checks(id, 16)?,
            ))
        });
        let (inbox, bells, due, queued) = read.expect("what is due is read");
        if inbox {
            steps.push(Step::Inbox);
        }
        if self.record.standing != Standing::Running {
            return steps;
        }
        let free = |id: &OpportunityId| !self.jobs.contains_key(id);
        let bells = bells.into_iter().filter(|bell| free(&bell.opportunity));
        steps.extend(bells.map(|bell| Step::Look(Box::new(bell))));
        let due = due.into_iter().filter(|check| free(&check.opportunity));
        steps.extend(due.map(|check| Step::Write(Box::new(check))));
        let lane_is_busy = self
            .jobs
            .values()
            .any(|job| matches!(job, Job::Form { .. } | Job::Start { .. }));
        for check in queued
            .into_iter()
            .filter(|check| !lane_is_busy && free(&check.opportunity))
        {
            let look = self.looked.get(&check.id);
            if look.is_some_and(|look| now.since(look.seen_at) < FRESH) {
                steps.push(Step::Form(check.id, check.opportunity));
            } else if self.bell(&check.opportunity).is_none() {
                steps.push(Step::LookAgain(check.opportunity));
            }
        }
        steps
    }

    fn bell(&self, id: &OpportunityId) -> Option<Bell> {
        self.store()
            .read(|tx| tx.bell(self.record.id, id))
            .expect("a bell is read")
    }

    pub fn take(&mut self, step: Step, fate: Fate) {
        self.world().fate = fate;
        let (id, now) = (self.record.id, self.now());
        match step {
            Step::Inbox => {
                let taken = self.store().write(|tx| {
                    for row in tx.open_inbox(id, 200)? {
                        step::inbox::take(tx, &self.record, &row, now)?;
                        tx.inbox_done(row.id)?;
                    }
                    Ok::<_, store::Error>(())
                });
                taken.expect("the inbox is worked off");
            }
            Step::Look(bell) => {
                let opportunity = bell.opportunity.clone();
                self.jobs.insert(
                    opportunity,
                    Job::Look {
                        bell: *bell,
                        read: None,
                    },
                );
            }
            Step::LookAgain(opportunity) => self.ring(&opportunity),
            Step::Write(check) => self.set_out_to_write(*check, now),
            Step::Form(check, opportunity) => {
                let observed = Box::new(self.looked.remove(&check).expect("it was looked at"));
                self.jobs.insert(opportunity, Job::Form { check, observed });
            }
            Step::GoOn(opportunity) => {
                let job = self.jobs.remove(&opportunity).expect("a job goes on");
                self.go_on(opportunity, job, fate, now);
            }
        }
    }

    pub fn ring(&self, opportunity: &OpportunityId) {
        let bell = Bell::at_once(opportunity, Source::Recheck, self.now());
        self.store()
            .write(|tx| tx.ring(self.record.id, &bell))
            .expect("a bell is rung");
    }

    fn set_out_to_write(&mut self, check: Check, now: Millis) {
        let next = self.store().write(|tx| step::write::next(tx, &self.record, check, now));
        let Some((check, effect)) = next.expect("an effect is recorded") else {
            return;
        };
        let who = self.world().who(&check.opportunity);
        let writer = Writer {
            calls: AtWorld {
                world: self.world.clone(),
                who,
            },
            reference: check.reference(),
            perform_as: self.record.settings.acting_user.clone(),
            can_list_notes: self.record.has(Right::ListOpportunityNotes),
        };
        let (kind, read_first) = (effect.kind.clone(), check.badges.contains(&Badge::NoteUnknown));
        let answer = Box::pin(async move { writer.perform(&kind, read_first).await });
        self.jobs.insert(check.opportunity, Job::Write { effect, answer });
    }

    fn go_on(&mut self, id: OpportunityId, job: Job, fate: Fate, now: Millis) {
        let connection = self.record.id;
        match job {
            Job::Look { bell, read } => self.go_on_looking(id, bell, read, fate, now),
            Job::Form { check, observed } => {
                let park = |reason| {
                    let parked = self.store().write(|tx| step::start::park(tx, check, reason, now));
                    parked.expect("a check is parked");
                };
                match fate {
                    Fate::Refused => {
                        let who = self.world().who(&id);
                        self.world().candidates[who].past.refused = true;
                        let message = String::new();
                        return park(Reason::Refused { status: 400, message });
                    }
                    Fate::Well => {}
                    _ => return,
                }
                let prepared = self
                    .store()
                    .read(|tx| step::start::prepare(tx, &self.record, &observed, &form(), None));
                let intent: Intent = match prepared.expect("a start is prepared") {
                    Ok((_, intent)) => intent,
                    Err(reason) => return park(reason),
                };
                if self.record.standing != Standing::Running {
                    return;
                }
                let sent = (intent.posting.clone(), intent.key.result_id());
                let intended = self
                    .store()
                    .write(|tx| step::start::intend(tx, connection, check, intent, now));
                if let Some((effect, _)) = intended.expect("a start is recorded") {
                    let who = self.world().who(&id);
                    self.world().must_be_fit(who);
                    self.jobs.insert(
                        id,
                        Job::Start {
                            effect,
                            intent: sent,
                            answer: None,
                        },
                    );
                }
            }
            Job::Start {
                effect,
                intent,
                answer: None,
            } => {
                let who = self.world().who(&id);
                let answer = self.world().start(who, &intent.0, intent.1);
                let call = refapp::Call::Send;
                let answer = Some(answer.map_err(|kind| refapp::Error { call, kind }));
                self.jobs.insert(id, Job::Start { effect, intent, answer });
            }
            Job::Start {
                effect,
                answer: Some(answer),
                ..
            } => {
                let stored = self
                    .store()
                    .write(|tx| step::start::answered(tx, &effect, answer.as_ref().err(), now));
                stored.expect("an answer is stored");
            }
            Job::Write { effect, mut answer } => match answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Pending => {
                    self.jobs.insert(id, Job::Write { effect, answer });
                }
                Poll::Ready(answer) => {
                    let forbidden = answer
                        .as_ref()
                        .err()
                        .filter(|error| error.kind == lever::Kind::Forbidden);
                    if let Some(right) = forbidden.and_then(|error| error.call.right()) {
                        self.record.rights.insert(right, RightState::Missing);
                    }
                    let stored = self
                        .store()
                        .write(|tx| step::write::answered(tx, &effect, &answer, |_| MINUTE, now));
                    let next = stored.expect("an answer is stored");
                    if let Some(check) = next.filter(|_| self.record.standing == Standing::Running) {
                        self.set_out_to_write(check, now);
                    }
                }
            },
        }
    }

    fn go_on_looking(&mut self, id: OpportunityId, bell: Bell, read: Option<Box<Observed>>, fate: Fate, now: Millis) {
        let connection = self.record.id;
        let store = self.store();
        if !matches!(fate, Fate::Well | Fate::Forbidden) {
            let later = store.write(|tx| tx.put_off(connection, &bell, now.plus(MINUTE)));
            return later.expect("a bell is put off");
        }
        let who = self.world().who(&id);
        let (deleted, confidential) = {
            let candidate = &self.world().candidates[who];
            (candidate.deleted, candidate.confidential || fate == Fate::Forbidden)
        };
        let done = match read {
            None if deleted => {
                self.world().candidates[who].past.erased = true;
                store.write(|tx| step::look::erase(tx, connection, &bell, now))
            }
            None if confidential => {
                self.world().candidates[who].past.forbidden = true;
                store.write(|tx| step::look::unreadable(tx, connection, &bell, unreadable(), now))
            }
            None => {
                let observed = Observed {
                    opportunity: self.world().opportunity(who),
                    posting: None,
                    unreadable: None,
                    mover: None,
                    posting_owner: None,
                    notes: None,
                    seen_at: now,
                };
                let read = Some(Box::new(observed));
                self.jobs.insert(id, Job::Look { bell, read });
                return;
            }
            Some(mut observed) => {
                let said = |check: &Check| check.by_person && matches!(check.phase, Phase::Queued | Phase::Parked(_));
                let by_person = self.checks(&id).iter().any(said);
                let seen = &observed.opportunity;
                let may_start = (seen.stage.as_str() == TRIGGER || by_person) && !seen.archived && !seen.anonymised;
                if may_start && let lever::Applications::Known(applications) = &seen.applications {
                    let posting = applications.iter().find_map(|application| application.posting.clone());
                    if let Some(posting) = posting {
                        let (posting, owner) = self.world().posting(&posting);
                        observed.posting = Some(posting);
                        observed.posting_owner = Some(owner);
                    }
                }
                let templates = self.record.templates.clone();
                let judged = store.write(|tx| step::look::judge(tx, &self.record, &templates, &bell, &observed, now));
                if let Some(check) = judged.expect("a look is stored") {
                    self.looked.insert(check, *observed);
                }
                *self.looks.entry(id).or_default() += 1;
                return;
            }
        };
        done.expect("a look is stored");
        *self.looks.entry(id).or_default() += 1;
    }
}
