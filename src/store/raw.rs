//! Raw bodies: compressed, each once, known by their hash.
//!
//! Pages of one template share nearly all their furniture. So a page is compressed against three whole pages that
//! look like it, its *reference*: that beats a trained dictionary by far. References stay in the archive for ever,
//! and each body names its own. Which one is nearest is told by `likeness`.

use std::{
    io::Read,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};
use zstd::{
    bulk::{Compressor, Decompressor},
    dict::DecoderDictionary,
};

use crate::model::PageId;

use super::{
    Result, StoreError,
    likeness::{likeness, sketch},
};

/// Of a page that stands alone, and of references.
const LEVEL: i32 = 6;
/// Against a reference the long matches are found with little effort: level 6 takes five times as long for 3.5 % less.
const LEVEL_AGAINST_REFERENCE: i32 = 2;
/// No stored body is larger; a damaged frame could claim to be.
const BYTES_MAX: usize = 1 << 30;
/// Pages of a reference.
const PAGES: usize = 3;
/// Smaller pages gain little, and larger ones are rare and would fill the memory.
const PAGE_BYTES: std::ops::Range<usize> = 2 << 10..512 << 10;
/// A page of which so many of a hundred pieces are in a reference is like it.
const LIKENESS: usize = 45;
/// Pages that wait for others like them.
const WAITING_MAX: usize = 12;
/// References looked at, the newest first: the templates of twenty years.
const REFERENCES_MAX: usize = 32;
/// Prepared references kept at hand; each takes some megabytes.
const PREPARED_MAX: usize = 4;

/// A body on its way into the archive: hashed and compressed outside the writer thread.
pub(super) struct Packed {
    pub(super) sha256: String,
    pub(super) bytes: i64,
    data: Vec<u8>,
    reference: Option<Arc<Reference>>,
}

/// Pages that others are compressed against.
struct Reference {
    id: i64,
    pages: Vec<u8>,
    sketch: Vec<u64>,
    /// Dropped when those of others are needed more.
    compressors: Mutex<Compressors>,
}

/// Compressors against one reference: as many as there were threads that needed one at a time.
#[derive(Default)]
struct Compressors {
    free: Vec<Compressor<'static>>,
    made: usize,
}

/// Compresses bodies, and chooses what to compress them against.
#[derive(Default)]
pub(super) struct Packer(Mutex<Shelf>);

#[derive(Default)]
struct Shelf {
    /// The newest last.
    references: Vec<Arc<Reference>>,
    /// Pages unlike any reference, with their sketches.
    waiting: Vec<(Vec<u64>, Vec<u8>)>,
    next_id: i64,
}

pub(super) fn hex(bytes: impl AsRef<[u8]>) -> String {
    use std::fmt::Write as _;
    bytes.as_ref().iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The hash that bytes are known by: SHA-256, lower-case hex.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(Sha256::digest(bytes))
}

impl Packer {
    /// With the references of an archive.
    pub(super) fn load(conn: &Connection) -> Result<Self> {
        let mut query =
            conn.prepare("SELECT id, pages FROM body_references ORDER BY id DESC LIMIT ?1")?;
        let rows =
            query.query_map([REFERENCES_MAX], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?)))?;
        let mut references = Vec::new();
        for row in rows {
            let (id, data) = row?;
            let pages = unpack(&data, BYTES_MAX).ok_or(StoreError::Reference { reference: id })?;
            references.push(Arc::new(Reference::new(id, pages)));
        }
        references.reverse();
        let next_id = references.last().map_or(1, |it| it.id + 1);
        Ok(Self(Mutex::new(Shelf { references, waiting: Vec::new(), next_id })))
    }

    /// Hash and compress a body.
    pub(super) fn pack(&self, body: &[u8]) -> Result<Packed> {
        let io = |source| StoreError::Io { what: "cannot compress a page".to_owned(), source };
        let reference = PAGE_BYTES.contains(&body.len()).then(|| self.choose(body)).flatten();
        let data = match &reference {
            Some(reference) => reference.compress(body),
            None => zstd::bulk::compress(body, LEVEL),
        };
        Ok(Packed {
            sha256: sha256(body),
            bytes: i64::try_from(body.len()).unwrap_or(i64::MAX),
            data: data.map_err(io)?,
            reference,
        })
    }

    /// The reference nearest to a page. A page unlike all waits until it can be one itself, with others like it.
    fn choose(&self, body: &[u8]) -> Option<Arc<Reference>> {
        let sketch = sketch(body);
        // A poisoned shelf is still a shelf.
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let nearest = shelf
            .references
            .iter()
            .enumerate()
            .map(|(at, it)| (likeness(&sketch, &it.sketch), at))
            .max()
            .filter(|it| LIKENESS <= it.0);
        if let Some((_, at)) = nearest {
            return Some(shelf.prepare(at));
        }
        shelf.wait(sketch, body)
    }
}

