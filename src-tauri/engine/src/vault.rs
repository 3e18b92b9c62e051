//! Where secrets are kept: the OS keychain in the desktop app, files with mode 0600 in the headless host.
//!
//! The engine asks for a secret when it needs one and keeps it no longer than the client that uses it.

use std::fmt;

use model::{ConnectionId, Failure, Secret};

/// The name of one secret.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SecretName {
    pub connection: ConnectionId,
    pub kind: SecretKind,
}

/// What it opens.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SecretKind {
    /// Refapp's account token.
    RefappToken,
    /// The bearer with which Refapp's updates come (`refapp-api.md §6`).
    UpdateBearer,
    /// A Lever API key.
    LeverKey,
    /// The secret of the organisation's own OAuth client.
    OauthClientSecret,
    /// The rotating refresh token. Access tokens stay in memory.
    OauthRefreshToken,
    /// The signature tokens of our webhooks, one line each: `webhook id`, space, token.
    WebhookTokens,
    /// The unguessable part of the addresses that Lever and Refapp call.
    ReceiverPath,
}

impl SecretKind {
    /// Every kind, for removing all of a connection's secrets.
    pub const ALL: [Self; 7] = [
        Self::RefappToken,
        Self::UpdateBearer,
        Self::LeverKey,
        Self::OauthClientSecret,
        Self::OauthRefreshToken,
        Self::WebhookTokens,
        Self::ReceiverPath,
    ];

    /// A stable word: part of the entry's name in the keychain and of the file's name.
    pub fn word(self) -> &'static str {
        match self {
            Self::RefappToken => "refapp-token",
            Self::UpdateBearer => "update-bearer",
            Self::LeverKey => "lever-key",
            Self::OauthClientSecret => "oauth-client-secret",
            Self::OauthRefreshToken => "oauth-refresh-token",
            Self::WebhookTokens => "webhook-tokens",
            Self::ReceiverPath => "receiver-path",
        }
    }
}

/// `<connection id>.<word>`
impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.connection, self.kind.word())
    }
}

/// A place for secrets. Calls may block (a keychain that asks its user): the engine makes them off the async
/// threads. When `set` returns, the secret is durable: a rotated token is used only after that
/// (`reliability.md` rule 14).
///
/// # Errors
/// `APP-KEYCHAIN` if the place is locked, missing or did not answer within 5 s. There is never a fallback to a
/// place that is less safe.
pub trait Vault: Send + Sync + 'static {
    fn get(&self, name: &SecretName) -> Result<Option<Secret>, Failure>;
    fn set(&self, name: &SecretName, secret: &Secret) -> Result<(), Failure>;
    /// Deleting what is not there is no error.
    fn delete(&self, name: &SecretName) -> Result<(), Failure>;
}
