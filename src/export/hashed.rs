//! SHA-256 of what is written or cited, in hexadecimal digits.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::Path,
};

use sha2::{Digest, Sha256};

/// The bytes of a file.
pub(super) struct Hashed {
    pub(super) sha256: String,
    /// Their number.
    pub(super) bytes: u64,
}

/// Returns the hash of bytes.
pub(super) fn sha256(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}

/// Copies a file and returns what it was.
pub(super) fn copy_hashed(from: &Path, to: &mut impl Write) -> io::Result<Hashed> {
    let (mut file, mut hash, mut bytes) = (File::open(from)?, Sha256::new(), 0);
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(Hashed { sha256: data_encoding::HEXLOWER.encode(&hash.finalize()), bytes });
        }
        hash.update(&buffer[..count]);
        to.write_all(&buffer[..count])?;
        bytes += count as u64;
    }
}
