//! The walked page: its elements indexed, its metadata read, its parts found.
//!
//! Everything that reads a field asks here. It is built once, whole, from the page below it: nothing in this
//! file reads a field of the draft, and nothing that it is built from may ask it.

use crate::{
    config::RuleField,
    extract::{
        jsonld::{self, Facts},
        rules::{Compiled, PageIndex, RuleHit},
        text::{essence, fold},
    },
    html::{Element, unescape},
    model::{Origin, Warning},
};

use super::{
    layout::{Layout, Surveyor},
    own,
    said::Said,
    scene::Scene,
};

/// A page whose parts are known.
pub(super) struct Sheet<'d, 'x> {
    pub(super) scene: Scene<'x>,
    pub(super) rules: &'x Compiled,
    pub(super) root: Element<'d>,
    /// The number of the era whose rules read it.
    era: usize,
    pub(super) index: PageIndex<'d>,
    /// What JSON-LD says of the story.
    pub(super) facts: Facts,
    /// The headline as metadata has it.
    pub(super) title: Option<Said<String>>,
    pub(super) layout: Layout<'d>,
    /// Other stories that the page holds whole: nothing in them is read.
    pub(super) others: Vec<Element<'d>>,
}

impl<'d, 'x> Sheet<'d, 'x> {
    /// Walks a page. What cannot be read of its metadata is added to `warnings`.
    pub(super) fn new(
        root: Element<'d>,
        mut scene: Scene<'x>,
        era: usize,
        mut index: PageIndex<'d>,
        warnings: &mut Vec<Warning>,
    ) -> Self {
        let rules = scene.rules;
        let others = own::keep_own(&mut scene, &mut index, era);
        let (facts, broken) = jsonld::read(&index.ld_blocks, |address| scene.owner(address));
        warnings.extend(broken);
        let title = said_headline(&facts, &index, rules);
        let said = title.as_ref().map(|said| essence(&said.value));
        let surveyor = Surveyor { scene: &scene, index: &index, era, others: &others, said };
        let layout = surveyor.survey(root);
        Self { scene, rules, root, era, index, facts, title, layout, others }
    }

    /// Returns what the rules for a field find, best rule first; rules that find nothing are left out.
    pub(super) fn find(&self, field: RuleField) -> impl Iterator<Item = &[RuleHit<'d>]> {
        self.rules.find(&self.index, self.era, field)
    }

    /// Returns the elements that any rule of the page's own era finds for a field.
    pub(super) fn find_all(&self, field: RuleField) -> Vec<Element<'d>> {
        self.rules.find_all(&self.index, self.era, field)
    }

    /// Whether an element stands above the headline.
    pub(super) fn is_above(&self, hit: &RuleHit<'d>) -> bool {
        self.layout.headline.is_some_and(|headline| hit.number < headline.number)
    }

    /// Whether an element stands below the headline, however far.
    pub(super) fn is_below_headline(&self, hit: &RuleHit<'d>) -> bool {
        self.layout.headline.is_none_or(|headline| headline.number < hit.number)
    }

    /// Whether an element stands before the story.
    pub(super) fn is_before_story(&self, hit: &RuleHit<'d>) -> bool {
        self.layout.body_at.is_none_or(|body_at| hit.number < body_at)
    }

    /// Whether an element stands between the headline and the story, or is the headline's.
    pub(super) fn is_between(&self, hit: &RuleHit<'d>) -> bool {
        !self.is_above(hit) && self.is_before_story(hit)
    }
}

fn said_headline(facts: &Facts, index: &PageIndex<'_>, rules: &Compiled) -> Option<Said<String>> {
    let json = facts.headline.clone().map(|text| Said::new(text, Origin::JsonLd));
    let meta = || index.meta(&["og:title", "twitter:title"]).map(|text| without_site(text, rules));
    json.or_else(|| meta().filter(|text| !text.is_empty()).map(|text| Said::new(text, Origin::Meta)))
}

/// Returns a title without the site's name and the section that follow it after a dash or bar.
pub(super) fn without_site(title: &str, rules: &Compiled) -> String {
    let mut title = fold(&unescape(title));
    let site = essence(&rules.profile.name);
    let is_section = |it: &str| rules.profile.text.sections.has(it);
    let mut had_site = essence(&title) == site;
    if had_site {
        title.clear();
    }
    while let Some(at) = [" - ", " | ", " – ", " — "].iter().filter_map(|it| title.rfind(it)).max() {
        let last = title[at..].trim_matches(|it: char| it.is_whitespace() || "-|–—".contains(it));
        let is_site = essence(last) == site;
        let goes = is_site || (had_site && is_section(last));
        if !goes {
            break;
        }
        had_site |= is_site;
        title.truncate(at);
    }
    title.trim().to_owned()
}
