//! `tearsheet verify` and `tearsheet backup`.

use std::time::Instant;

use anyhow::Context;
use chrono::Utc;
use console::Style;
use serde_json::json;

use crate::{
    export::{Existing, PlaceError},
    jobs::{Verified, Verify, compact, repair},
    store::{Finding, Remedy, StoreError, Writer},
};

use super::{
    args::{BackupArgs, Common, VerifyArgs},
    days::today,
    failure::{Exit, Usage},
    printer::Printer,
    progress::{Progress, duration},
    session::{Session, block_on, upgraded},
};

pub(super) fn run(common: &Common, args: &VerifyArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let session = Session::new(common)?;
    let began = Instant::now();
    let readers = || session.readers();
    let writer = writer(&session, args)?;
    let upgraded = writer.as_ref().map(upgraded).unwrap_or_default();
    let progress = Progress::new(printer, common.quiet, "verify");
    let verified = block_on(async |stop| {
        let look = async || -> anyhow::Result<Verified> {
            let observe = |event| progress.show(&event);
            let mut verify = Verify {
                readers: readers()?,
                writer: writer.as_ref(),
                observe: &observe,
                stop: stop.clone(),
            };
            Ok(verify.run().await?)
        };
        let mut verified = look().await?;
        let mut repaired = 0;
        if let Some(writer) = writer.as_ref().filter(|_| args.repair && !verified.findings.is_empty()) {
            let before = verified.findings.len();
            repair(&verified.findings, readers()?, writer, &session.extractor, stop.clone()).await?;
            verified = look().await?;
            repaired = before.saturating_sub(verified.findings.len());
        }
        let saved = match writer.as_ref().filter(|_| args.compact && !verified.is_damaged()) {
            Some(writer) => {
                compact(&session.reader()?, writer, &|event| progress.show(&event), &stop).await?
            }
            None => 0,
        };
        Ok((verified, repaired, saved))
    });
    progress.end();
    let (verified, repaired, saved) = verified?;
    let is_alone = writer.is_some();
    drop(writer);
    if 0 < saved {
        Writer::shrink(&session.archive)?;
    }
    let exit = match (verified.is_damaged(), verified.is_whole) {
        (true, _) => Exit::Archive,
        (false, false) => Exit::Interrupted,
        (false, true) => Exit::Done,
    };
    let text =
        if args.json { as_json(&session, &verified, is_alone)? } else { as_text(&verified.findings) };
    printer.data(&text)?;
    let mut line = match verified.findings.len() {
        0 => format!("verify: whole, {} raw pages read", verified.bodies),
        count if !verified.is_damaged() => {
            format!(
                "verify: whole, {count} pages left by a killed run, {} raw pages read",
                verified.bodies
            )
        }
        count => format!("verify: {count} findings, {} raw pages read", verified.bodies),
    };
    if 0 < repaired {
        line += &format!(", {repaired} repaired");
    }
    if args.compact {
        line += &format!(", {saved} bytes saved");
    }
    line += &format!(" in {}", duration(began.elapsed()));
    if !is_alone {
        line += "; another run writes, or the file is read-only: claims and the full-text index were not looked at";
    }
    line += &upgraded;
    printer.closing(&line, exit);
    Ok(exit)
}

/// The writer, if nobody else writes and the file can be written.
fn writer(session: &Session, args: &VerifyArgs) -> anyhow::Result<Option<Writer>> {
    // Who wants to change something has to wait for the lock.
    if args.repair || args.compact {
        return session.existing_writer().map(Some);
    }
    // An archive that is not there, or of an earlier schema, is an error: nothing is made and nothing brought up to date.
    drop(session.reader()?);
    match session.writer() {
        Ok(writer) => Ok(Some(writer)),
        Err(error) => match error.downcast_ref::<StoreError>() {
            Some(
                StoreError::TooNew { .. }
                | StoreError::NotAnArchive { .. }
                | StoreError::NotAFile { .. },
            ) => Err(error),
            _ => Ok(None),
        },
    }
}

fn remedy(it: Remedy) -> &'static str {
    match it {
        Remedy::NextRun => "no harm: the next run, or `tearsheet verify --repair`, puts it back",
        Remedy::Report => {
            "the archive is as it should be; the program is not: please report it, with the page"
        }
        Remedy::Repair => "`tearsheet verify --repair` makes it right",
        Remedy::Reread => "`tearsheet verify --repair` reads it again from its raw page",
        Remedy::Lost => "the bytes are lost: fetch or import the page again, or take them from a backup",
        Remedy::Recover => "take a backup; without one, `sqlite3 FILE .recover` saves what can be read",
    }
}

fn as_text(findings: &[Finding]) -> String {
    let (red, dim) = (Style::new().red(), Style::new().dim());
    let line = |it: &Finding| {
        let Finding { check, row, detail, remedy: how } = it;
        format!("{} {row}: {detail}\n    {}\n", red.apply_to(check), dim.apply_to(remedy(*how)))
    };
    findings.iter().map(line).collect()
}

fn as_json(session: &Session, verified: &Verified, is_alone: bool) -> anyhow::Result<String> {
    let finding = |it: &Finding| json!({ "check": it.check, "row": it.row, "detail": it.detail, "remedy": remedy(it.remedy) });
    let value = json!({
        "archive": session.archive.display().to_string(),
        "whole": !verified.is_damaged() && verified.is_whole,
        "bodies": verified.bodies,
        "alone": is_alone,
        "findings": verified.findings.iter().map(finding).collect::<Vec<_>>(),
    });
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

pub(super) fn backup(common: &Common, args: &BackupArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let session = Session::new(common)?;
    let reader = session.reader()?;
    let today = today(&session.config.profile, Utc::now());
    let target = if args.path.is_dir() {
        let name = session.archive.file_stem().unwrap_or_default().to_string_lossy();
        args.path.join(format!("{name}-{today}.db"))
    } else {
        args.path.clone()
    };
    let file = session.place(&target, Existing::Keep).file()?;
    let Some(path) = file.path() else {
        let hint = "name a new file, or a folder for one that carries the date";
        return Err(Usage::new(format!("`{}` is not a file", target.display()), hint).into());
    };
    reader.backup(path).map_err(|error| match error {
        StoreError::Full | StoreError::ReadOnly(_) => {
            let source = std::io::Error::other(error.to_string());
            anyhow::Error::from(PlaceError::Io { path: target.clone(), source })
        }
        error => error.into(),
    })?;
    file.commit()?;
    let size = std::fs::metadata(&target).context("the copy has gone")?.len();
    printer.note(&format!("backup: {} ({size} bytes, whole)", target.display()));
    Ok(Exit::Done)
}
