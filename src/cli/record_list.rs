//! `tearsheet import --records LIST`: the places of records in WARC files, as `extract --arrow` gives them. Only these places are read; what is
//! in them is the business of `jobs`.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use crate::jobs::{Contents, ImportFile, Unreadable, contents};

use super::failure::Usage;

/// A record in a file.
pub(super) struct ListedRecord {
    path: PathBuf,
    offset: u64,
    length: u64,
}

/// Reads a list. Segments that are no whole paths count from the folder of the list.
pub(super) fn listed_records(list: &Path) -> Result<Vec<ListedRecord>, Usage> {
    let wrong = |what: String| {
        let hint = "a CSV file with the columns segment, offset and length: rows of `tearsheet extract --arrow` that have all three";
        Usage::new(format!("cannot read `{}`: {what}", list.display()), hint)
    };
    let mut rows = csv::Reader::from_path(list).map_err(|it| wrong(it.to_string()))?;
    let names = rows.headers().map_err(|it| wrong(it.to_string()))?.clone();
    let place = |name: &str| {
        let found =
            names.iter().position(|it| it.trim_start_matches('\u{FEFF}').eq_ignore_ascii_case(name));
        found.ok_or_else(|| wrong(format!("there is no column `{name}`")))
    };
    let (segment, offset, length) = (place("segment")?, place("offset")?, place("length")?);
    let folder = list.parent().unwrap_or(Path::new(""));
    let mut records = Vec::new();
    for row in rows.records() {
        let row = row.map_err(|it| wrong(it.to_string()))?;
        let line = row.position().map_or(0, csv::Position::line);
        let number = |at: usize, name: &str| {
            let text = row.get(at).unwrap_or_default().trim();
            text.parse::<u64>()
                .map_err(|_| wrong(format!("line {line}: `{name}` is no whole number: `{text}`")))
        };
        let path = folder.join(row.get(segment).unwrap_or_default());
        if !path.is_file() {
            return Err(wrong(format!("line {line}: there is no file `{}`", path.display())));
        }
        records.push(ListedRecord {
            path,
            offset: number(offset, "offset")?,
            length: number(length, "length")?,
        });
    }
    Ok(records)
}

impl ListedRecord {
    /// Returns the record as something to import.
    pub(super) fn file(self, max: usize) -> ImportFile {
        let Self { path, offset, length } = self;
        ImportFile {
            name: format!("{} at {offset}", path.display()),
            url: None,
            place: None,
            captured_at: None,
            is_stream: false,
            beside: Box::new(|_| None),
            open: Box::new(move || {
                let part = part(&path, offset, length)?;
                match contents(Box::new(BufReader::new(part)), None, max)? {
                    record @ Contents::Archive(_) => Ok(record),
                    Contents::Page { .. } => {
                        Err(Unreadable::Foreign { what: "no record of a WARC file" })
                    }
                }
            }),
        }
    }
}

/// Opens a part of a file. Fails where the file ends before it.
fn part(path: &Path, offset: u64, length: u64) -> Result<impl Read + Send + use<>, Unreadable> {
    let mut file = File::open(path)?;
    if file.metadata()?.len() < offset.saturating_add(length) {
        let message = format!("the file ends before byte {}", offset.saturating_add(length));
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, message).into());
    }
    file.seek(SeekFrom::Start(offset))?;
    Ok(file.take(length))
}
