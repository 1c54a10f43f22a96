//! Where a page's headline and story are: the elements that the profile's rules name, else those that look
//! like it.
//!
//! Nothing is read here but what it takes to find them. What the parts say is read by `titles.rs` and `body/`.

use crate::{
    config::RuleField,
    extract::{
        index::{PageIndex, RuleHit},
        kinds::is_hidden,
        lines::{flatten, flatten_without},
        stamp,
        text::{essence, fold_apart, has_essence},
    },
    html::{Child, Element, ElementSet},
};

use super::{
    cards::{AROUND_MAX, is_card, is_in_card, looks_like_card},
    parts,
    scene::Scene,
};

/// Pages are nested some thirty deep; what is nested deeper is broken.
const DEPTH_MAX: usize = 250;
/// The nearest part of a page with this share of the most prose is where the story is.
const NEAR_SHARE: f64 = 0.4;
/// One element with this share of its neighbours' prose is the story alone.
const MAIN_SHARE: f64 = 0.6;
/// A stamp stands at most this many elements from the headline, in one that is not longer than this.
const STAMP_ELEMENTS_MAX: usize = 8;
const STAMP_CHARS_MAX: usize = 300;
/// A rule that finds more stories on a page finds cards.
const STORIES_MAX: usize = 200;
/// A shorter text may be part of a headline by chance.
const ESSENCE_BYTES_MIN: usize = 12;
/// A text of at least this many characters is a paragraph, not a label.
const PROSE_CHARS_MIN: usize = 100;

/// Where a page's parts are, and how they were found.
pub(super) struct Layout<'d> {
    pub(super) headline: Option<RuleHit<'d>>,
    /// No rule named the headline's element.
    pub(super) is_headline_guessed: bool,
    pub(super) stories: Vec<Element<'d>>,
    /// No rule named the story's element.
    pub(super) is_story_guessed: bool,
    /// The number of the story's first element; `None` where there is no story.
    pub(super) body_at: Option<usize>,
}

/// Finds the parts of a page.
pub(super) struct Surveyor<'s, 'd> {
    pub(super) scene: &'s Scene<'s>,
    pub(super) index: &'s PageIndex<'d>,
    pub(super) era: usize,
    /// Other stories that the page holds whole.
    pub(super) others: &'s ElementSet,
    /// The essence of the headline as metadata has it.
    pub(super) said: Option<String>,
    /// Elements whose names say that they are no part of a story.
    pub(super) furniture: &'s ElementSet,
}

/// The elements of a story.
struct Stories<'d> {
    elements: Vec<Element<'d>>,
    is_guessed: bool,
}

/// What follows the headline inside one of the elements around it.
struct Level<'d> {
    around: Element<'d>,
    after: Vec<Weighed<'d>>,
    /// Characters of prose in `after`.
    prose: usize,
}

/// An element and the characters of prose in it.
struct Weighed<'d> {
    element: Element<'d>,
    prose: usize,
}

impl<'d> Stories<'d> {
    fn named(elements: Vec<Element<'d>>) -> Self {
        Self { elements, is_guessed: false }
    }

    fn guessed(elements: Vec<Element<'d>>) -> Self {
        Self { elements, is_guessed: true }
    }
}

