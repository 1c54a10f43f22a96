//! The columns of each table in an export: the names that they have in the archive, with a type and what they say. It is data, of
//! which the data dictionary is made; what a format does with a type is decided in the file of the format.

use crate::store::{Cell, Table};

/// A column of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name in the archive.
    pub name: &'static str,
    /// The type of its values.
    pub kind: ColumnKind,
    /// What it says.
    pub what: &'static str,
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
    /// Texts in their order, none or more. In a cell they are a JSON array.
    List,
}

const fn column(name: &'static str, kind: ColumnKind, what: &'static str) -> Column {
    Column { name, kind, what }
}

const ARTICLES: &[Column] = &[
    column(
        "id",
        ColumnKind::Whole,
        "the archive's number of the article, by which other tables name it",
    ),
    column("host", ColumnKind::Text, "the host of the site, without `www`"),
    column("site_id", ColumnKind::Text, "what tells the story from all others of its host"),
    column("url", ColumnKind::Text, "its address"),
    column("published_on", ColumnKind::Day, "the day of publication in the site's time zone"),
    column("published_at", ColumnKind::Moment, "the moment of publication, where the page gives one"),
    column("updated_at", ColumnKind::Moment, "the moment of the last change, where the page prints one"),
    column("section", ColumnKind::Text, "the section, as printed"),
    column("headline", ColumnKind::Text, "the headline"),
    column("byline", ColumnKind::Text, "who signs it, as printed"),
    column("dateline", ColumnKind::Text, "the place it was filed from"),
    column("summary", ColumnKind::Text, "the summary, a line each"),
    column("body", ColumnKind::Text, "the text, its paragraphs parted by a blank line"),
    column("word_count", ColumnKind::Whole, "words of the body"),
    column("version", ColumnKind::Whole, "how many wordings are known up to this one"),
    column("content_hash", ColumnKind::Text, "SHA-256 of headline, byline, summary and body"),
    column("first_seen_at", ColumnKind::Moment, "when the archive had it first"),
    column("last_checked_at", ColumnKind::Moment, "when the site was last asked about it"),
    column("gone_at", ColumnKind::Moment, "when the site was found not to have it any more"),
    column("authors", ColumnKind::List, "the byline taken apart"),
    column("tags", ColumnKind::List, "the topics that it is filed under"),
    column("symbols", ColumnKind::List, "the companies and indices that it names"),
    column("captured_at", ColumnKind::Captured, "when the capture of this wording was on the site"),
    column("known_from", ColumnKind::Moment, "when this wording came into the archive"),
    column("best_rank", ColumnKind::Whole, "its best place in a list of most-read stories"),
    column(
        "session",
        ColumnKind::Day,
        "the first session of the exchange whose close is not before publication",
    ),
    column(
        "phase",
        ColumnKind::Text,
        "what the moment was to the exchange: `pre`, `open`, `post`, `closed`, `unknown`",
    ),
    column("wire", ColumnKind::Text, "the agency that it names as its source"),
];

const QUOTES: &[Column] = &[
    column("day", ColumnKind::Day, "the session that it is of"),
    column("captured_at", ColumnKind::Captured, "when it was on the site"),
    column("symbol", ColumnKind::Text, "the ticker symbol"),
    column("kind", ColumnKind::Text, "`stock` or `index`"),
    column("price", ColumnKind::Decimal, "the price"),
    column("change", ColumnKind::Decimal, "its change since the session before"),
    column("change_pct", ColumnKind::Decimal, "the same in percent"),
    column("direction", ColumnKind::Text, "`up`, `down` or `flat`, as the words beside it say"),
    column("suspect", ColumnKind::Flag, "whether words and numbers contradict each other"),
    column("strip_id", ColumnKind::Whole, "the ticker that it is a row of"),
];

