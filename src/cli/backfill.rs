//! `tearsheet backfill`: which days, from the site or from a web archive, and what the run or its rehearsal came to. The work is
//! done in `jobs`. It is not part of `scrape`, because it ends with a verdict on days and not only on pages.

use std::time::Instant;

use crate::{
    clock,
    config::WebArchive,
    jobs::{
        self, Backfill, BackfillPlan, Captures, CoveredDay, End, Expected, Ids, Limits, Order,
        PlannedDay, Preview, ViaArchive,
    },
    model::{Days, Verdict, counted},
    store::{Reader, Writer},
};

use super::{
    args::{BackfillArgs, Common, GuessIds},
    days::{known, today},
    failure::{Exit, Usage},
    printer::Printer,
    progress::{Progress, duration},
    scrape::{self, closing},
    session::{Session, block_on, upgraded},
};

pub(super) fn run(common: &Common, args: &BackfillArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let mut session = Session::new(common)?;
    args.images.apply(&mut session.config);
    session.check_paper()?;
    // With `--gaps` the archive says which days need work, so it is brought up to date before it is asked.
    let is_asked = args.gaps && !args.dry_run;
    let writer = is_asked.then(|| session.existing_writer()).transpose()?;
    let backfill = Backfill {
        days: days(&session, args)?,
        order: if args.oldest_first { Order::OldestFirst } else { Order::NewestFirst },
        ids: match args.ids {
            GuessIds::Off => Ids::Off,
            GuessIds::Gaps => Ids::Gaps,
            GuessIds::All => Ids::All,
        }
        .of_site(&session.config.profile),
        only_gaps: args.gaps,
    };
    if let Some(name) = &args.via {
        web_archive(&session, name)?;
    }
    if args.dry_run {
        return dry_run(&session, &backfill, args.limits.limits(), printer);
    }
    scrape::warn_without_contact(&session);
    let writer = writer.map_or_else(|| session.writer(), Ok)?;
    fill(&session, &writer, &backfill, common, args, printer)
}

/// Returns the range that was named; with `--gaps` and no range, the days of which anything is known.
fn days(session: &Session, args: &BackfillArgs) -> anyhow::Result<Days> {
    let today = today(&session.config.profile, clock::now());
    if !args.gaps && args.range.from.is_none() {
        let hint = "`--from 2024-03-01 --to 2024-03-31`; or `--gaps` for every day that `coverage` says needs work";
        return Err(Usage::new("`--from` is missing", hint).into());
    }
    let known = if args.gaps { known(&session.reader()?, today)? } else { None };
    let last = known.map_or(today, |it| it.last);
    Ok(args.range.resolve(today, |end| known.map_or(end, |it| it.first.min(end)), last)?)
}

fn fill(
    session: &Session,
    writer: &Writer,
    backfill: &Backfill,
    common: &Common,
    args: &BackfillArgs,
    printer: &Printer,
) -> anyhow::Result<Exit> {
    let began = Instant::now();
    let reader = session.reader()?;
    let progress = Progress::new(printer, common, "backfill");
    let report = block_on(async |stop| {
        let fetcher = scrape::fetcher(&session.config)?;
        let pass = session.pass(&fetcher, writer, args.limits.limits(), stop);
        let pass = jobs::Pass { observe: &|event| progress.show(&event), ..pass };
        match &args.via {
            Some(name) => {
                let captures = if args.every_capture { Captures::Every } else { Captures::FirstAndLast };
                let via =
                    ViaArchive { archive: web_archive(session, name)?, days: backfill.days, captures };
                Ok(pass.backfill_via(&reader, &via).await?)
            }
            None => Ok(pass.backfill(&reader, backfill).await?),
        }
    });
    progress.end();
    let report = report?;
    let covered = jobs::coverage(&reader, &session.config.profile, backfill.days, clock::now())?;
    // A listing that could not be read is a page that could not be read.
    let is_open = |it: &CoveredDay| matches!(it.verdict, Verdict::Partial | Verdict::Blocked);
    let exit = match scrape::exit(&report) {
        // The index of a web archive is no source of the site: its pages are asked for again.
        Exit::Unsourced if args.via.is_some() => Exit::Incomplete,
        exit if args.via.is_some() => exit,
        found @ (Exit::Done | Exit::Incomplete | Exit::Unsourced) if report.end == End::Done => {
            match covered.iter().any(is_open) {
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

fn web_archive<'s>(session: &'s Session, name: &str) -> Result<&'s WebArchive, Usage> {
    let known = &session.config.profile.web_archives;
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
    session: &Session,
    backfill: &Backfill,
    limits: Limits,
    printer: &Printer,
) -> anyhow::Result<Exit> {
    let archive = if session.archive.exists() { Some(Reader::open(&session.archive)?) } else { None };
    let profile = &session.config.profile;
    let BackfillPlan { days, requests, asked, cut, end } = block_on(async |stop| {
        let fetcher = scrape::fetcher(&session.config)?;
        let (extractor, archive) = (&session.extractor, archive.as_ref());
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
    let time = session.config.fetch.interval * u32::try_from(requests).unwrap_or(u32::MAX);
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
