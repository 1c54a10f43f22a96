//! From bytes to text: byte order mark, what is valid UTF-8, header, declaration in the page, then detection.
//!
//! A declaration is looked for as browsers do (HTML standard, "prescan a byte stream"), so that a word `charset` in a comment, a
//! script or another attribute does not count. One thing is done otherwise: valid UTF-8 with a character beyond ASCII is UTF-8,
//! whatever is declared. Saved pages and pages of proxies often carry the declaration that they had before they were re-encoded.

mod prescan;

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// The fewest whole characters for each torn one of a page that is still taken for UTF-8.
const WHOLE_FOR_EACH_TORN: usize = 5;

/// The number of first bytes of a page that show whether it is UTF-16.
const WIDE_SNIFF_BYTES: usize = 1024;

/// A page as text.
pub struct Decoded<'b> {
    /// The text, its lines ending in `\n`; what cannot be read is U+FFFD.
    pub text: Cow<'b, str>,
    /// The encoding's name.
    pub encoding: &'static str,
    /// Some bytes could not be read in it.
    pub is_damaged: bool,
}

/// How much of some bytes is UTF-8 beyond ASCII.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Census {
    /// Characters of several bytes.
    whole: usize,
    /// Places at which there is no character.
    torn: usize,
}

/// Decode a body. `content_type` is the header, where there was one.
pub fn decode<'b>(bytes: &'b [u8], content_type: Option<&str>) -> Decoded<'b> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return finish(encoding, &bytes[mark..]);
    }
    // Only UTF-16 has zeros, and what it writes may look like valid UTF-8.
    let is_wide = memchr::memchr(0, bytes).is_some();
    let text = std::str::from_utf8(bytes).ok();
    let beyond_ascii = text.filter(|it| !it.is_ascii());
    if let Some(text) = beyond_ascii.filter(|_| !is_wide) {
        return utf8(text);
    }
    let of_header =
        content_type.and_then(prescan::label_of).and_then(|it| Encoding::for_label(it.as_bytes()));
    // UTF-16 of a western page is half zeros; without them, and without a mark, it is a false label.
    let is_true = |it: &&'static Encoding| it.is_ascii_compatible() || is_wide;
    let declared = of_header.filter(is_true).or_else(|| prescan::declared(bytes));
    if let Some(encoding) = declared.filter(|it| !it.is_ascii_compatible()) {
        return finish(encoding, bytes);
    }
    if let Some(encoding) = is_wide.then(|| wide(bytes)).flatten() {
        return finish(encoding, bytes);
    }
    if let Some(text) = beyond_ascii {
        return utf8(text);
    }
    // ASCII may be the escapes of an old encoding.
    if text.is_some() {
        return finish(declared.unwrap_or(UTF_8), bytes);
    }
    let census = Census::of(bytes);
    match declared {
        _ if census.is_utf8() => finish(UTF_8, bytes),
        Some(encoding) if encoding != UTF_8 => finish(encoding, bytes),
        Some(_) | None => finish(guess(bytes), bytes),
    }
}

/// Valid UTF-8 with a character beyond ASCII is UTF-8, whatever is declared.
fn utf8(text: &str) -> Decoded<'_> {
    Decoded { text: unix(Cow::Borrowed(text)), encoding: UTF_8.name(), is_damaged: false }
}

impl Census {
    fn of(bytes: &[u8]) -> Self {
        let mut census = Self::default();
        for chunk in bytes.utf8_chunks() {
            // The bytes that go on with a character are of the form 10xxxxxx.
            let begins = |it: &u8| !it.is_ascii() && (it & 0xC0) != 0x80;
            census.whole += chunk.valid().bytes().filter(begins).count();
            census.torn += usize::from(!chunk.invalid().is_empty());
        }
        census
    }

    fn is_utf8(self) -> bool {
        0 < self.whole && self.torn * WHOLE_FOR_EACH_TORN <= self.whole
    }
}

/// Returns the UTF-16 that bytes are without saying so: in markup, every other byte is zero.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let pairs = &bytes[..bytes.len().min(WIDE_SNIFF_BYTES)].as_chunks::<2>().0;
    let zeros = |nth: usize| pairs.iter().filter(|it| it[nth] == 0).count();
    let is_most = |count: usize| pairs.len() < 2 * count;
    match (zeros(0), zeros(1)) {
        (0, low) if is_most(low) => Some(UTF_16LE),
        (high, 0) if is_most(high) => Some(UTF_16BE),
        _ => None,
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
    let mut unix = String::with_capacity(text.len());
    for (nth, line) in text.split('\r').enumerate() {
        if 0 < nth && !line.starts_with('\n') {
            unix.push('\n');
        }
        unix.push_str(line);
    }
    Cow::Owned(unix)
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
    fn valid_utf8_is_utf8_whatever_is_declared() {
        for meta in [
            "<meta charset=iso-8859-1>",
            "<meta charset=gbk>",
            "<meta http-equiv=content-type content='text/html; charset=windows-1256'>",
            "<!-- charset=latin1 -->",
            "",
        ] {
            let page = format!("{meta}قیمت café");
            check(page.as_bytes(), None, &page, "UTF-8");
            check(page.as_bytes(), Some("text/html; charset=ISO-8859-1"), &page, "UTF-8");
        }
    }

    #[test]
    fn a_torn_character_makes_no_other_encoding() {
        for meta in ["<meta charset=utf-8>", ""] {
            let mut page = format!("{meta}قیمت میں ").into_bytes();
            page.push(0xFF);
            let decoded = decode(&page, None);
            assert_eq!((decoded.encoding, decoded.is_damaged), ("UTF-8", true), "{meta}");
        }
        check(b"<meta charset=utf-8>caf\xE9", None, "<meta charset=utf-8>caf\u{e9}", "windows-1252");
    }

    #[test]
    fn a_declaration_is_where_browsers_look_for_it() {
        let arabic: &[u8] = b"\xD3\xDA\xD1";
        let says = |head: &str| decode(&[head.as_bytes(), arabic].concat(), None).encoding;
        let meta = "<meta charset=windows-1256>";
        assert_eq!(says(&format!("<!-- the charset=latin1 is below -->{meta}")), "windows-1256");
        assert_eq!(says(&format!("<script src=a charset=latin1>x</script>{meta}")), "windows-1256");
        assert_eq!(says(&format!("<link charset=latin1 href=a>{meta}")), "windows-1256");
        assert_eq!(says(&format!("<meta name=x content='charset=gbk'>{meta}")), "windows-1256");
        assert_eq!(says(&format!("<script>{}</script>{meta}", "x".repeat(3000))), "windows-1256");
        assert_eq!(says("<?xml version='1.0' encoding='windows-1256'?><p>"), "windows-1256");
        assert_eq!(
            says("<META CONTENT='a; CHARSET=windows-1256' HTTP-EQUIV=Content-Type>"),
            "windows-1256"
        );
    }

    #[test]
    fn utf_16_without_a_mark_is_known_by_its_zeros() {
        let page = "<p>Price of wheat held, €5";
        let little: Vec<u8> = page.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = page.encode_utf16().flat_map(u16::to_be_bytes).collect();
        check(&little, Some("text/html"), page, "UTF-16LE");
        check(&big, None, page, "UTF-16BE");
        check(b"<p>one\0 zero", None, "<p>one\0 zero", "UTF-8");
    }

    #[test]
    fn damage_is_reported() {
        let torn = ["ääääää".as_bytes(), b"\xFF"].concat();
        assert!(decode(&torn, Some("text/html; charset=utf-8")).is_damaged);
        assert!(!decode(b"ab", None).is_damaged);
    }
}