const LINKS: &[Column] = &[
    column("published_on", ColumnKind::Day, "the day of publication of the story"),
    column("article_id", ColumnKind::Whole, "the story"),
    column("position", ColumnKind::Whole, "its place among the links of the story"),
    column("placement", ColumnKind::Text, "`inline` or `related`"),
    column("title", ColumnKind::Text, "its text"),
    column("url", ColumnKind::Text, "its address"),
    column("target_id", ColumnKind::Whole, "the article that it leads to, where the archive has it"),
];

const BOARDS: &[Column] = &[
    column("as_of", ColumnKind::Day, "the day of the value"),
    column("board", ColumnKind::Text, "the board"),
    column("code", ColumnKind::Text, "the code of the row"),
    column("name", ColumnKind::Text, "its name, as printed"),
    column("unit", ColumnKind::Text, "what the value is: `price`, `rate`, `index`, `volume`"),
    column("value", ColumnKind::Number, "the value"),
    column("change", ColumnKind::Number, "the change of its price"),
    column("change_pct", ColumnKind::Number, "the same in percent"),
    column("captured_at", ColumnKind::Captured, "when the board was first seen like this"),
    column("last_captured_at", ColumnKind::Captured, "when it was last seen like this"),
    column("board_id", ColumnKind::Whole, "the board that it is a row of"),
];

const MOST_READ: &[Column] = &[
    column("day", ColumnKind::Day, "the day of the capture"),
    column("captured_at", ColumnKind::Captured, "when the list was first seen like this"),
    column("last_captured_at", ColumnKind::Captured, "when it was last seen like this"),
    column("window", ColumnKind::Text, "the time that the list is of, as printed"),
    column("rank", ColumnKind::Whole, "the place in it"),
    column("title", ColumnKind::Text, "the headline in it"),
    column("host", ColumnKind::Text, "the host of the story"),
    column("site_id", ColumnKind::Text, "the story"),
    column("url", ColumnKind::Text, "its address"),
    column("list_id", ColumnKind::Whole, "the list that it is a row of"),
];

const MENTIONS: &[Column] = &[
    column("published_on", ColumnKind::Day, "the day of publication of the story"),
    column("article_id", ColumnKind::Whole, "the story"),
    column("symbol", ColumnKind::Text, "the company or index that it names"),
    column("matched", ColumnKind::Text, "the text that was found, where it is surest"),
    column(
        "rule",
        ColumnKind::Text,
        "how: by its `symbol`, its `name`, a `tag`, a link to its `company_page`",
    ),
    column(
        "place",
        ColumnKind::Text,
        "the best place: `headline`, `summary`, `first_paragraph`, `body`, `table`; empty where only a tag or an address says it",
    ),
    column("times", ColumnKind::Whole, "how often, in all places of the text"),
    column("first_offset", ColumnKind::Whole, "where it first stands in the body, in characters from 0"),
    column("relevance", ColumnKind::Whole, "how far the story is about it, from 0 to 100"),
    column("confidence", ColumnKind::Number, "how sure it is that it is meant, from 0 to 1"),
    column(
        "novelty",
        ColumnKind::Whole,
        "100 for the first story about it within 24 hours, 75 for the second, 56 for the third",
    ),
    column(
        "staleness",
        ColumnKind::Number,
        "the largest share of the story's text that one of the ten stories before it about the same symbol has, from 0 to 1",
    ),
    column("nth", ColumnKind::Whole, "its number among the stories about it within 24 hours"),
];

const COPIES: &[Column] = &[
    column("published_on", ColumnKind::Day, "the day of publication of the story"),
    column("article_id", ColumnKind::Whole, "the story"),
    column("first_id", ColumnKind::Whole, "the story that its text was in first"),
    column(
        "containment",
        ColumnKind::Number,
        "the share of its five-word shingles that the earlier story has, from 0 to 1",
    ),
    column(
        "jaccard",
        ColumnKind::Number,
        "the shingles that both have, of those that either has, from 0 to 1",
    ),
    column("hours", ColumnKind::Number, "how long after the first it was published"),
    column("kind", ColumnKind::Text, "`reprint`, `edited`, `cut`, `extended`, `recombined`"),
];

