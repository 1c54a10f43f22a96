//! Ticker strips: equal ones in a row are kept once, dated by their captures. What a quote means is decided by `extract`, and
//! a symbol over time is read in `answers`.

use chrono_tz::Tz;
use rusqlite::{Connection, OptionalExtension, params};

use crate::model::{Captured, Quote, Strip};

use super::symbols;
use crate::store::{bodies::bytes::sha256, error::Result};

/// Keeps the strip of a capture. Returns its row, `None` where the capture carried no strip.
pub(in crate::store) fn keep(
    conn: &Connection,
    strip: &Strip,
    captured: Captured,
    zone: Tz,
) -> Result<Option<i64>> {
    if strip.quotes.is_empty() {
        return Ok(None);
    }
    let (hash, at) = (hash(strip), captured.to_string());
    let before = conn
        .prepare_cached(
            "SELECT id, hash, last_captured_at FROM strips WHERE captured_at <= ?1
              ORDER BY captured_at DESC, id DESC LIMIT 1",
        )?
        .query_row([&at], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
        })
        .optional()?;
    match before {
        Some((id, known, _)) if known == hash => {
            conn.prepare_cached(
                "UPDATE strips SET last_captured_at = max(last_captured_at, ?2), captures = captures + 1 WHERE id = ?1",
            )?
            .execute(params![id, at])?;
            return Ok(Some(id));
        }
        // Captures come in any order: what was taken for one strip in a row was two, with this one between.
        Some((id, _, last)) if at < last => split(conn, id, &at, zone)?,
        Some(_) | None => {}
    }
    // Imports come in any order: the next strip in time may be this one, seen earlier.
    let after = conn
        .prepare_cached(
            "SELECT id, hash FROM strips WHERE captured_at > ?1 ORDER BY captured_at, id LIMIT 1",
        )?
        .query_row([&at], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))
        .optional()?;
    let day = day_of(captured, zone);
    if let Some((id, _)) = after.filter(|it| it.1 == hash) {
        conn.prepare_cached(
            "UPDATE strips SET captured_at = ?2, day = ?3, captures = captures + 1 WHERE id = ?1",
        )?
        .execute(params![id, at, day])?;
        conn.prepare_cached("UPDATE quotes SET captured_at = ?2, day = ?3 WHERE strip_id = ?1")?
            .execute(params![id, at, day])?;
        return Ok(Some(id));
    }
    insert(conn, strip, &hash, &at, &day).map(Some)
}

