//! What a job says while it runs: bars on a terminal, messages everywhere, and a line a minute where a long job has
//! no terminal.

use std::{
    fmt,
    io::{IsTerminal, stderr},
    sync::{Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::model::{Event, Settled, Tally};

use super::printer::Printer;

/// How often a long job says where it is, without a terminal.
const NOTE_EVERY: Duration = Duration::from_secs(60);

/// Shows events.
pub(super) struct Progress {
    printer: Printer,
    word: &'static str,
    is_drawn: bool,
    pages: ProgressBar,
    /// Days, for a backfill; above the pages.
    days: OnceLock<ProgressBar>,
    long: Mutex<Long>,
}

/// What a job of many days has done so far.
struct Long {
    began: Instant,
    noted: Instant,
    days: u64,
    days_done: u64,
    pages: u64,
    tally: Tally,
}

impl Progress {
    /// A bar, if there is a terminal to draw it on.
    pub(super) fn new(printer: &Printer, is_quiet: bool, word: &'static str) -> Self {
        let is_drawn = !is_quiet && stderr().is_terminal();
        let pages =
            if is_drawn { printer.bars.add(ProgressBar::new_spinner()) } else { ProgressBar::hidden() };
        // Until the queue is known there is nothing to measure against.
        let style = ProgressStyle::with_template("{prefix} {spinner} reading the sources  {wide_msg}");
        pages.set_style(style.expect("a constant template"));
        pages.set_prefix(word);
        if is_drawn {
            pages.enable_steady_tick(Duration::from_millis(250));
        }
        let now = Instant::now();
        let tally = Tally::default();
        let long = Long { began: now, noted: now, days: 0, days_done: 0, pages: 0, tally };
        Self {
            printer: printer.clone(),
            word,
            is_drawn,
            pages,
            days: OnceLock::new(),
            long: Mutex::new(long),
        }
    }

    /// One event: on the bars, and as a message.
    pub(super) fn show(&self, event: &Event) {
        match event {
            Event::SourceRead { url, listed, added } => {
                self.pages.set_message(path(url));
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
            Event::SourceCut { url, left_out } => {
                tracing::warn!(
                    url,
                    left_out,
                    "{url} names more files than a run reads: {left_out} were left out (`site.discovery`)"
                );
            }
            Event::SourceEmpty { url } => tracing::warn!(url, "{url} names no article of this site"),
            Event::SourceFailed { url, cause } => {
                tracing::warn!(url, cause, "{url} cannot be read: {cause}");
            }
            Event::Queue { due: steps } | Event::Expected(steps) => self.measure(*steps),
            Event::Planned { days, pages } => self.plan(*days, *pages),
            Event::DayDone { day, verdict } => {
                let verdict = verdict.code();
                tracing::info!(%day, verdict, "{day}: {verdict}");
                self.long(|it| it.days_done += 1);
                if let Some(bar) = self.days.get() {
                    bar.inc(1);
                }
                self.note_long();
            }
            Event::Settled { url, settled, cause } => self.settled(url, *settled, cause.as_deref()),
            Event::Step => self.pages.inc(1),
            Event::Damaged { what, row } => {
                tracing::warn!(
                    what,
                    row,
                    "the stored {what} {row} is damaged: `tearsheet verify` says what is lost"
                );
            }
            Event::FileDamaged { name, offset, what } => {
                tracing::warn!(name, offset, what, "{name} is damaged at byte {offset}: {what}");
            }
            Event::SiteStopped { cause } => tracing::debug!(cause, "stopped: {cause}"),
        }
    }

    fn measure(&self, due: u64) {
        let template = "{prefix} [{bar:24}] {pos}/{len}  {rate}  {eta} left  {wide_msg}";
        let style = ProgressStyle::with_template(template).expect("a constant template");
        self.pages.set_style(style.with_key("rate", rate).progress_chars("=> "));
        self.pages.set_length(due);
        self.pages.reset_eta();
    }

    /// Two bars: days measured against the plan, and pages, of which nobody knows how many there are.
    fn plan(&self, days: u64, pages: u64) {
        self.long(|it| {
            (it.days, it.pages) = (days, pages);
            it.began = Instant::now();
        });
        let style = ProgressStyle::with_template("{prefix} {pos} pages  {rate}  {wide_msg}");
        self.pages.set_style(style.expect("a constant template").with_key("rate", rate));
        self.pages.set_prefix("    pages");
        if !self.is_drawn {
            return;
        }
        let template = "{prefix} [{bar:24}] {pos}/{len} days  {msg}";
        let style = ProgressStyle::with_template(template).expect("a constant template");
        let bar = self.printer.bars.insert_before(&self.pages, ProgressBar::new(days));
        bar.set_style(style.progress_chars("=> "));
        bar.set_prefix(self.word);
        // A job plans once.
        let _ = self.days.set(bar);
    }

    fn settled(&self, url: &str, settled: Settled, cause: Option<&str>) {
        self.pages.inc(1);
        self.pages.set_message(path(url));
        self.long(|it| it.tally.count(settled));
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
        self.note_long();
    }

    /// How far a job of many days is: on the bar, or once a minute as a line.
    fn note_long(&self) {
        let now = Instant::now();
        let line = self.long(|it| {
            if it.days == 0 {
                return None;
            }
            let left = it.left(now).map_or(String::new(), |it| format!(", about {} left", duration(it)));
            if let Some(bar) = self.days.get() {
                bar.set_message(left.trim_start_matches(", ").to_owned());
            }
            if self.is_drawn || now - it.noted < NOTE_EVERY {
                return None;
            }
            it.noted = now;
            let Tally { fetched, stored, missing, failed, .. } = it.tally;
            let (word, done, days) = (self.word, it.days_done, it.days);
            Some(format!(
                "{word}: {done} of {days} days, {fetched} pages ({stored} new, {missing} missing, {failed} failed){left}"
            ))
        });
        if let Some(line) = line {
            self.printer.note(&line);
        }
    }

    fn long<T>(&self, act: impl FnOnce(&mut Long) -> T) -> T {
        // Numbers stay numbers, whoever panicked beside them.
        act(&mut self.long.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Nothing more will come.
    pub(super) fn end(&self) {
        self.pages.finish_and_clear();
        if let Some(bar) = self.days.get() {
            bar.finish_and_clear();
        }
    }
}

impl Long {
    /// What is left takes as long as what was done, day by day: pace, pauses and pages that are not there included.
    /// Before the first day is done, the pages that are expected count.
    fn left(&self, now: Instant) -> Option<Duration> {
        let took = (now - self.began).as_secs_f64();
        let (done, all) = match self.days_done {
            0 => (self.tally.fetched, self.pages),
            done => (done, self.days),
        };
        if done == 0 || all < done {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let share = (all - done) as f64 / done as f64;
        Duration::try_from_secs_f64(took * share).ok()
    }
}

fn rate(state: &ProgressState, out: &mut dyn fmt::Write) {
    // A bar that cannot be written is seen by nobody.
    let _ = write!(out, "{:.1}/s", state.per_sec());
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