const IMAGES: &[Column] = &[
    column("published_on", ColumnKind::Day, "the day of publication of the story"),
    column("article_id", ColumnKind::Whole, "the story"),
    column("version", ColumnKind::Whole, "the wording that had it, from 1"),
    column("position", ColumnKind::Whole, "its place among the pictures of the wording, from 0"),
    column("url", ColumnKind::Text, "the address of the largest that the page names"),
    column("caption", ColumnKind::Text, "the words below it"),
    column("credit", ColumnKind::Text, "who made or sells it, where the page says it"),
    column(
        "state",
        ColumnKind::Text,
        "`stored`, or what has become of it: `new`, `missing`, `blocked`, `throttled`, `broken`, `refused`, `too_large`, `not_image`",
    ),
    column("reason", ColumnKind::Text, "why it is not stored, as a word"),
    column(
        "sha256",
        ColumnKind::Text,
        "what its bytes are known by; with `--out FOLDER` its file is `files/SHA256.jpg`",
    ),
    column("type", ColumnKind::Text, "its media type, told by its bytes"),
    column("bytes", ColumnKind::Whole, "its size"),
    column("width", ColumnKind::Whole, "its width in pixels"),
    column("height", ColumnKind::Whole, "its height in pixels"),
    column("first_seen_at", ColumnKind::Moment, "when the archive first stored it"),
];

const SESSIONS: &[Column] = &[
    column("day", ColumnKind::Day, "the session"),
    column("exchange", ColumnKind::Text, "the exchange, by its ISO 10383 code"),
    column("opens_at", ColumnKind::Moment, "when it opened"),
    column("closes_at", ColumnKind::Moment, "when it closed"),
    column("source", ColumnKind::Text, "how it is known: `boards`, `ticker`, `hours`"),
];

impl ColumnKind {
    /// Returns what values of the type are, for people.
    pub fn what(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Whole => "whole number",
            Self::Decimal => "decimal, two digits",
            Self::Number => "number",
            Self::Flag => "true or false",
            Self::Day => "day",
            Self::Moment => "moment",
            Self::Captured => "moment, or day",
            Self::List => "list of text",
        }
    }
}

/// How prices are written where a format has types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Decimals {
    /// As decimal numbers, with the digits of the paper.
    #[default]
    Exact,
    /// As floating-point numbers, which more tools reckon with.
    Float,
}

impl Decimals {
    /// Returns the columns with the types in which their values are written.
    #[cfg(feature = "parquet")]
    pub(super) fn written(self, columns: &[Column]) -> Vec<Column> {
        let kind = |kind| match (self, kind) {
            (Self::Float, ColumnKind::Decimal) => ColumnKind::Number,
            (_, kind) => kind,
        };
        columns.iter().map(|it| Column { kind: kind(it.kind), ..*it }).collect()
    }
}

/// Returns the columns of a table, in the order of its rows.
pub fn columns(table: Table) -> &'static [Column] {
    match table {
        Table::Articles => ARTICLES,
        Table::Quotes => QUOTES,
        Table::Links => LINKS,
        Table::Boards => BOARDS,
        Table::MostRead => MOST_READ,
        Table::Mentions => MENTIONS,
        Table::Copies => COPIES,
        Table::Images => IMAGES,
        Table::Sessions => SESSIONS,
    }
}

/// Returns the texts of a cell that is a list.
pub(super) fn texts(cell: &Cell) -> Vec<String> {
    match cell {
        Cell::Text(array) => serde_json::from_str(array).unwrap_or_default(),
        Cell::Null | Cell::Whole(_) | Cell::Real(_) => Vec::new(),
    }
}

/// Returns the position of the column by which rows are put into months.
pub(super) fn day_column(table: Table) -> usize {
    let is_day = |it: &Column| it.kind == ColumnKind::Day;
    columns(table).iter().position(is_day).expect("every table has a day")
}
