//! Market boards and lists of most-read stories, as the profile describes them. How they are read from a page is not said here
//! (`extract`). The ticker is in `wording.rs`, because it is found by its words and not by selectors.

use crate::{
    config::{Problem, reader::Section},
    model::Unit,
};

use super::{
    rule::Rule,
    spot::{self, Spot},
};

/// A market board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardRules {
    /// Its name in the archive. Several descriptions of one name are one board: the first that a page has counts.
    pub name: String,
    /// What its values are.
    pub unit: Unit,
    /// Whether its rows come from the exchange.
    pub is_market: bool,
    /// The selector of its rows.
    pub rows: Rule,
    /// Where the parts of a row are.
    pub row: RowSpots,
}

/// Where the parts of a row are, each best first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "each is the field of `model::BoardRow` with its name")]
pub struct RowSpots {
    pub code: Vec<Spot>,
    pub name: Vec<Spot>,
    pub company: Vec<Spot>,
    pub as_of: Vec<Spot>,
    pub value: Vec<Spot>,
    pub change: Vec<Spot>,
    pub change_pct: Vec<Spot>,
}

/// A list of most-read stories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MostReadRules {
    /// Its name where the page does not print the period that it covers.
    pub name: String,
    /// Where that period is printed.
    pub window: Option<Rule>,
    /// The selector of its links, in order.
    pub links: Rule,
}

pub(super) fn read_boards(site: &Section) -> Result<Vec<BoardRules>, Problem> {
    let mut boards: Vec<BoardRules> = Vec::new();
    for section in site.sections("boards")? {
        let row = section.section("row")?;
        let row = match boards.last() {
            Some(before) if row.is_absent() => before.row.clone(),
            _ => read_row(&row)?,
        };
        let unit = Unit::from_code(&section.text("unit")?);
        let board = BoardRules {
            name: section.text("name")?,
            unit: unit.ok_or_else(|| section.wrong("unit", "price, rate, index or volume"))?,
            is_market: section.get("market").is_some() && section.boolean("market")?,
            rows: selector(&section, "rows")?,
            row,
        };
        section.finish()?;
        boards.push(board);
    }
    Ok(boards)
}

fn read_row(section: &Section) -> Result<RowSpots, Problem> {
    let spots = |key| spot::read(section, key);
    let row = RowSpots {
        code: spots("code")?,
        name: spots("name")?,
        company: spots("company")?,
        as_of: spots("as_of")?,
        value: spots("value")?,
        change: spots("change")?,
        change_pct: spots("change_pct")?,
    };
    for (key, spots) in [("code", &row.code), ("value", &row.value)] {
        if spots.is_empty() {
            return Err(section.absent(key));
        }
    }
    section.finish()?;
    Ok(row)
}

pub(super) fn read_most_read(site: &Section) -> Result<Vec<MostReadRules>, Problem> {
    let read = |section: Section| {
        let window = section.get("window").map(|_| selector(&section, "window")).transpose()?;
        let rules =
            MostReadRules { name: section.text("name")?, window, links: selector(&section, "links")? };
        section.finish()?;
        Ok(rules)
    };
    site.sections("most_read")?.into_iter().map(read).collect()
}

fn selector(section: &Section, key: &str) -> Result<Rule, Problem> {
    let place = section.get(key).map(|found| found.place).unwrap_or_default();
    Ok(Rule::plain(&section.text(key)?, place))
}

impl RowSpots {
    /// Returns the spots of every part, in the order of the fields.
    pub fn parts(&self) -> [&[Spot]; 7] {
        let Self { code, name, company, as_of, value, change, change_pct } = self;
        [code, name, company, as_of, value, change, change_pct]
    }
}
