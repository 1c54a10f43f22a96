//! What robots.txt lets us ask for: reading it, remembering it, looking into it.

use chrono::{TimeDelta, Utc};
use url::Url;

use crate::model::{Ask, Request, RobotsMemory};

use super::{Class, FetchError, Fetcher, lane::usable, redirect_target};

/// robots.txt counts for so long (RFC 9309, section 2.4).
const ROBOTS_LIFE: TimeDelta = TimeDelta::hours(24);
/// One that could not be read is asked for again soon.
const ROBOTS_RETRY: TimeDelta = TimeDelta::minutes(30);

impl Fetcher {
    /// The sitemaps that robots.txt names.
    pub fn sitemaps(&self, host: &str) -> Vec<String> {
        self.lane(host, |lane| lane.robots.as_ref().map(|it| it.1.sitemaps.clone()).unwrap_or_default())
    }

    /// robots.txt of an origin: what is remembered while it counts, else asked for. The memory is returned
    /// when it is new, to be kept.
    pub async fn robots(&self, url: &Url) -> (Result<Option<RobotsMemory>, FetchError>, Vec<Request>) {
        if !self.config.respect_robots {
            // Nothing was asked, so nothing is remembered: the user may change their mind.
            return (Ok(None), Vec::new());
        }
        let host = Self::host_of(url);
        let known = self.lane(&host, |lane| {
            let known = lane.robots.as_ref().map(|it| &it.0).filter(|it| Utc::now() < it.expires_at);
            known.map(usable)
        });
        if let Some(known) = known {
            return (known.map(|()| None), Vec::new());
        }
        let mut requests = Vec::new();
        let memory = match self.read_robots(url, &mut requests).await {
            Ok(memory) => memory,
            Err(error) => return (Err(error), requests),
        };
        self.lane(&host, |lane| lane.take_robots(memory.clone(), &self.config));
        (usable(&memory).map(|()| Some(memory)), requests)
    }

    /// 4xx is no robots.txt; 5xx and silence forbid everything until it answers (section 2.3.1).
    async fn read_robots(
        &self,
        url: &Url,
        requests: &mut Vec<Request>,
    ) -> Result<RobotsMemory, FetchError> {
        let now = Utc::now();
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
                    let body = String::from_utf8_lossy(&answer.body).into_owned();
                    memory(Some(answer.status.as_u16()), ROBOTS_LIFE, body)
                }
                status @ 400..=499 => memory(Some(status), ROBOTS_LIFE, String::new()),
                // "Not modified" where nothing was asked, a redirect to nowhere: that permits nothing.
                status => {
                    return Err(FetchError::NoRobots { reason: format!("the site answered {status}") });
                }
            });
        }
        // More redirects than a robots.txt has are none (section 2.3.1.2).
        Ok(memory(Some(404), ROBOTS_LIFE, String::new()))
    }

    /// Whether a robots.txt may be read where this redirect leads: on the same host, or another of the site's, but never
    /// from https to http nor to another port. RFC 9309 (section 2.3.1.2) would follow anywhere; what a stranger says is
    /// not the site's word, and the user's headers would go along.
    fn may_lead(&self, from: &Url, to: &Url) -> bool {
        let is_host = |url: &Url| self.profile.host_of(url).is_some();
        let is_here = from.host_str() == to.host_str() || (is_host(from) && is_host(to));
        let is_upgrade = (from.scheme(), to.scheme()) == ("http", "https");
        let is_port = from.port() == to.port();
        is_here && is_port && (from.scheme() == to.scheme() || (is_upgrade && to.port().is_none()))
    }

    /// Nothing is asked of an origin before its robots.txt is known, whoever asks.
    pub(super) async fn ensure_robots(
        &self,
        url: &Url,
        requests: &mut Vec<Request>,
    ) -> Result<(), FetchError> {
        if self.config.respect_robots {
            let (result, sent) = self.robots(url).await;
            requests.extend(sent);
            result?;
        }
        Ok(())
    }

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
