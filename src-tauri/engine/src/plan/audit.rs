//! What an open posting would do to a check of it, by the same functions as a start (`rules.md` 7, 8).

use lever::Posting;
use model::{AuditedOwner, AuditedPosting, AuditedTemplate, Coverage, Grade, Reason, TemplateBy, TemplateId};
use refapp::Form;
use store::KnownTemplate;

use super::start::{fill, select};

/// What is known of the connection.
pub struct Settings<'a> {
    pub templates: &'a [KnownTemplate],
    pub default_template: Option<&'a TemplateId>,
    pub language: &'a str,
}

/// Judges one posting. `form`: Refapp's form for this job, or the reason to park that its refusal is.
pub fn judge(
    posting: &Posting,
    owner: AuditedOwner,
    form: Result<&Form, Reason>,
    settings: &Settings<'_>,
) -> AuditedPosting {
    let coverage = form.as_ref().ok().map(|form| form.questionnaires(settings.language));
    let template = template(posting, form, settings);
    AuditedPosting {
        id: posting.id.clone(),
        title: posting.text.clone(),
        url: posting.show_url.as_ref().map(ToString::to_string),
        grade: of_template(&template).min(of_owner(&owner)).min(of_coverage(coverage)),
        template,
        owner,
        coverage,
    }
}

fn template(posting: &Posting, form: Result<&Form, Reason>, settings: &Settings<'_>) -> AuditedTemplate {
    let chosen = form.and_then(|form| {
        let selection = select(&posting.tags, form, settings.templates, settings.default_template)?;
        fill(form, selection.template.as_ref().map(|template| &template.id))?;
        Ok(selection)
    });
    match chosen {
        Ok(selection) => AuditedTemplate::Chosen {
            name: selection.template.map(|template| template.name),
            by: selection.by,
        },
        Err(reason) => AuditedTemplate::Parks {
            failure: reason.failure(),
        },
    }
}

fn of_template(template: &AuditedTemplate) -> Grade {
    match template {
        AuditedTemplate::Parks { .. } => Grade::Stops,
        AuditedTemplate::Chosen { by, .. } => match by {
            // It works, and a person should know that nobody has chosen it, that the tag will not do so for ever, or that
            // it does nothing.
            TemplateBy::Refapp | TemplateBy::FormerName | TemplateBy::WithoutEffect => Grade::Warns,
            TemplateBy::Tag | TemplateBy::Default | TemplateBy::NotAsked => Grade::Fine,
        },
    }
}

/// Whoever moves a candidate may be a member enough: without an owner a check is parked only if nobody is known who did.
fn of_owner(owner: &AuditedOwner) -> Grade {
    match owner {
        AuditedOwner::Fine { .. } => Grade::Fine,
        AuditedOwner::WithoutEmail { .. }
        | AuditedOwner::Deactivated { .. }
        | AuditedOwner::Nobody
        | AuditedOwner::Unread { .. } => Grade::Warns,
    }
}

fn of_coverage(coverage: Option<Coverage>) -> Grade {
    match coverage {
        Some(Coverage::Missing) => Grade::Warns,
        // Unchecked is not fine; but where a form shows templates only it is so of every posting.
        Some(Coverage::Covered | Coverage::Unchecked) | None => Grade::Fine,
    }
}

/// Worst first; those that are as bad as each other by their titles.
pub fn sort(postings: &mut [AuditedPosting]) {
    postings.sort_by(|one, other| (one.grade, &one.title, &one.id).cmp(&(other.grade, &other.title, &other.id)));
}
