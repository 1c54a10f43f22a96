//! Writing WARC/1.1, one gzip member for each record. Which captures are written, and how long a file gets, the caller decides
//! (`export`); the index beside it is `index.rs`.

use std::io::{self, Write};

use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};
use url::{Position, Url};

use super::fields::{Header, digest_form, header};

const IDENTICAL: &str = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest";

/// Writes records to a file.
pub struct WarcWriter<W: Write> {
    to: W,
    offset: u64,
}

/// A capture on its way into a record.
#[derive(Debug, Clone)]
pub struct CaptureRecord<'a> {
    /// Its address.
    pub url: &'a str,
    /// When it was made: a moment, or a day where no more is known (WARC 1.1 allows that).
    pub date: &'a str,
    /// HTTP status.
    pub status: u16,
    /// The headers of the answer, as far as they are known.
    pub headers: Vec<Header>,
    /// The protocol of the answer, such as `h2`, where it is known; the record is written as HTTP/1.1 in any case.
    pub protocol: Option<&'a str>,
    /// The headers of the request, where they are known; they get a record of their own.
    pub request: Option<Vec<Header>>,
    /// The body, without codings.
    pub body: &'a [u8],
    /// An earlier record of the same bytes, which this one then refers to.
    pub earlier: Option<EarlierRecord<'a>>,
}

/// A record that has the bytes of a later one.
#[derive(Debug, Clone, Copy)]
pub struct EarlierRecord<'a> {
    /// Its address.
    pub url: &'a str,
    /// Its date, as it was written.
    pub date: &'a str,
}

/// Where a record was written, and what an index says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The name of the record.
    pub id: String,
    /// The number of bytes before it in the file.
    pub offset: u64,
    /// The number of its bytes in the file.
    pub length: u64,
    /// The digest of the payload.
    pub digest: String,
    /// HTTP status.
    pub status: u16,
    /// The type of the payload.
    pub mime: String,
    /// Whether it names an earlier record instead of the bytes.
    pub is_revisit: bool,
}

impl<W: Write> WarcWriter<W> {
    /// Begins a file with this name; `fields` say who made it and what it is about.
    pub fn new(to: W, name: &str, date: &str, fields: &[(&str, &str)]) -> io::Result<Self> {
        let mut writer = Self { to, offset: 0 };
        let block: String =
            fields.iter().flat_map(|(key, value)| [*key, ": ", *value, "\r\n"]).collect();
        let headers =
            [("WARC-Filename", name.to_owned()), ("Content-Type", "application/warc-fields".to_owned())];
        writer.record(
            "warcinfo",
            date,
            &record_id(&["warcinfo", name, date]),
            &headers,
            block.as_bytes(),
        )?;
        Ok(writer)
    }

    /// Returns the number of bytes that the file has so far.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Writes a capture as a response, or as a revisit of an earlier one. Returns where it is.
    pub fn capture(&mut self, capture: &CaptureRecord<'_>) -> io::Result<Written> {
        let CaptureRecord { url, date, status, headers, protocol, request, body, earlier } = capture;
        let digest = digest_form(&Sha256::digest(body));
        let mime = header(headers, "Content-Type").unwrap_or("application/octet-stream");
        let mime = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let mut block = format!("HTTP/1.1 {status} {}\r\n", reason(*status)).into_bytes();
        block.extend_from_slice(header_lines(headers).as_bytes());
        block.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
        let id = record_id(&["capture", url, date, &digest]);
        let mut fields = vec![
            ("WARC-Target-URI", (*url).to_owned()),
            ("WARC-Payload-Digest", digest.clone()),
            ("Content-Type", "application/http;msgtype=response".to_owned()),
        ];
        fields.extend(protocol.map(|it| ("WARC-Protocol", it.to_owned())));
        let kind = if let Some(earlier) = earlier {
            fields.push(("WARC-Profile", IDENTICAL.to_owned()));
            fields.push(("WARC-Refers-To-Target-URI", earlier.url.to_owned()));
            fields.push(("WARC-Refers-To-Date", earlier.date.to_owned()));
            "revisit"
        } else {
            block.extend_from_slice(body);
            "response"
        };
        let offset = self.offset;
        self.record(kind, date, &id, &fields, &block)?;
        let length = self.offset - offset;
        if let (Some(request), Ok(url)) = (request, Url::parse(url)) {
            self.request(&id, &url, date, request)?;
        }
        Ok(Written { id, offset, length, digest, status: *status, mime, is_revisit: earlier.is_some() })
    }

    /// Writes bytes that are a part of what an address gave, as a resource: they are no answer of their own. Returns where they
    /// are.
    pub fn resource(
        &mut self,
        url: &str,
        date: &str,
        content_type: &str,
        body: &[u8],
    ) -> io::Result<Written> {
        let digest = digest_form(&Sha256::digest(body));
        let mime = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let id = record_id(&["resource", url, date, &digest]);
        let fields = [
            ("WARC-Target-URI", url.to_owned()),
            ("WARC-Payload-Digest", digest.clone()),
            ("Content-Type", content_type.to_owned()),
        ];
        let offset = self.offset;
        self.record("resource", date, &id, &fields, body)?;
        let length = self.offset - offset;
        Ok(Written { id, offset, length, digest, status: 200, mime, is_revisit: false })
    }

