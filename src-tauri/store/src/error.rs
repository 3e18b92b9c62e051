//! Why the store could not do it.

use std::io;

use model::{Code, Failure};
use refinery::error::Kind;
use rusqlite::ErrorCode;

/// A failed opening, read or write. Nothing of a failed write is kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process has the data directory.
    #[error("the data directory is in use by another process")]
    Locked,
    /// Another process wrote since we opened: we must not.
    #[error("the database was taken over by another process")]
    TakenOver,
    /// What is in the file is not what was written.
    #[error("the database is damaged")]
    Damaged,
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

impl From<&Error> for Code {
    fn from(error: &Error) -> Self {
        match error {
            Error::Locked | Error::TakenOver => Self::AppLocked,
            Error::Damaged => Self::AppDamaged,
            Error::Database(error) => of_sqlite(error),
            Error::Migration(error) => match error.kind() {
                Kind::Connection(_, cause) => cause.downcast_ref().map_or(Self::AppStore, of_sqlite),
                _ => Self::AppStore,
            },
            Error::Directory(error) => Self::of_disk(error.kind()).unwrap_or(match error.kind() {
                io::ErrorKind::PermissionDenied => Self::AppReadOnly,
                _ => Self::AppDiskError,
            }),
            Error::Document(_) => Self::AppStore,
        }
    }
}

/// Each has a remedy of its own.
fn of_sqlite(error: &rusqlite::Error) -> Code {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Code::AppDamaged,
        Some(ErrorCode::DiskFull) => Code::AppDiskFull,
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => Code::AppReadOnly,
        Some(ErrorCode::SystemIoFailure) => Code::AppDiskError,
        _ => Code::AppStore,
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::new(Code::from(&error))
    }
}
