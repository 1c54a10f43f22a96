//! From an error to advice and an exit code: who can do something about it, and what. The errors themselves state facts and are
//! made elsewhere; they are not put into words here, because the same error is logged where nobody needs advice.

use std::process::ExitCode;

use crate::{
    config::ConfigError,
    export::{DestinationError, ExportError},
    jobs::JobError,
    store::StoreError,
};

/// The exit codes. Scripts depend on them. [`Exit::meaning`] says what each of them means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    Done,
    Incomplete,
    Usage,
    Stopped,
    Archive,
    Output,
    Drifted,
    Held,
    Unsourced,
    Interrupted,
}

/// What a person is told.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) message: String,
    pub(super) hint: Option<String>,
    pub(super) exit: Exit,
}

/// What to do about an error, and how the program ends.
struct Advice {
    hint: Option<String>,
    exit: Exit,
}

/// The user asked for something that is impossible.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(super) struct Usage {
    pub(super) message: String,
    pub(super) hint: String,
}

/// The data could not be written to stdout.
#[derive(Debug, thiserror::Error)]
#[error("cannot write to stdout")]
pub(super) struct OutputError {
    pub(super) source: std::io::Error,
}

impl Exit {
    /// Every exit code in order.
    pub(super) const ALL: [Self; 10] = [
        Self::Done,
        Self::Incomplete,
        Self::Usage,
        Self::Stopped,
        Self::Archive,
        Self::Output,
        Self::Drifted,
        Self::Held,
        Self::Unsourced,
        Self::Interrupted,
    ];

    /// Returns the code that a shell sees.
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Incomplete => 1,
            Self::Usage => 2,
            Self::Stopped => 3,
            Self::Archive => 4,
            Self::Output => 5,
            Self::Drifted => 6,
            Self::Held => 7,
            Self::Unsourced => 8,
            Self::Interrupted => 130,
        }
    }

    /// Returns the word for an end in the summary of a run.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Done => "finished",
            Self::Incomplete => "incomplete",
            Self::Usage => "refused",
            Self::Stopped => "stopped",
            Self::Archive => "no_archive",
            Self::Output => "no_output",
            Self::Drifted => "drifted",
            Self::Held => "held",
            Self::Unsourced => "no_sources",
            Self::Interrupted => "interrupted",
        }
    }

    /// Returns what the code means, as README and the manual page say it.
    pub(super) fn meaning(self) -> &'static str {
        match self {
            Self::Done => "finished",
            Self::Incomplete => "finished, but some pages could not be read; they stay queued",
            Self::Usage => "wrong usage or configuration; nothing was started",
            Self::Stopped => {
                "the site said stop (robots.txt, repeated 403 or 429, unreachable); the rest stays queued"
            }
            Self::Archive => {
                "the archive cannot be used (not an archive, newer schema, damaged, disk full)"
            }
            Self::Output => "output could not be written",
            Self::Drifted => {
                "finished, but extraction drifted: fields that are normally there were missing, or a source that had news has none (see `status`)"
            }
            Self::Unsourced => "finished, but every source was missing, empty or unreadable",
            Self::Held => {
                "another run holds the archive (an operating-system lock that is released when its process ends)"
            }
            Self::Interrupted => {
                "interrupted; everything finished so far is kept, and the same command resumes"
            }
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl Usage {
    pub(super) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: hint.into() }
    }

    /// The user asked for something that this program was built without.
    #[cfg(not(all(feature = "plot", feature = "parquet")))]
    pub(super) fn not_built_in(what: &str, feature: &str) -> Self {
        let hint = format!(
            "build it with its default features, or with `cargo build --release --features {feature}`"
        );
        Self::new(format!("this tearsheet was built without {what}"), hint)
    }
}

impl Advice {
    fn new(hint: &str, exit: Exit) -> Self {
        Self { hint: Some(hint.to_owned()), exit }
    }
}

/// Returns the message, the hint and the exit code of an error.
pub(super) fn explain(error: &anyhow::Error) -> Failure {
    let message = format!("{error:#}");
    let Advice { hint, exit } = advice(error);
    Failure { message, hint, exit }
}

