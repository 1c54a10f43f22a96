//! Rows for exports, one after the other, whatever the size of the archive. They are handed over as cells; how a file writes
//! them is the business of `export`.

use rusqlite::{OptionalExtension, Row, params, types::ValueRef};

use crate::model::{Days, PageId};

use super::{
    boards::{StoredBoardRow, StoredMostRead},
    market::{self, StoredQuote, bounds},
};
use crate::store::{
    error::{Result, StoreError},
    reader::Reader,
};

/// What can be exported as rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Articles.
    Articles,
    /// Quotes.
    Quotes,
    /// Related stories.
    Links,
    /// Market boards.
    Boards,
    /// Lists of most-read stories.
    MostRead,
}

/// The rows of a table that are exported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowFilter {
    /// Those of articles published, of quotes and board values of, or of lists captured on these days. Without a range, articles without a date too.
    pub days: Option<Days>,
    /// Those of this section.
    pub section: Option<String>,
}

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// `NULL`.
    Null,
    /// A number.
    Whole(i64),
    /// A number with a fraction.
    Real(f64),
    /// A text, a day, a time.
    Text(String),
}

/// What belongs to the capture an article was read from.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(missing_docs, reason = "each is the field of `export::Row` with its name")]
pub struct Circumstances {
    pub captured_at: Option<String>,
    pub market_date: Option<String>,
    pub quotes: Vec<StoredQuote>,
    pub boards: Vec<StoredBoardRow>,
    pub most_read: Vec<StoredMostRead>,
    pub origins: Vec<StoredOrigin>,
    pub warnings: Vec<StoredWarning>,
}

/// Where a field of an article was read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the column of `origins` with its name")]
pub struct StoredOrigin {
    pub field: String,
    pub origin: String,
}

/// Something to know about a capture.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the column of `warnings` with its name")]
pub struct StoredWarning {
    pub code: String,
    pub detail: String,
}

const ARTICLES: &str = "
    SELECT id, host, site_id, url, published_on, published_at, updated_at, section, headline, byline, dateline, summary,
           body, word_count, version, content_hash, first_seen_at, last_checked_at
      FROM articles
     WHERE (?1 IS NULL OR published_on BETWEEN ?1 AND ?2) AND (?3 IS NULL OR section = ?3 COLLATE NOCASE)
     ORDER BY published_on, published_at, id";

const QUOTES: &str = "
    SELECT day, captured_at, symbol, kind, price, change, change_pct, direction, suspect, strip_id
      FROM quotes
     WHERE (?1 IS NULL OR day BETWEEN ?1 AND ?2) AND ?3 IS NULL
     ORDER BY day, symbol, captured_at";

const LINKS: &str = "
    SELECT a.published_on, l.article_id, l.position, l.placement, l.title, l.url, l.target_id
      FROM articles a CROSS JOIN links l ON l.article_id = a.id
     WHERE (?1 IS NULL OR a.published_on BETWEEN ?1 AND ?2) AND (?3 IS NULL OR a.section = ?3 COLLATE NOCASE)
     ORDER BY a.published_on, a.published_at, a.id, l.position";

const BOARDS: &str = "
    SELECT r.as_of, b.board, r.code, r.name, r.unit, r.value, r.change, r.change_pct, b.captured_at, b.last_captured_at,
           b.id AS board_id
      FROM boards b JOIN board_rows r ON r.board_id = b.id
     WHERE (?1 IS NULL OR r.as_of BETWEEN ?1 AND ?2) AND ?3 IS NULL
     ORDER BY r.as_of, b.captured_at, b.id, r.position";

const MOST_READ: &str = "
    SELECT (SELECT c.day FROM capture_most_read m JOIN captures c ON c.id = m.capture_id
             WHERE m.list_id = l.id ORDER BY c.captured_at LIMIT 1) AS day,
           l.captured_at, l.last_captured_at, l.window, r.rank, r.title, r.host, r.site_id, r.url, l.id AS list_id
      FROM most_read_lists l JOIN most_read_rows r ON r.list_id = l.id
     WHERE (?1 IS NULL OR day BETWEEN ?1 AND ?2) AND ?3 IS NULL
     ORDER BY l.captured_at, l.id, r.rank";

impl Table {
    fn sql(self) -> &'static str {
        match self {
            Self::Articles => ARTICLES,
            Self::Quotes => QUOTES,
            Self::Links => LINKS,
            Self::Boards => BOARDS,
            Self::MostRead => MOST_READ,
        }
    }
}

impl Reader {
    /// Returns the names of a table's columns, in order.
    pub fn columns(&self, table: Table) -> Result<Vec<String>> {
        let query = self.conn.prepare(table.sql())?;
        Ok(query.column_names().map(str::to_owned).collect())
    }

    /// Hands over each row of a table, in the order of days, until `row` fails.
    pub fn each_row<E: From<StoreError>>(
        &self,
        table: Table,
        filter: &RowFilter,
        mut row: impl FnMut(&[Cell]) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let mut query = self.conn.prepare(table.sql()).map_err(StoreError::from)?;
        let (first, last) = dates(filter);
        let mut cells = vec![Cell::Null; query.column_count()];
        let rows = query.query(params![first, last, filter.section]);
        let mut rows = rows.map_err(StoreError::from)?;
        while let Some(found) = rows.next().map_err(StoreError::from)? {
            fill(&mut cells, found).map_err(StoreError::from)?;
            row(&cells)?;
        }
        Ok(())
    }

