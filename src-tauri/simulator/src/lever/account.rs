//! What the one Lever account holds: people, stages, postings, opportunities, notes, webhooks, keys.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use tokio::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::data_centre::DataCentre;
use crate::lever::delivery::Delivery;

/// A tick-box of the key screen (lever-api.md §2.2), in the words of Refapp's set-up guide, and what optional calls need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs)] // The names are the labels.
pub(crate) enum Right {
    #[serde(rename = "read user")]
    ReadUser,
    #[serde(rename = "read posting")]
    ReadPosting,
    #[serde(rename = "read opportunity")]
    ReadOpportunity,
    #[serde(rename = "list webhooks")]
    ListWebhooks,
    #[serde(rename = "list stages")]
    ListStages,
    #[serde(rename = "list users")]
    ListUsers,
    #[serde(rename = "add opportunity tag")]
    AddOpportunityTag,
    #[serde(rename = "remove opportunity tag")]
    RemoveOpportunityTag,
    #[serde(rename = "create opportunity note")]
    CreateOpportunityNote,
    #[serde(rename = "delete opportunity note")]
    DeleteOpportunityNote,
    #[serde(rename = "create opportunity")]
    CreateOpportunity,
    #[serde(rename = "add webhooks")]
    AddWebhooks,
    #[serde(rename = "list opportunities")]
    ListOpportunities,
    #[serde(rename = "list postings")]
    ListPostings,
    #[serde(rename = "list tags")]
    ListTags,
    #[serde(rename = "list notes")]
    ListNotes,
    #[serde(rename = "update opportunity note")]
    UpdateOpportunityNote,
    #[serde(rename = "delete webhooks")]
    DeleteWebhooks,
    #[serde(rename = "list applications")]
    ListApplications,
}

/// The article's twelve, in its order.
pub(crate) const ARTICLE_RIGHTS: [Right; 12] = [
    Right::ReadUser,
    Right::ReadPosting,
    Right::ReadOpportunity,
    Right::ListWebhooks,
    Right::ListStages,
    Right::ListUsers,
    Right::AddOpportunityTag,
    Right::RemoveOpportunityTag,
    Right::CreateOpportunityNote,
    Right::DeleteOpportunityNote,
    Right::CreateOpportunity,
    Right::AddWebhooks,
];

/// The six optional ones of rules.md 18.
pub(crate) const OPTIONAL_RIGHTS: [Right; 6] = [
    Right::ListOpportunities,
    Right::ListPostings,
    Right::ListTags,
    Right::ListNotes,
    Right::UpdateOpportunityNote,
    Right::DeleteWebhooks,
];

impl Right {
    /// Every right that can be ticked.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        ARTICLE_RIGHTS
            .into_iter()
            .chain(OPTIONAL_RIGHTS)
            .chain([Self::ListApplications])
    }

    /// The label, as on the key screen.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::ReadUser => "read user",
            Self::ReadPosting => "read posting",
            Self::ReadOpportunity => "read opportunity",
            Self::ListWebhooks => "list webhooks",
            Self::ListStages => "list stages",
            Self::ListUsers => "list users",
            Self::AddOpportunityTag => "add opportunity tag",
            Self::RemoveOpportunityTag => "remove opportunity tag",
            Self::CreateOpportunityNote => "create opportunity note",
            Self::DeleteOpportunityNote => "delete opportunity note",
            Self::CreateOpportunity => "create opportunity",
            Self::AddWebhooks => "add webhooks",
            Self::ListOpportunities => "list opportunities",
            Self::ListPostings => "list postings",
            Self::ListTags => "list tags",
            Self::ListNotes => "list notes",
            Self::UpdateOpportunityNote => "update opportunity note",
            Self::DeleteWebhooks => "delete webhooks",
            Self::ListApplications => "list applications",
        }
    }

    /// Resource and access of the OAuth scope that grants it; write includes read (§2.3).
    pub(crate) fn scope(self) -> (&'static str, bool) {
        match self {
            Self::ReadUser | Self::ListUsers => ("users", false),
            Self::ReadPosting | Self::ListPostings => ("postings", false),
            Self::ReadOpportunity | Self::ListOpportunities => ("opportunities", false),
            Self::ListWebhooks => ("webhooks", false),
            Self::ListStages => ("stages", false),
            Self::AddOpportunityTag | Self::RemoveOpportunityTag | Self::CreateOpportunity => ("opportunities", true),
            Self::CreateOpportunityNote | Self::DeleteOpportunityNote | Self::UpdateOpportunityNote => ("notes", true),
            Self::AddWebhooks | Self::DeleteWebhooks => ("webhooks", true),
            Self::ListTags => ("tags", false),
            Self::ListNotes => ("notes", false),
            Self::ListApplications => ("applications", false),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) role: String,
    pub(crate) created_at: i64,
    pub(crate) deactivated_at: Option<i64>,
}

