//! What is remembered of a server between runs, and what of its pages is kept at all. Policies that use these values are in
//! `fetch`; rows that hold them are in `store`. Values that end with a run are not here.

use chrono::{DateTime, Utc};

/// An origin's robots.txt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RobotsMemory {
    /// Scheme, host and port.
    pub origin: String,
    /// When it was read.
    pub fetched_at: DateTime<Utc>,
    /// When it has to be read again.
    pub expires_at: DateTime<Utc>,
    /// HTTP status; `None` if it could not be reached.
    pub status: Option<u16>,
    /// Its text; empty where the status is no success.
    pub body: String,
}

/// What a host asked of us, and how it has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostMemory {
    /// Host, and port where it is not the scheme's own.
    pub host: String,
    /// The time before which no request may go out.
    pub wait_until: Option<DateTime<Utc>>,
    /// The number of failures in a row.
    pub failures: u32,
    /// The time until which the breaker is open.
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
    /// The page of every capture: everything can be read again.
    #[default]
    All,
    /// The newest capture of each page: older wordings cannot be read again.
    Latest,
    /// No raw page: nothing can be read again.
    None,
}

impl KeepRaw {
    /// The word in `archive.keep_raw`.
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// Returns the choice that a word of `archive.keep_raw` means.
    pub fn from_code(code: &str) -> Option<Self> {
        code.parse().ok()
    }
}
