//! One try at a page: what was sent, and how it ended. What the page said is in `article.rs`. Waiting and trying again are
//! policies of `fetch` and `jobs`; here are only their words.

use chrono::{DateTime, Utc};

use super::{Extraction, Missing, PageState, RawPage, Validators};

/// The row id of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunId(pub i64);

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
    /// The address.
    pub url: String,
    /// The HTTP status; `None` where no answer came.
    pub status: Option<u16>,
    /// The bytes of the body that were read, content coding removed.
    pub bytes: u64,
    /// The time from sending to the last byte, in milliseconds.
    pub took_ms: u64,
    /// How long it was held back before it was sent, in milliseconds.
    pub waited_ms: u64,
    /// What it waited for longest.
    pub wait_reason: Option<WaitReason>,
    /// Why it failed, in the words of `pages.reason`; `None` where it did not.
    pub failure: Option<&'static str>,
}

/// A page that came, and what it says.
#[derive(Debug, Clone)]
pub struct ReadPage {
    /// The capture.
    pub page: RawPage,
    /// What it says.
    pub extraction: Extraction,
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
    /// Nothing came that can be kept.
    Failed {
        /// Blocked, throttled, broken, refused or not an article.
        state: PageState,
        /// The stable word for the cause, as in `pages.reason`.
        reason: &'static str,
        /// The story all the same, if the page's own feed carried it.
        story: Option<Box<ReadPage>>,
    },
}

impl WaitReason {
    /// The word in `requests.wait_reason`.
    pub fn code(self) -> &'static str {
        self.into()
    }
}
