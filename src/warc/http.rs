//! An HTTP answer inside a record: head, body, codings. What crawlers wrote is read as far as it makes sense, because nobody can
//! be asked again; answers from the wire are not read here (`fetch`).

use std::borrow::Cow;

use super::fields::{Header, header};
use crate::coding::{self, PlainBody};

/// The greatest number of headers.
const LINES_MAX: usize = 512;
/// The greatest number of interim answers (`100 Continue`) before the answer.
const INTERIM_MAX: usize = 8;

/// An answer, its codings removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// `http/1.1`, as its first line says.
    pub protocol: String,
    /// 200, 404...
    pub status: u16,
    /// Headers, in order.
    pub headers: Vec<Header>,
    /// The body.
    pub body: Vec<u8>,
    /// Why the body is not whole, in words.
    pub lost: Option<String>,
}

/// Reads an answer. Returns what is wrong, in words, where the head cannot be read, a coding is unknown or broken, or the
/// body has more than `body_max` bytes.
pub fn parse_http(block: &[u8], body_max: usize) -> Result<HttpAnswer, String> {
    let mut block = block;
    for _ in 0..INTERIM_MAX {
        let protocol = protocol(block)?;
        let in_words = in_words_of_1_1(block, &protocol);
        let AnswerHead { status, headers, length } = parse_head(&in_words)?;
        // The head was read with a version of another length.
        let begin = (length + block.len()).saturating_sub(in_words.len());
        let rest = block.get(begin..).unwrap_or_default();
        if (100..200).contains(&status) && protocol_of(rest).is_some() {
            block = rest;
            continue;
        }
        return answer(protocol, status, headers, rest, body_max);
    }
    Err("there is no answer after the interim ones".to_owned())
}

/// Returns an answer with its body as the site meant it.
fn answer(
    protocol: String,
    status: u16,
    headers: Vec<Header>,
    body: &[u8],
    body_max: usize,
) -> Result<HttpAnswer, String> {
    let says = |name: &str, word: &str| {
        header(&headers, name).is_some_and(|it| it.to_ascii_lowercase().contains(word))
    };
    // Many tools take the chunks apart and leave the header.
    let chunks = if says("Transfer-Encoding", "chunked") { dechunk(body) } else { None };
    let PlainBody { body, lost, .. } = chunks.unwrap_or_else(|| PlainBody::whole(body.to_vec()));
    let codings = headers.iter().filter(|it| it.0.eq_ignore_ascii_case("Content-Encoding"));
    let codings: Vec<&str> = codings.map(|it| it.1.as_str()).collect();
    let unpacked = coding::decode(&codings.join(","), body, body_max).map_err(|it| it.to_string())?;
    let lost = lost.or(unpacked.lost);
    Ok(HttpAnswer { protocol, status, headers, body: unpacked.body, lost })
}

/// The head of an answer.
struct AnswerHead {
    status: u16,
    headers: Vec<Header>,
    /// Bytes of the head: the body begins after them.
    length: usize,
}

/// Returns the first word of an answer in lower case: `http/1.1`.
fn protocol(block: &[u8]) -> Result<String, String> {
    protocol_of(block).ok_or_else(|| {
        let first = block.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let first = String::from_utf8_lossy(first);
        format!("no answer begins with `{}`", first.trim().chars().take(40).collect::<String>())
    })
}

fn protocol_of(block: &[u8]) -> Option<String> {
    let first = block.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let first = String::from_utf8_lossy(first);
    let word = first.split_ascii_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    word.starts_with("http/").then_some(word)
}

/// Returns an answer as HTTP/1.1. Some crawlers write the version that was spoken, such as `HTTP/2`, in front of a head that
/// only older versions have; `httparse` knows the older ones.
fn in_words_of_1_1<'b>(block: &'b [u8], protocol: &str) -> Cow<'b, [u8]> {
    if block.starts_with(b"HTTP/1.1 ") || block.starts_with(b"HTTP/1.0 ") {
        return Cow::Borrowed(block);
    }
    let rest = block.trim_ascii_start().get(protocol.len()..).unwrap_or_default();
    Cow::Owned([b"HTTP/1.1", rest].concat())
}

/// Returns an answer whose head has a blank for each control character that no line ends with, such as a bare CR: servers send
/// them, crawlers store them, and `httparse` would refuse the whole head. Its length stays the same.
fn without_controls(block: &[u8]) -> Cow<'_, [u8]> {
    let is_end = |at: usize| block[at..].starts_with(b"\n\r\n") || block[at..].starts_with(b"\n\n");
    let end = (0..block.len()).find(|at| is_end(*at)).unwrap_or(block.len());
    let is_stray = |at: usize| match block[at] {
        b'\r' => block.get(at + 1).is_some_and(|it| *it != b'\n'),
        b'\t' | b'\n' => false,
        byte => byte.is_ascii_control(),
    };
    let stray: Vec<usize> = (0..end).filter(|at| is_stray(*at)).collect();
    if stray.is_empty() {
        return Cow::Borrowed(block);
    }
    let mut owned = block.to_vec();
    for at in stray {
        owned[at] = b' ';
    }
    Cow::Owned(owned)
}

