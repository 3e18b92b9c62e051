//! Lever's resources, as far as we use them (`lever-api.md §6`).
//!
//! `Debug` of what holds personal data is deliberately missing: nothing can log it by accident.

use model::{Millis, NoteId, OpportunityId, PostingId, Secret, StageId, UserId, WebhookId};
use serde::Deserialize;
use url::Url;

use crate::wire;

/// One candidacy (`lever-api.md §6.3`).
#[derive(Clone, PartialEq, Deserialize)]
#[serde(from = "wire::Opportunity")]
pub struct Opportunity {
    pub id: OpportunityId,
    /// The candidate's whole name; empty when Lever has none.
    pub name: String,
    pub stage: StageId,
    pub emails: Vec<String>,
    pub phones: Vec<Phone>,
    pub tags: Vec<String>,
    pub owner: Option<UserId>,
    pub archived: bool,
    /// The person's data is gone.
    pub anonymised: bool,
    /// Oldest first, as Lever lists them. Entries without a stage or a time are left out.
    pub stage_changes: Vec<StageChange>,
    pub applications: Applications,
    /// `lastAdvancedAt`: what polling filters by (`lever-api.md §7.1`).
    pub advanced_at: Option<Millis>,
    pub created_at: Option<Millis>,
    /// `urls.show`: the candidate's page in Lever's web app.
    pub show_url: Option<Url>,
}

impl Opportunity {
    /// The posting that it is for, where the applications tell.
    pub fn posting(&self) -> Option<&PostingId> {
        match &self.applications {
            Applications::Known(applications) => applications.iter().find_map(|one| one.posting.as_ref()),
            Applications::Unreadable => None,
        }
    }
}

/// A phone number of a candidate.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone {
    /// mobile, home, work, skype or other; often not said.
    pub kind: Option<String>,
    pub value: String,
}

/// One entry of `stageChanges`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StageChange {
    pub to: StageId,
    pub at: Millis,
    /// Who moved the candidate; not known for imported rows.
    pub user: Option<UserId>,
}

/// The way from an opportunity to its posting.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Applications {
    /// At most one has been seen; none means that the opportunity has no posting.
    Known(Vec<Application>),
    /// There are applications, or perhaps there are, but this key may not see their postings: neither `expand`
    /// nor reading them one by one worked (`lever-api.md §12` 13). In lists nothing is read one by one.
    Unreadable,
}

/// One application (`lever-api.md §6.7`). Its `postingOwner` is that of the time of applying, so it is not here.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(from = "wire::Expanded")]
pub struct Application {
    pub id: String,
    pub posting: Option<PostingId>,
}

/// A job posting (`lever-api.md §6.2`).
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(from = "wire::Posting")]
pub struct Posting {
    pub id: PostingId,
    /// The title.
    pub text: String,
    /// published, internal, closed, draft, pending, rejected.
    pub state: String,
    pub owner: Option<UserId>,
    /// The tags that were added to the posting: where `Refapp Template: …` is found.
    pub tags: Vec<String>,
    /// `urls.show`: the posting on the job site. None for drafts and closed ones.
    pub show_url: Option<Url>,
}

/// A user of Lever (`lever-api.md §6.1`).
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "wire::User")]
pub struct User {
    pub id: UserId,
    pub name: String,
    pub email: Option<String>,
    /// super admin, admin, team member, limited team member, interviewer, or the id of a custom role.
    pub role: Option<String>,
    pub deactivated: bool,
}

/// A stage of the pipeline (`lever-api.md §6.4`). Lists are in the pipeline's order.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(from = "wire::Stage")]
pub struct Stage {
    pub id: StageId,
    pub text: String,
}

/// A tag that is in use somewhere, on archived opportunities too (`lever-api.md §9`).
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(from = "wire::Tag")]
pub struct Tag {
    pub text: String,
    /// How many opportunities carry it.
    pub count: u64,
}

/// A note on an opportunity (`lever-api.md §6.6`).
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "wire::Note")]
pub struct Note {
    pub id: NoteId,
    /// The thread: the note itself and the comments on it.
    pub texts: Vec<String>,
    /// Whether deleted notes stay in lists is not known; ignore those that do.
    pub deleted: bool,
}

/// A webhook (`lever-api.md §6.10`).
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(from = "wire::Webhook")]
pub struct Webhook {
    pub id: WebhookId,
    pub event: String,
    /// As Lever has it: somebody else's may be anything.
    pub url: String,
}

/// A webhook that was just made.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "wire::NewWebhook")]
pub struct NewWebhook {
    pub webhook: Webhook,
    /// Signs its deliveries. It is told this once and never again: keep it before anything else.
    pub signature_token: Secret,
}
