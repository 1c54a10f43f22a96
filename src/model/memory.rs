//! What is remembered of a server between runs.

use chrono::{DateTime, Utc};

/// An origin's robots.txt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RobotsMemory {
    /// Scheme, host and port.
    pub origin: String,
    /// When it was read.
    pub fetched_at: DateTime<Utc>,
    /// Until when it counts.
    pub expires_at: DateTime<Utc>,
    /// HTTP status; `None` if it could not be reached.
    pub status: Option<u16>,
    /// Its text; empty where the status is no success.
    pub body: String,
}

/// What a host asked of us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostMemory {
    /// Host, and port where it is not the scheme's own.
    pub host: String,
    /// No request before this.
    pub wait_until: Option<DateTime<Utc>>,
    /// Failures in a row.
    pub failures: u32,
    /// The breaker is open until then.
    pub open_until: Option<DateTime<Utc>>,
    /// The pace in force, in milliseconds between requests.
    pub interval_ms: Option<u64>,
    /// When the last request was sent; read from the audit.
    pub last_request_at: Option<DateTime<Utc>>,
}

/// Which raw pages an archive keeps. The words of `archive.keep_raw`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeepRaw {
    /// Every capture's: everything can be read again.
    #[default]
    All,
    /// Those of the newest capture of each page: older wordings cannot be read again.
    Latest,
    /// None: nothing can.
    None,
}

impl KeepRaw {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::All, Self::Latest, Self::None];

    /// The word.
    pub fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Latest => "latest",
            Self::None => "none",
        }
    }
}
