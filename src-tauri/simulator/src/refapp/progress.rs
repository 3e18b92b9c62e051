//! How a check begins, goes on and ends, and what Refapp tells the address it was given (refapp-api.md §4).

use serde_json::{Value, json};

use crate::courier::Parcel;
use crate::refapp::account::{Check, Counts, FormMode, Member, Project, Status};
use crate::refapp::event::{Accepted, Person};
use crate::refapp::form;
use crate::switches::{UpdateBody, UpdateMethod};
use crate::world::World;

/// Starts a check. A result id that was seen before starts a second one: Refapp documents no idempotency.
pub(crate) fn begin(world: &mut World, event: Accepted) -> Value {
    let ids = (world.short_id(17), world.short_id(8), world.short_id(8));
    let new_project = world.short_id(17);
    let fallback_ids = world.refapp.templates.first().map(|template| template.id.clone());
    let refapp = &mut world.refapp;
    let existed = refapp.project_of(&event.job_id).is_some();
    let on_hold = {
        let language = event.language.as_ref().unwrap_or(&refapp.default_language);
        let chosen = event
            .webhook_data
            .get(&format!("form-{language}"))
            .and_then(Value::as_str)
            .unwrap_or_default();
        refapp.form == FormMode::Questionnaire && !form::is_existing(refapp, Some(&event.job_id)) && chosen.is_empty()
    };
    if !existed {
        let chosen = event
            .webhook_data
            .get("project-template-id")
            .and_then(Value::as_str)
            .map(str::to_owned);
        let template_id = match refapp.form {
            FormMode::Questionnaire => None,
            // Refapp's own default for new projects.
            FormMode::Template | FormMode::Mixed => chosen.or_else(|| refapp.default_template.clone()).or(fallback_ids),
        };
        let template = template_id
            .as_ref()
            .and_then(|id| refapp.templates.iter().find(|template| template.id == *id))
            .map(|template| template.label.clone());
        refapp.projects.push(Project {
            id: new_project,
            job_id: event.job_id.clone(),
            title: event.job_title.clone(),
            template_id,
            template,
            members: Vec::new(),
        });
    }
    let mut people = match &event.team {
        // Absent: the candidate's recruiter is the only member (§3.4).
        None => vec![event.recruiter.clone()],
        Some(team) => team.clone(),
    };
    if world.switches.recruiter_joins_team {
        people.push(event.recruiter.clone());
    }
    let invited = !refapp.block_invitations;
    let project = refapp
        .projects
        .iter_mut()
        .find(|project| project.job_id == event.job_id)
        .expect("it exists or was just made");
    for Person { email, name } in people {
        if !project
            .members
            .iter()
            .any(|member| member.email.eq_ignore_ascii_case(&email))
        {
            project.members.push(Member { email, name, invited });
        }
    }
    let repeat = event.result_id.is_some() && refapp.checks.iter().any(|check| check.result_id == event.result_id);
    let members: Vec<_> = project.members.iter().map(|member| member.email.clone()).collect();
    let effect = json!({"checkId": ids.0, "resultId": event.result_id, "opportunityId": event.candidate_id,
        "jobId": event.job_id, "projectId": project.id, "newProject": !existed, "templateId": project.template_id,
        "template": project.template, "recruiter": event.recruiter.email, "members": members, "repeat": repeat});
    let check = Check {
        id: ids.0,
        result_id: event.result_id,
        event_id: event.event_id,
        update_url: event.update_url,
        project_id: project.id.clone(),
        opportunity_id: event.candidate_id,
        name: event.name,
        email: event.email,
        phone: event.phone,
        language: event.language.unwrap_or_else(|| refapp.default_language.clone()),
        candidate_id: ids.1,
        report_id: ids.2,
        status: Status::Sending,
        counts: None,
        fraud_warnings: Vec::new(),
        url: None,
        on_hold,
        updates: 0,
    };
    refapp.checks.push(check);
    effect
}

/// One thing that happens to a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Whatever comes next if all goes well.
    Next,
    /// Refapp has taken it.
    Accept,
    /// The candidate names the referees.
    CandidateNamesReferees,
    /// One referee answers.
    RefereeAnswers,
    /// One referee says no.
    RefereeDeclines,
    /// The report is there.
    Complete,
    /// It will not finish.
    Fail,
}

impl Step {
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "next" => Self::Next,
            "accept" => Self::Accept,
            "candidate-names-referees" => Self::CandidateNamesReferees,
            "referee-answers" => Self::RefereeAnswers,
            "referee-declines" => Self::RefereeDeclines,
            "complete" => Self::Complete,
            "fail" => Self::Fail,
            _ => return None,
        })
    }
}

/// Referees that a project asks for.
const REFEREES: u32 = 3;
const FRESH: Counts = Counts {
    total: REFEREES,
    remaining_to_submit: REFEREES,
    completed: 0,
    declined: 0,
};

fn next(check: &Check) -> Option<Step> {
    match (check.status, check.counts) {
        (Status::Completed | Status::Failed, _) => None,
        (Status::Sending, _) => Some(Step::Accept),
        (Status::Sent, _) | (Status::Pending, None) => Some(Step::Next),
        (Status::Pending, Some(counts)) if counts.remaining_to_submit > 0 => Some(Step::CandidateNamesReferees),
        (Status::Pending, Some(counts)) if counts.completed + counts.declined < counts.total => {
            Some(Step::RefereeAnswers)
        }
        (Status::Pending, Some(_)) => Some(Step::Complete),
    }
}

