//! Client of Lever's Data API, version 1 (`lever-api.md`): every call that the engine, the proving of rights or an
//! optional right uses, and no other.
//!
//! - [`Client`] makes the calls: one token bucket per key, time-outs, paging, the redirects that are allowed.
//! - [`oauth`] authorises one and keeps its access token fresh.
//! - [`Error`] says which call failed and whether its effect may have happened.
//!
//! Not here: when to call and what for, which rights are proven, and webhooks as they come in (`receiver`).

mod bucket;
mod call;
mod client;
mod error;
mod exchange;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
mod gate;
mod list;
pub mod oauth;
mod resource;
#[cfg(test)]
mod tests;
mod wire;

pub use call::Call;
pub use client::{Auth, Client, NewOpportunity};
pub use error::Error;
pub use gate::Priority;
pub use http_client::{Kind, Message, Outcome};
pub use list::List;
pub use resource::{
    Application, Applications, NewWebhook, Note, Opportunity, Phone, Posting, Stage, StageChange, Tag, User, Webhook,
};

/// The event that tells of a candidate's change of stage (`lever-api.md §8.1`).
pub const CANDIDATE_STAGE_CHANGE: &str = "candidateStageChange";

/// The event that tells of a deleted candidate (`lever-api.md §8.1`).
pub const CANDIDATE_DELETED: &str = "candidateDeleted";
