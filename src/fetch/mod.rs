//! Polite HTTP: the only module that opens sockets to the site.
//!
//! `pace`, `retry`, `breaker` and `robots` are policies with the clock as an argument; this file is the
//! only one that waits. Every request, of whatever kind, goes through `Fetcher::exchange`: breaker, pace,
//! wire, audit. There is one lane for each host.

mod breaker;
mod error;
mod http;
mod lane;
mod pace;
mod permission;
mod retry;
mod robots;

pub use error::{Class, FetchError};

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::{StatusCode, header};
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep_until},
};
use url::Url;

use crate::{
    config::{FetchConfig, Profile},
    model::{
        Ask, CaptureSource, Captured, Fetched, HostMemory, Missing, RawPage, Request, RobotsMemory,
        Validators, WaitReason,
    },
};

use self::{
    breaker::{Admission, Breaker, HostSign},
    http::{Audience, Http, WireAnswer},
    lane::Lane,
    pace::Pace,
    retry::Retry,
};

/// How long a host waits that says "too many" and no more.
const THROTTLE: Duration = Duration::from_secs(120);

/// What came of a visit, and everything that was sent for it.
#[derive(Debug)]
pub struct Visit {
    /// The answer, or why there is none.
    pub result: Result<Fetched, FetchError>,
    /// Every request, in order: retries and redirects are requests too.
    pub requests: Vec<Request>,
}

/// Fetches pages of one profile, with every courtesy.
pub struct Fetcher {
    http: Http,
    config: FetchConfig,
    profile: Profile,
    retry: Retry,
    lanes: Mutex<HashMap<String, Lane>>,
    slots: Semaphore,
    /// Policies count from here, so that a clock that is set back moves nothing.
    epoch: (Instant, DateTime<Utc>),
}

/// How one request was held back.
#[derive(Default)]
struct Waited {
    time: Duration,
    reason: Option<WaitReason>,
}

/// A turn that is booked.
struct Slot {
    at: Duration,
    /// `Retry-After` put it off.
    is_held: bool,
    /// It is not at once.
    is_later: bool,
}

impl Fetcher {
    /// A fetcher that remembers nothing yet.
    pub fn new(config: &FetchConfig, profile: &Profile) -> Result<Self, FetchError> {
        Ok(Self {
            http: Http::new(config, profile)?,
            config: config.clone(),
            profile: profile.clone(),
            retry: Retry { max_attempts: config.max_attempts, max_wait: config.max_wait },
            lanes: Mutex::default(),
            slots: Semaphore::new(config.max_concurrent.get()),
            epoch: (Instant::now(), Utc::now()),
        })
    }

