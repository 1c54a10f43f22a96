//! Pages by their numbers, of a site whose ids rise with the day: which are known, which day each is of, and which guesses are due
//! again. Where a day begins among them is searched for by `discover`, and which are guessed is decided by `jobs`.

use std::ops::RangeInclusive;

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::params;

use crate::model::{DatedId, IDS, PageState};

use crate::store::{error::Result, moment::stamp, reader::Reader, writer::Writer};

/// The most articles looked at on each side: enough to see past a few that are wrong about their day.
const FACTS_MAX: usize = 40;

/// A numbered page of the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdFact {
    /// Its number.
    pub id: u64,
    /// The state of the page.
    pub state: PageState,
    /// The day its article was published.
    pub day: Option<NaiveDate>,
    /// Whether it was guessed and not there at a time when it could not be there yet.
    pub is_early: bool,
}

impl Writer {
    /// Takes ids out of a day that were asked for with its own and are not known to be of it: those beyond its first and last
    /// number, since ids may be out of order, and those that a listing of another day names.
    pub async fn forget_neighbours(&self, day: NaiveDate, first: u64, last: u64) -> Result<()> {
        self.call(move |conn| {
            conn.prepare_cached(
                "DELETE FROM day_pages
                  WHERE (reading_id, page_id) IN (
                        SELECT d.reading_id, d.page_id
                          FROM day_readings r JOIN day_pages d ON d.reading_id = r.id JOIN pages p ON p.id = d.page_id
                         WHERE r.day = ?1 AND r.source = ?2
                           AND NOT EXISTS (SELECT 1 FROM articles a WHERE a.id = p.id AND a.published_on = ?1)
                           AND (CAST(p.site_id AS INTEGER) NOT BETWEEN ?3 AND ?4
                                OR (SELECT max(o.day <> ?1) AND NOT max(o.day = ?1)
                                      FROM day_pages n JOIN day_readings o ON o.id = n.reading_id
                                     WHERE n.page_id = p.id AND o.source <> ?2)))",
            )?
            .execute(params![day.to_string(), IDS, first, last])?;
            Ok(())
        })
        .await
    }

    /// Makes guesses between two numbers due again that were not there before a time: they may have been published since. Returns
    /// the number of pages that are due again.
    pub async fn guess_again(
        &self,
        host: &str,
        numbers: RangeInclusive<u64>,
        before: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<usize> {
        let host = host.to_owned();
        self.call(move |conn| {
            let mut again = conn.prepare_cached(
                "UPDATE pages SET state = 'new', reason = NULL, due_at = ?5
                  WHERE host = ?1 AND CAST(site_id AS INTEGER) BETWEEN ?2 AND ?3 AND via = 'ids'
                    AND state = 'missing' AND visited_at < ?4 AND claimed_by IS NULL",
            )?;
            let (first, last) = (numbers.start(), numbers.end());
            Ok(again.execute(params![host, first, last, stamp(before), stamp(now)])?)
        })
        .await
    }
}

impl Reader {
    /// Returns numbers and days of the articles next to the beginning of a day, from the number `from` on: those of the last days
    /// before it, and those of it and the days after.
    pub fn around(&self, host: &str, from: u64, day: NaiveDate) -> Result<Vec<DatedId>> {
        let before = "SELECT CAST(site_id AS INTEGER) AS number, published_on FROM articles
                       WHERE host = ?1 AND published_on < ?2 AND number >= ?3
                       ORDER BY published_on DESC, number DESC LIMIT ?4";
        let after = "SELECT CAST(site_id AS INTEGER) AS number, published_on FROM articles
                      WHERE host = ?1 AND published_on >= ?2 AND number >= ?3
                      ORDER BY published_on, number LIMIT ?4";
        let mut facts = Vec::new();
        for sql in [before, after] {
            let mut query = self.conn.prepare_cached(sql)?;
            let mut rows = query.query(params![host, day.to_string(), from, FACTS_MAX])?;
            while let Some(row) = rows.next()? {
                if let Ok(day) = row.get::<_, String>(1)?.parse() {
                    facts.push(DatedId { id: row.get(0)?, day });
                }
            }
        }
        Ok(facts)
    }

    /// Returns the highest number of any page that is known.
    pub fn highest_number(&self, host: &str) -> Result<Option<u64>> {
        let sql =
            "SELECT max(CAST(site_id AS INTEGER)) FROM pages WHERE host = ?1 AND state <> 'missing'";
        Ok(self.conn.prepare_cached(sql)?.query_row([host], |row| row.get(0))?)
    }

    /// Returns what is known of the pages of these numbers, lowest first. A guess that was made before `since` and was not
    /// there is early.
    pub fn numbered(
        &self,
        host: &str,
        numbers: RangeInclusive<u64>,
        since: DateTime<Utc>,
    ) -> Result<Vec<IdFact>> {
        let (first, last) = (numbers.start(), numbers.end());
        let mut query = self.conn.prepare_cached(
            "SELECT CAST(p.site_id AS INTEGER), p.state, a.published_on,
                    p.via = 'ids' AND p.state = 'missing' AND p.visited_at < ?4
               FROM pages p LEFT JOIN articles a ON a.id = p.id
              WHERE p.host = ?1 AND CAST(p.site_id AS INTEGER) BETWEEN ?2 AND ?3
              ORDER BY 1",
        )?;
        let rows = query.query_map(params![host, first, last, stamp(since)], |row| {
            let state = PageState::from_code(&row.get::<_, String>(1)?).unwrap_or(PageState::New);
            let day: Option<String> = row.get(2)?;
            let is_early = row.get::<_, Option<bool>>(3)?.unwrap_or(false);
            Ok(IdFact { id: row.get(0)?, state, day: day.and_then(|it| it.parse().ok()), is_early })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
