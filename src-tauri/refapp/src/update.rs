//! What Refapp PUTs to our update address.

use model::Progress;
use url::Url;

/// One update.
#[derive(Clone, PartialEq, Debug)]
pub struct Update {
    /// `partner-result.id` as it came.
    pub result_id: String,
    pub progress: Progress,
}

/// Not an update.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadUpdate {
    #[error("not JSON")]
    NotJson,
    #[error("no id")]
    NoId,
    #[error("no attributes")]
    NoAttributes,
}

/// Reads an update.
///
/// # Errors
/// [`BadUpdate`].
#[allow(unused_variables, clippy::todo)]
pub fn parse_update(body: &[u8], may_open: impl Fn(&Url) -> bool) -> Result<Update, BadUpdate> {
    todo!()
}
