//! The fetcher: robots.txt, turn, request, retries and redirects, in this order, for every page. Policies are beside it with
//! the clock as an argument (`pace.rs`, `retry.rs`, `breaker.rs`, `robots.rs`); what an answer means is in `answer.rs`, how a
//! request waits in `turn.rs`. Every request, of whatever kind, goes through `Fetcher::exchange`.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::{
    sync::{Semaphore, watch},
    time::Instant,
};
use url::Url;

use crate::{
    clock,
    config::{FetchConfig, Profile},
    model::{
        Ask, AskRole, Fetched, HostMemory, Missing, Request, RobotsMemory, lane_name, without_scheme,
    },
};

use super::{
    answer::{classify, fetched, redirect_target, status_of},
    breaker::{Admission, Breaker, BreakerMemory, HostSign},
    error::FetchError,
    http::{Audience, Http, WireAnswer},
    lane::Lane,
    pace::Pace,
    retry::Retry,
};

/// The result of a visit, and everything that was sent for it.
#[derive(Debug)]
pub struct Visit {
    /// The answer, or why none came.
    pub result: Result<Fetched, FetchError>,
    /// Every request, in order: retries and redirects are requests too.
    pub requests: Vec<Request>,
}

/// Fetches pages of one profile, politely.
pub struct Fetcher {
    http: Http,
    pub(super) config: FetchConfig,
    pub(super) profile: Profile,
    retry: Retry,
    lanes: Mutex<HashMap<String, Lane>>,
    pub(super) slots: Semaphore,
    /// Whether the job is over: nothing more is asked for.
    pub(super) is_over: watch::Sender<bool>,
    /// The time from which policies count, so that setting the clock back changes nothing.
    pub(super) epoch: (Instant, DateTime<Utc>),
}

impl Fetcher {
    /// Returns a fetcher that remembers nothing yet.
    pub fn new(config: &FetchConfig, profile: &Profile) -> Result<Self, FetchError> {
        Ok(Self {
            http: Http::new(config, profile)?,
            config: config.clone(),
            profile: profile.clone(),
            retry: Retry { max_attempts: config.max_attempts, max_wait: config.max_wait },
            lanes: Mutex::default(),
            slots: Semaphore::new(config.max_concurrent.get()),
            is_over: watch::Sender::new(false),
            epoch: (Instant::now(), clock::now()),
        })
    }

    /// Returns the name of a lane: the host, and the port where it is not the default of the scheme.
    pub fn host_of(url: &Url) -> String {
        lane_name(url)
    }

    /// Takes over what an earlier run knew of a host: its waits, breaker, pace and last request.
    pub fn resume(&self, memory: &HostMemory, robots: Option<&RobotsMemory>) {
        self.lane(&memory.host, |lane| {
            // Before the pace, because the pace that is remembered counts from the Crawl-delay.
            if let Some(robots) = robots {
                lane.take_robots(robots.clone(), &self.config);
            }
            if let Some(interval) = memory.interval_ms {
                lane.pace.resume(Duration::from_millis(interval));
            }
            lane.breaker.resume(BreakerMemory {
                failures: memory.failures,
                open_until: memory.open_until.map(|it| self.since(it)),
            });
            lane.wait_until = memory.wait_until.map(|it| self.since(it));
            // The pace is kept over a restart. A clock that was set back must not stop us for long.
            if let Some(last) = memory.last_request_at {
                let free =
                    self.since(last + TimeDelta::from_std(lane.pace.interval()).unwrap_or_default());
                lane.pace.not_before(free.min(self.now() + lane.pace.interval()));
            }
        });
    }

    /// Returns the size of the largest body that is read, in bytes.
    pub fn max_body_bytes(&self) -> usize {
        self.config.max_body_bytes
    }

    /// Makes the interval of a host at least this long; a longer one in force stays.
    pub fn slow_down(&self, host: &str, interval: Duration) {
        self.lane(host, |lane| lane.pace.at_least(interval));
    }

    /// Returns what the next run has to know of a host.
    pub fn memory(&self, host: &str) -> HostMemory {
        self.lane(host, |lane| HostMemory {
            host: host.to_owned(),
            wait_until: lane.wait_until.map(|it| self.wall(it)),
            failures: lane.breaker.remembered().failures,
            open_until: lane.breaker.remembered().open_until.map(|it| self.wall(it)),
            interval_ms: u64::try_from(lane.pace.interval().as_millis()).ok(),
            last_request_at: None,
        })
    }

    /// Fetches one page politely: robots.txt, turn, retries, redirects within the site.
    pub async fn get(&self, ask: &Ask) -> Visit {
        let mut requests = Vec::new();
        let result = self.follow(ask, &mut requests).await;
        Visit { result, requests }
    }

