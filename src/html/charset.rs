//! From bytes to text: byte order mark, header, `meta`, then detection.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8};

/// Browsers look for `<meta charset>` in this many bytes (HTML standard, "prescan a byte stream").
const PRESCAN_BYTES: usize = 1024;

/// A page as text.
pub struct Decoded<'b> {
    /// The text, its lines ending in `\n`; what cannot be read is U+FFFD.
    pub text: Cow<'b, str>,
    /// The encoding's name.
    pub encoding: &'static str,
    /// Some bytes could not be read in it.
    pub is_damaged: bool,
}

/// Decode a body. `content_type` is the header, where there was one.
pub fn decode<'b>(bytes: &'b [u8], content_type: Option<&str>) -> Decoded<'b> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return finish(encoding, &bytes[mark..]);
    }
    let head = &bytes[..bytes.len().min(PRESCAN_BYTES)];
    let declared = content_type
        .and_then(label_of)
        .or_else(|| label_of(&String::from_utf8_lossy(head)))
        .and_then(|it| Encoding::for_label(it.as_bytes()));
    // UTF-16 of a western page is half zeros; without them, and without a mark, it is a false label.
    let is_false = |it: &&'static Encoding| !it.is_ascii_compatible() && !bytes.contains(&0);
    let declared = declared.filter(|it| !is_false(it));
    if let Some(encoding) = declared {
        let decoded = finish(encoding, bytes);
        if !decoded.is_damaged {
            return decoded;
        }
    }
    // Undeclared, or declared wrongly: what is valid UTF-8 is UTF-8.
    if let Ok(text) = std::str::from_utf8(bytes) {
        let text = unix(Cow::Borrowed(text));
        return Decoded { text, encoding: UTF_8.name(), is_damaged: false };
    }
    match declared {
        Some(encoding) => finish(encoding, bytes),
        None => finish(guess(bytes), bytes),
    }
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Allow)
}

fn finish<'b>(encoding: &'static Encoding, bytes: &'b [u8]) -> Decoded<'b> {
    let (text, is_damaged) = encoding.decode_without_bom_handling(bytes);
    Decoded { text: unix(text), encoding: encoding.name(), is_damaged }
}

/// Line ends as one character, which is the first thing that every parser of HTML and XML does.
fn unix(text: Cow<'_, str>) -> Cow<'_, str> {
    if memchr::memchr(b'\r', text.as_bytes()).is_none() {
        return text;
    }
    Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// `charset=x`, `charset="x"`: the same in a header and in a `meta` element.
fn label_of(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let (_, rest) = lower.split_once("charset")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let rest = rest.trim_start_matches(['"', '\'']);
    let end =
        rest.find(|it: char| !it.is_ascii_alphanumeric() && !"-_:.".contains(it)).unwrap_or(rest.len());
    (0 < end).then(|| rest[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], content_type: Option<&str>, text: &str, encoding: &str) {
        let decoded = decode(bytes, content_type);
        assert_eq!((decoded.text.as_ref(), decoded.encoding), (text, encoding));
    }

    #[test]
    fn the_first_witness_wins_and_a_liar_is_not_believed() {
        check(b"\xEF\xBB\xBFRs 5", Some("text/html; charset=latin1"), "Rs 5", "UTF-8");
        check(b"caf\xE9", Some("text/html; charset=\"ISO-8859-1\""), "caf\u{e9}", "windows-1252");
        check(
            b"<meta charset='windows-1252'>\x93a\x94",
            None,
            "<meta charset='windows-1252'>\u{201c}a\u{201d}",
            "windows-1252",
        );
        check("<meta charset=utf-8>\u{25b2}".as_bytes(), None, "<meta charset=utf-8>\u{25b2}", "UTF-8");
        check(b"plain", Some("text/html; charset=utf-16"), "plain", "UTF-8");
        check("\u{25b2}".as_bytes(), Some("text/html; charset=us-ascii-lie"), "\u{25b2}", "UTF-8");
        check("\u{627}\u{631}\u{62f}\u{648}".as_bytes(), None, "\u{627}\u{631}\u{62f}\u{648}", "UTF-8");
    }

    #[test]
    fn damage_is_reported() {
        assert!(decode(b"a\xFFb", Some("text/html; charset=utf-8")).is_damaged);
        assert!(!decode(b"ab", None).is_damaged);
    }
}
