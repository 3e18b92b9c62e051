//! The lane of starts: one at a time, each behind a form that was just read (`rules.md` 5).
//!
//! A start mails a real person and cannot be taken back. So it is sent only after Refapp answered for this very job,
//! its key is spent on disk before the first byte leaves, and a start of unknown outcome holds the lane until a form
//! answers again, so that an outage parks at most one.

use std::collections::HashMap;

use model::{Badge, Check, CheckId, Code, Coverage, EffectKey, Failure, MINUTE, Millis, Phase, Reason};
use refapp::{Event, Form, FormQuery, Kind, Template};
use store::{Bell, Effect, EffectKind, EffectState, Result, Source, Standing, Tx};
use url::Url;

use super::outcome::Outcome;
use super::trouble::pause;
use super::{Owner, Then, keep, tell};
use crate::plan::observed::Observed;
use crate::plan::start;
use crate::plan::template::{Choice, choose};

/// A look older than this is repeated before anything is sent.
const FRESH: i64 = MINUTE;
/// Looks kept in memory.
const KEPT: usize = 12;

/// The state of the lane.
#[derive(Default)]
pub(super) struct Lane {
    busy: bool,
    looked: HashMap<CheckId, Observed>,
    /// Starts in a row whose outcome is unknown, and until when the next waits.
    breaker: Option<(u32, Millis)>,
}

impl Lane {
    /// A queued check was looked at.
    pub fn offer(&mut self, check: CheckId, observed: Observed) {
        if self.looked.len() < KEPT || self.looked.contains_key(&check) {
            self.looked.insert(check, observed);
        }
    }

    /// Checks that are looked at and wait.
    pub fn ready(&self) -> usize {
        self.looked.len()
    }

    pub fn is_blocked(&self, now: Millis) -> bool {
        self.breaker.is_some_and(|(_, until)| now < until)
    }

    /// A start of unknown outcome is settled: the next form may be asked for.
    fn release(&mut self) {
        self.breaker = None;
    }

    pub fn next_try(&self) -> Option<Millis> {
        self.breaker.map(|(_, until)| until)
    }

    fn trip(&mut self, now: Millis) {
        let tries = self.breaker.map_or(0, |(tries, _)| tries + 1);
        // The next form that answers opens the lane (rules.md 5). Where forms answer and starts do not, each further
        // try costs a person a look: it waits longer and longer, at last about a quarter of an hour.
        let longer = 1 << tries.saturating_sub(5).min(4);
        self.breaker = Some((tries, now.plus(pause(tries).saturating_mul(longer))));
    }
}

/// What is ready to be sent.
struct Prepared {
    event: Event,
    key: EffectKey,
    template: Option<Template>,
    coverage: Coverage,
    badges: std::collections::BTreeSet<Badge>,
}

