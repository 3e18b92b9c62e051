//! The calls, by name.

use std::fmt;

use model::Right;

/// Which call of the API an error came from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Call {
    ReadOpportunity,
    /// The fallback for a key that may not expand (`lever-api.md §2.2`); which tick-box it needs is not known.
    ReadApplication,
    ReadPosting,
    ReadUser,
    ListUsers,
    ListStages,
    ListWebhooks,
    AddTags,
    RemoveTags,
    CreateNote,
    UpdateNote,
    DeleteNote,
    CreateOpportunity,
    CreateWebhook,
    ListOpportunities,
    ListPostings,
    ListTags,
    ListNotes,
    DeleteWebhook,
    /// OAuth: the code of an authorisation for tokens.
    ExchangeCode,
    /// OAuth: the refresh token for new ones.
    RefreshToken,
}

impl Call {
    /// The tick-box that it needs (`lever-api.md §2.2`); none for the token endpoint and for calls whose box is
    /// not known.
    pub fn right(self) -> Option<Right> {
        Some(match self {
            Self::ReadOpportunity => Right::ReadOpportunity,
            Self::ReadPosting => Right::ReadPosting,
            Self::ReadUser => Right::ReadUser,
            Self::ListUsers => Right::ListUsers,
            Self::ListStages => Right::ListStages,
            Self::ListWebhooks => Right::ListWebhooks,
            Self::AddTags => Right::AddOpportunityTag,
            Self::RemoveTags => Right::RemoveOpportunityTag,
            Self::CreateNote => Right::CreateOpportunityNote,
            Self::UpdateNote => Right::UpdateOpportunityNote,
            Self::DeleteNote => Right::DeleteOpportunityNote,
            Self::CreateOpportunity => Right::CreateOpportunity,
            Self::CreateWebhook => Right::AddWebhooks,
            Self::ListOpportunities => Right::ListOpportunities,
            Self::ListPostings => Right::ListPostings,
            Self::ListTags => Right::ListTags,
            Self::ListNotes => Right::ListOpportunityNotes,
            Self::DeleteWebhook => Right::DeleteWebhooks,
            Self::ReadApplication | Self::ExchangeCode | Self::RefreshToken => return None,
        })
    }

    /// Whether it goes to the token endpoint and not to the Data API.
    pub fn is_oauth(self) -> bool {
        matches!(self, Self::ExchangeCode | Self::RefreshToken)
    }
}

/// For logs: `read opportunity`.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReadApplication => "read application",
            Self::ExchangeCode => "exchange code",
            Self::RefreshToken => "refresh token",
            other => other.right().map_or("", Right::label),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_right_is_needed_by_exactly_one_call() {
        let calls = [
            Call::ReadOpportunity,
            Call::ReadPosting,
            Call::ReadUser,
            Call::ListUsers,
            Call::ListStages,
            Call::ListWebhooks,
            Call::AddTags,
            Call::RemoveTags,
            Call::CreateNote,
            Call::UpdateNote,
            Call::DeleteNote,
            Call::CreateOpportunity,
            Call::CreateWebhook,
            Call::ListOpportunities,
            Call::ListPostings,
            Call::ListTags,
            Call::ListNotes,
            Call::DeleteWebhook,
        ];
        let rights: BTreeSet<Right> = calls.into_iter().filter_map(Call::right).collect();
        assert_eq!(rights.len(), calls.len());
        assert_eq!(rights.len(), Right::REQUIRED.len() + Right::OPTIONAL.len());
    }
}
