//! Stories without a query: those of a day, of a section, of a byline, about a symbol, or changed since they were published. What is
//! looked for by its words is `search`'s.

use rusqlite::params_from_iter;

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
    /// Whether only changed stories are listed.
    pub changes: ChangeFilter,
    /// The greatest number of stories to return.
    pub limit: u32,
}

/// Which stories are listed, by whether the site changed them after publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChangeFilter {
    /// All of them.
    #[default]
    All,
    /// Those that it changed.
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

/// What is asked of the rows of a query. What is not asked is not in it: a statement is planned for what it says, not for its values.
#[derive(Default)]
struct Conditions {
    text: String,
    values: Vec<String>,
}

impl Conditions {
    fn add<const COUNT: usize>(&mut self, condition: &str, values: [String; COUNT]) {
        self.text.push_str(if self.text.is_empty() { "WHERE " } else { " AND " });
        self.text.push_str(condition);
        self.values.extend(values);
    }
}

impl Reader {
    /// Returns stories, the newest first.
    pub fn list(&self, listing: &StoryListing) -> Result<Vec<ListedStory>> {
        let StoryListing { days, section, byline, symbol, tag, changes, limit } = listing;
        let mut asked = Conditions::default();
        if let Some(Days { first, last }) = days {
            asked.add("a.published_on BETWEEN ? AND ?", [first.to_string(), last.to_string()]);
        }
        if let Some(section) = section {
            let is = "= ?1 COLLATE NOCASE";
            match self.names_like("section", is, section)?.as_slice() {
                [] => return Ok(Vec::new()),
                // Of a single value an index has the stories in their order.
                [name] => asked.add("a.section = ?", [name.clone()]),
                _ => asked.add("a.section = ? COLLATE NOCASE", [section.clone()]),
            }
        }
        if let Some(byline) = byline {
            let is = "LIKE '%' || ?1 || '%'";
            match self.names_like("byline", is, byline)?.as_slice() {
                [] => return Ok(Vec::new()),
                [name] => asked.add("a.byline = ?", [name.clone()]),
                _ => asked.add("a.byline LIKE '%' || ? || '%'", [byline.clone()]),
            }
        }
        if let Some(symbol) = symbol {
            asked.add("a.id IN (SELECT article_id FROM mentions WHERE symbol = ?)", [symbol.clone()]);
        }
        if let Some(tag) = tag {
            asked.add("a.id IN (SELECT article_id FROM tags WHERE tag = ?)", [tag.clone()]);
        }
        if *changes == ChangeFilter::Changed {
            // What has no earlier wording was never changed.
            let changed = "a.id IN (SELECT article_id FROM old_versions)
                           AND EXISTS (SELECT 1 FROM changed_stories c WHERE c.article_id = a.id)";
            asked.add(changed, []);
        }
        let sql = format!(
            "SELECT id, published_on, published_at, section, byline, headline, version, url FROM articles a {}
              ORDER BY a.published_on DESC, a.published_at DESC, a.id DESC LIMIT {limit}",
            asked.text
        );
        let mut query = self.conn.prepare_cached(&sql)?;
        let rows = query.query_map(params_from_iter(asked.values), |row| {
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
        })?;
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

    /// Returns the distinct values of a column that match a condition. They are found by going from value to value in the column's index,
    /// because there are few of them beside the stories.
    fn names_like(&self, column: &str, is: &str, value: &str) -> Result<Vec<String>> {
        let sql = format!(
            "WITH RECURSIVE name (it) AS (
                 SELECT min({column}) FROM articles
                 UNION ALL
                 SELECT (SELECT min({column}) FROM articles WHERE name.it < {column}) FROM name WHERE name.it IS NOT NULL)
             SELECT it FROM name WHERE it {is}"
        );
        let mut query = self.conn.prepare_cached(&sql)?;
        let rows = query.query_map([value], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn names(&self, sql: &str) -> Result<Vec<String>> {
        let mut query = self.conn.prepare(sql)?;
        let rows = query.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
