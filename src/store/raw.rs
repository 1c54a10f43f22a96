//! Raw bodies: compressed, each once, known by their hash.

use std::io::Read;

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::{Result, StoreError};

/// Six costs a third of nine's time for nearly its size.
const LEVEL: i32 = 6;
/// No stored body is larger; a damaged frame could claim to be.
const BYTES_MAX: usize = 1 << 30;

/// A body on its way into the archive: hashed and compressed outside the writer thread.
pub(super) struct Packed {
    pub(super) sha256: String,
    pub(super) bytes: i64,
    data: Vec<u8>,
}

pub(super) fn hex(bytes: impl AsRef<[u8]>) -> String {
    use std::fmt::Write as _;
    bytes.as_ref().iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(Sha256::digest(bytes))
}

pub(super) fn pack(body: &[u8]) -> Result<Packed> {
    let io = |source| StoreError::Io { what: "cannot compress a page".to_owned(), source };
    let data = zstd::stream::encode_all(body, LEVEL).map_err(io)?;
    Ok(Packed { sha256: sha256(body), bytes: i64::try_from(body.len()).unwrap_or(i64::MAX), data })
}

/// The row of a body; identical bytes share one.
pub(super) fn keep(conn: &Connection, packed: &Packed) -> Result<i64> {
    let known = conn
        .prepare_cached("SELECT id FROM bodies WHERE sha256 = ?1")?
        .query_row([&packed.sha256], |row| row.get(0))
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    conn.prepare_cached("INSERT INTO bodies (sha256, bytes, codec, data) VALUES (?1, ?2, 'zstd', ?3)")?
        .execute(params![packed.sha256, packed.bytes, packed.data])?;
    Ok(conn.last_insert_rowid())
}

/// The bytes of a body, exactly as they came; checked against their hash.
pub(super) fn read(conn: &Connection, id: i64) -> Result<Vec<u8>> {
    let (sha, bytes, data): (String, usize, Vec<u8>) = conn
        .prepare_cached("SELECT sha256, bytes, data FROM bodies WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let damaged = StoreError::Body { body: id };
    let mut body = Vec::with_capacity(bytes.min(BYTES_MAX));
    let mut reader = match zstd::stream::Decoder::new(data.as_slice()) {
        Ok(decoder) => decoder.take(BYTES_MAX as u64),
        Err(_) => return Err(damaged),
    };
    match reader.read_to_end(&mut body) {
        Ok(_) if body.len() == bytes && sha256(&body) == sha => Ok(body),
        _ => Err(damaged),
    }
}
