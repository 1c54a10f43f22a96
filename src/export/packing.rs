//! Packed output: rows in gzip or zstd, as the ending of a file says (`articles.csv.gz`).

use std::io::{self, Write};

use flate2::write::GzEncoder;

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutPacking {
    /// Not at all.
    Plain,
    /// With gzip. There is no time in it: the same rows are the same bytes.
    Gzip,
    /// With zstd.
    Zstd,
}

impl OutPacking {
    /// Writes through the packer into a stream, which is flushed at the end. Returns what `write` returns. What is not packed is
    /// flushed by its writer.
    pub(super) fn pack<T, E: From<io::Error>>(
        self,
        mut to: impl Write + Send,
        write: impl FnOnce(&mut (dyn Write + Send)) -> Result<T, E>,
    ) -> Result<T, E> {
        let written = match self {
            Self::Plain => return write(&mut to),
            Self::Gzip => {
                let mut packer = GzEncoder::new(&mut to, flate2::Compression::default());
                let written = write(&mut packer)?;
                packer.finish()?;
                written
            }
            Self::Zstd => {
                let mut packer = zstd::Encoder::new(&mut to, zstd::DEFAULT_COMPRESSION_LEVEL)?;
                let written = write(&mut packer)?;
                packer.finish()?;
                written
            }
        };
        to.flush()?;
        Ok(written)
    }
}
