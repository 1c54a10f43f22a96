//! The columns of each table in an export: the names that they have in the archive, with a type. It is data; what a format does
//! with a type is decided in the file of the format.

use crate::store::Table;

/// A column of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name in the archive.
    pub name: &'static str,
    /// The type of its values.
    pub kind: ColumnKind,
}

/// The type of the values of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text.
    Text,
    /// A whole number.
    Whole,
    /// A decimal number with two digits after the point, as the paper prints them.
    Decimal,
    /// A number with as many digits after the point as the paper prints.
    Number,
    /// True or false.
    Flag,
    /// A day, `2021-03-08`.
    Day,
    /// A moment, RFC 3339.
    Moment,
    /// A moment, or a day where the time is unknown.
    Captured,
}

const fn column(name: &'static str, kind: ColumnKind) -> Column {
    Column { name, kind }
}

const ARTICLES: &[Column] = &[
    column("id", ColumnKind::Whole),
    column("host", ColumnKind::Text),
    column("site_id", ColumnKind::Text),
    column("url", ColumnKind::Text),
    column("published_on", ColumnKind::Day),
    column("published_at", ColumnKind::Moment),
    column("updated_at", ColumnKind::Moment),
    column("section", ColumnKind::Text),
    column("headline", ColumnKind::Text),
    column("byline", ColumnKind::Text),
    column("dateline", ColumnKind::Text),
    column("summary", ColumnKind::Text),
    column("body", ColumnKind::Text),
    column("word_count", ColumnKind::Whole),
    column("version", ColumnKind::Whole),
    column("content_hash", ColumnKind::Text),
    column("first_seen_at", ColumnKind::Moment),
    column("last_checked_at", ColumnKind::Moment),
    column("gone_at", ColumnKind::Moment),
    column("authors", ColumnKind::Text),
    column("tags", ColumnKind::Text),
    column("symbols", ColumnKind::Text),
    column("captured_at", ColumnKind::Captured),
    column("known_from", ColumnKind::Moment),
    column("best_rank", ColumnKind::Whole),
    column("session", ColumnKind::Day),
    column("phase", ColumnKind::Text),
];

const QUOTES: &[Column] = &[
    column("day", ColumnKind::Day),
    column("captured_at", ColumnKind::Captured),
    column("symbol", ColumnKind::Text),
    column("kind", ColumnKind::Text),
    column("price", ColumnKind::Decimal),
    column("change", ColumnKind::Decimal),
    column("change_pct", ColumnKind::Decimal),
    column("direction", ColumnKind::Text),
    column("suspect", ColumnKind::Flag),
    column("strip_id", ColumnKind::Whole),
];

const LINKS: &[Column] = &[
    column("published_on", ColumnKind::Day),
    column("article_id", ColumnKind::Whole),
    column("position", ColumnKind::Whole),
    column("placement", ColumnKind::Text),
    column("title", ColumnKind::Text),
    column("url", ColumnKind::Text),
    column("target_id", ColumnKind::Whole),
];

const BOARDS: &[Column] = &[
    column("as_of", ColumnKind::Day),
    column("board", ColumnKind::Text),
    column("code", ColumnKind::Text),
    column("name", ColumnKind::Text),
    column("unit", ColumnKind::Text),
    column("value", ColumnKind::Number),
    column("change", ColumnKind::Number),
    column("change_pct", ColumnKind::Number),
    column("captured_at", ColumnKind::Captured),
    column("last_captured_at", ColumnKind::Captured),
    column("board_id", ColumnKind::Whole),
];

const MOST_READ: &[Column] = &[
    column("day", ColumnKind::Day),
    column("captured_at", ColumnKind::Captured),
    column("last_captured_at", ColumnKind::Captured),
    column("window", ColumnKind::Text),
    column("rank", ColumnKind::Whole),
    column("title", ColumnKind::Text),
    column("host", ColumnKind::Text),
    column("site_id", ColumnKind::Text),
    column("url", ColumnKind::Text),
    column("list_id", ColumnKind::Whole),
];

const MENTIONS: &[Column] = &[
    column("published_on", ColumnKind::Day),
    column("article_id", ColumnKind::Whole),
    column("symbol", ColumnKind::Text),
];

const SESSIONS: &[Column] = &[
    column("day", ColumnKind::Day),
    column("exchange", ColumnKind::Text),
    column("opens_at", ColumnKind::Moment),
    column("closes_at", ColumnKind::Moment),
    column("source", ColumnKind::Text),
];

/// Returns the columns of a table, in the order of its rows.
pub fn columns(table: Table) -> &'static [Column] {
    match table {
        Table::Articles => ARTICLES,
        Table::Quotes => QUOTES,
        Table::Links => LINKS,
        Table::Boards => BOARDS,
        Table::MostRead => MOST_READ,
        Table::Mentions => MENTIONS,
        Table::Sessions => SESSIONS,
    }
}

/// Returns the position of the column by which rows are put into months.
pub(super) fn day_column(table: Table) -> usize {
    let is_day = |it: &Column| it.kind == ColumnKind::Day;
    columns(table).iter().position(is_day).expect("every table has a day")
}
