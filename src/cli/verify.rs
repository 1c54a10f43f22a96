//! `tearsheet verify`: whether an archive is whole. The checks are made in `store` and `jobs`, the answer is a type of `export`.

use std::time::Instant;

use console::Style;

use crate::{
    export::answers::{ArchiveAccess, FindingAnswer, VerifyAnswer, to_json},
    jobs::{Depth, Stop, Verified, Verify, compact, repair},
    model::counted,
    store::{Finding, StoreError, Writer},
};

use super::{
    args::{Common, VerifyArgs},
    failure::Exit,
    printer::Printer,
    progress::{Progress, duration},
    setup::{Setup, block_on, upgraded},
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
    let setup = Setup::new(common)?;
    let began = Instant::now();
    let (writer, unreadable) = match writer(&setup, args) {
        Ok(writer) => (writer, None),
        Err(error) => (None, Some(unreadable(error)?)),
    };
    let upgraded = writer.as_ref().map(upgraded).unwrap_or_default();
    let progress = Progress::new(printer, common, "verify");
    let look = match unreadable {
        Some(look) => Ok(look),
        None => block_on(async |stop| look(&setup, args, writer.as_ref(), &progress, &stop).await),
    };
    progress.end();
    let Look { verified, repaired, accepted, saved } = look?;
    let access = if writer.is_some() { ArchiveAccess::Exclusive } else { ArchiveAccess::Shared };
    drop(writer);
    if 0 < saved {
        Writer::shrink(&setup.archive)?;
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
    if access == ArchiveAccess::Shared {
        line += "; another run writes, or the file is read-only: claims and the full-text index were not looked at";
    }
    line += &upgraded;
    let answer = VerifyAnswer::new(setup.archive.display().to_string(), verified, access);
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
    setup: &Setup,
    args: &VerifyArgs,
    writer: Option<&Writer>,
    progress: &Progress,
    stop: &Stop,
) -> anyhow::Result<Look> {
    let observe = |event| progress.show(&event);
    let depth = depth(args);
    let verify = async || -> anyhow::Result<Verified> {
        let readers = setup.readers_until(stop)?;
        let mut verify = Verify { readers, writer, depth, observe: &observe, stop: stop.clone() };
        Ok(verify.run().await?)
    };
    let mut look = Look { verified: verify().await?, repaired: 0, accepted: 0, saved: 0 };
    if stop.is_requested() {
        return Ok(look);
    }
    let before = look.verified.findings.len();
    if let Some(writer) = writer.filter(|_| args.repair && 0 < before) {
        let readers = setup.readers()?;
        repair(&look.verified.findings, readers, writer, &setup.extractor, stop.clone()).await?;
        look.verified = verify().await?;
        look.repaired = before.saturating_sub(look.verified.findings.len());
    }
    if let Some(writer) = writer.filter(|_| args.accept && 0 < before) {
        look.accepted = writer.accept().await?;
        look.verified = verify().await?;
    }
    if let Some(writer) = writer.filter(|_| args.compact && !look.verified.is_damaged()) {
        look.saved = compact(&setup.reader()?, writer, &observe, stop).await?;
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
fn writer(setup: &Setup, args: &VerifyArgs) -> anyhow::Result<Option<Writer>> {
    // A command that will change something ends here where another run holds the lock.
    if args.repair || args.accept || args.compact {
        return setup.existing_writer().map(Some);
    }
    // A missing archive and one of an earlier schema are errors: nothing is created, and nothing is brought up to date.
    drop(setup.reader()?);
    match setup.any_writer() {
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
