//! Where on a page is what: the headline's element, the story's elements, and whose an element is.

use crate::{
    config::RuleField,
    extract::{
        lines::{flatten, is_hidden},
        rules::{Compiled, Hit, Index},
        stamp,
        text::{essence, fold_apart, has_essence},
    },
    html::{Child, Element, Step},
};

use super::body::{Scene, Target};

/// Pages are nested some thirty deep; what is nested deeper is broken.
const DEPTH_MAX: usize = 250;
/// A card of another story is at most so many elements around its parts.
const CARD_DEPTH_MAX: usize = 6;
/// And holds at most so much: a story may link to others, a card's parts are small.
const CARD_CHARS_MAX: usize = 600;
/// The nearest part of a page with this share of the most prose is where the story is.
const NEAR_SHARE: f64 = 0.4;
/// One element with this share of its neighbours' prose is the story alone.
const MAIN_SHARE: f64 = 0.6;
/// A stamp stands within so many elements of the headline, in one no longer than this.
const STAMP_ELEMENTS_MAX: usize = 8;
const STAMP_CHARS_MAX: usize = 300;
/// A paragraph, and no label.
const PROSE_CHARS_MIN: usize = 100;

/// What was found, and how.
pub(super) struct Layout<'d> {
    pub(super) headline: Option<Hit<'d>>,
    /// No rule named the headline's element.
    pub(super) is_headline_guessed: bool,
    pub(super) stories: Vec<Element<'d>>,
    /// No rule named the story's element.
    pub(super) is_story_guessed: bool,
    /// The number of the story's first element.
    pub(super) body_at: usize,
}

/// Looks for the parts of one page.
pub(super) struct Surveyor<'s, 'd> {
    pub(super) scene: &'s Scene<'s>,
    pub(super) rules: &'s Compiled,
    pub(super) index: &'s Index<'d>,
    pub(super) era: usize,
    /// The headline as metadata has it, its essence.
    pub(super) said: Option<String>,
}

