//! Cards: boxes that show another story with its picture, headline or first words.
//!
//! A card has the same elements as the story itself (headline, date, section, even a story's element), so
//! `layout.rs`, `head.rs` and the picture of the story ask here whose an element is.

use crate::html::Element;

use super::scene::Scene;

/// How many ancestors are searched for the element that tells whose a headline or a part of the head is.
pub(super) const AROUND_MAX: usize = 60;
/// How many ancestors of a part are looked at for its card.
const DEPTH_MAX: usize = 6;
/// The most text in a card, in bytes: a story may link to others, but the parts of a card are small.
const TEXT_BYTES_MAX: usize = 600;
/// The most elements in a card.
const ELEMENTS_MAX: usize = 500;

/// Whether an element may be a card for its size.
fn is_small(element: Element<'_>) -> bool {
    element.descendants().nth(ELEMENTS_MAX).is_none() && element.has_less_text_than(TEXT_BYTES_MAX)
}

/// Whether an element is a small box with a picture or a heading that links to one other story.
pub(super) fn looks_like_card(scene: &Scene<'_>, element: Element<'_>) -> bool {
    if !matches!(element.name(), "li" | "article" | "div") || !is_small(element) {
        return false;
    }
    let is_titled = |it: Element<'_>| matches!(it.name(), "h2" | "h3" | "h4" | "h5" | "img");
    // A card links to one story, a list to several.
    let links = element.descendants().filter(|it| scene.links_away(*it));
    let mut targets = links.filter_map(|it| it.attr("href"));
    targets.next().is_some_and(|first| targets.all(|it| it == first))
        && element.descendants().filter(|it| it.name() == "p").count() < 2
        && (element.name() != "div" || element.descendants().any(is_titled))
}

/// Whether a story's element is that of a card: an element around it, but not around the headline, has a
/// title that links to another story. Links within its own paragraphs are the story's.
pub(super) fn is_in_card(
    scene: &Scene<'_>,
    element: Element<'_>,
    headline: Option<Element<'_>>,
) -> bool {
    let own: Vec<Element<'_>> = headline.into_iter().flat_map(Element::ancestors).collect();
    let is_title = |it: Element<'_>| {
        matches!(it.name(), "h1" | "h2" | "h3" | "h4" | "h5")
            && std::iter::once(it)
                .chain(it.descendants())
                .chain(it.ancestors().take(1))
                .any(|it| scene.links_away(it))
    };
    let around = element.ancestors().take(DEPTH_MAX);
    let mut around = around.take_while(|it| !own.contains(it) && !is_page(*it));
    scene.key.is_some()
        && around.any(|outer| {
            // A card's title stands before its words; what follows a story is its related list.
            let is_own = |it: &Element<'_>| *it == element || it.holds(element);
            let mut before = outer.elements().take_while(|it| !is_own(it));
            before.any(|it| is_title(it) || it.descendants().any(is_title))
        })
}

/// Whether an element is part of a card: an element around it, but not around the headline, links to
/// another story. Without a headline only the element and its parent are asked.
pub(super) fn is_card(scene: &Scene<'_>, element: Element<'_>, headline: Option<Element<'_>>) -> bool {
    if scene.key.is_none() {
        return false;
    }
    let own: Vec<Element<'_>> = headline.into_iter().flat_map(Element::ancestors).collect();
    let depth = if headline.is_some() { DEPTH_MAX } else { 1 };
    let around = std::iter::once(element).chain(element.ancestors().take(depth));
    let mut around = around.take_while(|it| !own.contains(it) && !is_page(*it));
    around.any(|it| {
        is_small(it) && (scene.links_away(it) || it.descendants().any(|it| scene.links_away(it)))
    })
}

/// Whether an element is no box but the page.
fn is_page(element: Element<'_>) -> bool {
    matches!(element.name(), "body" | "main" | "html")
}
