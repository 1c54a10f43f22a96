//! The fields that records, answers and indexes share: headers, moments and digests, in the form that the tools of the field
//! read. What a record or an answer consists of is not said here (`read.rs`, `http.rs`).

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};
use data_encoding::{BASE32, BASE32_NOPAD, HEXLOWER_PERMISSIVE};

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

/// Returns a digest in one form, whatever form a tool gave it: `sha1:` and `sha256:` in hexadecimal digits. Tools write base 32 and
/// hexadecimal digits, in either case of letters, and some leave the name of the algorithm out.
pub fn digest_key(text: &str) -> String {
    let text = text.trim();
    let (name, value) = text.split_once(':').unwrap_or(("", text));
    let bytes = match value.len() {
        32 | 52 => BASE32_NOPAD.decode(value.to_ascii_uppercase().as_bytes()).ok(),
        56 => BASE32.decode(value.to_ascii_uppercase().as_bytes()).ok(),
        40 | 64 => HEXLOWER_PERMISSIVE.decode(value.as_bytes()).ok(),
        _ => None,
    };
    let Some(bytes) = bytes else { return text.to_owned() };
    let name = match (name, bytes.len()) {
        ("", 20) => "sha1".to_owned(),
        ("", _) => "sha256".to_owned(),
        (name, _) => name.to_ascii_lowercase().replace('-', ""),
    };
    format!("{name}:{}", HEXLOWER_PERMISSIVE.encode(&bytes))
}

/// Returns a digest in the form that the tools of the field check: `sha256:`, and base 32.
pub fn digest_form(sha256: &[u8]) -> String {
    let mut text = "sha256:".to_owned();
    // Writing to a string does not fail.
    let _ = write!(text, "{}", data_encoding::BASE32.encode(sha256));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_has_one_form() {
        let hex = "sha1:a9993e364706816aba3e25717850c26c9cd0d89d";
        for text in [
            "sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5",
            "sha1:vgmt4nsha2awvor6evyxqugcnsonbwe5",
            "VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5",
            "SHA-1:A9993E364706816ABA3E25717850C26C9CD0D89D",
            hex,
        ] {
            assert_eq!(digest_key(text), hex, "{text}");
        }
        assert_eq!(digest_key(" sha1:AAAA "), "sha1:AAAA");
        let sha256 = [7; 32];
        let expect = format!("sha256:{}", "07".repeat(32));
        assert_eq!(digest_key(&digest_form(&sha256)), expect);
        assert_eq!(digest_key(digest_form(&sha256).trim_end_matches('=')), expect);
    }
}
