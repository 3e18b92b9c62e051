//! The event that starts a check.

use model::{OpportunityId, PostingId, ResultId};
use serde::Serialize;
use url::Url;
use uuid::Uuid;

use crate::Values;

/// `job.ats-name`: where our candidates come from.
const ATS_NAME: &str = "Lever";
/// `partner-result.status` of a start.
const STATUS: &str = "sending";

/// A start (`refapp-api.md §3`). It holds personal data, so it does not print.
///
/// Everything that either revision of the contract requires is always sent; what is optional is absent rather than
/// `null`, which some fields refuse. Never sent: hiring manager, referees, language, public key.
#[derive(Clone, PartialEq)]
pub struct Event {
    /// `partner-event.id`.
    pub id: Uuid,
    /// `partner-result.id`: the only correlation of the updates that follow.
    pub result: ResultId,
    /// Where Refapp PUTs its updates; without it none come.
    pub update_url: Option<Url>,
    pub candidate: Candidate,
    /// Whoever moved the candidate: gets access to the project.
    pub recruiter: Person,
    pub job: Job,
    /// Further members of the project. The recruiter is put in front of them, and nobody is in it twice
    /// (`refapp-api.md §3.4`).
    pub team: Vec<Person>,
    /// `webhook-data`.
    pub values: Values,
}

impl Event {
    /// What it says of people: names and addresses.
    pub fn personal(&self) -> impl Iterator<Item = &str> {
        let candidate = &self.candidate;
        let addresses = [&candidate.email, &candidate.phone].into_iter().flatten();
        let people = std::iter::once(&self.recruiter).chain(&self.team);
        addresses
            .map(String::as_str)
            .chain(people.clone().map(|person| person.email.as_str()))
            .chain(candidate.name.parts())
            .chain(people.flat_map(|person| person.name.parts()))
    }
}

/// The candidate. There is deliberately no language: Refapp uses the account's default (`rules.md` 10).
#[derive(Clone, PartialEq)]
pub struct Candidate {
    pub id: OpportunityId,
    pub name: Name,
    pub email: Option<String>,
    /// With its country code, where the ATS has one.
    pub phone: Option<String>,
    /// The way back to the candidate in the ATS.
    pub ats_url: Option<Url>,
}

/// A recruiter or another member of the project.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    pub name: Name,
    /// Identifies the Refapp user.
    pub email: String,
}

/// The job: one Refapp project per id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Job {
    pub id: PostingId,
    pub title: String,
}

/// A name in Refapp's two parts. See [`split_name`].
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Name {
    pub first: String,
    pub last: String,
}

impl Name {
    fn parts(&self) -> [&str; 2] {
        [&self.first, &self.last]
    }

    /// The whole name was one word, or none: worth a warning (`refapp-api.md §3.2`).
    pub fn is_one_word(&self) -> bool {
        self.last.is_empty()
    }
}

/// Splits a whole name at its last space; one word is a first name (`refapp-api.md §3.2`).
pub fn split_name(full: &str) -> Name {
    let full = full.trim();
    let (first, last) = full.rsplit_once(char::is_whitespace).unwrap_or((full, ""));
    Name {
        first: first.trim_end().to_owned(),
        last: last.to_owned(),
    }
}

impl Event {
    /// The JSON of the request. `company` is left out, as the sample for an account does (`refapp-api.md §3.1`).
    pub(crate) fn body(&self) -> impl Serialize {
        Body {
            partner_event: PartnerEvent {
                id: self.id,
                candidate: CandidateBody {
                    id: self.candidate.id.clone(),
                    first_name: self.candidate.name.first.clone(),
                    last_name: self.candidate.name.last.clone(),
                    email: present(self.candidate.email.as_deref()),
                    phone: present(self.candidate.phone.as_deref()),
                    ats_url: self.candidate.ats_url.clone(),
                    recruiter: PersonBody::of(&self.recruiter),
                    job: JobBody {
                        id: self.job.id.clone(),
                        title: self.job.title.clone(),
                        ats_name: ATS_NAME,
                        recruiting_team: self.recruiting_team(),
                    },
                },
                partner_result: PartnerResult {
                    id: self.result,
                    status: STATUS,
                    update_url: self.update_url.clone(),
                },
                webhook_data: (!self.values.is_empty()).then(|| self.values.clone()),
            },
        }
    }

    fn recruiting_team(&self) -> Vec<PersonBody> {
        let mut team: Vec<PersonBody> = Vec::new();
        for person in std::iter::once(&self.recruiter).chain(&self.team) {
            let person = PersonBody::of(person);
            let same = |other: &PersonBody| other.email.to_lowercase() == person.email.to_lowercase();
            if !person.email.is_empty() && !team.iter().any(same) {
                team.push(person);
            }
        }
        team
    }
}

