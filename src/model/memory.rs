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
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    strum::IntoStaticStr,
    strum::VariantArray,
    strum::EnumString,
)]
#[strum(serialize_all = "snake_case")]
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
    /// The word.
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// Returns the choice that a word means.
    pub fn from_code(code: &str) -> Option<Self> {
        code.parse().ok()
    }
}
