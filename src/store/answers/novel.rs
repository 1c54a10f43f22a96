//! What the research columns say of one story: whom it names, how new that is, and what of it was printed before. How it is found out
//! is said in `content`.

use rusqlite::OptionalExtension;

use crate::model::PageId;

use crate::store::{error::Result, reader::Reader};

/// The story that a text was in first.
#[derive(Debug, Clone, PartialEq)]
pub struct FirstPrint {
    /// Its number in the archive.
    pub id: i64,
    /// Its headline.
    pub headline: Option<String>,
    /// The word in `copies.kind`.
    pub kind: String,
    /// How many hours before; `None` where one of the moments is not known.
    pub hours: Option<f64>,
}

/// A company or an index that a story names.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each is the column of `mentions` or `novelty` with its name")]
pub struct NamedCompany {
    pub symbol: String,
    pub matched: Option<String>,
    pub place: Option<String>,
    pub relevance: Option<u32>,
    pub confidence: Option<f64>,
    pub novelty: Option<u32>,
    pub nth: Option<u32>,
}

impl Reader {
    /// Returns the companies and indices that a story names, the most relevant first.
    pub fn companies_of(&self, page: PageId) -> Result<Vec<NamedCompany>> {
        let sql = "SELECT m.symbol, m.matched, m.place, m.relevance, m.confidence, n.novelty, n.nth
                     FROM mentions m LEFT JOIN novelty n ON n.article_id = m.article_id AND n.symbol = m.symbol
                    WHERE m.article_id = ?1 ORDER BY m.relevance DESC, m.symbol";
        let mut query = self.conn.prepare_cached(sql)?;
        let rows = query.query_map([page.0], |row| {
            Ok(NamedCompany {
                symbol: row.get(0)?,
                matched: row.get(1)?,
                place: row.get(2)?,
                relevance: row.get(3)?,
                confidence: row.get(4)?,
                novelty: row.get(5)?,
                nth: row.get(6)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the story in which the text of another was first; `None` for one that repeats none.
    pub fn first_print(&self, page: PageId) -> Result<Option<FirstPrint>> {
        let sql = "SELECT c.first_id, a.headline, c.kind, c.hours FROM copies c JOIN articles a ON a.id = c.first_id
                    WHERE c.article_id = ?1";
        let mut query = self.conn.prepare_cached(sql)?;
        let found = query.query_row([page.0], |row| {
            Ok(FirstPrint {
                id: row.get(0)?,
                headline: row.get(1)?,
                kind: row.get(2)?,
                hours: row.get(3)?,
            })
        });
        Ok(found.optional()?)
    }
}
