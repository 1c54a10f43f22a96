//! Parts of mail (RFC 2045 and 2046), as saved pages consist of them: headers, parts within parts, transfer codings. Which part is
//! the page is decided in `mhtml.rs`.
//!
//! `mail-parser` reads mail well and was not taken: it gives a text as UTF-8, and the archive keeps the bytes of a page as they were
//! sent, with the charset that their part names; nor does it say that the end of a part is missing.

use data_encoding::HEXUPPER_PERMISSIVE;

use super::fields::{Header, header};
use crate::coding::PlainBody;

/// Parts are within parts this deeply at most.
const DEPTH_MAX: usize = 8;
/// The greatest number of parts: a page has a few hundred pictures.
const PARTS_MAX: usize = 20_000;
/// The greatest number of bytes of the headers of a part.
const HEAD_BYTES_MAX: usize = 64 << 10;

/// A part: its headers, and its body as it is written.
#[derive(Debug)]
pub(super) struct MailPart<'b> {
    pub(super) headers: Vec<Header>,
    body: &'b [u8],
}

/// Returns the parts of a whole that have no parts in them, in order.
pub(super) fn parts<'b>(whole: &MailPart<'b>) -> Vec<MailPart<'b>> {
    let mut found = Vec::new();
    collect(whole, 0, &mut found);
    found
}

fn collect<'b>(part: &MailPart<'b>, depth: usize, found: &mut Vec<MailPart<'b>>) {
    let boundary = part.parameter("boundary").filter(|it| !it.is_empty());
    let boundary = boundary.filter(|_| depth < DEPTH_MAX && part.kind().starts_with("multipart/"));
    let Some(boundary) = boundary else {
        if !part.kind().starts_with("multipart/") && found.len() < PARTS_MAX {
            found.push(MailPart { headers: part.headers.clone(), body: part.body });
        }
        return;
    };
    for inner in split_on(part.body, boundary.as_bytes()) {
        if let Some(inner) = MailPart::read(inner) {
            collect(&inner, depth + 1, found);
        }
    }
}

impl<'b> MailPart<'b> {
    /// Reads a part. Returns `None` where its headers have no end, and where it begins with a tag, as no header does.
    pub(super) fn read(bytes: &'b [u8]) -> Option<Self> {
        if bytes.starts_with(b"<") {
            return None;
        }
        let head = &bytes[..bytes.len().min(HEAD_BYTES_MAX)];
        let mut at = 0;
        // An empty line ends the headers, whatever the lines end with.
        let end = loop {
            let line = head[at..].iter().position(|it| *it == b'\n')?;
            if head[at..at + line].trim_ascii().is_empty() {
                break at + line + 1;
            }
            at += line + 1;
        };
        Some(Self { headers: headers(&bytes[..at]), body: &bytes[end..] })
    }

    fn kind(&self) -> String {
        header(&self.headers, "Content-Type").unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// Whether it is of the type of a page.
    pub(super) fn is_page(&self) -> bool {
        let kind = self.kind();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        matches!(kind, "text/html" | "application/xhtml+xml" | "text/xhtml")
    }

    /// Returns a parameter of its type. A value in quotes may have any character in it.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let mut rest = header(&self.headers, "Content-Type")?.split_once(';')?.1;
        // Each turn takes the parameter before the next `;`.
        while let Some((key, value)) = rest.split_once('=') {
            let value = value.trim_start();
            let (found, after) = match value.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
                None => value.split_at(value.find(';').unwrap_or(value.len())),
            };
            let key = key.rsplit(';').next().unwrap_or_default().trim();
            if key.eq_ignore_ascii_case(name) {
                return Some(found.trim_end().to_owned());
            }
            rest = after.split_once(';').map_or("", |it| it.1);
        }
        None
    }

    /// Returns its body without its transfer coding.
    pub(super) fn decode(&self) -> PlainBody {
        let coding = header(&self.headers, "Content-Transfer-Encoding").unwrap_or_default();
        match coding.trim().to_ascii_lowercase().as_str() {
            "quoted-printable" => PlainBody::whole(quoted_printable(self.body)),
            "base64" => base64(self.body),
            _ => PlainBody::whole(self.body.to_vec()),
        }
    }
}

