//! How a web archive is packed: not at all, with gzip (one member for each record, or one for all), or with zstd. It gives one
//! stream of bytes; records are not known here (`read.rs`). Damage in a gzip member ends with an error, and the next member
//! is searched for.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

const GZIP: &[u8] = &[0x1F, 0x8B];
const GZIP_MEMBER: &[u8] = &[0x1F, 0x8B, 0x08];
const ZSTD: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD];
/// A skippable frame before the first: a dictionary, by the custom of some crawlers.
const ZSTD_SKIPPABLE: &[u8] = &[0x5D, 0x2A, 0x4D, 0x18];

/// How an archive is packed, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// gzip.
    Gzip,
    /// zstd.
    Zstd,
}

impl Packing {
    /// Returns the packing that the first bytes of a file show.
    pub fn of(head: &[u8]) -> Self {
        if head.starts_with(GZIP) {
            Self::Gzip
        } else if head.starts_with(ZSTD) || head.starts_with(ZSTD_SKIPPABLE) {
            Self::Zstd
        } else {
            Self::Plain
        }
    }
}

/// Returns the first bytes of a file, unpacked; none where they cannot be unpacked.
pub fn first_bytes(head: &[u8]) -> Vec<u8> {
    let mut first = Vec::new();
    let most = head.len() as u64;
    // The head of a packed file ends in the middle: what came before is what is looked for.
    let _ = match Packing::of(head) {
        Packing::Plain => return head.to_vec(),
        Packing::Gzip => GzDecoder::new(head).take(most).read_to_end(&mut first),
        Packing::Zstd => match zstd::stream::read::Decoder::with_buffer(head) {
            Ok(decoder) => decoder.take(most).read_to_end(&mut first),
            Err(error) => Err(error),
        },
    };
    first
}

/// An input that counts its bytes, and can give a few of them again.
pub(super) struct CountedInput<R> {
    inner: R,
    pub(super) offset: u64,
    /// Bytes that are given before the rest of the input.
    again: &'static [u8],
}

impl<R: BufRead> CountedInput<R> {
    fn give_again(&mut self, bytes: &'static [u8]) {
        self.again = bytes;
        self.offset -= bytes.len() as u64;
    }
}

impl<R: BufRead> Read for CountedInput<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for CountedInput<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.again.is_empty() { self.inner.fill_buf() } else { Ok(self.again) }
    }

    fn consume(&mut self, count: usize) {
        self.offset += count as u64;
        if self.again.is_empty() {
            self.inner.consume(count);
        } else {
            self.again = &self.again[count..];
        }
    }
}

/// The bytes of an archive, unpacked as one stream over all members.
pub(super) enum Unpacked<R: BufRead> {
    Plain(CountedInput<R>),
    Gzip(Box<Members<R>>),
    Zstd(Box<zstd::stream::read::Decoder<'static, CountedInput<R>>>),
}

/// gzip members one after the other.
pub(super) struct Members<R: BufRead> {
    /// `None` only while a member is changed.
    decoder: Option<GzDecoder<CountedInput<R>>>,
    /// Where the member begins that was read from last.
    begins_at: u64,
    /// The bytes that it has given.
    given: u64,
    is_over: bool,
}

/// A place in a file where something begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MemberPlace {
    /// The bytes before it.
    pub(super) offset: u64,
    /// Whether a file may be read from there on.
    pub(super) is_exact: bool,
}

impl<R: BufRead> Unpacked<R> {
    pub(super) fn new(mut inner: R) -> io::Result<Self> {
        let packing = Packing::of(inner.fill_buf()?);
        let counted = CountedInput { inner, offset: 0, again: &[] };
        Ok(match packing {
            Packing::Plain => Self::Plain(counted),
            Packing::Gzip => {
                let decoder = Some(GzDecoder::new(counted));
                Self::Gzip(Box::new(Members { decoder, begins_at: 0, given: 0, is_over: false }))
            }
            Packing::Zstd => Self::Zstd(Box::new(zstd::stream::read::Decoder::with_buffer(counted)?)),
        })
    }

    /// Returns the place in the file; within a member, a place near its end.
    pub(super) fn offset(&self) -> u64 {
        match self {
            Self::Plain(it) => it.offset,
            Self::Gzip(it) => it.decoder.as_ref().map_or(0, |it| it.get_ref().offset),
            Self::Zstd(it) => it.get_ref().offset,
        }
    }

    /// Returns where the bytes begin that come after the last `unread` ones that were given: in a packed file the member that they are
    /// of.
    pub(super) fn place(&self, unread: usize) -> MemberPlace {
        match self {
            Self::Plain(it) => MemberPlace { offset: it.offset - unread as u64, is_exact: true },
            Self::Gzip(it) if it.is_over && unread == 0 => {
                MemberPlace { offset: self.offset(), is_exact: true }
            }
            // Only from its beginning can a member be read.
            Self::Gzip(it) => MemberPlace { offset: it.begins_at, is_exact: it.given == unread as u64 },
            Self::Zstd(it) => MemberPlace { offset: it.get_ref().offset, is_exact: false },
        }
    }

