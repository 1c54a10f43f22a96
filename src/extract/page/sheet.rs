//! The walked page: its elements indexed, its metadata read, its parts found.
//!
//! Everything that reads a field asks here. It is built once, whole, from the page below it: nothing in this
//! file reads a field of the draft, and nothing that it is built from may ask it.

use std::cell::LazyCell;

use crate::{
    config::RuleField,
    extract::{
        index::{PageIndex, RuleHit},
        jsonld::{self, Facts, PageKnowledge},
        rules::Compiled,
        text::{essence, fold, has_essence},
    },
    html::{Element, ElementSet, unescape},
    model::{Origin, Warning},
};

use super::{
    cards::{AROUND_MAX, is_card},
    layout::{Layout, Surveyor, share},
    metas::TITLES,
    ordered::Panel,
    own,
    said::Said,
    scene::Scene,
};

/// A shorter headline may be the beginning of another.
const ESSENCE_BYTES_MIN: usize = 12;

/// An element with this share of the story is no furniture.
const MUCH_SHARE: f64 = 0.3;
/// A page has few elements that hold as much and are named like furniture.
const WEIGHED_MAX: usize = 40;
/// A story of which less is left was named like furniture.
const KEPT_SHARE: f64 = 0.4;

/// A page whose parts are known.
pub(super) struct Sheet<'d, 'x> {
    pub(super) scene: Scene<'x>,
    pub(super) rules: &'x Compiled,
    pub(super) root: Element<'d>,
    /// The number of the era whose rules read it.
    pub(super) era: usize,
    pub(super) index: PageIndex<'d>,
    /// What JSON-LD says of the story.
    pub(super) facts: Facts,
    /// The headline as metadata has it.
    pub(super) title: Option<Said<String>>,
    /// The profile says who is asked for the headline, and one of them knew it.
    pub(super) is_title_ordered: bool,
    pub(super) layout: Layout<'d>,
    /// Other stories that the page holds whole: nothing in them is read.
    pub(super) others: ElementSet,
    /// Elements whose names say that they are no part of a story.
    pub(super) furniture: Vec<Element<'d>>,
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
        let others: ElementSet = own::keep_own(&mut scene, &mut index, era).into_iter().collect();
        let (facts, broken) = read_json_ld(&scene, &index);
        warnings.extend(broken);
        let panel = Panel { rules, index: &index, era, facts: &facts };
        let ordered = panel.first(RuleField::Headline, &|_| true).and_then(|said| {
            let title = without_site(said.value.first()?, rules);
            Some(Said::new(title, said.origin)).filter(|said| !said.value.is_empty())
        });
        let is_title_ordered = ordered.is_some();
        let title = ordered.or_else(|| said_headline(&facts, &index, rules));
        let said = title.as_ref().map(|said| essence(&said.value));
        let none = ElementSet::default();
        let surveyor =
            Surveyor { scene: &scene, index: &index, era, others: &others, said, furniture: &none };
        let layout = surveyor.survey(root);
        let mut sheet = Self {
            scene,
            rules,
            root,
            era,
            index,
            facts,
            title,
            is_title_ordered,
            layout,
            others,
            furniture: Vec::new(),
        };
        sheet.believe_names();
        sheet
    }

    /// Looks again without the elements that are furniture by name. One that holds much of the story is none, whatever it is
    /// called; and where they hold most of the story together, none of them is.
    fn believe_names(&mut self) {
        let named = named_furniture(&self.index);
        if named.is_empty() {
            return;
        }
        let said = self.title.as_ref().map(|said| essence(&said.value));
        let surveyor = |furniture| {
            let (scene, index, others) = (&self.scene, &self.index, &self.others);
            Surveyor { scene, index, era: self.era, others, said: said.clone(), furniture }
        };
        let none = ElementSet::default();
        let whole = surveyor(&none);
        let weight = whole.weight(&self.layout.stories);
        let much = share(weight, MUCH_SHARE);
        let mut weighed = 0;
        let mut is_small = |it: &Element<'d>| {
            it.has_less_text_than(much) || {
                weighed += 1;
                weighed <= WEIGHED_MAX && whole.weight(&[*it]) < much
            }
        };
        let mut furniture: Vec<Element<'d>> = Vec::new();
        for element in named {
            // What is in another goes with it.
            let is_in_last = furniture.last().is_some_and(|it| it.holds(element));
            if !is_in_last && is_small(&element) {
                furniture.push(element);
            }
        }
        let set: ElementSet = furniture.iter().copied().collect();
        let without = surveyor(&set);
        let layout = without.survey(self.root);
        if share(weight, KEPT_SHARE) <= without.weight(&layout.stories) {
            self.layout = layout;
            self.furniture = furniture;
        }
    }

    /// Returns what the rules for a field find, best rule first; rules that find nothing are left out.
    pub(super) fn find(&self, field: RuleField) -> impl Iterator<Item = &[RuleHit<'d>]> {
        self.rules.find(&self.index, self.era, field)
    }

    /// Returns what the first witness says, of those whose order is the profile's; `None` where it gives none.
    pub(super) fn ordered(&self, field: RuleField) -> Option<Said<Vec<String>>> {
        let panel = Panel { rules: self.rules, index: &self.index, era: self.era, facts: &self.facts };
        panel.first(field, &|hit| self.is_between(hit))
    }

    /// Returns the elements that any rule of the page's own era finds for a field.
    pub(super) fn find_all(&self, field: RuleField) -> Vec<Element<'d>> {
        self.rules.find_all(&self.index, self.era, field)
    }

    /// Whether a name is the paper's own: it stands on every page that has no byline, and says nothing.
    pub(super) fn is_publisher(&self, name: &str) -> bool {
        let bare = essence(name);
        let profile = &self.rules.profile;
        let site = self.index.meta(&["og:site_name"]);
        let publisher = self.facts.publisher.as_deref();
        let called: Vec<&str> =
            publisher.into_iter().chain(site).chain([profile.name.as_str()]).collect();
        let initials = |it: &str| it.split(' ').filter_map(|it| it.chars().next()).collect::<String>();
        let is_short = |it: &&str| it.contains(' ') && has_essence(&initials(it), &bare);
        let hosts = profile.hosts.iter().map(String::as_str);
        called.iter().copied().chain(hosts).any(|it| has_essence(it, &bare))
            || called.iter().any(is_short)
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

    /// Returns the elements of a field that stand in the header: those of other stories come after the body, and those of a carousel
    /// before the headline. A section may stand above the headline: the nearest does.
    pub(super) fn header_hits(&self, field: RuleField) -> Vec<RuleHit<'d>> {
        let mut hits: Vec<RuleHit<'d>> =
            self.find(field).flatten().filter(|hit| self.is_between(hit)).copied().collect();
        if hits.is_empty() || field == RuleField::Section {
            let above = self.find(field).filter_map(|hits| hits.iter().rfind(|hit| self.is_above(hit)));
            let nearest = above.max_by_key(|hit| hit.number);
            let title = self.layout.headline.map(|hit| hit.element);
            let is_other = |hit: &&RuleHit<'d>| {
                is_card(&self.scene, hit.element, title)
                    || hit
                        .element
                        .ancestors()
                        .take(AROUND_MAX)
                        .any(|it| matches!(it.name(), "li" | "nav"))
            };
            hits.splice(0..0, nearest.filter(|hit| !is_other(hit)).copied());
        }
        hits
    }
}

