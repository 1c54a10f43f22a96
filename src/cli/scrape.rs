//! `tearsheet scrape`; the exit code and the closing lines of every command that makes a run. The run itself is made in `jobs`.

use std::time::Instant;

use crate::{
    config::Config,
    fetch::Fetcher,
    jobs::{self, End, Limits, Pass, Report},
    model::{Drift, ImageTally, Measure, counted},
    store::Reader,
};

use super::{
    args::{Common, ScrapeArgs},
    failure::{Exit, Usage},
    printer::Printer,
    progress::{Progress, duration},
    session::{Session, block_on, upgraded},
};

pub(super) fn run(common: &Common, args: &ScrapeArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let mut session = Session::new(common)?;
    args.images.apply(&mut session.config);
    session.check_paper()?;
    if args.dry_run {
        return dry_run(&session, args.limits.limits(), printer);
    }
    warn_without_contact(&session);
    pass(&session, "scrape", args.limits.limits(), common, printer)
}

/// Warns users who are about to visit a public site without saying who they are.
pub(super) fn warn_without_contact(session: &Session) {
    if session.config.fetch.user_agent == Config::default().fetch.user_agent && is_public(session) {
        tracing::warn!(
            "the user agent does not say how to reach you: set `fetch.user_agent` in config.toml"
        );
    }
}

/// Makes one pass and prints its closing line. `command` is the name of the run in the table `runs`.
pub(super) fn pass(
    session: &Session,
    command: &'static str,
    limits: Limits,
    common: &Common,
    printer: &Printer,
) -> anyhow::Result<Exit> {
    let began = Instant::now();
    let writer = session.writer()?;
    let reader = session.reader()?;
    let progress = Progress::new(printer, common, "scrape");
    let report = block_on(async |stop| {
        let fetcher = fetcher(&session.config)?;
        let pass = session.pass(&fetcher, &writer, limits, stop);
        let pass = Pass { observe: &|event| progress.show(&event), ..pass };
        Ok(pass.scrape(command, &reader).await?)
    });
    progress.end();
    let report = report?;
    let exit = exit(&report);
    let line = closing("scrape", &report, began.elapsed()) + &upgraded(&writer);
    printer.run_ended("scrape", &line, exit, &report.tally);
    let tally = report.tally;
    if 0 < tally.sources_stale && tally.sources_stale == tally.sources_read + tally.sources_unread {
        printer.alarm("every source is stale: none names a story younger than `site.stale_after_hours`");
    }
    if exit == Exit::Stopped {
        let hint = "hint: run the same command again later; `tearsheet status` shows which pages are waiting, and for what";
        printer.closing(hint, exit);
    }
    Ok(exit)
}

pub(super) fn fetcher(config: &Config) -> anyhow::Result<Fetcher> {
    let hint = "check `[fetch]` in config.toml; where the system has no certificates, install its package ca-certificates";
    let fetcher = Fetcher::new(&config.fetch, &config.profile);
    Ok(fetcher.map_err(|error| Usage::new(error.to_string(), hint))?)
}

/// Returns the part of a line that counts the pages that were parsed slowly; nothing if there were none.
pub(super) fn parsed_slowly(pages: u64) -> String {
    if pages == 0 { String::new() } else { format!(", {pages} parsed slowly") }
}

