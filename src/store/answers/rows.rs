//! Rows for exports, one after the other, whatever the size of the archive. They are handed over as cells; how a file writes
//! them is the business of `export`, and what is asked stands in `row_sql.rs`.

use rusqlite::{OptionalExtension, Row, Statement, params, params_from_iter, types::ValueRef};

use crate::model::{AsOf, Days, PageId, word_count};

use super::{
    boards::{StoredBoardRow, StoredMostRead},
    market::{self, StoredQuote, bounds},
    row_sql::{self, BEST_RANK, Table},
};
use crate::store::{
    error::{Result, StoreError},
    reader::Reader,
};

/// The rows of a table that are exported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowFilter {
    /// The days of publication of articles, of the values of quotes and boards, and of the capture of most-read lists. Without a range,
    /// articles without a date are there, too.
    pub days: Option<Days>,
    /// Those of this section.
    pub section: Option<String>,
    /// What was known then; `None` for everything that is known now. Of links and most-read lists nothing else is known.
    pub as_of: Option<AsOf>,
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

/// What the archive knows of an article beside what its page says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the column of `articles` with its name, unless it says more")]
pub struct ArticleFacts {
    pub id: i64,
    pub word_count: i64,
    pub version: i64,
    pub content_hash: String,
    pub first_seen_at: String,
    pub last_checked_at: Option<String>,
    pub gone_at: Option<String>,
    /// The companies and indices that it names.
    pub symbols: Vec<String>,
    /// When its newest wording came into the archive.
    pub known_from: Option<String>,
    /// Its best place in a list of most-read stories.
    pub best_rank: Option<i64>,
    pub session: Option<String>,
    pub phase: Option<String>,
    pub wire: Option<String>,
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

impl Reader {
    /// Returns the names of a table's columns, in order.
    pub fn columns(&self, table: Table) -> Result<Vec<String>> {
        let query = self.conn.prepare(&row_sql::of(table, None))?;
        Ok(query.column_names().map(str::to_owned).collect())
    }

    /// Hands over each row of a table, in the order of days, until `row` fails.
    pub fn each_row<E: From<StoreError>>(
        &self,
        table: Table,
        filter: &RowFilter,
        mut row: impl FnMut(&[Cell]) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let sql = row_sql::of(table, filter.as_of.map(|it| it.clock));
        let mut query = self.conn.prepare(&sql).map_err(StoreError::from)?;
        let mut cells = vec![Cell::Null; query.column_count()];
        // The number of words is kept of the newest wording alone.
        let counted = filter.as_of.and_then(|_| {
            Some((query.column_index("body").ok()?, query.column_index("word_count").ok()?))
        });
        let values = values(filter, &query);
        let mut rows = query.query(params_from_iter(values)).map_err(StoreError::from)?;
        while let Some(found) = rows.next().map_err(StoreError::from)? {
            fill(&mut cells, found).map_err(StoreError::from)?;
            if let Some((body, count)) = counted
                && let Cell::Text(body) = &cells[body]
            {
                cells[count] = Cell::Whole(i64::from(word_count(body)));
            }
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
        let sql = row_sql::count(table, filter.as_of.map(|it| it.clock));
        let mut query = self.conn.prepare(&sql)?;
        let values = values(filter, &query);
        Ok(query.query_row(params_from_iter(values), |row| row.get(0))?)
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

    /// Returns what the archive knows of an article beside what its page says.
    pub fn article_facts(&self, page: PageId) -> Result<ArticleFacts> {
        let sql = format!(
            "SELECT a.id, a.word_count, a.version, a.content_hash, a.first_seen_at, a.last_checked_at, a.gone_at,
                    a.known_at, {BEST_RANK}, a.session, a.phase, a.wire FROM articles a WHERE a.id = ?1"
        );
        let facts = self.conn.prepare_cached(&sql)?.query_row([page.0], |row| {
            Ok(ArticleFacts {
                id: row.get(0)?,
                word_count: row.get(1)?,
                version: row.get(2)?,
                content_hash: row.get(3)?,
                first_seen_at: row.get(4)?,
                last_checked_at: row.get(5)?,
                gone_at: row.get(6)?,
                symbols: Vec::new(),
                known_from: row.get(7)?,
                best_rank: row.get(8)?,
                session: row.get(9)?,
                phase: row.get(10)?,
                wire: row.get(11)?,
            })
        })?;
        let sql = "SELECT symbol FROM mentions WHERE article_id = ?1 ORDER BY symbol";
        let mut query = self.conn.prepare_cached(sql)?;
        let symbols = query.query_map([page.0], |row| row.get(0))?;
        Ok(ArticleFacts { symbols: symbols.collect::<rusqlite::Result<_>>()?, ..facts })
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

/// Returns what a query of rows is asked with, as far as it asks: first day, last day, section, moment, the last day that was over.
fn values(filter: &RowFilter, query: &Statement<'_>) -> Vec<Option<String>> {
    let (first, last) = dates(filter);
    let at = filter.as_of.map(|it| it.stamp());
    let day = filter.as_of.map(|it| it.day.to_string());
    let mut values = vec![first, last, filter.section.clone(), at, day];
    values.truncate(query.parameter_count());
    values
}

fn dates(filter: &RowFilter) -> (Option<String>, Option<String>) {
    filter.days.map(|it| bounds(Some(it))).unzip()
}
