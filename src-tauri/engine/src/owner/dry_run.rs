//! A dry run: what would happen to a candidate, and why, asked of the very functions that decide when it is in earnest.
//!
//! It reads at Lever and at Refapp, and in the store. Nothing is sent, nothing is stored, no bell is answered and nothing
//! is found: its answer is all that comes of it.

use lever::Priority;
use model::{
    Check, Code, Course, DryRun, Failure, Idle, Membership, Millis, OpportunityId, Outcome, Phase, ProjectMember,
    StageChoice, StageId, Start, StatusTag, ToWrite, derive,
};
use refapp::Form;
use store::{Bell, ConnectionRecord, Inbound, Source, Standing};

use super::look::{Seen, is_about_this_alone};
use super::{Owner, Then};
use crate::delivery::Delivery;
use crate::order::{Answer, Reply};
use crate::plan::assess::{concerned, unread};
use crate::plan::observed::{Member, Observed};
use crate::plan::{note, write_back};
use crate::step;
use crate::subject::Subject;

/// In place of the reference of a check that is not made.
const NO_REFERENCE: &str = "RL-…";

/// What is known before it is looked.
struct Trial {
    idle: Vec<Idle>,
    rings: Rings,
    trigger: StageId,
    refapp: refapp::Client,
}

/// What a look would come of.
enum Rings {
    /// The event.
    Event(Bell),
    /// Nothing rings for a candidate whom a person names: it is as if Lever told of the last move now.
    Nobody(OpportunityId),
}

impl Rings {
    fn opportunity(&self) -> &OpportunityId {
        match self {
            Self::Event(bell) => &bell.opportunity,
            Self::Nobody(opportunity) => opportunity,
        }
    }

    fn bell(self, moved_at: Option<Millis>, now: Millis) -> Bell {
        match self {
            Self::Event(bell) => bell,
            Self::Nobody(opportunity) => Bell {
                moved_at: moved_at.or(Some(now)),
                ..Bell::at_once(&opportunity, Source::Webhook, now)
            },
        }
    }
}

impl Owner {
    pub(super) fn dry_run(&mut self, subject: &str, reply: Reply) {
        match self.try_subject(subject) {
            Ok((idle, None)) => {
                let (at, course) = (self.now(), None);
                self.answer(reply, Ok(Answer::DryRun(Box::new(DryRun { at, idle, course }))));
            }
            Ok((idle, Some(rings))) => self.try_look(idle, rings, reply),
            Err(failure) => self.answer(reply, Err(failure)),
        }
    }

    /// What rings, if anything does, and what is in the way of it.
    fn try_subject(&self, subject: &str) -> Result<(Vec<Idle>, Option<Rings>), Failure> {
        let mut idle = Vec::new();
        if self.record.standing != Standing::Running {
            idle.push(Idle::NotRunning);
        }
        let rings = match Subject::read(subject)? {
            Subject::Opportunity(opportunity) => Some(Rings::Nobody(opportunity)),
            Subject::Event(delivery) => self.try_event(delivery, &mut idle)?.map(Rings::Event),
        };
        if rings.as_ref().is_some_and(|rings| self.is_carrier(rings.opportunity())) {
            return Ok((vec![Idle::TagCarrier], None));
        }
        Ok((idle, rings))
    }

    fn try_event(&self, delivery: Delivery, idle: &mut Vec<Idle>) -> Result<Option<Bell>, Failure> {
        let (id, now) = (self.id(), self.now());
        if !delivery.is_timely(now) {
            idle.push(Idle::NotTimely);
        }
        if !self.world.intake.is_genuine(id, &delivery) {
            idle.push(Idle::NotGenuine);
        }
        let (repeat_key, inbound) = delivery.taken_in();
        let (known, bell) = self.world.store.read(|tx| {
            let bell = step::inbox::rings(tx, &self.record, &inbound, now, now)?;
            Ok((tx.has_taken_in(id, &repeat_key)?, bell))
        })?;
        if known {
            idle.push(Idle::Repeated);
        }
        if bell.is_none() {
            idle.push(why_silent(&self.record, inbound));
        }
        Ok(bell)
    }

