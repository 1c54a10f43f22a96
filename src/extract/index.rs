//! What one walk over a page found: the elements of each rule, and what every page says of itself (JSON-LD, `meta`, headings).
//!
//! Which rules there are, and in what order they count, is said in `rules.rs`; what a find means, in `page/`.

use std::ops::Range;

use crate::{
    config::Which,
    html::{Element, ElementSet, Step},
};

use super::place::RulePlace;

/// An element that was found.
#[derive(Clone, Copy)]
pub(super) struct RuleHit<'d> {
    /// Its number in document order.
    pub(super) number: usize,
    pub(super) element: Element<'d>,
}

/// What one walk over a page found.
pub(super) struct PageIndex<'d> {
    /// By place in the matcher's list.
    pub(super) hits: Vec<Vec<RuleHit<'d>>>,
    pub(super) ld_blocks: Vec<String>,
    /// `property` or `name`, and `content`; the canonical link as `canonical`.
    pub(super) metas: Vec<(&'d str, &'d str)>,
    pub(super) title: Option<String>,
    /// Every `h1`, `h2` and `h3`.
    pub(super) headings: Vec<RuleHit<'d>>,
    /// Every element whose id a rule begins with.
    pub(super) ids: Vec<RuleHit<'d>>,
    /// Every `time` with a machine's reading.
    pub(super) times: Vec<RuleHit<'d>>,
    /// Every element whose class or id says that it is furniture.
    pub(super) named_furniture: Vec<RuleHit<'d>>,
    /// Every element that says that it lists topics, or is one.
    pub(super) named_topics: Vec<RuleHit<'d>>,
    /// Every element that says that it lists related stories.
    pub(super) named_related: Vec<RuleHit<'d>>,
}

/// `application/ld+json`, with parameters or without.
fn is_json_ld(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/ld+json")
}

impl<'d> PageIndex<'d> {
    /// Returns an index for a number of rules, with nothing in it.
    pub(super) fn new(rules: usize) -> Self {
        Self {
            hits: vec![Vec::new(); rules],
            ld_blocks: Vec::new(),
            metas: Vec::new(),
            title: None,
            headings: Vec::new(),
            ids: Vec::new(),
            times: Vec::new(),
            named_furniture: Vec::new(),
            named_topics: Vec::new(),
            named_related: Vec::new(),
        }
    }

    /// Notes what is kept of an element, whatever the rules are.
    pub(super) fn note(&mut self, hit: RuleHit<'d>) {
        let element = hit.element;
        match element.name() {
            "script" if element.attr("type").is_some_and(is_json_ld) => {
                self.ld_blocks.push(element.text());
            }
            "meta" => {
                let name = ["property", "name", "itemprop"].iter().find_map(|it| element.attr(it));
                if let (Some(name), Some(content)) = (name, element.attr("content")) {
                    self.metas.push((name, content));
                }
            }
            "link" if element.attr("rel").is_some_and(|it| it.eq_ignore_ascii_case("canonical")) => {
                self.metas.extend(element.attr("href").map(|it| ("canonical", it)));
            }
            "title" if self.title.is_none() => self.title = Some(element.text()),
            "h1" | "h2" | "h3" => self.headings.push(hit),
            "time" if element.attr("datetime").is_some() => self.times.push(hit),
            _ => {}
        }
    }

    /// Keeps those finds of a rule that are meant.
    pub(super) fn narrow(&mut self, root: Element<'d>, at: usize, which: &Which) {
        let hits = &mut self.hits[at];
        if let Some(words) = &which.contains {
            let holders = holders(root, words);
            hits.retain(|hit| holders.contains(hit.element));
        }
        if let Some(nth) = which.nth {
            let from = usize::try_from(nth.unsigned_abs()).unwrap_or(usize::MAX);
            let place = if nth < 0 { hits.len().checked_sub(from) } else { from.checked_sub(1) };
            *hits = place.and_then(|it| hits.get(it)).copied().into_iter().collect();
        }
        if which.has_following {
            let mut hits_and_more = Vec::new();
            let mut seen = ElementSet::default();
            for hit in std::mem::take(hits) {
                // Of several beside each other the first has the others with it.
                if !seen.contains(hit.element) {
                    hits_and_more.extend(with_following(hit, &mut seen));
                }
            }
            hits_and_more.sort_by_key(|hit| hit.number);
            *hits = hits_and_more;
        }
    }

