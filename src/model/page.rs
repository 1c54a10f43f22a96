//! A page on its way from an address to bytes.

use std::{fmt, ops::RangeInclusive, str::FromStr};

use bytes::Bytes;
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use url::Url;

use super::{Missing, PageKey};

/// Row id of a known page; an article has the id of its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PageId(pub i64);

/// Who named a page first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray, strum::EnumString,
)]
#[strum(serialize_all = "snake_case")]
pub enum Via {
    /// An RSS or Atom feed.
    Feed,
    /// A sitemap.
    Sitemap,
    /// A listing page.
    Listing,
    /// Nobody: its number lies between those of known pages.
    Ids,
    /// A saved page that was imported.
    File,
}

/// A page somebody told us about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its identity.
    pub key: PageKey,
    /// Where we would ask for it, on the profile's base URL.
    pub url: Url,
    /// Who named it.
    pub via: Via,
    /// When the source says it was published, if it says.
    pub published_at: Option<DateTime<Utc>>,
    /// When the source says it was last changed, if it says.
    pub changed_at: Option<DateTime<Utc>>,
}

/// What the server asked us to send back next time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    /// The `ETag` header, verbatim.
    pub etag: Option<String>,
    /// The `Last-Modified` header, verbatim.
    pub last_modified: Option<String>,
}

/// One request, as far as anybody above the wire cares.
#[derive(Debug, Clone)]
pub struct Ask {
    /// What to get.
    pub url: Url,
    /// What an earlier answer told us to send along.
    pub validators: Validators,
    /// Only these bytes of it, counted from 0.
    pub range: Option<RangeInclusive<u64>>,
}

/// A page claimed by a run: it owes the page a visit, and then a settlement or a release.
#[derive(Debug, Clone)]
pub struct Task {
    /// The claimed page.
    pub page: PageId,
    /// Its identity.
    pub key: PageKey,
    /// What to send.
    pub ask: Ask,
    /// Failed visits in a row before this one.
    pub failures: u32,
    /// Who named it first.
    pub via: Via,
    /// When it was published, as far as is known; a bare day counts from its first moment in UTC.
    pub published_at: Option<DateTime<Utc>>,
    /// Whether an article of it is in the archive.
    pub is_stored: bool,
}

/// What came back from a request that the server answered in earnest.
#[derive(Debug, Clone)]
pub enum Fetched {
    /// Bytes.
    Page(Box<RawPage>),
    /// 304: what we have is still what they have.
    NotModified(Validators),
    /// There is no such page.
    Missing(Missing),
}

/// When bytes were on the site: to the second, or only the day where no more is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Captured {
    /// A day in the site's time zone.
    On(NaiveDate),
    /// A moment.
    At(DateTime<Utc>),
}

/// How a capture came into the archive.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray, strum::EnumString,
)]
#[strum(serialize_all = "snake_case")]
pub enum CaptureSource {
    /// Fetched from the site itself.
    Live,
    /// A record of a web archive.
    Warc,
    /// Fetched from a web archive.
    Wayback,
    /// A saved page.
    File,
}

/// Bytes with their circumstances. The archive keeps these for ever.
#[derive(Debug, Clone)]
pub struct RawPage {
    /// The address they came from, where it is known.
    pub url: Option<Url>,
    /// The body, content coding removed, otherwise as it came.
    pub body: Bytes,
    /// The `Content-Type` header, verbatim.
    pub content_type: Option<String>,
    /// When the bytes were on the site. `None` where nothing says so.
    pub captured_at: Option<Captured>,
    /// How they came here.
    pub source: CaptureSource,
    /// HTTP status, where there was one.
    pub status: Option<u16>,
    /// What to send back next time.
    pub validators: Validators,
    /// What was said around them, where it is known.
    pub heads: Option<Heads>,
}

