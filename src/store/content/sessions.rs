//! The sessions of the exchange, and which of them a story was published for. Both are worked out at the end of a run: a ticker or a
//! board that came with it may be the first to say that a day was one, or that it was none.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, FixedOffset, NaiveDate, Utc};
use rusqlite::{Connection, params};
use strum::IntoStaticStr;

use crate::model::MarketCalendar;

use super::mentions::ShouldStop;
use crate::store::{error::Result, writer::Writer};

/// The most days from a story to its session. One with no session within these has none.
const DAYS_AHEAD_MAX: Days = Days::new(14);

/// How a session is known. The stable words of `sessions.source`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
enum SessionSource {
    Boards,
    Ticker,
    Hours,
}

/// What the moment of publication was to the exchange. The stable words of `articles.phase`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
enum Phase {
    Pre,
    Open,
    Post,
    Closed,
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct StoredSession {
    opens_at: Option<String>,
    closes_at: Option<String>,
    source: String,
}

/// Which articles are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum DatedArticles {
    /// Those that have no phase yet, and those near sessions that changed.
    New,
    /// All of them: their dates may have been read again.
    All,
}

impl Writer {
    /// Works out again whom each article names, what of it is new, and which session it is of: texts and dates were read again.
    pub async fn settle_again(&self, now: DateTime<Utc>, should_stop: ShouldStop<'_>) -> Result<()> {
        self.unsettle_stories().await?;
        self.settle_stories(should_stop).await?;
        let calendar = self.calendar.clone();
        self.call(move |conn| settle(conn, &calendar, DatedArticles::All, now)).await
    }
}

/// Works out the sessions that are known at a moment, and the session and phase of articles.
pub(in crate::store) fn settle(
    conn: &Connection,
    calendar: &MarketCalendar,
    articles: DatedArticles,
    now: DateTime<Utc>,
) -> Result<()> {
    let sessions = known(conn, calendar, now)?;
    let changed = keep(conn, &calendar.exchange, &sessions)?;
    let from = match (articles, changed) {
        (DatedArticles::All, _) => Some(NaiveDate::MIN),
        (DatedArticles::New, changed) => changed.and_then(|it| it.checked_sub_days(DAYS_AHEAD_MAX)),
    };
    date_articles(conn, calendar, &sessions, from)
}

/// Returns the sessions that boards, tickers and hours tell of, up to the day of a moment.
fn known(
    conn: &Connection,
    calendar: &MarketCalendar,
    now: DateTime<Utc>,
) -> Result<BTreeMap<NaiveDate, StoredSession>> {
    let boards = days(
        conn,
        "SELECT DISTINCT r.as_of FROM board_rows r JOIN boards b ON b.id = r.board_id
                              WHERE b.market = 1 AND r.as_of IS NOT NULL",
    )?;
    let ticker = days(conn, "SELECT DISTINCT day FROM strips WHERE day_by <> 'capture'")?;
    let closed = closed(conn, calendar)?;
    let first = days(
        conn,
        "SELECT min(published_on) FROM articles WHERE published_on IS NOT NULL
                            UNION SELECT min(day) FROM strips",
    )?;
    let today = now.with_timezone(&calendar.zone).date_naive();
    let mut sessions = BTreeMap::new();
    // What the days before the first story were says whether it was published on a day without trade.
    let first = first.first().and_then(|it| it.checked_sub_days(DAYS_AHEAD_MAX));
    let by_hours = first.iter().flat_map(NaiveDate::iter_days);
    let by_hours = by_hours.take_while(|it| *it <= today).filter(|it| !closed.contains(it));
    for (days, source) in [
        (by_hours.filter(|it| calendar.trading(*it).is_some()).collect(), SessionSource::Hours),
        (ticker, SessionSource::Ticker),
        (boards, SessionSource::Boards),
    ] {
        let days: BTreeSet<NaiveDate> = days;
        for day in days {
            let (opens, closes) = calendar.trading(day).unzip();
            let session = StoredSession {
                opens_at: opens.map(|it| it.to_rfc3339()),
                closes_at: closes.map(|it| it.to_rfc3339()),
                source: <&str>::from(source).to_owned(),
            };
            sessions.insert(day, session);
        }
    }
    Ok(sessions)
}

/// Returns the days on which the ticker still showed an earlier session after trade should have ended: there was none.
fn closed(conn: &Connection, calendar: &MarketCalendar) -> Result<BTreeSet<NaiveDate>> {
    let sql = "SELECT c.day, max(c.captured_at)
                 FROM strips s CROSS JOIN captures c ON c.strip_id = s.id
                WHERE s.day_by <> 'capture' AND s.day < substr(s.last_captured_at, 1, 10) AND s.day < c.day
                GROUP BY c.day";
    let mut query = conn.prepare_cached(sql)?;
    let rows = query.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    let mut closed = BTreeSet::new();
    for row in rows {
        let (day, last) = row?;
        let last = DateTime::parse_from_rfc3339(&last).ok();
        let (Ok(day), Some(last)) = (day.parse::<NaiveDate>(), last) else { continue };
        if calendar.trading(day).is_some_and(|(_, closes)| closes <= last) {
            closed.insert(day);
        }
    }
    Ok(closed)
}

