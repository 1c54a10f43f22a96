//! `tearsheet backfill`: which days, from the site or from a web archive, and what the run or its rehearsal came to. The work is
//! done in `jobs`. It is not part of `scrape`, because it ends with a verdict on days and not only on pages.

use std::time::Instant;

use crate::{
    clock,
    config::WebArchive,
    jobs::{
        self, Backfill, BackfillPlan, Captures, CoveredDay, End, Expected, Guessing, Limits, Order,
        PlannedDay, Preview, ViaArchive,
    },
    model::{Days, Verdict, counted},
    store::{Reader, Writer},
};

use super::{
    args::{BackfillArgs, Common, GuessIds},
    closing::{closing, exit_of},
    days::{known, today},
    failure::{Exit, Usage},
    printer::Printer,
    progress::{Progress, duration},
    scrape,
    setup::{Setup, block_on, fetcher, upgraded},
};

pub(super) fn run(common: &Common, args: &BackfillArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let mut setup = Setup::new(common)?;
    args.images.apply(&mut setup.config);
    setup.check_paper()?;
    // With `--gaps` the archive says which days need work, so it is brought up to date before it is asked.
    let must_upgrade = args.gaps && !args.dry_run;
    let writer = must_upgrade.then(|| setup.existing_writer()).transpose()?;
    let backfill = Backfill {
        days: days(&setup, args)?,
        order: if args.oldest_first { Order::OldestFirst } else { Order::NewestFirst },
        guessing: match args.ids {
            GuessIds::Off => Guessing::Off,
            GuessIds::Gaps => Guessing::Gaps,
            GuessIds::All => Guessing::All,
        }
        .of_site(&setup.config.profile),
        only_gaps: args.gaps,
    };
    if let Some(name) = &args.via {
        web_archive(&setup, name)?;
    }
    if args.dry_run {
        return dry_run(&setup, &backfill, args.limits.limits(), printer);
    }
    scrape::warn_without_contact(&setup);
    let writer = writer.map_or_else(|| setup.writer(), Ok)?;
    fill(&setup, &writer, &backfill, common, args, printer)
}

/// Returns the range that was named; with `--gaps` and no range, the days of which anything is known.
fn days(setup: &Setup, args: &BackfillArgs) -> anyhow::Result<Days> {
    let today = today(&setup.config.profile, clock::now());
    if !args.gaps && args.range.from.is_none() {
        let hint = "`--from 2024-03-01 --to 2024-03-31`; or `--gaps` for every day that `coverage` says needs work";
        return Err(Usage::new("`--from` is missing", hint).into());
    }
    let known = if args.gaps { known(&setup.reader()?, today)? } else { None };
    let last = known.map_or(today, |it| it.last);
    Ok(args.range.resolve(today, |end| known.map_or(end, |it| it.first.min(end)), last)?)
}

fn fill(
    setup: &Setup,
    writer: &Writer,
    backfill: &Backfill,
    common: &Common,
    args: &BackfillArgs,
    printer: &Printer,
) -> anyhow::Result<Exit> {
    let began = Instant::now();
    let reader = setup.reader()?;
    let progress = Progress::new(printer, common, "backfill");
    let report = block_on(async |stop| {
        let fetcher = fetcher(&setup.config)?;
        let pass = setup.pass(&fetcher, writer, args.limits.limits(), stop);
        let pass = jobs::Pass { observe: &|event| progress.show(&event), ..pass };
        match &args.via {
            Some(name) => {
                let captures = if args.every_capture { Captures::Every } else { Captures::FirstAndLast };
                let via =
                    ViaArchive { archive: web_archive(setup, name)?, days: backfill.days, captures };
                Ok(pass.backfill_via(&reader, &via).await?)
            }
            None => Ok(pass.backfill(&reader, backfill).await?),
        }
    });
    progress.end();
    let report = report?;
    let covered = jobs::coverage(&reader, &setup.config.profile, backfill.days, clock::now())?;
    // A listing that could not be read is a page that could not be read.
    let exit = match exit_of(&report) {
        // The index of a web archive is no source of the site: its pages are asked for again.
        Exit::Unsourced if args.via.is_some() => Exit::Incomplete,
        exit if args.via.is_some() => exit,
        found @ (Exit::Done | Exit::Incomplete | Exit::Unsourced) if report.end == End::Done => {
            match covered.iter().any(CoveredDay::is_hole) {
                true if found == Exit::Unsourced => found,
                true => Exit::Incomplete,
                false => Exit::Done,
            }
        }
        exit => exit,
    };
    let line = closing("backfill", &report, began.elapsed());
    let line = format!("{line}; {}{}", verdicts(&covered), upgraded(writer));
    printer.run_ended("backfill", &line, exit, &report.tally);
    if exit == Exit::Stopped {
        printer
            .closing("hint: run the same command again later; it goes on where this one stopped", exit);
    }
    Ok(exit)
}

