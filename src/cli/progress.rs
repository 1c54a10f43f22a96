//! What a job says while it runs: bars on a terminal, messages everywhere, and a line a minute where a long job has no terminal.
//! Events are the only thing it knows of a job. What a command says at its end is in the command's own file.

use std::{
    fmt,
    io::{IsTerminal, stderr},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use chrono::NaiveDate;
use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::model::{Event, Guesses, ImageState, Settled, Tally, counted};

use super::{args::Common, printer::Printer};

/// Fewer requests than this do not tell how long others will take.
const DONE_MIN: u64 = 5;

/// How often a long job says where it is, without a terminal.
const NOTE_EVERY: Duration = Duration::from_secs(60);

/// Shows events.
pub(super) struct Progress {
    printer: Printer,
    word: &'static str,
    is_drawn: bool,
    pages: ProgressBar,
    long: Mutex<Long>,
}

/// What a job of many days has done so far, and what is left.
struct Long {
    began: Instant,
    noted: Instant,
    days: u64,
    days_done: u64,
    tally: Tally,
    listings_read: u64,
    /// Pages and listings that were done before it was planned.
    done_before: u64,
    pages_left: u64,
    listings_left: u64,
    has_looked: bool,
}

impl Progress {
    /// Returns a progress whose bar is drawn only on a terminal, and never for quiet users.
    pub(super) fn new(printer: &Printer, common: &Common, word: &'static str) -> Self {
        if common.quiet {
            Self::hidden(printer, word)
        } else {
            Self::on(printer, stderr().is_terminal(), word)
        }
    }

    /// Returns a progress without a bar.
    pub(super) fn hidden(printer: &Printer, word: &'static str) -> Self {
        Self::on(printer, false, word)
    }

    fn on(printer: &Printer, is_drawn: bool, word: &'static str) -> Self {
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
        let long = Long {
            began: now,
            noted: now,
            days: 0,
            days_done: 0,
            tally: Tally::default(),
            listings_read: 0,
            done_before: 0,
            pages_left: 0,
            listings_left: 0,
            has_looked: false,
        };
        Self { printer: printer.clone(), word, is_drawn, pages, long: Mutex::new(long) }
    }

    /// Shows an event on the bars and as a message.
    pub(super) fn show(&self, event: &Event) {
        match event {
            Event::SourceRead { url, listed, added } => {
                self.pages.set_message(path(url));
                let named = counted(*listed as u64, "article");
                tracing::info!(url, listed, added, "{url}: {named}, {added} new");
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
            Event::SourceOverflowed { url, newest_before, oldest_now } => {
                tracing::warn!(
                    url,
                    %newest_before,
                    %oldest_now,
                    "{url} overflowed: its items begin at {oldest_now}, and the pass before ended with {newest_before}; \
                     stories between may be named by the listings only, which are read now"
                );
            }
            Event::SourcePartly { url, what } => tracing::warn!(url, what, "{url}: {what}"),
            Event::SourceEmpty { url } => tracing::warn!(url, "{url} names no article of this site"),
            Event::SourceFailed { url, cause } => {
                tracing::warn!(url, cause, "{url} cannot be read: {cause}");
            }
            Event::Queue { due: steps } | Event::Expected(steps) => self.measure(*steps),
            Event::Planned { days, pages, guesses } => self.plan(*days, *pages, *guesses),
            Event::Foreseen { pages, listings, listings_read } => {
                self.expect(*pages, *listings, *listings_read);
            }
            Event::Guessing { day, guesses } => self.announce(*day, *guesses),
            Event::DayDone { day, verdict } => {
                let verdict = verdict.code();
                tracing::info!(%day, verdict, "{day}: {verdict}");
                self.long(|it| it.days_done += 1);
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
            Event::ImageSettled { url, failed } => self.image_settled(url, failed.as_ref()),
            Event::ImagesStopped { host, cause } => {
                tracing::warn!(host, cause, "no more pictures from {host} for now: {cause}");
            }
            Event::SiteStopped { cause } => tracing::debug!(cause, "stopped: {cause}"),
        }
    }

    fn image_settled(&self, url: &str, failed: Option<&(ImageState, String)>) {
        self.pages.inc(1);
        if let Some((state, cause)) = failed {
            let outcome = state.code();
            tracing::warn!(url, outcome, cause, "the picture {url} is {outcome}: {cause}");
        } else {
            tracing::info!(url, "{url}: stored");
        }
    }

    fn measure(&self, due: u64) {
        let template = "{prefix} [{bar:24}] {pos}/{len}  {rate}  {eta} left  {wide_msg}";
        let style = ProgressStyle::with_template(template).expect("a constant template");
        self.pages.set_style(style.with_key("rate", rate).progress_chars("=> "));
        self.pages.set_length(due);
        self.pages.reset_eta();
    }

    /// Begins a bar of pages. Their number is corrected with every day.
    fn plan(&self, days: u64, pages: u64, guesses: u64) {
        self.long(|long| {
            long.days = days;
            long.pages_left = pages;
            long.done_before = long.tally.fetched + long.listings_read;
            long.began = Instant::now();
        });
        let template = "{prefix} [{bar:24}] {pos}/{len} pages  {rate}  {wide_msg}";
        let style = ProgressStyle::with_template(template).expect("a constant template");
        self.pages.set_style(style.with_key("rate", rate).progress_chars("=> "));
        self.pages.set_length(self.pages.position() + pages);
        if 0 < guesses {
            self.printer.note(&format!(
                "{}: {days} days, about {pages} pages, of which {guesses} are ids that nobody named and that will be guessed; \
                 `--ids off` leaves them out",
                self.word
            ));
        }
    }

    fn expect(&self, pages: u64, listings: u64, listings_read: u64) {
        self.long(|long| {
            (long.pages_left, long.listings_left, long.listings_read) = (pages, listings, listings_read);
        });
        self.pages.set_length(self.pages.position() + pages);
        self.note_long();
    }

    /// Says that ids will be guessed, before the first of them is asked for.
    fn announce(&self, day: NaiveDate, guesses: Guesses) {
        let line = match guesses {
            // Once says enough: the next days are found by what the first has found.
            Guesses::Bounds { .. } if self.long(|it| std::mem::replace(&mut it.has_looked, true)) => {
                return;
            }
            Guesses::Bounds { at_most } => format!(
                "{day}: guessing ids to find where the day begins and ends, a few dozen as a rule and {at_most} at most; \
                 `--ids off` leaves this out"
            ),
            Guesses::Ids { first, last, count, left } => {
                let left = match left {
                    0 => String::new(),
                    left => {
                        format!(", and up to {left} more in later runs (`site.ids.max_guesses_per_day`)")
                    }
                };
                format!(
                    "{day}: guessing {count} ids that nobody named, from {first} to {last}{left}; `--ids off` leaves them out"
                )
            }
        };
        self.printer.note(&line);
    }

    fn settled(&self, url: &str, settled: Settled, cause: Option<&str>) {
        self.pages.inc(1);
        let left = self.long(|long| {
            long.tally.count(settled);
            long.pages_left = long.pages_left.saturating_sub(1);
            long.left(Instant::now())
        });
        let left = left.map_or(String::new(), |it| format!("about {} left  ", duration(it)));
        self.pages.set_message(left + &path(url));
        let outcome = settled.code();
        match (settled, cause) {
            (Settled::ByFeed(state), cause) => {
                let (outcome, cause) = (state.code(), cause.unwrap_or_default());
                tracing::warn!(
                    url,
                    outcome,
                    cause,
                    "{url} is {outcome}: {cause}; its story came by feed"
                );
            }
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

    /// Says how far a job of many days is: on the bar, or once a minute as a line.
    fn note_long(&self) {
        let now = Instant::now();
        let line = self.long(|long| {
            if long.days == 0 {
                return None;
            }
            let left = long.left(now).map_or(String::new(), |it| format!(", about {} left", duration(it)));
            if self.is_drawn || now - long.noted < NOTE_EVERY {
                return None;
            }
            long.noted = now;
            let Tally { fetched, stored, missing, guesses_missed, failed, .. } = long.tally;
            let (word, done, days, pages) = (self.word, long.days_done, long.days, fetched + long.pages_left);
            let guessed = match guesses_missed {
                0 => String::new(),
                count => format!(", {} of no page", counted(count, "guessed id")),
            };
            Some(format!(
                "{word}: {fetched} of about {pages} pages ({stored} new, {missing} missing, {failed} failed{guessed}), \
                 {done} of {days} days{left}"
            ))
        });
        if let Some(line) = line {
            self.printer.note(&line);
        }
    }

    fn long<T>(&self, act: impl FnOnce(&mut Long) -> T) -> T {
        // The counts are right even where another thread panicked while it held them.
        act(&mut self.long.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes the bar away. No event comes after this.
    pub(super) fn end(&self) {
        self.pages.finish_and_clear();
    }
}

impl Long {
    fn left(&self, now: Instant) -> Option<Duration> {
        let done = (self.tally.fetched + self.listings_read).saturating_sub(self.done_before);
        let is_planned = 0 < self.days;
        is_planned.then(|| time_left(now - self.began, done, self.pages_left + self.listings_left))?
    }
}

/// Returns how long the requests that are left will take if they go like those that were made, pauses and missing pages
/// included; `None` while too few were made to tell.
fn time_left(took: Duration, done: u64, left: u64) -> Option<Duration> {
    if done < DONE_MIN {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let share = left as f64 / done as f64;
    Duration::try_from_secs_f64(took.as_secs_f64() * share).ok()
}

fn rate(state: &ProgressState, out: &mut dyn fmt::Write) {
    // Nobody sees a bar that cannot be written.
    let _ = write!(out, "{:.1}/s", state.per_sec());
}

/// Returns an address without its host, which is always the same.
fn path(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |it| it.1);
    rest.find('/').filter(|_| address.contains("://")).map_or(rest, |it| &rest[it..]).to_owned()
}

/// Returns a time in words: `1m 14s`.
pub(super) fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s}s"),
        (0, m, s) => format!("{m}m {s:02}s"),
        (h, m, _) => format!("{h}h {m:02}m"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_takes_as_long_as_what_was_done() {
        let seconds = Duration::from_secs;
        assert_eq!(time_left(seconds(100), 50, 450), Some(seconds(900)));
        assert_eq!(time_left(seconds(100), 50, 0), Some(seconds(0)));
        assert_eq!(time_left(seconds(1), 2, 1_000_000), None, "two requests tell nothing");
    }
}
