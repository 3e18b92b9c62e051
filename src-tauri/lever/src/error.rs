//! What went wrong, where, and what that means to a person.

use http_client::{Kind, Outcome};
use model::{Code, Failure};

use crate::Call;

/// A call that failed. It prints without secrets and without personal data.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{call}: {kind}")]
pub struct Error {
    pub call: Call,
    pub kind: Kind,
}

impl Error {
    pub(crate) fn new(call: Call, kind: Kind) -> Self {
        Self { call, kind }
    }

    /// What is known of the effect, if a write was asked for (`reliability.md` rule 6). If it was the access token
    /// that could not be had, the write was never sent.
    pub fn outcome(&self) -> Outcome {
        if self.call.is_oauth() {
            return Outcome::NotApplied;
        }
        self.kind.outcome()
    }

    /// The list has moved on under the paging token: read it again from its first page (`lever-api.md §5`).
    pub(crate) fn is_stale_offset(&self) -> bool {
        match &self.kind {
            Kind::BadRequest { status: 400, message } => message.as_str().contains("Invalid offset token"),
            _ => false,
        }
    }
}

impl From<&Error> for Failure {
    /// Parameters: `right` (the label of the tick-box at Lever) for `LEV-403`, `call` for `LEV-4XX` and `LEV-ANSWER`.
    fn from(error: &Error) -> Self {
        let oauth = error.call.is_oauth();
        match &error.kind {
            // A wrong client secret, or an API key in its place (lever-api.md §2.3).
            Kind::Unauthorized if oauth => Code::OauthClient.into(),
            Kind::Unauthorized => Code::LevUnauthorized.into(),
            // A lesser user's consent fails at the very end of the flow (lever-api.md §2.3).
            Kind::Forbidden if error.call == Call::ExchangeCode => Code::OauthRole.into(),
            Kind::Forbidden => match error.call.right() {
                Some(right) => Self::new(Code::LevRight).with("right", right.label()),
                None => Code::LevExpand.into(),
            },
            Kind::BadRequest { .. } if oauth => Code::OauthClient.into(),
            Kind::BadRequest { .. } => Self::new(Code::LevRefused).with("call", error.call),
            Kind::NotFound => Self::new(Code::LevRefused).with("call", error.call),
            Kind::RateLimited { .. } => Code::LevRateLimited.into(),
            Kind::Ambiguous(_) | Kind::Server(_) => Code::LevDown.into(),
            Kind::TimedOut | Kind::Unreachable | Kind::Cut => Code::LevUnreachable.into(),
            Kind::Untrusted => Code::NetProxy.into(),
            Kind::Redirect(_) | Kind::Garbage | Kind::TooLarge => Self::new(Code::LevAnswer).with("call", error.call),
            // A code is good for a few minutes and for one exchange.
            Kind::Revoked if error.call == Call::ExchangeCode => Code::OauthLate.into(),
            Kind::Revoked => Code::OauthRevoked.into(),
            Kind::SecretStore(failure) => failure.clone(),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}
