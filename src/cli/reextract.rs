//! `tearsheet reextract`: a table of what changed, field by field, and a closing line. The pages are read again in `jobs`.

use std::time::Instant;

use crate::{
    clock,
    jobs::{FIELDS, FieldReport, Losses, Reextract, RereadReport},
    model::counted,
};

use super::{
    args::{Common, ReextractArgs},
    days::{known, today},
    failure::Exit,
    printer::Printer,
    progress::{Progress, duration},
    setup::{Setup, block_on, upgraded},
};

pub(super) fn run(common: &Common, args: &ReextractArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let setup = Setup::new(common)?;
    let began = Instant::now();
    let writer = if args.dry_run { None } else { Some(setup.existing_writer()?) };
    let reader = setup.reader()?;
    let today = today(&setup.config.profile, clock::now());
    let days = if args.range.from.is_none() && args.range.to.is_none() {
        None
    } else {
        let known = known(&reader, today)?;
        Some(args.range.resolve(today, |end| known.map_or(end, |it| it.first.min(end)), today)?)
    };
    let readers = setup.readers()?;
    let progress = Progress::new(printer, common, "reextract");
    let report = block_on(async |stop| {
        let job = Reextract {
            readers,
            extractor: &setup.extractor,
            writer: writer.as_ref(),
            days,
            losses: if args.accept_losses { Losses::Accept } else { Losses::Draft },
            observe: &|event| progress.show(&event),
            stop,
        };
        Ok(job.run().await?)
    });
    progress.end();
    let report = report?;
    printer.data(&table(&report))?;
    let exit = match report.is_whole {
        false => Exit::Interrupted,
        true if 0 < report.damaged => Exit::Incomplete,
        true => Exit::Done,
    };
    let upgraded = writer.as_ref().map(upgraded).unwrap_or_default();
    let line = closing(&report, began.elapsed(), args.dry_run) + &upgraded;
    printer.run_ended("reextract", &line, exit, &report.tally());
    Ok(exit)
}

fn table(report: &RereadReport) -> String {
    let mut out = "field           before     after   changed  examples\n".to_owned();
    for field in FIELDS {
        let none = FieldReport::default();
        let FieldReport { before, after, changed, examples } =
            report.fields.get(&field).unwrap_or(&none);
        let examples = examples.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let line = format!("{:<12}  {before:>8}  {after:>8}  {changed:>8}  {examples}", field.code());
        out += &format!("{}\n", line.trim_end());
    }
    out
}

fn closing(report: &RereadReport, took: std::time::Duration, is_rehearsal: bool) -> String {
    let RereadReport {
        captures,
        articles: _,
        updated,
        refreshed,
        found,
        drafts,
        strips,
        redated,
        damaged,
        parsed_twice,
        misparsed,
        fields: _,
        is_whole,
    } = report;
    let mut line = format!(
        "reextract: {} read again, {} reworded, {refreshed} otherwise corrected, {found} found, {drafts} kept as drafts",
        counted(*captures, "page"),
        counted(*updated, "story")
    );
    if 0 < *strips {
        line += &format!(", {} corrected", counted(*strips, "ticker"));
    }
    if 0 < *redated {
        line += &format!(", {} dated by the session", counted(*redated, "ticker"));
    }
    if 0 < *damaged {
        line += &format!(", {damaged} damaged");
    }
    line += &format!(" in {}", duration(took));
    if is_rehearsal {
        line += &format!("; {parsed_twice} parsed by the fast and the standard parser, ");
        line += &match misparsed.as_slice() {
            [] => "which agree".to_owned(),
            some => format!(
                "which disagree on {} (captures {some:?}): a fault of tearsheet, please report it",
                some.len()
            ),
        };
        line += "; nothing was written";
    }
    if !is_whole {
        line += "; interrupted: the same command resumes";
    }
    if 0 < *drafts {
        line += "; a draft has less than its article (table drafts): `--accept-losses` takes it all the same";
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rehearsal_says_whether_both_parsers_agree() {
        let check = |misparsed: Vec<i64>, expect: &str| {
            let report =
                RereadReport { parsed_twice: 7, misparsed, is_whole: true, ..RereadReport::default() };
            let line = closing(&report, std::time::Duration::ZERO, true);
            assert!(line.contains(expect), "{line}");
            assert!(!closing(&report, std::time::Duration::ZERO, false).contains("parsed"));
        };
        check(
            vec![],
            "; 7 parsed by the fast and the standard parser, which agree; nothing was written",
        );
        check(vec![3, 5], ", which disagree on 2 (captures [3, 5]): a fault");
    }
}
