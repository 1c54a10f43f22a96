//! Why the archive cannot be used: the one error of `store`, and what SQLite's own errors mean for us. Facts only; the
//! advice is given by `cli`. It is apart from the façade so that every file can name it without naming its neighbours.

use std::path::PathBuf;

/// Why the archive cannot be used. All of these end a run.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no file.
    #[error("there is no archive at `{}`", .path.display())]
    Absent {
        /// The archive.
        path: PathBuf,
    },
    /// It is a directory or a device.
    #[error("`{}` is not a file", .path.display())]
    NotAFile {
        /// The archive.
        path: PathBuf,
    },
    /// It is not an SQLite file, or not one of ours.
    #[error("`{}` is not an archive of this program", .path.display())]
    NotAnArchive {
        /// The archive.
        path: PathBuf,
    },
    /// It was written by a newer program.
    #[error("`{}` has schema {found}, this program knows up to {known}", .path.display())]
    TooNew {
        /// The archive.
        path: PathBuf,
        /// Its schema.
        found: usize,
        /// The newest that is understood.
        known: usize,
    },
    /// It was written by an older program, and this command only reads.
    #[error("`{}` was written by an older version (schema {found}, this program has {known})", .path.display())]
    Older {
        /// The archive.
        path: PathBuf,
        /// Its schema.
        found: usize,
        /// The schema of this program.
        known: usize,
    },
    /// No copy could be made before the schema was to change, so nothing was changed.
    #[error("the archive cannot be copied to `{}` before it is brought up to date: {cause}", .copy.display())]
    NoCopy {
        /// Where the copy would have been.
        copy: PathBuf,
        /// Why, in words.
        cause: String,
    },
    /// Another process holds the lock.
    #[error("another run holds `{}`", .path.display())]
    Held {
        /// The archive.
        path: PathBuf,
    },
    /// There is no space left.
    #[error("the disk is full")]
    Full,
    /// Another program is writing to it and does not finish.
    #[error("the archive is locked by another program")]
    Busy,
    /// It may not be written.
    #[error("the archive cannot be written: {0}")]
    ReadOnly(String),
    /// The system refused a part of a file: the disk fails, a quota is used up, or files may not grow.
    #[error("the system refused the file of the archive: {0}")]
    Refused(String),
    /// SQLite found it damaged.
    #[error("the archive is damaged: {0}")]
    Damaged(String),
    /// A body does not decompress to what was stored.
    #[error("the stored body {body} is damaged")]
    Body {
        /// Its row.
        body: i64,
    },
    /// Anything else that SQLite says.
    #[error("SQLite: {0}")]
    Sql(rusqlite::Error),
    /// The pages that other pages are compressed against are not what was stored.
    #[error("the stored reference {reference} is damaged")]
    Reference {
        /// Its row.
        reference: i64,
    },
    /// An article that something else refers to is not there.
    #[error("the article {article} is not in the archive")]
    Article {
        /// Its row.
        article: i64,
    },
    /// The caller asked to stop in the middle of a statement.
    #[error("the reading of the archive was interrupted")]
    Interrupted,
    /// The batch of an operation was rolled back.
    #[error("the write was rolled back: {0}")]
    RolledBack(String),
    /// The operating system refused.
    #[error("{what}")]
    Io {
        /// What was being done.
        what: String,
        /// What it said.
        source: std::io::Error,
    },
    /// The writer thread ended.
    #[error("the writer stopped")]
    WriterGone,
}

/// A result of the store.
pub type Result<T> = std::result::Result<T, StoreError>;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        // Columns have types: a value of another type was not written by us.
        if matches!(
            error,
            rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::Utf8Error(..)
        ) {
            return Self::Damaged(error.to_string());
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::OperationInterrupted) => Self::Interrupted,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
                Self::ReadOnly(error.to_string())
            }
            _ if is_refused(&error) => Self::Refused(error.to_string()),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::SystemIoFailure) => {
                Self::Damaged(error.to_string())
            }
            _ => Self::Sql(error),
        }
    }
}

/// Whether the system refused to write: what is stored can be read.
pub(super) fn is_refused(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi;
    let code = error.sqlite_error().map_or(ffi::SQLITE_OK, |it| it.extended_code);
    let is_unreadable = matches!(
        code,
        ffi::SQLITE_IOERR_READ
            | ffi::SQLITE_IOERR_SHORT_READ
            | ffi::SQLITE_IOERR_CORRUPTFS
            | ffi::SQLITE_IOERR_DATA
    );
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::SystemIoFailure) && !is_unreadable
}
