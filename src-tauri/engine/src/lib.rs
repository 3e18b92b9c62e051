//! The integration itself: trigger, start, write back, templates, rights, health.
//!
//! - [`Engine`] starts one owner for each connection and passes orders on.
//! - [`plan`] decides, purely; `step` writes the decision down; the owner carries out.
//! - [`Intake`] takes in what Lever and Refapp send.
//!
//! No tauri, no web framework, no screen: both hosts run it, and its tests run without a display.

mod delivery;
mod engine;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
mod in_place;
mod intake;
mod order;
mod owner;
pub mod plan;
mod provision;
mod state;
mod step;
mod subject;
mod surroundings;
mod vault;
mod writer;

pub use engine::{Engine, Options};
pub use in_place::in_place;
pub use intake::{Intake, Taken};
pub use order::{Answer, Decision, Order};
pub use owner::{CARRIER_NAME, CARRIER_TAG, SLOW};
pub use provision::{Integration, LeverLogin, Provision, Purpose};
pub use state::{Clocks, Finding, Health, Hints, LeverUser, Oauth, State, TemplateReport, Turn, proposed};
pub use step::decide::{decisions, mails};
pub use store::Wishes;
pub use surroundings::Surroundings;
pub use vault::{SecretKind, SecretName, Vault};