fn parse_head(block: &[u8]) -> Result<AnswerHead, String> {
    let mut headers = [httparse::EMPTY_HEADER; LINES_MAX];
    let mut answer = httparse::Response::new(&mut headers);
    let block = without_controls(block);
    // What crawlers stored is read as far as it can be: a line that is no header is passed over.
    let parsed = httparse::ParserConfig::default()
        .allow_multiple_spaces_in_response_status_delimiters(true)
        .allow_obsolete_multiline_headers_in_responses(true)
        .allow_spaces_after_header_name_in_responses(true)
        .ignore_invalid_headers_in_responses(true)
        .parse_response(&mut answer, &block);
    let length = match parsed {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Err("the head of the answer does not end".to_owned()),
        Err(error) => return Err(format!("the head of the answer cannot be read: {error}")),
    };
    let status = answer.code.ok_or("the answer has no status")?;
    // A value may go on in the next line.
    let text = |value: &[u8]| {
        String::from_utf8_lossy(value).lines().map(str::trim).collect::<Vec<_>>().join(" ")
    };
    let headers = answer.headers.iter().map(|it| (it.name.to_owned(), text(it.value)));
    Ok(AnswerHead { status, headers: headers.collect(), length })
}

/// Returns the chunks of a body joined, as far as they go; `None` where the body has no chunks.
fn dechunk(body: &[u8]) -> Option<PlainBody> {
    let mut whole = Vec::with_capacity(body.len());
    let mut rest = body;
    let cut = |body: Vec<u8>, what: &str| {
        Some(PlainBody { lost: Some(what.to_owned()), ..PlainBody::whole(body) })
    };
    loop {
        let Some(Chunk { size, after }) = chunk(rest) else {
            return match whole.as_slice() {
                [] => None,
                // The last chunk, of no bytes, did not come: a lost connection, or a server that never sends it.
                _ if rest.trim_ascii().is_empty() => cut(whole, "its chunks have no end"),
                _ => cut(whole, "its chunks are broken"),
            };
        };
        rest = after;
        if size == 0 {
            return Some(PlainBody::whole(whole));
        }
        let Some(bytes) = rest.get(..size) else {
            whole.extend_from_slice(rest);
            return cut(whole, "it ends within a chunk");
        };
        whole.extend_from_slice(bytes);
        rest = &rest[size..];
        rest = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).unwrap_or(rest);
    }
}

/// The beginning of a chunk.
struct Chunk<'b> {
    size: usize,
    after: &'b [u8],
}

