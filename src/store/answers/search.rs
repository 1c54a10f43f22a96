//! Full text: which stories hold these words, best or newest first. It asks the index; `content/full_text` keeps it up.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::model::Days;

use crate::store::{error::Result, reader::Reader};

/// The most stories that are ranked. Words in more of them tell no story from another, and ranking all takes longer than
/// anybody waits.
pub(super) const RANKED_MAX: u64 = 60_000;
/// The most stories that are examined for the newest hits when the words are in more than [`RANKED_MAX`] stories.
const NEWEST_MAX: u32 = 2_000;
/// The number of words in a snippet.
const SNIPPET_WORDS: u32 = 16;

/// A question to the index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Words, or an expression of FTS5.
    pub query: String,
    /// Only stories published on these days.
    pub days: Option<Days>,
    /// Only those of this section.
    pub section: Option<String>,
    /// Only those with this in their byline.
    pub byline: Option<String>,
    /// Only those that name this symbol.
    pub symbol: Option<String>,
    /// The greatest number of hits to return.
    pub limit: u32,
    /// The number of hits to skip before them.
    pub offset: u32,
    /// The order they are in.
    pub order: SearchOrder,
}

/// The order of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SearchOrder {
    /// By bm25, the headline weighted.
    #[default]
    Best,
    /// By publication.
    Newest,
}

/// A story that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchHit {
    /// The article's row.
    pub id: i64,
    /// Its day.
    pub published_on: Option<String>,
    /// Its section.
    pub section: Option<String>,
    /// Its byline.
    pub byline: Option<String>,
    /// Its headline.
    pub headline: Option<String>,
    /// Its address.
    pub url: Option<String>,
    /// The words in their place, each between [`MARKS`].
    pub snippet: String,
}

/// The marks around each word that was found in a snippet: characters that no cleaned text has.
pub const MARKS: [char; 2] = ['\u{2}', '\u{3}'];

/// The answer to a [`Search`].
#[derive(Debug, Clone, PartialEq)]
pub struct SearchAnswer {
    /// The stories.
    pub hits: Vec<SearchHit>,
    /// How they are ordered, where that is not as asked.
    pub note: Option<Note>,
}

/// What the reader should know of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// The query is not an expression of FTS5: its words were looked for.
    Words,
    /// The words are in too many stories to rank: the newest come first, those with the words in the headline before the others.
    TooMany {
        /// At least this many.
        stories: u64,
    },
}

impl Reader {
    /// Returns the stories with these words. A query that is not an expression of FTS5 is taken for words.
    pub fn search(&self, search: &Search) -> Result<SearchAnswer> {
        let (answer, ()) = in_words(search, |query| Ok((self.find_words(search, query)?, ())))?;
        Ok(answer)
    }

    /// Returns how many stories have the words, up to as many as are ranked.
    pub(super) fn count_words(&self, query: &str) -> rusqlite::Result<u64> {
        let many =
            "SELECT count(*) FROM (SELECT 1 FROM articles_fts WHERE articles_fts MATCH ?1 LIMIT ?2)";
        self.conn.prepare_cached(many)?.query_row((query, RANKED_MAX), |row| row.get(0))
    }

    pub(super) fn find_words(&self, search: &Search, query: &str) -> rusqlite::Result<SearchAnswer> {
        if search.order == SearchOrder::Newest {
            let hits = self.shown(search, query, newest(&self.conn, search, query)?)?;
            return Ok(SearchAnswer { hits, note: None });
        }
        let stories = self.count_words(query)?;
        if stories < RANKED_MAX {
            let hits = ask(&self.conn, search, query, &best(), i64::MIN)?;
            return Ok(SearchAnswer { hits: self.shown(search, query, hits)?, note: None });
        }
        let mut hits = newest(&self.conn, search, &format!("headline : ({query})"))?;
        let rest = newest(&self.conn, search, query)?;
        for hit in rest {
            if hits.len() < search.last() as usize && !hits.iter().any(|it| it.id == hit.id) {
                hits.push(hit);
            }
        }
        let hits = self.shown(search, query, hits)?;
        Ok(SearchAnswer { hits, note: Some(Note::TooMany { stories }) })
    }

    /// Returns a story that was found, without its snippet.
    pub(super) fn hit(&self, id: i64) -> rusqlite::Result<SearchHit> {
        let sql = format!("SELECT {HIT} FROM articles a WHERE a.id = ?1");
        self.conn.prepare_cached(&sql)?.query_row([id], hit)
    }

    /// Returns the hits that are shown, with their snippets: these take longer than finding them.
    pub(super) fn shown(
        &self,
        search: &Search,
        query: &str,
        hits: Vec<SearchHit>,
    ) -> rusqlite::Result<Vec<SearchHit>> {
        let mut snippet = self.conn.prepare_cached(
            "SELECT snippet(articles_fts, -1, char(2), char(3), '…', ?3) FROM articles_fts
              WHERE articles_fts MATCH ?1 AND rowid = ?2",
        )?;
        let mut shown: Vec<SearchHit> = hits.into_iter().skip(search.offset as usize).collect();
        for hit in &mut shown {
            hit.snippet = snippet.query_row(params![query, hit.id, SNIPPET_WORDS], |row| row.get(0))?;
        }
        Ok(shown)
    }
}

impl Search {
    /// Returns the number of the last hit that is asked for.
    pub(super) fn last(&self) -> u32 {
        self.limit.saturating_add(self.offset)
    }
}

