//! OAuth.
use std::sync::Arc;

use model::{Failure, LeverPlace, Millis, Secret};
use url::Url;

use crate::Error;

/// The organisation's own OAuth client at Lever.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub id: String,
    pub secret: Secret,
}

/// What is asked for.
pub const SCOPES: [&str; 7] = [
    "offline_access",
    "users:read:admin",
    "postings:read:admin",
    "opportunities:write:admin",
    "stages:read:admin",
    "notes:write:admin",
    "webhooks:write:admin",
];

/// One try to authorise.
pub struct Attempt {}
#[allow(unused_variables, clippy::todo)]
impl Attempt {
    /// The page to open in the system browser.
    pub fn url(&self) -> &Url {
        todo!()
    }
    pub fn redirect(&self) -> &Url {
        todo!()
    }
}
#[allow(unused_variables, clippy::todo)]
pub fn begin(place: &LeverPlace, client_id: &str, redirect: &Url, now: Millis) -> Attempt {
    todo!()
}

/// How the browser came back.
pub enum Return {
    Granted { code: Secret },
    Refused { error: String, description: String },
}

/// Why an address that came back is not the answer to an attempt. `Failure::from(&error)`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReturnError {
    #[error("not the redirect address of this attempt")]
    Address,
    #[error("parameters that do not belong to an answer")]
    Parameters,
    #[error("state of another attempt")]
    State,
    #[error("later than 10 minutes")]
    Late,
    #[error("another issuer")]
    Issuer,
}

#[allow(unused_variables, clippy::todo)]
pub fn read_return(attempt: &Attempt, returned: &Url, now: Millis) -> Result<Return, ReturnError> {
    todo!()
}

/// What an exchange brings.
pub struct Tokens {}
impl Tokens {
    /// Scopes that were asked for and not granted.
    #[allow(clippy::todo)]
    pub fn missing_scopes(&self) -> Vec<&'static str> {
        todo!()
    }
}

#[allow(unused_variables, clippy::todo, clippy::unused_async)]
pub async fn exchange(
    place: &LeverPlace,
    credentials: &Credentials,
    attempt: Attempt,
    code: Secret,
) -> Result<Tokens, Error> {
    todo!()
}

/// Where the refresh token lives. Called off the async threads.
pub trait RefreshTokenStore: Send + Sync {
    /// # Errors
    /// `APP-KEYCHAIN` or whatever says why it cannot be read.
    fn load(&self) -> Result<Option<Secret>, Failure>;
    /// # Errors
    /// As `load`.
    fn save(&self, token: &Secret) -> Result<(), Failure>;
}

/// Keeps an access token fresh.
pub struct TokenSource {}
#[allow(unused_variables, clippy::todo, clippy::unused_async)]
impl TokenSource {
    /// For a grant whose refresh token is in the store already.
    pub fn new(
        place: &LeverPlace,
        credentials: Credentials,
        store: Arc<dyn RefreshTokenStore>,
    ) -> Result<Self, Failure> {
        todo!()
    }
    /// Takes the tokens of an exchange: the refresh token is in the store before this returns.
    pub async fn adopt(&self, tokens: Tokens) -> Result<(), Failure> {
        todo!()
    }
}
