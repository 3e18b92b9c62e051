//! Which call of the Data API a method and a path mean.

use crate::lever::Right;

/// A call, with the ids of its path.
#[derive(Clone, Debug)]
pub(crate) enum Call {
    ListUsers,
    ReadUser(String),
    ListStages,
    ListPostings,
    ReadPosting(String),
    ListTags,
    ListOpportunities,
    ReadOpportunity(String),
    CreateOpportunity,
    AddTags(String),
    RemoveTags(String),
    ListNotes(String),
    CreateNote(String),
    UpdateNote(String, String),
    DeleteNote(String, String),
    ListApplications(String),
    ReadApplication(String, String),
    ListWebhooks,
    CreateWebhook,
    DeleteWebhook(String),
}

/// Where a request under `/v1` goes.
#[derive(Debug)]
pub(crate) enum Route {
    Call(Call),
    MethodNotAllowed,
    Nowhere,
}

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "DELETE", "PATCH"];

impl Route {
    pub(crate) fn of(method: &str, segments: &[&str]) -> Self {
        match Call::of(method, segments) {
            Some(call) => Self::Call(call),
            None if METHODS.iter().any(|other| Call::of(other, segments).is_some()) => Self::MethodNotAllowed,
            None => Self::Nowhere,
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Call(call) => call.name(),
            Self::MethodNotAllowed | Self::Nowhere => "unknown",
        }
    }
}

impl Call {
    fn of(method: &str, segments: &[&str]) -> Option<Self> {
        let own = |id: &&str| (*id).to_owned();
        Some(match (method, segments) {
            ("GET", ["users"]) => Self::ListUsers,
            ("GET", ["users", id]) => Self::ReadUser(own(id)),
            ("GET", ["stages"]) => Self::ListStages,
            ("GET", ["postings"]) => Self::ListPostings,
            ("GET", ["postings", id]) => Self::ReadPosting(own(id)),
            ("GET", ["tags"]) => Self::ListTags,
            ("GET", ["opportunities"]) => Self::ListOpportunities,
            ("POST", ["opportunities"]) => Self::CreateOpportunity,
            ("GET", ["opportunities", id]) => Self::ReadOpportunity(own(id)),
            ("POST", ["opportunities", id, "addTags"]) => Self::AddTags(own(id)),
            ("POST", ["opportunities", id, "removeTags"]) => Self::RemoveTags(own(id)),
            ("GET", ["opportunities", id, "notes"]) => Self::ListNotes(own(id)),
            ("POST", ["opportunities", id, "notes"]) => Self::CreateNote(own(id)),
            ("PUT", ["opportunities", id, "notes", note]) => Self::UpdateNote(own(id), own(note)),
            ("DELETE", ["opportunities", id, "notes", note]) => Self::DeleteNote(own(id), own(note)),
            ("GET", ["opportunities", id, "applications"]) => Self::ListApplications(own(id)),
            ("GET", ["opportunities", id, "applications", application]) => {
                Self::ReadApplication(own(id), own(application))
            }
            ("GET", ["webhooks"]) => Self::ListWebhooks,
            ("POST", ["webhooks"]) => Self::CreateWebhook,
            ("DELETE", ["webhooks", id]) => Self::DeleteWebhook(own(id)),
            _ => return None,
        })
    }

    /// The name in the ledger.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::ListUsers => "list users",
            Self::ReadUser(_) => "read user",
            Self::ListStages => "list stages",
            Self::ListPostings => "list postings",
            Self::ReadPosting(_) => "read posting",
            Self::ListTags => "list tags",
            Self::ListOpportunities => "list opportunities",
            Self::ReadOpportunity(_) => "read opportunity",
            Self::CreateOpportunity => "create opportunity",
            Self::AddTags(_) => "addTags",
            Self::RemoveTags(_) => "removeTags",
            Self::ListNotes(_) => "list notes",
            Self::CreateNote(_) => "create note",
            Self::UpdateNote(..) => "update note",
            Self::DeleteNote(..) => "delete note",
            Self::ListApplications(_) => "list applications",
            Self::ReadApplication(..) => "read application",
            Self::ListWebhooks => "list webhooks",
            Self::CreateWebhook => "create webhook",
            Self::DeleteWebhook(_) => "delete webhook",
        }
    }

    /// The right that it needs (§2.2).
    pub(crate) fn right(&self) -> Right {
        match self {
            Self::ListUsers => Right::ListUsers,
            Self::ReadUser(_) => Right::ReadUser,
            Self::ListStages => Right::ListStages,
            Self::ListPostings => Right::ListPostings,
            Self::ReadPosting(_) => Right::ReadPosting,
            Self::ListTags => Right::ListTags,
            Self::ListOpportunities => Right::ListOpportunities,
            Self::ReadOpportunity(_) => Right::ReadOpportunity,
            Self::CreateOpportunity => Right::CreateOpportunity,
            Self::AddTags(_) => Right::AddOpportunityTag,
            Self::RemoveTags(_) => Right::RemoveOpportunityTag,
            Self::ListNotes(_) => Right::ListNotes,
            Self::CreateNote(_) => Right::CreateOpportunityNote,
            Self::UpdateNote(..) => Right::UpdateOpportunityNote,
            Self::DeleteNote(..) => Right::DeleteOpportunityNote,
            Self::ListApplications(_) | Self::ReadApplication(..) => Right::ListApplications,
            Self::ListWebhooks => Right::ListWebhooks,
            Self::CreateWebhook => Right::AddWebhooks,
            Self::DeleteWebhook(_) => Right::DeleteWebhooks,
        }
    }

    /// The opportunity of its path, if any.
    pub(crate) fn opportunity(&self) -> Option<&str> {
        match self {
            Self::ReadOpportunity(id)
            | Self::AddTags(id)
            | Self::RemoveTags(id)
            | Self::ListNotes(id)
            | Self::CreateNote(id)
            | Self::UpdateNote(id, _)
            | Self::DeleteNote(id, _)
            | Self::ListApplications(id)
            | Self::ReadApplication(id, _) => Some(id),
            _ => None,
        }
    }
}
