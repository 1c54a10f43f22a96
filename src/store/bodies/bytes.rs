//! Bytes: their hash, and a zstd frame undone. What both packing and reading need, and nothing that knows of rows.

use std::io::Read;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// No stored body is larger; a damaged frame could claim to be.
pub(in crate::store) const BYTES_MAX: usize = 1 << 30;

/// The hash that bytes are known by: SHA-256, in lower-case hex.
pub(in crate::store) fn sha256(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

/// The most bytes that are reserved at once for a body, whatever size it says it has.
const RESERVED_MAX: usize = 16 << 20;

/// The bytes of a frame; `None` if it is damaged.
pub(in crate::store) fn unpack(data: &[u8], bytes: usize) -> Option<Vec<u8>> {
    let mut body = Vec::with_capacity(bytes.min(RESERVED_MAX));
    let reader = zstd::stream::Decoder::new(data).ok()?;
    reader.take(BYTES_MAX as u64).read_to_end(&mut body).ok()?;
    Some(body)
}