impl Owner {
    /// Takes the next queued check into the lane.
    pub(super) fn start_next(&mut self, now: Millis) -> Result<()> {
        let waits = self.refapp_trouble.as_ref().is_some_and(|trouble| now < trouble.until);
        if self.lane.busy || waits || self.lane.is_blocked(now) {
            return Ok(());
        }
        let Some(client) = self.refapp.clone() else {
            return Ok(());
        };
        let id = self.id();
        let queued = self.world.store.read(|tx| tx.queued_checks(id, 16))?;
        self.lane
            .looked
            .retain(|check, _| queued.iter().any(|queued| queued.id == *check));
        for check in queued {
            if self.busy.contains(&check.opportunity) {
                continue;
            }
            let fresh = self
                .lane
                .looked
                .get(&check.id)
                .is_some_and(|look| now.since(look.seen_at) < FRESH);
            if !fresh {
                self.lane.looked.remove(&check.id);
                self.world.store.write(|tx| {
                    let bell = Bell::at_once(&check.opportunity, Source::Recheck, now);
                    match tx.bell(id, &check.opportunity)? {
                        Some(_) => Ok(()),
                        None => tx.ring(id, &bell),
                    }
                })?;
                continue;
            }
            let Some(observed) = self.lane.looked.remove(&check.id) else {
                continue;
            };
            self.lane.busy = true;
            let query = FormQuery {
                job: observed.posting.as_ref().map(|posting| posting.id.clone()),
                lang: Some(self.record.settings.default_language.clone()),
                recruiter: observed.recruiter().map(|(_, email)| email.to_owned()),
                values: None,
            };
            let (known, default) = (
                self.record.templates.clone(),
                self.record.settings.default_template.clone(),
            );
            self.job_about(&check.opportunity.clone(), async move {
                let tags = observed
                    .posting
                    .as_ref()
                    .map(|posting| posting.tags.clone())
                    .unwrap_or_default();
                let recruiter = query.recruiter.clone().unwrap_or_default();
                let form = read_form(&client, query, |form| {
                    start::select(&tags, form, &known, default.as_ref())
                        .ok()
                        .and_then(|selection| selection.template)
                })
                .await
                .map_err(|error| error.without([recruiter.as_str()]));
                Box::new(move |owner: &mut Self| {
                    owner.lane.busy = false;
                    if let Err(error) = owner.form_read(check.id, &observed, form) {
                        owner.ail(error.into(), true);
                        // Refapp is not asked for the form again and again while it cannot be stored that it was used.
                        owner.lane.trip(owner.now());
                    }
                }) as Then
            });
            return Ok(());
        }
        // Queued ones may just have rung their bells.
        self.start_looks(now)
    }

    fn form_read(
        &mut self,
        id: CheckId,
        observed: &Observed,
        form: std::result::Result<Form, refapp::Error>,
    ) -> Result<()> {
        let now = self.now();
        let form = match form {
            Ok(form) => form,
            // Refused for this job alone: its own trouble. Anything else concerns all starts, and they wait.
            Err(error) => {
                return if let Kind::BadRequest { status, message } = &error.kind {
                    let reason = Reason::Refused {
                        status: *status,
                        message: message.as_str().to_owned(),
                    };
                    self.park(id, reason, now)
                } else {
                    self.refapp_answered(Some(&error));
                    Ok(())
                };
            }
        };
        self.refapp_answered(None);
        self.learn_templates(&form);
        let prepared = match self.prepare(observed, &form)? {
            Ok(prepared) => prepared,
            Err(reason) => {
                if matches!(reason, Reason::TemplateUnknown { .. }) {
                    self.remember_unlisted(observed);
                }
                return self.park(id, reason, now);
            }
        };
        self.send(id, prepared, now)
    }

    fn prepare(&self, observed: &Observed, form: &Form) -> Result<std::result::Result<Prepared, Reason>> {
        let settings = &self.record.settings;
        let tags = observed
            .posting
            .as_ref()
            .map(|posting| posting.tags.as_slice())
            .unwrap_or_default();
        let selection = match start::select(tags, form, &self.record.templates, settings.default_template.as_ref()) {
            Ok(selection) => selection,
            Err(reason) => return Ok(Err(reason)),
        };
        let values = match start::fill(form, selection.template.as_ref().map(|template| &template.id)) {
            Ok(values) => values,
            Err(reason) => return Ok(Err(reason)),
        };
        let key = self.world.store.read(|tx| self.start_key(tx, observed))?;
        let update_url = self.update_address().and_then(|address| Url::parse(&address).ok());
        let Some(event) = start::event(observed, &key, update_url, values) else {
            return Ok(Err(Reason::NoMemberEmail));
        };
        let mut badges = selection.badges;
        if event.candidate.name.is_one_word() {
            badges.insert(Badge::OneWordName);
        }
        Ok(Ok(Prepared {
            event,
            key,
            template: selection.template,
            coverage: form.questionnaires(&settings.default_language),
            badges,
        }))
    }

    /// The form does not know a template that is remembered as living: until a form lists it again, the tag that names
    /// it mends nothing.
    fn remember_unlisted(&mut self, observed: &Observed) {
        let tags = observed.posting.as_ref().map_or(&[][..], |posting| &posting.tags);
        let default = self.record.settings.default_template.as_ref();
        if let Choice::Named { template, .. } | Choice::Default { template } =
            choose(tags, &self.record.templates, default)
        {
            self.unlisted.insert(template.id);
        }
    }

