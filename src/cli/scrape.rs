//! `tearsheet scrape`. The run itself is made in `jobs`, its closing line and exit code in `closing`.

use std::time::Instant;

use crate::{
    config::Config,
    jobs::{self, End, Limits, Pass},
    model::counted,
    store::Reader,
};

use super::{
    args::{Common, ScrapeArgs},
    closing::{closing, exit_of},
    failure::Exit,
    printer::Printer,
    progress::{Progress, duration},
    setup::{Setup, block_on, fetcher, upgraded},
};

pub(super) fn run(common: &Common, args: &ScrapeArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let mut setup = Setup::new(common)?;
    args.images.apply(&mut setup.config);
    setup.check_paper()?;
    if args.dry_run {
        return dry_run(&setup, args.limits.limits(), printer);
    }
    warn_without_contact(&setup);
    pass(&setup, "scrape", args.limits.limits(), common, printer)
}

/// Warns users who are about to visit a public site without saying who they are.
pub(super) fn warn_without_contact(setup: &Setup) {
    if setup.config.fetch.user_agent == Config::default().fetch.user_agent && is_public(setup) {
        tracing::warn!(
            "the user agent does not say how to reach you: set `fetch.user_agent` in config.toml"
        );
    }
}

/// Makes one pass and prints its closing line. `command` is the name of the run in the table `runs`.
pub(super) fn pass(
    setup: &Setup,
    command: &'static str,
    limits: Limits,
    common: &Common,
    printer: &Printer,
) -> anyhow::Result<Exit> {
    let began = Instant::now();
    let writer = setup.writer()?;
    let reader = setup.reader()?;
    let progress = Progress::new(printer, common, "scrape");
    let report = block_on(async |stop| {
        let fetcher = fetcher(&setup.config)?;
        let pass = setup.pass(&fetcher, &writer, limits, stop);
        let pass = Pass { observe: &|event| progress.show(&event), ..pass };
        Ok(pass.scrape(command, &reader).await?)
    });
    progress.end();
    let report = report?;
    let exit = exit_of(&report);
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

fn is_public(setup: &Setup) -> bool {
    let host = setup.config.profile.base_url.host_str().unwrap_or_default();
    !(host == "localhost" || host.parse::<std::net::IpAddr>().is_ok() || host.starts_with('['))
}

fn dry_run(setup: &Setup, limits: Limits, printer: &Printer) -> anyhow::Result<Exit> {
    let archive = if setup.archive.exists() { Some(Reader::open(&setup.archive)?) } else { None };
    let plan = block_on(async |stop| {
        let fetcher = fetcher(&setup.config)?;
        Ok(jobs::plan(&fetcher, &setup.config.profile, archive.as_ref(), limits, stop).await?)
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
    let time = setup.config.fetch.interval * u32::try_from(plan.requests).unwrap_or(u32::MAX);
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
