//! Reading web archives record by record, whatever their size and however damaged. What a record holds is not looked at
//! (`http.rs`), nor how the file is packed (`compressed.rs`).
//!
//! It is written by hand because reading has to go on after damage, a block has to be bounded before it is read, and each record
//! has to say where in the packed file it begins.

use std::io::{self, BufRead, Read};

use super::{
    fields::{Header, header},
    input::RecordInput,
};

/// The length of the longest line of a header.
const LINE_MAX: usize = 64 << 10;
/// The greatest number of lines of a header.
const LINES_MAX: usize = 512;
/// A record of a web archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WarcRecord {
    /// Where it begins in the file: in one that is packed with gzip, the beginning of its member; with zstd, a place near it.
    pub offset: u64,
    /// Its bytes in the file; `None` where it cannot be read from its place alone: several records are one member, or it is packed with
    /// zstd.
    pub length: Option<u64>,
    /// Its headers, in order.
    pub headers: Vec<Header>,
    /// Its block; empty where it is larger than asked for.
    pub block: Vec<u8>,
    /// Whether its block is larger than asked for.
    pub is_cut: bool,
}

/// A part of a file that is not a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Where in the file it is, in bytes.
    pub offset: u64,
    /// What is wrong with it, in words.
    pub what: String,
}

/// Reads records. Damage is an item like a record, and reading goes on after it where that is possible.
pub struct WarcReader<R: BufRead> {
    pub(super) input: RecordInput<R>,
    pub(super) block_max: usize,
    /// Whether nothing more can be read.
    pub(super) is_over: bool,
    /// Whether damage was met and the beginning of a record is searched for.
    pub(super) is_lost: bool,
    /// The damage after the record that was given last.
    pub(super) waiting: Option<Damage>,
}

impl WarcRecord {
    /// Returns its kind in lower case: `response`, `resource`, `revisit`, `conversion`...
    pub fn kind(&self) -> String {
        self.header("WARC-Type").unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// Returns the first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// Returns the address that it is a record of, without the angle brackets that some tools put around it.
    pub fn target(&self) -> Option<&str> {
        self.header("WARC-Target-URI").map(|it| it.trim_start_matches('<').trim_end_matches('>'))
    }
}

impl<R: BufRead> WarcReader<R> {
    /// Reads a file or a stream, packed or not. Blocks of more than `block_max` bytes are passed over.
    pub fn new(input: R, block_max: usize) -> io::Result<Self> {
        let input = RecordInput::new(input)?;
        Ok(Self { input, block_max, is_over: false, is_lost: false, waiting: None })
    }

