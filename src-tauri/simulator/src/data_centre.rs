//! Lever's data centres, as the simulator plays them.

use serde::{Deserialize, Serialize};

/// One of Lever's environments (lever-api.md §1). Each is a path prefix of the simulator: `/lever/us`, `/lever/eu`,
/// `/lever/sandbox`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DataCentre {
    /// The United States, "global" in Lever's own headers.
    Us,
    /// The European Union.
    Eu,
    /// Lever's sandbox environment.
    Sandbox,
}

impl DataCentre {
    /// All of them, in the order of the contract.
    pub const ALL: [Self; 3] = [Self::Us, Self::Eu, Self::Sandbox];

    /// The path segment: `us`, `eu` or `sandbox`.
    pub fn segment(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Eu => "eu",
            Self::Sandbox => "sandbox",
        }
    }

    /// The value of the `x-lever-region` header. Only `global` was recorded; the other two are analogies.
    pub(crate) fn region(self) -> &'static str {
        match self {
            Self::Us => "global",
            Self::Eu => "eu",
            Self::Sandbox => "sandbox",
        }
    }

    /// The OAuth audience that the contract names, trailing slash included.
    pub(crate) fn audience(self) -> &'static str {
        match self {
            Self::Us | Self::Eu => "https://api.lever.co/v1/",
            Self::Sandbox => "https://api.sandbox.lever.co/v1/",
        }
    }

    pub(crate) fn from_segment(segment: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dc| dc.segment() == segment)
    }
}
