//! What a look at an archive finds: the row, what is wrong with it, and what can be done. The looks themselves are those of
//! `verify`, `schema` and `checksums`, which share these words.

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The stable word of the check.
    pub check: &'static str,
    /// The row: `articles 12`.
    pub row: String,
    /// What is wrong with it.
    pub detail: String,
    /// What can be done about it.
    pub remedy: Remedy,
}

impl Finding {
    /// Returns the finding that SQLite cannot read the file, in its words.
    pub fn unreadable(detail: String) -> Self {
        Self { check: "file", row: "file".to_owned(), detail, remedy: Remedy::Recover }
    }
}

/// What can be done about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// No harm: the next run, or `verify --repair`, puts it right.
    NextRun,
    /// `verify --repair` makes it right from what is in the archive.
    Repair,
    /// `verify --repair` reads the article again from its raw page.
    Reread,
    /// A person has to look: `verify --accept` takes it as it is.
    Accept,
    /// Somebody else made it: it has to be dropped by hand, or accepted.
    Foreign,
    /// A fault of the program, not of the archive: it should be reported.
    Report,
    /// The bytes are lost: the page has to be fetched or imported again.
    Lost,
    /// `verify --repair` has the picture asked for again.
    AskAgain,
    /// The clock of this machine has to be set.
    SetClock,
    /// The file itself is damaged: `sqlite3 FILE .recover`, or a backup.
    Recover,
}

/// What SQLite says of the file itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileCheck {
    /// Each place that is damaged.
    pub findings: Vec<Finding>,
    /// Whether the tables can be asked: not where SQLite gave up on the file before its check had ended.
    pub is_readable: bool,
}
