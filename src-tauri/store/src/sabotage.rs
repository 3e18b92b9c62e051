//! Migrations that break off, for the torture (`model::sabotage`). SQLite asks before each statement whether it may be
//! done: that is where the process ends, and where `migrate-loosely` has the transaction left out.

use std::sync::atomic::{AtomicU32, Ordering};

use model::sabotage::{self, Control};
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::{Connection, Result};

/// Counts the statements of the migrations: `migrate:1` is before the first one.
pub(crate) fn watch(connection: &mut Connection) -> Result<()> {
    let statements = AtomicU32::new(0);
    connection.authorizer(Some(move |context: AuthContext<'_>| match context.action {
        AuthAction::Transaction { .. } if sabotage::is(Control::MigrateLoosely) => Authorization::Ignore,
        AuthAction::Transaction { .. }
        | AuthAction::CreateTable { .. }
        | AuthAction::CreateIndex { .. }
        | AuthAction::CreateTrigger { .. }
        | AuthAction::AlterTable { .. }
        | AuthAction::Insert { .. } => {
            let number = statements.fetch_add(1, Ordering::Relaxed) + 1;
            sabotage::crash_at("migrate", &number.to_string());
            Authorization::Allow
        }
        _ => Authorization::Allow,
    }))
}

/// What comes after the migrations is not counted.
pub(crate) fn leave(connection: &mut Connection) -> Result<()> {
    connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>)
}