    /// Hands over the id of each article, in the order of days, until `take` fails.
    pub fn each_article_id<E: From<StoreError>>(
        &self,
        filter: &RowFilter,
        mut take: impl FnMut(PageId) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let sql = "SELECT id FROM articles
                    WHERE (?1 IS NULL OR published_on BETWEEN ?1 AND ?2) AND (?3 IS NULL OR section = ?3 COLLATE NOCASE)
                    ORDER BY published_on, published_at, id";
        let mut query = self.conn.prepare(sql).map_err(StoreError::from)?;
        let (first, last) = dates(filter);
        let ids = query.query_map(params![first, last, filter.section], |row| row.get(0));
        for id in ids.map_err(StoreError::from)? {
            take(PageId(id.map_err(StoreError::from)?))?;
        }
        Ok(())
    }

    /// Returns the number of rows.
    pub fn count_rows(&self, table: Table, filter: &RowFilter) -> Result<u64> {
        let sql = match table {
            Table::Articles => {
                "SELECT count(*) FROM articles
                  WHERE (?1 IS NULL OR published_on BETWEEN ?1 AND ?2) AND (?3 IS NULL OR section = ?3 COLLATE NOCASE)"
            }
            Table::Quotes => {
                "SELECT count(*) FROM quotes WHERE (?1 IS NULL OR day BETWEEN ?1 AND ?2) AND ?3 IS NULL"
            }
            Table::Links => {
                "SELECT count(*) FROM articles a JOIN article_links l ON l.article_id = a.id
                  WHERE (?1 IS NULL OR a.published_on BETWEEN ?1 AND ?2) AND (?3 IS NULL OR a.section = ?3 COLLATE NOCASE)"
            }
            Table::Boards => {
                "SELECT count(*) FROM board_rows WHERE (?1 IS NULL OR as_of BETWEEN ?1 AND ?2) AND ?3 IS NULL"
            }
            // The days of lists are those of their captures, which only their query finds.
            Table::MostRead => &format!("SELECT count(*) FROM ({MOST_READ})"),
        };
        let (first, last) = dates(filter);
        Ok(self.conn.query_row(sql, params![first, last, filter.section], |row| row.get(0))?)
    }

    /// Returns what belongs to the capture an article was read from.
    pub fn circumstances(&self, page: PageId) -> Result<Circumstances> {
        let sql = "SELECT c.id, c.captured_at, c.strip_id, s.market_date
                     FROM articles a JOIN captures c ON c.id = a.capture_id LEFT JOIN strips s ON s.id = c.strip_id
                    WHERE a.id = ?1";
        let found = self.conn.prepare_cached(sql)?.query_row([page.0], |row| {
            Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get::<_, Option<i64>>(2)?, row.get(3)?))
        });
        let Some((capture, captured_at, strip, market_date)) = found.optional()? else {
            return Ok(Circumstances::default());
        };
        Ok(Circumstances {
            captured_at,
            market_date,
            quotes: strip.map(|it| self.quotes_of(it)).transpose()?.unwrap_or_default(),
            boards: self.boards_on(capture)?,
            most_read: self.most_read_on(capture)?,
            origins: self.origins_of(page)?,
            warnings: self.warnings_of(capture)?,
        })
    }

    fn origins_of(&self, page: PageId) -> Result<Vec<StoredOrigin>> {
        let sql = "SELECT field, origin FROM origins WHERE article_id = ?1";
        let mut query = self.conn.prepare_cached(sql)?;
        let rows = query
            .query_map([page.0], |row| Ok(StoredOrigin { field: row.get(0)?, origin: row.get(1)? }))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn warnings_of(&self, capture: i64) -> Result<Vec<StoredWarning>> {
        let sql = "SELECT code, detail FROM warnings WHERE capture_id = ?1";
        let mut query = self.conn.prepare_cached(sql)?;
        let rows = query
            .query_map([capture], |row| Ok(StoredWarning { code: row.get(0)?, detail: row.get(1)? }))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn quotes_of(&self, strip: i64) -> Result<Vec<StoredQuote>> {
        let sql = "SELECT day, captured_at, symbol, kind, price, change, change_pct, direction, suspect FROM quotes
                    WHERE strip_id = ?1 ORDER BY kind DESC, symbol";
        let mut query = self.conn.prepare_cached(sql)?;
        let rows = query.query_map([strip], market::quote)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

fn fill(cells: &mut [Cell], row: &Row<'_>) -> rusqlite::Result<()> {
    for (at, cell) in cells.iter_mut().enumerate() {
        *cell = match row.get_ref(at)? {
            ValueRef::Null | ValueRef::Blob(_) => Cell::Null,
            ValueRef::Integer(number) => Cell::Whole(number),
            ValueRef::Real(number) => Cell::Real(number),
            ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
        };
    }
    Ok(())
}

fn dates(filter: &RowFilter) -> (Option<String>, Option<String>) {
    filter.days.map(|it| bounds(Some(it))).unzip()
}