    /// Returns the next record, or the damage in its place; `None` at the end.
    fn read(&mut self) -> Result<Option<WarcRecord>, Damage> {
        let mut offset;
        let mut place;
        let mut passed = 0_u64;
        let version = loop {
            // A packed member is looked into before it is known where it begins.
            if let Err(error) = self.input.fill_buf() {
                return Err(self.lost(&error));
            }
            place = self.input.place();
            offset = place.offset;
            let Some(line) = self.line(offset)? else {
                return if 0 < passed && !self.is_lost {
                    Err(Damage { offset, what: format!("{passed} bytes after the last record") })
                } else {
                    Ok(None)
                };
            };
            if line.starts_with(b"WARC/") {
                break line;
            }
            passed += line.iter().filter(|it| !it.is_ascii_whitespace()).count() as u64;
            if 0 < passed && !self.is_lost {
                // This is told once; then the next record is searched for.
                self.is_lost = true;
                return Err(Damage { offset, what: "no record where one should begin".to_owned() });
            }
        };
        self.is_lost = false;
        let is_again = self.input.is_given_back();
        let version = String::from_utf8_lossy(&version).trim().to_owned();
        // A later version of the same kind is read as far as it is like the one before.
        if !version.starts_with("WARC/1.") && !["WARC/0.17", "WARC/0.18"].contains(&version.as_str()) {
            self.is_lost = true;
            return Err(Damage { offset, what: format!("`{version}` is no version that is known") });
        }
        let headers = self.headers(offset)?;
        let length = header(&headers, "Content-Length").map(str::trim);
        let Some(length) = length
            .filter(|it| it.bytes().all(|it| it.is_ascii_digit()))
            .and_then(|it| it.parse::<u64>().ok())
        else {
            self.is_lost = true;
            let found = length.unwrap_or("none");
            return Err(Damage { offset, what: format!("`Content-Length` is no number: {found}") });
        };
        let read = self.block(length, offset)?;
        let is_cut = read.bytes.is_none();
        let mut block = read.bytes.unwrap_or_default();
        let end = self.end_record()?;
        let mut is_alone = place.is_exact && end.place.is_exact;
        if read.count < length || !end.is_marked {
            let next = match read.count < length {
                true => usize::try_from(read.count).ok(),
                // Once is enough: a block may seem to have a record at each of its lines.
                false if is_again => None,
                false => Self::next_record(&block),
            };
            let what = self.correct(&mut block, next, length);
            let damage = Damage { offset, what };
            if block.is_empty() {
                return Err(damage);
            }
            (self.waiting, is_alone) = (Some(damage), false);
        }
        // What shares a member with others cannot be read alone.
        let length = end.place.offset.checked_sub(offset).filter(|it| is_alone && 0 < *it);
        Ok(Some(WarcRecord { offset, length, headers, block, is_cut }))
    }

    /// Returns a line without its end; `None` at the end of the file.
    fn line(&mut self, offset: u64) -> Result<Option<Vec<u8>>, Damage> {
        let mut line = Vec::new();
        let read = self.input.by_ref().take(LINE_MAX as u64).read_until(b'\n', &mut line);
        match read {
            Ok(0) => Ok(None),
            Ok(count) if count == LINE_MAX && !line.ends_with(b"\n") => {
                self.is_lost = true;
                Err(Damage { offset, what: format!("a line of more than {LINE_MAX} bytes") })
            }
            Ok(_) => {
                while line.last().is_some_and(|it| matches!(it, b'\n' | b'\r')) {
                    line.pop();
                }
                Ok(Some(line))
            }
            Err(error) => Err(self.lost(&error)),
        }
    }

    fn headers(&mut self, offset: u64) -> Result<Vec<Header>, Damage> {
        let mut headers: Vec<Header> = Vec::new();
        for _ in 0..LINES_MAX {
            let line = self.line(offset)?;
            let Some(line) = line.filter(|it| !it.is_empty()) else { return Ok(headers) };
            let line = String::from_utf8_lossy(&line).into_owned();
            match (line.split_once(':'), headers.last_mut()) {
                // A line that begins with white space goes on with the one before.
                (_, Some(last)) if line.starts_with([' ', '\t']) => {
                    last.1.push(' ');
                    last.1.push_str(line.trim());
                }
                (Some((name, value)), _) => {
                    headers.push((name.trim().to_owned(), value.trim().to_owned()));
                }
                (None, _) => {}
            }
        }
        self.is_lost = true;
        Err(Damage { offset, what: format!("a header of more than {LINES_MAX} lines") })
    }

    /// Returns the damage of a member that could not be unpacked, and searches for the next member.
    pub(super) fn lost(&mut self, error: &io::Error) -> Damage {
        let offset = self.input.place().offset;
        self.is_lost = true;
        // What was unpacked of the damaged member is of no use. Nothing that follows an error of the system can be trusted to come.
        let goes_on = self.input.skip_damage();
        self.is_over = !goes_on || error.kind() == io::ErrorKind::NotFound || self.input.is_plain();
        Damage { offset, what: error.to_string() }
    }
}

impl<R: BufRead> Iterator for WarcReader<R> {
    type Item = Result<WarcRecord, Damage>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(damage) = self.waiting.take() {
            return Some(Err(damage));
        }
        if self.is_over {
            return None;
        }
        let read = self.read().transpose();
        self.is_over |= read.is_none();
        read
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;

