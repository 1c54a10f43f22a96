//! Whether the full-text index is that of the articles. SQLite's own check adds up where words stand, and a changed bit may leave that sum
//! as it was; so the words are compared with those of a new index, one batch of articles at a time. What else is checked is
//! said in `verify`.

use std::hash::Hasher as _;

use rusqlite::Connection;
use siphasher::sip::SipHasher13;

use super::{
    error::{Result, StoreError},
    finding::{Finding, Remedy},
};

/// The number of ids whose articles the new index holds at a time.
const IDS_AT_A_TIME: i64 = 500;

/// Returns what is wrong with the index. Fails where the check was interrupted.
pub(super) fn check(conn: &Connection) -> Result<Option<Finding>> {
    let sql = "INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)";
    let checked =
        conn.execute(sql, []).map_err(StoreError::from).and_then(|_| has_words_of_articles(conn));
    let detail = match checked {
        Err(StoreError::Interrupted) => return Err(StoreError::Interrupted),
        Err(error) => error.to_string(),
        Ok(false) => "its words or their places differ".to_owned(),
        Ok(true) => return Ok(None),
    };
    Ok(Some(Finding {
        check: "full_text",
        row: "articles_fts".to_owned(),
        detail: format!("the index does not match the articles: {detail}"),
        remedy: Remedy::Repair,
    }))
}

/// Whether each word of the index stands where a new index has it.
fn has_words_of_articles(conn: &Connection) -> Result<bool> {
    let made: String =
        conn.query_row("SELECT sql FROM sqlite_schema WHERE name = 'articles_fts'", [], |row| {
            row.get(0)
        })?;
    // A table of its own, whose texts are not kept.
    let anew = made
        .replacen("articles_fts", "temp.new_index", 1)
        .replace("content=\"articles\", content_rowid=\"id\"", "content=\"\"");
    conn.execute_batch(&format!(
        "DROP TABLE IF EXISTS temp.words; DROP TABLE IF EXISTS temp.new_words; DROP TABLE IF EXISTS temp.new_index;
         CREATE VIRTUAL TABLE temp.words USING fts5vocab('main', 'articles_fts', 'instance');
         {anew};
         CREATE VIRTUAL TABLE temp.new_words USING fts5vocab('temp', 'new_index', 'instance');"
    ))?;
    let mut expected: u64 = 0;
    let mut first: Option<i64> = next_id(conn, i64::MIN)?;
    while let Some(from) = first {
        conn.execute(
            "INSERT INTO temp.new_index (rowid, headline, summary, body, byline)
             SELECT id, headline, summary, body, byline FROM articles WHERE id BETWEEN ?1 AND ?2",
            [from, from + IDS_AT_A_TIME],
        )?;
        expected = expected.wrapping_add(sum(conn, "new_words")?);
        conn.execute("INSERT INTO temp.new_index (new_index) VALUES ('delete-all')", [])?;
        first = next_id(conn, from + IDS_AT_A_TIME + 1)?;
    }
    let found = sum(conn, "words")?;
    conn.execute_batch("DROP TABLE temp.words; DROP TABLE temp.new_words; DROP TABLE temp.new_index;")?;
    Ok(found == expected)
}

/// Returns the first id of an article from `from` on.
fn next_id(conn: &Connection, from: i64) -> rusqlite::Result<Option<i64>> {
    conn.query_row("SELECT min(id) FROM articles WHERE ?1 <= id", [from], |row| row.get(0))
}

/// Returns the sum of a hash of each word with its place, in whatever order they come.
fn sum(conn: &Connection, words: &str) -> Result<u64> {
    let mut query = conn.prepare(&format!("SELECT term, doc, col, \"offset\" FROM temp.{words}"))?;
    let mut rows = query.query([])?;
    let mut sum: u64 = 0;
    while let Some(row) = rows.next()? {
        let mut hasher = SipHasher13::new();
        hasher.write(row.get_ref(0)?.as_bytes().unwrap_or_default());
        hasher.write_i64(row.get(1)?);
        hasher.write(row.get_ref(2)?.as_bytes().unwrap_or_default());
        hasher.write_i64(row.get(3)?);
        sum = sum.wrapping_add(hasher.finish());
    }
    Ok(sum)
}
