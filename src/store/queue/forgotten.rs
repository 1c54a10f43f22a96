//! Pages that were forgotten: tombstones, so that nobody asks for them again. What is forgotten with a page is `store::forget`'s; a
//! file of its own, because everything that keeps a page asks here first.

use rusqlite::{Connection, params};

use crate::{model::PageId, store::error::Result};

/// The reason of a page that was forgotten, which is `missing` for good.
pub(in crate::store) const FORGOTTEN: &str = "forgotten";

/// Whether a page was forgotten.
pub(in crate::store) fn is_forgotten(conn: &Connection, page: PageId) -> Result<bool> {
    let sql = "SELECT 1 FROM pages WHERE id = ?1 AND reason = ?2";
    Ok(conn.prepare_cached(sql)?.exists(params![page.0, FORGOTTEN])?)
}