    fn try_look(&mut self, idle: Vec<Idle>, rings: Rings, reply: Reply) {
        let stage = self.record.settings.trigger_stage.as_ref();
        let parts = (
            self.lever.as_ref(),
            self.refapp.clone(),
            stage.map(|stage| stage.id.clone()),
        );
        let (Some(lever), Some(refapp), Some(trigger)) = parts else {
            return self.answer(reply, Err(Code::AppNotNow.into()));
        };
        let in_any_stage = match &rings {
            Rings::Event(bell) => self.is_ordered(&bell.opportunity),
            Rings::Nobody(_) => Ok(true),
        };
        let in_any_stage = match in_any_stage {
            Ok(in_any_stage) => in_any_stage,
            Err(error) => return self.answer(reply, Err(error.into())),
        };
        let look = self.look(&lever.with(Priority::Rest), rings.opportunity(), &trigger, in_any_stage);
        let trial = Trial {
            idle,
            rings,
            trigger,
            refapp,
        };
        self.job(async move {
            let seen = look.await;
            Box::new(move |owner: &mut Self| owner.try_looked(trial, seen, reply)) as Then
        });
    }

    fn try_looked(&mut self, trial: Trial, seen: Result<Seen, lever::Error>, reply: Reply) {
        let tried = match seen {
            Ok(Seen::There(observed)) => return self.try_verdict(trial, *observed, reply),
            Ok(Seen::Gone) => self.try_without(trial, &Code::SkipDeleted.into()),
            Err(error) if is_about_this_alone(&error.kind) => self.try_without(trial, &self.why_unreadable(&error)),
            Err(error) => Err(Failure::from(&error)),
        };
        self.answer(reply, tried.map(|tried| Answer::DryRun(Box::new(tried))));
    }

    /// Lever does not show it.
    fn try_without(&self, trial: Trial, failure: &Failure) -> Result<DryRun, Failure> {
        let (id, at) = (self.id(), self.now());
        let opportunity = trial.rings.opportunity().clone();
        let checks = self.world.store.read(|tx| tx.checks_of(id, &opportunity))?;
        let failure = failure.clone();
        let outcome = match unread(&checks, &trial.rings.bell(None, at)) {
            _ if failure.code == Code::SkipDeleted => Outcome::Skips { failure },
            Some(_) => Outcome::Parks { failure },
            None => checks.last().map_or(Outcome::Nothing, as_it_is),
        };
        let course = Course {
            opportunity,
            outcome,
            reference: checks.last().map(Check::reference),
            seen: None,
            start: None,
            written: None,
        };
        Ok(DryRun {
            at,
            idle: trial.idle,
            course: Some(course),
        })
    }

    fn try_verdict(&mut self, trial: Trial, observed: Observed, reply: Reply) {
        let Trial {
            mut idle,
            rings,
            trigger,
            refapp,
        } = trial;
        let now = self.now();
        let seen = self.seen(&observed);
        let is_elsewhere = observed.opportunity.stage != trigger;
        let observed = match &rings {
            Rings::Nobody(_) if is_elsewhere => {
                let stage = seen.stage.clone();
                idle.push(Idle::NotInStage { stage });
                observed.moved(&trigger, now)
            }
            _ => observed,
        };
        let bell = rings.bell(observed.entered_at(&trigger).or(observed.opportunity.advanced_at), now);
        let templates = self.listed_templates();
        let weighed = self
            .world
            .store
            .read(|tx| step::look::weigh(tx, &self.record, &trigger, &templates, &bell, &observed, now));
        let weighed = match weighed {
            Ok(weighed) => weighed,
            Err(error) => return self.answer(reply, Err(error.into())),
        };
        let before = concerned(&observed, &weighed.checks);
        let course = Course {
            opportunity: observed.opportunity.id.clone(),
            outcome: before.map_or(Outcome::Nothing, as_it_is),
            reference: before.map(Check::reference),
            seen: Some(model::Seen {
                members: members(&observed),
                ..seen
            }),
            start: None,
            written: None,
        };
        let mut tried = DryRun {
            at: now,
            idle,
            course: None,
        };
        match weighed.check(self.id(), &observed, now) {
            Some(check) if check.phase == Phase::Queued => {
                let recruiter = observed.recruiter().map(|(_, email)| email.to_owned());
                let form = self.form_for(refapp, observed.posting.as_ref(), recruiter);
                self.job(async move {
                    let form = form.await;
                    Box::new(move |owner: &mut Self| {
                        let started = owner.try_start(course, check, &observed, form);
                        let answer = started.map(|course| {
                            tried.course = Some(course);
                            Answer::DryRun(Box::new(tried))
                        });
                        owner.answer(reply, answer);
                    }) as Then
                });
            }
            check => {
                tried.course = Some(match check {
                    Some(check) => ends_with(course, &check),
                    None => course,
                });
                self.answer(reply, Ok(Answer::DryRun(Box::new(tried))));
            }
        }
    }

