//! What of a story was printed before: asked for one story. How it is found out is said in `content/copies`.

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

impl Reader {
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
