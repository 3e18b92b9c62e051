//! Lever's permissions, in the words and the order of Lever's own tick-boxes.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One tick-box of a Lever API key, or the optional ones of `rules.md` 18 (`lever-api.md §2.2`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum Right {
    ReadUser,
    ReadPosting,
    ReadOpportunity,
    ListWebhooks,
    ListStages,
    ListUsers,
    AddOpportunityTag,
    RemoveOpportunityTag,
    CreateOpportunityNote,
    DeleteOpportunityNote,
    CreateOpportunity,
    AddWebhooks,
    ListOpportunities,
    ListPostings,
    ListTags,
    ListOpportunityNotes,
    UpdateOpportunityNote,
    DeleteWebhooks,
}

/// How Lever groups the boxes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum RightGroup {
    Read,
    Write,
}

/// What is known of a right. It is never guessed (`rules.md` 17).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum RightState {
    Proven,
    Missing,
    NotProvableYet,
}

impl Right {
    /// The 12 of Refapp's set-up guide, in its order (`mission.md` M4).
    pub const REQUIRED: [Self; 12] = [
        Self::ReadUser,
        Self::ReadPosting,
        Self::ReadOpportunity,
        Self::ListWebhooks,
        Self::ListStages,
        Self::ListUsers,
        Self::AddOpportunityTag,
        Self::RemoveOpportunityTag,
        Self::CreateOpportunityNote,
        Self::DeleteOpportunityNote,
        Self::CreateOpportunity,
        Self::AddWebhooks,
    ];

    /// The 6 that add something (`rules.md` 18).
    pub const OPTIONAL: [Self; 6] = [
        Self::ListOpportunities,
        Self::ListPostings,
        Self::ListTags,
        Self::ListOpportunityNotes,
        Self::UpdateOpportunityNote,
        Self::DeleteWebhooks,
    ];

    /// All of them, the required ones first.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::REQUIRED.into_iter().chain(Self::OPTIONAL)
    }

    /// The text beside the box at Lever. It stays English in every language.
    pub fn label(self) -> &'static str {
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
            Self::ListOpportunityNotes => "list notes",
            Self::UpdateOpportunityNote => "update opportunity note",
            Self::DeleteWebhooks => "delete webhooks",
        }
    }

    /// The group of boxes in which the box is found.
    pub fn group(self) -> RightGroup {
        match self {
            Self::ReadUser
            | Self::ReadPosting
            | Self::ReadOpportunity
            | Self::ListWebhooks
            | Self::ListStages
            | Self::ListUsers
            | Self::ListOpportunities
            | Self::ListPostings
            | Self::ListTags
            | Self::ListOpportunityNotes => RightGroup::Read,
            Self::AddOpportunityTag
            | Self::RemoveOpportunityTag
            | Self::CreateOpportunityNote
            | Self::DeleteOpportunityNote
            | Self::CreateOpportunity
            | Self::AddWebhooks
            | Self::UpdateOpportunityNote
            | Self::DeleteWebhooks => RightGroup::Write,
        }
    }

    /// Whether the connection cannot work without it.
    pub fn is_required(self) -> bool {
        Self::REQUIRED.contains(&self)
    }
}
