//! The parts of an article beside its text: blocks, links and tags. They are replaced each time its page is read, and make no version; the
//! wordings are kept by `articles`. The companies that a story names are worked out later (`mentions`).

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use crate::model::{Block, Draft, Link, PageId, Tag};

use crate::store::error::Result;

/// Forgets the parts of an article.
pub(super) fn forget(conn: &Connection, page: PageId) -> Result<()> {
    for sql in [
        "DELETE FROM block_spans WHERE article_id = ?1",
        "DELETE FROM article_links WHERE article_id = ?1",
        "DELETE FROM tags WHERE article_id = ?1",
    ] {
        conn.prepare_cached(sql)?.execute([page.0])?;
    }
    Ok(())
}

/// Keeps the parts of an article that has none.
pub(super) fn keep(conn: &Connection, page: PageId, draft: &Draft) -> Result<()> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO block_spans (article_id, position, kind, start, length, caption, url)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    // Where the next text block begins in the body, in characters from 1 (SQL's substr).
    let mut start = 1;
    for (position, Block { kind, text, url }) in draft.blocks.iter().enumerate() {
        let length = text.chars().count();
        if kind.is_text() {
            insert.execute(params![page.0, position, kind.code(), start, length, None::<&str>, url])?;
            start += length + "\n\n".len();
        } else {
            insert.execute(params![
                page.0,
                position,
                kind.code(),
                None::<i64>,
                None::<i64>,
                text,
                url
            ])?;
        }
    }
    let mut insert = conn.prepare_cached(
        "INSERT INTO article_links (article_id, position, placement, title, url, target_host, target_site_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for (position, Link { placement, title, url, target }) in draft.links.iter().enumerate() {
        let (host, id) = target.as_ref().map(|it| (&it.host, &it.id)).unzip();
        insert.execute(params![page.0, position, placement.code(), title, url, host, id])?;
    }
    let mut insert = conn
        .prepare_cached("INSERT INTO tags (article_id, position, tag, url) VALUES (?1, ?2, ?3, ?4)")?;
    for (position, Tag { name, url }) in draft.tags.iter().enumerate() {
        insert.execute(params![page.0, position, name, url])?;
    }
    conn.prepare_cached("INSERT OR REPLACE INTO unsettled (article_id) VALUES (?1)")?
        .execute([page.0])?;
    Ok(())
}

/// Returns the names of a byline as JSON.
pub(super) fn authors_json(draft: &Draft) -> String {
    serde_json::to_string(&draft.authors).expect("strings are JSON")
}

/// Returns where each field was read, as JSON.
pub(super) fn origins_json(draft: &Draft) -> String {
    let map: BTreeMap<&str, &str> = draft.origins.iter().map(|it| (it.0.code(), it.1.code())).collect();
    serde_json::to_string(&map).expect("strings are JSON")
}
