//! Ticker strips: equal ones in a row are kept once, and each has the day of the session that its rows show. What a quote means
//! is decided by `extract`, and a symbol over time is read in `answers`.

use chrono::NaiveDate;
use rusqlite::{Connection, OptionalExtension, params};

use crate::model::{Board, Captured, Extraction, MarketCalendar, Quote, Strip};

use super::{
    series::{self, Links, Series, Showing},
    symbols,
};
use crate::store::{bodies::bytes::sha256, error::Result, writer::Writer};

const STRIPS: Series = Series {
    table: "strips",
    name: "''",
    columns: "day, day_by, market_date, rows, rows_hash",
    rows: "quotes",
    member: "strip_id",
    row_columns: "symbol, day, captured_at, kind, price, change, change_pct, direction, suspect",
    links: Links::Column("strip_id"),
};

/// How the day of a strip is known. The stable words of `strips.day_by`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
enum DayBy {
    /// A market board on the same page says it.
    Board,
    /// The rows are those of the ticker before.
    Ticker,
    /// By the hours and holidays of the exchange.
    Calendar,
    /// Nothing better is known than the day of the capture.
    Capture,
}

/// A day, and how it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct SessionDay {
    day: NaiveDate,
    by: DayBy,
}

/// A strip as far as its day depends on it.
struct DatedStrip {
    id: i64,
    captured_at: String,
    day: String,
    day_by: String,
    rows_hash: Option<String>,
}

/// What a pass over the days of strips did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StripDating {
    /// Strips that have another day now.
    pub redated: u64,
    /// Where the pass goes on; `None` once every strip was looked at.
    pub next: Option<StripPlace>,
}

/// A place in the order of strips: how many came before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StripPlace(u64);

/// Strips that are dated in one transaction.
const DATED_AT_A_TIME: u64 = 2000;

impl Writer {
    /// Dates stored strips again, in the order of capture: by boards, the strip before, and the calendar. Needs no raw pages.
    /// Returns what it did, and where to go on.
    pub async fn date_strips(&self, from: StripPlace) -> Result<StripDating> {
        let calendar = self.calendar.clone();
        self.call(move |conn| {
            let ids: Vec<i64> = conn
                .prepare_cached("SELECT id FROM strips ORDER BY captured_at, id LIMIT ?1 OFFSET ?2")?
                .query_map([DATED_AT_A_TIME, from.0], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            let mut redated = 0;
            for id in &ids {
                complete_hash(conn, *id)?;
                redated += u64::from(date(conn, *id, &calendar)?);
            }
            let seen = ids.len() as u64;
            let next = (seen == DATED_AT_A_TIME).then_some(StripPlace(from.0 + seen));
            Ok(StripDating { redated, next })
        })
        .await
    }
}

/// Keeps the strip of a capture, if it carried one, and dates it. The capture's boards were kept before.
pub(in crate::store) fn keep(
    conn: &Connection,
    capture: i64,
    extraction: &Extraction,
    captured: Captured,
    calendar: &MarketCalendar,
) -> Result<()> {
    let Extraction { strip, boards, .. } = extraction;
    if strip.quotes.is_empty() {
        return Ok(());
    }
    let (hash, at) = (hash(strip), captured.to_string());
    let showing = Showing { capture, at: &at, name: "", hash: &hash };
    // Its day is found once it is in its place.
    let day = calendar.day_of(captured).to_string();
    let member = series::keep(conn, &STRIPS, &showing, || insert(conn, strip, &hash, &at, &day))?;
    if member.redated.is_empty() {
        // It was dated by its first capture, unless only this one has a board that says the day.
        let says_day = |it: &Board| it.is_market && it.rows.iter().any(|row| row.as_of.is_some());
        if boards.iter().any(says_day) && !is_dated_by_board(conn, member.id)? {
            date_with_next(conn, member.id, calendar)?;
        }
        return Ok(());
    }
    for id in member.redated {
        date_with_next(conn, id, calendar)?;
    }
    Ok(())
}

/// Puts what a later reading made of a capture's strip in its place. Returns whether that is another strip.
pub(in crate::store) fn reread(
    conn: &Connection,
    capture: i64,
    extraction: &Extraction,
    captured: Option<Captured>,
    calendar: &MarketCalendar,
) -> Result<bool> {
    let strip = &extraction.strip;
    let before = series::shown(conn, &STRIPS, capture)?;
    let is_same = match before.first() {
        Some(before) => before.hash == hash(strip),
        None => strip.quotes.is_empty() || captured.is_none(),
    };
    if is_same {
        for member in &before {
            refill(conn, member.id, strip)?;
        }
        return Ok(false);
    }
    for member in before {
        series::withdraw(conn, &STRIPS, capture, member.id)?;
    }
    if let Some(captured) = captured {
        keep(conn, capture, extraction, captured, calendar)?;
    }
    Ok(true)
}

/// Inserts a strip and its quotes. Returns its row.
fn insert(conn: &Connection, strip: &Strip, hash: &str, at: &str, day: &str) -> Result<i64> {
    conn.prepare_cached(
        "INSERT INTO strips (captured_at, last_captured_at, day, market_date, rows, captures, hash, rows_hash)
         VALUES (?1, ?1, ?2, ?3, ?4, 1, ?5, ?6)",
    )?
    .execute(params![
        at,
        day,
        strip.market_date.map(|it| it.to_string()),
        strip.quotes.len(),
        hash,
        rows_hash(strip.quotes.iter().map(HashedQuote::from).collect()),
    ])?;
    let id = conn.last_insert_rowid();
    insert_quotes(conn, id, strip, at, day)?;
    Ok(id)
}

/// Gives a strip its quotes again where it has none left: `verify --repair` takes away those that are not what was stored.
fn refill(conn: &Connection, id: i64, strip: &Strip) -> Result<()> {
    let sql = "SELECT captured_at, day, EXISTS (SELECT 1 FROM quotes WHERE strip_id = ?1) FROM strips WHERE id = ?1";
    let (at, day, has_quotes): (String, String, bool) =
        conn.prepare_cached(sql)?.query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    if has_quotes { Ok(()) } else { insert_quotes(conn, id, strip, &at, &day) }
}

fn insert_quotes(conn: &Connection, id: i64, strip: &Strip, at: &str, day: &str) -> Result<()> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO quotes (symbol, day, captured_at, strip_id, kind, price, change, change_pct, direction, suspect)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    symbols::know(conn, &strip.quotes)?;
    // In the order of the indexes over them, which grow at their ends.
    let mut quotes: Vec<&Quote> = strip.quotes.iter().collect();
    quotes.sort_by(|a, b| a.symbol.cmp(&b.symbol));
    for quote in quotes {
        let Quote { symbol, kind, price, change, change_pct, direction, suspect } = quote;
        insert.execute(params![
            symbol,
            day,
            at,
            id,
            kind.code(),
            price.to_f64(),
            change.to_f64(),
            change_pct.to_f64(),
            direction.code(),
            suspect
        ])?;
    }
    Ok(())
}

