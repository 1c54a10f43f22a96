//! The block of a record: how much of it there is, and whether it ends where its record says. A length may lie, and its neighbours must not
//! suffer for it. Headers are read in `read.rs`.

use std::io::BufRead;

use super::{
    compressed::MemberPlace,
    read::{Damage, WarcReader},
};

/// A record begins so.
const BEGINNING: &[u8] = b"WARC/";
/// The number of line ends between a block and what follows it.
const LINES_BETWEEN: u32 = 2;
/// The most bytes that are reserved for a block before it is read.
const BLOCK_BYTES: usize = 1 << 20;

/// What was read of a block.
pub(super) struct ReadBlock {
    /// Its bytes; `None` where it is too large.
    pub(super) bytes: Option<Vec<u8>>,
    /// The number of bytes.
    pub(super) count: u64,
}

/// How a record ends.
pub(super) struct RecordEnd {
    pub(super) place: MemberPlace,
    /// Whether what follows the block is what follows a record.
    pub(super) is_marked: bool,
}

impl<R: BufRead> WarcReader<R> {
    /// Cuts a block whose length is not the one that its record says to where the next record begins in it; to nothing where none does.
    /// Returns what is wrong with it.
    pub(super) fn correct(&mut self, block: &mut Vec<u8>, next: Option<usize>, said: u64) -> String {
        let Some(next) = next else {
            block.clear();
            self.is_lost = true;
            return format!("a block of {said} bytes is not followed by the end of a record");
        };
        self.input.give_back(block.split_off(next.min(block.len()))).expect("memory");
        while block.last().is_some_and(|it| matches!(it, b'\r' | b'\n')) {
            block.pop();
        }
        format!("a block of {said} bytes has the beginning of another record after {next}")
    }

    /// Returns a block: less of it where another member begins in it with another record.
    pub(super) fn block(&mut self, length: u64, offset: u64) -> Result<ReadBlock, Damage> {
        let is_wanted = length <= self.block_max as u64;
        // What a header claims is believed up to a common size.
        let claimed = usize::try_from(length).unwrap_or(BLOCK_BYTES).min(BLOCK_BYTES);
        let mut block = Vec::with_capacity(if is_wanted { claimed } else { 0 });
        let mut count: u64 = 0;
        let is_again = self.input.is_given_back();
        while count < length {
            // A member is known once it is looked into.
            if let Err(error) = self.input.fill_buf() {
                return Err(self.lost(&error));
            }
            let is_member = 0 < count && self.input.is_at_member();
            let bytes = self.input.fill_buf().unwrap_or_default();
            if bytes.is_empty() {
                // Records that the block took with it are read. What was given back is not given back again.
                match Self::next_record(&block).filter(|_| !is_again) {
                    Some(next) => self.input.give_back(block.split_off(next)).expect("memory"),
                    None => self.is_over = true,
                }
                let what = format!("the file ends after {count} of {length} bytes of a record");
                return Err(Damage { offset, what });
            }
            if is_member && bytes.starts_with(BEGINNING) {
                break;
            }
            let most = usize::try_from(length - count).unwrap_or(usize::MAX).min(bytes.len());
            if is_wanted {
                block.extend_from_slice(&bytes[..most]);
            }
            self.input.consume(most);
            count += most as u64;
        }
        Ok(ReadBlock { bytes: is_wanted.then_some(block), count })
    }

    /// Passes over the line ends after a block, to the end of its member: only then is the member known to be sound. Damage in the next
    /// member waits: it is none of this record. Returns where and how the record ends.
    pub(super) fn end_record(&mut self) -> Result<RecordEnd, Damage> {
        let began = self.input.place().offset;
        let mut lines = 0;
        loop {
            match self.input.fill_buf() {
                Ok([end @ (b'\r' | b'\n'), ..]) => {
                    lines += u32::from(*end == b'\n');
                    self.input.consume(1);
                }
                Ok(next) => {
                    let is_next = next.iter().zip(BEGINNING).all(|(a, b)| a == b);
                    let is_marked = is_next || LINES_BETWEEN <= lines;
                    return Ok(RecordEnd { place: self.input.place(), is_marked });
                }
                Err(error) => {
                    let place = self.input.place();
                    let damage = self.lost(&error);
                    if place.offset == began {
                        return Err(damage);
                    }
                    self.waiting = Some(damage);
                    return Ok(RecordEnd { place, is_marked: true });
                }
            }
        }
    }

    /// Returns where in a block another record begins after the end of one.
    pub(super) fn next_record(block: &[u8]) -> Option<usize> {
        let ends = |at: usize| block[..at].ends_with(b"\n\r\n") || block[..at].ends_with(b"\n\n");
        block
            .windows(BEGINNING.len())
            .enumerate()
            .find(|(at, it)| *it == BEGINNING && ends(*at))
            .map(|it| it.0)
    }
}
