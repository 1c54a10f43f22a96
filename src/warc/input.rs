//! The unpacked bytes of an archive, with their places in the file. Bytes that turn out to belong to the next record can be given back. What
//! a record is is not known here (`read.rs`), nor how files are packed (`compressed.rs`).

use std::io::{self, BufRead, BufReader, Read};

use super::compressed::{MemberPlace, Unpacked};

/// How much is unpacked at a time.
const BUFFER_BYTES: usize = 64 << 10;

/// The bytes of an archive.
pub(super) struct RecordInput<R: BufRead> {
    inner: BufReader<Unpacked<R>>,
    /// Bytes that were given back, and are given before the others.
    again: io::Cursor<Vec<u8>>,
}

impl<R: BufRead> RecordInput<R> {
    pub(super) fn new(input: R) -> io::Result<Self> {
        let inner = BufReader::with_capacity(BUFFER_BYTES, Unpacked::new(input)?);
        Ok(Self { inner, again: io::Cursor::default() })
    }

    /// Returns the place of the next byte.
    pub(super) fn place(&self) -> MemberPlace {
        let place = self.inner.get_ref().place(self.inner.buffer().len());
        match self.left() {
            0 => place,
            left if self.is_plain() => MemberPlace { offset: place.offset - left, ..place },
            _ => MemberPlace { is_exact: false, ..place },
        }
    }

    /// Whether the next byte is the first of a gzip member.
    pub(super) fn is_at_member(&self) -> bool {
        let is_gzip = matches!(self.inner.get_ref(), Unpacked::Gzip(_));
        is_gzip && self.place().is_exact
    }

    /// Whether the file is not packed.
    pub(super) fn is_plain(&self) -> bool {
        matches!(self.inner.get_ref(), Unpacked::Plain(_))
    }

    /// Gives bytes before all others.
    pub(super) fn give_back(&mut self, mut bytes: Vec<u8>) -> io::Result<()> {
        self.again.read_to_end(&mut bytes)?;
        self.again = io::Cursor::new(bytes);
        Ok(())
    }

    /// Whether the next byte was given back.
    pub(super) fn is_given_back(&self) -> bool {
        0 < self.left()
    }

    /// Goes on after an error, with what was unpacked thrown away. Returns `false` where nothing can be read any more.
    pub(super) fn skip_damage(&mut self) -> bool {
        self.again = io::Cursor::default();
        let buffered = self.inner.buffer().len();
        self.inner.consume(buffered);
        self.inner.get_mut().skip_damage().unwrap_or(false)
    }

    fn left(&self) -> u64 {
        self.again.get_ref().len() as u64 - self.again.position()
    }
}

impl<R: BufRead> Read for RecordInput<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if 0 < self.left() { self.again.read(buffer) } else { self.inner.read(buffer) }
    }
}

impl<R: BufRead> BufRead for RecordInput<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if 0 < self.left() { self.again.fill_buf() } else { self.inner.fill_buf() }
    }

    fn consume(&mut self, count: usize) {
        if 0 < self.left() {
            self.again.consume(count);
        } else {
            self.inner.consume(count);
        }
    }
}