    /// What the lane would make of a queued check.
    fn try_start(
        &self,
        mut course: Course,
        mut check: Check,
        observed: &Observed,
        form: Result<Form, refapp::Error>,
    ) -> Result<Course, Failure> {
        let form = match form {
            Ok(form) => form,
            Err(error) => {
                let Some(reason) = step::start::refused(&error.kind) else {
                    let failure = Failure::from(&error);
                    course.outcome = Outcome::Waits { failure };
                    return Ok(course);
                };
                check.phase = Phase::Parked(reason);
                return Ok(ends_with(course, &check));
            }
        };
        let prepared = self.world.store.read(|tx| {
            let prepared = step::start::prepare(tx, &self.record, observed, &form, self.update_url())?;
            Ok(match step::start::barred(tx, &check)? {
                Some(reason) if prepared.is_ok() => Err(reason),
                _ => prepared,
            })
        })?;
        check.phase = match prepared {
            Ok((event, intent)) => {
                let template = intent.selection.template;
                course.start = Some(Start {
                    template: template.map(|template| template.name),
                    by: intent.selection.by,
                    coverage: intent.coverage,
                    badges: intent.badges.into_iter().collect(),
                    updates: event.update_url.is_some(),
                });
                Phase::Started
            }
            Err(reason) => Phase::Parked(reason),
        };
        Ok(ends_with(course, &check))
    }

    fn seen(&self, observed: &Observed) -> model::Seen {
        let opportunity = &observed.opportunity;
        let is_said = |text: &str| !text.trim().is_empty();
        model::Seen {
            candidate: opportunity.name.clone(),
            lever_url: opportunity.show_url.as_ref().map(ToString::to_string),
            stage: name_of(&self.record.stages, &opportunity.stage),
            has_email: opportunity.emails.iter().any(|email| is_said(email)),
            has_phone: opportunity.phones.iter().any(|phone| is_said(&phone.value)),
            posting: observed.posting.as_ref().map(|posting| model::SeenPosting {
                id: posting.id.clone(),
                title: posting.text.clone(),
            }),
            members: Vec::new(),
        }
    }
}

/// Why no bell rings for an event.
fn why_silent(record: &ConnectionRecord, inbound: Inbound) -> Idle {
    match inbound {
        Inbound::Webhook {
            event,
            opportunity: Some(_),
            to_stage,
            ..
        } => match to_stage.filter(|_| event == lever::CANDIDATE_STAGE_CHANGE) {
            Some(stage) => Idle::OtherStage {
                stage: name_of(&record.stages, &stage),
            },
            None => Idle::OtherEvent { event },
        },
        _ => Idle::TestDelivery,
    }
}

fn name_of(stages: &[StageChoice], id: &StageId) -> String {
    let known = stages.iter().find(|stage| stage.id == *id);
    known.map_or_else(|| id.0.clone(), |stage| stage.text.clone())
}

/// Who would be a member and why; nobody twice.
fn members(observed: &Observed) -> Vec<ProjectMember> {
    let email = |member: Option<&Member>| Some(member?.email.as_deref()?.to_lowercase());
    let mover = email(observed.mover.as_ref());
    let is_one_person = mover.is_some() && mover == email(observed.posting_owner.as_ref());
    observed
        .members()
        .into_iter()
        .filter(|(_, why)| !(is_one_person && *why == Membership::PostingOwner))
        .map(|(member, why)| ProjectMember {
            name: member.name.clone(),
            why: if is_one_person {
                Membership::MoverAndPostingOwner
            } else {
                why
            },
            has_email: member.email.is_some(),
        })
        .collect()
}

/// A check that stays what it is.
fn as_it_is(check: &Check) -> Outcome {
    match &check.phase {
        Phase::Parked(reason) => Outcome::Parks {
            failure: reason.failure(),
        },
        Phase::Skipped(reason) => Outcome::Skips {
            failure: reason.failure(),
        },
        Phase::Queued | Phase::Started | Phase::Elsewhere(_) => Outcome::GoesOn {
            status: derive(check).0,
        },
    }
}

/// The course, once the check would be this one.
fn ends_with(mut course: Course, check: &Check) -> Course {
    course.outcome = match &check.phase {
        Phase::Started if course.start.is_some() => Outcome::Starts,
        _ => as_it_is(check),
    };
    let reference = course.reference.as_deref().unwrap_or(NO_REFERENCE);
    course.written = write_back::at_rest(check).map(|(status, has_note)| ToWrite {
        tag: StatusTag(status).text(),
        note: has_note.then(|| note::text_with(check, reference)),
    });
    course
}
