//! Why a page did not come, and what that says of the page and of the host. These are values: a failed page never fails a job.
//! What people are advised to do is said by `cli`.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::model::PageState;

/// Why a page did not come.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum FetchError {
    /// 401, 403, or another refusal.
    #[error("the site refused it ({status})")]
    #[strum(serialize = "refused_by_site")]
    Blocked {
        /// HTTP status.
        status: u16,
    },
    /// A guard's page instead of the article, whatever its status.
    #[error("the site's guard asked for a proof ({status})")]
    Challenge {
        /// HTTP status.
        status: u16,
    },
    /// 429, or 503 with a time: the whole host waits.
    #[error("the site asked to wait until {}", .until.format("%Y-%m-%d %H:%M:%S UTC"))]
    Throttled {
        /// HTTP status; `None` where an earlier answer said so.
        status: Option<u16>,
        /// The time before which no request may go out.
        until: DateTime<Utc>,
    },
    /// 5xx, or a status that makes no sense.
    #[error("the site answered {status}")]
    #[strum(serialize = "server_error")]
    Status {
        /// HTTP status.
        status: u16,
    },
    /// 304 to a request without validators: "not modified" says nothing where nothing was stored before.
    #[error("the site answered that nothing changed (304), and nobody had asked that")]
    NotModified,
    /// The answer, or the rest of it, did not come in time.
    #[error("no answer in time")]
    Timeout,
    /// The name does not resolve.
    #[error("the name `{host}` does not resolve")]
    Dns {
        /// The host.
        host: String,
    },
    /// No connection.
    #[error("no connection: {reason}")]
    Connect {
        /// In the words of the operating system.
        reason: String,
    },
    /// The connection broke, or the answer is not HTTP.
    #[error("the connection broke: {reason}")]
    #[strum(serialize = "connection_broke")]
    Network {
        /// In the words of the library.
        reason: String,
    },
    /// Fewer bytes than announced, or a coding that does not end.
    #[error("the answer was torn: {reason}")]
    Torn {
        /// In the words of the library.
        reason: String,
    },
    /// More bytes than allowed, after decompression.
    #[error("the answer is larger than {max} bytes")]
    TooLarge {
        /// `fetch.max_body_bytes`.
        max: usize,
    },
    /// A redirect that is not followed.
    #[error("redirected to `{to}`: {why}")]
    Redirect {
        /// Where to.
        to: String,
        /// Why not.
        why: &'static str,
    },
    /// robots.txt asks not to.
    #[error("robots.txt asks not to read it")]
    Robots,
    /// robots.txt does not answer, so nothing may be read.
    #[error("robots.txt cannot be read, so nothing may be asked for: {reason}")]
    NoRobots {
        /// Why.
        reason: String,
    },
    /// Too many failures in a row.
    #[error("too many failures in a row; asking again in {}", minutes(*.wait))]
    #[strum(serialize = "breaker")]
    BreakerOpen {
        /// How long to wait from now on.
        wait: Duration,
    },
    /// A private or loopback address.
    #[error("`{host}` is a private address")]
    PrivateAddress {
        /// The host.
        host: String,
    },
    /// We did not wait for the answer, because the job was over.
    #[error("the answer was not waited for")]
    Abandoned,
}

/// What to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Worth another try in this run.
    Transient,
    /// For another run.
    Later,
    /// This host should not be asked for a while.
    Stop,
}

impl FetchError {
    /// Returns what to do about it.
    pub fn class(&self) -> Class {
        match self {
            Self::Status { status: 500..=599 | 408 }
            | Self::Timeout
            | Self::Network { .. }
            | Self::Torn { .. }
            | Self::Connect { .. }
            | Self::Dns { .. } => Class::Transient,
            Self::Throttled { .. }
            | Self::NoRobots { .. }
            | Self::BreakerOpen { .. }
            | Self::Abandoned => Class::Stop,
            Self::Blocked { .. }
            | Self::Challenge { .. }
            | Self::Status { .. }
            | Self::NotModified
            | Self::TooLarge { .. }
            | Self::Redirect { .. }
            | Self::Robots
            | Self::PrivateAddress { .. } => Class::Later,
        }
    }

    /// The stable word in `pages.reason` and `requests.failure`.
    pub fn code(&self) -> &'static str {
        self.into()
    }

    /// Returns what it says of the page.
    pub fn state(&self) -> PageState {
        match self {
            Self::Blocked { .. } | Self::Challenge { .. } => PageState::Blocked,
            Self::Throttled { .. }
            | Self::NoRobots { .. }
            | Self::BreakerOpen { .. }
            | Self::Abandoned => PageState::Throttled,
            Self::Robots | Self::PrivateAddress { .. } => PageState::Refused,
            Self::Status { .. }
            | Self::NotModified
            | Self::Timeout
            | Self::Dns { .. }
            | Self::Connect { .. }
            | Self::Network { .. }
            | Self::Torn { .. }
            | Self::TooLarge { .. }
            | Self::Redirect { .. } => PageState::Broken,
        }
    }
}

fn minutes(wait: Duration) -> String {
    format!("{} minutes", wait.as_secs().div_ceil(60))
}
