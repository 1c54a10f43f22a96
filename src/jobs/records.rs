//! The pages of the site in the records of a web archive. What a record means for the site is decided here; how a record is read is the
//! business of the codec `warc`.

use std::io::BufRead;

use chrono::DateTime;
use chrono_tz::Tz;
use url::Url;

use crate::{
    config::Profile,
    model::{CaptureSource, Captured, Heads, PageKey, RawPage, Validators, WrittenDate},
    warc::{self, HttpAnswer, WarcRecord},
};

use super::page_kind::is_page;

/// What a record may have beside its body, such as heads and the sizes of chunks.
pub(super) const HEAD_BYTES: usize = 1 << 20;

/// What was found in a web archive.
#[derive(Debug)]
pub enum Found {
    /// An article page of a site.
    Page(Box<FoundPage>),
    /// A capture whose bytes are those of an earlier record.
    Revisit(Box<Revisit>),
    /// A record that is neither.
    PassedOver(PassedOver),
    /// A place that cannot be read as a record.
    Damaged(warc::Damage),
}

/// An article page in a web archive.
#[derive(Debug)]
pub struct FoundPage {
    /// The page.
    pub page: RawPage,
    /// The names by which revisits may refer to it.
    pub names: Vec<String>,
    /// Which of the profiles it is of, in the order that they were given.
    pub profile: usize,
    /// The bytes before its record in the file.
    pub offset: u64,
    /// The bytes of its record; `None` where it cannot be read from its place alone.
    pub length: Option<u64>,
}

/// A capture whose bytes are those of an earlier one.
#[derive(Debug, Clone)]
pub struct Revisit {
    /// The capture, without its bytes.
    pub page: RawPage,
    /// The names of the earlier record or of its bytes, in the form of [`Found::Page`].
    pub names: Vec<String>,
    /// The earlier capture, where the record names it.
    pub earlier: Option<(PageKey, Captured)>,
}

/// Why a record is passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PassedOver {
    /// A request, or information about the archive.
    NotACapture,
    /// A page of another site.
    OtherSite,
    /// A page of the site whose address is not an article's.
    OtherPage,
    /// A picture or a script.
    NotText,
    /// An answer that is not a page, such as a redirect or an error.
    OtherStatus,
    /// A page of the server's guard.
    Challenge,
    /// A body that is larger than any page.
    TooLarge,
}

impl PassedOver {
    /// Returns the words of the closing line.
    pub fn words(self) -> &'static str {
        match self {
            Self::NotACapture => "no captures",
            Self::OtherSite => "of other sites",
            Self::OtherPage => "no articles",
            Self::NotText => "not text",
            Self::OtherStatus => "redirects and errors",
            Self::Challenge => "challenges of a guard",
            Self::TooLarge => "too large",
        }
    }
}

/// Reads the pages of sites out of a web archive, each by the profile of its host.
pub struct ArchivePages<'p, R: BufRead> {
    profiles: Vec<&'p Profile>,
    body_max: usize,
    records: warc::WarcReader<R>,
    /// What is to be told of the record before.
    waiting: Option<Found>,
}

