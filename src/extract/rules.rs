//! A profile compiled for reading: its selectors, its witnesses, the ticker's grammar.
//!
//! Compiling is done once per profile, walking once per page (`index.rs` keeps what was found). What a find means is decided by the
//! readers in `page/`: this file knows no headline from a picture.

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::{
    config::{ConfigError, Profile, Rule, RuleField, ValueRule, Which},
    html::{Element, Matcher},
    model::{Captured, PageKey, RawPage},
};

use super::{
    cells::CellFinder,
    index::{PageIndex, RuleHit},
    names::ElementNames,
    place::{InsideRule, RulePlace},
    strip::Grammar,
};

/// A profile, compiled once for all of its pages.
pub(super) struct Compiled {
    pub(super) profile: Profile,
    /// The ticker's.
    pub(super) grammar: Grammar,
    /// In the order of the profile.
    pub(super) boards: Vec<CompiledBoard>,
    /// In the order of the profile.
    pub(super) most_read: Vec<CompiledMostRead>,
    /// Every selector for a page.
    matcher: Matcher,
    /// By era, then by field: places in the matcher's list, best first.
    eras: Vec<HashMap<RuleField, Vec<usize>>>,
    /// By era, then by field: witnesses in the order of the profile.
    values: Vec<HashMap<RuleField, Vec<CompiledValue>>>,
    /// By era.
    names: Vec<ElementNames>,
    /// Which finds of a rule are meant, for those that say it.
    narrowed: Vec<(usize, Which)>,
    count: usize,
}

/// A witness of a value.
pub(super) struct CompiledValue {
    pub(super) rule: ValueRule,
    /// The place of its selector in the matcher's list.
    pub(super) at: Option<usize>,
}

/// Where a board's rows and their parts are.
pub(super) struct CompiledBoard {
    pub(super) rows: RulePlace,
    pub(super) cells: CellFinder,
}

/// Where a list of what is read most is.
pub(super) struct CompiledMostRead {
    /// The printed name of its time.
    pub(super) window: Option<RulePlace>,
    pub(super) links: RulePlace,
}

/// The rules of a profile, each once: it is known by its place.
#[derive(Default)]
struct RuleList<'p>(Vec<&'p Rule>);

impl<'p> RuleList<'p> {
    /// Returns the place of a rule.
    fn place(&mut self, rule: &'p Rule) -> usize {
        let known = self.0.iter().position(|it| *it == rule);
        known.unwrap_or_else(|| {
            self.0.push(rule);
            self.0.len() - 1
        })
    }

    /// Returns where a rule looks; only one that looks anywhere is added to the list.
    fn place_or_inside(&mut self, rule: &'p Rule) -> Result<RulePlace, ConfigError> {
        let inside = InsideRule::new(rule)?;
        Ok(match inside {
            Some(inside) => RulePlace::Inside(Box::new(inside)),
            None => RulePlace::Page(self.place(rule)),
        })
    }
}

impl Compiled {
    /// Compiles a profile. Fails where a selector cannot be read, and names it.
    pub(super) fn new(profile: &Profile) -> Result<Self, ConfigError> {
        let mut list = RuleList::default();
        let (mut eras, mut values) = (Vec::new(), Vec::new());
        for era in &profile.eras {
            let (mut fields, mut witnesses) = (HashMap::new(), HashMap::new());
            for &field in RuleField::ALL {
                fields.insert(field, era.rules.of(field).iter().map(|rule| list.place(rule)).collect());
                let compiled = era.rules.values(field).iter().map(|rule| {
                    let at = rule.selector().map(|it| list.place(it));
                    CompiledValue { rule: rule.clone(), at }
                });
                let compiled: Vec<_> = compiled.collect();
                if !compiled.is_empty() {
                    witnesses.insert(field, compiled);
                }
            }
            eras.push(fields);
            values.push(witnesses);
        }
        let mut boards = Vec::new();
        for board in &profile.boards {
            let rows = list.place_or_inside(&board.rows)?;
            boards.push(CompiledBoard { rows, cells: CellFinder::new(&board.row)? });
        }
        let mut most_read = Vec::new();
        for rules in &profile.most_read {
            let window = rules.window.as_ref().map(|rule| list.place_or_inside(rule)).transpose()?;
            most_read.push(CompiledMostRead { window, links: list.place_or_inside(&rules.links)? });
        }
        let RuleList(list) = list;
        let matcher = Matcher::new(list.iter().map(|rule| rule.css.as_str()))
            .map_err(|bad| list[bad.index].refused(&bad.part))?;
        let which = list.iter().map(|it| it.which.clone()).enumerate();
        let narrowed = which.filter(|it| it.1 != Which::default()).collect();
        Ok(Self {
            profile: profile.clone(),
            grammar: Grammar::new(&profile.strip),
            boards,
            most_read,
            matcher,
            eras,
            values,
            names: (0..profile.eras.len()).map(|era| ElementNames::new(profile, era)).collect(),
            narrowed,
            count: list.len(),
        })
    }