/// Returns what is between the marks of a boundary.
fn split_on<'b>(bytes: &'b [u8], boundary: &[u8]) -> Vec<&'b [u8]> {
    let mut parts = Vec::new();
    // Text before the first mark is for people.
    let mut start = None;
    let mut at = 0;
    while at < bytes.len() && parts.len() < PARTS_MAX {
        let line_end =
            bytes[at..].iter().position(|it| *it == b'\n').map_or(bytes.len(), |it| at + it + 1);
        let line = bytes[at..line_end].trim_ascii_end();
        let rest = line.strip_prefix(b"--").and_then(|it| it.strip_prefix(boundary));
        if let Some(rest) = rest.filter(|it| it.is_empty() || *it == b"--") {
            // The line end before a mark is a part of the mark.
            let part = start.map(|start| &bytes[start..at.max(start)]);
            parts.extend(
                part.map(|it| it.strip_suffix(b"\n").unwrap_or(it))
                    .map(|it| it.strip_suffix(b"\r").unwrap_or(it)),
            );
            start = (rest != b"--").then_some(line_end);
        }
        at = line_end;
    }
    // The last mark may be missing.
    parts.extend(start.filter(|it| *it < bytes.len()).map(|start| &bytes[start..]));
    parts
}

fn headers(head: &[u8]) -> Vec<Header> {
    let mut headers: Vec<Header> = Vec::new();
    for line in String::from_utf8_lossy(head).lines() {
        match (line.split_once(':'), headers.last_mut()) {
            (_, Some(last)) if line.starts_with([' ', '\t']) => {
                last.1.push(' ');
                last.1.push_str(line.trim());
            }
            (Some((name, value)), _) => headers.push((name.trim().to_owned(), value.trim().to_owned())),
            (None, _) => {}
        }
    }
    headers
}

/// Decodes base64 (RFC 2045, section 6.8); characters of other alphabets are passed over, as the RFC asks. What comes before a missing
/// end is kept.
fn base64(body: &[u8]) -> PlainBody {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => Some(u32::from(byte - b'A')),
        b'a'..=b'z' => Some(u32::from(byte - b'a') + 26),
        b'0'..=b'9' => Some(u32::from(byte - b'0') + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let (mut out, mut bits, mut count) = (Vec::with_capacity(body.len() / 4 * 3), 0_u32, 0_usize);
    let mut padding = 0;
    for byte in body {
        if *byte == b'=' {
            padding += 1;
        } else if let Some(value) = value(*byte) {
            bits = bits << 6 | value;
            count += 1;
            if count == 4 {
                out.extend_from_slice(&bits.to_be_bytes()[1..]);
                (bits, count) = (0, 0);
            }
        }
    }
    let bytes = (bits << (6 * (4 - count))).to_be_bytes();
    out.extend_from_slice(&bytes[1..=count.saturating_sub(1)]);
    let is_whole = count == 0 || count + padding == 4;
    let lost = (!is_whole).then(|| "the end of its base64 is missing".to_owned());
    PlainBody { lost, ..PlainBody::whole(out) }
}

/// Decodes quoted-printable (RFC 2045, section 6.7); what is not a code is kept as it is.
fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'=' {
            out.push(byte);
            continue;
        }
        if let Some(joined) = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")) {
            rest = joined;
            continue;
        }
        match rest.get(..2).and_then(|digits| HEXUPPER_PERMISSIVE.decode(digits).ok()) {
            Some(code) => {
                out.extend(code);
                rest = &rest[2..];
            }
            None => out.push(byte),
        }
    }
    out
}
