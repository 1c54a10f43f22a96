//! The ledger: what each source said of each day, and what became of the pages it named. It counts and remembers; whether a
//! day is complete is judged by `jobs`. The pages themselves are those of `pages`, here they are only filed under a day.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::params;

use crate::model::{Candidate, DayReading, Days, Reading, Request, RunId, first_moment};

use super::{pages, requests};
use crate::store::{
    error::Result,
    moment::{stamp, unstamp},
    reader::Reader,
    writer::Writer,
};

/// How often a source of days was there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SourceRecord {
    /// The number of days for which it was read or empty.
    pub there: u64,
    /// The number of days for which it was missing.
    pub missing: u64,
}

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
    /// The listing's path in the profile, or [`IDS`](crate::model::IDS).
    pub source: String,
    /// How it answered.
    pub state: Reading,
    /// The cause of that.
    pub reason: Option<String>,
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

    /// The first moment after a day.
    fn end_of(&self, day: NaiveDate) -> DateTime<Utc> {
        first_moment(day.succ_opt().unwrap_or(day), self.zone)
    }
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

    /// Returns how often a source was there, and how often it was not.
    pub fn source_record(&self, source: &str) -> Result<SourceRecord> {
        let sql = "SELECT count(*) FILTER (WHERE state IN ('read', 'empty')), count(*) FILTER (WHERE state = 'missing')
                     FROM day_readings WHERE source = ?1";
        let mut query = self.conn.prepare_cached(sql)?;
        let record = query
            .query_row([source], |row| Ok(SourceRecord { there: row.get(0)?, missing: row.get(1)? }));
        Ok(record?)
    }
}
