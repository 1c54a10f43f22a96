//! The counts that `status` shows. Whether they are good news is judged there; nothing is counted here that another answer
//! lists.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::Connection;

use crate::model::{PageState, Tally};

use super::images::ImageStats;
use crate::store::{
    error::Result,
    moment::stamp,
    queue::runs::{PARSED_SLOWLY, RunRow, drifts},
    reader::Reader,
};

/// The number of runs that are shown, the newest first.
const RUNS_MAX: u32 = 5;

/// The state of an archive.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// The number of articles.
    pub articles: u64,
    /// The number of wordings, the newest included.
    pub versions: u64,
    /// First and last day of publication.
    pub days: Option<(String, String)>,
    /// The number of articles without a date.
    pub undated: u64,
    /// The number of quotes from tickers.
    pub quotes: u64,
    /// The number of captures.
    pub captures: u64,
    /// The number of articles whose page was never read: their story came by feed.
    pub by_feed: u64,
    /// The number of articles that are gone from the site.
    pub gone: u64,
    /// The number of captures with bytes that an older extractor read.
    pub read_by_older: u64,
    /// The number of tickers that are dated by their capture, because nothing better is known.
    pub tickers_by_capture: u64,
    /// The number of pages that runs of the last seven days stored.
    pub week_captures: u64,
    /// The pictures.
    pub images: ImageStats,
    /// Pages by what is known of them.
    pub pages: Vec<PageStats>,
    /// The number of pages that are due now.
    pub due: u64,
    /// When the next page is due.
    pub next_due: Option<String>,
    /// Sources as they were last read.
    pub sources: Vec<SourceStats>,
    /// Hosts that asked something of us.
    pub hosts: Vec<HostStats>,
    /// The newest runs, newest first.
    pub runs: Vec<RunRow>,
}

/// Pages of one state and cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageStats {
    /// What is known of them.
    pub state: PageState,
    /// The cause of that state.
    pub reason: Option<String>,
    /// Whether they are ids that nobody named and that no page has, with which nothing is lost.
    pub is_guess: bool,
    /// The number of these pages.
    pub count: u64,
    /// When the first of them is looked at again; `None` for never.
    pub next_due: Option<String>,
}

/// A source as it was last read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceStats {
    /// Its address.
    pub url: String,
    /// Its state then: fresh, stale, empty, failed.
    pub state: String,
    /// Why it failed.
    pub reason: Option<String>,
    /// When it was read.
    pub checked_at: String,
    /// The date of its newest item.
    pub newest_at: Option<String>,
}

/// What a host asked of us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostStats {
    /// The host.
    pub host: String,
    /// The time before which it wants no request.
    pub wait_until: Option<String>,
    /// The time until which the breaker is open.
    pub open_until: Option<String>,
    /// The number of failures in a row.
    pub failures: u64,
    /// The pace in force, in milliseconds between requests.
    pub interval_ms: Option<u64>,
}

/// One line of a table of articles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The day of publication.
    pub published_on: Option<String>,
    /// The section.
    pub section: Option<String>,
    /// The byline.
    pub byline: Option<String>,
    /// The headline.
    pub headline: Option<String>,
}

