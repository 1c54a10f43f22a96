//! Packing: a body is compressed before the writer's turn, against pages that look like it.
//!
//! Pages of one template share nearly all their furniture. So a page is compressed against three whole pages that look like it,
//! its *reference*: that beats a trained dictionary by far. Which reference is nearest is told by `likeness`; rows are written
//! and read by `raw`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use zstd::bulk::Compressor;

use super::{
    bytes::{BYTES_MAX, sha256, unpack},
    likeness::{likeness, sketch},
};
use crate::store::error::{Result, StoreError};

/// The level for a page that is compressed alone, and for references.
pub(in crate::store) const LEVEL: i32 = 6;
/// The level against a reference: the long matches are found with little effort: level 6 takes five times as long for 3.5 % less.
const LEVEL_AGAINST_REFERENCE: i32 = 2;
/// The number of pages in a reference.
const PAGES: usize = 3;
/// The sizes of pages that are compressed against others: smaller ones gain little, and larger ones are rare and would fill the memory.
const PAGE_BYTES: std::ops::Range<usize> = 2 << 10..512 << 10;
/// The percentage of a page's pieces that a reference must contain to count as like it.
const LIKENESS: usize = 45;
/// The number of pages that wait for others like them.
const WAITING_MAX: usize = 12;
/// The number of references looked at, the newest first: the templates of twenty years.
const REFERENCES_MAX: usize = 32;
/// The number of prepared references kept at hand; each takes some megabytes.
pub(in crate::store) const PREPARED_MAX: usize = 4;

/// A body on its way into the archive: hashed and compressed outside the writer thread.
pub(in crate::store) struct Packed {
    pub(in crate::store) sha256: String,
    pub(in crate::store) bytes: i64,
    pub(in crate::store) data: Vec<u8>,
    pub(in crate::store) reference: Option<Arc<BodyReference>>,
}

/// Pages that others are compressed against.
pub(in crate::store) struct BodyReference {
    pub(in crate::store) id: i64,
    pub(in crate::store) pages: Vec<u8>,
    sketch: Vec<u64>,
    /// Dropped when those of others are needed more.
    compressors: Mutex<Compressors>,
}

/// Compressors against one reference: as many as threads ever needed at one time.
#[derive(Default)]
struct Compressors {
    free: Vec<Compressor<'static>>,
    made: usize,
}

/// Compresses bodies, and chooses what to compress them against.
#[derive(Default)]
pub(in crate::store) struct Packer(Mutex<Shelf>);

#[derive(Default)]
struct Shelf {
    /// The newest last.
    references: Vec<Arc<BodyReference>>,
    /// Pages unlike any reference, the oldest first.
    waiting: Vec<WaitingPage>,
    next_id: i64,
}

/// A page that waits for others like it.
struct WaitingPage {
    sketch: Vec<u64>,
    bytes: Vec<u8>,
}

impl Packer {
    /// A packer that knows the references of an archive.
    pub(in crate::store) fn load(conn: &Connection) -> Result<Self> {
        let mut query =
            conn.prepare("SELECT id, pages FROM body_references ORDER BY id DESC LIMIT ?1")?;
        let rows =
            query.query_map([REFERENCES_MAX], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?)))?;
        let mut references = Vec::new();
        for row in rows {
            let (id, data) = row?;
            let pages = unpack(&data, BYTES_MAX).ok_or(StoreError::Reference { reference: id })?;
            references.push(Arc::new(BodyReference::new(id, pages)));
        }
        references.reverse();
        let next_id = references.last().map_or(1, |it| it.id + 1);
        Ok(Self(Mutex::new(Shelf { references, waiting: Vec::new(), next_id })))
    }

    /// Hashes and compresses a body.
    pub(in crate::store) fn pack(&self, body: &[u8]) -> Result<Packed> {
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

    /// The reference nearest to a page; `None` where all are unlike it. Such a page waits until it makes one with others.
    fn choose(&self, body: &[u8]) -> Option<Arc<BodyReference>> {
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
    /// Makes room among the prepared references for this one, and returns it.
    fn prepare(&mut self, at: usize) -> Arc<BodyReference> {
        let is_ready = |it: &Arc<BodyReference>| 0 < it.compressors().made;
        if !is_ready(&self.references[at])
            && PREPARED_MAX <= self.references.iter().filter(|it| is_ready(it)).count()
            && let Some(oldest) = self.references.iter_mut().find(|it| is_ready(it))
        {
            // A thread that compresses against it at this moment has a handle of its own.
            *oldest = Arc::new(BodyReference::new(oldest.id, oldest.pages.clone()));
        }
        Arc::clone(&self.references[at])
    }

    /// Lets a page wait. Returns the reference that it makes with those like it, once there are enough of them.
    fn wait(&mut self, sketch: Vec<u64>, body: &[u8]) -> Option<Arc<BodyReference>> {
        let is_like = |page: &WaitingPage| LIKENESS <= likeness(&sketch, &page.sketch);
        let like: Vec<usize> =
            self.waiting.iter().enumerate().filter(|it| is_like(it.1)).map(|it| it.0).collect();
        if like.len() + 1 < PAGES {
            if WAITING_MAX <= self.waiting.len() {
                self.waiting.remove(0);
            }
            self.waiting.push(WaitingPage { sketch, bytes: body.to_vec() });
            return None;
        }
        let mut pages = Vec::new();
        for at in like.into_iter().rev().take(PAGES - 1) {
            pages.extend(self.waiting.remove(at).bytes);
        }
        pages.extend_from_slice(body);
        let reference = Arc::new(BodyReference::new(self.next_id, pages));
        self.next_id += 1;
        self.references.push(reference);
        if REFERENCES_MAX < self.references.len() {
            self.references.remove(0);
        }
        Some(self.prepare(self.references.len() - 1))
    }
}

impl BodyReference {
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