#[derive(Clone, Debug)]
pub(crate) struct Stage {
    pub(crate) id: String,
    pub(crate) text: String,
    /// Thousandths: Lever's ranks may be fractional.
    pub(crate) rank: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Posting {
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) state: String,
    pub(crate) owner: Option<String>,
    pub(crate) hiring_manager: Option<String>,
    pub(crate) department: String,
    pub(crate) team: String,
    pub(crate) location: String,
    pub(crate) commitment: String,
    pub(crate) tags: Vec<String>,
    pub(crate) confidential: bool,
    /// Published for employees alone.
    pub(crate) internal_only: bool,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

impl Posting {
    /// Only a published one has any (lever-api.md §6.2).
    pub(crate) fn channels(&self) -> Option<&'static [&'static str]> {
        let channels: &[_] = if self.internal_only {
            &["internal"]
        } else {
            &["internal", "public"]
        };
        (self.state == "published").then_some(channels)
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Contact {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) headline: String,
    pub(crate) location: String,
    pub(crate) emails: Vec<String>,
    pub(crate) phones: Vec<Value>,
    pub(crate) links: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct StageChange {
    pub(crate) to: String,
    pub(crate) index: usize,
    pub(crate) at: i64,
    pub(crate) user: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Application {
    pub(crate) id: String,
    pub(crate) posting: String,
    pub(crate) posting_owner: Option<String>,
    pub(crate) posting_hiring_manager: Option<String>,
    pub(crate) user: Option<String>,
    pub(crate) created_at: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) id: String,
    pub(crate) user: Option<String>,
    pub(crate) fields: Vec<Value>,
    pub(crate) secret: bool,
    pub(crate) created_at: i64,
    pub(crate) deleted_at: Option<i64>,
    /// Made through the API, hence deletable through it.
    pub(crate) by_api: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Opportunity {
    pub(crate) id: String,
    pub(crate) contact: String,
    pub(crate) stage: String,
    pub(crate) tags: Vec<String>,
    pub(crate) sources: Vec<String>,
    pub(crate) stage_changes: Vec<StageChange>,
    pub(crate) origin: String,
    pub(crate) sourced_by: Option<String>,
    pub(crate) owner: String,
    pub(crate) followers: Vec<String>,
    pub(crate) application: Option<Application>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: Option<i64>,
    pub(crate) last_interaction_at: i64,
    pub(crate) last_advanced_at: i64,
    /// Reason id and time.
    pub(crate) archived: Option<(String, i64)>,
    /// It is or was archived: only the first time counts as an advance (§7.3).
    pub(crate) archived_before: bool,
    pub(crate) confidential: bool,
    pub(crate) anonymized: bool,
    pub(crate) notes: Vec<Note>,
}

#[derive(Clone, Debug)]
pub(crate) struct Webhook {
    pub(crate) id: String,
    pub(crate) event: String,
    pub(crate) url: String,
    pub(crate) configuration: Value,
    pub(crate) signature_token: String,
    pub(crate) created_at: i64,
}

impl Webhook {
    /// As the list gives it: without the signature token.
    pub(crate) fn json(&self) -> Value {
        json!({"id": self.id, "event": self.event, "url": self.url, "configuration": self.configuration,
            "createdAt": self.created_at, "updatedAt": self.created_at})
    }

    /// As the create answer gives it, once.
    pub(crate) fn json_with_signature_token(&self) -> Value {
        let mut webhook = self.json();
        webhook["configuration"]["signatureToken"] = json!(self.signature_token);
        webhook
    }
}

#[derive(Clone, Debug)]
pub(crate) struct ApiKey {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) data_centre: DataCentre,
    pub(crate) rights: BTreeSet<Right>,
    pub(crate) confidential: bool,
    pub(crate) deleted: bool,
}

/// A token bucket (§4).
#[derive(Debug)]
pub(crate) struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    pub(crate) fn full(burst: u32) -> Self {
        Self {
            tokens: f64::from(burst),
            filled: Instant::now(),
        }
    }

    /// Takes a token if there is one.
    pub(crate) fn take(&mut self, rate: u32, burst: u32) -> bool {
        let now = Instant::now();
        let refill = now.duration_since(self.filled).as_secs_f64() * f64::from(rate);
        self.tokens = (self.tokens + refill).min(f64::from(burst));
        self.filled = now;
        let taken = self.tokens >= 1.0;
        if taken {
            self.tokens -= 1.0;
        }
        taken
    }
}

/// The account.
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) users: Vec<User>,
    /// In pipeline order.
    pub(crate) stages: Vec<Stage>,
    pub(crate) postings: Vec<Posting>,
    pub(crate) contacts: BTreeMap<String, Contact>,
    pub(crate) opportunities: BTreeMap<String, Opportunity>,
    pub(crate) archive_reasons: Vec<(String, String)>,
    pub(crate) webhooks: Vec<Webhook>,
    /// Events whose group a Super Admin has switched on.
    pub(crate) webhook_groups: BTreeSet<String>,
    pub(crate) deliveries: Vec<Delivery>,
    pub(crate) keys: Vec<ApiKey>,
    pub(crate) buckets: BTreeMap<String, Bucket>,
    /// Offset tokens that were handed out and have not gone stale.
    pub(crate) offsets: HashSet<String>,
}

impl Account {
    pub(crate) fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(crate) fn stage(&self, id: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.id == id)
    }

    pub(crate) fn posting(&self, id: &str) -> Option<&Posting> {
        self.postings.iter().find(|posting| posting.id == id)
    }

    pub(crate) fn posting_mut(&mut self, id: &str) -> Option<&mut Posting> {
        self.postings.iter_mut().find(|posting| posting.id == id)
    }

    pub(crate) fn key(&self, name_or_value: &str) -> Option<&ApiKey> {
        self.keys
            .iter()
            .find(|key| key.value == name_or_value || key.name == name_or_value)
    }

    pub(crate) fn key_mut(&mut self, name_or_value: &str) -> Option<&mut ApiKey> {
        self.keys
            .iter_mut()
            .find(|key| key.value == name_or_value || key.name == name_or_value)
    }

    /// Tags that an opportunity inherits from its posting, in the recorded order (§7.2).
    pub(crate) fn inherited_tags(posting: &Posting) -> Vec<String> {
        [
            &posting.text,
            &posting.department,
            &posting.team,
            &posting.location,
            &posting.commitment,
        ]
        .into_iter()
        .filter(|tag| !tag.is_empty())
        .cloned()
        .collect()
    }
}
