//! By how many words a wording differs from the one before it on the site, where that came later: an older capture may bring a wording
//! that stands between two others.

use rusqlite::{Connection, params};

use crate::model::PageId;

use super::wording::{ChangedWords, changed_words};
use crate::store::error::Result;

/// A wording: its row among the old ones (`None` for the newest), and headline, summary and body.
struct PlacedWording {
    row: Option<i64>,
    texts: [String; 3],
}

/// Counts again the words of an old wording that was just kept, and those of the one after it.
pub(super) fn measure(conn: &Connection, page: PageId, kept: i64) -> Result<()> {
    let wordings = wordings(conn, page)?;
    for pair in wordings.windows(2).filter(|pair| pair.iter().any(|it| it.row == Some(kept))) {
        let ChangedWords { added, removed } = changed_words(&pair[0].texts, &pair[1].texts);
        let (table, row) = pair[1].row.map_or(("articles", page.0), |row| ("old_versions", row));
        let sql = format!(
            "UPDATE {table} SET words_added = ?2, words_removed = ?3, changed_words = ?2 + ?3 WHERE id = ?1"
        );
        conn.prepare_cached(&sql)?.execute(params![row, added, removed])?;
    }
    Ok(())
}

/// Returns the wordings of an article, in the order they were on the site.
fn wordings(conn: &Connection, page: PageId) -> Result<Vec<PlacedWording>> {
    let sql =
        "SELECT id, coalesce(headline, ''), summary, body, 0 AS newest, coalesce(seen_at, '') AS seen
                 FROM old_versions WHERE article_id = ?1
               UNION ALL
               SELECT NULL, coalesce(headline, ''), summary, body, 1, '' FROM articles WHERE id = ?1
                ORDER BY newest, seen, id";
    let mut query = conn.prepare_cached(sql)?;
    let rows = query.query_map([page.0], |row| {
        Ok(PlacedWording { row: row.get(0)?, texts: [row.get(1)?, row.get(2)?, row.get(3)?] })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
