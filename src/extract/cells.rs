//! The parts of a row, found in its element: the profile's spots, compiled.
//!
//! It only fetches texts. Which elements are rows is found by `rules.rs` in the one walk over the page; what a text
//! means is the grammar's to say.

use crate::{
    config::{ConfigError, RowSpots, Rule},
    html::{Element, Matcher},
};

use super::{boards::Cells, lines::folded_text, text::fold_apart};

/// Finds the parts of the rows of one board.
pub(super) struct CellFinder {
    matcher: Matcher,
    /// By part, in the order of `Cells`; each best first.
    parts: Vec<Vec<CellPlace>>,
}

/// Where a part may stand.
struct CellPlace {
    /// The selector's place in the matcher's list; `None` for the row's own element.
    rule: Option<usize>,
    attr: Option<String>,
}

impl CellFinder {
    /// Compiles the spots of a row. Fails where a selector cannot be read, and names it.
    pub(super) fn new(spots: &RowSpots) -> Result<Self, ConfigError> {
        let mut list: Vec<&Rule> = Vec::new();
        let mut places: Vec<Vec<CellPlace>> = Vec::new();
        for spots in spots.parts() {
            let mut of_part = Vec::new();
            for spot in spots {
                let rule = spot.rule.as_ref().map(|rule| {
                    let known = list.iter().position(|it| *it == rule);
                    known.unwrap_or_else(|| {
                        list.push(rule);
                        list.len() - 1
                    })
                });
                of_part.push(CellPlace { rule, attr: spot.attr.clone() });
            }
            places.push(of_part);
        }
        let matcher = Matcher::new(list.iter().map(|rule| rule.css.as_str()))
            .map_err(|bad| list[bad.index].refused(&bad.part))?;
        Ok(Self { matcher, parts: places })
    }

    /// Returns the texts of a row's parts.
    pub(super) fn find(&self, row: Element<'_>) -> Cells {
        let mut found: Vec<Vec<Element<'_>>> = Vec::new();
        let mut walk = self.matcher.walk(row);
        for element in row.descendants() {
            walk.each_match(element, |at| {
                if found.len() <= at {
                    found.resize(at + 1, Vec::new());
                }
                found[at].push(element);
            });
        }
        let text = |place: &CellPlace| {
            let value = |element: &Element<'_>| {
                let text = match &place.attr {
                    Some(name) => fold_apart(element.attr(name)?).into_owned(),
                    None => folded_text(*element),
                };
                Some(text).filter(|text| !text.is_empty())
            };
            match place.rule {
                Some(at) => found.get(at)?.iter().find_map(value),
                None => value(&row),
            }
        };
        let mut parts = self.parts.iter().map(|places| places.iter().find_map(text));
        let mut next = || parts.next().flatten();
        Cells {
            code: next(),
            name: next(),
            company: next(),
            as_of: next(),
            value: next(),
            change: next(),
            change_pct: next(),
        }
    }
}
