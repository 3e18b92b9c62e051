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

/// Grants a refresh token.
const OFFLINE_ACCESS: &str = "offline_access";

/// What is asked for: a refresh token, and the least that covers the 12 rights of the article
/// (`lever-api.md §2.2`). Write includes read.
pub const SCOPES: [&str; 7] = [
    OFFLINE_ACCESS,
    "users:read:admin",
    "postings:read:admin",
    "opportunities:write:admin",
    "stages:read:admin",
    "notes:write:admin",
    "webhooks:write:admin",
];
