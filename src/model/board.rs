//! The market boards and the lists of most-read stories that a page shows beside its story. They belong to the capture, not
//! to the article. The ticker has a file of its own (`strip.rs`), because its rows are quotes and follow other rules.

use chrono::NaiveDate;

use super::{Decimal, PageKey};

/// A table of market values that was on a capture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// As the profile calls it.
    pub name: String,
    /// Whether its rows come from the exchange, so that their day is the day of its session.
    pub is_market: bool,
    /// The rows, in the order of the page.
    pub rows: Vec<BoardRow>,
}

/// One row of a board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardRow {
    /// The code by which the site knows it.
    pub code: String,
    /// Its name, as printed.
    pub name: Option<String>,
    /// The full name of its company, where the page prints one beside it. The archive learns names by it and keeps no row's.
    pub company: Option<String>,
    /// The day of the value; `None` where the page does not say it, or says it illegibly.
    pub as_of: Option<NaiveDate>,
    /// What kind of value it is.
    pub unit: Unit,
    /// The value, as printed.
    pub value: Decimal,
    /// The change of the price since the previous session, where it is printed.
    pub change: Option<Decimal>,
    /// The same in percent, as printed.
    pub change_pct: Option<Decimal>,
}

/// What the values of a board are. The stable words of `board_rows.unit`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray, strum::EnumString,
)]
#[strum(serialize_all = "snake_case")]
pub enum Unit {
    /// The price of a share or of a commodity.
    Price,
    /// A rate of exchange.
    Rate,
    /// The level of an index.
    Index,
    /// The number of shares traded; the change beside it is that of the price.
    Volume,
}

/// A story in a list of most-read stories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MostRead {
    /// The period that the list covers, as printed.
    pub window: String,
    /// Its place, from 1.
    pub rank: u32,
    /// Its title.
    pub title: String,
    /// Its address.
    pub url: String,
    /// Its identity, where it is a story of this site.
    pub target: Option<PageKey>,
}

impl Unit {
    /// The word in `board_rows.unit`.
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// Returns the unit that a word of `board_rows.unit` means.
    pub fn from_code(code: &str) -> Option<Self> {
        code.parse().ok()
    }
}
