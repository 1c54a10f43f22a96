//! The breaker of a host: it opens when a host keeps failing or refusing, and closes when one probe gets a good answer. It only
//! counts: what an answer says of the host is judged by the fetcher, and how often to ask a host that works is `pace.rs`.
//!
//! It is written by hand because its state has to outlive the program, a refusal has to count otherwise than a failure, and the
//! clock is an argument: what a crate would leave to do is as long as this file.

use std::time::Duration;

/// This many failures in a row open it.
const FAILURES_MAX: u32 = 5;
/// This many refusals in a row open it: a refusal is deliberate.
const BLOCKS_MAX: u32 = 3;
/// How long it stays open the first time; doubled every time a probe fails.
const OPEN: Duration = Duration::from_secs(15 * 60);
const OPEN_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// What an answer says of the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HostSign {
    /// It works.
    Good,
    /// It failed, or asked us to slow down: reset, timeout, 5xx, 429.
    Failure,
    /// It refused: 401, 403, a challenge.
    Block,
    /// It was not reached: it may be our own network that is down.
    Unreached,
}

/// Whether a request may go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// The breaker is closed: it may.
    Granted,
    /// It may, as the one probe; nothing else goes out until the probe is answered.
    Probe,
    /// The breaker is open: no request goes out before this.
    NotBefore(Duration),
}

/// What a run leaves to the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct BreakerMemory {
    /// The number of failures in a row.
    pub(super) failures: u32,
    /// The time until which the breaker is open; `None` while it is closed.
    pub(super) open_until: Option<Duration>,
}

/// Counts failures in a row. Times are since the fetcher began.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    failures: u32,
    blocks: u32,
    open_until: Option<Duration>,
    is_probing: bool,
    /// Whether the failures say nothing of the host: they end this run, and the next one forgets them.
    is_unreached: bool,
}

impl Breaker {
    /// Takes over the state of an earlier run: an open breaker stays open until its time, then probes.
    pub(super) fn resume(&mut self, memory: BreakerMemory) {
        self.failures = memory.failures;
        self.open_until = memory.open_until;
    }

    /// Returns whether a request may go out now.
    pub(super) fn admit(&mut self, now: Duration) -> Admission {
        match self.open_until {
            None => Admission::Granted,
            Some(until) if now < until => Admission::NotBefore(until),
            Some(until) if self.is_probing => Admission::NotBefore(until),
            Some(_) => {
                self.is_probing = true;
                Admission::Probe
            }
        }
    }

    /// Notes what an answer says of the host.
    pub(super) fn note(&mut self, now: Duration, verdict: HostSign) {
        let was_probing = std::mem::take(&mut self.is_probing);
        match verdict {
            HostSign::Good => return *self = Self::default(),
            HostSign::Failure | HostSign::Unreached => self.failures += 1,
            HostSign::Block => {
                self.failures += 1;
                self.blocks += 1;
            }
        }
        self.is_unreached = verdict == HostSign::Unreached;
        if was_probing || FAILURES_MAX <= self.failures || BLOCKS_MAX <= self.blocks {
            let doublings = self.failures.saturating_sub(FAILURES_MAX).min(7);
            self.open_until = Some(now + (OPEN * 2_u32.pow(doublings)).min(OPEN_MAX));
        }
    }

    /// Notes that the probe said nothing of the host, so that another may go out.
    pub(super) fn forget_probe(&mut self) {
        self.is_probing = false;
    }

    /// Returns what the next run has to know.
    pub(super) fn remembered(&self) -> BreakerMemory {
        if self.is_unreached {
            return BreakerMemory::default();
        }
        BreakerMemory { failures: self.failures, open_until: self.open_until }
    }

    /// Returns the time until which the breaker is open; `None` while it is closed.
    pub(super) fn open_until(&self) -> Option<Duration> {
        self.open_until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: Duration = Duration::ZERO;

    #[test]
    fn failures_in_a_row_open_it_and_a_good_answer_clears_them() {
        let mut breaker = Breaker::default();
        for _ in 0..4 {
            breaker.note(T0, HostSign::Failure);
        }
        breaker.note(T0, HostSign::Good);
        for _ in 0..4 {
            breaker.note(T0, HostSign::Failure);
            assert_eq!(breaker.admit(T0), Admission::Granted);
        }
        breaker.note(T0, HostSign::Failure);
        assert_eq!(breaker.admit(T0), Admission::NotBefore(OPEN));
    }

    #[test]
    fn three_refusals_are_enough() {
        let mut breaker = Breaker::default();
        for _ in 0..3 {
            breaker.note(T0, HostSign::Block);
        }
        assert_eq!(breaker.admit(T0), Admission::NotBefore(OPEN));
    }

    #[test]
    fn being_offline_ends_a_run_and_is_forgotten_by_the_next() {
        let mut breaker = Breaker::default();
        for _ in 0..5 {
            breaker.note(T0, HostSign::Unreached);
        }
        assert_eq!(breaker.admit(T0), Admission::NotBefore(OPEN));
        assert_eq!(breaker.remembered(), BreakerMemory::default());
        breaker.note(T0, HostSign::Failure);
        assert_eq!(breaker.remembered().failures, 6);
    }

    #[test]
    fn one_probe_decides() {
        let mut breaker = Breaker::default();
        breaker.resume(BreakerMemory { failures: 5, open_until: Some(OPEN) });
        assert_eq!(breaker.admit(OPEN), Admission::Probe);
        assert!(matches!(breaker.admit(OPEN), Admission::NotBefore(_)), "nothing beside the probe");
        breaker.note(OPEN, HostSign::Failure);
        assert_eq!(
            breaker.admit(OPEN),
            Admission::NotBefore(OPEN + OPEN * 2),
            "the next pause is twice as long"
        );
        assert_eq!(breaker.admit(OPEN * 3), Admission::Probe);
        breaker.note(OPEN * 3, HostSign::Good);
        assert_eq!(breaker.admit(OPEN * 3), Admission::Granted);
    }
}
