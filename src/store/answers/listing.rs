//! Stories without a query: those of a day, of a section, of a byline, about a symbol, or changed since they were published. What is
//! looked for by its words is `search`'s.

use rusqlite::params;

use crate::model::Days;

use crate::store::{error::Result, reader::Reader};

/// Which stories are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoryListing {
    /// Only stories published on these days.
    pub days: Option<Days>,
    /// Only those of this section.
    pub section: Option<String>,
    /// Only those with this in their byline.
    pub byline: Option<String>,
    /// Only those that name this symbol.
    pub symbol: Option<String>,
    /// Only those that this topic is on.
    pub tag: Option<String>,
    /// Which of them by what became of them.
    pub since: Since,
    /// At most so many.
    pub limit: u32,
}

/// What became of a story since it was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Since {
    /// Whatever became of it.
    #[default]
    Any,
    /// The site changed it.
    Changed,
}

/// A story in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedStory {
    /// The article's row.
    pub id: i64,
    /// Its day.
    pub published_on: Option<String>,
    /// Its moment, where the page gives one.
    pub published_at: Option<String>,
    /// Its section.
    pub section: Option<String>,
    /// Its byline.
    pub byline: Option<String>,
    /// Its headline.
    pub headline: Option<String>,
    /// The number of its wordings.
    pub version: u32,
    /// Its address.
    pub url: Option<String>,
}

impl Reader {
    /// Returns stories, the newest first.
    pub fn list(&self, listing: &StoryListing) -> Result<Vec<ListedStory>> {
        let StoryListing { days, section, byline, symbol, tag, since, limit } = listing;
        let (first, last) = days.map(|it| (it.first.to_string(), it.last.to_string())).unzip();
        let mut query = self.conn.prepare_cached(
            "SELECT id, published_on, published_at, section, byline, headline, version, url FROM articles a
              WHERE (?1 IS NULL OR a.published_on BETWEEN ?1 AND ?2)
                AND (?3 IS NULL OR a.section = ?3 COLLATE NOCASE)
                AND (?4 IS NULL OR a.byline LIKE '%' || ?4 || '%')
                AND (?5 IS NULL OR EXISTS (SELECT 1 FROM mentions m WHERE m.article_id = a.id AND m.symbol = ?5))
                AND (?8 IS NULL OR a.id IN (SELECT t.article_id FROM tags t WHERE t.tag = ?8))
                AND (NOT ?6 OR EXISTS (SELECT 1 FROM changed_stories c WHERE c.article_id = a.id))
              ORDER BY a.published_on DESC, a.published_at DESC, a.id DESC LIMIT ?7",
        )?;
        let is_changed = *since == Since::Changed;
        let rows = query.query_map(
            params![first, last, section, byline, symbol, is_changed, limit, tag],
            |row| {
                Ok(ListedStory {
                    id: row.get(0)?,
                    published_on: row.get(1)?,
                    published_at: row.get(2)?,
                    section: row.get(3)?,
                    byline: row.get(4)?,
                    headline: row.get(5)?,
                    version: row.get(6)?,
                    url: row.get(7)?,
                })
            },
        )?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the sections that stories have, the most frequent first.
    pub fn sections(&self) -> Result<Vec<String>> {
        self.names("SELECT section FROM articles WHERE section IS NOT NULL GROUP BY section ORDER BY count(*) DESC")
    }

    /// Returns the bylines that stories have, the most frequent first.
    pub fn bylines(&self) -> Result<Vec<String>> {
        self.names("SELECT byline FROM articles WHERE byline IS NOT NULL GROUP BY byline ORDER BY count(*) DESC")
    }

    /// Returns the symbols that are known.
    pub fn symbol_names(&self) -> Result<Vec<String>> {
        self.names("SELECT symbol FROM symbols ORDER BY symbol")
    }

    fn names(&self, sql: &str) -> Result<Vec<String>> {
        let mut query = self.conn.prepare(sql)?;
        let rows = query.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
