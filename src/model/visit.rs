//! One try at a page: what was sent, and how it ended.

use chrono::{DateTime, Utc};

use super::{Extraction, PageState, RawPage, Validators};

/// Row id of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunId(pub i64);

/// How the site says that a page does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Missing {
    /// 404.
    NotFound,
    /// 410.
    Gone,
    /// Sent to the front page or a listing instead.
    RedirectedAway,
    /// 200, with a page that says "not found".
    #[strum(serialize = "soft_not_found")]
    Soft,
}

/// Why a request was held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum WaitReason {
    /// The ordinary pace.
    Pace,
    /// A pause before trying the same page again.
    Retry,
    /// The server named a time.
    RetryAfter,
}

/// One request that went out: a row of `requests`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// When it was sent.
    pub at: DateTime<Utc>,
    /// To where.
    pub url: String,
    /// HTTP status; `None` where no answer came.
    pub status: Option<u16>,
    /// Bytes of body read, content coding removed.
    pub bytes: u64,
    /// From sending to the last byte, in milliseconds.
    pub took_ms: u64,
    /// How long it was held back before it was sent, in milliseconds.
    pub waited_ms: u64,
    /// What it waited for longest.
    pub wait_reason: Option<WaitReason>,
    /// Why it came to nothing, in the words of `pages.reason`.
    pub failure: Option<&'static str>,
}

/// How a visit ended.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Bytes came and were read.
    Read {
        /// The capture.
        page: Box<RawPage>,
        /// What it says.
        extraction: Box<Extraction>,
    },
    /// 304.
    Unchanged(Validators),
    /// There is no such page.
    Missing(Missing),
    /// Nothing that can be kept came.
    Failed {
        /// Blocked, throttled, broken, refused or not an article.
        state: PageState,
        /// The stable word for the cause, as in `pages.reason`.
        reason: &'static str,
    },
}

impl Missing {
    /// The word in `pages.reason`.
    pub fn code(self) -> &'static str {
        self.into()
    }
}

impl WaitReason {
    /// The word in `requests.wait_reason`.
    pub fn code(self) -> &'static str {
        self.into()
    }
}
