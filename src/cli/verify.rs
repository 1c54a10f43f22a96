//! `tearsheet verify` and `tearsheet backup`: whether an archive is whole, and a copy of it. The checks are made in `store` and
//! `jobs`, the answer is a type of `export`.

use std::{path::Path, time::Instant};

use anyhow::Context;
use chrono::NaiveDate;
use console::Style;

use crate::{
    clock,
    export::{
        DestinationError, Existing,
        answers::{Company, FindingAnswer, VerifyAnswer, to_json},
    },
    jobs::{Depth, Stop, Verified, Verify, compact, repair},
    model::counted,
    store::{Finding, StoreError, Writer},
};

use super::{
    args::{BackupArgs, Common, VerifyArgs},
    days::today,
    failure::{Exit, Usage},
    printer::Printer,
    progress::{Progress, duration},
    session::{Session, block_on, upgraded},
};

/// What a look at the archive came to, and what was done about it.
struct Look {
    verified: Verified,
    /// The number of findings that were made right.
    repaired: usize,
    /// The number of findings that were taken as they are.
    accepted: usize,
    /// Bytes that compacting saved.
    saved: u64,
}

pub(super) fn run(common: &Common, args: &VerifyArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let session = Session::new(common)?;
    let began = Instant::now();
    let (writer, unreadable) = match writer(&session, args) {
        Ok(writer) => (writer, None),
        Err(error) => (None, Some(unreadable(error)?)),
    };
    let upgraded = writer.as_ref().map(upgraded).unwrap_or_default();
    let progress = Progress::new(printer, common, "verify");
    let look = match unreadable {
        Some(look) => Ok(look),
        None => block_on(async |stop| look(&session, args, writer.as_ref(), &progress, &stop).await),
    };
    progress.end();
    let Look { verified, repaired, accepted, saved } = look?;
    let company = if writer.is_some() { Company::Alone } else { Company::Shared };
    drop(writer);
    if 0 < saved {
        Writer::shrink(&session.archive)?;
    }
    let exit = match (verified.is_damaged(), verified.is_whole) {
        (true, _) => Exit::Archive,
        (false, false) => Exit::Interrupted,
        (false, true) => Exit::Done,
    };
    let mut line = summary(&verified, depth(args));
    if 0 < repaired {
        line += &format!(", {repaired} repaired");
    }
    if 0 < accepted {
        line += &format!(", {accepted} accepted");
    }
    if args.compact {
        line += &format!(", {saved} bytes saved");
    }
    line += &format!(" in {}", duration(began.elapsed()));
    if company == Company::Shared {
        line += "; another run writes, or the file is read-only: claims and the full-text index were not looked at";
    }
    line += &upgraded;
    let answer = VerifyAnswer::new(session.archive.display().to_string(), verified, company);
    printer.data(&if args.json { to_json(&answer) } else { as_text(&answer) })?;
    printer.closing(&line, exit);
    Ok(exit)
}

/// Returns what there is to say of an archive that SQLite cannot open, not even to check it. Fails with any other error.
fn unreadable(error: anyhow::Error) -> anyhow::Result<Look> {
    let Some(StoreError::Damaged(detail)) = error.downcast_ref() else { return Err(error) };
    let verified =
        Verified { findings: vec![Finding::unreadable(detail.clone())], ..Verified::default() };
    Ok(Look { verified, repaired: 0, accepted: 0, saved: 0 })
}

/// Looks at everything, repairs and compacts as the arguments say, and after a repair looks again.
async fn look(
    session: &Session,
    args: &VerifyArgs,
    writer: Option<&Writer>,
    progress: &Progress,
    stop: &Stop,
) -> anyhow::Result<Look> {
    let observe = |event| progress.show(&event);
    let depth = depth(args);
    let verify = async || -> anyhow::Result<Verified> {
        let readers = session.readers_until(stop)?;
        let mut verify = Verify { readers, writer, depth, observe: &observe, stop: stop.clone() };
        Ok(verify.run().await?)
    };
    let mut look = Look { verified: verify().await?, repaired: 0, accepted: 0, saved: 0 };
    if stop.is_wished() {
        return Ok(look);
    }
    let before = look.verified.findings.len();
    if let Some(writer) = writer.filter(|_| args.repair && 0 < before) {
        let readers = session.readers()?;
        repair(&look.verified.findings, readers, writer, &session.extractor, stop.clone()).await?;
        look.verified = verify().await?;
        look.repaired = before.saturating_sub(look.verified.findings.len());
    }
    if let Some(writer) = writer.filter(|_| args.accept && 0 < before) {
        look.accepted = writer.accept().await?;
        look.verified = verify().await?;
    }
    if let Some(writer) = writer.filter(|_| args.compact && !look.verified.is_damaged()) {
        look.saved = compact(&session.reader()?, writer, &observe, stop).await?;
    }
    Ok(look)
}

fn depth(args: &VerifyArgs) -> Depth {
    if args.quick { Depth::Tables } else { Depth::Bodies }
}

