//! Pages as browsers save them, with everything on them: MHTML (RFC 2557). The page is read, and its pictures apart from it. The
//! headers are those of mail, not of HTTP, so `http.rs` does not serve. What a part of a mail consists of is read in `mime.rs`.
//!
//! Reports against archivers taught the forms: a frame before the page, the page inside `multipart/alternative`, a boundary with
//! `;` or `=` in it, XHTML, base64 whose end is missing, dates with `GMT+0500`.

use chrono::{DateTime, Utc};

use super::{
    fields::header,
    mime::{MailPart, parts},
};
use crate::model::WrittenDate;

/// A saved page, and what it says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mhtml {
    /// Where it was saved from.
    pub url: Option<String>,
    /// When it was saved.
    pub saved_at: Option<DateTime<Utc>>,
    /// The type of the page, with its charset.
    pub content_type: Option<String>,
    /// The page.
    pub body: Vec<u8>,
    /// Why it is not whole, in words.
    pub lost: Option<String>,
    /// Whether it is a letter that somebody sent, and no page that was saved.
    pub is_letter: bool,
}

/// Returns the page of an MHTML file; `None` where the bytes are not one.
pub fn parse_mhtml(bytes: &[u8]) -> Option<Mhtml> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let whole = MailPart::read(bytes)?;
    let top = |name: &str| header(&whole.headers, name);
    let kind = top("Content-Type")?.to_ascii_lowercase();
    let is_many = kind.starts_with("multipart/");
    if !is_many && top("MIME-Version").is_none() {
        return None;
    }
    let saved_at = match top("Date").and_then(|it| WrittenDate::read(it, None)) {
        Some(WrittenDate::Moment(at)) => Some(at.to_utc()),
        Some(WrittenDate::Day(_)) | None => None,
    };
    let location = top("Snapshot-Content-Location").or_else(|| top("Content-Location")).map(address);
    let pages: Vec<MailPart<'_>> = parts(&whole).into_iter().filter(MailPart::is_page).collect();
    // The page is the part that was saved from the address of the file or that the file begins with; frames are saved beside it.
    let start = whole.parameter("start");
    let is_start =
        |it: &&MailPart<'_>| start.is_some() && header(&it.headers, "Content-ID") == start.as_deref();
    let is_located = |it: &&MailPart<'_>| {
        location.is_some() && header(&it.headers, "Content-Location").map(address) == location
    };
    let page = pages.iter().find(is_located).or_else(|| pages.iter().find(is_start)).or(pages.first())?;
    let own = header(&page.headers, "Content-Location").map(address);
    let is_sent = ["Received", "To", "Message-ID", "Return-Path"].iter().any(|it| top(it).is_some());
    let is_letter = is_sent && location.is_none() && own.is_none();
    let decoded = page.decode();
    Some(Mhtml {
        url: location.or(own),
        saved_at,
        content_type: header(&page.headers, "Content-Type").map(str::to_owned),
        body: decoded.body,
        lost: decoded.lost,
        is_letter,
    })
}

/// A picture that was saved with a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MhtmlImage {
    /// Where it was saved from.
    pub url: String,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// Returns the pictures of an MHTML file, those that say where they were saved from.
pub fn mhtml_images(bytes: &[u8]) -> Vec<MhtmlImage> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let Some(whole) = MailPart::read(bytes) else { return Vec::new() };
    let image = |part: &MailPart<'_>| {
        let kind = header(&part.headers, "Content-Type")?.trim().to_ascii_lowercase();
        let url = header(&part.headers, "Content-Location").map(address)?;
        kind.starts_with("image/").then(|| MhtmlImage { url, body: part.decode().body })
    };
    parts(&whole).iter().filter_map(image).collect()
}

/// Whether bytes begin with the headers of mail: a letter, or a saved page whose parts cannot be read.
pub fn is_mail(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let Some(whole) = MailPart::read(bytes) else { return false };
    let has = |name: &str| header(&whole.headers, name).is_some();
    has("MIME-Version") || has("Return-Path") || (has("From") && has("Message-ID"))
}

