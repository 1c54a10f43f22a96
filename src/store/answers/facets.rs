//! What the stories of a search have in common: how many of them are of each month, section and symbol. It reads indexes alone, never
//! the rows of stories. The stories themselves are `search`'s.

use std::collections::HashMap;

use rusqlite::params;

use crate::store::{error::Result, reader::Reader};

use super::{
    paper::StoryCount,
    search::{IS_ASKED_FOR, Search, as_words, is_syntax},
};

/// The most stories that are counted. In more of them, only these are, and the answer says so.
const COUNTED_MAX: usize = 60_000;
/// Sections and symbols that are named.
const NAMED_MAX: usize = 8;

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

/// The newest rows first: where there are too many, these are counted.
fn stories() -> String {
    format!(
        "SELECT f.rowid, d.published_on, d.section
           FROM articles_fts f CROSS JOIN articles d INDEXED BY articles_facets ON d.id = f.rowid
          WHERE articles_fts MATCH ?1 AND {IS_ASKED_FOR}
          ORDER BY f.rowid DESC LIMIT ?7"
    )
}

impl Reader {
    /// Returns what the stories with these words have in common. The order and the limit of the search say nothing here.
    pub fn facets(&self, search: &Search) -> Result<Facets> {
        match self.count_facets(search, &search.query) {
            Err(error) if is_syntax(&error) => match as_words(&search.query) {
                Some(words) => Ok(self.count_facets(search, &words)?),
                None => Ok(Facets::default()),
            },
            counted => Ok(counted?),
        }
    }

    fn count_facets(&self, search: &Search, query: &str) -> rusqlite::Result<Facets> {
        let Search { query: _, days, section, byline, symbol, limit: _, offset: _, order: _ } = search;
        let (first, last) = days.map(|it| (it.first.to_string(), it.last.to_string())).unzip();
        let values = params![query, first, last, section, byline, symbol, COUNTED_MAX + 1];
        let mut stories = self.conn.prepare_cached(&stories())?;
        let mut named = self.conn.prepare_cached("SELECT symbol FROM mentions WHERE article_id = ?1")?;
        let mut facets = Facets::default();
        let (mut months, mut sections, mut symbols) =
            (NameCounts::default(), NameCounts::default(), NameCounts::default());
        let mut rows = stories.query(values)?;
        while let Some(row) = rows.next()? {
            if facets.stories == COUNTED_MAX as u64 {
                facets.is_cut = true;
                break;
            }
            facets.stories += 1;
            if let Some(day) = row.get_ref(1)?.as_str_or_null()? {
                months.count(day.get(.."2024-03".len()).unwrap_or(day));
            }
            if let Some(section) = row.get_ref(2)?.as_str_or_null()? {
                sections.count(section);
            }
            let mut of_story = named.query([row.get::<_, i64>(0)?])?;
            while let Some(row) = of_story.next()? {
                symbols.count(row.get_ref(0)?.as_str()?);
            }
        }
        facets.months = months.by_name();
        facets.sections = sections.most_frequent();
        facets.symbols = symbols.most_frequent();
        Ok(facets)
    }
}

/// Counts texts; a text that was counted before is not copied.
#[derive(Default)]
struct NameCounts(HashMap<String, u64>);

impl NameCounts {
    fn count(&mut self, text: &str) {
        match self.0.get_mut(text) {
            Some(count) => *count += 1,
            None => _ = self.0.insert(text.to_owned(), 1),
        }
    }

    fn by_name(self) -> Vec<StoryCount> {
        let count = |(period, stories)| StoryCount { period, stories };
        let mut counts: Vec<StoryCount> = self.0.into_iter().map(count).collect();
        counts.sort_unstable_by(|a, b| a.period.cmp(&b.period));
        counts
    }

    fn most_frequent(self) -> Vec<Facet> {
        let mut facets: Vec<Facet> =
            self.0.into_iter().map(|(name, stories)| Facet { name, stories }).collect();
        facets.sort_unstable_by(|a, b| b.stories.cmp(&a.stories).then_with(|| a.name.cmp(&b.name)));
        facets.truncate(NAMED_MAX);
        facets
    }
}
