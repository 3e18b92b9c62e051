//! Template tags: **Update**, and the same comparison by itself (`rules.md` 15, 16).

use lever::{Kind, Priority};
use model::{Code, Coverage, Failure, HOUR, MINUTE, Millis, Mode, PostingId, Right, TemplateTag};
use refapp::{Form, FormKind, FormQuery};
use store::{Carrier, Standing};

use super::{Owner, Then};
use crate::TemplateReport;
use crate::order::{Answer, Reply};
use crate::plan::template::compare;

/// Between two looks at what may have changed by itself.
const UPKEEP: i64 = HOUR;

impl Owner {
    /// Reads the templates and brings the carrier's tags into line; without a `reply` it only says whether they differ.
    pub(super) fn update_templates(&mut self, reply: Option<Reply>) {
        if matches!(self.record.carrier, Carrier::Gone | Carrier::Unknown { .. }) {
            return self.remake_carrier(reply);
        }
        let parts = (
            self.refapp.clone(),
            self.lever.as_ref().map(|client| client.with(Priority::Effect)),
            self.carrier(),
        );
        let (Some(refapp), Some(lever), Some(carrier)) = parts else {
            let failure = if self.carrier().is_none() {
                Code::LevCarrier
            } else {
                Code::AppNotNow
            };
            if let Some(reply) = reply {
                self.answer(reply, Err(failure.into()));
            }
            return;
        };
        let query = self.form_query();
        let postings = self.known_postings();
        let can_list = self.record.has(Right::ListPostings);
        self.job(async move {
            let form = read_account_form(&refapp, query, can_list.then_some(&lever), postings).await;
            let tags = lever
                .opportunity(&carrier)
                .await
                .map(|carrier| (carrier.tags, carrier.anonymised));
            Box::new(move |owner: &mut Self| owner.compare_tags(form, tags, reply)) as Then
        });
    }

    fn compare_tags(
        &mut self,
        form: Result<Form, refapp::Error>,
        tags: Result<(Vec<String>, bool), lever::Error>,
        reply: Option<Reply>,
    ) {
        let templates = match form {
            Err(error) if !is_refused(&error) => {
                self.refapp_answered(Some(&error));
                Err(Failure::from(&error))
            }
            form => {
                self.refapp_answered(None);
                let form = form.ok().filter(tells);
                let listed = form.as_ref().filter(|form| form.kind() == FormKind::Templates);
                // A form that lists no templates does not say that there are none.
                let templates = listed.map(Form::templates).ok_or_else(|| Code::AppNotNow.into());
                self.listed(templates.as_deref().unwrap_or_default());
                self.form = form.or(self.form.take());
                templates
            }
        };
        let gone = match &tags {
            Ok((_, anonymised)) => *anonymised,
            Err(error) => error.kind == Kind::NotFound,
        };
        if gone {
            // Somebody deleted or anonymised it: it is made again (rules.md 16), by the proof that makes it, with the
            // tags that are known. Then whoever asked gets what they asked for.
            self.carrier_is_gone();
            return self.remake_carrier(reply);
        }
        self.lever_answered("tags", tags.as_ref().err());
        let read = match (templates, tags) {
            (Ok(templates), Ok((tags, _))) => Ok((templates, tags)),
            (Err(failure), _) => Err(failure),
            (_, Err(error)) => Err(Failure::from(&error)),
        };
        let (templates, tags) = match read {
            Ok(read) => read,
            Err(failure) => return self.answer_if_asked(reply, Err(failure)),
        };
        let plan = compare(&self.record.templates, &templates, &tags);
        // A carrier is made for these tags: it gets its first ones by itself.
        let is_bare = !tags.iter().any(|tag| TemplateTag::parse(tag).is_some());
        if reply.is_none() && !(is_bare && plan.is_drift()) {
            // The comparison that runs by itself changes nothing else: it says that Update has something to do.
            if plan.is_drift() {
                self.ail(Code::TagDrift.into(), false);
            } else {
                self.heal(Code::TagDrift);
            }
            return;
        }
        let (Some(lever), Some(carrier)) = (self.lever.clone(), self.carrier()) else {
            return self.answer_if_asked(reply, Err(Code::AppNotNow.into()));
        };
        let acting = self.record.settings.acting_user.clone();
        let (can_postings, can_tags) = (self.record.has(Right::ListPostings), self.record.has(Right::ListTags));
        self.job(async move {
            let acting = acting.as_ref();
            let written: Result<(), lever::Error> = async {
                // Add first: a reader in between sees too many tags rather than too few.
                if !plan.add.is_empty() {
                    lever.add_tags(&carrier, &plan.add, acting).await?;
                }
                if !plan.remove.is_empty() {
                    lever.remove_tags(&carrier, &plan.remove, acting).await?;
                }
                Ok(())
            }
            .await;
            let dead: Vec<String> = plan
                .templates
                .iter()
                .flat_map(|template| {
                    let own = (!template.alive).then_some(&template.name);
                    own.into_iter()
                        .chain(&template.former)
                        .map(|name| TemplateTag::text_for(name))
                })
                .filter(|tag| {
                    !plan
                        .templates
                        .iter()
                        .any(|t| t.alive && TemplateTag::text_for(&t.name) == *tag)
                })
                .collect();
            let carried = still_carried(&lever, &dead, can_postings, can_tags).await;
            Box::new(move |owner: &mut Self| {
                owner.lever_answered("tags", written.as_ref().err());
                let report = match written {
                    Err(error) => {
                        owner.right_is_missing(&error);
                        Err(Failure::from(&error))
                    }
                    Ok(()) => {
                        owner.change(|record| record.templates = plan.templates);
                        owner.heal(Code::TagDrift);
                        Ok(Answer::Templates(TemplateReport {
                            at: owner.now(),
                            added: plan.added,
                            removed: plan.removed,
                            renamed: plan.renamed,
                            unchanged: plan.unchanged,
                            still_carried: carried.found,
                            not_seen: carried.not_seen,
                        }))
                    }
                };
                owner.answer_if_asked(reply, report);
            }) as Then
        });
    }