    /// Goes on after an error. Returns `false` where nothing can be read any more.
    pub(super) fn skip_damage(&mut self) -> io::Result<bool> {
        match self {
            Self::Plain(_) => Ok(true),
            Self::Gzip(members) => members.find_next(),
            Self::Zstd(_) => Ok(false),
        }
    }
}

impl<R: BufRead> Members<R> {
    /// Searches for the beginning of the next member. Returns whether there is one.
    fn find_next(&mut self) -> io::Result<bool> {
        let Some(decoder) = self.decoder.take() else { return Ok(false) };
        let mut source = decoder.into_inner();
        let mut seen = 0;
        loop {
            let Some(&byte) = source.fill_buf()?.first() else {
                self.is_over = true;
                return Ok(false);
            };
            source.consume(1);
            seen = match byte {
                it if it == GZIP_MEMBER[seen] => seen + 1,
                it if it == GZIP_MEMBER[0] => 1,
                _ => 0,
            };
            if seen == GZIP_MEMBER.len() {
                source.give_again(GZIP_MEMBER);
                (self.begins_at, self.given) = (source.offset, 0);
                self.decoder = Some(GzDecoder::new(source));
                return Ok(true);
            }
        }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.is_over || buffer.is_empty() {
                return Ok(0);
            }
            let Some(decoder) = self.decoder.as_mut() else { return Ok(0) };
            let count = decoder.read(buffer)?;
            if 0 < count {
                self.given += count as u64;
                return Ok(count);
            }
            // A member has ended; another may follow.
            let Some(decoder) = self.decoder.take() else { return Ok(0) };
            let mut source = decoder.into_inner();
            match source.fill_buf()?.first() {
                None => self.is_over = true,
                // Some tools pad their files with zeros.
                Some(0) => {
                    while source.fill_buf()?.first() == Some(&0) {
                        source.consume(1);
                    }
                    self.is_over = source.fill_buf()?.is_empty();
                }
                Some(_) => {}
            }
            (self.begins_at, self.given) = (source.offset, 0);
            self.decoder = Some(GzDecoder::new(source));
        }
    }
}

impl<R: BufRead> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(it) => it.read(buffer),
            Self::Gzip(it) => it.read(buffer),
            Self::Zstd(it) => it.read(buffer),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use crate::warc::{WarcReader, WarcRecord};

    fn record(block: &str) -> Vec<u8> {
        format!(
            "WARC/1.1\r\nWARC-Type: response\r\nContent-Length: {}\r\n\r\n{block}\r\n\r\n",
            block.len()
        )
        .into_bytes()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    }

    #[test]
    fn a_record_can_be_read_again_from_its_place() {
        let records: Vec<Vec<u8>> = (0..40).map(|it| record(&"x".repeat(it * 53))).collect();
        let packed: Vec<u8> = records.iter().flat_map(|it| gzip(it)).collect();
        let plain: Vec<u8> = records.concat();
        for bytes in [&packed, &plain] {
            let found: Vec<WarcRecord> = WarcReader::new(&bytes[..], 100_000)
                .expect("memory")
                .map(|it| it.expect("sound"))
                .collect();
            assert_eq!(found.len(), 40);
            for it in found {
                let (from, length) =
                    (usize::try_from(it.offset).expect("small"), it.length.expect("a place"));
                let part = &bytes[from..from + usize::try_from(length).expect("small")];
                let mut again = WarcReader::new(part, 100_000).expect("memory");
                let first = again.next().expect("a record").expect("sound");
                assert_eq!((first.headers, first.block), (it.headers, it.block));
                assert!(again.next().is_none());
            }
        }
        // Records of one member, or of a stream that is packed as one, have no place of their own.
        let together = gzip(&records[..3].concat());
        let lengths: Vec<bool> = WarcReader::new(&together[..], 100_000)
            .expect("memory")
            .map(|it| it.expect("sound").length.is_some())
            .collect();
        assert_eq!(lengths, [false, false, false]);
        // Nor has one that goes on in the next member, and what shares that with it.
        let halves = records[3].split_at(60);
        let split =
            [gzip(&records[0]), gzip(halves.0), gzip(&[halves.1, &records[4]].concat())].concat();
        let lengths: Vec<bool> = WarcReader::new(&split[..], 100_000)
            .expect("memory")
            .map(|it| it.expect("sound").length.is_some())
            .collect();
        assert_eq!(lengths, [true, false, false]);
    }

    #[test]
    fn damage_takes_no_record_before_it_away() {
        let members: Vec<Vec<u8>> = (0..5).map(|it| gzip(&record(&"x".repeat(it * 53)))).collect();
        let whole = members.concat();
        let read = |bytes: &[u8]| {
            let found = WarcReader::new(bytes, 100_000).expect("memory");
            let (good, bad): (Vec<_>, Vec<_>) = found.partition(Result::is_ok);
            (good.len(), bad.len())
        };
        let last = members[4].len();
        for cut in [1, 3, 15] {
            assert_eq!(read(&whole[..whole.len() - last + cut]), (4, 1), "{cut}");
        }
        assert_eq!(read(&[&whole, &b"garbage here"[..]].concat()), (5, 1));
        for at in [0, 10, 20] {
            let mut damaged = whole.clone();
            damaged[members[0].len() + at] ^= 0x55;
            assert_eq!(read(&damaged), (4, 1), "{at}");
        }
    }
}
