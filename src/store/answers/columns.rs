//! What is known of every story in a few bytes: its day, its section, the symbols that it names. A search counts tens of thousands of
//! stories, and looking up each of them in the archive would take longer than finding them.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chrono::{Datelike, NaiveDate};
use rusqlite::{Connection, Row};

use crate::{
    model::Days,
    store::{error::Result, reader::Reader},
};

use super::{paper::StoryCount, search::Search};

/// Sections and symbols that are named.
const NAMED_MAX: usize = 8;
/// The place of a story without a section.
const NONE: u32 = u32::MAX;

/// A value that stories have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    /// The value.
    pub name: String,
    /// The number of stories that have it.
    pub stories: u64,
}

/// What the stories of a search have in common.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facets {
    /// The number of stories that were counted.
    pub stories: u64,
    /// Whether there are more, which were not counted.
    pub is_cut: bool,
    /// Months with their numbers of stories, the oldest first.
    pub months: Vec<StoryCount>,
    /// Sections, the most frequent first.
    pub sections: Vec<Facet>,
    /// Companies and indices, the most frequent first.
    pub symbols: Vec<Facet>,
}

/// Columns over all stories of an archive, in the order of their rows: some 25 bytes a story.
#[derive(Debug, Default)]
pub struct StoryColumns {
    ids: Vec<i64>,
    /// `20240328`; 0 for a story without a day.
    days: Vec<u32>,
    /// Places in `section_names`.
    sections: Vec<u32>,
    section_names: Names,
    /// Where the symbols of each story begin in `symbols`, and where those of the last end.
    starts: Vec<u32>,
    /// Places in `symbol_names`.
    symbols: Vec<u32>,
    symbol_names: Names,
}

/// Texts that are said again and again, each once.
#[derive(Debug, Default)]
struct Names {
    places: HashMap<String, u32>,
    names: Vec<String>,
}

/// The part of a search that can be checked with the columns alone.
pub(super) struct ColumnFilter {
    days: Option<(u32, u32)>,
    /// Whether a section is asked for, for each of them.
    sections: Option<Vec<bool>>,
    /// The place of the symbol; `NONE` where no story names it.
    symbol: Option<u32>,
}

/// The numbers of stories by what they have in common.
pub(super) struct FacetCounts<'c> {
    columns: &'c StoryColumns,
    stories: u64,
    months: BTreeMap<u32, u64>,
    sections: Vec<u64>,
    symbols: Vec<u64>,
}

impl Reader {
    /// Returns the columns of all stories; those that were read before, where nobody has written since.
    pub fn story_columns(&self) -> Result<Arc<StoryColumns>> {
        self.remembered("columns", |conn| Ok(Arc::new(StoryColumns::read(conn)?)))
    }
}

impl StoryColumns {
    fn read(conn: &Connection) -> rusqlite::Result<Self> {
        let mut columns = Self::default();
        let mut stories = conn.prepare(
            "SELECT id, published_on, section FROM articles INDEXED BY articles_facets ORDER BY id",
        )?;
        let mut stories = stories.query([])?;
        while let Some(row) = stories.next()? {
            columns.ids.push(row.get(0)?);
            columns.days.push(row.get_ref(1)?.as_str_or_null()?.map_or(0, day_number));
            let section = row.get_ref(2)?.as_str_or_null()?;
            columns.sections.push(section.map_or(NONE, |it| columns.section_names.place(it)));
        }
        let mut named =
            conn.prepare("SELECT article_id, symbol FROM mentions ORDER BY article_id, symbol")?;
        let mut named = named.query([])?;
        let mut next = named.next()?;
        // Both are in the order of the stories.
        for id in &columns.ids {
            columns.starts.push(short(columns.symbols.len()));
            while let Some(row) = next {
                let of = row.get::<_, i64>(0)?;
                if *id < of {
                    next = Some(row);
                    break;
                }
                if *id == of {
                    columns.symbols.push(columns.symbol_names.place(symbol_in(row)?));
                }
                next = named.next()?;
            }
        }
        columns.starts.push(short(columns.symbols.len()));
        Ok(columns)
    }

    /// Returns how many stories name a symbol on each day on which any does, the oldest first.
    pub fn mentions_by_day(&self, symbol: &str) -> Vec<StoryCount> {
        let Some(symbol) = self.symbol_names.places.get(symbol) else { return Vec::new() };
        let mut days: BTreeMap<u32, u64> = BTreeMap::new();
        for (at, day) in self.days.iter().enumerate() {
            if *day != 0 && self.symbols_of(at).contains(symbol) {
                *days.entry(*day).or_default() += 1;
            }
        }
        let count = |(day, stories): (u32, u64)| {
            let (year, month, day) = (day / 10_000, day / 100 % 100, day % 100);
            StoryCount { period: format!("{year:04}-{month:02}-{day:02}"), stories }
        };
        days.into_iter().map(count).collect()
    }

