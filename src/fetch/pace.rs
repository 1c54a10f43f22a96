//! At most one request per interval to a host, first come first served; slower when the server labours.

use std::time::Duration;

/// Slowest the adaptive pace gets, as a multiple of the configured interval.
const FACTOR_MAX: f64 = 16.0;
/// A push-back (429, 503, 403) doubles the interval.
const PUSHBACK: f64 = 2.0;
/// A good answer brings it back by this much: about ten for every doubling.
const RECOVERY: f64 = 0.93;
/// An answer this many times slower than usual is a sign of labour.
const SLOW_RATIO: f64 = 3.0;
const SLOW_STEP: f64 = 1.25;
/// Faster answers are no measure of anything.
const LATENCY_MIN: Duration = Duration::from_millis(200);
/// Weight of the newest answer in the usual latency.
const LATENCY_WEIGHT: f64 = 0.1;
const TIMER_GRAIN: Duration = Duration::from_millis(1);
/// Jitter, at most, as a share of the interval. It only ever adds.
const JITTER: f64 = 0.1;

/// When the next request may go out. Times are since the fetcher began.
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
    pub(super) fn new(interval: Duration) -> Self {
        // What no timer can wait for is no pace.
        let interval = if interval < TIMER_GRAIN { Duration::ZERO } else { interval };
        Self { base: interval, factor: 1.0, next: None, last: None, usual: None }
    }

    /// Go on at the interval of an earlier run.
    pub(super) fn resume(&mut self, interval: Duration) {
        if Duration::ZERO < self.base {
            let factor = interval.as_secs_f64() / self.base.as_secs_f64();
            self.factor = factor.clamp(1.0, FACTOR_MAX);
        }
    }

    /// The server asks for a longer interval than ours; a shorter one changes nothing.
    pub(super) fn at_least(&mut self, interval: Duration) {
        self.base = self.base.max(interval);
    }

    /// No request before this.
    pub(super) fn not_before(&mut self, at: Duration) {
        self.next = Some(self.next.map_or(at, |next| next.max(at)));
    }

    /// Book the next free slot; the caller sleeps until it. `chance` in 0..1 spreads requests a little.
    pub(super) fn reserve(&mut self, now: Duration, chance: f64) -> Duration {
        let slot = self.next.map_or(now, |next| next.max(now));
        self.next = Some(slot + self.interval().mul_f64(1.0 + JITTER * chance));
        slot
    }

    /// Use a slot: `None` to go now, or when to come back because the request before went out late.
    pub(super) fn begin(&mut self, now: Duration) -> Option<Duration> {
        let free = self.last.map(|it| it + self.interval());
        if let Some(free) = free.filter(|it| now < *it) {
            return Some(free);
        }
        self.last = Some(now);
        None
    }

    /// The interval in force.
    pub(super) fn interval(&self) -> Duration {
        self.base.mul_f64(self.factor)
    }

    /// A good answer came, after so long.
    pub(super) fn note_answer(&mut self, latency: Duration) {
        let usual = self.usual.unwrap_or(latency);
        let is_slow = LATENCY_MIN < latency && usual.mul_f64(SLOW_RATIO) < latency;
        let step = if is_slow { SLOW_STEP } else { RECOVERY };
        self.factor = (self.factor * step).clamp(1.0, FACTOR_MAX);
        self.usual = Some(usual.mul_f64(1.0 - LATENCY_WEIGHT) + latency.mul_f64(LATENCY_WEIGHT));
    }

    /// The server pushed back.
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
