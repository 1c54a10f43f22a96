//! What an answer means: for the host, for the page, and where it leads. Nothing is sent or waited for here, and nothing is
//! remembered: that is the fetcher's. What the bytes of a page say is not looked at, but for the site's guard.

use std::time::Duration;

use chrono::TimeDelta;
use reqwest::{StatusCode, header};
use url::Url;

use crate::{
    clock,
    config::Profile,
    model::{Ask, CaptureSource, Captured, Fetched, Missing, RawPage, Validators},
};

use super::{error::FetchError, http::WireAnswer, retry::retry_after};

/// How long a host waits that says "too many" and gives no time.
const THROTTLE: Duration = Duration::from_secs(120);

/// Returns an answer that says something of the page; fails with what any other answer says of the host.
pub(super) fn classify(profile: &Profile, answer: WireAnswer) -> Result<WireAnswer, FetchError> {
    let status = answer.status.as_u16();
    if !answer.status.is_redirection() && answer.is_challenge(&profile.challenge) {
        return Err(FetchError::Challenge { status });
    }
    let wait = answer.header(header::RETRY_AFTER).and_then(|it| retry_after(&it, clock::now()));
    let until = |wait: Duration| clock::now() + TimeDelta::from_std(wait).unwrap_or_default();
    match (status, wait) {
        (429, wait) => {
            Err(FetchError::Throttled { status: Some(429), until: until(wait.unwrap_or(THROTTLE)) })
        }
        (503, Some(wait)) => Err(FetchError::Throttled { status: Some(503), until: until(wait) }),
        (401 | 402 | 403 | 407 | 451, _) => Err(FetchError::Blocked { status }),
        (202, _) if answer.body.trim_ascii().is_empty() => Err(FetchError::Status { status }),
        (200..=203 | 206 | 304 | 404 | 410 | 301 | 302 | 303 | 307 | 308, _) => Ok(answer),
        _ => Err(FetchError::Status { status }),
    }
}

/// Returns what an answer means for the page; it is not a redirect that leads anywhere.
pub(super) fn fetched(ask: &Ask, answer: WireAnswer) -> Result<Fetched, FetchError> {
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
            feed: None,
            body: answer.body,
            captured_at: Some(Captured::At(clock::now())),
            source: CaptureSource::Live,
            status: Some(status.as_u16()),
            validators,
        }))),
    }
}

/// Returns where an answer leads on to; `None` where it is no redirect.
pub(super) fn redirect_target(answer: &WireAnswer, from: &Url) -> Option<Url> {
    if !answer.status.is_redirection() || answer.status == StatusCode::NOT_MODIFIED {
        return None;
    }
    from.join(&answer.header(header::LOCATION)?).ok()
}

/// Returns the HTTP status that an error tells of.
pub(super) fn status_of(error: &FetchError) -> Option<u16> {
    match error {
        FetchError::Blocked { status }
        | FetchError::Challenge { status }
        | FetchError::Status { status } => Some(*status),
        FetchError::Throttled { status, .. } => *status,
        _ => None,
    }
}