impl<'d> Surveyor<'_, 'd> {
    /// Returns where the parts are.
    pub(super) fn survey(&self, root: Element<'d>) -> Layout<'d> {
        let named = self.named_headline();
        let is_headline_guessed = named.is_none();
        let headline = named.or_else(|| self.guessed_headline());
        let Stories { elements: stories, is_guessed } = self.stories(root, headline);
        let body_at = stories.first().and_then(|story| self.number(root, *story));
        Layout { headline, is_headline_guessed, stories, is_story_guessed: is_guessed, body_at }
    }

    /// Returns the characters of prose in elements.
    pub(super) fn weight(&self, elements: &[Element<'d>]) -> usize {
        elements.iter().map(|it| self.prose(*it)).sum()
    }

    fn find(&self, field: RuleField) -> impl Iterator<Item = &[RuleHit<'d>]> {
        self.scene.rules.find(self.index, self.era, field)
    }

    /// Returns an element's number in document order; a named one has it at hand.
    fn number(&self, root: Element<'d>, element: Element<'d>) -> Option<usize> {
        let mut named = self.find(RuleField::Body).flatten();
        let known = named.find(|hit| hit.element == element).map(|hit| hit.number);
        known.or_else(|| root.descendants().position(|it| it == element))
    }

    fn named_headline(&self) -> Option<RuleHit<'d>> {
        self.find(RuleField::Headline).find_map(|hits| {
            let leads_away = |title: Element<'d>| {
                let around = title.ancestors().take(2).chain(title.descendants());
                around.into_iter().any(|it| self.scene.links_away(it))
            };
            let is_own = |hit: &&RuleHit<'d>| {
                !essence(&hit.element.text()).is_empty() && !leads_away(hit.element)
            };
            let said = hits.iter().find(|hit| self.is_said(hit.element));
            said.or_else(|| hits.iter().find(is_own)).copied()
        })
    }

    /// Whether an element's text is the headline as metadata has it.
    fn is_said(&self, element: Element<'d>) -> bool {
        self.said.as_ref().is_some_and(|said| has_essence(&element.text(), said))
    }

    /// Whether an element's text is a part of the headline as metadata has it, or ends with it: a kicker stands in one of them.
    fn is_part_of_said(&self, element: Element<'d>) -> bool {
        let Some(said) = &self.said else { return false };
        let text = essence(&element.text());
        let shorter = text.len().min(said.len());
        ESSENCE_BYTES_MIN <= shorter && (said.contains(&text) || text.ends_with(said.as_str()))
    }

    fn guessed_headline(&self) -> Option<RuleHit<'d>> {
        let site = essence(&self.scene.rules.profile.name);
        let headings = || self.index.headings.iter();
        let of = |name: &'static str| headings().filter(move |hit| hit.element.name() == name);
        let is_outside = |title: Element<'d>| {
            title
                .ancestors()
                .take(AROUND_MAX)
                .any(|it| matches!(it.name(), "nav" | "aside" | "footer" | "li"))
        };
        let is_title = |hit: &&RuleHit<'d>| {
            let text = essence(&hit.element.text());
            !text.is_empty()
                && text != site
                && !is_outside(hit.element)
                && !is_card(self.scene, hit.element, None)
        };
        let said = headings()
            .find(|hit| self.is_said(hit.element))
            .or_else(|| headings().filter(is_title).find(|hit| self.is_part_of_said(hit.element)));
        // Boxes after the story have an `h1`, too; the page's title begins with its own.
        let title = self.index.title.as_deref().map(essence).unwrap_or_default();
        let begins_title = |hit: &&RuleHit<'d>| {
            let text = essence(&hit.element.text());
            ESSENCE_BYTES_MIN <= text.len() && title.starts_with(&text)
        };
        let said = said.or_else(|| headings().filter(is_title).find(begins_title));
        // The site's name may be an `h1` above the headline's.
        let h1 = || of("h1").rfind(is_title);
        said.or_else(h1).or_else(|| of("h2").find(is_title)).copied()
    }

    /// Returns the elements of the story.
    fn stories(&self, root: Element<'d>, headline: Option<RuleHit<'d>>) -> Stories<'d> {
        let title = headline.map(|hit| hit.element);
        let holds_headline = |it: Element<'d>| title.is_some_and(|title| it.holds(title));
        let follows = |hit: &RuleHit<'d>| headline.is_none_or(|title| title.number < hit.number);
        let is_below = |hit: &&RuleHit<'d>| follows(hit) && !is_in_card(self.scene, hit.element, title);
        let (paragraphs, subheadings) =
            (self.find(RuleField::Paragraphs), self.find(RuleField::Subheadings));
        if let Some(paragraphs) = parts::one_by_one(paragraphs, subheadings, is_below) {
            return Stories::named(paragraphs);
        }
        let mut empty = None;
        for hits in self.find(RuleField::Body) {
            let hits = &hits[..hits.len().min(STORIES_MAX)];
            let is_own = |hit: &&RuleHit<'d>| {
                (follows(hit) || holds_headline(hit.element))
                    && !is_in_card(self.scene, hit.element, title)
            };
            let texts = || hits.iter().filter(|hit| !hit.element.text().trim().is_empty());
            let longest = || {
                let all = texts().filter(|hit| !is_in_card(self.scene, hit.element, None));
                all.max_by_key(|hit| hit.element.text().len())
            };
            let Some(main) = texts().find(is_own).or_else(longest) else {
                // Live blogs, videos and charts have an empty one.
                empty = empty.or(hits.iter().find(is_own));
                continue;
            };
            if holds_headline(main.element) && !is_too_deep(root) {
                return Stories::named(self.beside_headline(title, Some(main.element)));
            }
            return Stories::named(parts::of_rule(main, hits.iter().filter(is_own), self.others));
        }
        match empty {
            Some(empty) => Stories::named(vec![empty.element]),
            // Weighing every element of every level would take for ever.
            None if is_too_deep(root) => Stories::guessed(vec![root]),
            None if title.is_some() => Stories::guessed(
                self.said_body(root, title).unwrap_or_else(|| self.beside_headline(title, None)),
            ),
            None => Stories::guessed(self.densest(root)),
        }
    }

    /// Returns the one element of which HTML says that it is the body of an article (`itemprop`), where it has text and is not around the
    /// headline.
    fn said_body(&self, root: Element<'d>, title: Option<Element<'d>>) -> Option<Vec<Element<'d>>> {
        let is_said =
            |it: &Element<'d>| it.attr("itemprop").is_some_and(|it| it.trim() == "articleBody");
        let mut said = root.descendants().filter(is_said);
        let body = said.next().filter(|_| said.next().is_none())?;
        let is_around = title.is_some_and(|title| body.holds(title));
        (!is_around && PROSE_CHARS_MIN <= self.prose(body)).then(|| vec![body])
    }

    /// Returns the elements that follow the headline and hold much prose. The story follows its headline: of
    /// the elements after it, after its parent, after that one's parent and so on, the nearest are taken.
    fn beside_headline(
        &self,
        title: Option<Element<'d>>,
        limit: Option<Element<'d>>,
    ) -> Vec<Element<'d>> {
        let mut levels: Vec<Level<'d>> = Vec::new();
        let mut inner = title;
        while let Some(node) = inner {
            let Some(around) = node.ancestors().next().filter(|it| it.name() != "html") else { break };
            let after = around.elements().skip_while(|it| *it != node).skip(1);
            let after: Vec<Weighed<'d>> =
                after.map(|element| Weighed { element, prose: self.prose(element) }).collect();
            let prose = after.iter().map(|it| it.prose).sum::<usize>() + bare_text_after(around, node);
            levels.push(Level { around, after, prose });
            inner = if Some(around) == limit { None } else { Some(around) };
        }
        let most = levels.iter().map(|level| level.prose).max().unwrap_or(0);
        // What stands in a header beside the headline is a standfirst, a caption, a note on the author.
        let is_head = |level: &Level<'d>| level.around.name() == "header";
        let outside = levels.iter().filter(|it| !is_head(it)).map(|it| it.prose).max().unwrap_or(0);
        let is_story_outside = 0 < outside && share(most, NEAR_SHARE) <= outside;
        let is_near = |level: &Level<'d>| {
            let is_much = 0 < level.prose && share(most, NEAR_SHARE) <= level.prose;
            is_much && !(is_story_outside && is_head(level))
        };
        let Some(Level { around, after, prose }) = levels.into_iter().find(is_near) else {
            return Vec::new();
        };
        let most = share(prose, MAIN_SHARE);
        if most <= title.map_or(0, |title| bare_text_in(around, title)) {
            return vec![around];
        }
        if let Some(main) = after.iter().find(|it| it.element.name() != "p" && most <= it.prose) {
            return with_siblings(main.element, &after);
        }
        let near = after.iter().take(STAMP_ELEMENTS_MAX);
        let before_prose = near.take_while(|it| it.prose < PROSE_CHARS_MIN).enumerate();
        let stamps = before_prose.filter(|(_, it)| self.holds_stamp(it.element));
        let story_at = stamps.map(|(at, _)| at + 1).last().unwrap_or(0);
        after.into_iter().skip(story_at).map(|it| it.element).collect()
    }

    /// Returns the smallest element that holds most of the page's prose: the story, where there is no
    /// headline.
    fn densest(&self, root: Element<'d>) -> Vec<Element<'d>> {
        let mut node = root;
        let mut prose = self.prose(root);
        if prose == 0 {
            return Vec::new();
        }
        'inwards: loop {
            for inner in node.elements().filter(|it| it.name() != "p") {
                let its = self.prose(inner);
                if share(prose, MAIN_SHARE) <= its {
                    (node, prose) = (inner, its);
                    continue 'inwards;
                }
            }
            return vec![node];
        }
    }

    /// Returns the characters of prose in an element: links, ticker and furniture do not count.
    fn prose(&self, element: Element<'d>) -> usize {
        let is_other = |it: Element<'d>| {
            is_hidden(it)
                || matches!(
                    it.name(),
                    "nav" | "footer" | "form" | "aside" | "button" | "head" | "figcaption"
                )
                || self.others.contains(it)
                || self.furniture.contains(it)
        };
        if is_other(element) || looks_like_card(self.scene, element) {
            return 0;
        }
        let is_other = |it: &Element<'d>| is_other(*it) || looks_like_card(self.scene, *it);
        let others: ElementSet = element.descendants().filter(is_other).collect();
        let flat = flatten_without(element, &others);
        let rules = &self.scene.rules.profile.text;
        let rows = self.scene.rules.grammar.scan(&flat.text);
        let mut prose = 0;
        for (at, line) in flat.lines.iter().enumerate() {
            let text = fold_apart(flat.line(at));
            if rules.end.has(&text) {
                break;
            }
            if !line.is_heading && !rows.touch(&line.range) && !rules.boilerplate.has(&text) {
                let linked: usize = flat.links_of(at).map(|it| it.range.len()).sum();
                prose += line.range.len().saturating_sub(linked);
            }
        }
        prose
    }

    fn holds_stamp(&self, element: Element<'d>) -> bool {
        let profile = &self.scene.rules.profile;
        let flat = flatten(element);
        let is_stamp = |at| stamp::read(flat.line(at), &profile.text, profile.time_zone).is_some();
        flat.text.len() <= STAMP_CHARS_MAX && (0..flat.lines.len()).any(is_stamp)
    }
}