fn advice(error: &anyhow::Error) -> Advice {
    if let Some(usage) = error.downcast_ref::<Usage>() {
        return Advice::new(&usage.hint, Exit::Usage);
    }
    if let Some(JobError::Store(error)) = error.downcast_ref::<JobError>() {
        return store(error);
    }
    if let Some(error) = error.downcast_ref::<StoreError>() {
        return store(error);
    }
    match error.downcast_ref::<ExportError>() {
        Some(ExportError::Store(error)) => return store(error),
        Some(ExportError::Destination(error)) => return destination(error),
        Some(ExportError::Io(_)) => return unwritten(),
        None => {}
    }
    if let Some(error) = error.downcast_ref::<DestinationError>() {
        return destination(error);
    }
    if error.downcast_ref::<ConfigError>().is_some() || error.downcast_ref::<JobError>().is_some() {
        let hint = "`tearsheet config show` prints what is in force, and `tearsheet config init` a file with every key explained";
        return Advice::new(hint, Exit::Usage);
    }
    if error.downcast_ref::<OutputError>().is_some() {
        let hint = "make room where the output goes, or send it to another place";
        return Advice::new(hint, Exit::Output);
    }
    Advice { hint: None, exit: Exit::Usage }
}

fn unwritten() -> Advice {
    Advice::new("nothing else was changed; make room or choose another place", Exit::Output)
}

fn destination(error: &DestinationError) -> Advice {
    let hint = match error {
        DestinationError::Io { .. } => return unwritten(),
        DestinationError::Exists { .. } => "name another file, or replace this one with `--force`",
        DestinationError::Database { .. } | DestinationError::DatabasePart { .. } => {
            "name another file; a database is never replaced, nor what belongs to it"
        }
        DestinationError::Guarded { .. } => "name another file; the archive and the configuration stay",
        DestinationError::Link { .. } => "name the file that the link leads to, or remove the link",
        DestinationError::Folder { .. } => "name a file, or say `--by month` for a folder of them",
        DestinationError::FolderTaken { .. } => {
            "name a new folder; an export is never mixed with another"
        }
    };
    Advice::new(hint, Exit::Usage)
}

fn store(error: &StoreError) -> Advice {
    let hint = match error {
        StoreError::Held { .. } => {
            let hint = "wait for it to end; a lock is released when its process dies, so nothing has to be cleaned up";
            return Advice::new(hint, Exit::Held);
        }
        StoreError::Absent { .. } => "`tearsheet scrape` makes one; `--archive FILE` names another",
        StoreError::NotAFile { .. } | StoreError::NotAnArchive { .. } => {
            "`--archive FILE` names another; the file was not touched"
        }
        StoreError::TooNew { .. } => "use the newer tearsheet that wrote it; the file was not touched",
        StoreError::Older { .. } => {
            "`tearsheet scrape` or `tearsheet verify --repair` brings it up to date, after making a copy beside it"
        }
        StoreError::NoCopy { .. } => {
            "make room for a second copy of the archive beside it, or move the archive to a larger disk; nothing was changed"
        }
        StoreError::Full => {
            "make room and run the same command again; everything committed so far is kept"
        }
        StoreError::Busy => "close the other program's transaction and run the same command again",
        StoreError::ReadOnly(_) => "check the permissions of the file and of its folder",
        StoreError::Refused(_) => {
            "look for a limit on the size of files (`ulimit -f`), a quota or a failing disk; everything committed so far is kept"
        }
        StoreError::Damaged(_) => {
            "keep a copy of the file before anything else; `tearsheet verify` names what is damaged, and `sqlite3 FILE '.recover'` \
             saves what can be read"
        }
        StoreError::Body { .. } | StoreError::Reference { .. } | StoreError::Article { .. } => {
            "`tearsheet verify` names everything that is damaged; the rest of the archive can be used"
        }
        StoreError::Sql(_) | StoreError::RolledBack(_) | StoreError::WriterGone => {
            "run the same command again; everything committed so far is kept"
        }
        StoreError::Interrupted => {
            let hint = "nothing was left half-made; the same command begins anew";
            return Advice::new(hint, Exit::Interrupted);
        }
        StoreError::Io { .. } => "check that the folder exists and may be written",
    };
    Advice::new(hint, Exit::Archive)
}