/// Asks with the query of a search, and with its words where it is not an expression.
pub(super) fn in_words<T: Default>(
    search: &Search,
    ask: impl Fn(&str) -> rusqlite::Result<(SearchAnswer, T)>,
) -> Result<(SearchAnswer, T)> {
    match ask(&search.query) {
        Err(error) if is_syntax(&error) => {
            let Some(words) = as_words(&search.query) else {
                return Ok((SearchAnswer { hits: Vec::new(), note: Some(Note::Words) }, T::default()));
            };
            let (found, more) = ask(&words)?;
            Ok((SearchAnswer { note: found.note.or(Some(Note::Words)), ..found }, more))
        }
        answer => Ok(answer?),
    }
}

/// Returns the words of a query that is no expression as one that is; `None` where it has none.
fn as_words(query: &str) -> Option<String> {
    let words = query.split_whitespace().map(|it| format!("\"{}\"", it.replace('"', "\"\"")));
    let words = words.filter(|it| it.contains(char::is_alphanumeric)).collect::<Vec<_>>().join(" ");
    Some(words).filter(|it| !it.is_empty())
}

/// Whether FTS5 did not understand the query, which it says in the words of its parser alone.
fn is_syntax(error: &rusqlite::Error) -> bool {
    let said = error.to_string();
    ["fts5: ", "no such column", "unterminated string", "unknown special query"]
        .iter()
        .any(|it| said.contains(it))
}

/// The newest stories with these words. Where there are many, only the last rows are looked at: where ids rise with the day,
/// these are the newest stories.
fn newest(conn: &Connection, search: &Search, query: &str) -> rusqlite::Result<Vec<SearchHit>> {
    let Search { query: _, days, section, byline, symbol, limit: _, offset: _, order: _ } = search;
    let is_filtered = days.is_some() || section.is_some() || byline.is_some() || symbol.is_some();
    let from: Option<i64> = if is_filtered {
        None
    } else {
        conn.prepare_cached(
            "SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?1 ORDER BY rowid DESC LIMIT 1 OFFSET ?2",
        )?
        .query_row((query, NEWEST_MAX), |row| row.get(0))
        .optional()?
    };
    ask(conn, search, query, &newest_first(), from.unwrap_or(i64::MIN))
}

/// How good a hit is: less is better, and the headline counts most.
pub(super) const RANKING: &str = "bm25(articles_fts, 10.0, 4.0, 1.0, 2.0)";

/// Whether a hit `f` has the byline that is asked for, if any.
pub(super) const HAS_BYLINE: &str = "
    (?2 IS NULL OR EXISTS (
         SELECT 1 FROM articles a NOT INDEXED WHERE a.id = f.rowid AND a.byline LIKE '%' || ?2 || '%'))";

/// What a hit says of its story `a`.
const HIT: &str = "a.id, a.published_on, a.section, a.byline, a.headline, a.url";

/// Whether a hit `f` is one of the stories that are asked for. Its day and section are in an index; its row has the whole text.
const IS_ASKED_FOR: &str = "
    (coalesce(?2, ?4) IS NULL OR EXISTS (
         SELECT 1 FROM articles a INDEXED BY articles_facets
          WHERE a.id = f.rowid
            AND (?2 IS NULL OR a.published_on BETWEEN ?2 AND ?3)
            AND (?4 IS NULL OR a.section = ?4 COLLATE NOCASE)))
    AND (?5 IS NULL OR EXISTS (
         SELECT 1 FROM articles a NOT INDEXED WHERE a.id = f.rowid AND a.byline LIKE '%' || ?5 || '%'))
    AND (?6 IS NULL OR EXISTS (SELECT 1 FROM mentions m WHERE m.article_id = f.rowid AND m.symbol = ?6))";

/// Returns the query for the best hits. It ranks within the index and looks up only the rows that are shown: few of many.
fn best() -> String {
    format!(
        "SELECT {HIT}
           FROM (SELECT f.rowid AS id, {RANKING} AS score
                   FROM articles_fts f
                  WHERE articles_fts MATCH ?1 AND ?8 <= f.rowid AND {IS_ASKED_FOR}
                  ORDER BY score, f.rowid DESC LIMIT ?7) h
           JOIN articles a ON a.id = h.id
          ORDER BY h.score, h.id DESC"
    )
}

/// Returns the query for the newest hits, sorted by day and then by id, which rises within a day.
fn newest_first() -> String {
    format!(
        "SELECT {HIT}
           FROM (SELECT f.rowid AS id
                   FROM articles_fts f CROSS JOIN articles d INDEXED BY articles_facets ON d.id = f.rowid
                  WHERE articles_fts MATCH ?1 AND ?8 <= f.rowid AND {IS_ASKED_FOR}
                  ORDER BY d.published_on DESC, f.rowid DESC LIMIT ?7) h
           JOIN articles a ON a.id = h.id
          ORDER BY a.published_on DESC, a.published_at DESC, a.id DESC"
    )
}

/// Returns hits without their snippets.
fn ask(
    conn: &Connection,
    search: &Search,
    query: &str,
    sql: &str,
    from: i64,
) -> rusqlite::Result<Vec<SearchHit>> {
    let Search { query: _, days, section, byline, symbol, limit: _, offset: _, order: _ } = search;
    let (first, last) = days.map(|it| (it.first.to_string(), it.last.to_string())).unzip();
    let values = params![query, first, last, section, byline, symbol, search.last(), from];
    let mut found = conn.prepare_cached(sql)?;
    found.query_map(values, hit)?.collect()
}

fn hit(row: &Row<'_>) -> rusqlite::Result<SearchHit> {
    Ok(SearchHit {
        id: row.get(0)?,
        published_on: row.get(1)?,
        section: row.get(2)?,
        byline: row.get(3)?,
        headline: row.get(4)?,
        url: row.get(5)?,
        snippet: String::new(),
    })
}
