//! Raw bodies as rows: kept once each, known by their hash, given back exactly as they came. References stay in the archive for
//! ever, and each body names its own. How a body is compressed is the business of `pack`.

use rusqlite::{Connection, OptionalExtension, params};
use zstd::{bulk::Decompressor, dict::DecoderDictionary};

use crate::model::PageId;

use super::{
    bytes::{BYTES_MAX, sha256, unpack},
    pack::{BodyReference, LEVEL, PREPARED_MAX, Packed},
};
use crate::store::error::{Result, StoreError};

/// Keeps a body, and its reference with the first body that needs it. Returns its row; identical bytes share one.
pub(in crate::store) fn keep(conn: &Connection, packed: &Packed) -> Result<i64> {
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

/// Keeps a reference, which its first body brings into the archive.
fn keep_reference(conn: &Connection, reference: &BodyReference) -> Result<()> {
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

/// Forgets the bytes of all captures of a page but the newest.
pub(in crate::store) fn forget_others(conn: &Connection, page: PageId, capture: i64) -> Result<()> {
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

/// Replaces a body by a smaller one of the same bytes. Returns the number of bytes saved, 0 where it is not smaller.
pub(in crate::store) fn replace(conn: &Connection, id: i64, packed: &Packed) -> Result<u64> {
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

/// Takes a reference out of the archive: bodies that are compressed against it are compressed alone, but for those that are about to
/// go.
pub(in crate::store) fn dissolve(conn: &Connection, reference: i64, going: &[i64]) -> Result<()> {
    let io = |source| StoreError::Io { what: "cannot compress a page".to_owned(), source };
    let mut query = conn.prepare_cached("SELECT id FROM bodies WHERE reference_id = ?1")?;
    let ids = query.query_map([reference], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
    let mut unpacker = Unpacker::default();
    let mut update =
        conn.prepare_cached("UPDATE bodies SET reference_id = NULL, data = ?2 WHERE id = ?1")?;
    for id in ids {
        let data = if going.contains(&id) {
            Vec::new()
        } else {
            zstd::bulk::compress(&unpacker.read(conn, id)?, LEVEL).map_err(io)?
        };
        update.execute(params![id, data])?;
    }
    conn.prepare_cached("DELETE FROM body_references WHERE id = ?1")?.execute([reference])?;
    Ok(())
}

/// Reads bodies, and keeps the references at hand that it needed last.
#[derive(Default)]
pub(in crate::store) struct Unpacker(Vec<(i64, DecoderDictionary<'static>)>);

/// A body as it is stored.
pub(in crate::store) struct StoredBody {
    id: i64,
    sha256: String,
    bytes: usize,
    reference: Option<i64>,
    data: Vec<u8>,
}

impl StoredBody {
    pub(in crate::store) fn load(conn: &Connection, id: i64) -> Result<Self> {
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
    pub(in crate::store) fn read(&mut self, conn: &Connection, id: i64) -> Result<Vec<u8>> {
        let stored = StoredBody::load(conn, id)?;
        self.unpack(conn, &stored)
    }

    fn unpack(&mut self, conn: &Connection, stored: &StoredBody) -> Result<Vec<u8>> {
        let StoredBody { id, sha256: sha, bytes, reference, data } = stored;
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
pub(in crate::store) fn reference_pages(conn: &Connection, id: i64) -> Result<Vec<u8>> {
    let damaged = || StoreError::Reference { reference: id };
    let sql = "SELECT sha256, bytes, pages FROM body_references WHERE id = ?1";
    let row = conn.prepare_cached(sql)?.query_row([id], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, usize>(1)?, row.get::<_, Vec<u8>>(2)?))
    });
    let (sha, bytes, data) = row.optional()?.ok_or_else(damaged)?;
    unpack(&data, bytes).filter(|it| sha256(it) == sha).ok_or_else(damaged)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::store::bodies::pack::Packer;

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
