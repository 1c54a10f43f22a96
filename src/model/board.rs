//! The market boards and the lists of what is read most: what a page shows beside its story.

use chrono::NaiveDate;

use super::{Decimal, PageKey};

/// A table of market values that was on a capture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// As the profile calls it.
    pub name: String,
    /// Its rows are of the exchange: their day is that of its session.
    pub is_market: bool,
    /// The rows, in the order of the page.
    pub rows: Vec<BoardRow>,
}

/// One row of a board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardRow {
    /// What the site knows it by.
    pub code: String,
    /// As printed.
    pub name: Option<String>,
    /// The day that the value is of. `None` where the page does not say, or not so that it can be read.
    pub as_of: Option<NaiveDate>,
    /// What the value is.
    pub unit: Unit,
    /// As printed.
    pub value: Decimal,
    /// Change of the price since the session before, where it is printed.
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
    /// A price, of a share or of goods.
    Price,
    /// A rate of exchange.
    Rate,
    /// The level of an index.
    Index,
    /// Shares traded; the change beside it is a price's.
    Volume,
}

/// A story in a list of those that are read most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MostRead {
    /// The time that the list is of, as printed.
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

    /// Returns the unit that a word of `board_rows.unit` stands for.
    pub fn from_code(code: &str) -> Option<Self> {
        code.parse().ok()
    }
}
