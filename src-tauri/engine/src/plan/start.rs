//! The event that starts a check (`rules.md` 7–10), from a fresh look and a fresh form.

use model::{Badge, EffectKey, Reason, TemplateBy, TemplateId};
use refapp::{Candidate, Event, Form, FormKind, Gap, Job, Person, Template, Values, split_name};
use store::KnownTemplate;
use url::Url;

use super::observed::{Member, Observed};
use super::template::{Choice, choose};

/// Which template goes into the form, and why.
#[derive(Clone, PartialEq, Debug)]
pub struct Selection {
    pub template: Option<Template>,
    pub by: TemplateBy,
}

impl Selection {
    /// What is to be said about it beside the check.
    pub fn badge(&self) -> Option<Badge> {
        match self.by {
            TemplateBy::FormerName => Some(Badge::FormerTemplateName),
            TemplateBy::WithoutEffect => Some(Badge::TemplateWithoutEffect),
            TemplateBy::Tag | TemplateBy::Default | TemplateBy::Refapp | TemplateBy::NotAsked => None,
        }
    }
}

/// Chooses the template for this form.
///
/// # Errors
/// The reason to park.
pub fn select(
    posting_tags: &[String],
    form: &Form,
    known: &[KnownTemplate],
    default: Option<&TemplateId>,
) -> Result<Selection, Reason> {
    if form.kind() != FormKind::Templates {
        // The project exists, or is made from questionnaires: no template can be sent, and the tag has no effect.
        let by = match choose(posting_tags, &[], None) {
            Choice::Nothing => TemplateBy::NotAsked,
            _ => TemplateBy::WithoutEffect,
        };
        return Ok(Selection { template: None, by });
    }
    let living: Vec<KnownTemplate> = form
        .templates()
        .into_iter()
        .map(|template| {
            let mut former = known
                .iter()
                .find(|k| k.id == template.id)
                .map(|k| k.former.clone())
                .unwrap_or_default();
            // Renamed since the last Update: the name that Lever's tag still carries is a former one now.
            former.extend(
                known
                    .iter()
                    .filter(|k| k.id == template.id && k.name != template.name)
                    .map(|k| k.name.clone()),
            );
            KnownTemplate {
                id: template.id,
                name: template.name,
                former,
                alive: true,
            }
        })
        .collect();
    let (template, by) = match choose(posting_tags, &living, default) {
        Choice::Named {
            template,
            former: false,
        } => (Some(template), TemplateBy::Tag),
        Choice::Named { template, former: true } => (Some(template), TemplateBy::FormerName),
        Choice::Default { template } => (Some(template), TemplateBy::Default),
        Choice::Nothing => (None, TemplateBy::Refapp),
        Choice::Unknown { tags } => return Err(Reason::TemplateUnknown { tags }),
        Choice::Several { tags } => return Err(Reason::TemplateSeveral { tags }),
    };
    Ok(Selection { template, by })
}

/// The form's values with the template put in.
///
/// # Errors
/// The reason to park: something required has no value.
pub fn fill(form: &Form, template: Option<&TemplateId>) -> Result<Values, Reason> {
    form.values(template).map_err(|gap| match gap {
        Gap::Template => Reason::TemplateRequired,
        Gap::Field { label } => Reason::FieldRequired { label },
    })
}

/// The event. `None` if the look lacks what [`super::assess`] would have parked.
pub fn event(observed: &Observed, key: &EffectKey, update_url: Option<Url>, values: Values) -> Option<Event> {
    let posting = observed.posting.as_ref()?;
    let (recruiter, email) = observed.recruiter()?;
    let opportunity = &observed.opportunity;
    let first =
        |mut texts: Box<dyn Iterator<Item = &str> + '_>| texts.find(|text| !text.trim().is_empty()).map(str::to_owned);
    Some(Event {
        id: key.event_id(),
        result: key.result_id(),
        update_url,
        candidate: Candidate {
            id: opportunity.id.clone(),
            name: split_name(&opportunity.name),
            email: first(Box::new(opportunity.emails.iter().map(String::as_str))),
            phone: first(Box::new(opportunity.phones.iter().map(|phone| phone.value.as_str()))),
            ats_url: opportunity.show_url.clone(),
        },
        recruiter: person(recruiter, email),
        team: observed
            .members()
            .into_iter()
            .filter_map(|(member, _)| member.email.as_deref().map(|email| person(member, email)))
            .collect(),
        job: Job {
            id: posting.id.clone(),
            title: posting.text.clone(),
        },
        values,
    })
}

fn person(member: &Member, email: &str) -> Person {
    Person {
        name: split_name(&member.name),
        email: email.to_owned(),
    }
}
