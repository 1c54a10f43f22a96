//! What a study cites of the data that it rests on: which program read what, of which days, and how complete they are.

use std::{fmt::Write as _, io, path::Path};

use serde::Serialize;

use super::{
    answers::{CoverageRow, csv_header, csv_rows},
    hashed::{Hashed, copy_hashed, sha256},
};

/// A description of a part of an archive. It has no timestamp of its own: the same archive and range always give the same one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Citation {
    /// The version of the program.
    pub version: String,
    /// The commit it was built of.
    pub commit: String,
    /// The schema of the archive.
    pub schema: usize,
    /// The name of the paper.
    pub paper: String,
    /// Its address.
    pub address: String,
    /// SHA-256 of every setting of the site that was in force, as `config show` prints them.
    pub profile_sha256: String,
    /// First day, `2024-03-08`.
    pub from: String,
    /// Last day.
    pub to: String,
    /// The number of stories published on these days.
    pub stories: u64,
    /// The number of their wordings.
    pub wordings: u64,
    /// The number of captures of their pages.
    pub captures: u64,
    /// The number of rows of the ticker of these days.
    pub quotes: u64,
    /// When the first and the last of the captures came into the archive.
    pub fetched: Option<[String; 2]>,
    /// A file that holds the archive.
    pub backup: Option<CitedFile>,
    /// What each day amounts to.
    pub days: Vec<CoverageRow>,
}

/// A file, by its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CitedFile {
    /// Its name, without folders.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// What lies beside an export, so that nobody has to ask where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// What was exported: `articles`, `quotes` and so on.
    pub exported: String,
    /// Its rows.
    pub rows: u64,
    /// The moment whose knowledge it is, in UTC; `None` for that of the archive as it is.
    pub as_of: Option<String>,
    /// The only section that is in it.
    pub section: Option<String>,
    /// The files, in the order of their names.
    pub files: Vec<CitedFile>,
    /// The archive.
    #[serde(flatten)]
    pub archive: Citation,
}

impl CitedFile {
    /// Returns a file, or every file below a folder by its name there. Fails where one cannot be read.
    pub fn read_all(path: &Path) -> io::Result<Vec<Self>> {
        if !path.is_dir() {
            return Ok(vec![Self::read(path)?]);
        }
        let mut files = Vec::new();
        for entry in std::fs::read_dir(path)? {
            let entry = entry?;
            let folder = entry.file_name().to_string_lossy().into_owned();
            let is_folder = entry.file_type()?.is_dir();
            for file in Self::read_all(&entry.path())? {
                let name = if is_folder { format!("{folder}/{}", file.name) } else { file.name };
                files.push(Self { name, ..file });
            }
        }
        files.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(files)
    }

    /// Returns a file, read to its end. Fails where it cannot be read.
    pub fn read(path: &Path) -> io::Result<Self> {
        let Hashed { sha256, bytes } = copy_hashed(path, &mut io::sink())?;
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Ok(Self { name, bytes, sha256 })
    }
}

impl Citation {
    /// Returns it for people: a line a fact, and the days as CSV.
    pub fn to_text(&self) -> String {
        let mut out = format!(
            "program   tearsheet {} (commit {}, schema {})\n",
            self.version, self.commit, self.schema
        );
        let _ = writeln!(out, "paper     {} ({})", self.paper, self.address);
        let _ = writeln!(out, "profile   SHA-256 {}", self.profile_sha256);
        let _ = writeln!(out, "range     {} to {}", self.from, self.to);
        let _ = writeln!(
            out,
            "stories   {} in {} wordings, of {} captures",
            self.stories, self.wordings, self.captures
        );
        let _ = writeln!(out, "quotes    {}", self.quotes);
        if let Some([first, last]) = &self.fetched {
            let _ = writeln!(out, "fetched   {first} to {last}");
        }
        if let Some(CitedFile { name, bytes, sha256 }) = &self.backup {
            let _ = writeln!(out, "archive   {name}, {bytes} bytes, SHA-256 {sha256}");
        }
        let complete = self.days.iter().filter(|it| it.state == "complete").count();
        let _ = writeln!(out, "days      {complete} of {} complete\n", self.days.len());
        out + &csv_header::<CoverageRow>() + &csv_rows(self.days.iter().cloned())
    }
}

/// Returns the SHA-256 of a text, in hexadecimal digits.
pub fn text_sha256(text: &str) -> String {
    sha256(text.as_bytes())
}