impl<'p, R: BufRead> ArchivePages<'p, R> {
    /// A reader of a file or a stream, packed or not, that passes over bodies of more than `body_max` bytes.
    pub fn new(input: R, profiles: &[&'p Profile], body_max: usize) -> std::io::Result<Self> {
        let records = warc::WarcReader::new(input, body_max + HEAD_BYTES)?;
        Ok(Self { profiles: profiles.to_vec(), body_max, records, waiting: None })
    }

    fn look_at(&mut self, record: &WarcRecord) -> Found {
        let kind = record.kind();
        let kind = kind.as_str();
        if !matches!(kind, "response" | "resource" | "conversion" | "revisit") {
            return Found::PassedOver(PassedOver::NotACapture);
        }
        let url = record.target().and_then(|it| Url::parse(it).ok());
        let of_site = |url: &Url| self.profiles.iter().position(|it| it.host_of(url).is_some());
        let Some((url, nth)) = url.and_then(|it| of_site(&it).map(|nth| (it, nth))) else {
            return Found::PassedOver(PassedOver::OtherSite);
        };
        let profile = self.profiles[nth];
        if profile.page_key(&url).is_none() {
            return Found::PassedOver(PassedOver::OtherPage);
        }
        if record.is_cut {
            return Found::PassedOver(PassedOver::TooLarge);
        }
        let damaged = |what| Found::Damaged(warc::Damage { offset: record.offset, what });
        let content_type = record.header("Content-Type").unwrap_or_default().to_ascii_lowercase();
        let is_http = content_type.starts_with("application/http") || record.block.starts_with(b"HTTP/");
        let answer = match (kind, is_http) {
            // A revisit need not say again what the earlier answer said.
            ("revisit", _) if record.block.trim_ascii().is_empty() => bare(Vec::new(), Vec::new()),
            ("response" | "revisit", true) => match warc::parse_http(&record.block, self.body_max) {
                Ok(answer) => answer,
                Err(what) => return damaged(what),
            },
            ("revisit", false) => bare(Vec::new(), Vec::new()),
            // What is kept without an answer is the page itself; a conversion is its text.
            _ => {
                let kind = if kind == "conversion" { "text/plain" } else { content_type.as_str() };
                bare(vec![("Content-Type".to_owned(), kind.to_owned())], record.block.clone())
            }
        };
        let is_unchanged = kind == "revisit" && answer.status == 304;
        if !matches!(answer.status, 200 | 203) && !is_unchanged {
            return Found::PassedOver(PassedOver::OtherStatus);
        }
        let segment =
            record.header("WARC-Segment-Number").map(|_| "its rest is in other records".to_owned());
        let cut =
            record.header("WARC-Truncated").map(|it| format!("it was cut when it was captured ({it})"));
        let cut = cut.or(segment);
        if let Some(what) = answer.lost.clone().or(cut).filter(|_| kind != "revisit") {
            let what = format!("the page {url} is not whole: {what}");
            self.waiting = Some(Found::Damaged(warc::Damage { offset: record.offset, what }));
        }
        // A revisit may say again with what status the bytes came; that they were not changed is none.
        let is_answered_again = kind == "revisit" && !is_unchanged && record.block.starts_with(b"HTTP/");
        let page = page(url, record, answer, kind == "response" || is_answered_again);
        if kind == "revisit" {
            return Found::Revisit(Box::new(revisit(profile, page, record)));
        }
        if !is_page(page.content_type.as_deref(), &page.body) {
            return Found::PassedOver(PassedOver::NotText);
        }
        if profile.challenge.is_in(&page.body) {
            return Found::PassedOver(PassedOver::Challenge);
        }
        let WarcRecord { offset, length, .. } = *record;
        let names = names(record, "WARC-Record-ID");
        Found::Page(Box::new(FoundPage { page, names, profile: nth, offset, length }))
    }
}

fn revisit(profile: &Profile, page: RawPage, record: &WarcRecord) -> Revisit {
    let earlier = || {
        let url = record.header("WARC-Refers-To-Target-URI").or_else(|| record.target())?;
        let key = profile.page_key(&Url::parse(url.trim_matches(['<', '>'])).ok()?)?;
        Some((key, date(record.header("WARC-Refers-To-Date")?)?))
    };
    Revisit { page, names: names(record, "WARC-Refers-To"), earlier: earlier() }
}

/// What a record may say of a picture.
pub(super) struct ImageRecord {
    /// Its address, and what came; of a revisit no bytes.
    pub(super) page: RawPage,
    /// The names of its bytes, as those of [`Found::Page`].
    pub(super) names: Vec<String>,
    /// Whether its bytes are those of an earlier record.
    pub(super) is_revisit: bool,
}

/// Returns what a record says of a picture: an answer with 200, a resource, or a revisit. Whether the bytes are one is not looked at.
pub(super) fn image_of(record: &WarcRecord, body_max: usize) -> Option<ImageRecord> {
    let kind = record.kind();
    let url = record.target().and_then(|it| Url::parse(it).ok())?;
    if kind == "revisit" {
        let page = page(url, record, bare(Vec::new(), Vec::new()), false);
        return Some(ImageRecord { page, names: names(record, "WARC-Refers-To"), is_revisit: true });
    }
    if record.is_cut || !matches!(kind.as_str(), "response" | "resource") {
        return None;
    }
    let content_type = record.header("Content-Type").unwrap_or_default().to_ascii_lowercase();
    let is_http = content_type.starts_with("application/http") || record.block.starts_with(b"HTTP/");
    let answer = if kind == "response" && is_http {
        warc::parse_http(&record.block, body_max)
            .ok()
            .filter(|it| it.status == 200 && it.lost.is_none())?
    } else {
        bare(vec![("Content-Type".to_owned(), content_type)], record.block.clone())
    };
    let page = page(url, record, answer, kind == "response");
    Some(ImageRecord { page, names: names(record, "WARC-Record-ID"), is_revisit: false })
}

impl<R: BufRead> Iterator for ArchivePages<'_, R> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        if let Some(found) = self.waiting.take() {
            return Some(found);
        }
        Some(match self.records.next()? {
            Ok(record) => self.look_at(&record),
            Err(damage) => Found::Damaged(damage),
        })
    }
}