fn days(conn: &Connection, sql: &str) -> Result<BTreeSet<NaiveDate>> {
    let mut query = conn.prepare_cached(sql)?;
    let rows = query.query_map([], |row| row.get::<_, Option<String>>(0))?;
    let mut days = BTreeSet::new();
    for row in rows {
        days.extend(row?.and_then(|it| it.parse::<NaiveDate>().ok()));
    }
    Ok(days)
}

/// Puts sessions in the place of those that were kept before. Returns the first day that differs.
fn keep(
    conn: &Connection,
    exchange: &str,
    sessions: &BTreeMap<NaiveDate, StoredSession>,
) -> Result<Option<NaiveDate>> {
    let mut query = conn
        .prepare_cached("SELECT day, opens_at, closes_at, source FROM sessions WHERE exchange = ?1")?;
    let rows = query.query_map([exchange], |row| {
        let (opens_at, closes_at) = (row.get(1)?, row.get(2)?);
        Ok((row.get::<_, String>(0)?, StoredSession { opens_at, closes_at, source: row.get(3)? }))
    })?;
    let mut stored: BTreeMap<String, StoredSession> = rows.collect::<rusqlite::Result<_>>()?;
    // A profile that calls the exchange otherwise means the same one.
    conn.prepare_cached("DELETE FROM sessions WHERE exchange <> ?1")?.execute([exchange])?;
    let mut changed: Option<NaiveDate> = None;
    let mut note = |day: NaiveDate| changed = Some(changed.map_or(day, |it| it.min(day)));
    for (day, session) in sessions {
        if stored.remove(&day.to_string()).as_ref() == Some(session) {
            continue;
        }
        let StoredSession { opens_at, closes_at, source } = session;
        note(*day);
        conn.prepare_cached("INSERT OR REPLACE INTO sessions (exchange, day, opens_at, closes_at, source) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![exchange, day.to_string(), opens_at, closes_at, source])?;
    }
    for day in stored.into_keys() {
        conn.prepare_cached("DELETE FROM sessions WHERE exchange = ?1 AND day = ?2")?
            .execute(params![exchange, day])?;
        day.parse().into_iter().for_each(&mut note);
    }
    Ok(changed)
}

/// Gives articles their session and phase: those without a phase, and those published from a day on.
fn date_articles(
    conn: &Connection,
    calendar: &MarketCalendar,
    sessions: &BTreeMap<NaiveDate, StoredSession>,
    from: Option<NaiveDate>,
) -> Result<()> {
    let sql = "SELECT id, published_at, session, phase FROM articles WHERE phase IS NULL
               UNION
               SELECT id, published_at, session, phase FROM articles WHERE ?1 <= published_on";
    let from = from.map(|it| if it == NaiveDate::MIN { String::new() } else { it.to_string() });
    let mut query = conn.prepare_cached(sql)?;
    let rows = query.query_map([from], |row| {
        let published: Option<String> = row.get(1)?;
        Ok((
            row.get::<_, i64>(0)?,
            published,
            row.get::<_, Option<String>>(2)?,
            row.get::<_, Option<String>>(3)?,
        ))
    })?;
    let mut updates = Vec::new();
    for row in rows {
        let (id, published, session, phase) = row?;
        let published = published.and_then(|it| DateTime::parse_from_rfc3339(&it).ok());
        let found = published.map_or((None, Phase::Unknown), |it| place(it, calendar, sessions));
        let now = (found.0.map(|it| it.to_string()), Some(<&str>::from(found.1).to_owned()));
        if (session, phase) != now {
            updates.push((id, now));
        }
    }
    for (id, (session, phase)) in updates {
        conn.prepare_cached("UPDATE articles SET session = ?2, phase = ?3 WHERE id = ?1")?
            .execute(params![id, session, phase])?;
    }
    Ok(())
}

/// Returns the first session whose close is not before a moment, and what the moment was to the exchange.
fn place(
    published: DateTime<FixedOffset>,
    calendar: &MarketCalendar,
    sessions: &BTreeMap<NaiveDate, StoredSession>,
) -> (Option<NaiveDate>, Phase) {
    let moment = |text: &Option<String>| DateTime::parse_from_rfc3339(text.as_deref()?).ok();
    let day = published.with_timezone(&calendar.zone).date_naive();
    let last = day.checked_add_days(DAYS_AHEAD_MAX).unwrap_or(day);
    // Of a session without hours only its day is known: it is over when the day is.
    let is_open = |it: &(&NaiveDate, &StoredSession)| match moment(&it.1.closes_at) {
        Some(closes) => published <= closes,
        None => day <= *it.0,
    };
    let session = sessions.range(day..=last).find(is_open).map(|it| *it.0);
    let phase = match sessions.get(&day).map(|it| (moment(&it.opens_at), moment(&it.closes_at))) {
        Some((Some(opens), _)) if published < opens => Phase::Pre,
        Some((_, Some(closes))) if closes < published => Phase::Post,
        Some((Some(_), Some(_))) => Phase::Open,
        Some(_) => Phase::Unknown,
        // A day after the last that is known may be one.
        None if sessions.range(day..).next().is_none() || sessions.range(..day).next().is_none() => {
            Phase::Unknown
        }
        None => Phase::Closed,
    };
    (session, phase)
}
