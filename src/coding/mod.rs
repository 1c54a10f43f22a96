//! Content codings: what takes the packing off the body of an answer, as browsers do it. Answers from the wire (`fetch`) and answers in
//! web archives (`warc`) have the same bodies, and these two may not use each other, so it is beside both. Chunks and heads
//! of HTTP are not known here.
//!
//! Servers name codings that are none (`UTF-8`, `none`, `text/html`), name one and send another (gzip called deflate, raw
//! deflate, plain text called gzip), pad what they packed, and pack it twice. The bytes tell what they are where the header does not:
//! a body is broken only where its own bytes do not come out whole. The client of `fetch` could unpack by itself, and then
//! refuses all of these.

mod body;
mod members;

use std::io::Read;

use self::body::GZIP;

pub use self::body::{CodingError, PlainBody};

/// The most codings that are taken off one body: what is packed more often was made to cost time.
const LAYERS_MAX: usize = 4;
/// Bytes that are looked at to tell text from packed bytes.
const SNIFF_BYTES: usize = 512;

const ZSTD: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD];

/// What a body is packed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Gzip,
    Zlib,
    Deflate,
    Brotli,
    Zstd,
}

/// Returns a body without the codings that a `Content-Encoding` names, in the order in which they were put on. Fails where it is larger than `max`
/// bytes, or in a coding that is not known.
pub fn decode(codings: &str, body: Vec<u8>, max: usize) -> Result<PlainBody, CodingError> {
    let mut decoded = PlainBody::whole(body);
    let mut was_packed = false;
    let mut unused = None;
    // The last coding that was put on comes off first.
    for name in codings.split(',').rev().take(LAYERS_MAX) {
        match found(name, &decoded.body)? {
            CodingSaid::Packed(coding) => {
                was_packed = true;
                decoded = unpack(coding, decoded, max)?;
            }
            CodingSaid::Bare(name) => unused = Some(name),
            CodingSaid::Nothing => {}
        }
    }
    decoded.unused = unused.filter(|_| !was_packed);
    // Packed twice, and said once.
    let mut layers = 0;
    while was_packed && layers < LAYERS_MAX && decoded.body.starts_with(GZIP) {
        decoded = unpack(Coding::Gzip, decoded, max)?;
        layers += 1;
    }
    if max < decoded.body.len() { Err(CodingError::TooLarge { max }) } else { Ok(decoded) }
}

