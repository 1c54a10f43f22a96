//! One host: its pace, its breaker, its robots.txt, and the wait that it asked for. The policies themselves are in files of their
//! own, and know nothing of each other.

use std::time::Duration;

use crate::{config::FetchConfig, model::RobotsMemory};

use super::{breaker::Breaker, error::FetchError, pace::Pace, robots::Robots};

/// What is kept of one host while the program runs.
pub(super) struct Lane {
    pub(super) pace: Pace,
    pub(super) breaker: Breaker,
    pub(super) robots: Option<(RobotsMemory, Robots)>,
    /// The time that `Retry-After` named.
    pub(super) wait_until: Option<Duration>,
}

impl Lane {
    /// Takes in a robots.txt, and its `Crawl-delay`.
    pub(super) fn take_robots(&mut self, memory: RobotsMemory, config: &FetchConfig) {
        let robots = Robots::parse(&memory.body, &config.user_agent);
        if let Some(delay) = robots.crawl_delay.filter(|_| config.respect_robots) {
            self.pace.at_least(delay);
        }
        self.robots = Some((memory, robots));
    }
}

/// Fails where nothing may be read while this robots.txt counts.
pub(super) fn usable(robots: &RobotsMemory) -> Result<(), FetchError> {
    match robots.status {
        Some(500..=599) | None => Err(FetchError::NoRobots {
            reason: robots.status.map_or("no answer".to_owned(), |it| format!("the site answered {it}")),
        }),
        Some(_) => Ok(()),
    }
}