    use super::*;

    fn record(kind: &str, block: &str) -> Vec<u8> {
        format!(
            "WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: <http://x.example/>\r\nContent-Length: {}\r\n\r\n{block}\r\n\r\n",
            block.len()
        )
        .into_bytes()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    }

    /// Kinds and blocks, or what was damaged.
    fn read(bytes: &[u8]) -> Vec<String> {
        let reader = WarcReader::new(bytes, 1000).expect("memory");
        reader
            .map(|it| match it {
                Ok(it) => format!("{} {}", it.kind(), String::from_utf8_lossy(&it.block)),
                Err(it) => format!("! {}", it.what),
            })
            .collect()
    }

    #[test]
    fn records_are_read_however_they_are_packed() {
        let (a, b) = (record("response", "one"), record("resource", "two"));
        let plain = [a.clone(), b.clone()].concat();
        let expect = ["response one", "resource two"];
        assert_eq!(read(&plain), expect);
        assert_eq!(read(&[gzip(&a), gzip(&b)].concat()), expect, "a member for each");
        assert_eq!(read(&gzip(&plain)), expect, "one for all");
        assert_eq!(read(&zstd::bulk::compress(&plain, 3).expect("memory")), expect);
        let frames = [&a, &b].map(|it| zstd::bulk::compress(it, 3).expect("memory")).concat();
        assert_eq!(read(&frames), expect);
        let lf = String::from_utf8(plain).expect("text").replace("\r\n", "\n");
        assert_eq!(read(lf.as_bytes()), expect, "some end their lines otherwise");
        let reader = WarcReader::new(&a[..], 1000).expect("memory");
        let record = reader.flatten().next().expect("a record");
        assert_eq!(record.target(), Some("http://x.example/"));
    }

    #[test]
    fn damage_is_named_and_what_follows_is_read() {
        let (a, b, c) =
            (record("response", "one"), record("resource", "two"), record("metadata", "three"));
        let mut broken = gzip(&b);
        let middle = broken.len() / 2;
        broken[middle] ^= 0xFF;
        broken[middle + 1] ^= 0xFF;
        let found = read(&[gzip(&a), broken, gzip(&c)].concat());
        assert_eq!(
            (found[0].as_str(), found[found.len() - 1].as_str()),
            ("response one", "metadata three")
        );
        assert!(found[1].starts_with("! "), "{found:?}");
        let found = read(&[a.as_slice(), b"some garbage\r\nand more\r\n", &c].concat());
        assert_eq!(found, ["response one", "! no record where one should begin", "metadata three"]);
        let found = read(&a[..a.len() - 6]);
        assert_eq!(found, ["! the file ends after 1 of 3 bytes of a record"]);
        let torn = gzip(&b);
        let found = read(&[gzip(&a), torn[..torn.len() - 12].to_vec()].concat());
        assert_eq!(found[0], "response one");
        assert!(found[1].starts_with("! "), "{found:?}");
    }

