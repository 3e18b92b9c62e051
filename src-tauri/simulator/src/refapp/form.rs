//! The config form: template mode, questionnaire mode with refetch, both at once, existing project (refapp-api.md §2).

use serde_json::{Value, json};

use crate::refapp::account::{Account, Choice, FormMode, Project};

pub(crate) fn moving_criteria() -> Value {
    json!([
        {"id": "background-check", "name": "Background check", "kind": "outcome", "outcomes": [
            {"id": "in_progress", "label": "In progress"}, {"id": "clear", "label": "Clear"},
            {"id": "declined", "label": "Declined", "hint": "Candidate said no"}]},
        {"id": "reference-score", "name": "References", "kind": "score", "range": {"min": 0, "max": 100}}
    ])
}

fn options(choices: &[Choice]) -> Vec<Value> {
    choices
        .iter()
        .map(|choice| json!({"id": choice.id, "label": choice.label}))
        .collect()
}

fn select(id: &str, label: &str, value: &str, choices: &[(&str, &str)]) -> Value {
    let options: Vec<_> = choices
        .iter()
        .map(|(id, label)| json!({"id": id, "label": label}))
        .collect();
    json!({"id": id, "type": "select", "label": label, "value": value, "options": options})
}

const CHANNELS: [(&str, &str); 4] = [
    ("disabled", "By hand"),
    ("sms", "SMS"),
    ("email", "E-mail"),
    ("email-sms", "E-mail and SMS"),
];

fn automation(fields: &mut Vec<Value>) {
    fields.push(json!({"id": "intro-ref-req", "type": "header", "label": "Referees", "disabled": true}));
    fields.push(select(
        "referee-requests-choice",
        "Ask the candidate by",
        "email-sms",
        &CHANNELS,
    ));
    let numbers = [("1", "1"), ("2", "2"), ("3", "3"), ("4", "4"), ("5", "5")];
    // Numbers of referees are strings (§2.1).
    fields.push(select("num-referees-requested", "Number of referees", "3", &numbers));
    fields.push(select(
        "referee-communication-automation",
        "Write to referees by",
        "email-sms",
        &CHANNELS,
    ));
}

fn template_select(account: &Account, refetch: bool, swedish: bool) -> Value {
    let label = if swedish { "Projektmall" } else { "Project template" };
    let mut field =
        json!({"id": "project-template-id", "type": "select", "label": label, "options": options(&account.templates)});
    let preset = account
        .default_template
        .as_ref()
        .filter(|id| account.templates.iter().any(|t| t.id == **id));
    if let Some(preset) = preset {
        field["value"] = json!(preset);
    }
    if account.template_required {
        field["required"] = json!(true);
    }
    if refetch {
        field["refetch"] = json!(true);
    }
    field
}

fn questionnaire_selects(account: &Account) -> Vec<Value> {
    account
        .questionnaires
        .iter()
        .map(|(language, questionnaires)| {
            let mut choices = vec![json!({"id": "", "label": "None"})];
            choices.extend(options(questionnaires));
            let mut field = json!({"id": format!("form-{language}"), "type": "select",
                "label": format!("Questions ({language})"), "placeholder": "Choose questions", "options": choices});
            if account.questionnaires_preset {
                field["value"] = json!(questionnaires.first().map_or("", |first| first.id.as_str()));
            }
            field
        })
        .collect()
}

fn questionnaire_form(account: &Account, values: &Value) -> Vec<Value> {
    let external = values["external-recruitment-enabled"] == json!(true);
    let mut fields = vec![
        json!({"id": "intro", "type": "header", "label": "Settings for the Refapp project of this job", "disabled": true}),
        json!({"id": "hide-project-name", "type": "checkbox", "label": "Hide the project's name", "value": false}),
        json!({"id": "external-recruitment-enabled", "type": "checkbox", "label": "Recruiting for a client",
            "value": external, "refetch": true}),
    ];
    if external {
        // Shown only once the box is ticked: what a refetch is for (§2.2).
        fields
            .push(json!({"id": "external-recruitment-customer", "type": "text", "label": "Client", "required": true}));
        fields.push(
            json!({"id": "external-recruitment-hide-customer", "type": "checkbox", "label": "Hide the client",
            "value": false}),
        );
    }
    let mut cost_centre = json!({"id": "cost-centre", "type": "text", "label": "Cost centre"});
    if account.cost_centre_required {
        cost_centre["required"] = json!(true);
    }
    fields.push(cost_centre);
    fields.extend(questionnaire_selects(account));
    fields.push(
        json!({"id": "relation-verification", "type": "checkbox", "label": "Ask about the relation", "value": false}),
    );
    automation(&mut fields);
    fields
}

fn existing_project(account: &Account, project: &Project, origin: &str) -> Vec<Value> {
    let url = format!("{origin}/refapp/project/{}", project.id);
    let mut fields = vec![json!({"id": "intro", "type": "subheader", "label-class": "info",
        "label": format!("The project exists: {url}"),
        "label-markdown": format!("The project exists: [open it]({url})"),
        "label-html": format!("<p>The project exists: <a href=\"{url}\">open it</a></p>\n")})];
    for (language, questionnaires) in &account.questionnaires {
        if let Some(questionnaire) = questionnaires.first() {
            fields.push(
                json!({"id": format!("form-{language}-informational-{}", questionnaire.id), "type": "text",
                "label": format!("Questions ({language})"), "value": questionnaire.label, "disabled": true}),
            );
        }
    }
    if account.form == FormMode::Questionnaire {
        // The automation stays editable (§2.4).
        automation(&mut fields);
    }
    fields
}

/// Whether a job's form is the one of an existing project.
pub(crate) fn is_existing(account: &Account, job: Option<&str>) -> bool {
    account.existing_project_form && job.is_some_and(|job| account.project_of(job).is_some())
}

/// The fields for a job, given the values that a refetch sends along.
pub(crate) fn fields(account: &Account, origin: &str, job: Option<&str>, values: &Value, swedish: bool) -> Vec<Value> {
    if account.existing_project_form
        && let Some(project) = job.and_then(|job| account.project_of(job))
    {
        return existing_project(account, project, origin);
    }
    let mut fields = match account.form {
        FormMode::Template => vec![template_select(account, false, swedish)],
        FormMode::Questionnaire => questionnaire_form(account, values),
        FormMode::Mixed => {
            let mut fields = vec![template_select(account, true, swedish)];
            fields.extend(questionnaire_form(account, values));
            fields
        }
    };
    for field in &mut fields {
        let kept = field["id"].as_str().and_then(|id| values.get(id)).cloned();
        if let (Some(kept), Some("select" | "checkbox" | "text")) = (kept, field["type"].as_str()) {
            field["value"] = kept;
        }
    }
    fields
}
