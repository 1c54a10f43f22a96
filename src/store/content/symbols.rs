//! Ticker symbols, and the stories that name them. Prices are those of `strips`; which words of a story are names is decided
//! by `extract`.

use rusqlite::{Connection, params};

use crate::model::{Names, PageId, Quote, QuoteKind, capitals};

use super::full_text;
use crate::store::error::Result;

/// Keeps the symbols of a ticker. For a symbol that is new, the stories that name it are looked for.
pub(in crate::store) fn know(conn: &Connection, quotes: &[Quote]) -> Result<()> {
    let symbols: Vec<&str> = quotes.iter().map(|it| it.symbol.as_str()).collect();
    let mut query = conn.prepare_cached(
        "SELECT value FROM json_each(?1) WHERE value NOT IN (SELECT symbol FROM symbols)",
    )?;
    let unknown = query.query_map([json_array(&symbols)], |row| row.get(0))?;
    let unknown: Vec<String> = unknown.collect::<rusqlite::Result<_>>()?;
    for quote in quotes.iter().filter(|it| unknown.contains(&it.symbol)) {
        meet(conn, &quote.symbol, quote.kind)?;
    }
    Ok(())
}

fn json_array<T: AsRef<str>>(texts: &[T]) -> String {
    texts.iter().map(AsRef::as_ref).collect::<serde_json::Value>().to_string()
}

/// Keeps a new symbol, and the stories that name it.
fn meet(conn: &Connection, symbol: &str, kind: QuoteKind) -> Result<()> {
    conn.prepare_cached("INSERT OR IGNORE INTO symbols (symbol, kind) VALUES (?1, ?2)")?
        .execute(params![symbol, kind.code()])?;
    full_text::catch_up(conn)?;
    let mut query = conn.prepare_cached(
        "SELECT a.id, coalesce(a.headline, ''), a.summary, a.body
           FROM articles_fts f JOIN articles a ON a.id = f.rowid WHERE articles_fts MATCH ?1",
    )?;
    let mut rows = query.query([format!("\"{symbol}\"")])?;
    let mut insert = conn.prepare_cached(INSERT)?;
    while let Some(row) = rows.next()? {
        let texts: [String; 3] = [row.get(1)?, row.get(2)?, row.get(3)?];
        // The index knows no capitals.
        if capitals(texts.iter().map(String::as_str)).iter().any(|it| it == symbol) {
            insert.execute(params![row.get::<_, i64>(0)?, symbol])?;
        }
    }
    Ok(())
}

const INSERT: &str = "INSERT OR IGNORE INTO mentions (article_id, symbol) VALUES (?1, ?2)";

/// Keeps the symbols that an article names.
pub(in crate::store) fn keep_mentions(conn: &Connection, page: PageId, names: &Names) -> Result<()> {
    conn.prepare_cached(
        "INSERT OR IGNORE INTO mentions (article_id, symbol)
         SELECT ?1, s.symbol FROM json_each(?2) w CROSS JOIN symbols s ON s.symbol = w.value",
    )?
    .execute(params![page.0, json_array(&names.capitals)])?;
    let mut name =
        conn.prepare_cached("INSERT OR IGNORE INTO symbols (symbol, kind) VALUES (?1, 'stock')")?;
    let mut insert = conn.prepare_cached(INSERT)?;
    for symbol in &names.companies {
        name.execute([symbol])?;
        insert.execute(params![page.0, symbol])?;
    }
    Ok(())
}
