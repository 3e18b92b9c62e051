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

use model::{Mode, Right};

/// Grants a refresh token.
const OFFLINE_ACCESS: &str = "offline_access";
const USERS: &str = "users:read:admin";
const POSTINGS: &str = "postings:read:admin";
const OPPORTUNITIES: &str = "opportunities:write:admin";
const OPPORTUNITIES_READ: &str = "opportunities:read:admin";
const TAGS: &str = "tags:read:admin";
const STAGES: &str = "stages:read:admin";
const NOTES: &str = "notes:write:admin";
const WEBHOOKS: &str = "webhooks:write:admin";

/// A refresh token, and the least that covers the 12 rights of the article (`lever-api.md §2.2`). Write includes read.
const TO_WRITE: [&str; 7] = [OFFLINE_ACCESS, USERS, POSTINGS, OPPORTUNITIES, STAGES, NOTES, WEBHOOKS];
/// The same for whoever only looks on.
const TO_READ: [&str; 6] = [OFFLINE_ACCESS, USERS, POSTINGS, OPPORTUNITIES_READ, STAGES, TAGS];

/// What is asked for.
pub fn scopes(mode: Mode) -> &'static [&'static str] {
    match mode {
        Mode::Integration => &TO_WRITE,
        Mode::Observer => &TO_READ,
    }
}

/// The scope that grants what a box of an API key does; `None` for what is not asked for (`lever-api.md §2.2`). Tags of
/// an opportunity are part of the opportunity.
pub fn scope_of(mode: Mode, right: Right) -> Option<&'static str> {
    let scope = match right {
        Right::ReadUser | Right::ListUsers => USERS,
        Right::ReadPosting | Right::ListPostings => POSTINGS,
        Right::ListOpportunities if mode == Mode::Observer => OPPORTUNITIES_READ,
        Right::ReadOpportunity
        | Right::ListOpportunities
        | Right::CreateOpportunity
        | Right::AddOpportunityTag
        | Right::RemoveOpportunityTag => OPPORTUNITIES,
        Right::ListStages => STAGES,
        Right::CreateOpportunityNote
        | Right::DeleteOpportunityNote
        | Right::ListOpportunityNotes
        | Right::UpdateOpportunityNote => NOTES,
        Right::ListWebhooks | Right::AddWebhooks | Right::DeleteWebhooks => WEBHOOKS,
        Right::ListTags => TAGS,
    };
    scopes(mode).contains(&scope).then_some(scope)
}