    #[test]
    fn a_length_that_lies_takes_no_neighbour() {
        let said = |text: &str, length: usize| {
            let record = String::from_utf8(record("response", text)).expect("text");
            record.replace(&format!("Length: {}", text.len()), &format!("Length: {length}")).into_bytes()
        };
        let (next, last) = (record("resource", "two"), record("metadata", "three"));
        let expect = [
            "response one",
            "! a block of 60 bytes has the beginning of another record after 7",
            "resource two",
            "metadata three",
        ];
        let long = said("one", 60);
        assert_eq!(read(&[long.as_slice(), &next, &last].concat()), expect);
        assert_eq!(read(&[gzip(&long), gzip(&next), gzip(&last)].concat()), expect);
        assert_eq!(read(&gzip(&[long.as_slice(), &next, &last].concat())), expect);
        // Longer than the file.
        let found = read(&[said("one", 900).as_slice(), &next, &last].concat());
        assert!(found[0].starts_with("! the file ends after "), "{found:?}");
        assert_eq!(found[1..], ["resource two", "metadata three"]);
        // More than is read of a block: where members are records, the next member ends it.
        let found = read(&[gzip(&said("one", 1 << 40)), gzip(&next)].concat());
        assert!(found[0].starts_with("! a block of 1099511627776 bytes"), "{found:?}");
        assert_eq!(found[1..], ["resource two"]);
        let short = said("one and the rest of it", 3);
        let expect = ["! a block of 3 bytes is not followed by the end of a record", "resource two"];
        assert_eq!(read(&[short.as_slice(), &next].concat()), expect);
        assert_eq!(read(&[gzip(&short), gzip(&next)].concat()), expect);
        // What was given back is not given back again: this ends.
        let many = said(&String::from_utf8(said("x", 9_000)).expect("text").repeat(8), 900);
        assert!(read(&many).len() < 8, "{:?}", read(&many));
        // A record that holds records is one.
        let inner = String::from_utf8(next.clone()).expect("text");
        let whole = record("response", &format!("{inner}\n\n{inner}"));
        assert_eq!(read(&[whole.as_slice(), &last].concat()).len(), 2);
    }

    #[test]
    fn absurd_headers_are_damage() {
        let check = |text: &str, expect: &str| {
            let found = read(text.as_bytes());
            assert!(found.iter().any(|it| it.contains(expect)), "{expect}: {found:?}");
        };
        check("WARC/1.0\r\nContent-Length: -5\r\n\r\nabc", "is no number: -5");
        check("WARC/1.0\r\nContent-Length: 99999999999999999999999\r\n\r\nabc", "is no number");
        check(
            "WARC/1.0\r\nContent-Length: 18446744073709551615\r\n\r\nabc",
            "of 18446744073709551615 bytes",
        );
        check("WARC/9.0\r\nContent-Length: 0\r\n\r\n", "no version");
        check("WARC/1.0\r\nWARC-Type: x\r\n\r\n", "none");
        check(&format!("WARC/1.0\r\n{}", "a".repeat(70_000)), "a line of more than");
        check(&format!("WARC/1.0\r\n{}\r\n", "a: b\r\n".repeat(600)), "more than 512 lines");
        check("\0\0\0WARC", "no record where one should begin");
        assert!(read(b"").is_empty());
    }

    proptest! {
        #[test]
        fn records_of_any_bytes_are_of_them(
            parts in prop::collection::vec(prop_oneof![
                Just(b"WARC/1.0\r\n".to_vec()), Just(b"Content-Length: 3\r\n".to_vec()), Just(b"WARC-Type: x\r\n".to_vec()),
                Just(b"\r\n".to_vec()), Just(gzip(&record("response", "one"))), prop::collection::vec(any::<u8>(), 0..20),
            ], 0..20),
        ) {
            let bytes = parts.concat();
            let mut most = bytes.len();
            // What is packed may be larger when it is unpacked: this record is, for each time it is there.
            most += parts.len() * record("response", "one").len();
            let found: Vec<_> = WarcReader::new(&bytes[..], 1000).expect("memory").collect();
            prop_assert!(found.len() <= most + 1);
            let size: usize = found.iter().flatten().map(|it| it.block.len()).sum();
            prop_assert!(size <= most);
        }
    }

    #[test]
    fn a_block_that_is_too_large_is_passed_over() {
        let large = record("response", &"x".repeat(5000));
        let reader =
            WarcReader::new(&*[large, record("resource", "two")].concat().leak(), 1000).expect("memory");
        let records: Vec<WarcRecord> = reader.flatten().collect();
        assert!(records[0].is_cut && records[0].block.is_empty());
        assert_eq!(records[1].block, b"two");
    }
}