/// Returns the names of the bytes of a record: their digest, and the identity of a record in a header.
fn names(record: &WarcRecord, identity: &str) -> Vec<String> {
    let digest = record.header("WARC-Payload-Digest").map(warc::digest_key);
    let record = record.header(identity).map(|it| it.trim().trim_matches(['<', '>']).to_owned());
    digest.into_iter().chain(record).collect()
}

/// Returns the answer of a record that no server gave one for.
fn bare(headers: Vec<warc::Header>, body: Vec<u8>) -> HttpAnswer {
    HttpAnswer { protocol: String::new(), status: 200, headers, body, lost: None }
}

fn page(url: Url, record: &WarcRecord, answer: HttpAnswer, has_status: bool) -> RawPage {
    let HttpAnswer { protocol, status, headers, body, lost: _ } = answer;
    // A record is written as HTTP/1.1 whatever was spoken; a record without an answer has nothing to say.
    let spoken = record.headers.iter().filter(|it| it.0.eq_ignore_ascii_case("WARC-Protocol"));
    let spoken = spoken.map(|it| it.1.to_ascii_lowercase()).find(|it| it.starts_with('h'));
    let response = Heads::lines(headers.iter().map(|it| (it.0.as_str(), it.1.as_bytes())));
    let heads = (!protocol.is_empty()).then(|| Heads {
        protocol: spoken.unwrap_or(protocol),
        request: None,
        response,
    });
    let text = |name| warc::header(&headers, name).map(str::to_owned);
    RawPage {
        feed: None,
        url: Some(url),
        content_type: text("Content-Type"),
        captured_at: record.header("WARC-Date").and_then(date),
        source: CaptureSource::Warc,
        status: has_status.then_some(status),
        validators: Validators { etag: text("ETag"), last_modified: text("Last-Modified") },
        body: body.into(),
        heads,
    }
}

/// Returns the date of a record: a moment, or a day where no more is said. Records are dated in UTC.
fn date(text: &str) -> Option<Captured> {
    // A year that no page has is what a wrong clock wrote: the page is refused for it, not left without a time.
    if let Ok(at) = DateTime::parse_from_rfc3339(text.trim()) {
        return Some(Captured::At(at.to_utc()));
    }
    Some(match WrittenDate::read(text, Some(Tz::UTC))? {
        WrittenDate::Moment(at) => Captured::At(at.to_utc()),
        WrittenDate::Day(day) => Captured::On(day),
    })
}