    /// The first unspent key. A try that certainly was not applied has given its key back.
    fn start_key(&self, tx: &Tx<'_>, observed: &Observed) -> Result<EffectKey> {
        let posting = observed.posting.as_ref().map(|posting| &posting.id);
        let mut ordinal = 1;
        loop {
            let key = EffectKey::of(self.id(), &observed.opportunity.id, posting, "start", ordinal);
            if tx.spent(&key)?.is_none() {
                return Ok(key);
            }
            ordinal += 1;
        }
    }

    /// Intent first, durably; then the one request that mails a person.
    fn send(&mut self, id: CheckId, prepared: Prepared, now: Millis) -> Result<()> {
        // The form may have taken a while: somebody may have paused meanwhile.
        let running = self.record.standing == Standing::Running && !self.closing;
        let Some(client) = self.refapp.clone().filter(|_| running) else {
            return Ok(());
        };
        let connection = self.id();
        let Prepared {
            event,
            key,
            template,
            coverage,
            badges,
        } = prepared;
        let sent = self.world.store.write(|tx| {
            // It may have followed the candidate to another job since it was looked at: then it is looked at again.
            let as_seen = |check: &Check| check.phase == Phase::Queued && check.posting.as_ref() == Some(&event.job.id);
            let Some(mut check) = tx.check(id)?.filter(as_seen) else {
                return Ok(None);
            };
            if let Some(reason) = barred(tx, &check)? {
                park(tx, check, reason, now)?;
                return Ok(None);
            }
            let attempts = tx.effect(&key)?.map_or(0, |effect| effect.attempts);
            let effect = Effect {
                key: key.clone(),
                connection,
                check: id,
                kind: EffectKind::Start,
                state: EffectState::Sending,
                attempts,
                created_at: now,
                changed_at: now,
            };
            tx.put_effect(&effect)?;
            tx.spend(&key, now)?;
            tx.spend(&EffectKey::once(&check.opportunity, check.posting.as_ref()), now)?;
            tx.put_result(key.result_id(), &check)?;
            check.result = Some(key.result_id());
            check.template = template.map(|template| (template.id, template.name));
            check.coverage = Some(coverage);
            check.badges.extend(badges);
            check.effects += 1;
            let name = check
                .template
                .as_ref()
                .map(|(_, name)| name.clone())
                .unwrap_or_default();
            tell(tx, id, now, "form-read", &[("template", name)])?;
            tell(tx, id, now, "start-sent", &[])?;
            tx.put_check(&check, None)?;
            Ok::<_, store::Error>(Some((effect, check.opportunity)))
        })?;
        let Some((effect, opportunity)) = sent else {
            return Ok(());
        };
        self.lane.busy = true;
        self.job_about(&opportunity, async move {
            let answer = client.send(&event).await;
            // Its words may quote what was sent; they are stored with the check.
            let answer = answer.map_err(|error| error.without(event.personal()));
            Box::new(move |owner: &mut Self| {
                owner.lane.busy = false;
                owner.store_outcome(Outcome::Start(effect, answer.err()));
            }) as Then
        });
        Ok(())
    }

