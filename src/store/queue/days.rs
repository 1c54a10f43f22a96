//! The ledger: what each source said of each day, and what became of the pages it named. It counts and remembers; whether a
//! day is complete is judged by `jobs`. The pages themselves are those of `pages`, here they are only filed under a day.

use std::{collections::BTreeMap, ops::RangeInclusive};

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::params;

use crate::model::{Candidate, DayReading, Days, IDS, PageState, Reading, Request, RunId};

use super::{pages, requests};
use crate::store::{
    error::Result,
    moment::{stamp, unstamp},
    reader::Reader,
    writer::Writer,
};

/// The most articles looked at on each side: enough to see past a few that are wrong about their day.
const FACTS_MAX: usize = 40;

/// What the archive knows of a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DayFacts {
    /// Articles published on it.
    pub articles: u64,
    /// Those of them whose page was never read: their story came by feed.
    pub by_feed: u64,
    /// Pictures that they name, and that are kept or wait to be.
    pub images: u64,
    /// Those of them that are stored.
    pub images_stored: u64,
    /// What each source said of it.
    pub readings: Vec<DayReading>,
}

/// What a source said of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceReading {
    /// The day.
    pub day: NaiveDate,
    /// The listing's path in the profile, or [`IDS`].
    pub source: String,
    /// How it answered.
    pub state: Reading,
    /// The cause of that.
    pub reason: Option<String>,
}

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
    /// Keeps what a source said of a day, with the requests that it took: in one transaction the pages it named are enqueued and
    /// filed under the day. Returns how many of them nobody had named before.
    pub async fn keep_reading(
        &self,
        run: RunId,
        reading: SourceReading,
        candidates: Vec<Candidate>,
        requests: Vec<Request>,
        now: DateTime<Utc>,
    ) -> Result<usize> {
        let ends_at = self.end_of(reading.day);
        self.call(move |conn| {
            requests::keep(conn, run, &requests)?;
            let SourceReading { day, source, state, reason } = &reading;
            let added = pages::enqueue(conn, &candidates, now)?.added;
            let id: i64 = conn
                .prepare_cached(
                    "INSERT INTO day_readings (day, source, state, reason, ends_at, checked_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                     ON CONFLICT (day, source) DO UPDATE
                        SET state = excluded.state, reason = excluded.reason, ends_at = excluded.ends_at,
                            checked_at = excluded.checked_at
                     RETURNING id",
                )?
                .query_row(
                    params![day.to_string(), source, state.code(), reason, stamp(ends_at), stamp(now)],
                    |row| row.get(0),
                )?;
            let mut file = conn.prepare_cached(
                "INSERT OR IGNORE INTO day_pages (reading_id, page_id) VALUES (?1, ?2)",
            )?;
            for candidate in &candidates {
                file.execute(params![id, pages::page_id(conn, &candidate.key)?.0])?;
            }
            Ok(added)
        })
        .await
    }

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

    /// The first moment after a day.
    fn end_of(&self, day: NaiveDate) -> DateTime<Utc> {
        start_of(day.succ_opt().unwrap_or(day), self.zone)
    }
}

/// The first moment of a day; the first that exists, where clocks are put forward at midnight.
fn start_of(day: NaiveDate, zone: chrono_tz::Tz) -> DateTime<Utc> {
    let midnight = day.and_hms_opt(0, 0, 0).expect("every day has a midnight");
    let local = (0..24)
        .find_map(|it| (midnight + chrono::TimeDelta::hours(it)).and_local_timezone(zone).earliest());
    local.map_or_else(|| midnight.and_utc(), |it| it.to_utc())
}

