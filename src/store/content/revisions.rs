//! By how many words a wording differs from the one before it on the site, where that came later: an older capture may bring a wording
//! that stands between two others.

use rusqlite::{Connection, OptionalExtension, params};

use crate::model::PageId;

use super::wording::{ChangedWords, changed_words};
use crate::store::error::Result;

/// A wording: its number on the site, its row among the old ones (`None` for the newest), and headline, summary and body.
struct NumberedWording {
    version: u32,
    row: Option<i64>,
    texts: [String; 3],
}

/// Counts again the words of an old wording that was just kept, and those of the one after it.
pub(super) fn measure(conn: &Connection, page: PageId, kept: i64) -> Result<()> {
    let Some(this) = wording(conn, page, "old.id = ?2", kept)? else { return Ok(()) };
    let before = wording(conn, page, "v.version = ?2", i64::from(this.version) - 1)?;
    let after = wording(conn, page, "v.version = ?2", i64::from(this.version) + 1)?;
    for (one, next) in [(before.as_ref(), Some(&this)), (Some(&this), after.as_ref())] {
        let (Some(one), Some(next)) = (one, next) else { continue };
        let ChangedWords { added, removed } = changed_words(&one.texts, &next.texts);
        let (table, row) = next.row.map_or(("articles", page.0), |row| ("old_versions", row));
        let sql = format!(
            "UPDATE {table} SET words_added = ?2, words_removed = ?3, changed_words = ?2 + ?3 WHERE id = ?1"
        );
        conn.prepare_cached(&sql)?.execute(params![row, added, removed])?;
    }
    Ok(())
}

fn wording(
    conn: &Connection,
    page: PageId,
    condition: &str,
    value: i64,
) -> Result<Option<NumberedWording>> {
    let sql = format!(
        "SELECT v.version, old.id, coalesce(v.headline, ''), v.summary, v.body
           FROM versions v
           LEFT JOIN old_versions old
             ON old.article_id = v.article_id AND old.content_hash = v.content_hash AND old.seen_at IS v.seen_at
                AND v.version < (SELECT a.version FROM articles a WHERE a.id = ?1)
          WHERE v.article_id = ?1 AND {condition}"
    );
    let found = conn.prepare_cached(&sql)?.query_row(params![page.0, value], |row| {
        let texts = [row.get(2)?, row.get(3)?, row.get(4)?];
        Ok(NumberedWording { version: row.get(0)?, row: row.get(1)?, texts })
    });
    Ok(found.optional()?)
}