    fn request(&mut self, about: &str, url: &Url, date: &str, headers: &[Header]) -> io::Result<()> {
        let path = &url[Position::BeforePath..Position::AfterQuery];
        let host = &url[Position::BeforeHost..Position::AfterPort];
        let block = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{}\r\n", header_lines(headers));
        let fields = [
            ("WARC-Target-URI", url.to_string()),
            ("WARC-Concurrent-To", about.to_owned()),
            ("Content-Type", "application/http;msgtype=request".to_owned()),
        ];
        let id = record_id(&["request", url.as_str(), date, about]);
        self.record("request", date, &id, &fields, block.as_bytes())
    }

    /// Writes what was read from a capture, as JSON, beside its record. It names the record and no address: with an address,
    /// indexers would take it for a capture.
    pub fn metadata(&mut self, about: &str, url: &str, date: &str, json: &str) -> io::Result<()> {
        let headers =
            [("WARC-Concurrent-To", about.to_owned()), ("Content-Type", "application/json".to_owned())];
        self.record(
            "metadata",
            date,
            &record_id(&["metadata", url, date, about]),
            &headers,
            json.as_bytes(),
        )
    }

    fn record(
        &mut self,
        kind: &str,
        date: &str,
        id: &str,
        headers: &[(&str, String)],
        block: &[u8],
    ) -> io::Result<()> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        write!(
            encoder,
            "WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-WarcRecord-ID: {id}\r\nWARC-Date: {date}\r\n"
        )?;
        for (name, value) in headers {
            // A line break in a value would end the header.
            write!(encoder, "{name}: {}\r\n", value.replace(['\r', '\n'], " "))?;
        }
        let digest = digest_form(&Sha256::digest(block));
        write!(encoder, "WARC-Block-Digest: {digest}\r\nContent-Length: {}\r\n\r\n", block.len())?;
        encoder.write_all(block)?;
        encoder.write_all(b"\r\n\r\n")?;
        let member = encoder.finish()?;
        self.to.write_all(&member)?;
        self.offset += member.len() as u64;
        Ok(())
    }

    /// Ends the file. Returns what it was written to.
    pub fn finish(mut self) -> io::Result<W> {
        self.to.flush()?;
        Ok(self.to)
    }
}

fn header_lines(headers: &[Header]) -> String {
    headers.iter().flat_map(|(name, value)| [name, ": ", value, "\r\n"]).collect()
}

