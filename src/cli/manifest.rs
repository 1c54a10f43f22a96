//! `tearsheet export --manifest`: a sheet beside the files that says where they come from.

use std::{io::Write as _, path::PathBuf};

use chrono::Utc;

use crate::export::{
    CitedFile, DestinationError, Existing, Manifest, OutFile, TableExport, answers::to_json,
};

use super::{
    args::ExportArgs,
    cite::citation,
    days::{of_archive, today},
    session::Session,
};

/// Begins the sheet; `None` where nobody asked for one.
pub(super) fn begin(session: &Session, args: &ExportArgs) -> Result<Option<OutFile>, DestinationError> {
    let Some(out) = args.out.as_ref().filter(|_| args.manifest) else { return Ok(None) };
    let mut name = out.clone().into_os_string();
    name.push(".manifest.json");
    let existing = if args.force { Existing::Replace } else { Existing::Keep };
    session.destination(&PathBuf::from(name), existing).file().map(Some)
}

/// Writes it, once the files are in their places.
pub(super) fn write(
    mut sheet: OutFile,
    session: &Session,
    args: &ExportArgs,
    export: &TableExport<'_>,
    rows: u64,
) -> anyhow::Result<()> {
    let out = args.out.clone().unwrap_or_default();
    let today = today(&session.config.profile, Utc::now());
    let days = of_archive(args.range, export.reader, today)?;
    let files = CitedFile::read_all(&out);
    let manifest = Manifest {
        exported: export.what().to_owned(),
        rows,
        as_of: export.filter.as_of.map(|it| it.stamp()),
        section: args.section.clone(),
        files: files.map_err(|source| DestinationError::Io { path: out.clone(), source })?,
        archive: citation(session, export.reader, days)?,
    };
    let written = sheet.write_all(to_json(&manifest).as_bytes());
    written.map_err(|source| DestinationError::Io { path: out, source })?;
    Ok(sheet.commit()?)
}
