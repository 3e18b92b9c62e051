//! Opening the database, and its transactions.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::ConnectionId;
use model::sabotage::{self, Control};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::{Error, Result};

mod migrations {
    refinery::embed_migrations!("migrations");
}

/// The open database. Cheap to clone; the last clone gives the directory back.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    connection: Mutex<Connection>,
    epoch: i64,
    /// How often checks of each connection have changed since the opening.
    changes: Mutex<HashMap<ConnectionId, u64>>,
    /// Held as long as the store is open.
    _lock: File,
}

/// One transaction. All reading and writing goes through it; dropped without a commit it leaves nothing.
pub struct Tx<'c> {
    pub(crate) sql: Transaction<'c>,
    /// Whose checks it changes.
    pub(crate) changed: RefCell<BTreeSet<ConnectionId>>,
}

impl Store {
    /// Opens the database in `data_dir`, which is made for the user alone if it is not there.
    ///
    /// # Errors
    /// [`Error::Locked`] if another process has it, else whatever the file system or SQLite says.
    pub fn open(data_dir: &Path) -> Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(data_dir)?;
        let lock = private_file(&data_dir.join("lock"))?;
        if lock.try_lock().is_err() && !sabotage::is(Control::NoLock) {
            return Err(Error::Locked);
        }
        let path = data_dir.join("refapp-lever.db");
        // SQLite gives the files beside it (-wal, -shm) the mode of the database: it must be right from birth.
        drop(private_file(&path)?);
        let mut connection = Connection::open(&path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        // FULL: a commit is on disk when it returns. An acknowledged event must survive a power cut.
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "secure_delete", "on")?;
        #[cfg(feature = "sabotage")]
        crate::sabotage::watch(&mut connection)?;
        migrations::migrations::runner().run(&mut connection)?;
        #[cfg(feature = "sabotage")]
        crate::sabotage::leave(&mut connection)?;
        connection.execute("UPDATE owner SET epoch = epoch + 1", [])?;
        let epoch = connection.query_row("SELECT epoch FROM owner", [], |row| row.get(0))?;
        Ok(Self {
            inner: Arc::new(Inner {
                connection: Mutex::new(connection),
                epoch,
                changes: Mutex::default(),
                _lock: lock,
            }),
        })
    }

    /// Runs `work` in a transaction that is committed, durably, if it answers `Ok`.
    ///
    /// # Errors
    /// What `work` says; [`Error::TakenOver`] if this process must not write any more; what SQLite says.
    pub fn write<T, E: From<Error>>(
        &self,
        work: impl FnOnce(&Tx<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let mut connection = self.connection();
        let sql = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(Error::from)?;
        let epoch: i64 = sql
            .query_row("SELECT epoch FROM owner", [], |row| row.get(0))
            .map_err(Error::from)?;
        if epoch != self.inner.epoch && !sabotage::is(Control::NoLock) {
            return Err(Error::TakenOver.into());
        }
        let tx = Tx::on(sql);
        let answer = work(&tx)?;
        let Tx { sql, changed } = tx;
        sql.commit().map_err(Error::from)?;
        let mut changes = self.inner.changes.lock().unwrap_or_else(PoisonError::into_inner);
        for connection in changed.into_inner() {
            *changes.entry(connection).or_default() += 1;
        }
        Ok(answer)
    }

    /// Runs `work` on one consistent state of the database. Writing in it is lost.
    ///
    /// # Errors
    /// What `work` or SQLite says.
    pub fn read<T>(&self, work: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        let mut connection = self.connection();
        work(&Tx::on(connection.transaction()?))
    }

    /// Rises with every committed change of a check of this connection: whoever shows its rows knows when to ask again.
    pub fn changes(&self, connection: ConnectionId) -> u64 {
        let changes = self.inner.changes.lock().unwrap_or_else(PoisonError::into_inner);
        changes.get(&connection).copied().unwrap_or_default()
    }

    /// Empties the write-ahead log, so that what was erased is gone from it, too (`reliability.md` row 9). The database
    /// itself overwrites what it deletes.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn scrub(&self) -> Result<()> {
        self.connection()
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// A panic in a transaction rolled it back, so what is behind a poisoned lock is whole.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.inner.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'c> Tx<'c> {
    fn on(sql: Transaction<'c>) -> Self {
        Self {
            sql,
            changed: RefCell::default(),
        }
    }
}

fn private_file(path: &Path) -> std::io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn s23_s27_a_second_opening_is_refused_and_files_are_for_the_user_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("data");
        let first = Store::open(&path).unwrap();
        first
            .write(|tx| {
                tx.sql
                    .execute("INSERT INTO spent VALUES ('k', 1)", [])
                    .map_err(Error::from)
            })
            .unwrap();
        assert!(matches!(Store::open(&path), Err(Error::Locked)));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        for entry in std::fs::read_dir(&path).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(
                entry.metadata().unwrap().permissions().mode() & 0o077,
                0,
                "{:?}",
                entry.path()
            );
        }
        drop(first);
        assert!(Store::open(&path).is_ok());
    }

    #[test]
    fn a_process_that_lost_the_database_cannot_write() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let other = Connection::open(dir.path().join("refapp-lever.db")).unwrap();
        other.execute("UPDATE owner SET epoch = epoch + 1", []).unwrap();
        let refused = store.write(|_| Ok::<_, Error>(()));
        assert!(matches!(refused, Err(Error::TakenOver)));
    }

    #[test]
    fn a_failed_transaction_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let failed: Result<()> = store.write(|tx| {
            tx.sql.execute("INSERT INTO spent VALUES ('k', 1)", [])?;
            Err(Error::Locked)
        });
        assert!(failed.is_err());
        let count: i64 = store
            .read(|tx| Ok(tx.sql.query_row("SELECT count(*) FROM spent", [], |r| r.get(0))?))
            .unwrap();
        assert_eq!(count, 0);
    }

    #[test]
    fn sqlite_is_new_enough() {
        // reliability.md rule 17
        assert!(rusqlite::version_number() >= 3_051_003);
    }
}
