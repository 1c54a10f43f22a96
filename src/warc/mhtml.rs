//! Pages as browsers save them, with everything on them: MHTML (RFC 2557). Only the page itself is read, not its pictures. The
//! headers are those of mail, not of HTTP, so `http.rs` does not serve.

use chrono::{DateTime, Utc};
use data_encoding::{BASE64, HEXUPPER_PERMISSIVE};

use super::fields::{Header, header};

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
}

/// Returns the page of an MHTML file; `None` where the bytes are not one.
pub fn parse_mhtml(bytes: &[u8]) -> Option<Mhtml> {
    let (head, rest) = split(bytes)?;
    let headers = parse_headers(head);
    let kind = header(&headers, "Content-Type")?;
    let saved_at = header(&headers, "Date")
        .and_then(|it| DateTime::parse_from_rfc2822(it).ok())
        .map(|it| it.to_utc());
    let url =
        header(&headers, "Snapshot-Content-Location").or_else(|| header(&headers, "Content-Location"));
    let url = url.map(str::to_owned);
    if !kind.to_ascii_lowercase().starts_with("multipart/") {
        let is_page = kind.to_ascii_lowercase().starts_with("text/html")
            && header(&headers, "MIME-Version").is_some();
        let content_type = Some(kind.to_owned());
        return is_page.then(|| Mhtml { url, saved_at, content_type, body: decode(&headers, rest) });
    }
    let boundary = parameter(kind, "boundary")?;
    let mark = format!("--{boundary}");
    let mut parts = split_on(rest, mark.as_bytes()).into_iter().skip(1);
    let part = parts.find_map(|part| {
        let (head, body) = split(part.strip_prefix(b"\r\n").or_else(|| part.strip_prefix(b"\n"))?)?;
        let headers = parse_headers(head);
        let is_page = header(&headers, "Content-Type")?.to_ascii_lowercase().starts_with("text/html");
        is_page.then(|| (decode(&headers, body), headers))
    })?;
    let (body, headers) = part;
    let own = header(&headers, "Content-Location").map(str::to_owned);
    Some(Mhtml {
        url: url.or(own),
        saved_at,
        content_type: header(&headers, "Content-Type").map(str::to_owned),
        body,
    })
}

fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let crlf = bytes.windows(4).position(|it| it == b"\r\n\r\n").map(|it| (it, it + 4));
    let lf = bytes.windows(2).position(|it| it == b"\n\n").map(|it| (it, it + 2));
    let (end, begin) = match (crlf, lf) {
        (Some(a), Some(b)) => {
            if a.0 < b.0 {
                a
            } else {
                b
            }
        }
        (one, other) => one.or(other)?,
    };
    Some((&bytes[..end], &bytes[begin..]))
}

fn split_on<'b>(bytes: &'b [u8], mark: &[u8]) -> Vec<&'b [u8]> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at + mark.len() <= bytes.len() {
        let is_line = at == 0 || bytes[at - 1] == b'\n';
        if is_line && bytes[at..].starts_with(mark) {
            parts.push(&bytes[start..at]);
            at += mark.len();
            start = at;
        } else {
            at += 1;
        }
    }
    parts.push(&bytes[start..]);
    parts
}

fn parse_headers(head: &[u8]) -> Vec<Header> {
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

fn parameter(value: &str, name: &str) -> Option<String> {
    let mut parts = value.split(';').skip(1).filter_map(|it| it.split_once('='));
    let found = parts.find(|it| it.0.trim().eq_ignore_ascii_case(name))?;
    Some(found.1.trim().trim_matches('"').to_owned())
}

fn decode(headers: &[Header], body: &[u8]) -> Vec<u8> {
    let coding = header(headers, "Content-Transfer-Encoding").unwrap_or_default().to_ascii_lowercase();
    match coding.as_str() {
        "quoted-printable" => quoted_printable(body),
        "base64" => {
            let packed: Vec<u8> = body.iter().copied().filter(|it| !it.is_ascii_whitespace()).collect();
            BASE64.decode(&packed).unwrap_or_else(|_| body.to_vec())
        }
        _ => body.to_vec(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_a_saved_whole_is_read() {
        let text = "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://www.brecorder.com/news/1/a\r\n\
            Subject: x\r\nDate: Mon, 8 Mar 2021 11:20:00 +0500\r\nMIME-Version: 1.0\r\n\
            Content-Type: multipart/related;\r\n\ttype=\"text/html\";\r\n\tboundary=\"----Part--x\"\r\n\r\n\r\n\
            ------Part--x\r\nContent-Type: text/css\r\n\r\n.a{}\r\n\
            ------Part--x\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\
            Content-Location: https://www.brecorder.com/news/1/a\r\n\r\n<h1 class=3D\"x\">Rupee =E2=82=\r\n=A8</h1>\r\n------Part--x--\r\n";
        let page = parse_mhtml(text.as_bytes()).expect("a page");
        assert_eq!(page.url.as_deref(), Some("https://www.brecorder.com/news/1/a"));
        assert_eq!(
            page.saved_at.map(|it| it.to_rfc3339()).as_deref(),
            Some("2021-03-08T06:20:00+00:00")
        );
        assert_eq!(page.content_type.as_deref(), Some("text/html; charset=utf-8"));
        assert_eq!(
            String::from_utf8_lossy(&page.body).trim_end(),
            "<h1 class=\"x\">Rupee \u{20A8}</h1>"
        );
    }

    #[test]
    fn other_texts_are_none() {
        for text in
            ["<html>\r\n\r\n</html>", "", "Content-Type: multipart/related\r\n\r\nx", "A: b\r\n\r\nc"]
        {
            assert_eq!(parse_mhtml(text.as_bytes()), None, "{text}");
        }
    }
}