/// Inserts a strip and its quotes. Returns its row.
fn insert(conn: &Connection, strip: &Strip, hash: &str, at: &str, day: &str) -> Result<i64> {
    conn.prepare_cached(
        "INSERT INTO strips (captured_at, last_captured_at, day, market_date, rows, captures, hash)
         VALUES (?1, ?1, ?2, ?3, ?4, 1, ?5)",
    )?
    .execute(params![
        at,
        day,
        strip.market_date.map(|it| it.to_string()),
        strip.quotes.len(),
        hash
    ])?;
    let id = conn.last_insert_rowid();
    let mut insert = conn.prepare_cached(
        "INSERT INTO quotes (symbol, day, captured_at, strip_id, kind, price, change, change_pct, direction, suspect)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    symbols::know(conn, &strip.quotes)?;
    // In the order of the indexes over them, which grow at their ends.
    let mut quotes: Vec<&Quote> = strip.quotes.iter().collect();
    quotes.sort_by(|a, b| a.symbol.cmp(&b.symbol));
    for quote in quotes {
        let Quote { symbol, kind, price, change, change_pct, direction, suspect } = quote;
        insert.execute(params![
            symbol,
            day,
            at,
            id,
            kind.code(),
            price.to_f64(),
            change.to_f64(),
            change_pct.to_f64(),
            direction.code(),
            suspect
        ])?;
    }
    Ok(id)
}

/// Splits a strip: its captures after a time become a strip of their own.
fn split(conn: &Connection, id: i64, at: &str, zone: Tz) -> Result<()> {
    let first: Option<String> = conn
        .prepare_cached(
            "SELECT min(captured_at) FROM captures WHERE strip_id = ?1 AND captured_at > ?2",
        )?
        .query_row(params![id, at], |row| row.get(0))?;
    // The capture that made the strip end then may be on its way.
    let Some(captured) = first.as_deref().and_then(|it| it.parse().ok()) else { return Ok(()) };
    let day = day_of(captured, zone);
    conn.prepare_cached(
        "INSERT INTO strips (captured_at, last_captured_at, day, market_date, rows, captures, hash)
         SELECT ?2, last_captured_at, ?3, market_date, rows, 0, hash FROM strips WHERE id = ?1",
    )?
    .execute(params![id, first, day])?;
    let other = conn.last_insert_rowid();
    conn.prepare_cached(
        "INSERT INTO quotes (symbol, day, captured_at, strip_id, kind, price, change, change_pct, direction, suspect)
         SELECT symbol, ?3, ?4, ?2, kind, price, change, change_pct, direction, suspect FROM quotes WHERE strip_id = ?1",
    )?
    .execute(params![id, other, day, first])?;
    conn.prepare_cached("UPDATE captures SET strip_id = ?2 WHERE strip_id = ?1 AND captured_at > ?3")?
        .execute(params![id, other, at])?;
    for strip in [id, other] {
        conn.prepare_cached(
            "UPDATE strips SET captures = (SELECT count(*) FROM captures WHERE strip_id = ?1),
                    last_captured_at = coalesce((SELECT max(captured_at) FROM captures WHERE strip_id = ?1), captured_at)
              WHERE id = ?1",
        )?
        .execute([strip])?;
    }
    Ok(())
}

/// Puts what a later reading made of a capture's strip in its place. Returns whether that is another strip.
pub(in crate::store) fn reread(
    conn: &Connection,
    capture: i64,
    strip: &Strip,
    captured: Option<Captured>,
    zone: Tz,
) -> Result<bool> {
    let before = conn
        .prepare_cached(
            "SELECT s.id, s.hash FROM captures c JOIN strips s ON s.id = c.strip_id WHERE c.id = ?1",
        )?
        .query_row([capture], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))
        .optional()?;
    let is_same = match &before {
        Some((_, known)) => *known == hash(strip),
        None => strip.quotes.is_empty() || captured.is_none(),
    };
    if is_same {
        return Ok(false);
    }
    conn.prepare_cached("UPDATE captures SET strip_id = NULL WHERE id = ?1")?.execute([capture])?;
    if let Some((id, _)) = before {
        let left: i64 = conn
            .prepare_cached(
                "UPDATE strips SET captures = captures - 1 WHERE id = ?1 RETURNING captures",
            )?
            .query_row([id], |row| row.get(0))?;
        if left == 0 {
            conn.prepare_cached("DELETE FROM quotes WHERE strip_id = ?1")?.execute([id])?;
            conn.prepare_cached("DELETE FROM strips WHERE id = ?1")?.execute([id])?;
        }
    }
    if let Some(captured) = captured {
        let id = keep(conn, strip, captured, zone)?;
        conn.prepare_cached("UPDATE captures SET strip_id = ?2 WHERE id = ?1")?
            .execute(params![capture, id])?;
    }
    Ok(true)
}

fn day_of(captured: Captured, zone: Tz) -> String {
    match captured {
        Captured::On(day) => day.to_string(),
        Captured::At(at) => at.with_timezone(&zone).date_naive().to_string(),
    }
}

fn hash(strip: &Strip) -> String {
    let Strip { market_date, quotes } = strip;
    let mut text = market_date.map(|it| it.to_string()).unwrap_or_default();
    for Quote { symbol, kind, price, change, change_pct, direction, suspect: _ } in quotes {
        let row = [
            symbol,
            kind.code(),
            &price.to_string(),
            &change.to_string(),
            &change_pct.to_string(),
            direction.code(),
        ]
        .join(" ");
        text.push('\n');
        text.push_str(&row);
    }
    sha256(text.as_bytes())
}
