//! gzip (RFC 1952), read as browsers read it: several members are one body, what comes after the last one is passed over, and a member
//! whose data is whole needs no trailer. `flate2` gives up at each of these. Which bytes are gzip is decided in `mod.rs`.

use flate2::{Decompress, FlushDecompress, Status};

use super::body::{CodingError, GZIP, PlainBody};

/// Bytes of the trailer: a checksum and a length.
const TRAILER_BYTES: usize = 8;
/// How much room is made at a time.
const ROOM_BYTES: usize = 32 << 10;

/// Why a member was not read to its end.
enum Unfinished {
    TooLarge,
    Broken(&'static str),
}

/// Returns the bytes of all members. Fails where they are more than `max`.
pub(super) fn unpack(packed: &[u8], max: usize) -> Result<PlainBody, CodingError> {
    let mut body = Vec::new();
    let mut rest = packed;
    loop {
        let begin = body.len();
        let data = after_head(rest).ok_or(Unfinished::Broken("its head is cut"));
        let trailer = match data.and_then(|it| inflate(it, &mut body, max)) {
            Ok(trailer) => trailer,
            Err(Unfinished::TooLarge) => return Err(CodingError::TooLarge { max }),
            Err(Unfinished::Broken(what)) => {
                let lost = Some(format!("the gzip coding is broken: {what}"));
                return Ok(PlainBody { lost, ..PlainBody::whole(body) });
            }
        };
        let sum = trailer.get(..4).and_then(|it| it.try_into().ok()).map(u32::from_le_bytes);
        let is_whole = TRAILER_BYTES <= trailer.len();
        if is_whole && sum.is_some_and(|it| it != crc32fast::hash(&body[begin..])) {
            let lost = Some("the gzip coding is broken: its checksum is of other bytes".to_owned());
            return Ok(PlainBody { lost, ..PlainBody::whole(body) });
        }
        rest = trailer.get(TRAILER_BYTES..).unwrap_or_default();
        if !rest.starts_with(GZIP) {
            return Ok(PlainBody::whole(body));
        }
    }
}

/// Returns what comes after the head of a member; `None` where the head does not end.
fn after_head(member: &[u8]) -> Option<&[u8]> {
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    const HEAD_SUM: u8 = 2;
    let flags = *member.get(3)?;
    let mut rest = member.get(10..)?;
    if flags & EXTRA != 0 {
        let length = usize::from(u16::from_le_bytes(rest.get(..2)?.try_into().ok()?));
        rest = rest.get(2 + length..)?;
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            let end = rest.iter().position(|it| *it == 0)?;
            rest = &rest[end + 1..];
        }
    }
    if flags & HEAD_SUM == 0 { Some(rest) } else { rest.get(2..) }
}

/// Adds the bytes of a deflate stream to `body`. Returns what comes after the stream, or why it does not end.
fn inflate<'p>(packed: &'p [u8], body: &mut Vec<u8>, max: usize) -> Result<&'p [u8], Unfinished> {
    let mut stream = Decompress::new(false);
    loop {
        body.reserve(ROOM_BYTES);
        let (read, written) = (stream.total_in(), stream.total_out());
        let taken = usize::try_from(read).unwrap_or(packed.len());
        let status = stream.decompress_vec(&packed[taken..], body, FlushDecompress::None);
        let taken = usize::try_from(stream.total_in()).unwrap_or(packed.len());
        if max < body.len() {
            return Err(Unfinished::TooLarge);
        }
        match status {
            Ok(Status::StreamEnd) => return Ok(&packed[taken..]),
            Ok(_) if (stream.total_in(), stream.total_out()) == (read, written) => {
                return Err(Unfinished::Broken("it ends too early"));
            }
            Ok(_) => {}
            Err(_) => return Err(Unfinished::Broken("its bytes are no gzip")),
        }
    }
}
