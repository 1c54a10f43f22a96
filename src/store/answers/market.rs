//! Market numbers: a symbol over time, from the ticker strips. It reads; strips are kept in `content`, and drawn by `export` and `web`.

use rusqlite::{OptionalExtension, Row, params};

use crate::model::Days;

use crate::store::{error::Result, reader::Reader};

/// A symbol, and how far it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SymbolRow {
    /// The symbol.
    pub symbol: String,
    /// `stock` or `index`.
    pub kind: String,
    /// Its first day on a ticker; `None` for a symbol that only stories name.
    pub first: Option<String>,
    /// Its last day on a ticker.
    pub last: Option<String>,
    /// The number of stories that name it.
    pub mentions: u64,
}

/// One quote.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each is the column of `quotes` with its name")]
pub struct StoredQuote {
    pub day: String,
    pub captured_at: String,
    pub symbol: String,
    pub kind: String,
    pub price: f64,
    pub change: f64,
    pub change_pct: f64,
    pub direction: String,
    pub suspect: bool,
}

/// A day of a symbol.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each is the column of `quotes_daily` with its name")]
pub struct DailyRow {
    pub day: String,
    pub symbol: String,
    pub kind: String,
    pub open: f64,
    pub high: f64,
    pub low: f64,
    pub close: f64,
    pub change_pct: f64,
    pub captures: u64,
}

impl Reader {
    /// Returns every symbol, in the order of the alphabet.
    pub fn symbols(&self) -> Result<Vec<SymbolRow>> {
        self.remembered("symbols", |conn| {
            let sql =
                "SELECT s.symbol, s.kind, (SELECT min(q.day) FROM quotes q WHERE q.symbol = s.symbol),
                              (SELECT max(q.day) FROM quotes q WHERE q.symbol = s.symbol),
                              (SELECT count(*) FROM mentions m WHERE m.symbol = s.symbol)
                         FROM symbols s ORDER BY s.symbol";
            let mut query = conn.prepare_cached(sql)?;
            let rows = query.query_map([], |row| {
                Ok(SymbolRow {
                    symbol: row.get(0)?,
                    kind: row.get(1)?,
                    first: row.get(2)?,
                    last: row.get(3)?,
                    mentions: row.get(4)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Returns whether a symbol was ever on a ticker.
    pub fn has_quotes(&self, symbol: &str) -> Result<bool> {
        let sql = "SELECT 1 FROM quotes WHERE symbol = ?1 LIMIT 1";
        Ok(self.conn.prepare_cached(sql)?.query_row([symbol], |_| Ok(())).optional()?.is_some())
    }

    /// Returns every quote of a symbol, in the order of capture.
    pub fn quotes(&self, symbol: &str, days: Option<Days>) -> Result<Vec<StoredQuote>> {
        let sql = "SELECT day, captured_at, symbol, kind, price, change, change_pct, direction, suspect FROM quotes
                    WHERE symbol = ?1 AND day BETWEEN ?2 AND ?3 ORDER BY day, captured_at, strip_id";
        let (first, last) = bounds(days);
        let mut query = self.conn.prepare_cached(sql)?;
        let rows = query.query_map(params![symbol, first, last], quote)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the days of a symbol; rows that contradict themselves are left out.
    pub fn quotes_daily(&self, symbol: &str, days: Option<Days>) -> Result<Vec<DailyRow>> {
        let sql =
            "SELECT day, symbol, kind, open, high, low, close, change_pct, captures FROM quotes_daily
                    WHERE symbol = ?1 AND day BETWEEN ?2 AND ?3 ORDER BY day";
        let (first, last) = bounds(days);
        let mut query = self.conn.prepare_cached(sql)?;
        let rows = query.query_map(params![symbol, first, last], |row| {
            Ok(DailyRow {
                day: row.get(0)?,
                symbol: row.get(1)?,
                kind: row.get(2)?,
                open: row.get(3)?,
                high: row.get(4)?,
                low: row.get(5)?,
                close: row.get(6)?,
                change_pct: row.get(7)?,
                captures: row.get(8)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

pub(in crate::store) fn quote(row: &Row<'_>) -> rusqlite::Result<StoredQuote> {
    Ok(StoredQuote {
        day: row.get(0)?,
        captured_at: row.get(1)?,
        symbol: row.get(2)?,
        kind: row.get(3)?,
        price: row.get(4)?,
        change: row.get(5)?,
        change_pct: row.get(6)?,
        direction: row.get(7)?,
        suspect: row.get(8)?,
    })
}

/// The bounds of a range of days, as text; without a range, bounds of all days there are.
pub(in crate::store) fn bounds(days: Option<Days>) -> (String, String) {
    days.map_or((String::new(), "9999-12-31".to_owned()), |it| {
        (it.first.to_string(), it.last.to_string())
    })
}