fn summary(verified: &Verified, depth: Depth) -> String {
    let read = match depth {
        Depth::Tables => "raw pages were left out".to_owned(),
        Depth::Bodies if verified.images == 0 => {
            format!("{} read", counted(verified.bodies, "raw page"))
        }
        Depth::Bodies => {
            let (bodies, images) = (verified.bodies, verified.images);
            format!("{} and {} read", counted(bodies, "raw page"), counted(images, "picture"))
        }
    };
    match verified.findings.len() {
        0 if !verified.is_whole => format!("verify: interrupted; nothing was found so far, {read}"),
        0 => format!("verify: whole, {read}"),
        count if !verified.is_damaged() => {
            format!("verify: whole, {} left by a killed run, {read}", counted(count as u64, "page"))
        }
        count => format!("verify: {}, {read}", counted(count as u64, "finding")),
    }
}

/// Returns the writer, if nobody else writes and the file can be written.
fn writer(session: &Session, args: &VerifyArgs) -> anyhow::Result<Option<Writer>> {
    // A command that will change something ends here where another run holds the lock.
    if args.repair || args.accept || args.compact {
        return session.existing_writer().map(Some);
    }
    // A missing archive and one of an earlier schema are errors: nothing is created, and nothing is brought up to date.
    drop(session.reader()?);
    match session.any_writer() {
        Ok(writer) => Ok(Some(writer)),
        Err(error) => match error.downcast_ref::<StoreError>() {
            Some(
                StoreError::TooNew { .. }
                | StoreError::NotAnArchive { .. }
                | StoreError::NotAFile { .. }
                | StoreError::Interrupted,
            ) => Err(error),
            _ => Ok(None),
        },
    }
}

fn as_text(answer: &VerifyAnswer) -> String {
    let (red, dim) = (Style::new().red(), Style::new().dim());
    let line = |finding: &FindingAnswer| {
        let FindingAnswer { check, row, detail, remedy } = finding;
        format!("{} {row}: {detail}\n    {}\n", red.apply_to(check), dim.apply_to(remedy))
    };
    answer.findings.iter().map(line).collect()
}

pub(super) fn backup(common: &Common, args: &BackupArgs, printer: &Printer) -> anyhow::Result<Exit> {
    block_on(async |stop| copy(common, args, stop, printer))
}

fn copy(common: &Common, args: &BackupArgs, stop: Stop, printer: &Printer) -> anyhow::Result<Exit> {
    let session = Session::new(common)?;
    let reader = session.reader()?;
    let today = today(&session.config.profile, clock::now());
    let target = if args.path.is_dir() {
        let name = session.archive.file_stem().unwrap_or_default().to_string_lossy();
        args.path.join(format!("{name}-{today}.db"))
    } else {
        args.path.clone()
    };
    if args.keep.is_some() && !args.path.is_dir() {
        let hint = "name a folder: its copies carry their dates";
        return Err(Usage::new("`--keep` counts the copies in a folder", hint).into());
    }
    let file = session.destination(&target, Existing::Keep).file()?;
    let Some(path) = file.path() else {
        let hint = "name a new file, or a folder for one that carries the date";
        return Err(Usage::new(format!("`{}` is not a file", target.display()), hint).into());
    };
    reader.backup(path, move || stop.is_wished()).map_err(|error| match error {
        StoreError::Full | StoreError::ReadOnly(_) | StoreError::Refused(_) => {
            let source = std::io::Error::other(error.to_string());
            anyhow::Error::from(DestinationError::Io { path: target.clone(), source })
        }
        error => error.into(),
    })?;
    file.commit()?;
    let size = std::fs::metadata(&target).context("the copy has gone")?.len();
    let removed = match args.keep {
        Some(keep) => remove_older(&session.archive, &args.path, usize::from(keep))?,
        None => 0,
    };
    let mut line = format!("backup: {} ({size} bytes, whole)", target.display());
    if 0 < removed {
        line += &format!(", {} removed", counted(removed, "older copy"));
    }
    printer.note(&line);
    Ok(Exit::Done)
}

/// Removes the oldest copies of an archive in a folder but for the newest. Returns how many went. A copy is a file of its name with a date.
fn remove_older(archive: &Path, folder: &Path, keep: usize) -> anyhow::Result<u64> {
    let stem = archive.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let is_copy = |name: &str| {
        let date = name.strip_prefix(&stem).and_then(|it| it.strip_prefix('-')?.strip_suffix(".db"));
        date.is_some_and(|it| it.len() == "2024-03-28".len() && it.parse::<NaiveDate>().is_ok())
    };
    let entries = std::fs::read_dir(folder).context("the folder of the copies cannot be read")?;
    let names = entries.filter_map(|it| it.ok()?.file_name().into_string().ok());
    let mut copies: Vec<String> = names.filter(|it| is_copy(it)).collect();
    // Their dates sort as they are written.
    copies.sort_unstable();
    let old = copies.len().saturating_sub(keep);
    for name in &copies[..old] {
        std::fs::remove_file(folder.join(name)).with_context(|| format!("cannot remove `{name}`"))?;
    }
    Ok(old as u64)
}