    async fn follow(&self, ask: &Ask, requests: &mut Vec<Request>) -> Result<Fetched, FetchError> {
        let mut ask = ask.clone();
        let mut seen = vec![ask.url.clone()];
        let mut has_cookie = false;
        loop {
            self.ensure_robots(&ask.url, requests).await?;
            self.check_robots(&ask.url)?;
            let answer = self.attempts(&ask, requests).await?;
            let Some(target) = redirect_target(&answer, &ask.url) else {
                return fetched(&ask, answer);
            };
            has_cookie |= answer.sets_cookie();
            let refuse = |why| FetchError::Redirect { to: target.to_string(), why };
            if ask.within.as_ref().is_some_and(|within| !is_within(&target, within)) {
                return Err(refuse("out of the web archive"));
            }
            let is_downgrade = ask.url.scheme() == "https" && target.scheme() == "http";
            // A web archive redirects within itself.
            let is_elsewhere = ask.within.is_some()
                || (self.profile.host_of(&ask.url).is_none() && target.origin() == ask.url.origin());
            // A picture that moved may be on another of the hosts that pictures are asked of.
            let is_image_host = ask.role == AskRole::Image && self.profile.is_image_host(&target);
            let is_elsewhere =
                is_elsewhere || (is_image_host && self.profile.host_of(&target).is_none());
            if self.profile.host_of(&target).is_none() && !is_elsewhere {
                return Err(refuse("another site"));
            }
            let target = if is_elsewhere {
                target.clone()
            } else {
                self.profile.rebased(&target).ok_or_else(|| refuse("not an address"))?
            };
            let key = self.profile.page_key(&seen[0]);
            if key.is_some() && !is_elsewhere && self.profile.page_key(&target) != key {
                return Ok(Fetched::Missing(Missing::RedirectedAway));
            }
            if is_downgrade {
                return Err(refuse("from https to http"));
            }
            // With the cookie that was set a server may answer the same question otherwise.
            let is_again = seen.contains(&target) && !std::mem::take(&mut has_cookie);
            if is_again || self.config.max_redirects < seen.len() {
                return Err(refuse("too many redirects"));
            }
            seen.push(target.clone());
            // Validators belong to the address they came from.
            ask = Ask { range: ask.range, role: ask.role, within: ask.within, ..Ask::new(target) };
        }
    }

    /// Asks for one address, and again while the cause of a failure may pass.
    pub(super) async fn attempts(
        &self,
        ask: &Ask,
        requests: &mut Vec<Request>,
    ) -> Result<WireAnswer, FetchError> {
        let host = Self::host_of(&ask.url);
        let mut attempt = 1;
        let mut pause = Duration::ZERO;
        let mut before = None;
        loop {
            let error = match (self.exchange(&host, ask, pause, requests).await, before) {
                (Ok(answer), _) => return Ok(answer),
                // The try before this one opened the breaker, and says why.
                (Err(FetchError::BreakerOpen { .. }), Some(cause)) => return Err(cause),
                (Err(error), _) => error,
            };
            if ask.role == AskRole::Substitute {
                return Err(error);
            }
            if let FetchError::Throttled { until, .. } = error {
                // The lane holds every request back until then, this one included, if that is not too long.
                let wait = (until - clock::now()).to_std().unwrap_or_default();
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

    /// Sends one request: breaker, pace, wire, audit.
    async fn exchange(
        &self,
        host: &str,
        ask: &Ask,
        pause: Duration,
        requests: &mut Vec<Request>,
    ) -> Result<WireAnswer, FetchError> {
        // Its place is held until the answer is in.
        let turn = self.turn(host, pause).await?;
        let sent = self.now();
        let at = clock::now();
        let own = self.profile.is_own_origin(&ask.url);
        let audience = if own { Audience::Site } else { Audience::Others };
        let result = self.answer(self.http.send(ask, audience)).await;
        let took = self.now().saturating_sub(sent);
        let judged = self.judge(host, ask.role, result, took);
        let answer = judged.as_ref().ok();
        requests.push(Request {
            at,
            url: ask.url.to_string(),
            status: answer.map(|it| it.status.as_u16()).or(judged.as_ref().err().and_then(status_of)),
            bytes: answer.map_or(0, |it| it.body.len() as u64),
            took_ms: millis(took),
            waited_ms: millis(turn.waited),
            wait_reason: turn.reason,
            failure: judged.as_ref().err().map(FetchError::code),
        });
        judged
    }

    pub(super) fn admit(&self, host: &str) -> Result<(), FetchError> {
        let now = self.now();
        self.lane(host, |lane| match lane.breaker.admit(now) {
            Admission::Granted | Admission::Probe => Ok(()),
            Admission::NotBefore(until) => {
                Err(FetchError::BreakerOpen { wait: until.saturating_sub(now) })
            }
        })
    }

    /// Notes what a result says of the host. Returns the answer, or why it is not one.
    fn judge(
        &self,
        host: &str,
        role: AskRole,
        result: Result<WireAnswer, FetchError>,
        took: Duration,
    ) -> Result<WireAnswer, FetchError> {
        let now = self.now();
        let judged = result.and_then(|answer| classify(&self.profile, answer));
        self.lane(host, |lane| match &judged {
            Ok(_) if role == AskRole::Substitute => lane.pace.note_answer(took),
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
            // The host answered; that one page is too large says nothing of the host.
            Err(FetchError::TooLarge { .. }) => lane.breaker.note(now, HostSign::Good),
            Err(FetchError::PrivateAddress { .. } | FetchError::Abandoned) => {
                lane.breaker.forget_probe();
            }
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

    /// Gives the lane of a host to `act`, and returns its result.
    pub(super) fn lane<T>(&self, host: &str, act: impl FnOnce(&mut Lane) -> T) -> T {
        // Numbers in a poisoned lane are still consistent.
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        // This runs ten times for every request: the name is copied only for the first.
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

    /// Returns the time as the policies count it.
    pub(super) fn now(&self) -> Duration {
        self.epoch.0.elapsed()
    }

    /// Returns a time of the clock as the policies count it; a time before the epoch is zero.
    fn since(&self, at: DateTime<Utc>) -> Duration {
        (at - self.epoch.1).to_std().unwrap_or_default()
    }

    /// Returns a time of the policies as the clock shows it.
    pub(super) fn wall(&self, at: Duration) -> DateTime<Utc> {
        self.epoch.1 + TimeDelta::from_std(at).unwrap_or_default()
    }
}

/// Whether an address begins as another does, whatever the scheme of either.
fn is_within(url: &Url, within: &str) -> bool {
    without_scheme(url.as_str()).starts_with(without_scheme(within))
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