fn is_dated_by_board(conn: &Connection, id: i64) -> Result<bool> {
    let sql = "SELECT day_by = 'board' FROM strips WHERE id = ?1";
    Ok(conn.prepare_cached(sql)?.query_row([id], |row| row.get(0))?)
}

/// Dates a strip, and those after it that have the same rows: their day depends on its day.
fn date_with_next(conn: &Connection, id: i64, calendar: &MarketCalendar) -> Result<()> {
    date(conn, id, calendar)?;
    let mut at = dated(conn, id)?;
    while let Some(next) = strip_beside(conn, &at, Side::After)? {
        let depends = next.day_by == <&str>::from(DayBy::Ticker) || is_alike(&at, &next);
        if !depends || !date(conn, next.id, calendar)? {
            break;
        }
        at = next;
    }
    Ok(())
}

/// Gives a strip and its quotes the day of their session. Returns whether it had another.
fn date(conn: &Connection, id: i64, calendar: &MarketCalendar) -> Result<bool> {
    let strip = dated(conn, id)?;
    let SessionDay { day, by } = session(conn, &strip, calendar)?;
    let (day, by) = (day.to_string(), <&str>::from(by));
    if strip.day_by != by || strip.day != day {
        conn.prepare_cached("UPDATE strips SET day = ?2, day_by = ?3 WHERE id = ?1")?
            .execute(params![id, day, by])?;
    }
    conn.prepare_cached(
        "UPDATE quotes SET day = ?2, captured_at = ?3 WHERE strip_id = ?1 AND (day <> ?2 OR captured_at <> ?3)",
    )?
    .execute(params![id, day, strip.captured_at])?;
    Ok(strip.day != day)
}

/// Returns the session that a strip shows: what a market board beside it says; that of the strip before, if its rows are the
/// same; what the calendar says of its first capture; or that capture's day.
fn session(conn: &Connection, strip: &DatedStrip, calendar: &MarketCalendar) -> Result<SessionDay> {
    let text = |day: &str| day.parse::<NaiveDate>().ok();
    if let Some(day) = board_day(conn, strip.id)?.as_deref().and_then(text) {
        return Ok(SessionDay { day, by: DayBy::Board });
    }
    let before = strip_beside(conn, strip, Side::Before)?;
    let before = before.filter(|it| is_alike(it, strip) && it.day_by != <&str>::from(DayBy::Capture));
    if let Some(day) = before.and_then(|it| text(&it.day)) {
        return Ok(SessionDay { day, by: DayBy::Ticker });
    }
    let captured: Option<Captured> = strip.captured_at.parse().ok();
    if let Some(day) = captured.and_then(|it| calendar.session_of(it)) {
        return Ok(SessionDay { day, by: DayBy::Calendar });
    }
    let day = captured.map(|it| calendar.day_of(it)).or_else(|| text(&strip.day));
    Ok(SessionDay { day: day.unwrap_or_default(), by: DayBy::Capture })
}

