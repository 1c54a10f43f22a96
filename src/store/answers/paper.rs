//! The archive as a paper that is leafed through: months and days with their numbers of stories, the captures of a story, where a
//! symbol is named, what was read most. Stories themselves are `listing`'s and `article`'s.

use rusqlite::{OptionalExtension, Row, params};

use crate::model::{Days, PageId};

use crate::store::{error::Result, reader::Reader};

/// A day or a month, and how many stories were published in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryCount {
    /// `2024-03-28`, or `2024-03`.
    pub period: String,
    /// The number of stories.
    pub stories: u64,
}

/// A capture of a story's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptureLine {
    /// Its row.
    pub id: i64,
    /// The article it is of; `None` for a page that is none.
    pub article_id: Option<i64>,
    /// Its address.
    pub url: Option<String>,
    /// When the bytes were on the site.
    pub captured_at: Option<String>,
    /// How it came into the archive.
    pub source: String,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The type that was sent with it.
    pub content_type: Option<String>,
    /// The size of the page in bytes.
    pub bytes: u64,
    /// Whether its bytes are in the archive.
    pub has_body: bool,
}

/// A story that was read much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadStory {
    /// The day of the lists.
    pub day: String,
    /// Its best place.
    pub best_rank: u32,
    /// Its article, where it is in the archive.
    pub article_id: Option<i64>,
    /// Its title in the lists.
    pub title: String,
    /// The number of captures whose lists have it.
    pub captures: u64,
}

impl Reader {
    /// Returns how many stories each month has, the oldest first.
    pub fn months(&self) -> Result<Vec<StoryCount>> {
        self.remembered("months", |conn| {
            // The index has the days in their order; months would have to be sorted.
            let sql = "SELECT published_on, count(*) FROM articles WHERE published_on IS NOT NULL
                        GROUP BY published_on ORDER BY published_on";
            let mut query = conn.prepare_cached(sql)?;
            let mut months: Vec<StoryCount> = Vec::new();
            for day in query.query_map([], story_count)? {
                let StoryCount { mut period, stories } = day?;
                period.truncate("2024-03".len());
                match months.last_mut().filter(|it| it.period == period) {
                    Some(month) => month.stories += stories,
                    None => months.push(StoryCount { period, stories }),
                }
            }
            Ok(months)
        })
    }

    /// Returns how many stories each day of a range has; days without any are left out.
    pub fn days_with_stories(&self, days: Days) -> Result<Vec<StoryCount>> {
        let sql = "SELECT published_on, count(*) FROM articles WHERE published_on BETWEEN ?1 AND ?2
                    GROUP BY published_on ORDER BY published_on";
        let mut query = self.conn.prepare_cached(sql)?;
        let rows = query.query_map([days.first.to_string(), days.last.to_string()], story_count)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the newest day that has stories.
    pub fn newest_day(&self) -> Result<Option<String>> {
        Ok(self.conn.query_row("SELECT max(published_on) FROM articles", [], |row| row.get(0))?)
    }

    /// Returns the days with stories before and after a day.
    pub fn days_beside(&self, day: &str) -> Result<(Option<String>, Option<String>)> {
        let sql = "SELECT (SELECT max(published_on) FROM articles WHERE published_on < ?1),
                          (SELECT min(published_on) FROM articles WHERE published_on > ?1)";
        Ok(self.conn.query_row(sql, [day], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// Returns the captures of a story, the oldest first.
    pub fn captures_of(&self, page: PageId) -> Result<Vec<CaptureLine>> {
        let sql = format!("{CAPTURE} WHERE article_id = ?1 ORDER BY coalesce(captured_at, ''), id");
        let mut query = self.conn.prepare_cached(&sql)?;
        let rows = query.query_map([page.0], capture_line)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns a capture and its bytes, where they are kept.
    pub fn capture_with_body(&self, id: i64) -> Result<Option<(CaptureLine, Option<Vec<u8>>)>> {
        let sql = format!("{CAPTURE} WHERE id = ?1");
        let line = self.conn.prepare_cached(&sql)?.query_row([id], capture_line).optional()?;
        let Some(line) = line else { return Ok(None) };
        let body: Option<i64> = self
            .conn
            .prepare_cached("SELECT body_id FROM captures WHERE id = ?1")?
            .query_row([id], |row| row.get(0))?;
        let body = body.map(|it| self.body(it)).transpose()?;
        Ok(Some((line, body)))
    }

    /// Returns what was read most, the newest day first; of one day where it is named.
    pub fn read_most(&self, day: Option<&str>, limit: u32) -> Result<Vec<ReadStory>> {
        let sql = "SELECT t.day, t.best_rank, t.article_id, t.captures,
                          (SELECT r.title FROM most_read_rows r WHERE r.host = t.host AND r.site_id = t.site_id LIMIT 1)
                     FROM attention t WHERE t.day IS NOT NULL AND (?1 IS NULL OR t.day = ?1)
                    ORDER BY t.day DESC, t.best_rank, t.captures DESC LIMIT ?2";
        let mut query = self.conn.prepare_cached(sql)?;
        let rows = query.query_map(params![day, limit], |row| {
            Ok(ReadStory {
                day: row.get(0)?,
                best_rank: row.get(1)?,
                article_id: row.get(2)?,
                captures: row.get(3)?,
                title: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

const CAPTURE: &str = "SELECT id, article_id, url, captured_at, source, status, content_type, bytes, body_id IS NOT NULL FROM captures";

fn capture_line(row: &Row<'_>) -> rusqlite::Result<CaptureLine> {
    Ok(CaptureLine {
        id: row.get(0)?,
        article_id: row.get(1)?,
        url: row.get(2)?,
        captured_at: row.get(3)?,
        source: row.get(4)?,
        status: row.get(5)?,
        content_type: row.get(6)?,
        bytes: row.get::<_, Option<u64>>(7)?.unwrap_or_default(),
        has_body: row.get(8)?,
    })
}

fn story_count(row: &Row<'_>) -> rusqlite::Result<StoryCount> {
    Ok(StoryCount { period: row.get(0)?, stories: row.get(1)? })
}
