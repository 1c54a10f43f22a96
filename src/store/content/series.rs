//! Series: what one capture shows and the next one shows again is kept once, dated by the first and the last in a row. Captures
//! come in any order, so a row may have to be split, or to begin earlier. What is shown is said by `strips` and `boards`;
//! here is only what they have in common.

use rusqlite::{Connection, OptionalExtension, params};

use crate::store::error::Result;

/// A table whose rows are shown by captures: its names in SQL. Each of its rows has a `hash` of what is shown.
pub(super) struct Series {
    /// The table.
    pub(super) table: &'static str,
    /// The column that tells several series of one table apart; `''` where there is one.
    pub(super) name: &'static str,
    /// Its columns, but for those that every series has.
    pub(super) columns: &'static str,
    /// The table of the rows that a member shows.
    pub(super) rows: &'static str,
    /// The column of that table that names the member.
    pub(super) member: &'static str,
    /// The other columns of that table.
    pub(super) row_columns: &'static str,
    /// Where it is kept which capture shows which member.
    pub(super) links: Links,
}

/// Where it is kept which capture shows which member.
pub(super) enum Links {
    /// In a column of `captures`: a capture shows one at most.
    Column(&'static str),
    /// In a table of its own, with a `capture_id` and a column for the member.
    Table(&'static str, &'static str),
}

/// What a capture shows of a series.
pub(super) struct Showing<'a> {
    pub(super) capture: i64,
    /// When its bytes were on the site.
    pub(super) at: &'a str,
    /// Of which series, where a table has several.
    pub(super) name: &'a str,
    pub(super) hash: &'a str,
}

/// A member of a series, and what keeping it changed.
pub(super) struct Member {
    pub(super) id: i64,
    /// Members that are new, or begin at another time than before.
    pub(super) redated: Vec<i64>,
}

/// A member that is in the archive.
struct StoredMember {
    id: i64,
    hash: String,
    last_captured_at: String,
}

impl Links {
    /// A query for `capture_id`, `member_id` and the capture's `captured_at`.
    fn query(&self) -> String {
        match self {
            Self::Column(column) => {
                format!("(SELECT id AS capture_id, {column} AS member_id, captured_at FROM captures)")
            }
            Self::Table(table, column) => format!(
                "(SELECT l.capture_id, l.{column} AS member_id, c.captured_at
                    FROM {table} l JOIN captures c ON c.id = l.capture_id)"
            ),
        }
    }

    fn link(&self, conn: &Connection, capture: i64, member: i64) -> Result<()> {
        let sql = match self {
            Self::Column(column) => format!("UPDATE captures SET {column} = ?2 WHERE id = ?1"),
            Self::Table(table, column) => {
                format!("INSERT OR IGNORE INTO {table} (capture_id, {column}) VALUES (?1, ?2)")
            }
        };
        conn.prepare_cached(&sql)?.execute([capture, member])?;
        Ok(())
    }

    fn unlink(&self, conn: &Connection, capture: i64, member: i64) -> Result<()> {
        let sql = match self {
            Self::Column(column) => {
                format!("UPDATE captures SET {column} = NULL WHERE id = ?1 AND {column} = ?2")
            }
            Self::Table(table, column) => {
                format!("DELETE FROM {table} WHERE capture_id = ?1 AND {column} = ?2")
            }
        };
        conn.prepare_cached(&sql)?.execute([capture, member])?;
        Ok(())
    }

    /// Gives the captures of one member after a time to another.
    fn move_after(&self, conn: &Connection, from: i64, to: i64, at: &str) -> Result<()> {
        let sql = match self {
            Self::Column(column) => {
                format!("UPDATE captures SET {column} = ?2 WHERE {column} = ?1 AND captured_at > ?3")
            }
            Self::Table(table, column) => format!(
                "UPDATE {table} SET {column} = ?2
                  WHERE {column} = ?1 AND capture_id IN (SELECT id FROM captures WHERE captured_at > ?3)"
            ),
        };
        conn.prepare_cached(&sql)?.execute(params![from, to, at])?;
        Ok(())
    }
}

