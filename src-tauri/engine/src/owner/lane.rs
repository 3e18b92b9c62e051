//! The lane of starts: one at a time, each behind a form that was just read (`rules.md` 5).
//!
//! A start mails a real person and cannot be taken back. So it is sent only after Refapp answered for this very job,
//! its key is spent on disk before the first byte leaves, and a start of unknown outcome holds the lane until a form
//! answers again, so that an outage parks at most one.

use std::collections::HashMap;

use lever::Posting;
use model::sabotage::{self, Control};
use model::{CheckId, Code, Failure, Millis, Reason};
use refapp::{Event, Form, FormQuery, Template};
use store::{Bell, Effect, Result, Source, Standing};
use url::Url;

use super::outcome::Outcome;
use super::trouble::pause;
use super::{Owner, Then};
use crate::plan::observed::Observed;
use crate::plan::start;
use crate::plan::template::{Choice, choose};
use crate::step::{
    self,
    start::{FRESH, Intent},
};

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
        self.breaker.is_some_and(|(_, until)| now < until) && !sabotage::is(Control::NoBreaker)
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
            let recruiter = observed.recruiter().map(|(_, email)| email.to_owned());
            let form = self.form_for(client, observed.posting.as_ref(), recruiter);
            self.job_about(&check.opportunity.clone(), async move {
                let form = form.await;
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

    /// Refapp's form for this job and this recruiter.
    pub(super) fn form_for(
        &self,
        client: refapp::Client,
        posting: Option<&Posting>,
        recruiter: Option<String>,
    ) -> impl Future<Output = std::result::Result<Form, refapp::Error>> + Send + use<> {
        let query = FormQuery {
            job: posting.map(|posting| posting.id.clone()),
            lang: Some(self.record.settings.default_language.clone()),
            recruiter,
            values: None,
        };
        let tags = posting.map(|posting| posting.tags.clone()).unwrap_or_default();
        let known = self.record.templates.clone();
        let default = self.record.settings.default_template.clone();
        async move {
            let recruiter = query.recruiter.clone().unwrap_or_default();
            let template = |form: &Form| start::select(&tags, form, &known, default.as_ref()).ok()?.template;
            let form = read_form(&client, query, template).await;
            form.map_err(|error| error.without([recruiter.as_str()]))
        }
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
                return if let Some(reason) = step::start::refused(&error.kind) {
                    self.world.store.write(|tx| step::start::park(tx, id, reason, now))
                } else {
                    self.refapp_answered(Some(&error));
                    Ok(())
                };
            }
        };
        self.refapp_answered(None);
        self.learn_templates(&form);
        let update_url = self.update_url();
        let prepared = self
            .world
            .store
            .read(|tx| step::start::prepare(tx, &self.record, observed, &form, update_url))?;
        let (event, intent) = match prepared {
            Ok(prepared) => prepared,
            Err(reason) => {
                if matches!(reason, Reason::TemplateUnknown { .. }) {
                    self.remember_unlisted(observed);
                }
                return self.world.store.write(|tx| step::start::park(tx, id, reason, now));
            }
        };
        self.send(id, event, intent, now)
    }

    pub(super) fn update_url(&self) -> Option<Url> {
        self.update_address().and_then(|address| Url::parse(&address).ok())
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

    /// Intent first, durably; then the one request that mails a person.
    fn send(&mut self, id: CheckId, event: Event, intent: Intent, now: Millis) -> Result<()> {
        // The form may have taken a while: somebody may have paused meanwhile.
        let running = self.record.standing == Standing::Running && !self.closing;
        let Some(client) = self.refapp.clone().filter(|_| running) else {
            return Ok(());
        };
        let connection = self.id();
        sabotage::crash_at("start", "before-intent");
        let sent = self
            .world
            .store
            .write(|tx| step::start::intend(tx, connection, id, intent, now))?;
        let Some((effect, opportunity)) = sent else {
            return Ok(());
        };
        sabotage::crash_at("start", "after-intent");
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
        self.world
            .store
            .write(|tx| step::start::answered(tx, effect, error, now))?;
        match error {
            None => {
                self.start_settled();
                self.refapp_answered(None);
            }
            Some(error) if error.outcome() == refapp::Outcome::Unknown => {
                self.lane.trip(now);
                self.ail(Failure::new(Code::RefUnknown), false);
            }
            Some(error) if step::start::refused(&error.kind).is_none() => self.refapp_answered(Some(error)),
            Some(_) => {}
        }
        Ok(())
    }

    /// Refapp took a start on, or Refapp or a person settled one of unknown outcome: the lane is open again.
    pub(super) fn start_settled(&mut self) {
        self.lane.release();
        self.heal(Code::RefUnknown);
    }
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