/// Returns the name of a record: the same record has the same name, whenever it is written.
fn record_id(parts: &[&str]) -> String {
    let hash = Sha256::digest(parts.join("\u{1f}"));
    let mut bytes: [u8; 16] = hash[..16].try_into().expect("a hash of 32 bytes");
    // RFC 9562: version 8, made by a rule of one's own.
    bytes[6] = (bytes[6] & 0x0F) | 0x80;
    bytes[8] = (bytes[8] & 0x3F) | 0x80;
    let hex = data_encoding::HEXLOWER.encode(&bytes);
    format!("<urn:uuid:{}-{}-{}-{}-{}>", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// Returns the reason phrase of a status; a word in its place where the standard has none.
fn reason(status: u16) -> &'static str {
    http::StatusCode::from_u16(status).ok().and_then(|it| it.canonical_reason()).unwrap_or("Status")
}

#[cfg(test)]
mod tests {
    use super::super::{WarcReader, parse_http};
    use super::*;

    fn written() -> Vec<u8> {
        let mut writer =
            WarcWriter::new(Vec::new(), "a.warc.gz", "2021-03-08T06:20:00Z", &[("software", "x")])
                .expect("memory");
        let capture = CaptureRecord {
            url: "https://x.example/a",
            date: "2021-03-08T06:20:00Z",
            status: 200,
            headers: vec![("Content-Type".to_owned(), "text/html; charset=utf-8".to_owned())],
            protocol: Some("h2"),
            request: Some(vec![("accept".to_owned(), "*/*".to_owned())]),
            body: b"<html>\r\n\r\n\xFF</html>",
            earlier: None,
        };
        let first = writer.capture(&capture).expect("memory");
        writer.metadata(&first.id, capture.url, capture.date, "{}").expect("memory");
        let again = CaptureRecord {
            date: "2021-03-09",
            protocol: None,
            request: None,
            earlier: Some(EarlierRecord { url: capture.url, date: capture.date }),
            ..capture.clone()
        };
        let second = writer.capture(&again).expect("memory");
        writer
            .resource("https://x.example/feed", "2021-03-08T06:20:00Z", "application/xml", b"<item/>")
            .expect("memory");
        assert!(first.offset < second.offset && second.is_revisit && first.digest == second.digest);
        writer.finish().expect("memory")
    }

    #[test]
    fn what_is_written_is_read() {
        let bytes = written();
        let records: Vec<_> =
            WarcReader::new(&*bytes, 10_000).expect("memory").map(|it| it.expect("whole")).collect();
        assert_eq!(
            records.iter().map(super::super::WarcRecord::kind).collect::<Vec<_>>(),
            ["warcinfo", "response", "request", "metadata", "revisit", "resource"]
        );
        let answer = parse_http(&records[1].block, 1000).expect("an answer");
        assert_eq!(answer.body, b"<html>\r\n\r\n\xFF</html>");
        assert_eq!(records[1].header("WARC-Protocol"), Some("h2"));
        assert_eq!(records[2].block, b"GET /a HTTP/1.1\r\nHost: x.example\r\naccept: */*\r\n\r\n");
        assert_eq!(records[4].header("WARC-Refers-To-Date"), Some("2021-03-08T06:20:00Z"));
        assert!(parse_http(&records[4].block, 1000).expect("a head").body.is_empty());
    }

    /// Strictly by the standard: what no checker of the field looks at, too.
    #[test]
    fn every_byte_is_as_the_standard_wants_it() {
        let packed = written();
        let mut bytes = Vec::new();
        io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(&*packed), &mut bytes)
            .expect("unpacked");
        let mut rest = bytes.as_slice();
        let mut kinds = Vec::new();
        while !rest.is_empty() {
            assert!(rest.starts_with(b"WARC/1.1\r\n"));
            let end = rest.windows(4).position(|it| it == b"\r\n\r\n").expect("a header ends");
            let head = std::str::from_utf8(&rest[..end]).expect("text");
            assert!(head.split("\r\n").all(|it| !it.contains(['\r', '\n'])), "CRLF everywhere");
            let fields: Vec<(&str, &str)> =
                head.split("\r\n").skip(1).map(|it| it.split_once(": ").expect("a field")).collect();
            let mut names: Vec<String> = fields.iter().map(|it| it.0.to_ascii_lowercase()).collect();
            names.sort();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count, "no header twice");
            let field = |name: &str| fields.iter().find(|it| it.0 == name).map(|it| it.1);
            for mandatory in ["WARC-Type", "WARC-WarcRecord-ID", "WARC-Date", "Content-Length"] {
                assert!(field(mandatory).is_some(), "{mandatory}");
            }
            let length: usize = field("Content-Length").expect("a length").parse().expect("a number");
            let block = &rest[end + 4..end + 4 + length];
            assert_eq!(field("WARC-Block-Digest"), Some(digest_form(&Sha256::digest(block)).as_str()));
            let after = &rest[end + 4 + length..];
            assert!(after.starts_with(b"\r\n\r\n"), "a record ends with two line ends");
            if field("WARC-Type") == Some("revisit") {
                assert!(
                    field("WARC-Profile").is_some_and(|it| it.ends_with("identical-payload-digest"))
                );
                assert!(block.ends_with(b"\r\n\r\n"), "a revisit has a head and no body");
            }
            kinds.push(field("WARC-Type").expect("a type"));
            rest = &after[4..];
        }
        assert_eq!(kinds, ["warcinfo", "response", "request", "metadata", "revisit", "resource"]);
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(300))]

        /// Whatever the bytes are, there is an answer, and an end.
        #[test]
        fn no_bytes_break_a_reader(
            cuts in proptest::collection::vec((0_usize..2_000, proptest::prelude::any::<u8>(), 0_u8..4), 0..12),
            is_packed in proptest::prelude::any::<bool>(),
        ) {
            let packed = written();
            let mut bytes = Vec::new();
            if is_packed {
                bytes = packed;
            } else {
                io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(&*packed), &mut bytes).expect("unpacked");
            }
            for (at, byte, how) in cuts {
                let at = at % bytes.len().max(1);
                match how {
                    0 if at < bytes.len() => bytes[at] = byte,
                    1 => bytes.insert(at, byte),
                    2 if at < bytes.len() => _ = bytes.remove(at),
                    _ => bytes.truncate(bytes.len() - at / 8),
                }
            }
            let items = WarcReader::new(&*bytes, 10_000).into_iter().flatten().take(10_000);
            for record in items.flatten() {
                let _ = parse_http(&record.block, 1_000);
                let _ = super::super::parse_mhtml(&record.block);
            }
        }

        #[test]
        fn no_text_breaks_the_parsers(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
            let _ = parse_http(&[b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", bytes.as_slice()].concat(), 1_000);
            let _ = super::super::parse_mhtml(&[b"Content-Type: multipart/related; boundary=x\r\n\r\n--x\r\n", bytes.as_slice()].concat());
            for item in WarcReader::new(&*bytes, 1_000).into_iter().flatten().take(1_000) {
                let _ = item;
            }
        }
    }
}
