//! What the app does on the computer that it runs on, beside its window.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Language;

/// As the user of this computer wants it. Whether the app starts with the session is not here: the system knows that.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(default, rename_all = "camelCase")]
#[ts(export)]
pub struct Computer {
    /// That of the window. `None` until a window has told: then the system's.
    pub language: Option<Language>,
    pub notify: Notify,
    /// “/” goes to the search (WCAG 2.1.4: a key alone can be switched off).
    pub search_key: bool,
}

impl Default for Computer {
    fn default() -> Self {
        Self {
            language: None,
            notify: Notify::default(),
            search_key: true,
        }
    }
}

/// Of what the system notifies.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(default, rename_all = "camelCase")]
#[ts(export)]
pub struct Notify {
    /// There is more to act on.
    pub needs_action: bool,
    /// Checks are completed.
    pub completed: bool,
    /// A connection does not work any more.
    pub broken: bool,
    /// With the names of candidates, which may then stand on a locked screen.
    pub names: bool,
}

impl Default for Notify {
    fn default() -> Self {
        Self {
            needs_action: true,
            completed: true,
            broken: true,
            names: false,
        }
    }
}
