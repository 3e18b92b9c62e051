//! The integration itself: trigger, start, write back, templates, rights, health.
//!
//! No tauri, no web framework, no screen: both hosts run it, and its tests run without a display.

mod intake;
mod surroundings;
mod vault;

pub use intake::{Intake, Taken};
pub use surroundings::Surroundings;
pub use vault::{SecretKind, SecretName, Vault};