impl<'d> Surveyor<'_, 'd> {
    pub(super) fn survey(&self, root: Element<'d>) -> Layout<'d> {
        let named = self.named_headline();
        let is_headline_guessed = named.is_none();
        let headline = named.or_else(|| self.guessed_headline());
        let (stories, is_story_guessed) = self.stories(root, headline);
        let body_at = stories.first().and_then(|it| self.number(root, *it)).unwrap_or(usize::MAX);
        Layout { headline, is_headline_guessed, stories, is_story_guessed, body_at }
    }

    /// An element's number in document order; a named one has it at hand.
    fn number(&self, root: Element<'d>, element: Element<'d>) -> Option<usize> {
        let mut named = self.rules.find(self.index, self.era, RuleField::Body).flatten();
        let known = named.find(|it| it.1 == element).map(|it| it.0);
        known.or_else(|| root.descendants().position(|it| it == element))
    }

    fn named_headline(&self) -> Option<Hit<'d>> {
        self.rules.find(self.index, self.era, RuleField::Headline).find_map(|hits| {
            let leads_away = |it: Element<'d>| {
                let around = it.ancestors().take(2).chain(it.descendants());
                around.into_iter().any(|it| self.links_away(it))
            };
            let mut own =
                hits.iter().filter(|it| !essence(&it.1.text()).is_empty() && !leads_away(it.1));
            let said = hits.iter().find(|it| self.is_said(it.1));
            said.or_else(|| own.next()).copied()
        })
    }

    /// Whether an element's text is the headline as metadata has it.
    fn is_said(&self, element: Element<'d>) -> bool {
        self.said.as_ref().is_some_and(|it| has_essence(&element.text(), it))
    }

    fn guessed_headline(&self) -> Option<Hit<'d>> {
        let site = essence(&self.scene.profile.name);
        let headings = || self.index.headings.iter();
        let is_outside = |it: Element<'d>| {
            it.ancestors().any(|it| matches!(it.name(), "nav" | "aside" | "footer" | "li"))
        };
        let is_title = |it: &&Hit<'d>| {
            let text = essence(&it.1.text());
            !text.is_empty() && text != site && !is_outside(it.1) && !self.is_card(it.1, None)
        };
        let h1 = || headings().filter(|it| it.1.name() == "h1").rfind(is_title);
        let h2 = || headings().filter(|it| it.1.name() == "h2").find(is_title);
        headings().find(|it| self.is_said(it.1)).or_else(h1).or_else(h2).copied()
    }

    /// The elements of the story, and whether they were guessed.
    fn stories(&self, root: Element<'d>, headline: Option<Hit<'d>>) -> (Vec<Element<'d>>, bool) {
        let holds_headline =
            |it: Element<'d>| headline.is_some_and(|title| title.1.ancestors().any(|a| a == it));
        let follows = |it: &Hit<'d>| headline.is_none_or(|title| title.0 < it.0);
        let mut empty = None;
        for hits in self.rules.find(self.index, self.era, RuleField::Body) {
            let has_text = |it: &&Hit<'d>| !it.1.text().trim().is_empty();
            let own = |it: &&Hit<'d>| {
                (follows(it) || holds_headline(it.1)) && !self.is_in_card(it.1, headline.map(|it| it.1))
            };
            let main = hits.iter().filter(has_text).find(own);
            let longest = || {
                let all = hits.iter().filter(has_text).filter(|it| !self.is_in_card(it.1, None));
                all.max_by_key(|it| it.1.text().len())
            };
            let Some(main) = main.or_else(longest) else {
                // Live blogs, videos and charts have an empty one.
                empty = empty.or(hits.iter().find(own));
                continue;
            };
            if holds_headline(main.1) && !is_too_deep(root) {
                return (self.beside_headline(headline, Some(main.1)), false);
            }
            let parent = |it: Element<'d>| it.ancestors().next();
            let is_part = |it: &&Hit<'d>| parent(it.1) == parent(main.1);
            return (hits.iter().filter(is_part).map(|it| it.1).collect(), false);
        }
        match empty {
            Some(empty) => (vec![empty.1], false),
            // Weighing every element of every level would take for ever.
            None if is_too_deep(root) => (vec![root], true),
            None if headline.is_some() => (self.beside_headline(headline, None), true),
            None => (self.densest(root), true),
        }
    }

    /// The story follows its headline: of the elements after it, after its parent, after that one's parent
    /// and so on, the nearest that hold much prose.
    fn beside_headline(
        &self,
        headline: Option<Hit<'d>>,
        limit: Option<Element<'d>>,
    ) -> Vec<Element<'d>> {
        let mut levels: Vec<(Element<'d>, Vec<Element<'d>>, usize)> = Vec::new();
        let mut inner = headline.map(|it| it.1);
        while let Some(node) = inner {
            let Some(parent) = node.ancestors().next().filter(|it| it.name() != "html") else { break };
            let after: Vec<Element<'d>> =
                parent.elements().skip_while(|it| *it != node).skip(1).collect();
            let weight =
                after.iter().map(|it| self.prose(*it)).sum::<usize>() + bare_text_after(parent, node);
            levels.push((parent, after, weight));
            inner = if Some(parent) == limit { None } else { Some(parent) };
        }
        let most = levels.iter().map(|it| it.2).max().unwrap_or(0);
        let near = levels.into_iter().find(|it| 0 < it.2 && share(most, NEAR_SHARE) <= it.2);
        let Some((parent, after, weight)) = near else { return Vec::new() };
        if share(weight, MAIN_SHARE) <= headline.map_or(0, |it| bare_text_in(parent, it.1)) {
            return vec![parent];
        }
        let is_main =
            |it: &&Element<'d>| it.name() != "p" && share(weight, MAIN_SHARE) <= self.prose(**it);
        if let Some(main) = after.iter().find(is_main) {
            return vec![*main];
        }
        let before_prose =
            after.iter().take(STAMP_ELEMENTS_MAX).take_while(|it| self.prose(**it) < PROSE_CHARS_MIN);
        let stamp_at =
            before_prose.enumerate().filter(|it| self.holds_stamp(*it.1)).map(|it| it.0).last();
        after.into_iter().skip(stamp_at.map_or(0, |it| it + 1)).collect()
    }

    /// Without a headline: the smallest element that holds most of the page's prose.
    fn densest(&self, root: Element<'d>) -> Vec<Element<'d>> {
        let mut node = root;
        let mut weight = self.prose(root);
        if weight == 0 {
            return Vec::new();
        }
        while let Some((main, its)) = node
            .elements()
            .map(|it| (it, self.prose(it)))
            .find(|it| it.0.name() != "p" && share(weight, MAIN_SHARE) <= it.1)
        {
            (node, weight) = (main, its);
        }
        vec![node]
    }

    /// Characters of prose in an element: links, ticker and furniture do not count.
    fn prose(&self, element: Element<'d>) -> usize {
        let is_other = |it: Element<'d>| {
            is_hidden(it) || matches!(it.name(), "nav" | "footer" | "form" | "aside" | "button" | "head")
        };
        if is_other(element) || self.looks_like_card(element) {
            return 0;
        }
        let is_other = |it: &Element<'d>| is_other(*it) || self.looks_like_card(*it);
        let others: Vec<Element<'d>> = element.descendants().filter(is_other).collect();
        let flat = flatten(element, &others);
        let rules = &self.scene.profile.text;
        let end = (0..flat.lines.len()).find(|it| rules.end.has(&fold_apart(flat.line(*it))));
        let rows = self.scene.grammar.scan(&flat.text);
        let lines = 0..end.unwrap_or(flat.lines.len());
        lines
            .map(|at| {
                let range = &flat.lines[at].range;
                let is_row = rows.ranges.iter().any(|it| it.start < range.end && range.start < it.end);
                let linked: usize = flat.links_of(at).map(|it| it.range.len()).sum();
                if is_row || rules.boilerplate.has(&fold_apart(flat.line(at))) {
                    0
                } else {
                    range.len().saturating_sub(linked)
                }
            })
            .sum()
    }

    fn holds_stamp(&self, element: Element<'d>) -> bool {
        let profile = self.scene.profile;
        let flat = flatten(element, &[]);
        let is_stamp = |at| stamp::read(flat.line(at), &profile.text, profile.time_zone).is_some();
        flat.text.len() <= STAMP_CHARS_MAX && (0..flat.lines.len()).any(is_stamp)
    }

    /// A small box with a picture or a heading that links to another story.
    fn looks_like_card(&self, element: Element<'d>) -> bool {
        let is_box = matches!(element.name(), "li" | "article" | "div");
        let is_titled = |it: Element<'d>| matches!(it.name(), "h2" | "h3" | "h4" | "h5" | "img");
        // A card links to one story, a list to several.
        let mut targets: Vec<&str> = element
            .descendants()
            .filter(|it| self.links_away(*it))
            .filter_map(|it| it.attr("href"))
            .collect();
        targets.dedup();
        is_box
            && targets.len() == 1
            && element.descendants().filter(|it| it.name() == "p").count() < 2
            && (element.name() != "div" || element.descendants().any(is_titled))
            && element.text().len() < CARD_CHARS_MAX
    }

    fn links_away(&self, element: Element<'d>) -> bool {
        let href = element.attr("href").filter(|_| element.name() == "a");
        href.is_some_and(|it| matches!(self.scene.target(it), Target::Article(..)))
    }

    /// Whether a story's element is that of a card: what is around it, but not around the headline, has a title
    /// that links to another story. Links within its own paragraphs are the story's.
    fn is_in_card(&self, element: Element<'d>, headline: Option<Element<'d>>) -> bool {
        let own: Vec<Element<'d>> = headline.into_iter().flat_map(Element::ancestors).collect();
        let is_title = |it: Element<'d>| {
            matches!(it.name(), "h1" | "h2" | "h3" | "h4" | "h5")
                && std::iter::once(it)
                    .chain(it.descendants())
                    .chain(it.ancestors().take(1))
                    .any(|it| self.links_away(it))
        };
        let around = element.ancestors().take(CARD_DEPTH_MAX);
        let mut around =
            around.take_while(|it| !own.contains(it) && !matches!(it.name(), "body" | "main" | "html"));
        self.scene.key.is_some()
            && around.any(|outer| {
                // A card's title stands before its words; what follows a story is its related list.
                let is_own = |it: &Element<'d>| *it == element || element.ancestors().any(|a| a == *it);
                let mut before = outer.elements().take_while(|it| !is_own(it));
                before.any(|it| is_title(it) || it.descendants().any(is_title))
            })
    }

    /// Whether an element is part of a card of another story: something around it that is not around the
    /// headline links there.
    pub(super) fn is_card(&self, element: Element<'d>, headline: Option<Element<'d>>) -> bool {
        if self.scene.key.is_none() {
            return false;
        }
        let own: Vec<Element<'d>> = headline.into_iter().flat_map(Element::ancestors).collect();
        let depth = if headline.is_some() { CARD_DEPTH_MAX } else { 1 };
        let around = std::iter::once(element).chain(element.ancestors().take(depth));
        let around =
            around.take_while(|it| !own.contains(it) && !matches!(it.name(), "body" | "main" | "html"));
        let mut around = around.collect::<Vec<_>>().into_iter();
        around.any(|it| {
            it.text().len() < CARD_CHARS_MAX
                && (self.links_away(it) || it.descendants().any(|it| self.links_away(it)))
        })
    }
}

fn is_too_deep(root: Element<'_>) -> bool {
    let mut depth = 0_usize;
    root.walk().any(|step| {
        match step {
            Step::Open(_) => depth += 1,
            Step::Close(_) => depth -= 1,
            Step::Text(_) => {}
        }
        DEPTH_MAX < depth
    })
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of the length of a page"
)]
fn share(whole: usize, part: f64) -> usize {
    (whole as f64 * part) as usize
}

/// Characters that stand directly in an element after one of its children.
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

/// The same, whichever child the inner element is in.
fn bare_text_in(parent: Element<'_>, inner: Element<'_>) -> usize {
    let child = parent.elements().find(|it| *it == inner || inner.ancestors().any(|a| a == *it));
    child.map_or(0, |it| bare_text_after(parent, it))
}
