//! `tearsheet export --manifest`: a sheet beside the files that says where they come from.

use std::{io::Write as _, path::PathBuf};

use crate::export::{
    CitedFile, DestinationError, Existing, Manifest, OutFile, TableExport, answers::to_json,
};

use super::{
    args::ExportArgs,
    cite::citation,
    days::{of_archive, today},
    failure::Usage,
    setup::Setup,
};

/// A sheet that is begun.
pub(super) struct ManifestSheet {
    file: OutFile,
    /// What it lies beside.
    out: PathBuf,
}

/// Begins the sheet; `None` where nobody asked for one.
pub(super) fn begin(setup: &Setup, args: &ExportArgs) -> anyhow::Result<Option<ManifestSheet>> {
    if !args.manifest {
        return Ok(None);
    }
    let Some(out) = args.out.clone() else {
        return Err(Usage::new("a manifest lies beside a file", "`--out FILE` names it").into());
    };
    let mut name = out.clone().into_os_string();
    name.push(".manifest.json");
    let existing = if args.force { Existing::Replace } else { Existing::Keep };
    let file = setup.destination(&PathBuf::from(name), existing).file()?;
    Ok(Some(ManifestSheet { file, out }))
}

impl ManifestSheet {
    /// Writes it, once the files are in their places.
    pub(super) fn write(
        mut self,
        setup: &Setup,
        args: &ExportArgs,
        export: &TableExport<'_>,
        rows: u64,
    ) -> anyhow::Result<()> {
        let today = today(&setup.config.profile, crate::clock::now());
        let days = of_archive(args.range, export.reader, today)?;
        let io = |source| DestinationError::Io { path: self.out.clone(), source };
        let manifest = Manifest {
            exported: export.what().to_owned(),
            rows,
            as_of: export.filter.as_of.map(|it| it.stamp()),
            section: args.section.clone(),
            files: CitedFile::read_all(&self.out).map_err(io)?,
            archive: citation(setup, export.reader, days)?,
        };
        self.file.write_all(to_json(&manifest).as_bytes()).map_err(io)?;
        Ok(self.file.commit()?)
    }
}