/// Keeps what a capture shows: with the member before it or after it where that is alike, else as a new one, which `insert`
/// makes with one capture. Returns the member.
pub(super) fn keep(
    conn: &Connection,
    series: &Series,
    showing: &Showing<'_>,
    insert: impl FnOnce() -> Result<i64>,
) -> Result<Member> {
    let Series { table, name, links, .. } = series;
    let Showing { capture, at, name: of, hash } = *showing;
    let mut redated = Vec::new();
    let before = conn
        .prepare_cached(&format!(
            "SELECT id, hash, last_captured_at FROM {table} WHERE {name} = ?2 AND captured_at <= ?1
              ORDER BY captured_at DESC, id DESC LIMIT 1"
        ))?
        .query_row([at, of], stored)
        .optional()?;
    match before {
        Some(before) if before.hash == hash => {
            conn.prepare_cached(&format!(
                "UPDATE {table} SET last_captured_at = max(last_captured_at, ?2), captures = captures + 1 WHERE id = ?1"
            ))?
            .execute(params![before.id, at])?;
            links.link(conn, capture, before.id)?;
            return Ok(Member { id: before.id, redated });
        }
        // Captures come in any order: what was taken for one in a row was two, with this one between.
        Some(before) if at < before.last_captured_at.as_str() => {
            redated.extend(split(conn, series, before.id, at)?);
        }
        Some(_) | None => {}
    }
    // Imports come in any order: the next one in time may be this one, seen earlier.
    let after = conn
        .prepare_cached(&format!(
            "SELECT id, hash, last_captured_at FROM {table} WHERE {name} = ?2 AND captured_at > ?1
              ORDER BY captured_at, id LIMIT 1"
        ))?
        .query_row([at, of], stored)
        .optional()?;
    let id = if let Some(after) = after.filter(|it| it.hash == hash) {
        conn.prepare_cached(&format!(
            "UPDATE {table} SET captured_at = ?2, captures = captures + 1 WHERE id = ?1"
        ))?
        .execute(params![after.id, at])?;
        after.id
    } else {
        insert()?
    };
    links.link(conn, capture, id)?;
    redated.retain(|it| *it != id);
    redated.push(id);
    Ok(Member { id, redated })
}

/// Takes a capture out of the members that it showed so far. A member that no capture shows is deleted.
pub(super) fn withdraw(conn: &Connection, series: &Series, capture: i64, member: i64) -> Result<()> {
    let Series { table, rows, member: column, links, .. } = series;
    links.unlink(conn, capture, member)?;
    let left: i64 = conn
        .prepare_cached(&format!(
            "UPDATE {table} SET captures = captures - 1 WHERE id = ?1 RETURNING captures"
        ))?
        .query_row([member], |row| row.get(0))?;
    if left <= 0 {
        conn.prepare_cached(&format!("DELETE FROM {rows} WHERE {column} = ?1"))?.execute([member])?;
        conn.prepare_cached(&format!("DELETE FROM {table} WHERE id = ?1"))?.execute([member])?;
    }
    Ok(())
}

/// Returns the members that a capture shows, each with the name of its series and its hash.
pub(super) fn shown(conn: &Connection, series: &Series, capture: i64) -> Result<Vec<ShownMember>> {
    let Series { table, name, links, .. } = series;
    let links = links.query();
    let sql = format!(
        "SELECT m.id, {name}, m.hash FROM {links} l JOIN {table} m ON m.id = l.member_id
          WHERE l.capture_id = ?1 ORDER BY m.id"
    );
    let mut query = conn.prepare_cached(&sql)?;
    let rows = query.query_map([capture], |row| {
        Ok(ShownMember { id: row.get(0)?, name: row.get(1)?, hash: row.get(2)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A member that a capture shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ShownMember {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) hash: String,
}

/// Splits a member: its captures after a time become a member of their own. Returns that; `None` where there are none.
fn split(conn: &Connection, series: &Series, id: i64, at: &str) -> Result<Option<i64>> {
    let Series { table, name: _, columns, rows, member, row_columns, links } = series;
    let shows = links.query();
    let first: Option<String> = conn
        .prepare_cached(&format!(
            "SELECT min(captured_at) FROM {shows} WHERE member_id = ?1 AND captured_at > ?2"
        ))?
        .query_row(params![id, at], |row| row.get(0))?;
    // The capture that made the member end then may be on its way.
    let Some(first) = first else { return Ok(None) };
    conn.prepare_cached(&format!(
        "INSERT INTO {table} ({columns}, captured_at, last_captured_at, captures, hash)
         SELECT {columns}, ?2, last_captured_at, 0, hash FROM {table} WHERE id = ?1"
    ))?
    .execute(params![id, first])?;
    let other = conn.last_insert_rowid();
    conn.prepare_cached(&format!(
        "INSERT INTO {rows} ({member}, {row_columns}) SELECT ?2, {row_columns} FROM {rows} WHERE {member} = ?1"
    ))?
    .execute([id, other])?;
    links.move_after(conn, id, other, at)?;
    let recount = format!(
        "UPDATE {table}
            SET captures = (SELECT count(*) FROM {shows} WHERE member_id = ?1),
                last_captured_at = coalesce((SELECT max(captured_at) FROM {shows} WHERE member_id = ?1), captured_at)
          WHERE id = ?1"
    );
    for part in [id, other] {
        conn.prepare_cached(&recount)?.execute([part])?;
    }
    Ok(Some(other))
}

fn stored(row: &rusqlite::Row<'_>) -> rusqlite::Result<StoredMember> {
    Ok(StoredMember { id: row.get(0)?, hash: row.get(1)?, last_captured_at: row.get(2)? })
}
