//! One host: its pace, its breaker, its robots.txt, and what it asked for.

use std::time::Duration;

use crate::{config::FetchConfig, model::RobotsMemory};

use super::{FetchError, breaker::Breaker, pace::Pace, robots::Robots};

/// One host.
pub(super) struct Lane {
    pub(super) pace: Pace,
    pub(super) breaker: Breaker,
    pub(super) robots: Option<(RobotsMemory, Robots)>,
    /// Retry-After.
    pub(super) wait_until: Option<Duration>,
}

impl Lane {
    pub(super) fn take_robots(&mut self, memory: RobotsMemory, config: &FetchConfig) {
        let robots = Robots::parse(&memory.body, &config.user_agent);
        if let Some(delay) = robots.crawl_delay.filter(|_| config.respect_robots) {
            self.pace.at_least(delay);
        }
        self.robots = Some((memory, robots));
    }
}

/// Whether anything may be read while this robots.txt counts.
pub(super) fn usable(robots: &RobotsMemory) -> Result<(), FetchError> {
    match robots.status {
        Some(500..=599) | None => Err(FetchError::NoRobots {
            reason: robots.status.map_or("no answer".to_owned(), |it| format!("the site answered {it}")),
        }),
        Some(_) => Ok(()),
    }
}