    /// Returns what is wrong with the selectors of a profile: of the rules each, of what stands beside the story the first.
    pub(super) fn mistakes(profile: &Profile) -> Vec<ConfigError> {
        let mut mistakes: Vec<ConfigError> = Vec::new();
        for era in &profile.eras {
            for rule in RuleField::ALL.iter().flat_map(|field| era.rules.selectors(*field)) {
                let bad = Matcher::new([rule.css.as_str()]).err();
                let mistake = bad.map(|it| rule.refused(&it.part));
                // Eras have the rules of the profile where they have none of their own.
                mistakes.extend(mistake.filter(|it| !mistakes.contains(it)));
            }
        }
        if mistakes.is_empty() {
            mistakes.extend(Self::new(profile).err());
        }
        mistakes.sort_by_key(ConfigError::line);
        mistakes
    }

    /// Returns the day of a capture in the site's zone.
    pub(super) fn captured_on(&self, page: &RawPage) -> Option<NaiveDate> {
        page.captured_at.map(|captured| match captured {
            Captured::On(day) => day,
            Captured::At(at) => at.with_timezone(&self.profile.time_zone).date_naive(),
        })
    }

    /// Returns the number of the era whose rules read a page: that of its capture, in days of the site.
    pub(super) fn era(&self, page: &RawPage) -> usize {
        self.profile.era(self.captured_on(page))
    }

    /// Whether a story was imported from an older system: its id is below those that rise with the day.
    pub(super) fn is_imported(&self, key: &PageKey) -> bool {
        let id = key.id.parse::<u64>().ok();
        self.profile.ids.as_ref().is_some_and(|ids| id.is_some_and(|id| id < ids.from))
    }

    /// Walks a page once.
    pub(super) fn index<'d>(&self, root: Element<'d>, era: usize) -> PageIndex<'d> {
        let mut index = PageIndex::new(self.count);
        let mut walk = self.matcher.walk(root);
        for (number, element) in root.descendants().enumerate() {
            walk.each_match(element, |at| {
                if index.hits[at].last().map(|hit| hit.number) != Some(number) {
                    index.hits[at].push(RuleHit { number, element });
                }
            });
            let hit = RuleHit { number, element };
            let called = self.names[era].of(element);
            if called.furniture {
                index.named_furniture.push(hit);
            }
            if called.topics {
                index.named_topics.push(hit);
            }
            if called.related {
                index.named_related.push(hit);
            }
            if self.is_looked_into(element) {
                index.ids.push(hit);
            }
            index.note(hit);
        }
        for (at, which) in &self.narrowed {
            index.narrow(root, *at, which);
        }
        index
    }

    /// Returns the witnesses of a field in the order of the profile; none where it only has selectors.
    pub(super) fn values(&self, era: usize, field: RuleField) -> &[CompiledValue] {
        self.values[era].get(&field).map_or(&[], Vec::as_slice)
    }

    /// Whether a rule looks into an element, by its id.
    fn is_looked_into(&self, element: Element<'_>) -> bool {
        let Some(id) = element.attr("id") else { return false };
        let rows = self.boards.iter().map(|board| &board.rows);
        let lists = self.most_read.iter().flat_map(|list| list.window.iter().chain([&list.links]));
        rows.chain(lists).any(|place| matches!(place, RulePlace::Inside(rule) if rule.id == id))
    }

    /// Returns what the rules for a field find: those of the page's era first, then of the eras nearest to it.
    pub(super) fn find<'i, 'd>(
        &'i self,
        index: &'i PageIndex<'d>,
        era: usize,
        field: RuleField,
    ) -> impl Iterator<Item = &'i [RuleHit<'d>]> {
        let mut order: Vec<usize> = (0..self.eras.len()).collect();
        order.sort_by_key(|it| it.abs_diff(era));
        let places = order.into_iter().flat_map(move |it| self.eras[it][&field].iter());
        places.map(|it| index.hits[*it].as_slice()).filter(|it| !it.is_empty())
    }

    /// Returns what each rule for a field finds, of the rules of one era.
    pub(super) fn find_each<'i, 'd>(
        &'i self,
        index: &'i PageIndex<'d>,
        era: usize,
        field: RuleField,
    ) -> impl Iterator<Item = &'i [RuleHit<'d>]> {
        self.eras[era][&field].iter().map(|it| index.hits[*it].as_slice())
    }

    /// Returns what the rules of the page's era find, all of them together.
    pub(super) fn find_all<'d>(
        &self,
        index: &PageIndex<'d>,
        era: usize,
        field: RuleField,
    ) -> Vec<Element<'d>> {
        self.eras[era][&field]
            .iter()
            .flat_map(|it| index.hits[*it].iter().map(|hit| hit.element))
            .collect()
    }
}
