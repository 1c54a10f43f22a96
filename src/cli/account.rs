//! What a run leaves for programs, whatever its end: a summary, metrics, a word to a monitor, hooks. The run itself knows nothing
//! of it, so that a run that never began has a summary, too.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use chrono::{DateTime, SecondsFormat, Utc};
use tokio::runtime::Builder;

use crate::{
    clock,
    config::Config,
    export::{
        Destination, Existing,
        answers::{RunAnswer, StatusAnswer, SummaryAnswer, to_json},
        metrics,
    },
    extract, fetch,
    store::{Reader, disk},
};

use super::{
    args::{AccountArgs, Common},
    failure::{Exit, explain},
    hooks,
    setup::{Setup, Site},
};

/// A run whose end is to be told.
struct Account<'a> {
    command: &'static str,
    args: &'a AccountArgs,
    /// The site and its archive; `None` where the configuration cannot be read.
    site: Option<Site>,
    began_at: DateTime<Utc>,
    began: Instant,
    /// The newest run before this one.
    run_before: Option<i64>,
}

/// Does the work of a command and reports how it ended: summary, metrics, monitor, hooks. Returns what the work returned, unless that was
/// success and the report could not be written.
pub(super) fn reported(
    common: &Common,
    args: &AccountArgs,
    command: &'static str,
    work: impl FnOnce() -> anyhow::Result<Exit>,
) -> anyhow::Result<Exit> {
    // What is wrong with the configuration is said by the work.
    let site = Setup::site(common).ok();
    if !is_wanted(args, site.as_ref()) {
        return work();
    }
    let run_before = site.as_ref().and_then(|it| newest_run(&it.archive));
    let account =
        Account { command, args, site, began_at: clock::now(), began: Instant::now(), run_before };
    account.ping("start", String::new());
    let result = work();
    let exit = match &result {
        Ok(exit) => *exit,
        Err(error) => explain(error).exit,
    };
    let written = account.end(exit);
    // The first reason counts.
    if exit == Exit::Done { written.map(|()| exit) } else { result }
}

fn is_wanted(args: &AccountArgs, site: Option<&Site>) -> bool {
    let is_told = |it: &Config| it.ops.ping.is_some() || !it.ops.hooks.is_empty();
    args.summary.is_some() || args.metrics_file.is_some() || site.is_some_and(|it| is_told(&it.config))
}

fn newest_run(archive: &Path) -> Option<i64> {
    Reader::open(archive).ok()?.newest_run().ok()?
}

impl Account<'_> {
    /// Writes and tells what the run came to.
    fn end(&self, exit: Exit) -> anyhow::Result<()> {
        let took = self.began.elapsed();
        let reader = self.site.as_ref().and_then(|it| Reader::open(&it.archive).ok());
        let status = reader.as_ref().and_then(|it| self.status(it));
        let summary = self.summary(exit, reader.as_ref(), status.as_ref());
        let text = to_json(&summary);
        let written = self.write(&summary, &text, took, reader.as_ref(), status.as_ref());
        self.ping(&exit.code().to_string(), text.clone());
        if let Some(site) = &self.site {
            hooks::run(&site.config.ops.hooks, &summary, exit, &text);
        }
        written
    }

    fn write(
        &self,
        summary: &SummaryAnswer,
        text: &str,
        took: Duration,
        reader: Option<&Reader>,
        status: Option<&StatusAnswer>,
    ) -> anyhow::Result<()> {
        let guarded: Vec<_> = self.site.iter().map(|it| it.archive.clone()).collect();
        let destination = |path: &Path| Destination::new(path, Existing::Replace, guarded.clone());
        if let Some(path) = &self.args.summary {
            destination(path).keep(text.as_bytes())?;
        }
        if let Some(path) = &self.args.metrics_file {
            let last = reader.and_then(|it| it.last_success(Some(self.command)).ok().flatten());
            let text = metrics(summary, last.map(|it| it.timestamp()), took.as_secs_f64(), status);
            destination(path).keep(text.as_bytes())?;
        }
        Ok(())
    }

    fn status(&self, reader: &Reader) -> Option<StatusAnswer> {
        let archive = &self.site.as_ref()?.archive;
        let status = reader.status(clock::now(), extract::VERSION).ok()?;
        Some(StatusAnswer::new(archive.display().to_string(), status, disk(archive)))
    }

    fn summary(
        &self,
        exit: Exit,
        reader: Option<&Reader>,
        status: Option<&StatusAnswer>,
    ) -> SummaryAnswer {
        // Another program that holds the archive has a run of its own there.
        let is_ours = |it: &&RunAnswer| exit != Exit::Held && Some(it.id) > self.run_before;
        let run = status.and_then(|it| it.runs.first()).filter(is_ours);
        let audit = reader.zip(run).and_then(|(reader, run)| reader.audit(run.id).ok());
        let audit = audit.unwrap_or_default();
        let now = clock::now();
        let count = |of: fn(&RunAnswer) -> u64| run.map_or(0, of);
        SummaryAnswer {
            message_type: "summary",
            command: self.command,
            run_id: run.map(|it| it.id),
            site: self.site.as_ref().map(|it| it.config.profile.name.clone()),
            outcome: exit.word(),
            exit_code: exit.code(),
            started_at: stamp(self.began_at),
            finished_at: stamp(now),
            new: count(|it| it.stored),
            updated: count(|it| it.updated),
            unchanged: count(|it| it.unchanged),
            missing: count(|it| it.missing),
            failed: count(|it| it.failed),
            blocked: audit.blocked,
            requests: audit.requests,
            bytes: audit.bytes,
            retry_at: reader.and_then(|it| it.retry_at(now).ok().flatten()),
            drift: run.map(|it| it.drift.clone()).unwrap_or_default(),
            version: env!("CARGO_PKG_VERSION"),
        }
    }

    /// Tells the monitor, where there is one. That it does not answer is a warning.
    fn ping(&self, last_part: &str, body: String) {
        let Some(config) = self.site.as_ref().map(|it| &it.config) else { return };
        let Some(monitor) = &config.ops.ping else { return };
        let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return };
        let told = runtime.block_on(fetch::tell(monitor, last_part, &config.fetch.user_agent, body));
        if let Err(error) = told {
            let host = monitor.host_str().unwrap_or_default();
            tracing::warn!("the monitor at {host} was not told of {last_part}: {error}");
        }
    }
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
