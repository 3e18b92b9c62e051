//! Whether candidates find questions in their language (`mission.md` M12).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a form tells about questionnaires in the account's default language, which is every candidate's.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum Coverage {
    Covered,
    /// Refapp would put the project on hold, and nobody would hear of it.
    Missing,
    /// The form does not tell: say "unchecked", never "fine" (`refapp-api.md §7`).
    Unchecked,
}