/// Whether a check goes on by itself.
pub(crate) fn is_running(check: &Check) -> bool {
    next(check).is_some() && !(check.on_hold && check.status == Status::Sent)
}

/// Takes a step and tells the update address. False if there is no such check, or none to take.
pub(crate) fn step(world: &mut World, id: &str, step: Step) -> bool {
    let origin = world.origin.clone();
    let Some(check) = world.refapp.check_mut(id) else {
        return false;
    };
    let step = match step {
        Step::Next => match next(check) {
            Some(step) => step,
            None => return false,
        },
        step => step,
    };
    let counts = check.counts.unwrap_or(FRESH);
    match step {
        Step::Accept => check.status = Status::Sent,
        Step::Next => {
            check.status = Status::Pending;
            check.counts = Some(counts);
        }
        Step::CandidateNamesReferees => {
            check.status = Status::Pending;
            check.counts = Some(Counts {
                remaining_to_submit: 0,
                ..counts
            });
        }
        Step::RefereeAnswers => {
            check.status = Status::Pending;
            let completed = (counts.completed + 1).min(counts.total.saturating_sub(counts.declined));
            check.counts = Some(Counts {
                remaining_to_submit: 0,
                completed,
                ..counts
            });
        }
        Step::RefereeDeclines => {
            check.status = Status::Pending;
            let declined = (counts.declined + 1).min(counts.total.saturating_sub(counts.completed));
            check.counts = Some(Counts {
                remaining_to_submit: 0,
                declined,
                ..counts
            });
        }
        Step::Complete => {
            check.status = Status::Completed;
            let completed = counts.total.saturating_sub(counts.declined);
            check.counts = Some(Counts {
                remaining_to_submit: 0,
                completed,
                ..counts
            });
            check.url = Some(format!("{origin}/refapp/report/{}", check.report_id));
        }
        Step::Fail => check.status = Status::Failed,
    }
    let id = check.id.clone();
    tell(world, &id);
    true
}

/// The update's `attributes` and what is around them.
fn update(world: &World, check: &Check) -> Value {
    let origin = &world.origin;
    let candidate = format!("{origin}/refapp/candidate/{}", check.candidate_id);
    let entry = format!("{origin}/refapp/reference-entry/{}", check.candidate_id);
    let summary = match (check.status, check.counts) {
        (Status::Completed, _) => "All references received".to_owned(),
        (Status::Failed, _) => "The check was stopped".to_owned(),
        (_, Some(counts)) => format!("{} of {} references received", counts.completed, counts.total),
        (Status::Sending, None) => "Being sent".to_owned(),
        (_, None) => "Sent".to_owned(),
    };
    let mut attributes = json!({"status": check.status, "summary": summary,
        "candidateLink": {"url": candidate, "description": "Candidate in Refapp", "type": "candidate-url"},
        "candidateSubmissionPageLink": {"url": entry, "description": "For the candidate"}});
    if let Some(counts) = check.counts {
        let score = (100 * counts.completed + counts.total / 2)
            .checked_div(counts.total)
            .unwrap_or(0);
        attributes["assessment"] = json!({"type": "reference-check", "score": score, "total": counts.total,
            "remainingToSubmit": counts.remaining_to_submit, "completed": counts.completed, "declined": counts.declined});
        if !check.fraud_warnings.is_empty() && world.switches.fraud_warnings_sent {
            attributes["assessment"]["fraudWarnings"] = json!(check.fraud_warnings);
        }
    }
    if let Some(url) = &check.url {
        attributes["url"] = json!(url);
        attributes["attachments"] = json!([{"url": url, "description": "Report", "type": "report-url"},
            {"url": entry, "description": "For the candidate"}]);
        attributes["criteria"] = json!({"background-check": "clear", "reference-score": 82});
        attributes["details"] = json!({"Result": "Complete", "Breakdown": {"Candidate": check.name}});
    }
    if world.switches.update_nulls {
        for field in ["url", "assessment", "attachments", "criteria", "details"] {
            if attributes.get(field).is_none() {
                attributes[field] = Value::Null;
            }
        }
    }
    let bare = json!({"type": "partner-results", "id": check.result_id, "attributes": attributes});
    match world.switches.update_body {
        UpdateBody::Bare => bare,
        UpdateBody::Data => json!({"data": bare}),
    }
}

/// Sends the check's present state to its update address, if Refapp knows the address's host.
pub(crate) fn tell(world: &mut World, id: &str) -> bool {
    let Some(check) = world.refapp.checks.iter().rev().find(|check| check.id == id) else {
        return false;
    };
    let (Some(url), Some(result_id)) = (check.update_url.clone(), check.result_id.clone()) else {
        return false;
    };
    let Some(host) = url::Url::parse(&url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
    else {
        return false;
    };
    let Some(bearer) = world.refapp.update_hosts.get(&host).cloned() else {
        return false;
    };
    let body = update(world, check);
    let effect = json!({"checkId": check.id, "resultId": result_id, "status": check.status,
        "opportunityId": check.opportunity_id});
    let method = match world.switches.update_method {
        UpdateMethod::Put => "PUT",
        UpdateMethod::Patch => "PATCH",
        UpdateMethod::Post => "POST",
    };
    let tries = world.switches.update_tries;
    let parcel = Parcel::update(&result_id, method, url, (host, bearer), body, effect, tries);
    world.send(parcel);
    if let Some(check) = world.refapp.check_mut(id) {
        check.updates += 1;
    }
    true
}
