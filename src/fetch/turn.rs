//! How a request waits for its turn: the time that the host named, the pause of a retry, the pace. How long each of them is,
//! the policies decide; this is the only file that sleeps.

use std::time::Duration;

use tokio::{
    sync::SemaphorePermit,
    time::{sleep, sleep_until},
};

use crate::model::WaitReason;

use super::{error::FetchError, fetcher::Fetcher, lane::Lane};

/// How long an answer that is on its way is waited for once the job is over.
const GRACE: Duration = Duration::from_secs(1);

/// A request that may be sent.
pub(super) struct Turn<'f> {
    /// One of the places for requests that are on their way.
    _place: SemaphorePermit<'f>,
    /// How long it was held back.
    pub(super) waited: Duration,
    /// Why.
    pub(super) reason: Option<WaitReason>,
}

/// A turn that was booked.
struct Slot {
    at: Duration,
    /// Whether `Retry-After` put it off.
    is_held: bool,
    /// Whether it is later than now.
    is_later: bool,
}

impl Fetcher {
    /// Ends every wait at once and every request soon, with [`FetchError::Abandoned`]; nothing is asked for from now on.
    pub fn abandon(&self) {
        self.is_over.send_replace(true);
    }

    /// Waits until a request may be sent, unless the job is over before that.
    pub(super) async fn turn(&self, host: &str, pause: Duration) -> Result<Turn<'_>, FetchError> {
        tokio::select! {
            biased;
            () = self.over() => {
                self.lane(host, |lane| lane.breaker.forget_probe());
                Err(FetchError::Abandoned)
            }
            turn = self.take_turn(host, pause) => turn,
        }
    }

    /// Returns the answer to a request, unless the job has been over for a while before it comes.
    pub(super) async fn answer<T>(
        &self,
        sent: impl Future<Output = Result<T, FetchError>>,
    ) -> Result<T, FetchError> {
        let given_up = async {
            self.over().await;
            sleep(GRACE).await;
        };
        tokio::select! {
            answer = sent => answer,
            () = given_up => Err(FetchError::Abandoned),
        }
    }

    /// Waits until the job is over.
    async fn over(&self) {
        // The other end of the channel is ours.
        let _ = self.is_over.subscribe().wait_for(|it| *it).await;
    }

    /// Waits until a request may be sent: for a place, for the time that the host named, the page's pause and the next free slot,
    /// whichever comes last.
    async fn take_turn(&self, host: &str, pause: Duration) -> Result<Turn<'_>, FetchError> {
        let began = self.now();
        let place = self.slots.acquire().await.map_err(|_| FetchError::Timeout)?;
        self.admit(host)?;
        let free = self.now() + pause;
        let mut was_held = false;
        // Answers to other requests while this one slept count for it, too.
        let slot = loop {
            let slot = self.book(host, free)?;
            was_held |= slot.is_held;
            self.wait_until(slot.at).await;
            while let Some(free) = self.lane(host, |lane| lane.pace.begin(self.now())) {
                self.wait_until(free).await;
            }
            let now = self.now();
            let is_free = |lane: &mut Lane| lane.wait_until.is_none_or(|it| it <= now);
            if self.lane(host, is_free) {
                break slot;
            }
        };
        let now = self.now();
        if let Some(until) = self.lane(host, |lane| lane.breaker.open_until()).filter(|it| now < *it) {
            return Err(FetchError::BreakerOpen { wait: until.saturating_sub(now) });
        }
        let reason = match was_held {
            true => Some(WaitReason::RetryAfter),
            false if Duration::ZERO < pause => Some(WaitReason::Retry),
            false => slot.is_later.then_some(WaitReason::Pace),
        };
        Ok(Turn { _place: place, waited: now.saturating_sub(began), reason })
    }

    /// Sleeps until a time. A timer counts in milliseconds and rounds up, so a time that has come is not slept for.
    async fn wait_until(&self, at: Duration) {
        if self.now() < at {
            sleep_until(self.epoch.0 + at).await;
        }
    }

    /// Books the next slot from `free` on that the host allows.
    fn book(&self, host: &str, free: Duration) -> Result<Slot, FetchError> {
        let now = self.now();
        let chance = fastrand::f64();
        self.lane(host, |lane| {
            let held = lane.wait_until.filter(|it| now < *it);
            if let Some(until) = held.filter(|it| self.config.max_wait < it.saturating_sub(now)) {
                lane.breaker.forget_probe();
                return Err(FetchError::Throttled { status: None, until: self.wall(until) });
            }
            lane.pace.not_before(held.unwrap_or(now).max(free));
            let at = lane.pace.reserve(now, chance);
            Ok(Slot { at, is_held: held.is_some(), is_later: now < at })
        })
    }
}
