//! Taking in what Lever and Refapp send: verified, stored durably, then acknowledged.

/// A handle to hand things in; cheap to clone.
#[derive(Clone)]
pub struct Intake {}

/// What became of something handed in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Taken {
    /// Stored durably: 2xx.
    Stored,
    /// Already stored, or of no concern: 2xx without work.
    Known,
    /// Unknown path, wrong signature or bearer, malformed, too old: all refused alike.
    Refused,
    /// It could not be stored: 503, so that the sender tries again.
    Unavailable,
}

impl Intake {
    /// A webhook of Lever's (`lever-api.md §8.3`). `path` is the last part of the address that was called.
    pub async fn webhook(&self, _path: &str, _body: &[u8]) -> Taken {
        Taken::Refused
    }

    /// An update of Refapp's (`refapp-api.md §4`). `authorization` is the header's value.
    pub async fn update(&self, _path: &str, _authorization: Option<&str>, _body: &[u8]) -> Taken {
        Taken::Refused
    }

    /// Each connection by name, and whether it is ready: for `/healthz`, without detail.
    pub fn readiness(&self) -> Vec<(String, bool)> {
        Vec::new()
    }

    /// The wizard's proof that a public address really leads here: answers the question that it just asked.
    /// `None` for any other nonce.
    pub fn echo(&self, _nonce: &str) -> Option<String> {
        None
    }
}