/// What a name in a header comes to.
enum CodingSaid {
    /// The body is in this coding.
    Packed(Coding),
    /// The name is that of a coding, and the body is in none.
    Bare(&'static str),
    /// The name is that of no coding.
    Nothing,
}

/// Returns the coding that a body is in, by its name and by its bytes.
fn found(name: &str, body: &[u8]) -> Result<CodingSaid, CodingError> {
    let name = name.trim().to_ascii_lowercase();
    let name = name.strip_prefix("x-").unwrap_or(&name);
    if body.is_empty() {
        return Ok(CodingSaid::Nothing);
    }
    let by_bytes = if body.starts_with(GZIP) {
        Some(CodingSaid::Packed(Coding::Gzip))
    } else if body.starts_with(ZSTD) {
        Some(CodingSaid::Packed(Coding::Zstd))
    } else {
        None
    };
    let known = ["gzip", "deflate", "zlib", "br", "zstd"].into_iter().find(|it| *it == name);
    Ok(match (name, by_bytes) {
        // A name that is no coding (`UTF-8`, `text/html`, `binary`) says nothing.
        (_, Some(packed)) if known.is_some() || !matches!(name, "" | "identity" | "none") => packed,
        ("" | "identity" | "none", _) => CodingSaid::Nothing,
        // The format of zlib and the bare one are both called deflate.
        ("deflate" | "zlib", _) if is_zlib(body) => CodingSaid::Packed(Coding::Zlib),
        ("deflate" | "zlib" | "br", _) if looks_like_markup(body) => {
            CodingSaid::Bare(known.unwrap_or("br"))
        }
        ("deflate" | "zlib", _) => CodingSaid::Packed(Coding::Deflate),
        ("br", _) => CodingSaid::Packed(Coding::Brotli),
        ("gzip" | "zstd", _) if is_text(body) => CodingSaid::Bare(known.unwrap_or("gzip")),
        ("gzip" | "zstd", _) => return Err(CodingError::Foreign { coding: name.to_owned() }),
        _ if is_text(body) => CodingSaid::Nothing,
        _ => return Err(CodingError::Unknown { coding: name.to_owned() }),
    })
}

/// Takes one coding off. A body that is none of it after all stays what it is where it is text.
fn unpack(coding: Coding, packed: PlainBody, max: usize) -> Result<PlainBody, CodingError> {
    let PlainBody { body, lost, .. } = packed;
    let unpacked = match coding {
        Coding::Gzip => members::unpack(&body, max)?,
        Coding::Zlib => read(flate2::read::ZlibDecoder::new(&body[..]), "deflate", max)?,
        Coding::Deflate => read(flate2::read::DeflateDecoder::new(&body[..]), "deflate", max)?,
        Coding::Brotli => read(brotli_decompressor::Decompressor::new(&body[..], 4096), "br", max)?,
        Coding::Zstd => match zstd::stream::read::Decoder::new(&body[..]) {
            Ok(decoder) => read(decoder, "zstd", max)?,
            Err(error) => PlainBody { lost: Some(error.to_string()), ..PlainBody::whole(Vec::new()) },
        },
    };
    // Two bytes of a bare deflate stream may look like the head of zlib.
    if unpacked.body.is_empty() && unpacked.lost.is_some() {
        if coding == Coding::Zlib {
            return unpack(Coding::Deflate, PlainBody { lost, ..PlainBody::whole(body) }, max);
        }
        if is_text(&body) {
            return Ok(PlainBody { lost, ..PlainBody::whole(body) });
        }
    }
    Ok(PlainBody { lost: unpacked.lost.or(lost), ..unpacked })
}

/// Reads a decoder to its end. What came before the damage is kept.
fn read(decoder: impl Read, name: &str, max: usize) -> Result<PlainBody, CodingError> {
    let mut body = Vec::new();
    let result = decoder.take(max as u64 + 1).read_to_end(&mut body);
    if max < body.len() {
        return Err(CodingError::TooLarge { max });
    }
    let lost = result.err().map(|error| format!("the {name} coding is broken: {error}"));
    Ok(PlainBody { lost, ..PlainBody::whole(body) })
}

/// Whether bytes begin as the format of zlib does (RFC 1950, section 2.2).
fn is_zlib(body: &[u8]) -> bool {
    let [method, flags, ..] = body else { return false };
    method & 0x0F == 8
        && method >> 4 <= 7
        && (u16::from(*method) << 8 | u16::from(*flags)).is_multiple_of(31)
}

/// Whether bytes begin as pages and feeds do.
fn looks_like_markup(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body).trim_ascii_start();
    is_text(body) && (body.starts_with(b"<") || body.contains(&b'<'))
}

