//! The strict check of an event (refapp-api.md §3): what must be there, what may be null, what must not.

use serde_json::{Map, Value};

use crate::refapp::account::{Account, FormMode};
use crate::refapp::form;
use crate::switches::{EventRevision, Switches};

/// An event that passed.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) event_id: Option<String>,
    pub(crate) result_id: Option<String>,
    pub(crate) update_url: Option<String>,
    pub(crate) candidate_id: String,
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) recruiter: Person,
    pub(crate) team: Option<Vec<Person>>,
    pub(crate) job_id: String,
    pub(crate) job_title: String,
    pub(crate) webhook_data: Map<String, Value>,
}

#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) email: String,
    pub(crate) name: String,
}

/// An object of the event with its path, for messages.
struct Part<'a> {
    path: String,
    object: &'a Map<String, Value>,
}

type Checked<T> = Result<T, String>;

impl<'a> Part<'a> {
    fn of(value: Option<&'a Value>, path: String) -> Checked<Self> {
        match value {
            Some(Value::Object(object)) => Ok(Self { path, object }),
            None => Err(format!("{path} is required")),
            Some(_) => Err(format!("{path} must be an object")),
        }
    }

    fn at(&self, key: &str) -> String {
        format!("{}.{key}", self.path)
    }

    fn part(&self, key: &str) -> Checked<Part<'a>> {
        Part::of(self.object.get(key), self.at(key))
    }

    /// N: absent or null, else a string.
    fn nullable(&self, key: &str) -> Checked<Option<String>> {
        match self.object.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(format!("{} must be a string", self.at(key))),
        }
    }

    /// O: absent or a string; null is refused.
    fn optional(&self, key: &str) -> Checked<Option<String>> {
        match self.object.get(key) {
            Some(Value::Null) => Err(format!("{} must not be null", self.at(key))),
            _ => self.nullable(key),
        }
    }

    /// R: a string.
    fn required(&self, key: &str) -> Checked<String> {
        match self.object.get(key) {
            Some(Value::String(text)) => Ok(text.clone()),
            None => Err(format!("{} is required", self.at(key))),
            Some(_) => Err(format!("{} must be a string", self.at(key))),
        }
    }

    /// R: a string or a number.
    fn required_id(&self, key: &str) -> Checked<String> {
        match self.object.get(key) {
            Some(Value::Number(number)) => Ok(number.to_string()),
            _ => self.required(key),
        }
    }

    fn nullable_bool(&self, key: &str) -> Checked<()> {
        match self.object.get(key) {
            None | Some(Value::Null | Value::Bool(_)) => Ok(()),
            Some(_) => Err(format!("{} must be a boolean", self.at(key))),
        }
    }

    fn only(&self, switches: &Switches, known: &[&str]) -> Checked<()> {
        let unknown = self.object.keys().find(|key| !known.contains(&key.as_str()));
        match unknown {
            Some(key) if switches.unknown_keys_refused => Err(format!("{} is not known", self.at(key))),
            _ => Ok(()),
        }
    }

    /// First and last name: R in the old revision, N in the new one.
    fn names(&self, switches: &Switches) -> Checked<(Option<String>, Option<String>)> {
        match switches.event_revision {
            EventRevision::Old => Ok((Some(self.required("first-name")?), Some(self.required("last-name")?))),
            EventRevision::New => Ok((self.nullable("first-name")?, self.nullable("last-name")?)),
        }
    }
}