/// Returns an address without the blanks that folding put into it.
fn address(value: &str) -> String {
    value.split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PAGE: &str = "<h1 class=\"x\">Rupee \u{20A8}</h1>";
    const ADDRESS: &str = "https://www.brecorder.com/news/1/a";

    fn file(boundary: &str, parts: &[&str]) -> String {
        let mut text = format!(
            "From: <Saved by Blink>\r\nSnapshot-Content-Location: {ADDRESS}\r\nSubject: x\r\n\
             Date: Mon, 8 Mar 2021 11:20:00 GMT+0500\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/related;\r\n\ttype=\"text/html\";\r\n\tboundary=\"{boundary}\"\r\n\r\nA message.\r\n"
        );
        for part in parts {
            text += &format!("--{boundary}\r\n{part}\r\n");
        }
        text + &format!("--{boundary}--\r\n")
    }

    fn part(kind: &str, coding: &str, location: &str, body: &str) -> String {
        format!(
            "Content-Type: {kind}\r\nContent-Transfer-Encoding: {coding}\r\nContent-Location: {location}\r\n\r\n{body}"
        )
    }

    #[track_caller]
    fn whole(text: &str) {
        let page = parse_mhtml(text.as_bytes()).expect("a page");
        assert_eq!(page.url.as_deref(), Some(ADDRESS));
        assert_eq!(
            page.saved_at.map(|it| it.to_rfc3339()).as_deref(),
            Some("2021-03-08T06:20:00+00:00")
        );
        assert_eq!(String::from_utf8_lossy(&page.body).trim_end(), PAGE, "{text}");
        assert_eq!((page.lost, page.is_letter), (None, false));
    }

    const CODED: &str = "<h1 class=3D\"x\">Rupee =E2=82=\r\n=A8</h1>";

    #[test]
    fn the_page_of_a_saved_whole_is_read() {
        let page = part("text/html; charset=utf-8", "quoted-printable", ADDRESS, CODED);
        let style = part("text/css", "binary", "https://x.example/a.css", ".a{}");
        let frame = part("text/html", "binary", "https://ads.example/frame", "<p>buy</p>");
        for boundary in ["----Part--x", "a;b", "----=_1=2", "a b"] {
            whole(&file(boundary, &[&style, &page]));
            whole(&file(boundary, &[&frame, &page]));
        }
        whole(&file("x", &[&page]).replace("\r\n", "\n"));
        whole(&file("x", &[&page]).replace("--x--\r\n", ""));
        whole(&format!("\u{FEFF}{}", file("x", &[&page])));
        whole(&file("x", &[&page.replace("text/html", "application/xhtml+xml")]));
        let coded = data_encoding::BASE64.encode(PAGE.as_bytes());
        whole(&file("x", &[&part("text/html", "base64", ADDRESS, &coded)]));
        let inside = format!(
            "Content-Type: multipart/alternative; boundary=\"xy\"\r\n\r\n--xy\r\n{page}\r\n--xy--"
        );
        whole(&file("x", &[&inside]));
    }

    #[test]
    fn what_is_missing_of_base64_is_said() {
        let coded = data_encoding::BASE64.encode(PAGE.as_bytes());
        let text = file("x", &[&part("text/html", "base64", ADDRESS, &coded[..coded.len() - 5])]);
        let page = parse_mhtml(text.as_bytes()).expect("a page");
        assert!(PAGE.as_bytes().starts_with(&page.body) && PAGE.len() - 6 < page.body.len());
        assert!(page.lost.expect("words").contains("base64"));
    }

    #[test]
    fn a_letter_is_no_saved_page() {
        let text = "From: a@site.example\r\nTo: b@site.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n\
            --x\r\nContent-Type: text/plain\r\n\r\nHello\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>Hello</p>\r\n--x--\r\n";
        assert!(parse_mhtml(text.as_bytes()).expect("a page").is_letter);
    }

    #[test]
    fn other_texts_are_none() {
        for text in
            ["<html>\r\n\r\n</html>", "", "Content-Type: multipart/related\r\n\r\nx", "A: b\r\n\r\nc"]
        {
            assert_eq!(parse_mhtml(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_page_of_any_file_is_of_it(
            text in "(Content-Type: |multipart/related; boundary=x\r\n|text/html\r\n|MIME-Version: 1.0\r\n|\r\n|--x\r\n|--x--|Content-Transfer-Encoding: |base64\r\n|quoted-printable\r\n|=3D|PGI+|[a-z<>\n]){0,60}",
        ) {
            if let Some(page) = parse_mhtml(text.as_bytes()) {
                prop_assert!(page.body.len() <= text.len());
            }
        }
    }
}
