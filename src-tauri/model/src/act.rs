//! What the audit log tells of.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Something that was done with personal data.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum Act {
    /// Checks were written to a file. `rows`: how many.
    Exported,
    /// All that is stored of one person was shown. `subject`
    PersonExported,
    /// Somebody had one person erased. `subject`, `checks`
    ErasureOrdered,
    /// One of their checks is gone, with its note and tag. `subject`
    Erased,
    /// Checks that had been over for long enough were removed. `checks`
    Purged,
    /// How long they are kept was changed. `days`
    RetentionSet,
    /// The connection's secrets were removed.
    Disconnected,
    /// All of the connection was removed.
    DataRemoved,
}

impl Act {
    const ALL: [Self; 8] = [
        Self::Exported,
        Self::PersonExported,
        Self::ErasureOrdered,
        Self::Erased,
        Self::Purged,
        Self::RetentionSet,
        Self::Disconnected,
        Self::DataRemoved,
    ];

    /// As it is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Exported => "exported",
            Self::PersonExported => "person-exported",
            Self::ErasureOrdered => "erasure-ordered",
            Self::Erased => "erased",
            Self::Purged => "purged",
            Self::RetentionSet => "retention-set",
            Self::Disconnected => "disconnected",
            Self::DataRemoved => "data-removed",
        }
    }

    /// The act that is stored so.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.word() == word)
    }
}