fn joined(first: Option<&str>, last: Option<&str>) -> String {
    [first, last]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn person(account: &Account, switches: &Switches, part: &Part) -> Checked<Person> {
    const KNOWN: [&str; 8] = [
        "email",
        "first-name",
        "last-name",
        "name",
        "phone",
        "country-calling-code",
        "ats-url",
        "external-user-identifier",
    ];
    part.only(switches, &KNOWN)?;
    let email = part.required("email")?;
    if !email.contains('@') {
        return Err(format!("{} is not an e-mail address", part.at("email")));
    }
    let foreign = !email.to_lowercase().ends_with(&format!("@{}", account.domain));
    if foreign && switches.foreign_domains_refused {
        return Err(format!("{} is outside the account's domain", part.at("email")));
    }
    let (first, last) = (part.nullable("first-name")?, part.nullable("last-name")?);
    let name = part.nullable("name")?;
    part.nullable("phone")?;
    part.nullable("country-calling-code")?;
    part.nullable("ats-url")?;
    match part.object.get("external-user-identifier") {
        None | Some(Value::Null | Value::String(_)) => {}
        Some(Value::Array(list)) if list.iter().all(Value::is_string) => {}
        Some(_) => {
            return Err(format!(
                "{} must be a string or strings",
                part.at("external-user-identifier")
            ));
        }
    }
    let name = match (&first, &last, name) {
        (Some(first), Some(last), _) => joined(Some(first), Some(last)),
        (_, _, Some(name)) => name,
        _ => joined(first.as_deref(), last.as_deref()),
    };
    Ok(Person { email, name })
}

fn referees(switches: &Switches, candidate: &Part) -> Checked<()> {
    let list = match candidate.object.get("referees") {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(format!("{} must be an array", candidate.at("referees"))),
    };
    for (index, referee) in list.iter().enumerate() {
        let part = Part::of(Some(referee), candidate.at(&format!("referees[{index}]")))?;
        part.names(switches)?;
        for key in ["email", "phone", "country-calling-code", "language"] {
            part.nullable(key)?;
        }
    }
    Ok(())
}

/// Checks an event; the message names the field at fault.
pub(crate) fn check(account: &Account, switches: &Switches, body: &Value) -> Checked<Accepted> {
    let event = Part::of(body.get("partner-event"), "partner-event".into())?;
    event.only(
        switches,
        &["id", "company", "candidate", "partner-result", "webhook-data"],
    )?;
    let event_id = event.optional("id")?;
    if event.object.contains_key("company") || switches.company_required {
        let company = event.part("company")?;
        company.required("uuid")?;
        company.nullable("name")?;
        company.nullable("ats-url")?;
    }

    let candidate = event.part("candidate")?;
    candidate.only(
        switches,
        &[
            "id",
            "first-name",
            "last-name",
            "email",
            "phone",
            "country-calling-code",
            "language",
            "ats-url",
            "referees",
            "recruiter",
            "job",
        ],
    )?;
    let candidate_id = candidate.required_id("id")?;
    let (first, last) = candidate.names(switches)?;
    let (email, phone) = (candidate.nullable("email")?, candidate.nullable("phone")?);
    candidate.nullable("country-calling-code")?;
    let language = candidate.nullable("language")?;
    candidate.nullable("ats-url")?;
    referees(switches, &candidate)?;
    let recruiter = person(account, switches, &candidate.part("recruiter")?)?;

    let job = candidate.part("job")?;
    job.only(
        switches,
        &[
            "id",
            "title",
            "private-title",
            "client-name",
            "recruiting-team",
            "ats-url",
            "ats-name",
            "ats-public-key",
            "description",
        ],
    )?;
    let (job_id, job_title) = (job.required_id("id")?, job.required("title")?);
    job.nullable_bool("private-title")?;
    for key in ["client-name", "ats-url", "ats-name", "ats-public-key", "description"] {
        job.nullable(key)?;
    }
    let team = match job.object.get("recruiting-team") {
        None | Some(Value::Null) => None,
        Some(Value::Array(list)) => Some(
            list.iter()
                .enumerate()
                .map(|(index, member)| {
                    let part = Part::of(Some(member), job.at(&format!("recruiting-team[{index}]")))?;
                    person(account, switches, &part)
                })
                .collect::<Checked<Vec<_>>>()?,
        ),
        Some(_) => return Err(format!("{} must be an array", job.at("recruiting-team"))),
    };

    let result = event.part("partner-result")?;
    result.only(switches, &["id", "status", "update-url"])?;
    let result_id = if switches.partner_result_id_required {
        Some(result.required("id")?)
    } else {
        result.nullable("id")?
    };
    let status = result.optional("status")?;
    if status.is_some_and(|status| !["sending", "sent", "pending", "completed", "failed"].contains(&status.as_str())) {
        return Err(format!("{} is not a status", result.at("status")));
    }
    let update_url = result.nullable("update-url")?;

    let webhook_data = match event.object.get("webhook-data") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(data)) => data.clone(),
        Some(_) => return Err(format!("{} must be an object", event.at("webhook-data"))),
    };
    for (key, value) in &webhook_data {
        if !matches!(value, Value::String(_) | Value::Bool(_) | Value::Number(_)) {
            return Err(format!(
                "partner-event.webhook-data.{key} must be a string, a boolean or a number"
            ));
        }
    }
    chosen(account, &job_id, &webhook_data)?;

    Ok(Accepted {
        event_id,
        result_id,
        update_url,
        candidate_id,
        name: joined(first.as_deref(), last.as_deref()),
        email,
        phone,
        language,
        recruiter,
        team,
        job_id,
        job_title,
        webhook_data,
    })
}

/// Checks the form's values: known template and questionnaires, required fields filled.
fn chosen(account: &Account, job: &str, data: &Map<String, Value>) -> Checked<()> {
    if form::is_existing(account, Some(job)) {
        return Ok(());
    }
    let fields = form::fields(account, "", Some(job), &Value::Object(data.clone()), false);
    for field in &fields {
        let id = field["id"].as_str().unwrap_or_default();
        let value = data.get(id);
        let options = field["options"].as_array().filter(|_| field["type"] == "select");
        let empty = value.is_none_or(|value| value.as_str() == Some(""));
        if field["required"] == Value::Bool(true) && empty {
            return Err(format!("partner-event.webhook-data.{id} is required"));
        }
        if let (Some(value), Some(options)) = (value, options) {
            let known = empty || options.iter().any(|option| option["id"] == *value);
            if !known && id == "project-template-id" {
                return Err(format!(
                    "Unknown project template: {}",
                    value.as_str().unwrap_or_default()
                ));
            }
            if !known {
                return Err(format!("partner-event.webhook-data.{id} is not one of the options"));
            }
        }
    }
    // A template id in a form that offers none is unknown all the same.
    let stray = data
        .get("project-template-id")
        .filter(|_| account.form == FormMode::Questionnaire);
    match stray {
        Some(id) => Err(format!("Unknown project template: {}", id.as_str().unwrap_or_default())),
        None => Ok(()),
    }
}