    /// Returns what the selector finds that has this place in the list, if there is one.
    pub(super) fn hits_at(&self, place: Option<usize>) -> &[RuleHit<'d>] {
        place.map_or(&[], |at| self.hits[at].as_slice())
    }

    /// Returns what a rule finds.
    pub(super) fn find_at(&self, place: &RulePlace) -> Vec<Element<'d>> {
        match place {
            RulePlace::Page(place) => self.hits[*place].iter().map(|hit| hit.element).collect(),
            RulePlace::Inside(rule) => {
                let around = self.ids.iter().filter(|hit| hit.element.attr("id") == Some(&rule.id));
                around.flat_map(|hit| rule.find(hit.element)).collect()
            }
        }
    }

    /// Forgets what the page's `head` says.
    pub(super) fn forget_head(&mut self) {
        self.metas.clear();
        self.title = None;
    }

    /// Forgets what was found in elements that stand in the order of the page, and the elements.
    pub(super) fn forget(&mut self, forgotten: &[&RuleHit<'d>]) {
        // By the first number of each, the last of it and of those before it.
        let mut last = 0;
        let inside: Vec<(usize, usize)> = forgotten
            .iter()
            .map(|hit| {
                if last < hit.number {
                    last = hit.number + hit.element.descendants().count();
                }
                (hit.number, last)
            })
            .collect();
        let is_inside = |number: usize| {
            let begun = inside.partition_point(|it| it.0 <= number);
            begun.checked_sub(1).is_some_and(|at| number <= inside[at].1)
        };
        let lists = self.hits.iter_mut().chain([&mut self.headings, &mut self.ids, &mut self.times]);
        lists.for_each(|hits| hits.retain(|found| !is_inside(found.number)));
    }

    /// Returns the content of the first of these names that has any.
    pub(super) fn meta(&self, names: &[&str]) -> Option<&'d str> {
        self.metas_of(names).next()
    }

    /// Returns what the metas of these names say, first all those of the first name.
    pub(super) fn metas_of<'n>(&self, names: &'n [&'n str]) -> impl Iterator<Item = &'d str> {
        let named = names.iter().flat_map(|name| {
            self.metas.iter().filter(move |it| it.0.eq_ignore_ascii_case(name)).map(|it| it.1.trim())
        });
        named.filter(|it| !it.is_empty())
    }
}

/// Returns the elements whose text, white space folded, has some words in it. The text of a page is looked through once, however
/// deep its elements are nested.
fn holders(root: Element<'_>, words: &str) -> ElementSet {
    let (mut text, mut open) = (String::new(), Vec::new());
    // Each element, and where its text begins and ends.
    let mut spans = Vec::new();
    for step in root.walk() {
        match step {
            Step::Open(element) => open.push((element, text.len())),
            Step::Close(_) => {
                spans.extend(open.pop().map(|(element, from)| (element, from..text.len())));
            }
            Step::Text(added) => {
                for letter in added.chars() {
                    if !letter.is_whitespace() {
                        text.push(letter);
                    } else if !text.ends_with(' ') {
                        text.push(' ');
                    }
                }
            }
        }
    }
    let found: Vec<usize> = text.match_indices(words).map(|it| it.0).collect();
    let holds = |span: &Range<usize>| {
        let first = found.partition_point(|it| *it < span.start);
        found.get(first).is_some_and(|it| it + words.len() <= span.end)
    };
    spans.into_iter().filter(|it| holds(&it.1)).map(|it| it.0).collect()
}

/// Returns an element and those that follow it beside it; they are added to `seen`.
fn with_following<'d>(hit: RuleHit<'d>, seen: &mut ElementSet) -> Vec<RuleHit<'d>> {
    let mut number = hit.number;
    let around = hit.element.ancestors().next();
    let beside = around.into_iter().flat_map(Element::elements).skip_while(|it| *it != hit.element);
    let mut found = Vec::new();
    for element in beside {
        seen.extend([element]);
        found.push(RuleHit { number, element });
        number += element.descendants().count() + 1;
    }
    found
}