    /// What a lane is known by: host, and port where it is not the scheme's own.
    pub fn host_of(url: &Url) -> String {
        let host = url.host_str().unwrap_or_default();
        url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Go on where an earlier run stopped: its waits, its breaker, its pace, its last request.
    pub fn resume(&self, memory: &HostMemory, robots: Option<&RobotsMemory>) {
        self.lane(&memory.host, |lane| {
            // Before the pace: what it remembers counts from the Crawl-delay.
            if let Some(robots) = robots {
                lane.take_robots(robots.clone(), &self.config);
            }
            if let Some(interval) = memory.interval_ms {
                lane.pace.resume(Duration::from_millis(interval));
            }
            lane.breaker.resume(memory.failures, memory.open_until.map(|it| self.since(it)));
            lane.wait_until = memory.wait_until.map(|it| self.since(it));
            // The pace holds over a restart. A clock that was set back must not stop us for long.
            if let Some(last) = memory.last_request_at {
                let free =
                    self.since(last + TimeDelta::from_std(lane.pace.interval()).unwrap_or_default());
                lane.pace.not_before(free.min(self.now() + lane.pace.interval()));
            }
        });
    }

    /// Larger bodies are not read.
    pub fn max_body_bytes(&self) -> usize {
        self.config.max_body_bytes
    }

    /// Ask this host no more often than that; a longer interval in force stays.
    pub fn slow_down(&self, host: &str, interval: Duration) {
        self.lane(host, |lane| lane.pace.at_least(interval));
    }

    /// What the next run has to know of a host.
    pub fn memory(&self, host: &str) -> HostMemory {
        self.lane(host, |lane| HostMemory {
            host: host.to_owned(),
            wait_until: lane.wait_until.map(|it| self.wall(it)),
            failures: lane.breaker.remembered().0,
            open_until: lane.breaker.remembered().1.map(|it| self.wall(it)),
            interval_ms: u64::try_from(lane.pace.interval().as_millis()).ok(),
            last_request_at: None,
        })
    }

    /// One page, with every courtesy: robots.txt, turn, retries, redirects within the site.
    pub async fn get(&self, ask: &Ask) -> Visit {
        let mut requests = Vec::new();
        let result = self.follow(ask, &mut requests).await;
        Visit { result, requests }
    }

    async fn follow(&self, ask: &Ask, requests: &mut Vec<Request>) -> Result<Fetched, FetchError> {
        let mut ask = ask.clone();
        let mut seen = vec![ask.url.clone()];
        loop {
            self.ensure_robots(&ask.url, requests).await?;
            self.check_robots(&ask.url)?;
            let answer = self.attempts(&ask, requests).await?;
            let Some(target) = redirect_target(&answer, &ask.url) else {
                return fetched(&ask, answer);
            };
            let refuse = |why| FetchError::Redirect { to: target.to_string(), why };
            let is_downgrade = ask.url.scheme() == "https" && target.scheme() == "http";
            // A web archive leads on within itself.
            let is_elsewhere =
                self.profile.host_of(&ask.url).is_none() && target.origin() == ask.url.origin();
            if self.profile.host_of(&target).is_none() && !is_elsewhere {
                return Err(refuse("another site"));
            }
            let target = if is_elsewhere {
                target.clone()
            } else {
                self.profile.rebased(&target).ok_or_else(|| refuse("not an address"))?
            };
            let key = self.profile.page_key(&seen[0]);
            if key.is_some() && self.profile.page_key(&target) != key {
                return Ok(Fetched::Missing(Missing::RedirectedAway));
            }
            if is_downgrade {
                return Err(refuse("from https to http"));
            }
            if seen.contains(&target) || self.config.max_redirects < seen.len() {
                return Err(refuse("too many redirects"));
            }
            seen.push(target.clone());
            // Validators belong to the address they came from.
            ask = Ask { range: ask.range, ..Ask::new(target) };
        }
    }

    /// One address, tried again while the cause is passing.
    async fn attempts(&self, ask: &Ask, requests: &mut Vec<Request>) -> Result<WireAnswer, FetchError> {
        let host = Self::host_of(&ask.url);
        let mut attempt = 1;
        let mut pause = Duration::ZERO;
        let mut before = None;
        loop {
            let error = match (self.exchange(&host, ask, pause, requests).await, before) {
                (Ok(answer), _) => return Ok(answer),
                // The try before this one opened it, and says why.
                (Err(FetchError::BreakerOpen { .. }), Some(cause)) => return Err(cause),
                (Err(error), _) => error,
            };
            if let FetchError::Throttled { until, .. } = error {
                // The lane holds everybody back until then; so it does us, if it is worth it.
                let wait = (until - Utc::now()).to_std().unwrap_or_default();
                if self.retry.max_wait < wait || self.retry.max_attempts <= attempt {
                    return Err(error);
                }
                pause = Duration::ZERO;
            } else {
                let interval = self.lane(&host, |lane| lane.pace.interval());
                match self.retry.delay(attempt, &error, interval, fastrand::f64()) {
                    Some(delay) => pause = delay,
                    None => return Err(error),
                }
            }
            before = Some(error);
            attempt += 1;
        }
    }

    /// One request: breaker, pace, wire, audit.
    async fn exchange(
        &self,
        host: &str,
        ask: &Ask,
        pause: Duration,
        requests: &mut Vec<Request>,
    ) -> Result<WireAnswer, FetchError> {
        let began = self.now();
        // Held until the answer is in: that bounds what is on its way.
        let _slot = self.slots.acquire().await.map_err(|_| FetchError::Timeout)?;
        self.admit(host)?;
        let waited = self.take_turn(host, began, pause).await?;
        let sent = self.now();
        let at = Utc::now();
        let own = self.profile.is_own_origin(&ask.url);
        let audience = if own { Audience::Site } else { Audience::Others };
        let result = self.http.send(ask, audience).await;
        let took = self.now().saturating_sub(sent);
        let judged = self.judge(host, result, took);
        let answer = judged.as_ref().ok();
        requests.push(Request {
            at,
            url: ask.url.to_string(),
            status: answer.map(|it| it.status.as_u16()).or(judged.as_ref().err().and_then(status_of)),
            bytes: answer.map_or(0, |it| it.body.len() as u64),
            took_ms: millis(took),
            waited_ms: millis(waited.time),
            wait_reason: waited.reason,
            failure: judged.as_ref().err().map(FetchError::code),
        });
        judged
    }

    fn admit(&self, host: &str) -> Result<(), FetchError> {
        let now = self.now();
        self.lane(host, |lane| match lane.breaker.admit(now) {
            Admission::Granted | Admission::Probe => Ok(()),
            Admission::NotBefore(until) => {
                Err(FetchError::BreakerOpen { wait: until.saturating_sub(now) })
            }
        })
    }

    /// Wait for the host's time, the page's pause and the next free slot, whichever comes last.
    async fn take_turn(
        &self,
        host: &str,
        began: Duration,
        pause: Duration,
    ) -> Result<Waited, FetchError> {
        let free = self.now() + pause;
        let mut was_held = false;
        // What was answered to others while this one slept counts for it too.
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
        Ok(Waited { time: now.saturating_sub(began), reason })
    }

    /// A timer counts in milliseconds and rounds up: what is due is not waited for.
    async fn wait_until(&self, at: Duration) {
        if self.now() < at {
            sleep_until(self.epoch.0 + at).await;
        }
    }

    /// The next slot from `free` on that the host's time allows.
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

    /// What an answer says of the host, and whether it is one.
    fn judge(
        &self,
        host: &str,
        result: Result<WireAnswer, FetchError>,
        took: Duration,
    ) -> Result<WireAnswer, FetchError> {
        let now = self.now();
        let judged = result.and_then(|answer| self.classify(answer));
        self.lane(host, |lane| match &judged {
            Ok(_) => {
                lane.pace.note_answer(took);
                lane.breaker.note(now, HostSign::Good);
                lane.wait_until = lane.wait_until.filter(|it| now < *it);
            }
            Err(FetchError::Throttled { until, .. }) => {
                lane.pace.note_pushback();
                lane.breaker.note(now, HostSign::Failure);
                let until = self.since(*until);
                lane.wait_until = Some(lane.wait_until.map_or(until, |it| it.max(until)));
            }
            Err(FetchError::Blocked { .. } | FetchError::Challenge { .. }) => {
                lane.pace.note_pushback();
                lane.breaker.note(now, HostSign::Block);
            }
            // It answered; that this page is too large says nothing of the host.
            Err(FetchError::TooLarge { .. }) => lane.breaker.note(now, HostSign::Good),
            Err(FetchError::PrivateAddress { .. }) => lane.breaker.forget_probe(),
            Err(FetchError::Status { status: 503 }) => {
                lane.pace.note_pushback();
                lane.breaker.note(now, HostSign::Failure);
            }
            Err(FetchError::Connect { .. } | FetchError::Dns { .. }) => {
                lane.breaker.note(now, HostSign::Unreached);
            }
            Err(_) => lane.breaker.note(now, HostSign::Failure),
        });
        judged
    }

    fn classify(&self, answer: WireAnswer) -> Result<WireAnswer, FetchError> {
        let status = answer.status.as_u16();
        if !answer.status.is_redirection() && answer.is_challenge(&self.profile.challenge) {
            return Err(FetchError::Challenge { status });
        }
        let wait = answer.header(header::RETRY_AFTER).and_then(|it| retry::retry_after(&it, Utc::now()));
        let until = |wait: Duration| Utc::now() + TimeDelta::from_std(wait).unwrap_or_default();
        match (status, wait) {
            (429, wait) => {
                Err(FetchError::Throttled { status: Some(429), until: until(wait.unwrap_or(THROTTLE)) })
            }
            (503, Some(wait)) => Err(FetchError::Throttled { status: Some(503), until: until(wait) }),
            (401 | 402 | 403 | 407 | 451, _) => Err(FetchError::Blocked { status }),
            (200 | 203 | 206 | 304 | 404 | 410 | 301 | 302 | 303 | 307 | 308, _) => Ok(answer),
            _ => Err(FetchError::Status { status }),
        }
    }

    fn lane<T>(&self, host: &str, act: impl FnOnce(&mut Lane) -> T) -> T {
        // A poisoned lane is still a lane: its numbers are whole.
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        // Asked ten times for every request: the name is copied for the first.
        if let Some(lane) = lanes.get_mut(host) {
            return act(lane);
        }
        act(lanes.entry(host.to_owned()).or_insert_with(|| Lane {
            pace: Pace::new(self.config.interval),
            breaker: Breaker::default(),
            robots: None,
            wait_until: None,
        }))
    }

    fn now(&self) -> Duration {
        self.epoch.0.elapsed()
    }

    /// A time of the clock, as the policies count; what is past is now.
    fn since(&self, at: DateTime<Utc>) -> Duration {
        (at - self.epoch.1).to_std().unwrap_or_default()
    }

    fn wall(&self, at: Duration) -> DateTime<Utc> {
        self.epoch.1 + TimeDelta::from_std(at).unwrap_or_default()
    }
}

/// What an answer that is no redirect means.
fn fetched(ask: &Ask, answer: WireAnswer) -> Result<Fetched, FetchError> {
    let validators = answer.validators();
    match answer.status {
        StatusCode::OK if ask.range.is_some() => {
            let reason = "a part was asked for, and all of it came".to_owned();
            Err(FetchError::Torn { reason })
        }
        StatusCode::PARTIAL_CONTENT if ask.range.is_none() => Err(FetchError::Status { status: 206 }),
        StatusCode::NOT_MODIFIED if ask.validators == Validators::default() => {
            Err(FetchError::NotModified)
        }
        StatusCode::NOT_MODIFIED => {
            // A 304 need not repeat what it confirms.
            let etag = validators.etag.or_else(|| ask.validators.etag.clone());
            let last_modified =
                validators.last_modified.or_else(|| ask.validators.last_modified.clone());
            Ok(Fetched::NotModified(Validators { etag, last_modified }))
        }
        StatusCode::NOT_FOUND => Ok(Fetched::Missing(Missing::NotFound)),
        StatusCode::GONE => Ok(Fetched::Missing(Missing::Gone)),
        status if status.is_redirection() => {
            Err(FetchError::Redirect { to: String::new(), why: "no address to go to" })
        }
        status => Ok(Fetched::Page(Box::new(RawPage {
            url: Some(ask.url.clone()),
            content_type: answer.header(header::CONTENT_TYPE),
            heads: Some(answer.heads()),
            body: answer.body,
            captured_at: Some(Captured::At(Utc::now())),
            source: CaptureSource::Live,
            status: Some(status.as_u16()),
            validators,
        }))),
    }
}

fn redirect_target(answer: &WireAnswer, from: &Url) -> Option<Url> {
    if !answer.status.is_redirection() || answer.status == StatusCode::NOT_MODIFIED {
        return None;
    }
    from.join(&answer.header(header::LOCATION)?).ok()
}

fn status_of(error: &FetchError) -> Option<u16> {
    match error {
        FetchError::Blocked { status }
        | FetchError::Challenge { status }
        | FetchError::Status { status } => Some(*status),
        FetchError::Throttled { status, .. } => *status,
        _ => None,
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
