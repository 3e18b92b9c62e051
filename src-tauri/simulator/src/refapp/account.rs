//! What the Refapp account holds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Which form `GET config` shows (refapp-api.md §2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FormMode {
    /// A project template is chosen.
    Template,
    /// Questionnaires and automation are chosen.
    Questionnaire,
    /// Both at once; no published example has it.
    Mixed,
}

/// A template or a questionnaire.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Choice {
    pub(crate) id: String,
    pub(crate) label: String,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Member {
    pub(crate) email: String,
    pub(crate) name: String,
    /// False where the organisation blocks invitations.
    pub(crate) invited: bool,
}

/// One project per job id.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Project {
    pub(crate) id: String,
    pub(crate) job_id: String,
    pub(crate) title: String,
    pub(crate) template_id: Option<String>,
    pub(crate) template: Option<String>,
    pub(crate) members: Vec<Member>,
}

/// The five wire statuses (§5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Sending,
    Sent,
    Pending,
    Completed,
    Failed,
}

/// One reference check.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Check {
    /// The simulator's own id: two checks may share a result id.
    pub(crate) id: String,
    pub(crate) result_id: Option<String>,
    pub(crate) event_id: Option<String>,
    pub(crate) update_url: Option<String>,
    pub(crate) project_id: String,
    pub(crate) opportunity_id: String,
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) language: String,
    /// The part of the candidate link.
    pub(crate) candidate_id: String,
    /// The part of the report link.
    pub(crate) report_id: String,
    pub(crate) status: Status,
    /// Counts, once there are any.
    pub(crate) counts: Option<Counts>,
    pub(crate) fraud_warnings: Vec<String>,
    /// Set when completed.
    pub(crate) url: Option<String>,
    /// The project is on hold: no questionnaire in the candidate's language.
    pub(crate) on_hold: bool,
    /// Updates handed to the courier.
    pub(crate) updates: u64,
}

/// The figures of `assessment`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) total: u32,
    pub(crate) remaining_to_submit: u32,
    pub(crate) completed: u32,
    pub(crate) declined: u32,
}

impl Check {
    pub(crate) fn status_line(&self) -> String {
        match self.counts {
            Some(counts) => format!("{:?}, {} of {} answered", self.status, counts.completed, counts.total),
            None => format!("{:?}", self.status),
        }
    }
}

/// The account.
pub(crate) struct Account {
    pub(crate) token: String,
    /// Domain of its users' e-mails.
    pub(crate) domain: String,
    pub(crate) default_language: String,
    pub(crate) form: FormMode,
    /// Once a job has a project, config shows the existing-project form.
    pub(crate) existing_project_form: bool,
    pub(crate) templates: Vec<Choice>,
    /// Preset of `project-template-id`, if any.
    pub(crate) default_template: Option<String>,
    pub(crate) template_required: bool,
    pub(crate) cost_centre_required: bool,
    /// By language.
    pub(crate) questionnaires: BTreeMap<String, Vec<Choice>>,
    /// Whether the form presets the first questionnaire of each language.
    pub(crate) questionnaires_preset: bool,
    pub(crate) block_invitations: bool,
    /// Host name → bearer token, as Refapp's support configures it.
    pub(crate) update_hosts: BTreeMap<String, String>,
    pub(crate) projects: Vec<Project>,
    pub(crate) checks: Vec<Check>,
}

impl Account {
    /// The latest check with this id or this result id.
    pub(crate) fn check_mut(&mut self, id: &str) -> Option<&mut Check> {
        self.checks
            .iter_mut()
            .rev()
            .find(|check| check.id == id || check.result_id.as_deref() == Some(id))
    }

    pub(crate) fn project_of(&self, job: &str) -> Option<&Project> {
        self.projects.iter().find(|project| project.job_id == job)
    }
}
