//! What robots.txt permits: reading it, remembering it, asking it. Its grammar is in `robots.rs`, which knows no network; pages
//! other than robots.txt are read by `fetcher.rs`.

use chrono::TimeDelta;
use url::Url;

use crate::{
    clock,
    model::{Ask, Request, RobotsMemory},
};

use super::{
    answer::redirect_target,
    error::{Class, FetchError},
    fetcher::Fetcher,
    lane::usable,
    robots::{BYTES_MAX, text_of},
};

/// How long a robots.txt counts (RFC 9309, section 2.4).
const ROBOTS_LIFE: TimeDelta = TimeDelta::hours(24);
/// How long one counts that could not be asked for.
const ROBOTS_RETRY: TimeDelta = TimeDelta::minutes(30);

/// What came of asking for a robots.txt.
#[derive(Debug)]
pub struct RobotsVisit {
    /// What is new and to be kept; `None` where the robots.txt was known, or is not obeyed. Fails where nothing may be read.
    pub result: Result<Option<RobotsMemory>, FetchError>,
    /// Every request, in order.
    pub requests: Vec<Request>,
}

impl Fetcher {
    /// Returns the sitemaps that robots.txt names, as written.
    pub fn sitemaps(&self, host: &str) -> Vec<String> {
        self.lane(host, |lane| lane.robots.as_ref().map(|it| it.1.sitemaps.clone()).unwrap_or_default())
    }

    /// Sees to it that the robots.txt of an origin is known: the one that is remembered while it counts, or a new one. Returns
    /// the new one, to be kept, and what was sent for it.
    pub async fn robots(&self, url: &Url) -> RobotsVisit {
        if !self.config.respect_robots {
            // Nothing was asked, so nothing is remembered: the user may change their mind.
            return RobotsVisit { result: Ok(None), requests: Vec::new() };
        }
        let host = Self::host_of(url);
        let known = self.lane(&host, |lane| {
            let known = lane.robots.as_ref().map(|it| &it.0).filter(|it| clock::now() < it.expires_at);
            known.map(usable)
        });
        if let Some(known) = known {
            return RobotsVisit { result: known.map(|()| None), requests: Vec::new() };
        }
        let mut requests = Vec::new();
        let memory = match self.read_robots(url, &mut requests).await {
            Ok(memory) => memory,
            Err(error) => return RobotsVisit { result: Err(error), requests },
        };
        self.lane(&host, |lane| lane.take_robots(memory.clone(), &self.config));
        RobotsVisit { result: usable(&memory).map(|()| Some(memory)), requests }
    }

    /// Reads robots.txt. 4xx means that there is none; 5xx and silence forbid everything until it answers (section 2.3.1).
    async fn read_robots(
        &self,
        url: &Url,
        requests: &mut Vec<Request>,
    ) -> Result<RobotsMemory, FetchError> {
        let now = clock::now();
        let origin = url.origin().ascii_serialization();
        let memory = |status, life, body| RobotsMemory {
            origin: origin.clone(),
            fetched_at: now,
            expires_at: now + life,
            status,
            body,
        };
        let Ok(mut at) = url.join("/robots.txt") else {
            return Ok(memory(None, ROBOTS_RETRY, String::new()));
        };
        for _ in 0..=self.config.max_redirects {
            let ask = Ask::new(at.clone());
            let answer = match self.attempts(&ask, requests).await {
                Ok(answer) => answer,
                Err(error) if error.class() == Class::Stop => return Err(error),
                Err(
                    FetchError::Blocked { status } | FetchError::Status { status: status @ 400..=499 },
                ) => {
                    return Ok(memory(Some(status), ROBOTS_LIFE, String::new()));
                }
                Err(error) => return Err(FetchError::NoRobots { reason: error.to_string() }),
            };
            if let Some(next) = redirect_target(&answer, &at) {
                if !self.may_lead(&at, &next) {
                    let reason =
                        format!("it leads to {next}, and another origin cannot speak for this one");
                    return Err(FetchError::NoRobots { reason });
                }
                at = next;
                continue;
            }
            return Ok(match answer.status.as_u16() {
                200..=299 => {
                    let body = text_of(&answer.body);
                    if BYTES_MAX < body.len() {
                        tracing::warn!(
                            "{at} is longer than {BYTES_MAX} bytes: the rules after them are not read"
                        );
                    }
                    memory(Some(answer.status.as_u16()), ROBOTS_LIFE, body)
                }
                status @ 400..=499 => memory(Some(status), ROBOTS_LIFE, String::new()),
                // "Not modified" without validators, or a redirect to nowhere, permits nothing.
                status => {
                    return Err(FetchError::NoRobots { reason: format!("the site answered {status}") });
                }
            });
        }
        // Too many redirects mean that there is no robots.txt (section 2.3.1.2).
        Ok(memory(Some(404), ROBOTS_LIFE, String::new()))
    }

    /// Whether a robots.txt may be read where this redirect leads: on the same host, or another of the site's, but never
    /// from https to http nor to another port. RFC 9309 (section 2.3.1.2) would follow anywhere; but another
    /// site cannot speak for this one, and would be sent the user's headers.
    fn may_lead(&self, from: &Url, to: &Url) -> bool {
        let is_host = |url: &Url| self.profile.host_of(url).is_some();
        let is_here = from.host_str() == to.host_str() || (is_host(from) && is_host(to));
        let is_upgrade = (from.scheme(), to.scheme()) == ("http", "https");
        let is_port = from.port() == to.port();
        is_here && is_port && (from.scheme() == to.scheme() || (is_upgrade && to.port().is_none()))
    }

    /// Sees to it that the robots.txt of an origin is known before anything else is asked of it.
    pub(super) async fn ensure_robots(
        &self,
        url: &Url,
        requests: &mut Vec<Request>,
    ) -> Result<(), FetchError> {
        if self.config.respect_robots {
            let visit = self.robots(url).await;
            requests.extend(visit.requests);
            visit.result?;
        }
        Ok(())
    }

    /// Fails where robots.txt does not permit an address.
    pub(super) fn check_robots(&self, url: &Url) -> Result<(), FetchError> {
        if !self.config.respect_robots {
            return Ok(());
        }
        let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
        self.lane(&Self::host_of(url), |lane| match &lane.robots {
            None => Ok(()),
            Some((memory, _)) if usable(memory).is_err() => usable(memory),
            Some((_, robots)) if robots.allows(path) => Ok(()),
            Some(_) => Err(FetchError::Robots),
        })
    }
}
