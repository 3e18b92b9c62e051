//! Durable state: SQLite.
//!
//! One database in one data directory, one process that has it (an OS file lock), one writer (a mutex), and an
//! epoch in every write, so that a process that lost the directory cannot write on (`reliability.md` rule 8).
//! Calls block; whoever is on an async thread says so.
//!
//! Not here: decisions, secrets (they are in the vault), and the Refapp event itself with the candidate's
//! addresses (it is built anew from Lever whenever it is to be sent).

mod bell;
mod check;
mod connection;
mod effect;
mod error;
mod inbox;
mod open;
mod timeline;

pub use bell::{Bell, Source};
pub use check::Window;
pub use connection::{Carrier, ConnectionRecord, KnownTemplate, RegisteredWebhook, Standing};
pub use effect::{Effect, EffectKind, EffectState};
pub use error::{Error, Result};
pub use inbox::{Inbound, InboxRow};
pub use open::{Store, Tx};
pub use timeline::Moment;
