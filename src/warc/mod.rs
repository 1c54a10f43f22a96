//! A codec: web archives (ISO 28500, WARC 1.0 and 1.1) and saved web pages (MHTML), in and out. Knows nothing of the site,
//! the archive or the clock.

mod compressed;
mod http;
mod index;
mod mhtml;
mod read;
mod write;

pub use compressed::Packing;
pub use http::{HttpAnswer, parse_http};
pub use index::{cdxj_line, surt};
pub use mhtml::{Mhtml, parse_mhtml};
pub use read::{Damage, WarcReader, WarcRecord};
pub use write::{CaptureRecord, WarcWriter, Written};

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};

/// A header of a record or of an answer: name and value, as they stand.
pub type Header = (String, String);

/// The first value of a header, whatever the case of its name.
pub fn header<'h>(headers: &'h [Header], name: &str) -> Option<&'h str> {
    headers.iter().find(|it| it.0.eq_ignore_ascii_case(name)).map(|it| it.1.as_str())
}

/// `2021-03-08T06:20:00Z`.
pub fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// `20210308062000`, as indexes write it.
pub fn stamp14(at: DateTime<Utc>) -> String {
    at.format("%Y%m%d%H%M%S").to_string()
}

/// The form in which the tools of the field check a digest: `sha256:`, and base 32.
pub fn digest_form(sha256: &[u8]) -> String {
    let mut text = "sha256:".to_owned();
    // Writing to a string does not fail.
    let _ = write!(text, "{}", data_encoding::BASE32.encode(sha256));
    text
}
