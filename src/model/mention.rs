//! How a story names a company: what was found, by which rule, where, how often; and what all of it together comes to. Which texts
//! are names is decided in `companies.rs`.

use strum::IntoStaticStr;

/// A story's mention of a company or an index.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    /// Its symbol.
    pub symbol: String,
    /// The text that was found, where it is surest.
    pub matched: String,
    /// How it was found.
    pub rule: MentionRule,
    /// The best place; `None` where only a tag or an address says it.
    pub place: Option<MentionPlace>,
    /// How often, in all places of the text.
    pub times: u32,
    /// Where it first stands in the body, in characters from 0.
    pub first_offset: Option<usize>,
    /// How far the story is about it, from 0 to 100.
    pub relevance: u8,
    /// How sure it is that it is meant, from 0 to 1.
    pub confidence: f64,
}

/// How a company was found. The stable words of `mentions.rule`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum MentionRule {
    /// By its symbol.
    Symbol,
    /// By its name.
    Name,
    /// By a tag that is its name or symbol.
    Tag,
    /// By a link to its page.
    CompanyPage,
}

/// Where in a story, the best first. The stable words of `mentions.place`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum MentionPlace {
    /// In the headline.
    Headline,
    /// In the summary.
    Summary,
    /// In the first paragraph.
    FirstParagraph,
    /// Elsewhere in the body.
    Body,
    /// In a table, or in a list or paragraph of many companies.
    Table,
}

/// One place where a company was found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sighting {
    pub(super) symbol: String,
    pub(super) matched: String,
    pub(super) rule: MentionRule,
    pub(super) place: Option<MentionPlace>,
    /// In the body, in characters.
    pub(super) offset: Option<usize>,
    /// In the first third of the body.
    pub(super) is_early: bool,
    pub(super) confidence: f64,
}

impl MentionRule {
    /// Returns the stable word.
    pub fn code(self) -> &'static str {
        self.into()
    }
}

impl MentionPlace {
    /// Returns the stable word.
    pub fn code(self) -> &'static str {
        self.into()
    }
}

/// Returns the mentions that sightings come to, one for each symbol, in the order of the symbols.
pub(super) fn sum_up(mut sightings: Vec<Sighting>) -> Vec<Mention> {
    sightings.sort_by(|a, b| a.symbol.cmp(&b.symbol));
    sightings.chunk_by(|a, b| a.symbol == b.symbol).map(of_symbol).collect()
}

fn of_symbol(sightings: &[Sighting]) -> Mention {
    let surer = |a: &&Sighting, b: &&Sighting| {
        // Of those that are as sure, the first one.
        a.confidence.total_cmp(&b.confidence).then(std::cmp::Ordering::Greater)
    };
    let surest = sightings.iter().max_by(surer).expect("a chunk has an item");
    let in_text = || sightings.iter().filter(|it| it.place.is_some());
    Mention {
        symbol: surest.symbol.clone(),
        matched: surest.matched.clone(),
        rule: surest.rule,
        place: in_text().filter_map(|it| it.place).min(),
        times: u32::try_from(in_text().count()).unwrap_or(u32::MAX),
        first_offset: in_text().filter_map(|it| it.offset).min(),
        relevance: relevance(sightings),
        confidence: surest.confidence,
    }
}

/// Returns how far a story is about a company: by the best place, in the body by how early and how often.
fn relevance(sightings: &[Sighting]) -> u8 {
    let best = sightings.iter().filter_map(|it| it.place).min();
    let in_body = || sightings.iter().filter(|it| it.place == Some(MentionPlace::Body));
    match best {
        Some(MentionPlace::Headline) => 100,
        Some(MentionPlace::Summary | MentionPlace::FirstParagraph) => 90,
        Some(MentionPlace::Body) if in_body().any(|it| it.is_early) => 75,
        Some(MentionPlace::Body) if 1 < in_body().count() => 50,
        Some(MentionPlace::Body) | None => 20,
        Some(MentionPlace::Table) => 10,
    }
}