/// Whether bytes are text by their beginning: no control characters that no text has.
fn is_text(body: &[u8]) -> bool {
    let head = &body[..body.len().min(SNIFF_BYTES)];
    let is_marked = head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]);
    let is_binary = |it: &u8| matches!(it, 0..=8 | 11 | 14..=26 | 28..=31 | 0x7F);
    // UTF-8 and the charsets before it differ in what is above ASCII; packed bytes are both there and below the blank.
    is_marked || !head.iter().any(is_binary)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    const PAGE: &[u8] = b"<!doctype html><html><body><p>The price held.</p></body></html>";

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    }

    fn deflate(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    }

    #[track_caller]
    fn whole(codings: &str, body: &[u8]) {
        let decoded = decode(codings, body.to_vec(), 1000).expect("a body");
        assert_eq!((decoded.body.as_slice(), decoded.lost), (PAGE, None), "{codings}");
    }

    #[test]
    fn what_is_packed_is_unpacked_by_whatever_name() {
        whole("gzip", &gzip(PAGE));
        whole("x-gzip", &gzip(PAGE));
        whole("GZIP", &gzip(PAGE));
        whole("deflate", &zlib(PAGE));
        whole("deflate", &deflate(PAGE));
        whole("deflate", &gzip(PAGE));
        whole("br", &gzip(PAGE));
        whole("gzip", &zstd::bulk::compress(PAGE, 3).expect("memory"));
        whole("zstd", &zstd::bulk::compress(PAGE, 3).expect("memory"));
        whole("deflate, gzip", &gzip(&zlib(PAGE)));
        whole("gzip, gzip", &gzip(PAGE));
        whole("gzip", &gzip(&gzip(PAGE)));
        whole("text/html", &gzip(PAGE));
    }

    #[test]
    fn a_coding_that_is_none_says_nothing() {
        for coding in
            ["", "identity", "none", "UTF-8", "text/html", "binary", "8bit", "aws-chunked", "gzip", "br"]
        {
            whole(coding, PAGE);
        }
        let unused =
            |codings: &str, body: &[u8]| decode(codings, body.to_vec(), 1000).expect("a body").unused;
        assert_eq!(unused("gzip", PAGE), Some("gzip"));
        assert_eq!(unused("br", PAGE), Some("br"));
        assert_eq!(unused("UTF-8", PAGE), None);
        assert_eq!(unused("gzip, gzip", &gzip(PAGE)), None);
        let notice = [b"Notice: x\n", PAGE].concat();
        assert_eq!(decode("br", notice.clone(), 1000).map(|it| it.body), Ok(notice));
    }

    #[test]
    fn members_and_what_is_after_them_are_read_as_browsers_read_them() {
        whole("gzip", &[gzip(&PAGE[..20]), gzip(&PAGE[20..])].concat());
        whole("gzip", &[gzip(PAGE), b"\0\0\0junk".to_vec()].concat());
        let packed = gzip(PAGE);
        whole("gzip", &packed[..packed.len() - 8]);
        whole("gzip", &packed[..packed.len() - 3]);
    }

    #[test]
    fn a_body_that_is_broken_says_so() {
        let page = PAGE.repeat(20);
        let packed = gzip(&page);
        let torn = decode("gzip", packed[..packed.len() - 12].to_vec(), 10_000).expect("a part");
        assert!(torn.lost.is_some() && page.starts_with(&torn.body));
        let mut changed = packed.clone();
        let sum = changed.len() - 8;
        changed[sum] ^= 1;
        assert!(
            decode("gzip", changed, 10_000).expect("bytes").lost.expect("words").contains("checksum")
        );
        assert_eq!(
            decode("compress", vec![0x1F, 0x9D, 0x90, 0x01], 1000),
            Err(CodingError::Unknown { coding: "compress".to_owned() })
        );
        let bomb = gzip(&vec![0; 100_000]);
        assert_eq!(decode("gzip", bomb, 1000), Err(CodingError::TooLarge { max: 1000 }));
    }

    proptest! {
        #[test]
        fn any_bytes_come_out_within_the_limit(
            codings in "(gzip|deflate|br|zstd|x|,| ){0,6}",
            head in prop::sample::select(vec![&b"\x1F\x8B\x08"[..], b"\x28\xB5\x2F\xFD", b"\x78\x9C", b"<", b""]),
            rest in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let body = [head, &rest].concat();
            match decode(&codings, body.clone(), 500) {
                Ok(decoded) => prop_assert!(decoded.body.len() <= 500),
                Err(
                    CodingError::TooLarge { .. }
                    | CodingError::Foreign { .. }
                    | CodingError::Unknown { .. },
                ) => {}
            }
        }

        #[test]
        fn what_was_packed_comes_out(bytes in prop::collection::vec(any::<u8>(), 1..300)) {
            // What begins like a packed file is taken for one.
            prop_assume!(!bytes.starts_with(GZIP));
            let decoded = decode("gzip", gzip(&bytes), 500);
            prop_assert_eq!(decoded, Ok(PlainBody::whole(bytes)));
        }
    }
}
