//! What the columns of an export are: the same names as in the archive, with a type.

use crate::store::Table;

/// A column of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name, that of the archive.
    pub name: &'static str,
    /// What its values are.
    pub kind: Kind,
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Whole,
    /// A decimal number with two digits after the point, as the paper prints them.
    Decimal,
    /// Yes or no.
    Flag,
    /// A day, `2021-03-08`.
    Day,
    /// A moment, RFC 3339.
    Moment,
    /// A moment, or a day where no more is known.
    Captured,
}

const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind }
}

const ARTICLES: &[Column] = &[
    column("id", Kind::Whole),
    column("host", Kind::Text),
    column("site_id", Kind::Text),
    column("url", Kind::Text),
    column("published_on", Kind::Day),
    column("published_at", Kind::Moment),
    column("updated_at", Kind::Moment),
    column("section", Kind::Text),
    column("headline", Kind::Text),
    column("byline", Kind::Text),
    column("dateline", Kind::Text),
    column("summary", Kind::Text),
    column("body", Kind::Text),
    column("word_count", Kind::Whole),
    column("version", Kind::Whole),
    column("content_hash", Kind::Text),
    column("first_seen_at", Kind::Moment),
    column("last_checked_at", Kind::Moment),
];

const QUOTES: &[Column] = &[
    column("day", Kind::Day),
    column("captured_at", Kind::Captured),
    column("symbol", Kind::Text),
    column("kind", Kind::Text),
    column("price", Kind::Decimal),
    column("change", Kind::Decimal),
    column("change_pct", Kind::Decimal),
    column("direction", Kind::Text),
    column("suspect", Kind::Flag),
    column("strip_id", Kind::Whole),
];

const LINKS: &[Column] = &[
    column("published_on", Kind::Day),
    column("article_id", Kind::Whole),
    column("position", Kind::Whole),
    column("placement", Kind::Text),
    column("title", Kind::Text),
    column("url", Kind::Text),
    column("target_id", Kind::Whole),
];

/// The columns of a table, in the order of its rows.
pub fn columns(table: Table) -> &'static [Column] {
    match table {
        Table::Articles => ARTICLES,
        Table::Quotes => QUOTES,
        Table::Links => LINKS,
    }
}

/// Where the day of a row stands.
pub(super) fn day_column(table: Table) -> usize {
    let is_day = |it: &Column| it.kind == Kind::Day;
    columns(table).iter().position(is_day).expect("every table has a day")
}