    fn answer_if_asked(&mut self, reply: Option<Reply>, answer: Result<Answer, Failure>) {
        if let Some(reply) = reply {
            self.answer(reply, answer);
        }
    }

    /// The account's own form was read, without a job.
    pub(super) fn account_form_read(&mut self, form: Form) {
        self.learn_templates(&form);
        self.form = Some(form);
        // Where Lever came first, the carrier has waited for this.
        if self.carrier().is_some() {
            self.update_templates(None);
        }
    }

    /// Whether candidates find questions in their language, as far as the account's form tells (`mission.md` M12).
    pub(super) fn coverage(&self) -> Option<Coverage> {
        let language = &self.record.settings.default_language;
        self.form.as_ref().map(|form| form.questionnaires(language))
    }

    /// Warns before Refapp would put a project on hold for want of questions.
    pub(super) fn watch_coverage(&mut self) {
        let missing = self.coverage() == Some(Coverage::Missing);
        self.say(Code::RefLanguage, missing, false);
    }

    /// A form that was read shows the templates: new ones are remembered; the tags wait for Update.
    pub(super) fn learn_templates(&mut self, form: &Form) {
        let templates = form.templates();
        self.listed(&templates);
        if !templates.is_empty() && self.record.templates.is_empty() {
            let plan = compare(&[], &templates, &[]);
            self.change(|record| record.templates = plan.templates);
            self.templates_are_known();
        }
    }

    fn listed(&mut self, templates: &[refapp::Template]) {
        self.unlisted
            .retain(|unlisted| !templates.iter().any(|template| template.id == *unlisted));
    }