impl Reader {
    /// Returns what is known of each day of a range; days that nobody has asked about are left out.
    pub fn days(&self, days: Days) -> Result<BTreeMap<NaiveDate, DayFacts>> {
        let mut facts: BTreeMap<NaiveDate, DayFacts> = BTreeMap::new();
        for (day, articles) in self.article_counts(days)? {
            facts.entry(day).or_default().articles = articles;
        }
        let mut by_feed = self.conn.prepare_cached(
            "SELECT a.published_on, count(*) FROM pages p JOIN articles a ON a.id = p.id
              WHERE p.by_feed = 1 AND a.published_on BETWEEN ?1 AND ?2 GROUP BY a.published_on",
        )?;
        let mut rows = by_feed.query([days.first.to_string(), days.last.to_string()])?;
        while let Some(row) = rows.next()? {
            if let Ok(day) = row.get::<_, String>(0)?.parse::<NaiveDate>() {
                facts.entry(day).or_default().by_feed = row.get(1)?;
            }
        }
        let mut images = self.conn.prepare_cached(
            "SELECT a.published_on, count(*), count(s.image_id)
               FROM story_images s JOIN articles a ON a.capture_id = s.capture_id
              WHERE a.published_on BETWEEN ?1 AND ?2 GROUP BY a.published_on",
        )?;
        let mut rows = images.query([days.first.to_string(), days.last.to_string()])?;
        while let Some(row) = rows.next()? {
            if let Ok(day) = row.get::<_, String>(0)?.parse::<NaiveDate>() {
                let facts = facts.entry(day).or_default();
                (facts.images, facts.images_stored) = (row.get(1)?, row.get(2)?);
            }
        }
        let mut query = self.conn.prepare_cached(
            "SELECT day, source, state, reason, checked_at >= ends_at, listed, stored, blocked, missing, failed, complete,
                    of_day, checked_at
               FROM days WHERE day BETWEEN ?1 AND ?2 ORDER BY day, source",
        )?;
        let mut rows = query.query([days.first.to_string(), days.last.to_string()])?;
        while let Some(row) = rows.next()? {
            let Ok(day) = row.get::<_, String>(0)?.parse() else { continue };
            let reading = DayReading {
                source: row.get(1)?,
                state: Reading::from_code(&row.get::<_, String>(2)?).unwrap_or(Reading::Failed),
                reason: row.get(3)?,
                is_final: row.get(4)?,
                listed: row.get(5)?,
                stored: row.get(6)?,
                blocked: row.get(7)?,
                missing: row.get(8)?,
                failed: row.get(9)?,
                complete: row.get(10)?,
                of_day: row.get(11)?,
                checked_at: unstamp(&row.get::<_, String>(12)?).unwrap_or_default(),
            };
            facts.entry(day).or_default().readings.push(reading);
        }
        Ok(facts)
    }

    /// Returns the number of articles by day of publication.
    pub fn article_counts(&self, days: Days) -> Result<BTreeMap<NaiveDate, u64>> {
        let mut query = self.conn.prepare_cached(
            "SELECT published_on, count(*) FROM articles WHERE published_on BETWEEN ?1 AND ?2 GROUP BY published_on",
        )?;
        let rows = query.query_map([days.first.to_string(), days.last.to_string()], |row| {
            Ok((row.get::<_, String>(0)?, row.get(1)?))
        })?;
        let mut counts = BTreeMap::new();
        for row in rows {
            let (day, count) = row?;
            if let Ok(day) = day.parse() {
                counts.insert(day, count);
            }
        }
        Ok(counts)
    }

    /// Returns the first and the last day that anything is known of.
    pub fn known_days(&self) -> Result<Option<Days>> {
        let sql = "SELECT min(day), max(day) FROM (
                       SELECT min(published_on) AS day FROM articles
                       UNION ALL SELECT max(published_on) FROM articles
                       UNION ALL SELECT min(day) FROM day_readings
                       UNION ALL SELECT max(day) FROM day_readings)";
        let (first, last): (Option<String>, Option<String>) =
            self.conn.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let day = |it: Option<String>| it.and_then(|it| it.parse().ok());
        Ok(day(first).zip(day(last)).map(|(first, last)| Days { first, last }))
    }

    /// Returns whether the site's news is followed: some run was a `scrape`.
    pub fn is_followed(&self) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM runs WHERE command = 'scrape')";
        Ok(self.conn.query_row(sql, [], |row| row.get(0))?)
    }

    /// How often a source was there, and how often it was not: `(read or empty, missing)`.
    pub fn source_record(&self, source: &str) -> Result<(u64, u64)> {
        let sql = "SELECT count(*) FILTER (WHERE state IN ('read', 'empty')), count(*) FILTER (WHERE state = 'missing')
                     FROM day_readings WHERE source = ?1";
        Ok(self.conn.prepare_cached(sql)?.query_row([source], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// Returns numbers and days of the articles next to the beginning of a day, from the number `from` on: those of the last days
    /// before it, and those of it and the days after.
    pub fn around(&self, host: &str, from: u64, day: NaiveDate) -> Result<Vec<(u64, NaiveDate)>> {
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
                    facts.push((row.get(0)?, day));
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
