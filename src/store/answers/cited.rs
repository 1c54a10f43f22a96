//! How much there is of some days: what a study cites of the data that it rests on.

use rusqlite::params;

use crate::model::Days;

use super::market::bounds;
use crate::store::{error::Result, reader::Reader};

/// How much there is of some days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CitedCounts {
    /// Stories published on them.
    pub stories: u64,
    /// Their wordings.
    pub wordings: u64,
    /// Captures of their pages.
    pub captures: u64,
    /// Rows of the ticker of these days.
    pub quotes: u64,
    /// When the first and the last of the captures came into the archive; `None` without any.
    pub fetched: Option<[String; 2]>,
}

impl Reader {
    /// Counts what there is of some days.
    pub fn cited(&self, days: Days) -> Result<CitedCounts> {
        let (first, last) = bounds(Some(days));
        let sql = "SELECT count(*), coalesce(sum(version), 0),
                          (SELECT count(*) FROM quotes WHERE day BETWEEN ?1 AND ?2)
                     FROM articles WHERE published_on BETWEEN ?1 AND ?2";
        let (stories, wordings, quotes) = self
            .conn
            .query_row(sql, params![first, last], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let sql = "SELECT count(*), min(c.fetched_at), max(c.fetched_at)
                     FROM articles a CROSS JOIN captures c ON c.article_id = a.id
                    WHERE a.published_on BETWEEN ?1 AND ?2";
        let (captures, fetched) = self.conn.query_row(sql, params![first, last], |row| {
            let fetched: [Option<String>; 2] = [row.get(1)?, row.get(2)?];
            Ok((row.get(0)?, fetched))
        })?;
        let [first, last] = fetched;
        Ok(CitedCounts {
            stories,
            wordings,
            captures,
            quotes,
            fetched: first.zip(last).map(<[String; 2]>::from),
        })
    }
}
