//! Ticker symbols and the names of companies, as the pages themselves have them. Stories that name one which is new are looked at
//! again (`mentions`), which the full-text index finds. Prices are those of `strips`.

use chrono::NaiveDate;
use rusqlite::{Connection, params};

use crate::model::{Board, BoardRow, Quote};

use super::full_text;
use crate::store::error::Result;

/// Keeps the symbols of a ticker.
pub(in crate::store) fn know(conn: &Connection, quotes: &[Quote]) -> Result<()> {
    let symbols: serde_json::Value = quotes.iter().map(|it| it.symbol.as_str()).collect();
    let mut query = conn.prepare_cached(
        "SELECT value FROM json_each(?1) WHERE value NOT IN (SELECT symbol FROM symbols)",
    )?;
    let unknown = query.query_map([symbols.to_string()], |row| row.get(0))?;
    let unknown: Vec<String> = unknown.collect::<rusqlite::Result<_>>()?;
    for quote in quotes.iter().filter(|it| unknown.contains(&it.symbol)) {
        conn.prepare_cached("INSERT OR IGNORE INTO symbols (symbol, kind) VALUES (?1, ?2)")?
            .execute(params![quote.symbol, quote.kind.code()])?;
        look_again(conn, &quote.symbol)?;
    }
    Ok(())
}

/// Learns from a board what companies are called.
pub(super) fn learn(conn: &Connection, board: &Board) -> Result<()> {
    for row in board.rows.iter().filter(|_| board.is_market) {
        let BoardRow { code, name, company, as_of, .. } = row;
        let Some(day) = as_of else { continue };
        // `Worldcall Telecom Limited(WTL)`
        let full =
            company.as_deref().map(|it| it.strip_suffix(&format!("({code})")).unwrap_or(it).trim());
        for name in name.as_deref().into_iter().chain(full).filter(|it| *it != code) {
            meet(conn, code, name, *day)?;
        }
    }
    Ok(())
}

/// Keeps that a symbol was called so on a day.
fn meet(conn: &Connection, symbol: &str, name: &str, day: NaiveDate) -> Result<()> {
    let day = day.to_string();
    let is_known = conn
        .prepare_cached("SELECT 1 FROM entities WHERE symbol = ?1 AND name = ?2")?
        .exists([symbol, name])?;
    conn.prepare_cached(
        "INSERT INTO entities (symbol, name, from_day, until_day) VALUES (?1, ?2, ?3, ?3)
         ON CONFLICT (symbol, name) DO UPDATE SET from_day = min(from_day, ?3), until_day = max(until_day, ?3)
          WHERE ?3 < from_day OR until_day < ?3",
    )?
    .execute([symbol, name, &day])?;
    if is_known { Ok(()) } else { look_again(conn, name) }
}

/// Marks the stories that contain these words to be searched for names again.
pub(super) fn look_again(conn: &Connection, words: &str) -> Result<()> {
    full_text::catch_up(conn)?;
    let phrase = format!("\"{}\"", words.replace('"', " "));
    conn.prepare_cached(
        "INSERT OR REPLACE INTO unsettled (article_id) SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?1",
    )?
    .execute([phrase])?;
    Ok(())
}
