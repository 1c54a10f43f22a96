//! The fields that records, answers and indexes share: headers, moments and digests, in the form that the tools of the field
//! read. What a record or an answer consists of is not said here (`read.rs`, `http.rs`).

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};

/// A header of a record or of an answer: name and value, as written.
pub type Header = (String, String);

/// Returns the first value of a header, its name in any case of letters.
pub fn header<'h>(headers: &'h [Header], name: &str) -> Option<&'h str> {
    headers.iter().find(|it| it.0.eq_ignore_ascii_case(name)).map(|it| it.1.as_str())
}

/// Returns a moment as records write it: `2021-03-08T06:20:00Z`.
pub fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Returns a moment as indexes write it: `20210308062000`.
pub fn stamp14(at: DateTime<Utc>) -> String {
    at.format("%Y%m%d%H%M%S").to_string()
}

/// Returns a digest in the form that the tools of the field check: `sha256:`, and base 32.
pub fn digest_form(sha256: &[u8]) -> String {
    let mut text = "sha256:".to_owned();
    // Writing to a string does not fail.
    let _ = write!(text, "{}", data_encoding::BASE32.encode(sha256));
    text
}