/// Returns `scrape: 37 new, 2 updated, 51 unchanged, 0 failed in 1m 14s`, and why the run ended early if it did.
pub(super) fn closing(command: &str, report: &Report, took: std::time::Duration) -> String {
    let tally = report.tally;
    let mut line = format!(
        "{command}: {} new, {} updated, {} unchanged, {} failed",
        tally.stored, tally.updated, tally.unchanged, tally.failed
    );
    if 0 < tally.by_feed {
        line += &format!(", {} of the new came by feed", tally.by_feed);
    }
    if 0 < tally.drafted {
        line += &format!(", {} say less than before (table drafts)", tally.drafted);
    }
    if 0 < tally.missing {
        line += &format!(", {} missing", tally.missing);
    }
    if 0 < tally.guesses_missed {
        line += &format!(", {} of no page", counted(tally.guesses_missed, "guessed id"));
    }
    if 0 < tally.sources_stale {
        line += &format!(", {} stale", counted(tally.sources_stale, "source"));
    }
    if 0 < tally.sources_empty {
        line += &format!(", {} empty", counted(tally.sources_empty, "source"));
    }
    if 0 < tally.sources_cut {
        line += &format!(", {} cut", counted(tally.sources_cut, "source"));
    }
    if 0 < tally.sources_overflowed {
        line +=
            &format!(", {} overflowed since the pass before", counted(tally.sources_overflowed, "feed"));
    }
    if 0 < tally.sources_partly {
        line += &format!(", {} read in part", counted(tally.sources_partly, "source"));
    }
    if 0 < tally.sources_unread {
        line += &format!(", {} unread", counted(tally.sources_unread, "source"));
    }
    line += &parsed_slowly(report.parsed_slowly);
    line += &report.images.map(pictures).unwrap_or_default();
    line += &format!(" in {}", duration(took));
    if let Some(drift) = report.drifts.first() {
        let more = match report.drifts.len() {
            1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        line += &format!("; drift: {}{more} (see `status`)", drifted(drift));
    }
    let due = counted(report.due, "page");
    match &report.end {
        End::Done => {}
        End::Limited => line += &format!("; limit reached, {due} still queued"),
        End::Interrupted => {
            line += &format!("; interrupted, {due} still queued: the same command resumes");
        }
        End::Stopped { cause } => {
            line += &format!("; stopped: {cause}; {due} still queued: the next run resumes");
        }
    }
    line
}

/// Returns the part of a line that counts pictures; nothing where none was asked for.
fn pictures(tally: ImageTally) -> String {
    let ImageTally { stored, unchanged, failed, hosts_stopped, due, bound } = tally;
    let mut counts = vec![String::new()];
    if 0 < stored + failed + unchanged {
        counts.push(counted(stored, "new picture"));
    }
    if 0 < failed {
        counts.push(format!("{} not kept", counted(failed, "picture")));
    }
    if 0 < hosts_stopped {
        counts.push(format!("{} said stop", counted(hosts_stopped, "picture host")));
    }
    if 0 < due {
        let bound = bound.map(|it| format!(", `{it}` is reached")).unwrap_or_default();
        counts.push(format!("{} still queued{bound}", counted(due, "picture")));
    }
    counts.join(", ")
}

/// Returns a drift in words: `headline on 0 % of 34 pages, 98 % are usual`.
pub(super) fn drifted(drift: &Drift) -> String {
    let Drift { measure, before, now, pages, examples: _ } = drift;
    match measure {
        Measure::Source(_) => format!("{measure}, it had news before"),
        Measure::Size(size) => {
            format!("{now:.0} {size} a page on {}, {before:.0} are usual", counted(*pages, "page"))
        }
        Measure::Share(_) => {
            format!(
                "{measure} on {:.0} % of {}, {:.0} % are usual",
                now * 100.0,
                counted(*pages, "page"),
                before * 100.0
            )
        }
    }
}

pub(super) fn exit(report: &Report) -> Exit {
    let tally = report.tally;
    match report.end {
        End::Interrupted => Exit::Interrupted,
        End::Stopped { .. } => Exit::Stopped,
        // A pass that could not look anywhere has seen nothing.
        End::Done | End::Limited
            if tally.sources_read == tally.sources_empty
                && 0 < tally.sources_unread + tally.sources_empty =>
        {
            Exit::Unsourced
        }
        End::Done | End::Limited if !report.drifts.is_empty() => Exit::Drifted,
        End::Done | End::Limited if 0 < tally.failed => Exit::Incomplete,
        End::Done | End::Limited => Exit::Done,
    }
}

fn is_public(session: &Session) -> bool {
    let host = session.config.profile.base_url.host_str().unwrap_or_default();
    !(host == "localhost" || host.parse::<std::net::IpAddr>().is_ok() || host.starts_with('['))
}

fn dry_run(session: &Session, limits: Limits, printer: &Printer) -> anyhow::Result<Exit> {
    let archive = if session.archive.exists() { Some(Reader::open(&session.archive)?) } else { None };
    let plan = block_on(async |stop| {
        let fetcher = fetcher(&session.config)?;
        Ok(jobs::plan(&fetcher, &session.config.profile, archive.as_ref(), limits, stop).await?)
    })?;
    let mut unread = 0;
    for source in &plan.sources {
        match &source.listed {
            Ok(listed) => {
                printer.note(&format!("{}: {}", source.url, counted(*listed as u64, "article")));
            }
            Err(cause) => {
                unread += 1;
                printer.note(&format!("{} cannot be read: {cause}", source.url));
            }
        }
    }
    for url in &plan.unknown {
        printer.data(&format!("{url}\n"))?;
    }
    let time = session.config.fetch.interval * u32::try_from(plan.requests).unwrap_or(u32::MAX);
    printer.note(&format!(
        "scrape: would fetch {} and look at {} again: {}, about {} at this pace; nothing was written",
        counted(plan.unknown.len() as u64, "new page"),
        plan.due,
        counted(plan.requests, "request"),
        duration(time)
    ));
    Ok(match plan.end {
        Some(End::Interrupted) => Exit::Interrupted,
        _ if unread == plan.sources.len() => Exit::Stopped,
        _ => Exit::Done,
    })
}