    /// Returns the part of a search that can be checked with these columns.
    pub(super) fn filter(&self, search: &Search) -> ColumnFilter {
        let number = |day: NaiveDate| {
            let year = u32::try_from(day.year().clamp(0, 9_999)).unwrap_or(0);
            year * 10_000 + day.month() * 100 + day.day()
        };
        let range = |days: Days| (number(days.first), number(days.last));
        let is_asked = |asked: &String| {
            self.section_names.names.iter().map(|it| it.eq_ignore_ascii_case(asked)).collect()
        };
        let place = |symbol: &String| self.symbol_names.places.get(symbol).copied().unwrap_or(NONE);
        ColumnFilter {
            days: search.days.map(range),
            sections: search.section.as_ref().map(is_asked),
            symbol: search.symbol.as_ref().map(place),
        }
    }

    /// Returns the place of a story.
    pub(super) fn place(&self, id: i64) -> Option<usize> {
        self.ids.binary_search(&id).ok()
    }

    /// Whether the story at a place is one of those that are asked for.
    pub(super) fn has(&self, at: usize, filter: &ColumnFilter) -> bool {
        let of_section = |asked: &Vec<bool>| asked.get(self.sections[at] as usize) == Some(&true);
        let day = self.days[at];
        filter.days.is_none_or(|(first, last)| day != 0 && (first..=last).contains(&day))
            && filter.sections.as_ref().is_none_or(of_section)
            && filter.symbol.is_none_or(|it| self.symbols_of(at).contains(&it))
    }

    fn symbols_of(&self, at: usize) -> &[u32] {
        &self.symbols[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

impl Names {
    /// Returns the place of a name, which is its own from now on.
    fn place(&mut self, name: &str) -> u32 {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let place = short(self.names.len());
        self.names.push(name.to_owned());
        self.places.insert(name.to_owned(), place);
        place
    }

    /// Returns the names that were counted most often.
    fn most_frequent(&self, counts: &[u64]) -> Vec<Facet> {
        let counted = self.names.iter().zip(counts).filter(|it| 0 < *it.1);
        let mut facets: Vec<Facet> =
            counted.map(|(name, stories)| Facet { name: name.clone(), stories: *stories }).collect();
        facets.sort_unstable_by(|a, b| b.stories.cmp(&a.stories).then_with(|| a.name.cmp(&b.name)));
        facets.truncate(NAMED_MAX);
        facets
    }
}

impl<'c> FacetCounts<'c> {
    pub(super) fn new(columns: &'c StoryColumns) -> Self {
        Self {
            columns,
            stories: 0,
            months: BTreeMap::new(),
            sections: vec![0; columns.section_names.names.len()],
            symbols: vec![0; columns.symbol_names.names.len()],
        }
    }

    /// Counts the story at a place.
    pub(super) fn count(&mut self, at: usize) {
        self.stories += 1;
        let month = self.columns.days[at] / 100;
        if month != 0 {
            *self.months.entry(month).or_default() += 1;
        }
        if let Some(count) = self.sections.get_mut(self.columns.sections[at] as usize) {
            *count += 1;
        }
        for symbol in self.columns.symbols_of(at) {
            self.symbols[*symbol as usize] += 1;
        }
    }

    /// Returns what was counted.
    pub(super) fn finish(self) -> Facets {
        let month = |(month, stories): (u32, u64)| StoryCount {
            period: format!("{:04}-{:02}", month / 100, month % 100),
            stories,
        };
        Facets {
            stories: self.stories,
            is_cut: false,
            months: self.months.into_iter().map(month).collect(),
            sections: self.columns.section_names.most_frequent(&self.sections),
            symbols: self.columns.symbol_names.most_frequent(&self.symbols),
        }
    }
}

fn symbol_in<'r>(row: &'r Row<'_>) -> rusqlite::Result<&'r str> {
    Ok(row.get_ref(1)?.as_str()?)
}

/// Returns `2024-03-28` as a number whose order is that of days; 0 for anything else.
fn day_number(day: &str) -> u32 {
    let digits = day.bytes().filter(|it| *it != b'-');
    let number = digits
        .map(|it| char::from(it).to_digit(10))
        .try_fold(0_u32, |number, digit| number.checked_mul(10)?.checked_add(digit?));
    number.unwrap_or(0)
}

/// Four bytes are enough for more stories than SQLite can search.
fn short(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(NONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_in_order_as_numbers() {
        let numbers = ["2023-12-31", "2024-01-01", "2024-01-10"].map(day_number);
        assert_eq!(numbers, [20_231_231, 20_240_101, 20_240_110]);
        assert_eq!([day_number(""), day_number("today"), day_number("99999999999")], [0; 3]);
    }
}
