//! Fields whose witnesses the profile puts in an order of its own: the first of them that says anything is believed.
//!
//! Where the profile has only selectors for a field, nobody is asked here: JSON-LD and `meta` are asked first, then what the
//! selectors find, as `head.rs`, `titles.rs`, `tail.rs` and `layout.rs` say.

use crate::{
    config::{RuleField, ValueSource},
    extract::{
        index::{PageIndex, RuleHit},
        jsonld::Facts,
        rules::Compiled,
        values::{self, LinkedData},
    },
    html::{Element, unescape},
    model::{Block, Origin},
};

use super::{
    fragment,
    metas::{AUTHORS, DESCRIPTIONS, PUBLISHED, SECTIONS, TITLES, TOPICS, UPDATED},
    said::Said,
    scene::Scene,
    testimony::Testimony,
};

/// The page that witnesses are asked about.
pub(super) struct Panel<'s, 'd> {
    pub(super) rules: &'s Compiled,
    pub(super) index: &'s PageIndex<'d>,
    pub(super) era: usize,
    pub(super) facts: &'s Facts,
}

impl<'d> Panel<'_, 'd> {
    /// Returns the answer of the first witness of a field that has one. Elements that are `near` the place where a page shows the field
    /// count before all others. `None` if the profile has only selectors for the field, if no witness answers, or if the elements
    /// themselves have to be read and not only their text: tags with their addresses, the parts of a story.
    pub(super) fn first(
        &self,
        field: RuleField,
        near: &dyn Fn(&RuleHit<'d>) -> bool,
    ) -> Option<Said<Vec<String>>> {
        let linked = LinkedData { blocks: &self.index.ld_blocks, facts: self.facts };
        for value in self.rules.values(self.era, field) {
            let hits = self.index.hits_at(value.at);
            let is_more = value.rule.is_plain() && matches!(field, RuleField::Tags | RuleField::Body);
            if is_more {
                if hits.is_empty() {
                    continue;
                }
                return None;
            }
            let mut found: Vec<&RuleHit<'d>> = hits.iter().filter(|hit| near(hit)).collect();
            if found.is_empty() {
                found = hits.iter().collect();
            }
            let elements: Vec<Element<'d>> = found.iter().map(|hit| hit.element).collect();
            let (texts, origin) = match &value.rule.source {
                ValueSource::JsonLd => (self.of_json_ld(field), Origin::JsonLd),
                ValueSource::Meta => (self.of_metas(field), Origin::Meta),
                source => {
                    let origin = match source {
                        ValueSource::LinkedData(_) => Origin::JsonLd,
                        ValueSource::Script(..) => Origin::Json,
                        _ if elements.first().is_some_and(|it| it.name() == "meta") => Origin::Meta,
                        _ => Origin::Markup,
                    };
                    (values::of(&value.rule, &elements, linked), origin)
                }
            };
            if !texts.is_empty() {
                return Some(Said::new(texts, origin));
            }
        }
        None
    }

    /// Returns what JSON-LD says of a field, read without rules.
    fn of_json_ld(&self, field: RuleField) -> Vec<String> {
        let facts = self.facts;
        let one = |text: &Option<String>| text.iter().cloned().collect();
        match field {
            RuleField::Headline => one(&facts.headline),
            RuleField::Section => one(&facts.section),
            RuleField::Byline => facts.authors.clone(),
            RuleField::Published => one(&facts.published),
            RuleField::Updated => one(&facts.modified),
            RuleField::Summary => one(&facts.description),
            RuleField::Body => one(&facts.body),
            RuleField::Tags => facts.keywords.clone(),
            _ => Vec::new(),
        }
    }

    /// Returns what the first `meta` of a field says; of authors and topics, all of one name.
    fn of_metas(&self, field: RuleField) -> Vec<String> {
        let names: &[&str] = match field {
            RuleField::Headline => TITLES,
            RuleField::Section => SECTIONS,
            RuleField::Byline => AUTHORS,
            RuleField::Published => PUBLISHED,
            RuleField::Updated => UPDATED,
            RuleField::Summary => DESCRIPTIONS,
            RuleField::Tags => TOPICS,
            _ => &[],
        };
        let mut said = names.iter().map(|name| {
            let contents = self.index.metas_of(std::slice::from_ref(name));
            contents.map(unescape).collect::<Vec<String>>()
        });
        said.find(|it| !it.is_empty()).unwrap_or_default()
    }
}

/// Returns the blocks of a story that a witness says: of HTML, or of plain text with a paragraph a line.
pub(super) fn story(scene: &Scene<'_>, era: usize, headline: &str, said: &[String]) -> Vec<Block> {
    let blocks = |text: &String| -> Vec<Block> {
        if is_html(text) {
            fragment::read(text, scene, era, headline).blocks
        } else {
            Testimony::new(&unescape(text)).blocks().collect()
        }
    };
    said.iter().flat_map(blocks).collect()
}

/// Whether a text has tags of HTML in it.
fn is_html(text: &str) -> bool {
    let after = text.match_indices('<').map(|(at, _)| text[at + 1..].trim_start_matches('/'));
    after.into_iter().any(|it| it.starts_with(|it: char| it.is_ascii_alphabetic()) && it.contains('>'))
}
