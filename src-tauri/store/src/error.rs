//! Why the store could not do it.

use model::{Code, Failure};

/// A failed opening, read or write. Nothing of a failed write is kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process has the data directory.
    #[error("the data directory is in use by another process")]
    Locked,
    /// Another process wrote since we opened: we must not.
    #[error("the database was taken over by another process")]
    TakenOver,
    /// Disk full, I/O error, damaged file.
    #[error("database: {0}")]
    Database(#[from] rusqlite::Error),
    /// A row that this version cannot read.
    #[error("a stored document: {0}")]
    Document(#[from] serde_json::Error),
    #[error("migration: {0}")]
    Migration(Box<refinery::Error>),
    #[error("data directory: {0}")]
    Directory(#[from] std::io::Error),
}

/// Of a store call.
pub type Result<T> = std::result::Result<T, Error>;

impl From<refinery::Error> for Error {
    fn from(error: refinery::Error) -> Self {
        Self::Migration(Box::new(error))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::new(match error {
            Error::Locked | Error::TakenOver => Code::AppLocked,
            _ => Code::AppStore,
        })
    }
}