    /// What may have changed by itself since the last time: stages, users, webhooks, templates.
    pub(super) fn start_upkeep(&mut self, now: Millis) {
        if now < self.next_upkeep {
            return;
        }
        self.next_upkeep = now.plus(UPKEEP);
        if let Err(error) = self
            .world
            .store
            .write(|tx| tx.forget_webhooks(now.plus(-15 * model::DAY)))
        {
            self.ail(error.into(), true);
        }
        if let Err(error) = self.purge(now) {
            self.ail(error.into(), true);
        }
        if self.record.standing == Standing::Disconnected {
            return;
        }
        if self.lever.is_none() {
            // A paused one takes in what happens, and a draft's steps are gone on with.
            if self.record.standing == Standing::Running || self.findings.contains_key(&Code::AppKeychain) {
                // The keychain was locked at start, perhaps: try again soon.
                self.connect_clients();
                self.open_door();
                self.next_upkeep = now.plus(MINUTE);
            }
            return;
        }
        self.read_users();
        if !self.record.stages.is_empty() {
            self.read_stages(None);
        }
        if self.record.mode == Mode::Observer {
            if self.record.standing == Standing::Running && !self.has_channel() {
                // Perhaps somebody has ticked the box again.
                self.prove_rights(false, None);
            }
            return;
        }
        if self.record.standing == Standing::Running {
            if let Err(error) = self.look_again(now) {
                self.ail(error.into(), true);
            }
            self.register_webhooks(Box::new(|_, _| {}));
            self.watch_posting_owners();
            if self.findings.contains_key(&Code::AppPublicUrl) {
                self.prove_public_url();
            }
            if self.misses_polling() || !self.has_channel() {
                // Perhaps somebody has ticked the box again.
                self.prove_rights(false, None);
            }
            if self.record.carrier != Carrier::None && !self.carrier_needs_person() {
                self.update_templates(None);
            }
        }
    }
}

/// Jobs whose form is asked for, where the account's own tells nothing.
const JOBS: usize = 3;

/// Refused without a job, which may just be Refapp's way (`refapp-api.md §6`): the form is not known, and nothing is
/// wrong.
pub(super) fn is_refused(error: &refapp::Error) -> bool {
    matches!(error.kind, refapp::Kind::BadRequest { .. })
}

/// The form of an existing project tells nothing of the account.
fn tells(form: &Form) -> bool {
    form.kind() != FormKind::ExistingProject
}

/// The account's form; where it is given for a job only (`refapp-api.md §6`), that of some job: one without a check, if
/// there is one to be seen, as the project of another exists already.
async fn read_account_form(
    client: &refapp::Client,
    query: FormQuery,
    lists_postings: Option<&lever::Client>,
    known: Vec<PostingId>,
) -> Result<Form, refapp::Error> {
    let without_job = client.form(&query).await;
    let asks_on = match &without_job {
        Ok(form) => !tells(form),
        Err(error) => is_refused(error),
    };
    if !asks_on {
        return without_job;
    }
    let mut jobs = Vec::new();
    if let Some(lever) = lists_postings
        && let Ok(postings) = lever.postings().await
    {
        let open = postings.into_iter().filter(|posting| posting.state != "closed");
        jobs.extend(open.map(|posting| posting.id).find(|id| !known.contains(id)));
    }
    jobs.extend(known);
    for job in jobs.into_iter().take(JOBS) {
        let query = FormQuery {
            job: Some(job),
            ..query.clone()
        };
        if let Ok(form) = client.form(&query).await
            && tells(&form)
        {
            return Ok(form);
        }
    }
    without_job
}

struct Carried {
    found: Vec<(String, String)>,
    not_seen: Option<Failure>,
}

/// Who still carries a dead tag, as far as the rights allow to see.
async fn still_carried(client: &lever::Client, dead: &[String], can_postings: bool, can_tags: bool) -> Carried {
    let mut carried = Carried {
        found: Vec::new(),
        not_seen: None,
    };
    if dead.is_empty() {
        return carried;
    }
    let missing = [(can_postings, Right::ListPostings), (can_tags, Right::ListTags)]
        .into_iter()
        .find(|(can, _)| !can);
    carried.not_seen = missing.map(|(_, right)| Failure::new(Code::LevRight).with("right", right.label()));
    if can_postings && let Ok(postings) = client.postings().await {
        for posting in postings {
            let tags = posting.tags.iter().filter(|tag| dead.contains(tag));
            carried
                .found
                .extend(tags.map(|tag| (tag.clone(), posting.text.clone())));
        }
    }
    if can_tags && let Ok(tags) = client.tags().await {
        let counted = tags.into_iter().filter(|tag| tag.count > 0 && dead.contains(&tag.text));
        carried
            .found
            .extend(counted.map(|tag| (tag.text, tag.count.to_string())));
    }
    carried
}