/// Returns the day that the market boards say which stood on the first capture of a strip that had some.
fn board_day(conn: &Connection, id: i64) -> Result<Option<String>> {
    let sql = "SELECT max(r.as_of)
                 FROM captures c
                 JOIN capture_boards l ON l.capture_id = c.id
                 JOIN boards b ON b.id = l.board_id AND b.market = 1
                 JOIN board_rows r ON r.board_id = b.id
                WHERE c.strip_id = ?1 AND r.as_of <= coalesce(c.day, '9999')
                GROUP BY c.id ORDER BY c.captured_at, c.id LIMIT 1";
    Ok(conn.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?)
}

fn dated(conn: &Connection, id: i64) -> Result<DatedStrip> {
    let sql = "SELECT id, captured_at, day, day_by, rows_hash FROM strips WHERE id = ?1";
    Ok(conn.prepare_cached(sql)?.query_row([id], dated_row)?)
}

#[derive(Clone, Copy)]
enum Side {
    Before,
    After,
}

/// Returns the strip before or after another, in the order of capture.
fn strip_beside(conn: &Connection, strip: &DatedStrip, side: Side) -> Result<Option<DatedStrip>> {
    let sql = match side {
        Side::Before => {
            "SELECT id, captured_at, day, day_by, rows_hash FROM strips
              WHERE captured_at <= ?1 AND (captured_at, id) < (?1, ?2) ORDER BY captured_at DESC, id DESC LIMIT 1"
        }
        Side::After => {
            "SELECT id, captured_at, day, day_by, rows_hash FROM strips
              WHERE captured_at >= ?1 AND (captured_at, id) > (?1, ?2) ORDER BY captured_at, id LIMIT 1"
        }
    };
    let found = conn.prepare_cached(sql)?.query_row(params![strip.captured_at, strip.id], dated_row);
    Ok(found.optional()?)
}

fn dated_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<DatedStrip> {
    Ok(DatedStrip {
        id: row.get(0)?,
        captured_at: row.get(1)?,
        day: row.get(2)?,
        day_by: row.get(3)?,
        rows_hash: row.get(4)?,
    })
}

fn is_alike(a: &DatedStrip, b: &DatedStrip) -> bool {
    a.rows_hash.is_some() && a.rows_hash == b.rows_hash
}

/// Gives a strip of an earlier schema the hash of its rows.
fn complete_hash(conn: &Connection, id: i64) -> Result<()> {
    if dated(conn, id)?.rows_hash.is_some() {
        return Ok(());
    }
    let sql =
        "SELECT symbol, kind, price, change, change_pct, direction FROM quotes WHERE strip_id = ?1";
    let mut query = conn.prepare_cached(sql)?;
    let quotes = query.query_map([id], |row| {
        Ok(HashedQuote {
            symbol: row.get(0)?,
            kind: row.get(1)?,
            numbers: [row.get(2)?, row.get(3)?, row.get(4)?],
            direction: row.get(5)?,
        })
    })?;
    let hash = rows_hash(quotes.collect::<rusqlite::Result<_>>()?);
    conn.prepare_cached("UPDATE strips SET rows_hash = ?2 WHERE id = ?1")?.execute(params![id, hash])?;
    Ok(())
}

/// What tells the rows of one strip from those of another, as it stands in the archive.
struct HashedQuote {
    symbol: String,
    kind: String,
    numbers: [f64; 3],
    direction: String,
}

impl From<&Quote> for HashedQuote {
    fn from(quote: &Quote) -> Self {
        let Quote { symbol, kind, price, change, change_pct, direction, suspect: _ } = quote;
        Self {
            symbol: symbol.clone(),
            kind: kind.code().to_owned(),
            numbers: [price, change, change_pct].map(|it| it.to_f64()),
            direction: direction.code().to_owned(),
        }
    }
}

/// The hash of the rows alone, in the order of their symbols, whatever date is printed beside them.
fn rows_hash(mut quotes: Vec<HashedQuote>) -> String {
    quotes.sort_by(|a, b| a.symbol.cmp(&b.symbol));
    let line = |it: &HashedQuote| {
        let [price, change, change_pct] = it.numbers;
        format!("{} {} {price} {change} {change_pct} {}", it.symbol, it.kind, it.direction)
    };
    sha256(quotes.iter().map(line).collect::<Vec<_>>().join("\n").as_bytes())
}

fn hash(strip: &Strip) -> String {
    let Strip { market_date, quotes } = strip;
    let mut text = market_date.map(|it| it.to_string()).unwrap_or_default();
    for Quote { symbol, kind, price, change, change_pct, direction, suspect: _ } in quotes {
        let row = [
            symbol,
            kind.code(),
            &price.to_string(),
            &change.to_string(),
            &change_pct.to_string(),
            direction.code(),
        ]
        .join(" ");
        text.push('\n');
        text.push_str(&row);
    }
    sha256(text.as_bytes())
}
