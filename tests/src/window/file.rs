//! A database that is there before the app is, with checks that nobody had to start.
//!
//! Its one connection is a draft: `Window::connect_eu` makes it one that works. No check of it is due, so the app leaves
//! them alone until somebody, or Refapp, speaks of one.

use std::fs;
use std::path::{Path, PathBuf};

use model::{Check, Clock, ConnectionId};
use store::{ConnectionRecord, Error, Store, Tx};

use super::Home;

/// As the first screen calls a first connection.
const NAME: &str = "Lever";
/// Checks in one transaction.
const BATCH: usize = 5_000;

/// The connection whose checks they are.
pub fn connection() -> ConnectionId {
    ConnectionId::of(NAME)
}

/// Makes such a database in a folder.
///
/// # Panics
/// If it cannot be written, as with everything here.
pub fn write(folder: &Path, checks: &[Check]) {
    change(folder, |tx| {
        tx.put_connection(&ConnectionRecord::draft(
            connection(),
            NAME.to_owned(),
            Clock::system().now(),
        ))
    });
    for batch in checks.chunks(BATCH) {
        change(folder, |tx| batch.iter().try_for_each(|check| put(tx, check)));
    }
}

fn put(tx: &Tx<'_>, check: &Check) -> Result<(), Error> {
    tx.put_check(check, None)?;
    match check.result {
        Some(result) => tx.put_result(result, check),
        None => Ok(()),
    }
}

fn change(folder: &Path, work: impl FnOnce(&Tx<'_>) -> Result<(), Error>) {
    let store = Store::open(folder, Clock::system().now()).expect("a folder of ours");
    store.write(work).expect("room on the disk");
}

impl Home {
    /// Where the app in practice mode has its database.
    fn practice(&self) -> PathBuf {
        self.path().join(".local/share/com.refapp.lever/practice")
    }

    /// As if the app remembered something else of its connections, that time has passed say. It must be closed.
    pub fn remember(&self, alter: impl Fn(&mut ConnectionRecord)) {
        change(&self.practice(), |tx| {
            for mut record in tx.connections()? {
                alter(&mut record);
                tx.put_connection(&record)?;
            }
            Ok(())
        });
    }

    /// Checks that are there before the app is.
    pub fn lay_in(&self, checks: &[Check]) {
        write(&self.practice(), checks);
    }

    /// The same of a database that was made before.
    pub fn lay_in_copy(&self, folder: &Path) {
        let practice = self.practice();
        fs::create_dir_all(&practice).expect("a temporary folder");
        for file in fs::read_dir(folder).expect("a folder of ours").flatten() {
            fs::copy(file.path(), practice.join(file.file_name())).expect("room on the disk");
        }
    }

    /// More of them.
    pub fn add(&self, checks: &[Check]) {
        change(&self.practice(), |tx| {
            checks.iter().try_for_each(|check| put(tx, check))
        });
    }
}
