//! What went wrong, where, and what that means to a person.

use std::fmt;

use http_client::{Kind, Outcome};
use model::{Code, Failure};

/// The two calls.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Call {
    /// GET config.
    Form,
    /// POST event.
    Send,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "get config",
            Self::Send => "post event",
        })
    }
}

/// A call that failed. It prints without secrets and without personal data.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{call}: {kind}")]
pub struct Error {
    pub call: Call,
    /// Never `Revoked` or `SecretStore`: the token is what an admin gave, and stays it.
    pub kind: Kind,
}

impl Error {
    pub(crate) fn new(call: Call, kind: Kind) -> Self {
        Self { call, kind }
    }

    /// The same without what was sent of a person, in Refapp's own words.
    #[must_use]
    pub fn without<'p>(mut self, personal: impl IntoIterator<Item = &'p str>) -> Self {
        if let Kind::BadRequest { message, .. } = &mut self.kind {
            *message = std::mem::take(message).without(personal);
        }
        self
    }

    /// Whether a start may have happened (`rules.md` 5).
    pub fn outcome(&self) -> Outcome {
        self.kind.outcome()
    }
}

impl From<&Error> for Failure {
    /// Parameters: `status` for `REF-REFUSED` and `REF-5XX`. Refapp's own words are not among them, as a failure is
    /// printed: they are in [`Kind::BadRequest`].
    fn from(error: &Error) -> Self {
        match &error.kind {
            Kind::Unauthorized => Code::RefToken.into(),
            // What the wrong environment answers is not published (refapp-api.md §1).
            Kind::Forbidden | Kind::NotFound => Code::RefEnvironment.into(),
            Kind::BadRequest { status, .. } => Self::new(Code::RefRefused).with("status", status),
            Kind::RateLimited { .. } => Code::RefRateLimited.into(),
            Kind::Ambiguous(status) | Kind::Server(status) => Self::new(Code::RefDown).with("status", status),
            Kind::TimedOut | Kind::Unreachable | Kind::Cut => Code::RefUnreachable.into(),
            Kind::Untrusted => Code::NetProxy.into(),
            Kind::Redirect(_) | Kind::Garbage | Kind::TooLarge => Code::RefAnswer.into(),
            Kind::Revoked => Code::RefToken.into(),
            Kind::SecretStore(failure) => failure.clone(),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}
