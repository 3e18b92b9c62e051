//! OAuth 2.0 at Lever: authorization code flow in the system browser, with PKCE (`lever-api.md §2.3`, RFC 8252).
//!
//! [`begin`] → browser → [`read_return`] → [`exchange`] → [`TokenSource::adopt`]; from then on the source keeps the
//! access token fresh. Not here: opening the browser, receiving the callback, where the refresh token is kept.

mod attempt;
mod endpoint;
mod source;

pub use attempt::{Attempt, Return, ReturnError, begin, read_return};
pub use endpoint::{Credentials, Tokens, exchange};
pub use source::{RefreshTokenStore, TokenSource};

use model::Right;

/// Grants a refresh token.
const OFFLINE_ACCESS: &str = "offline_access";
const USERS: &str = "users:read:admin";
const POSTINGS: &str = "postings:read:admin";
const OPPORTUNITIES: &str = "opportunities:write:admin";
const STAGES: &str = "stages:read:admin";
const NOTES: &str = "notes:write:admin";
const WEBHOOKS: &str = "webhooks:write:admin";

/// What is asked for: a refresh token, and the least that covers the 12 rights of the article
/// (`lever-api.md §2.2`). Write includes read.
pub const SCOPES: [&str; 7] = [OFFLINE_ACCESS, USERS, POSTINGS, OPPORTUNITIES, STAGES, NOTES, WEBHOOKS];

/// The scope that grants what a box of an API key does; `None` for what is not asked for (`lever-api.md §2.2`). Tags of
/// an opportunity are part of the opportunity.
pub fn scope_of(right: Right) -> Option<&'static str> {
    match right {
        Right::ReadUser | Right::ListUsers => Some(USERS),
        Right::ReadPosting | Right::ListPostings => Some(POSTINGS),
        Right::ReadOpportunity
        | Right::ListOpportunities
        | Right::CreateOpportunity
        | Right::AddOpportunityTag
        | Right::RemoveOpportunityTag => Some(OPPORTUNITIES),
        Right::ListStages => Some(STAGES),
        Right::CreateOpportunityNote
        | Right::DeleteOpportunityNote
        | Right::ListOpportunityNotes
        | Right::UpdateOpportunityNote => Some(NOTES),
        Right::ListWebhooks | Right::AddWebhooks | Right::DeleteWebhooks => Some(WEBHOOKS),
        Right::ListTags => None,
    }
}
