//! Market boards and lists of most-read stories, as they were on captures. They are kept in `content/boards`; tickers are read
//! in `market`, because their rows have other columns.

use rusqlite::{Row, params};

use crate::model::Days;

use super::market::bounds;
use crate::store::{error::Result, reader::Reader};

/// A code on a board, and how far it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardCode {
    /// The board.
    pub board: String,
    /// The code.
    pub code: String,
    /// What its values are: `price`, `rate`, `index`, `volume`.
    pub unit: String,
    /// The first day that a value is of.
    pub first: Option<String>,
    /// The last such day.
    pub last: Option<String>,
}

/// A row of a board that was on a capture.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each is the column of `board_rows` with its name")]
pub struct StoredBoardRow {
    pub board: String,
    pub code: String,
    pub name: Option<String>,
    pub as_of: Option<String>,
    pub unit: String,
    pub value: f64,
    pub change: Option<f64>,
    pub change_pct: Option<f64>,
}

/// A value of a code on a day.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each is the column of `rates` with its name")]
pub struct RateRow {
    pub day: Option<String>,
    pub board: String,
    pub code: String,
    pub name: Option<String>,
    pub unit: String,
    pub value: f64,
    pub change: Option<f64>,
    pub change_pct: Option<f64>,
    pub captured_at: String,
}

/// A story in a list that was on a capture.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the column of `most_read` with its name")]
pub struct StoredMostRead {
    pub window: String,
    pub rank: u32,
    pub title: String,
    pub url: String,
}

impl Reader {
    /// Returns every code of every board, in the order of boards and codes.
    pub fn board_codes(&self) -> Result<Vec<BoardCode>> {
        let sql = "SELECT b.board, r.code, max(r.unit), min(r.as_of), max(r.as_of)
                     FROM board_rows r JOIN boards b ON b.id = r.board_id
                    GROUP BY b.board, r.code ORDER BY b.board, r.code";
        let mut query = self.conn.prepare_cached(sql)?;
        let rows = query.query_map([], |row| {
            Ok(BoardCode {
                board: row.get(0)?,
                code: row.get(1)?,
                unit: row.get(2)?,
                first: row.get(3)?,
                last: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the boards on which a code was, in their order.
    pub fn boards_of(&self, code: &str) -> Result<Vec<String>> {
        let sql = "SELECT DISTINCT b.board FROM board_rows r JOIN boards b ON b.id = r.board_id WHERE r.code = ?1 ORDER BY 1";
        let mut query = self.conn.prepare_cached(sql)?;
        let boards = query.query_map([code], |row| row.get(0))?;
        Ok(boards.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns what a board said of a code on each day: what was seen last.
    pub fn rates(&self, board: &str, code: &str, days: Option<Days>) -> Result<Vec<RateRow>> {
        let sql =
            "SELECT day, board, code, name, unit, value, change, change_pct, captured_at FROM rates
              WHERE code = ?1 AND board = ?2 AND day BETWEEN ?3 AND ?4 ORDER BY day";
        let (first, last) = bounds(days);
        let mut query = self.conn.prepare_cached(sql)?;
        let rows = query.query_map(params![code, board, first, last], rate)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns what every board said of a day, seen last within the days after it, in the order of the boards.
    pub fn rates_on(&self, day: &str) -> Result<Vec<RateRow>> {
        // Of several rows of a group, SQLite takes the columns of the one with the greatest `captured_at`.
        let sql = "SELECT r.as_of, b.board, r.code, r.name, r.unit, r.value, r.change, r.change_pct, max(b.captured_at)
                     FROM boards b JOIN board_rows r ON r.board_id = b.id
                    WHERE b.captured_at >= date(?1, '-1 day') AND b.captured_at < date(?1, '+7 days') AND r.as_of = ?1
                    GROUP BY b.board, r.code ORDER BY b.board, r.position";
        let mut query = self.conn.prepare_cached(sql)?;
        let rows = query.query_map([day], rate)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns everything that a board said of a code, in the order of capture. Without a range of days, values of an unknown day
    /// too.
    pub fn board_values(&self, board: &str, code: &str, days: Option<Days>) -> Result<Vec<RateRow>> {
        let sql = "SELECT r.as_of, b.board, r.code, r.name, r.unit, r.value, r.change, r.change_pct, b.captured_at
                     FROM board_rows r JOIN boards b ON b.id = r.board_id
                    WHERE r.code = ?1 AND b.board = ?2 AND (?3 IS NULL OR r.as_of BETWEEN ?3 AND ?4)
                    ORDER BY b.captured_at, b.id";
        let (first, last) = days.map(|it| bounds(Some(it))).unzip();
        let mut query = self.conn.prepare_cached(sql)?;
        let rows = query.query_map(params![code, board, first, last], rate)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the rows of every board that was on a capture, in the order of the page.
    pub(super) fn boards_on(&self, capture: i64) -> Result<Vec<StoredBoardRow>> {
        let sql = "SELECT b.board, r.code, r.name, r.as_of, r.unit, r.value, r.change, r.change_pct
                     FROM capture_boards l JOIN boards b ON b.id = l.board_id JOIN board_rows r ON r.board_id = b.id
                    WHERE l.capture_id = ?1 ORDER BY b.id, r.position";
        let mut query = self.conn.prepare_cached(sql)?;
        let rows = query.query_map([capture], |row| {
            Ok(StoredBoardRow {
                board: row.get(0)?,
                code: row.get(1)?,
                name: row.get(2)?,
                as_of: row.get(3)?,
                unit: row.get(4)?,
                value: row.get(5)?,
                change: row.get(6)?,
                change_pct: row.get(7)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the stories of every most-read list that was on a capture, in the order of the page.
    pub(super) fn most_read_on(&self, capture: i64) -> Result<Vec<StoredMostRead>> {
        let sql = "SELECT l.window, r.rank, r.title, r.url
                     FROM capture_most_read m JOIN most_read_lists l ON l.id = m.list_id
                     JOIN most_read_rows r ON r.list_id = l.id
                    WHERE m.capture_id = ?1 ORDER BY l.id, r.rank";
        let mut query = self.conn.prepare_cached(sql)?;
        let rows = query.query_map([capture], |row| {
            Ok(StoredMostRead {
                window: row.get(0)?,
                rank: row.get(1)?,
                title: row.get(2)?,
                url: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

fn rate(row: &Row<'_>) -> rusqlite::Result<RateRow> {
    Ok(RateRow {
        day: row.get(0)?,
        board: row.get(1)?,
        code: row.get(2)?,
        name: row.get(3)?,
        unit: row.get(4)?,
        value: row.get(5)?,
        change: row.get(6)?,
        change_pct: row.get(7)?,
        captured_at: row.get(8)?,
    })
}