impl Reader {
    /// Returns the newest articles, newest first.
    pub fn sample(&self, limit: u32) -> Result<Vec<Sample>> {
        let sql = "SELECT published_on, section, byline, headline FROM articles
                    ORDER BY published_on DESC, published_at DESC, id DESC LIMIT ?1";
        let mut query = self.conn.prepare(sql)?;
        let rows = query.query_map([limit], |row| {
            Ok(Sample {
                published_on: row.get(0)?,
                section: row.get(1)?,
                byline: row.get(2)?,
                headline: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the state of the archive at a time, with an extractor of this version.
    pub fn status(&self, now: DateTime<Utc>, extractor: u32) -> Result<Status> {
        let conn = &self.conn;
        let older = "SELECT count(*) FROM captures WHERE extractor < ?1 AND body_id IS NOT NULL";
        let count = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, u64>(0));
        let articles = count("SELECT count(*) FROM articles")?;
        // Each alone is a look at one end of an index, both in one statement a walk over all of it.
        let days =
            "SELECT (SELECT min(published_on) FROM articles), (SELECT max(published_on) FROM articles)";
        let days = conn.query_row(days, [], |row| {
            let (first, last): (Option<String>, Option<String>) = (row.get(0)?, row.get(1)?);
            Ok(first.zip(last))
        })?;
        let week = "SELECT coalesce(sum(stored + updated), 0) FROM runs WHERE ?1 <= started_at";
        let week_ago = stamp(now - TimeDelta::days(7));
        let next = "SELECT min(due_at) FROM pages WHERE due_at IS NOT NULL AND claimed_by IS NULL AND due_at > ?1";
        Ok(Status {
            articles,
            versions: articles + count("SELECT count(*) FROM old_versions")?,
            days,
            undated: count("SELECT count(*) FROM articles WHERE published_on IS NULL")?,
            quotes: count("SELECT coalesce(sum(rows), 0) FROM strips")?,
            captures: count("SELECT count(*) FROM captures")?,
            by_feed: count("SELECT count(*) FROM pages WHERE by_feed = 1")?,
            gone: count("SELECT count(*) FROM articles WHERE gone_at IS NOT NULL")?,
            read_by_older: conn.query_row(older, [extractor], |row| row.get(0))?,
            tickers_by_capture: count("SELECT count(*) FROM strips WHERE day_by = 'capture'")?,
            week_captures: conn.query_row(week, [week_ago], |row| row.get(0))?,
            images: self.image_stats(&stamp(now))?,
            pages: pages(conn)?,
            due: self.due(now)?,
            next_due: conn.query_row(next, [stamp(now)], |row| row.get(0))?,
            sources: sources(conn)?,
            hosts: hosts(conn)?,
            runs: runs(conn)?,
        })
    }
}

fn pages(conn: &Connection) -> Result<Vec<PageStats>> {
    // Most pages are never due again: counted from an index, they need not be looked at.
    let sql = "WITH due AS (
                   SELECT state, reason, due_at FROM pages WHERE due_at IS NOT NULL AND claimed_by IS NULL
                   UNION ALL
                   SELECT state, reason, due_at FROM pages WHERE due_at IS NOT NULL AND claimed_by IS NOT NULL),
                   next AS MATERIALIZED (SELECT state, reason, min(due_at) AS due_at FROM due GROUP BY state, reason)
               SELECT p.state, p.reason, p.pages,
                      (SELECT n.due_at FROM next n WHERE n.state = p.state AND n.reason IS p.reason)
                 FROM (SELECT state, reason, count(*) AS pages FROM pages GROUP BY state, reason) p
                ORDER BY p.state, p.reason";
    let mut query = conn.prepare(sql)?;
    let rows = query.query_map([], |row| {
        let state: String = row.get(0)?;
        let (reason, count, next_due) = (row.get(1)?, row.get(2)?, row.get(3)?);
        let found = PageState::from_code(&state);
        Ok(found.map(|state| PageStats { state, reason, is_guess: false, count, next_due }))
    })?;
    let mut pages: Vec<PageStats> =
        rows.filter_map(rusqlite::Result::transpose).collect::<rusqlite::Result<_>>()?;
    for guesses in guesses_missed(conn)? {
        let is_same = |it: &&mut PageStats| it.state == guesses.state && it.reason == guesses.reason;
        if let Some(others) = pages.iter_mut().find(is_same) {
            others.count -= guesses.count;
        }
        pages.push(guesses);
    }
    pages.retain(|it| 0 < it.count);
    pages.sort_by_key(|it| (it.state, it.is_guess));
    Ok(pages)
}

/// Counts ids that nobody named and that no page has. They are not due again, except those that a source names by now.
fn guesses_missed(conn: &Connection) -> Result<Vec<PageStats>> {
    let sql =
        "SELECT reason, count(*) FROM pages WHERE state = 'missing' AND via = 'ids' GROUP BY reason";
    let mut query = conn.prepare(sql)?;
    let rows = query.query_map([], |row| {
        let (reason, count) = (row.get(0)?, row.get(1)?);
        Ok(PageStats { state: PageState::Missing, reason, is_guess: true, count, next_due: None })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn sources(conn: &Connection) -> Result<Vec<SourceStats>> {
    let sql = "SELECT url, state, reason, checked_at, newest_at FROM sources ORDER BY kind, url";
    let mut query = conn.prepare(sql)?;
    let rows = query.query_map([], |row| {
        Ok(SourceStats {
            url: row.get(0)?,
            state: row.get(1)?,
            reason: row.get(2)?,
            checked_at: row.get(3)?,
            newest_at: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn hosts(conn: &Connection) -> Result<Vec<HostStats>> {
    let mut query = conn.prepare(
        "SELECT host, wait_until, open_until, failures, interval_ms FROM hosts ORDER BY host",
    )?;
    let rows = query.query_map([], |row| {
        Ok(HostStats {
            host: row.get(0)?,
            wait_until: row.get(1)?,
            open_until: row.get(2)?,
            failures: row.get(3)?,
            interval_ms: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn runs(conn: &Connection) -> Result<Vec<RunRow>> {
    let sql = "SELECT id, command, started_at, finished_at, outcome, discovered, fetched, stored, updated, unchanged,
                      missing, failed, drift,
                      CASE WHEN read > 0 THEN (SELECT cast(coalesce(max(total), 0) AS INTEGER) FROM run_measures
                                                WHERE run_id = runs.id AND measure = ?2) END
                 FROM runs ORDER BY id DESC LIMIT ?1";
    let mut query = conn.prepare(sql)?;
    let rows = query.query_map(rusqlite::params![RUNS_MAX, PARSED_SLOWLY], |row| {
        let tally = Tally {
            discovered: row.get(5)?,
            fetched: row.get(6)?,
            stored: row.get(7)?,
            updated: row.get(8)?,
            unchanged: row.get(9)?,
            missing: row.get(10)?,
            failed: row.get(11)?,
            ..Tally::default()
        };
        Ok(RunRow {
            id: row.get(0)?,
            command: row.get(1)?,
            started_at: row.get(2)?,
            finished_at: row.get(3)?,
            outcome: row.get(4)?,
            tally,
            drifts: drifts(row.get::<_, Option<String>>(12)?.as_deref()),
            parsed_slowly: row.get(13)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::open::{Opened, open_current};

    #[test]
    fn pages_are_counted_by_state_and_cause_with_their_next_visit() {
        let dir = tempfile::tempdir().expect("a folder");
        let Opened { conn, lock: _lock, .. } =
            open_current(&dir.path().join("a.db"), || false).expect("an archive");
        conn.execute_batch(
            "INSERT INTO runs (id, command, started_at) VALUES (1, 'scrape', '');
             INSERT INTO pages (host, site_id, via, state, reason, found_at, due_at, claimed_by) VALUES
                 ('h', '1', 'feed', 'stored', NULL, '', NULL, NULL),
                 ('h', '2', 'feed', 'stored', NULL, '', '2024-01-03', NULL),
                 ('h', '3', 'feed', 'stored', NULL, '', '2024-01-02', 1),
                 ('h', '4', 'feed', 'blocked', 'http_403', '', '2024-01-05', NULL),
                 ('h', '5', 'feed', 'blocked', 'robots', '', NULL, NULL),
                 ('h', '6', 'feed', 'missing', 'not_found', '', '2024-01-07', NULL),
                 ('h', '7', 'ids', 'missing', 'not_found', '', NULL, NULL),
                 ('h', '8', 'ids', 'missing', 'not_found', '', NULL, NULL),
                 ('h', '9', 'ids', 'missing', 'gone', '', NULL, NULL),
                 ('h', '10', 'ids', 'stored', NULL, '', NULL, NULL)",
        )
        .expect("rows");
        let found: Vec<_> = pages(&conn)
            .expect("counts")
            .into_iter()
            .map(|it| (it.state, it.reason, it.is_guess, it.count, it.next_due))
            .collect();
        let text = |it: &str| Some(it.to_owned());
        let expect = [
            (PageState::Stored, None, false, 4, text("2024-01-02")),
            (PageState::Missing, text("not_found"), false, 1, text("2024-01-07")),
            (PageState::Missing, text("gone"), true, 1, None),
            (PageState::Missing, text("not_found"), true, 2, None),
            (PageState::Blocked, text("http_403"), false, 1, text("2024-01-05")),
            (PageState::Blocked, text("robots"), false, 1, None),
        ];
        assert_eq!(found, expect);
    }
}
