//! `tearsheet backup`: a copy of the archive, and which older copies are removed. The copy is made in `store`.

use std::{fs, path::Path};

use anyhow::Context;
use chrono::NaiveDate;

use crate::{
    clock,
    export::{DestinationError, Existing},
    jobs::Stop,
    model::counted,
    store::StoreError,
};

use super::{
    args::{BackupArgs, Common},
    days::today,
    failure::{Exit, Usage},
    printer::Printer,
    setup::{Setup, block_on},
};

pub(super) fn run(common: &Common, args: &BackupArgs, printer: &Printer) -> anyhow::Result<Exit> {
    block_on(async |stop| copy(common, args, stop, printer))
}

fn copy(common: &Common, args: &BackupArgs, stop: Stop, printer: &Printer) -> anyhow::Result<Exit> {
    let setup = Setup::new(common)?;
    let reader = setup.reader()?;
    let today = today(&setup.config.profile, clock::now());
    let target = if args.path.is_dir() {
        let name = setup.archive.file_stem().unwrap_or_default().to_string_lossy();
        args.path.join(format!("{name}-{today}.db"))
    } else {
        args.path.clone()
    };
    if args.keep.is_some() && !args.path.is_dir() {
        let hint = "name a folder: its copies carry their dates";
        return Err(Usage::new("`--keep` counts the copies in a folder", hint).into());
    }
    let file = setup.destination(&target, Existing::Keep).file()?;
    let Some(path) = file.path() else {
        let hint = "name a new file, or a folder for one that carries the date";
        return Err(Usage::new(format!("`{}` is not a file", target.display()), hint).into());
    };
    reader.backup(path, move || stop.is_requested()).map_err(|error| match error {
        StoreError::Full | StoreError::ReadOnly(_) | StoreError::Refused(_) => {
            let source = std::io::Error::other(error.to_string());
            anyhow::Error::from(DestinationError::Io { path: target.clone(), source })
        }
        error => error.into(),
    })?;
    file.commit()?;
    let size = fs::metadata(&target).context("the copy has gone")?.len();
    let Removal { removed, left } = match args.keep {
        Some(keep) => remove_older(&setup.archive, &args.path, usize::from(keep)),
        None => Removal::default(),
    };
    for error in &left {
        printer.alarm(&format!("the new copy is whole, but an older one is left: {error:#}"));
    }
    let exit = if left.is_empty() { Exit::Done } else { Exit::Output };
    let mut line = format!("backup: {} ({size} bytes, whole)", target.display());
    if 0 < removed {
        line += &format!(", {} removed", counted(removed, "older copy"));
    }
    printer.closing(&line, exit);
    Ok(exit)
}

/// What became of the older copies in a folder.
#[derive(Default)]
struct Removal {
    /// The number of copies that were removed.
    removed: u64,
    /// Why others could not be.
    left: Vec<anyhow::Error>,
}

/// Removes all but the `keep` newest copies of an archive from a folder. Returns what became of them. A copy is a file with the archive's
/// name and a date.
fn remove_older(archive: &Path, folder: &Path, keep: usize) -> Removal {
    let stem = archive.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let is_copy = |name: &str| {
        let date = name.strip_prefix(&stem).and_then(|it| it.strip_prefix('-')?.strip_suffix(".db"));
        date.is_some_and(|it| it.len() == "2024-03-28".len() && it.parse::<NaiveDate>().is_ok())
    };
    let mut removal = Removal::default();
    let entries = match fs::read_dir(folder).context("the folder of the copies cannot be read") {
        Ok(entries) => entries,
        Err(error) => {
            removal.left.push(error);
            return removal;
        }
    };
    let names = entries.filter_map(|it| it.ok()?.file_name().into_string().ok());
    let mut copies: Vec<String> = names.filter(|it| is_copy(it)).collect();
    // Their dates sort as they are written.
    copies.sort_unstable();
    copies.truncate(copies.len().saturating_sub(keep));
    for name in copies {
        match fs::remove_file(folder.join(&name)).with_context(|| format!("cannot remove `{name}`")) {
            Ok(()) => removal.removed += 1,
            Err(error) => removal.left.push(error),
        }
    }
    removal
}