impl Shelf {
    /// Make room among the prepared references for this one.
    fn prepare(&mut self, at: usize) -> Arc<Reference> {
        let is_ready = |it: &Arc<Reference>| 0 < it.compressors().made;
        if !is_ready(&self.references[at])
            && PREPARED_MAX <= self.references.iter().filter(|it| is_ready(it)).count()
            && let Some(oldest) = self.references.iter_mut().find(|it| is_ready(it))
        {
            // Whoever compresses against it at this moment has a handle of its own.
            *oldest = Arc::new(Reference::new(oldest.id, oldest.pages.clone()));
        }
        Arc::clone(&self.references[at])
    }

    fn wait(&mut self, sketch: Vec<u64>, body: &[u8]) -> Option<Arc<Reference>> {
        let is_like = |it: &(Vec<u64>, Vec<u8>)| LIKENESS <= likeness(&sketch, &it.0);
        let like: Vec<usize> =
            self.waiting.iter().enumerate().filter(|it| is_like(it.1)).map(|it| it.0).collect();
        if like.len() + 1 < PAGES {
            if WAITING_MAX <= self.waiting.len() {
                self.waiting.remove(0);
            }
            self.waiting.push((sketch, body.to_vec()));
            return None;
        }
        let mut pages = Vec::new();
        for at in like.into_iter().rev().take(PAGES - 1) {
            pages.extend(self.waiting.remove(at).1);
        }
        pages.extend_from_slice(body);
        let reference = Arc::new(Reference::new(self.next_id, pages));
        self.next_id += 1;
        self.references.push(reference);
        if REFERENCES_MAX < self.references.len() {
            self.references.remove(0);
        }
        Some(self.prepare(self.references.len() - 1))
    }
}

impl Reference {
    fn new(id: i64, pages: Vec<u8>) -> Self {
        Self { id, sketch: sketch(&pages), pages, compressors: Mutex::default() }
    }

