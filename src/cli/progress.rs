//! What a job says while it runs: a bar on a terminal, messages everywhere.

use std::{
    fmt,
    io::{IsTerminal, stderr},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::model::{Event, Settled};

use super::printer::Printer;

/// Shows events.
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar, if there is a terminal to draw it on.
    pub(super) fn new(printer: &Printer, is_quiet: bool, word: &'static str) -> Self {
        if is_quiet || !stderr().is_terminal() {
            return Self { bar: ProgressBar::hidden() };
        }
        // Until the queue is known there is nothing to measure against.
        let bar = printer.bars.add(ProgressBar::new_spinner());
        let style = ProgressStyle::with_template("{prefix} {spinner} reading the sources  {wide_msg}");
        bar.set_style(style.expect("a constant template"));
        bar.set_prefix(word);
        bar.enable_steady_tick(Duration::from_millis(250));
        Self { bar }
    }

    /// One event: on the bar, and as a message.
    pub(super) fn show(&self, event: &Event) {
        match event {
            Event::SourceRead { url, listed, added } => {
                self.bar.set_message(path(url));
                tracing::info!(url, listed, added, "{url}: {listed} articles, {added} new");
            }
            Event::SourceUnchanged { url } => tracing::info!(url, "{url}: unchanged"),
            Event::SourceStale { url, newest } => {
                let newest = newest.format("%Y-%m-%d").to_string();
                tracing::warn!(
                    url,
                    newest,
                    "{url} is stale: it answers, and its newest item is of {newest}"
                );
            }
            Event::SourceEmpty { url } => tracing::warn!(url, "{url} names no article of this site"),
            Event::SourceFailed { url, cause } => {
                tracing::warn!(url, cause, "{url} cannot be read: {cause}");
            }
            Event::Queue { due } => self.measure(*due),
            Event::Settled { url, settled, cause } => self.settled(url, *settled, cause.as_deref()),
            Event::SiteStopped { cause } => tracing::debug!(cause, "stopped: {cause}"),
        }
    }

    fn measure(&self, due: u64) {
        let template = "{prefix} [{bar:24}] {pos}/{len}  {rate}  {eta} left  {wide_msg}";
        let rate = |state: &ProgressState, out: &mut dyn fmt::Write| {
            // A bar that cannot be written is seen by nobody.
            let _ = write!(out, "{:.1}/s", state.per_sec());
        };
        let style = ProgressStyle::with_template(template).expect("a constant template");
        self.bar.set_style(style.with_key("rate", rate).progress_chars("=> "));
        self.bar.set_length(due);
        self.bar.reset_eta();
    }

    fn settled(&self, url: &str, settled: Settled, cause: Option<&str>) {
        self.bar.inc(1);
        self.bar.set_message(path(url));
        let outcome = settled.code();
        match (settled, cause) {
            (Settled::Failed(_), Some(cause)) => {
                tracing::warn!(url, outcome, cause, "{url} is {outcome}: {cause}");
            }
            (Settled::Failed(_), None) => {
                tracing::warn!(url, outcome, "{url}: no article could be read from it");
            }
            _ => tracing::info!(url, outcome, "{url}: {outcome}"),
        }
    }

    /// Nothing more will come.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// An address without its host, which is always the same.
fn path(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |it| it.1);
    rest.find('/').filter(|_| address.contains("://")).map_or(rest, |it| &rest[it..]).to_owned()
}

/// `1m 14s`.
pub(super) fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s}s"),
        (0, m, s) => format!("{m}m {s:02}s"),
        (h, m, _) => format!("{h}h {m:02}m"),
    }
}