/// Returns the elements that are furniture by name; what holds a headline is none.
fn named_furniture<'d>(index: &PageIndex<'d>) -> Vec<Element<'d>> {
    let titles = index.headings.iter().filter(|hit| hit.element.name() == "h1");
    let around: ElementSet = titles.flat_map(|hit| hit.element.ancestors()).collect();
    let hits = index.named_furniture.iter().map(|hit| hit.element);
    hits.filter(|it| it.name() != "h1" && !around.contains(*it)).collect()
}

/// Reads JSON-LD. What the page itself calls its story tells whose an object is that has no address, or another.
pub(super) fn read_json_ld(scene: &Scene<'_>, index: &PageIndex<'_>) -> (Facts, Vec<Warning>) {
    let known = LazyCell::new(|| {
        let titles = TITLES.iter().filter_map(|name| index.meta(&[name])).map(essence);
        let headings = index.headings.iter().map(|hit| essence(&hit.element.text()));
        let page = index.title.iter().map(|it| essence(it));
        titles.chain(headings).chain(page).filter(|it| !it.is_empty()).collect::<Vec<_>>()
    });
    let has_headline = |text: &str| {
        let text = essence(text);
        // The site's name may follow.
        let may_go_on = ESSENCE_BYTES_MIN <= text.len();
        known.iter().any(|it| *it == text || (may_go_on && it.starts_with(&text)))
    };
    let owner = |address: &str| scene.owner(address);
    jsonld::read(&index.ld_blocks, &PageKnowledge { owner: &owner, has_headline: &has_headline })
}

fn said_headline(facts: &Facts, index: &PageIndex<'_>, rules: &Compiled) -> Option<Said<String>> {
    let json =
        facts.headline.as_deref().map(|text| Said::new(without_site(text, rules), Origin::JsonLd));
    let json = json.filter(|said| !said.value.is_empty());
    let meta = || index.meta(TITLES).map(|text| without_site(text, rules));
    json.or_else(|| meta().filter(|text| !text.is_empty()).map(|text| Said::new(text, Origin::Meta)))
}

/// Whether a text is the site's name, or its host.
fn is_sites(text: &str, rules: &Compiled) -> bool {
    let bare = essence(text);
    let hosts = rules.profile.hosts.iter().map(String::as_str);
    std::iter::once(rules.profile.name.as_str()).chain(hosts).any(|it| has_essence(it, &bare))
}

/// Returns a title without the site's name and the section that follow it after a dash or bar.
pub(super) fn without_site(title: &str, rules: &Compiled) -> String {
    let mut title = fold(&unescape(title));
    let is_section = |it: &str| rules.profile.text.sections.has(it);
    let mut had_site = is_sites(&title, rules);
    if had_site {
        title.clear();
    }
    while let Some(at) =
        [" - ", " | ", " – ", " — ", " · ", " :: ", " « "].iter().filter_map(|it| title.rfind(it)).max()
    {
        let last = title[at..].trim_matches(|it: char| it.is_whitespace() || "-|–—·:«".contains(it));
        let is_site = is_sites(last, rules);
        let goes = is_site || (had_site && is_section(last));
        if !goes {
            break;
        }
        had_site |= is_site;
        title.truncate(at);
    }
    title.trim().to_owned()
}
