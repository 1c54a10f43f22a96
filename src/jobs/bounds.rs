//! What ends a job before its work is done: the user, the clock, a number of pages. Every loop that asks somebody else
//! looks here between two requests.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use crate::{
    clock,
    fetch::{FetchError, Fetcher},
};

use super::{halt::Halt, report::End};

/// The user's request to stop. Work in hand is finished; nothing new is begun.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

/// Where to stop although more is due.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// After this many pages.
    pub max_pages: Option<u64>,
    /// At this time.
    pub until: Option<DateTime<Utc>>,
}

/// The request to stop and the limits of one job, and the pages it has begun.
#[derive(Debug)]
pub(super) struct Bounds {
    stop: Stop,
    limits: Limits,
    begun: AtomicU64,
}

impl Stop {
    /// Returns a request, and the switch that makes it.
    pub fn new() -> (watch::Sender<bool>, Self) {
        let (switch, request) = watch::channel(false);
        (switch, Self(request))
    }

    /// Waits for the request.
    pub async fn requested(mut self) {
        // Without the switch nobody can make it any more.
        if self.0.wait_for(|it| *it).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Whether the request was made.
    pub fn is_requested(&self) -> bool {
        *self.0.borrow()
    }
}

impl Bounds {
    pub(super) fn new(stop: Stop, limits: Limits) -> Self {
        Self { stop, limits, begun: AtomicU64::new(0) }
    }

    /// Why the job is over, if the user or the clock says so.
    pub(super) fn over(&self) -> Option<End> {
        if self.stop.is_requested() {
            return Some(End::Interrupted);
        }
        self.limits.until.is_some_and(|it| it <= clock::now()).then_some(End::Limited)
    }

    /// Why a job ends that an error of a request ended: the site said stop, unless we ourselves did not wait.
    pub(super) fn end_of(&self, error: &FetchError) -> End {
        match error {
            // A clock that was set back since may say that there is time again.
            FetchError::Abandoned => self.over().unwrap_or(End::Limited),
            _ => End::Stopped { cause: error.to_string() },
        }
    }

    /// Does `work`, and has what it is waiting for abandoned once the user or the clock says that the job is over. Returns what it
    /// comes to.
    pub(super) async fn abandoning<T>(&self, fetcher: &Fetcher, work: impl Future<Output = T>) -> T {
        let mut work = Box::pin(work);
        tokio::select! {
            done = &mut work => return done,
            () = self.passed() => fetcher.abandon(),
        }
        work.await
    }

    /// Waits until the user or the clock says that the job is over.
    async fn passed(&self) {
        let out_of_time = async {
            match self.limits.until {
                Some(until) => {
                    tokio::time::sleep((until - clock::now()).to_std().unwrap_or_default()).await;
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.stop.clone().requested() => {}
            () = out_of_time => {}
        }
    }

    /// Halts where the user or the clock says that the job is over.
    pub(super) fn check(&self) -> Result<(), Halt> {
        self.over().map_or(Ok(()), |it| Err(it.into()))
    }

    /// Counts a page that is about to be begun. Returns whether it is one more than allowed.
    pub(super) fn count_page(&self) -> bool {
        let number = self.begun.fetch_add(1, Ordering::Relaxed);
        self.limits.max_pages.is_some_and(|it| it <= number)
    }
}
