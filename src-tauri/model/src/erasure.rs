//! What an order to erase one person came to.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What there was, and what this app cannot see to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Erasure {
    /// Checks of the person. Each row goes when its note and its tag are out of Lever.
    pub checks: u32,
    /// A check of theirs was started: Refapp has to be asked to erase them, too.
    pub is_at_refapp: bool,
    /// Nobody knows whether a last note was written, so it may lie in Lever. It names nobody.
    pub note_may_stay: bool,
}