fn web_archive<'s>(setup: &'s Setup, name: &str) -> Result<&'s WebArchive, Usage> {
    let known = &setup.config.profile.web_archives;
    known.iter().find(|it| it.name == name).ok_or_else(|| {
        let names = known.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", ");
        Usage::new(
            format!("there is no web archive `{name}` in `site.web_archives`"),
            format!("the profile has {names}"),
        )
    })
}

/// Returns `31 days: 29 complete, 1 thin, 1 blocked`.
fn verdicts(covered: &[CoveredDay]) -> String {
    let count = |verdict| covered.iter().filter(|it| it.verdict == verdict).count();
    let counts = Verdict::ALL.iter().map(|it| (count(*it), it)).filter(|it| 0 < it.0);
    let counts = counts.map(|(count, it)| format!("{count} {}", it.code())).collect::<Vec<_>>();
    format!("{}: {}", counted(covered.len() as u64, "day"), counts.join(", "))
}

fn dry_run(
    setup: &Setup,
    backfill: &Backfill,
    limits: Limits,
    printer: &Printer,
) -> anyhow::Result<Exit> {
    let archive = if setup.archive.exists() { Some(Reader::open(&setup.archive)?) } else { None };
    let profile = &setup.config.profile;
    let BackfillPlan { days, requests, asked, cut, end } = block_on(async |stop| {
        let fetcher = fetcher(&setup.config)?;
        let (extractor, archive) = (&setup.extractor, archive.as_ref());
        let preview = Preview { fetcher: &fetcher, extractor, profile, archive, limits, stop };
        Ok(preview.plan(backfill, clock::now()).await?)
    })?;
    let mut out = String::new();
    if !days.is_empty() {
        out += "day         state     listings  queued  expected  guesses\n";
    }
    let mut sum = Expected::default();
    for PlannedDay { covered, expected } in &days {
        let Expected { listings, queued, pages, guesses } = *expected;
        out += &format!(
            "{}  {:<8}  {listings:>8}  {queued:>6}  {pages:>8}  {guesses:>7}\n",
            covered.day,
            covered.verdict.code()
        );
        sum.listings += listings;
        sum.queued += queued;
        sum.pages += pages;
        sum.guesses += guesses;
    }
    printer.data(&out)?;
    let time = setup.config.fetch.interval * u32::try_from(requests).unwrap_or(u32::MAX);
    let guesses = match sum.guesses {
        0 => String::new(),
        count => format!(", {count} guessed ids (`--ids off` for none)"),
    };
    printer.note(&format!(
        "backfill: would work on {} of {} days: {} listings, {} queued pages, about {} others{guesses}; about {requests} requests, \
         {} at this pace; {asked} requests were made to tell this, nothing was written",
        days.len(),
        backfill.days.count(),
        sum.listings,
        sum.queued,
        sum.pages,
        duration(time)
    ));
    if let Some(cause) = cut {
        printer.note(&format!("hint: the estimate is a rough one: {cause}"));
    }
    Ok(if end == Some(End::Interrupted) { Exit::Interrupted } else { Exit::Done })
}
