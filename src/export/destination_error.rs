//! Why an output does not get its place. What is refused is decided in `file`.

use std::{io, path::PathBuf};

/// Why nothing is written to a destination.
#[derive(Debug, thiserror::Error)]
pub enum DestinationError {
    /// It is a regular file, and nobody said that it may be replaced.
    #[error("`{}` exists already", .path.display())]
    Exists {
        /// The path.
        path: PathBuf,
    },
    /// It is an SQLite database: an archive, or another program's.
    #[error("`{}` is an SQLite database", .path.display())]
    Database {
        /// The path.
        path: PathBuf,
    },
    /// It has the name of a log or a lock of a database.
    #[error("`{}` belongs to the database `{}`", .path.display(), .database.display())]
    DatabasePart {
        /// The path.
        path: PathBuf,
        /// The database.
        database: PathBuf,
    },
    /// It is the archive or the configuration in force.
    #[error("`{}` is in use by this command", .path.display())]
    Guarded {
        /// The path.
        path: PathBuf,
    },
    /// It is a symbolic link, which may lead to anything.
    #[error("`{}` is a link", .path.display())]
    Link {
        /// The path.
        path: PathBuf,
    },
    /// It is a folder, and a file was wanted.
    #[error("`{}` is a folder", .path.display())]
    Folder {
        /// The path.
        path: PathBuf,
    },
    /// A folder was wanted, and there is something that is not an empty folder.
    #[error("`{}` exists already", .path.display())]
    FolderTaken {
        /// The path.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("cannot write to {}", .path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// Its error.
        source: io::Error,
    },
}
