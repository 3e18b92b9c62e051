//! The event that starts a check.

use model::{OpportunityId, PostingId, ResultId};
use url::Url;
use uuid::Uuid;

use crate::Values;

/// A start (`refapp-api.md §3`). It holds personal data, so it does not print.
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
    /// Further members of the project. The recruiter is put in front of them, and nobody is in it twice.
    pub team: Vec<Person>,
    /// `webhook-data`.
    pub values: Values,
}

/// The candidate. There is deliberately no language: Refapp uses the account's default (`rules.md` 10).
#[derive(Clone, PartialEq)]
pub struct Candidate {
    pub id: OpportunityId,
    pub name: Name,
    pub email: Option<String>,
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