    pub(super) fn sent(&mut self, effect: &Effect, error: Option<&refapp::Error>) -> Result<()> {
        let now = self.now();
        let mut effect = effect.clone();
        effect.changed_at = now;
        let (state, phase) = match error {
            None => (EffectState::Confirmed, Some(Phase::Started)),
            Some(error) => match (error.outcome(), &error.kind) {
                (refapp::Outcome::Unknown, _) => (EffectState::Unknown, Some(Phase::Parked(Reason::StartUnknown))),
                (refapp::Outcome::NotApplied, Kind::BadRequest { status, message }) => {
                    let reason = Reason::Refused {
                        status: *status,
                        message: message.as_str().to_owned(),
                    };
                    (EffectState::Failed, Some(Phase::Parked(reason)))
                }
                // Certainly not applied, and not because of this check: it stays queued.
                (refapp::Outcome::NotApplied, _) => (EffectState::Failed, None),
            },
        };
        effect.state = state;
        if state == EffectState::Failed {
            effect.attempts += 1;
        }
        self.world.store.write(|tx| {
            tx.put_effect(&effect)?;
            if state == EffectState::Failed {
                tx.unspend(&effect.key)?;
            }
            let Some(mut check) = tx.check(effect.check)? else {
                return Ok(());
            };
            // Started again by a person, it was started once all the same.
            if state == EffectState::Failed && !check.by_person {
                tx.unspend(&EffectKey::once(&check.opportunity, check.posting.as_ref()))?;
            }
            // Refapp's update may have come before its answer, and has settled it.
            if check.phase == Phase::Queued
                && let Some(phase) = phase
            {
                let (step, params) = match &phase {
                    Phase::Started => ("accepted", vec![]),
                    Phase::Parked(reason) => (
                        if *reason == Reason::StartUnknown {
                            "start-unknown"
                        } else {
                            "refused"
                        },
                        vec![("code", reason.code().to_string())],
                    ),
                    Phase::Queued | Phase::Skipped(_) => ("decided", vec![]),
                };
                tell(tx, check.id, now, step, &params)?;
                check.phase = phase;
                check.status_since = now;
                check.active_at = now;
            }
            keep(tx, &check, now)
        })?;
        match error {
            None => {
                self.start_settled();
                self.refapp_answered(None);
            }
            Some(error) if error.outcome() == refapp::Outcome::Unknown => {
                self.lane.trip(now);
                self.ail(Failure::new(Code::RefUnknown), false);
            }
            Some(error) if !matches!(error.kind, Kind::BadRequest { .. }) => self.refapp_answered(Some(error)),
            Some(_) => {}
        }
        Ok(())
    }

    /// Refapp took a start on, or Refapp or a person settled one of unknown outcome: the lane is open again.
    pub(super) fn start_settled(&mut self) {
        self.lane.release();
        self.heal(Code::RefUnknown);
    }

    /// Parks a check that has not been sent.
    fn park(&mut self, id: CheckId, reason: Reason, now: Millis) -> Result<()> {
        self.world.store.write(|tx| {
            let queued = tx.check(id)?.filter(|check| check.phase == Phase::Queued);
            queued.map_or(Ok(()), |check| park(tx, check, reason, now))
        })
    }
}

fn park(tx: &Tx<'_>, mut check: Check, reason: Reason, now: Millis) -> Result<()> {
    tell(tx, check.id, now, "parked", &[("code", reason.code().to_string())])?;
    check.phase = Phase::Parked(reason);
    check.status_since = now;
    check.active_at = now;
    keep(tx, &check, now)
}

/// The last guard before a start is sent: what its plan knew is asked of the database once more, in the transaction
/// that spends its key. Whatever went wrong before, nobody is mailed twice.
fn barred(tx: &Tx<'_>, check: &Check) -> Result<Option<Reason>> {
    // Its answer could not be stored, perhaps.
    let last = tx.last_start(check.id)?;
    if last.is_some_and(|start| matches!(start.state, EffectState::Sending | EffectState::Unknown)) {
        return Ok(Some(Reason::StartUnknown));
    }
    if check.by_person {
        return Ok(None);
    }
    let once = EffectKey::once(&check.opportunity, check.posting.as_ref());
    Ok(tx.spent(&once)?.map(|on| Reason::AlreadyChecked { on }))
}

/// Reads the form; and again with the values, where choosing the template changes it (`refapp-api.md §2.2`).
async fn read_form(
    client: &refapp::Client,
    query: FormQuery,
    template: impl FnOnce(&Form) -> Option<Template>,
) -> std::result::Result<Form, refapp::Error> {
    let form = client.form(&query).await?;
    let template = template(&form);
    match form.needs_refetch(template.as_ref().map(|template| &template.id)) {
        Some(values) => {
            client
                .form(&FormQuery {
                    values: Some(values),
                    ..query
                })
                .await
        }
        None => Ok(form),
    }
}
