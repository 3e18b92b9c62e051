//! Durable state: SQLite.
//!
//! One database in one data directory, one process that has it (an OS file lock), one writer (a mutex), a reader beside
//! it for what is only looked at, and an
//! epoch in every write, so that a process that lost the directory cannot write on (`reliability.md` rule 8).
//! Calls block; whoever is on an async thread says so.
//!
//! Not here: decisions, secrets (they are in the vault), and the Refapp event itself with the candidate's
//! addresses (it is built anew from Lever whenever it is to be sent).

mod aside;
mod audit_log;
mod bell;
mod check;
mod connection;
mod desk;
mod effect;
mod error;
mod fold;
mod happened;
mod inbox;
mod listing;
mod open;
mod person;
#[cfg(feature = "sabotage")]
mod sabotage;
mod timeline;

pub use aside::Aside;
pub use audit_log::Logged;
pub use bell::{Bell, Source};
pub use connection::{Carrier, ConnectionRecord, KnownTemplate, RegisteredWebhook, Standing, Wishes};
pub use effect::{Effect, EffectKind, EffectState};
pub use error::{Error, Result};
pub use happened::{Arrived, Told};
pub use inbox::{Inbound, InboxRow};
pub use listing::{Choices, Durations, Found};
pub use open::{Size, Store, Tx};
pub use timeline::Moment;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    /// Statements are constants of the source; values are bound (`security.md` 22). There is no macro or function here
    /// that puts texts together outside of tests, so none can put a statement together.
    #[test]
    fn s22_no_statement_is_put_together() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            for (number, line) in (1..).zip(code.lines()) {
                let builds = [
                    "format!",
                    "write!",
                    "push_str",
                    "concat",
                    ".join(",
                    "+ &",
                    "execute_batch",
                ];
                let found = builds
                    .iter()
                    .find(|build| line.contains(*build) && !line.contains("data_dir.join("));
                assert!(found.is_none(), "{}:{number}: {line}", path.display());
            }
        }
    }
}