/// Returns an element with those of its neighbours that are like it: parts of one story, between which advertisements stand.
fn with_siblings<'d>(main: Element<'d>, neighbours: &[Weighed<'d>]) -> Vec<Element<'d>> {
    let class = main.attr("class").unwrap_or_default();
    let is_part = |it: &&Weighed<'d>| {
        let is_like = it.element.name() == main.name() && it.element.attr("class") == main.attr("class");
        it.element == main || (!class.is_empty() && is_like && PROSE_CHARS_MIN <= it.prose)
    };
    neighbours.iter().filter(is_part).map(|it| it.element).collect()
}

fn is_too_deep(root: Element<'_>) -> bool {
    let mut open: Vec<Element<'_>> = Vec::new();
    root.descendants().any(|element| {
        while open.pop_if(|outer| !outer.holds(element)).is_some() {}
        open.push(element);
        DEPTH_MAX < open.len()
    })
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of the length of a page"
)]
pub(super) fn share(whole: usize, part: f64) -> usize {
    (whole as f64 * part) as usize
}

/// Returns the bytes of text directly in an element after one of its children.
fn bare_text_after(parent: Element<'_>, child: Element<'_>) -> usize {
    let mut after = false;
    let mut length = 0;
    for node in parent.children() {
        match node {
            Child::Element(it) => after |= it == child,
            Child::Text(text) if after => length += text.trim().len(),
            Child::Text(_) => {}
        }
    }
    length
}

/// Returns the bytes of text directly in an element after its child that holds another element.
fn bare_text_in(parent: Element<'_>, inner: Element<'_>) -> usize {
    let child = parent.elements().find(|it| *it == inner || it.holds(inner));
    child.map_or(0, |it| bare_text_after(parent, it))
}
