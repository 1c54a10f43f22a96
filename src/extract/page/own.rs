//! Which story of a page is its own: a page that was scrolled before it was saved holds those that the site
//! appended, too.
//!
//! Cards of other stories are no stories here; they are told apart by `cards.rs`.

use crate::{
    config::RuleField,
    extract::index::{PageIndex, RuleHit},
    html::Element,
};

use super::scene::Scene;

/// Takes the stories that are not the page's own out of the index. Returns their elements.
pub(super) fn keep_own<'d>(
    scene: &mut Scene<'_>,
    index: &mut PageIndex<'d>,
    era: usize,
) -> Vec<Element<'d>> {
    let hits: Vec<RuleHit<'d>> =
        scene.rules.find(index, era, RuleField::Article).next().unwrap_or_default().to_vec();
    let is_named = |hit: &&RuleHit<'d>| {
        let names = ["id", "data-id"].iter().filter_map(|name| hit.element.attr(name));
        scene.key.as_ref().is_some_and(|key| names.into_iter().any(|name| name == key.id))
    };
    let named = hits.iter().find(is_named).copied();
    let Some(own) = named.or(hits.first().copied()) else { return Vec::new() };
    // What the head of the page says is said of the story that it was opened with.
    if own.number != hits[0].number && scene.heads_other_story(index) {
        index.forget_head();
        scene.has_own_head = false;
    }
    let others = hits.iter().filter(|hit| hit.number != own.number);
    let is_beside =
        |hit: &&RuleHit<'d>| !hit.element.holds(own.element) && !own.element.holds(hit.element);
    let others: Vec<&RuleHit<'d>> = others.filter(is_beside).collect();
    index.forget(&others);
    others.iter().map(|hit| hit.element).collect()
}
