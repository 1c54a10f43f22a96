//! The pace of a host: at most one request per interval, first come first served, slower when the server struggles. It only
//! computes times; sleeping until then is done in `turn.rs`. A host that fails is the breaker's business.
//!
//! It is written by hand because the rate has to follow the server and `Crawl-delay` while it is in use, has to outlive the
//! program, and takes the clock as an argument.

use std::time::Duration;

/// The longest interval, as a multiple of the configured one.
const FACTOR_MAX: f64 = 16.0;
/// A push-back (429, 503, 403) doubles the interval.
const PUSHBACK: f64 = 2.0;
/// A good answer shortens the interval by this factor: ten of them undo one doubling.
const RECOVERY: f64 = 0.93;
/// An answer that takes this many times longer than usual shows that the server struggles.
const SLOW_RATIO: f64 = 3.0;
const SLOW_STEP: f64 = 1.25;
/// Faster answers say nothing of the load of a server.
const LATENCY_MIN: Duration = Duration::from_millis(200);
/// The weight of the newest answer in the usual latency.
const LATENCY_WEIGHT: f64 = 0.1;
const TIMER_GRAIN: Duration = Duration::from_millis(1);
/// The greatest jitter, as a share of the interval. It only ever adds.
const JITTER: f64 = 0.1;

/// When the next request may go out. Times count from the start of the fetcher.
#[derive(Debug)]
pub(super) struct Pace {
    base: Duration,
    factor: f64,
    next: Option<Duration>,
    /// When the last request really went out: a slot may be used late.
    last: Option<Duration>,
    usual: Option<Duration>,
}

impl Pace {
    /// Returns the pace of a configured interval.
    pub(super) fn new(interval: Duration) -> Self {
        // No timer can wait for less than its grain.
        let interval = if interval < TIMER_GRAIN { Duration::ZERO } else { interval };
        Self { base: interval, factor: 1.0, next: None, last: None, usual: None }
    }

    /// Takes over the interval of an earlier run.
    pub(super) fn resume(&mut self, interval: Duration) {
        if Duration::ZERO < self.base {
            let factor = interval.as_secs_f64() / self.base.as_secs_f64();
            self.factor = factor.clamp(1.0, FACTOR_MAX);
        }
    }

    /// Makes the interval at least this long, because the server asks for it.
    pub(super) fn at_least(&mut self, interval: Duration) {
        self.base = self.base.max(interval);
    }

    /// Lets no request go out before this.
    pub(super) fn not_before(&mut self, at: Duration) {
        self.next = Some(self.next.map_or(at, |next| next.max(at)));
    }

    /// Books the next free slot. Returns its time; the caller sleeps until then. `chance` in 0..1 spreads requests a little.
    pub(super) fn reserve(&mut self, now: Duration, chance: f64) -> Duration {
        let slot = self.next.map_or(now, |next| next.max(now));
        self.next = Some(slot + self.interval().mul_f64(1.0 + JITTER * chance));
        slot
    }

    /// Uses a slot. Returns `None` to go now, or when to come back because the previous request went out late.
    pub(super) fn begin(&mut self, now: Duration) -> Option<Duration> {
        let free = self.last.map(|it| it + self.interval());
        if let Some(free) = free.filter(|it| now < *it) {
            return Some(free);
        }
        self.last = Some(now);
        None
    }

    /// Returns the interval in force.
    pub(super) fn interval(&self) -> Duration {
        self.base.mul_f64(self.factor)
    }

    /// Notes a good answer and how long it took.
    pub(super) fn note_answer(&mut self, latency: Duration) {
        let usual = self.usual.unwrap_or(latency);
        let is_slow = LATENCY_MIN < latency && usual.mul_f64(SLOW_RATIO) < latency;
        let step = if is_slow { SLOW_STEP } else { RECOVERY };
        self.factor = (self.factor * step).clamp(1.0, FACTOR_MAX);
        self.usual = Some(usual.mul_f64(1.0 - LATENCY_WEIGHT) + latency.mul_f64(LATENCY_WEIGHT));
    }

    /// Notes that the server pushed back.
    pub(super) fn note_pushback(&mut self) {
        self.factor = (self.factor * PUSHBACK).min(FACTOR_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn slots_are_spaced_and_never_in_the_past() {
        let mut pace = Pace::new(s(2));
        assert_eq!(pace.reserve(s(0), 0.0), s(0));
        assert_eq!(pace.reserve(s(0), 0.0), s(2));
        assert_eq!(pace.reserve(s(10), 0.0), s(10));
        assert_eq!(pace.reserve(s(10), 1.0), s(12));
        assert!(s(14) < pace.reserve(s(10), 0.0), "jitter only ever adds");
    }

    #[test]
    fn a_slot_that_is_used_late_puts_the_next_one_off() {
        let mut pace = Pace::new(s(2));
        assert_eq!(pace.begin(s(1)), None);
        assert_eq!(pace.begin(s(2)), Some(s(3)));
        assert_eq!(pace.begin(s(3)), None);
    }

    #[test]
    fn a_slower_wish_wins_and_a_faster_one_does_not() {
        let mut pace = Pace::new(s(2));
        pace.at_least(s(1));
        assert_eq!(pace.interval(), s(2));
        pace.at_least(s(10));
        assert_eq!(pace.interval(), s(10));
        pace.not_before(s(60));
        assert_eq!(pace.reserve(s(0), 0.0), s(60));
    }

    #[test]
    fn pushback_slows_down_and_good_answers_bring_it_slowly_back() {
        let mut pace = Pace::new(s(2));
        pace.note_pushback();
        assert_eq!(pace.interval(), s(4));
        pace.note_answer(s(1));
        assert!(s(3) < pace.interval() && pace.interval() < s(4));
        for _ in 0..20 {
            pace.note_answer(s(1));
        }
        assert_eq!(pace.interval(), s(2));
        for _ in 0..10 {
            pace.note_pushback();
        }
        assert_eq!(pace.interval(), s(32));
    }

    #[test]
    fn a_labouring_server_is_asked_less_often() {
        let mut pace = Pace::new(s(2));
        for _ in 0..5 {
            pace.note_answer(Duration::from_millis(300));
        }
        pace.note_answer(s(3));
        assert!(s(2) < pace.interval());
        let mut quick = Pace::new(s(2));
        quick.note_answer(Duration::from_millis(1));
        quick.note_answer(Duration::from_millis(50));
        assert_eq!(quick.interval(), s(2), "fifty milliseconds are no labour");
    }
}
