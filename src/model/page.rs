//! A page on its way from an address to bytes: candidate, ask, task, capture. What the bytes say is in `article.rs`, how one
//! try at a page ended in `visit.rs`. Nothing here knows how a page is found, fetched or stored.

use std::{fmt, ops::RangeInclusive, str::FromStr};

use bytes::Bytes;
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use url::Url;

use super::PageKey;

/// The row id of a known page; an article has the id of its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PageId(pub i64);

/// The kind of source that named a page first.
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
    /// No source: the page's id was guessed from the ids of known pages.
    Ids,
    /// A saved page that was imported.
    File,
}

/// A page that a source named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its identity.
    pub key: PageKey,
    /// Where to ask for it, on the profile's base URL.
    pub url: Url,
    /// The kind of source that named it.
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

/// One request, without what the fetcher adds to every request.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The address to ask for.
    pub url: Url,
    /// The validators of an earlier answer, to be sent along.
    pub validators: Validators,
    /// The only bytes of it that are wanted, counted from 0; `None` for all.
    pub range: Option<RangeInclusive<u64>>,
    /// The beginning of every address that a redirect may lead to, whatever its scheme; `None` where the site decides.
    pub within: Option<String>,
    /// What it is asked for.
    pub role: AskRole,
}

/// What a request is sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskRole {
    /// The page itself, or a source.
    Page,
    /// What the site offers programs in place of a page that it refused. It is asked for once, without retries, and a good
    /// answer does not count as one: the site has not taken us back.
    Substitute,
    /// A picture of a story.
    Image,
}

/// A page that a run has claimed. The run must visit the page, and then settle or release it.
#[derive(Debug, Clone)]
pub struct Task {
    /// The claimed page.
    pub page: PageId,
    /// Its identity.
    pub key: PageKey,
    /// The request to send.
    pub ask: Ask,
    /// The number of failed visits in a row before this one.
    pub failures: u32,
    /// The kind of source that named it first.
    pub via: Via,
    /// When it was published, as far as is known; a bare day counts from its first moment in UTC.
    pub published_at: Option<DateTime<Utc>>,
    /// Whether an article of it is in the archive.
    pub is_stored: bool,
    /// Whether its story is there although the page was never read: a feed carried it.
    pub is_by_feed: bool,
}

/// What a server answered to a request, where it answered the question.
#[derive(Debug, Clone)]
pub enum Fetched {
    /// The page.
    Page(Box<RawPage>),
    /// 304: the page has not changed since the validators were given.
    NotModified(Validators),
    /// There is no such page.
    Missing(Missing),
}

/// How the site says that a page does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Missing {
    /// 404.
    NotFound,
    /// 410.
    Gone,
    /// A redirect to the front page or a listing.
    RedirectedAway,
    /// 200, with a page that says "not found".
    #[strum(serialize = "soft_not_found")]
    Soft,
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
    /// An item of a feed that carried the story. It is not the page.
    Feed,
    /// A record of a web archive.
    Warc,
    /// Fetched from a web archive.
    #[strum(serialize = "wayback")]
    WebArchive,
    /// A saved page.
    File,
}

/// The bytes of a page, with where and when they came from. The archive keeps them as they came.
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
    /// How they came into the archive.
    pub source: CaptureSource,
    /// HTTP status, where there was one.
    pub status: Option<u16>,
    /// The validators to send next time.
    pub validators: Validators,
    /// The headers of request and answer, where they are known.
    pub heads: Option<Heads>,
    /// The address of the feed, where the bytes are an item of one: then they are not the page itself.
    pub feed: Option<Url>,
}

impl RawPage {
    /// Returns a page that came from the site with 200, of which nothing else is known.
    pub fn live(body: impl Into<Bytes>) -> Self {
        Self {
            url: None,
            body: body.into(),
            content_type: None,
            captured_at: None,
            source: CaptureSource::Live,
            status: Some(200),
            validators: Validators::default(),
            heads: None,
            feed: None,
        }
    }
}

/// The headers around the bytes of an answer, as lines `name: value`, each with a line end. Codings and lengths are left out
/// because they no longer describe the bytes, and cookies because they are private.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heads {
    /// `http/1.0`, `http/1.1`, `h2`.
    pub protocol: String,
    /// The headers of the request; `None` where somebody else sent it.
    pub request: Option<String>,
    /// The headers of the answer.
    pub response: String,
}

/// What has become of a page. The stable words of `pages.state`.
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
    /// No complete answer arrived.
    Broken,
    /// robots.txt asks not to read it.
    Refused,
    /// It was read, and is not an article.
    NotArticle,
}

/// Returns the name of a lane: the host of an address, and the port where it is not the default of the scheme.
pub fn lane_name(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

impl Missing {
    /// The word in `pages.reason`.
    pub fn code(self) -> &'static str {
        self.into()
    }
}

impl Ask {
    /// Returns a request for all of a page, without validators.
    pub fn new(url: Url) -> Self {
        Self { url, validators: Validators::default(), range: None, within: None, role: AskRole::Page }
    }
}

impl Heads {
    /// Whether a header is kept: only those that say something about the page are.
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

    /// Returns the lines of the headers that are kept. A line break within a value becomes a space.
    pub fn lines<'h>(headers: impl Iterator<Item = (&'h str, &'h [u8])>) -> String {
        let kept = headers.filter(|it| Self::keeps(it.0));
        kept.fold(String::new(), |lines, (name, value)| {
            lines + name + ": " + &String::from_utf8_lossy(value).replace(['\r', '\n', '\0'], " ") + "\n"
        })
    }

    /// Returns the names and values of such lines.
    pub fn parse(lines: &str) -> impl Iterator<Item = (&str, &str)> {
        lines.lines().filter_map(|it| it.split_once(": "))
    }
}

impl Via {
    /// The word in `pages.via`.
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// Returns the kind of source that a word of `pages.via` means.
    pub fn from_code(code: &str) -> Option<Self> {
        code.parse().ok()
    }
}

impl CaptureSource {
    /// Returns the source that a word of `captures.source` means.
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

    /// Returns the state that a word of `pages.state` means.
    pub fn from_code(code: &str) -> Option<Self> {
        code.parse().ok()
    }
}

impl Captured {
    /// Returns the day, in UTC where a moment is known.
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