/// What was said around the bytes of an answer: header lines, `name: value`, each with a line end. Codings and lengths are not
/// those of the bytes any more, and cookies are nobody's business: they are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heads {
    /// `http/1.0`, `http/1.1`, `h2`.
    pub protocol: String,
    /// What was asked, where it was us.
    pub request: Option<String>,
    /// What was answered.
    pub response: String,
}

/// What is known of a page. The stable words of `pages.state`.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum PageState {
    /// Named by a source, not visited yet.
    New,
    /// Its article is in the archive.
    Stored,
    /// The site says there is no such page.
    Missing,
    /// The site refused to show it to us.
    Blocked,
    /// The site asked us to come back later.
    Throttled,
    /// The answer did not arrive whole.
    Broken,
    /// robots.txt asks not to read it.
    Refused,
    /// It was read, and is no article.
    NotArticle,
}

impl Ask {
    /// All of it, whether we have seen it or not.
    pub fn new(url: Url) -> Self {
        Self { url, validators: Validators::default(), range: None }
    }
}

impl Heads {
    /// Whether a header is kept: one that says something about the page.
    pub fn keeps(name: &str) -> bool {
        let left_out = [
            "set-cookie",
            "content-length",
            "content-encoding",
            "transfer-encoding",
            "connection",
            "keep-alive",
            "trailer",
            "upgrade",
        ];
        !left_out.iter().any(|it| name.eq_ignore_ascii_case(it))
    }

    /// Header lines of those that are kept. What would end a line is a space.
    pub fn lines<'h>(headers: impl Iterator<Item = (&'h str, &'h [u8])>) -> String {
        let kept = headers.filter(|it| Self::keeps(it.0));
        kept.fold(String::new(), |lines, (name, value)| {
            lines + name + ": " + &String::from_utf8_lossy(value).replace(['\r', '\n', '\0'], " ") + "\n"
        })
    }

    /// The headers of such lines.
    pub fn parse(lines: &str) -> impl Iterator<Item = (&str, &str)> {
        lines.lines().filter_map(|it| it.split_once(": "))
    }
}

impl Via {
    /// The word in `pages.via`.
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// Who a word of `pages.via` stands for.
    pub fn from_code(code: &str) -> Option<Self> {
        code.parse().ok()
    }
}

impl CaptureSource {
    /// The source a word of `captures.source` stands for.
    pub fn from_code(code: &str) -> Option<Self> {
        code.parse().ok()
    }

    /// The word in `captures.source`.
    pub fn code(self) -> &'static str {
        self.into()
    }
}

impl PageState {
    /// The word in `pages.state`.
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// The state a word of `pages.state` stands for.
    pub fn from_code(code: &str) -> Option<Self> {
        code.parse().ok()
    }
}

impl Captured {
    /// The day, in UTC where a moment is known.
    pub fn date(self) -> NaiveDate {
        match self {
            Self::On(day) => day,
            Self::At(at) => at.date_naive(),
        }
    }
}

/// `2021-03-08T06:20:00Z`, or `2021-03-08` where only the day is known. Both sort as text.
impl fmt::Display for Captured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::On(day) => write!(f, "{day}"),
            Self::At(at) => f.write_str(&at.to_rfc3339_opts(SecondsFormat::Secs, true)),
        }
    }
}

impl FromStr for Captured {
    type Err = chrono::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse::<NaiveDate>() {
            Ok(day) => Ok(Self::On(day)),
            Err(_) => DateTime::parse_from_rfc3339(text).map(|at| Self::At(at.to_utc())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capture_time_is_read_as_it_is_written() {
        for text in ["2021-03-08", "2021-03-08T06:20:00Z"] {
            let parsed: Captured = text.parse().expect("valid");
            assert_eq!(parsed.to_string(), text);
        }
        let offset: Captured = "2021-03-08T11:20:00+05:00".parse().expect("valid");
        assert_eq!(offset.to_string(), "2021-03-08T06:20:00Z");
        assert!("yesterday".parse::<Captured>().is_err());
    }
}