    fn compressors(&self) -> MutexGuard<'_, Compressors> {
        self.compressors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn compress(&self, body: &[u8]) -> std::io::Result<Vec<u8>> {
        let free = self.compressors().free.pop();
        let mut compressor = if let Some(compressor) = free {
            compressor
        } else {
            self.compressors().made += 1;
            Compressor::with_dictionary(LEVEL_AGAINST_REFERENCE, &self.pages)?
        };
        let data = compressor.compress(body)?;
        self.compressors().free.push(compressor);
        Ok(data)
    }
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
    let reference = packed.reference.as_deref();
    if let Some(reference) = reference {
        keep_reference(conn, reference)?;
    }
    conn.prepare_cached(
        "INSERT INTO bodies (sha256, bytes, reference_id, data) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![packed.sha256, packed.bytes, reference.map(|it| it.id), packed.data])?;
    Ok(conn.last_insert_rowid())
}

/// Its first body brings a reference into the archive.
fn keep_reference(conn: &Connection, reference: &Reference) -> Result<()> {
    let is_known =
        conn.prepare_cached("SELECT 1 FROM body_references WHERE id = ?1")?.exists([reference.id])?;
    if is_known {
        return Ok(());
    }
    let io = |source| StoreError::Io { what: "cannot compress a reference".to_owned(), source };
    let data = zstd::bulk::compress(&reference.pages, LEVEL).map_err(io)?;
    conn.prepare_cached(
        "INSERT INTO body_references (id, sha256, bytes, pages) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![reference.id, sha256(&reference.pages), reference.pages.len(), data])?;
    Ok(())
}

/// Only the newest capture of a page keeps its bytes.
pub(super) fn forget_others(conn: &Connection, page: PageId, capture: i64) -> Result<()> {
    let older = conn
        .prepare_cached(
            "SELECT id, body_id FROM captures
              WHERE article_id = ?1 AND body_id IS NOT NULL
              ORDER BY coalesce(captured_at, '') DESC, id = ?2 DESC, id DESC LIMIT -1 OFFSET 1",
        )?
        .query_map(params![page.0, capture], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let mut release = conn.prepare_cached("UPDATE captures SET body_id = NULL WHERE id = ?1")?;
    let mut forget = conn.prepare_cached(
        "DELETE FROM bodies WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM captures WHERE body_id = ?1)",
    )?;
    for (capture, body) in older {
        release.execute([capture])?;
        forget.execute([body])?;
    }
    Ok(())
}

/// Put a body in another's place that holds the same bytes, if that is smaller. By how many bytes.
pub(super) fn replace(conn: &Connection, id: i64, packed: &Packed) -> Result<u64> {
    let before: usize = conn
        .prepare_cached("SELECT length(data) FROM bodies WHERE id = ?1 AND sha256 = ?2")?
        .query_row(params![id, packed.sha256], |row| row.get(0))?;
    if before <= packed.data.len() {
        return Ok(0);
    }
    if let Some(reference) = &packed.reference {
        keep_reference(conn, reference)?;
    }
    conn.prepare_cached("UPDATE bodies SET reference_id = ?2, data = ?3 WHERE id = ?1")?
        .execute(params![id, packed.reference.as_ref().map(|it| it.id), packed.data])?;
    Ok((before - packed.data.len()) as u64)
}

/// Reads bodies, keeping the references it needed last.
#[derive(Default)]
pub(super) struct Unpacker(Vec<(i64, DecoderDictionary<'static>)>);

/// A body as it is stored.
pub(super) struct Stored {
    id: i64,
    sha256: String,
    bytes: usize,
    reference: Option<i64>,
    data: Vec<u8>,
}

impl Stored {
    pub(super) fn load(conn: &Connection, id: i64) -> Result<Self> {
        let sql = "SELECT sha256, bytes, reference_id, data FROM bodies WHERE id = ?1";
        let stored = conn.prepare_cached(sql)?.query_row([id], |row| {
            Ok(Self {
                id,
                sha256: row.get(0)?,
                bytes: row.get(1)?,
                reference: row.get(2)?,
                data: row.get(3)?,
            })
        });
        stored.optional()?.ok_or(StoreError::Body { body: id })
    }
}

impl Unpacker {
    /// The bytes of a body, exactly as they came; checked against their hash.
    pub(super) fn read(&mut self, conn: &Connection, id: i64) -> Result<Vec<u8>> {
        let stored = Stored::load(conn, id)?;
        self.unpack(conn, &stored)
    }

    fn unpack(&mut self, conn: &Connection, stored: &Stored) -> Result<Vec<u8>> {
        let Stored { id, sha256: sha, bytes, reference, data } = stored;
        let body = match reference {
            None => unpack(data, *bytes),
            Some(reference) => {
                let decoder = self.reference(conn, *reference)?;
                let capacity = (*bytes).min(BYTES_MAX);
                let decompressor = Decompressor::with_prepared_dictionary(decoder);
                decompressor.and_then(|mut it| it.decompress(data, capacity)).ok()
            }
        };
        body.filter(|it| it.len() == *bytes && sha256(it) == *sha).ok_or(StoreError::Body { body: *id })
    }

    fn reference(&mut self, conn: &Connection, id: i64) -> Result<&DecoderDictionary<'static>> {
        if let Some(at) = self.0.iter().position(|it| it.0 == id) {
            let found = self.0.remove(at);
            self.0.push(found);
        } else {
            let pages = reference_pages(conn, id)?;
            if PREPARED_MAX <= self.0.len() {
                self.0.remove(0);
            }
            self.0.push((id, DecoderDictionary::copy(&pages)));
        }
        Ok(&self.0.last().expect("it was just put there").1)
    }
}

/// The pages of a reference, checked against their hash.
pub(super) fn reference_pages(conn: &Connection, id: i64) -> Result<Vec<u8>> {
    let damaged = || StoreError::Reference { reference: id };
    let sql = "SELECT sha256, bytes, pages FROM body_references WHERE id = ?1";
    let row = conn.prepare_cached(sql)?.query_row([id], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, usize>(1)?, row.get::<_, Vec<u8>>(2)?))
    });
    let (sha, bytes, data) = row.optional()?.ok_or_else(damaged)?;
    unpack(&data, bytes).filter(|it| sha256(it) == sha).ok_or_else(damaged)
}

fn unpack(data: &[u8], bytes: usize) -> Option<Vec<u8>> {
    let mut body = Vec::with_capacity(bytes.min(BYTES_MAX));
    let reader = zstd::stream::Decoder::new(data).ok()?;
    reader.take(BYTES_MAX as u64).read_to_end(&mut body).ok()?;
    Some(body)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn archive() -> Connection {
        let conn = Connection::open_in_memory().expect("memory");
        conn.execute_batch(
            "CREATE TABLE body_references (id INTEGER PRIMARY KEY, sha256 TEXT, bytes INTEGER, pages BLOB);
             CREATE TABLE bodies (id INTEGER PRIMARY KEY, sha256 TEXT UNIQUE, bytes INTEGER, reference_id INTEGER, data BLOB)",
        )
        .expect("tables");
        conn
    }

    /// A page of a template: furniture that is the template's own, and a story.
    fn page(template: u32, story: u32) -> Vec<u8> {
        let mut text = String::new();
        for n in 0..400_u32 {
            let mark = (n * 7919 + template * 104_729).wrapping_mul(2_654_435_761);
            let _ = writeln!(
                text,
                "<div class=\"menu-{mark:x}\"><a href=\"/section-{mark}\">S{n}</a></div>"
            );
        }
        let _ = writeln!(text, "<p>What happened in story {story}, and nowhere else.</p>");
        text.into_bytes()
    }

    #[test]
    fn pages_of_a_template_are_kept_as_what_is_their_own() {
        let conn = archive();
        let packer = Packer::load(&conn).expect("a packer");
        let mut kept = Vec::new();
        for story in 0..20 {
            for template in 0..3 {
                let page = page(template, story);
                let packed = packer.pack(&page).expect("packed");
                let id = keep(&conn, &packed).expect("kept");
                kept.push((id, page, packed.data.len()));
            }
        }
        let count = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("a count");
        assert_eq!(count("SELECT count(*) FROM body_references"), 3);
        assert_eq!(count("SELECT count(*) FROM bodies WHERE reference_id IS NULL"), 6);
        let (first, last) = (kept[0].2, kept[kept.len() - 1].2);
        assert!(last * 20 < first, "{last} beside {first}");
        let mut unpacker = Unpacker::default();
        for (id, page, _) in &kept {
            assert!(unpacker.read(&conn, *id).expect("read") == *page);
        }
        // Another run goes on with the same references.
        let packer = Packer::load(&conn).expect("a packer");
        let packed = packer.pack(&page(1, 99)).expect("packed");
        assert_eq!(packed.reference.as_ref().map(|it| it.id), Some(2));
    }

    #[test]
    fn a_damaged_body_is_named_and_never_given_out() {
        let conn = archive();
        let packer = Packer::default();
        let id = keep(&conn, &packer.pack(&page(0, 0)).expect("packed")).expect("kept");
        let mut unpacker = Unpacker::default();
        conn.execute("UPDATE bodies SET data = substr(data, 1, 100)", []).expect("update");
        assert!(matches!(unpacker.read(&conn, id), Err(StoreError::Body { body: 1 })));
        conn.execute("UPDATE bodies SET reference_id = 7", []).expect("update");
        assert!(matches!(unpacker.read(&conn, id), Err(StoreError::Reference { reference: 7 })));
        assert!(matches!(unpacker.read(&conn, 5), Err(StoreError::Body { body: 5 })));
    }

    #[test]
    fn a_body_is_replaced_by_a_smaller_one_of_the_same_bytes() {
        let conn = archive();
        let packer = Packer::default();
        let first = page(0, 0);
        let id = keep(&conn, &packer.pack(&first).expect("packed")).expect("kept");
        for story in 1..4 {
            packer.pack(&page(0, story)).expect("packed");
        }
        let again = packer.pack(&first).expect("packed");
        assert!(0 < replace(&conn, id, &again).expect("replaced"));
        assert_eq!(replace(&conn, id, &again).expect("nothing to gain"), 0);
        assert!(Unpacker::default().read(&conn, id).expect("read") == first);
    }
}