/// Reads the line with the size of a chunk: hexadecimal digits, blanks around them, an extension after `;`.
fn chunk(rest: &[u8]) -> Option<Chunk<'_>> {
    let end = rest.iter().position(|it| *it == b'\n')?;
    let line = std::str::from_utf8(&rest[..end]).ok()?;
    let digits = line.split(';').next()?.trim();
    let is_hex = !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_hexdigit());
    let size = usize::from_str_radix(digits, 16).ok().filter(|_| is_hex)?;
    Some(Chunk { size, after: &rest[end + 1..] })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    }

    #[track_caller]
    fn check(headers: &str, body: &[u8], expect: Result<&str, &str>) {
        let block = [format!("HTTP/1.1 200 OK\r\n{headers}\r\n").as_bytes(), body].concat();
        let found = parse_http(&block, 1000);
        match (found, expect) {
            (Ok(found), Ok(expect)) => assert_eq!(String::from_utf8_lossy(&found.body), expect),
            (Err(found), Err(expect)) => assert!(found.contains(expect), "{found}"),
            (found, _) => panic!("{found:?}"),
        }
    }

    #[test]
    fn codings_are_taken_off_and_headers_that_lie_are_forgiven() {
        check("", b"plain", Ok("plain"));
        check("Transfer-Encoding: chunked\r\n", b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", Ok("abcde"));
        check("Transfer-Encoding: chunked\r\n", b"<html>whole already", Ok("<html>whole already"));
        check("Content-Encoding: gzip\r\n", &gzip(b"packed"), Ok("packed"));
        check("Content-Encoding: gzip\r\n", b"<html>unpacked already", Ok("<html>unpacked already"));
        check(
            "content-encoding: zstd\r\n",
            &zstd::bulk::compress(b"packed", 3).expect("memory"),
            Ok("packed"),
        );
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        zlib.write_all(b"packed").expect("memory");
        check("Content-Encoding: deflate\r\n", &zlib.finish().expect("memory"), Ok("packed"));
        check(
            "Content-Encoding: br\r\n",
            &[0x0B, 0x02, 0x80, 0x70, 0x61, 0x63, 0x6B, 0x65, 0x03],
            Ok("packe"),
        );
        check("Content-Encoding: compress\r\n", b"\x1F\x9D\x90", Err("`compress` is no coding"));
        check("Content-Encoding: UTF-8\r\n", b"plain", Ok("plain"));
        check("Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n", &gzip(b"once"), Ok("once"));
        let interim =
            [b"HTTP/1.1 100 Continue\r\n\r\n", &b"HTTP/2 200\r\nA: b\r\n\r\nbody"[..]].concat();
        assert_eq!(parse_http(&interim, 1000).expect("an answer").body, b"body");
    }

    #[test]
    fn chunks_that_do_not_end_are_joined_and_said_to_be_cut() {
        #[track_caller]
        fn check(body: &[u8], expect: &str, lost: Option<&str>) {
            let block = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", body].concat();
            let answer = parse_http(&block, 1000).expect("an answer");
            let found = (String::from_utf8_lossy(&answer.body).into_owned(), answer.lost);
            assert_eq!(found, (expect.to_owned(), lost.map(str::to_owned)));
        }
        check(b"3\r\nabc\r\n2\r\nde\r\n", "abcde", Some("its chunks have no end"));
        check(b"3\r\nabc\r\n9\r\nde", "abcde", Some("it ends within a chunk"));
        check(b"3\r\nabc\r\nno size\r\n", "abc", Some("its chunks are broken"));
        check(b"0003  \r\nabc\r\n000\r\nX-T: 1\r\n\r\n", "abc", None);
        check(b"A\n0123456789\n0\n", "0123456789", None);
        check(b"<p>3\r\nabc\r\n0\r\n", "<p>3\r\nabc\r\n0\r\n", None);
    }

    #[test]
    fn heads_are_read_as_crawlers_write_them() {
        #[track_caller]
        fn check(block: &str, protocol: &str, headers: &[(&str, &str)]) {
            let answer = parse_http(block.as_bytes(), 1000).expect("an answer");
            assert_eq!((answer.protocol.as_str(), answer.status), (protocol, 200));
            let found = answer.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            assert_eq!(found.collect::<Vec<_>>(), headers);
            assert_eq!(answer.body, b"body");
        }
        check("HTTP/1.0 200 OK\r\nA: b\r\n\r\nbody", "http/1.0", &[("A", "b")]);
        check("HTTP/2 200\r\na: b\r\n\r\nbody", "http/2", &[("a", "b")]);
        check("http/1.1 200 ok\nA: b\nC :d \n\nbody", "http/1.1", &[("A", "b"), ("C", "d")]);
        check(
            "HTTP/1.1 200 OK\r\nA: b\r\n  c\r\nD: e\r\n\r\nbody",
            "http/1.1",
            &[("A", "b c"), ("D", "e")],
        );
        check("HTTP/1.1 200 OK\r\nno header\r\nA: b\r\n\r\nbody", "http/1.1", &[("A", "b")]);
        check("HTTP/1.1 200 OK\r\nA: b\rc\u{1}d\r\n\r\nbody", "http/1.1", &[("A", "b c d")]);
        check("HTTP/1.1 200 OK\r\n\r\nbody", "http/1.1", &[]);
    }

    proptest! {
        #[test]
        fn the_body_of_any_answer_is_bounded(
            text in "(HTTP/1.1 200 OK\r\n|HTTP/1.1 100 Continue\r\n|Transfer-Encoding: chunked\r\n|Content-Encoding: gzip\r\n|\r\n|\n|3\r\nabc\r\n|0\r\n|A: b\r\n c\r\n|[a-z:\\x00-\\x1f]){0,30}",
            max in 0..40_usize,
        ) {
            if let Ok(answer) = parse_http(text.as_bytes(), max) {
                prop_assert!(answer.body.len() <= max);
                prop_assert!(answer.headers.iter().map(|it| it.0.len() + it.1.len()).sum::<usize>() <= 3 * text.len());
            }
        }
    }

    #[test]
    fn bombs_and_broken_answers_are_refused() {
        check("Content-Encoding: gzip\r\n", &gzip(&vec![0; 100_000]), Err("larger than 1000 bytes"));
        let torn = gzip(b"packed");
        let block =
            [b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", &torn[..torn.len() - 9]].concat();
        assert!(parse_http(&block, 1000).expect("a part").lost.is_some());
        assert!(parse_http(b"HTTP/1.1 200 OK\r\nno end", 10).is_err());
        assert!(parse_http(b"<html>\r\n\r\n", 10).is_err());
        assert!(parse_http(b"HTTP/1.1 abc\r\n\r\n", 10).is_err());
        assert!(parse_http(b"", 10).is_err());
    }
}