fn present(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Body {
    partner_event: PartnerEvent,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct PartnerEvent {
    id: Uuid,
    candidate: CandidateBody,
    partner_result: PartnerResult,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_data: Option<Values>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct CandidateBody {
    id: OpportunityId,
    first_name: String,
    last_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ats_url: Option<Url>,
    recruiter: PersonBody,
    job: JobBody,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct JobBody {
    id: PostingId,
    title: String,
    ats_name: &'static str,
    recruiting_team: Vec<PersonBody>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct PersonBody {
    first_name: String,
    last_name: String,
    email: String,
}

impl PersonBody {
    fn of(person: &Person) -> Self {
        Self {
            first_name: person.name.first.clone(),
            last_name: person.name.last.clone(),
            email: person.email.trim().to_owned(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct PartnerResult {
    id: ResultId,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    update_url: Option<Url>,
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::Value;

    fn person(full: &str, email: &str) -> Person {
        Person {
            name: split_name(full),
            email: email.to_owned(),
        }
    }

    /// The example of `refapp-api.md §3`.
    pub(crate) fn example() -> Event {
        Event {
            id: "bb2adece-e2ad-49af-a023-29c3643ce7f5".parse().unwrap(),
            result: "b5d5e8a3-6cc6-4f3d-b09f-6a453fba8475".parse().unwrap(),
            update_url: Url::parse("https://relay.example.com/refapp/1ed41bhiktAuQQADB").ok(),
            candidate: Candidate {
                id: "69168fc1-fff7-413d-96fc-df860b1ab892".into(),
                name: split_name("Kim Berg"),
                email: Some("kim.berg@example.com".to_owned()),
                phone: Some("+46701740612".to_owned()),
                ats_url: Url::parse("https://hire.lever.co/candidates/69168fc1-fff7-413d-96fc-df860b1ab892").ok(),
            },
            recruiter: person("Jonas Ek", "jonas.ek@example.com"),
            job: Job {
                id: "d0e414d9-68ed-4851-9ae0-a30dfef64997".into(),
                title: "Backend Developer".to_owned(),
            },
            team: vec![person("Astrid Lund", "astrid.lund@example.com")],
            values: Values::from([("project-template-id".to_owned(), "vTmsuAXU1U81Ow3Gu".into())]),
        }
    }

    fn body(event: &Event) -> Json {
        serde_json::to_value(event.body()).unwrap()
    }

    #[test]
    fn the_example_of_the_contract_is_written_word_for_word() {
        assert_eq!(
            body(&example()),
            json!({
              "partner-event": {
                "id": "bb2adece-e2ad-49af-a023-29c3643ce7f5",
                "candidate": {
                  "id": "69168fc1-fff7-413d-96fc-df860b1ab892",
                  "first-name": "Kim", "last-name": "Berg",
                  "email": "kim.berg@example.com", "phone": "+46701740612",
                  "ats-url": "https://hire.lever.co/candidates/69168fc1-fff7-413d-96fc-df860b1ab892",
                  "recruiter": {"first-name": "Jonas", "last-name": "Ek", "email": "jonas.ek@example.com"},
                  "job": {
                    "id": "d0e414d9-68ed-4851-9ae0-a30dfef64997",
                    "title": "Backend Developer",
                    "ats-name": "Lever",
                    "recruiting-team": [
                      {"first-name": "Jonas", "last-name": "Ek", "email": "jonas.ek@example.com"},
                      {"first-name": "Astrid", "last-name": "Lund", "email": "astrid.lund@example.com"}
                    ]
                  }
                },
                "partner-result": {
                  "id": "b5d5e8a3-6cc6-4f3d-b09f-6a453fba8475",
                  "status": "sending",
                  "update-url": "https://relay.example.com/refapp/1ed41bhiktAuQQADB"
                },
                "webhook-data": {"project-template-id": "vTmsuAXU1U81Ow3Gu"}
              }
            })
        );
    }

    #[test]
    fn what_is_not_there_is_absent_and_never_null() {
        let mut event = example();
        event.update_url = None;
        event.candidate.email = Some("  ".to_owned());
        event.candidate.phone = None;
        event.candidate.ats_url = None;
        event.candidate.name = split_name("Kim");
        event.values = Values::new();
        let body = body(&event);
        assert!(!body.to_string().contains("null"), "{body}");
        assert!(!body.to_string().contains("language"), "{body}");
        let event = &body["partner-event"];
        assert_eq!(event["candidate"]["last-name"], "");
        assert!(event.get("webhook-data").is_none());
        assert!(event["candidate"].get("email").is_none());
        assert!(event["partner-result"].get("update-url").is_none());
    }

    #[test]
    fn nobody_is_in_the_team_twice_however_the_address_is_written() {
        let mut event = example();
        event.team = vec![
            person("J Ek", " JONAS.EK@example.com"),
            person("Astrid Lund", "astrid.lund@example.com"),
            person("A Lund", "Astrid.Lund@Example.com"),
            person("No Address", ""),
        ];
        let body = body(&event);
        let team = &body["partner-event"]["candidate"]["job"]["recruiting-team"];
        assert_eq!(team.as_array().unwrap().len(), 2, "{team}");
        assert_eq!(team[0]["first-name"], "Jonas");
    }

    #[test]
    fn values_keep_their_types() {
        let mut event = example();
        event.values = Values::from([
            ("hide-project-name".to_owned(), Value::Flag(false)),
            ("num-referees-requested".to_owned(), "3".into()),
            ("weight".to_owned(), Value::Number(2.into())),
        ]);
        assert_eq!(
            body(&event)["partner-event"]["webhook-data"],
            json!({"hide-project-name": false, "num-referees-requested": "3", "weight": 2})
        );
    }

    #[test]
    fn a_name_is_split_at_its_last_space() {
        for (full, first, last) in [
            ("Kim Berg", "Kim", "Berg"),
            (" Anna  Maria  von Berg ", "Anna  Maria  von", "Berg"),
            ("Kim\u{a0}Berg", "Kim", "Berg"),
            ("Kim", "Kim", ""),
            ("", "", ""),
        ] {
            let name = split_name(full);
            assert_eq!((&*name.first, &*name.last), (first, last), "{full:?}");
            assert_eq!(name.is_one_word(), last.is_empty());
        }
    }

    proptest! {
        #[test]
        fn no_letter_of_a_name_is_lost(full in "\\PC{0,40}") {
            let name = split_name(&full);
            let letters = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(letters(&format!("{}{}", name.first, name.last)), letters(&full));
            prop_assert!(!name.last.contains(char::is_whitespace));
        }
    }
}
