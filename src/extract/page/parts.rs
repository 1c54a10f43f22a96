//! A story in several elements: the parts that one rule finds, or its paragraphs one by one. In the order of the page, none inside
//! another.

use crate::{
    extract::index::RuleHit,
    html::{Element, ElementSet},
};

use super::cards::AROUND_MAX;

/// Returns the parts of a story that one rule finds: what stands beside `main`, and what stands under other parents and is no box
/// of another story.
pub(super) fn of_rule<'h, 'd: 'h>(
    main: &RuleHit<'d>,
    hits: impl Iterator<Item = &'h RuleHit<'d>>,
    others: &ElementSet,
) -> Vec<Element<'d>> {
    let parent = main.element.ancestors().next();
    let is_beside = |it: Element<'d>| it.ancestors().next() == parent;
    let is_box = |it: Element<'d>| {
        let mut around = it.ancestors().take(AROUND_MAX);
        around.any(|it| matches!(it.name(), "aside" | "nav" | "footer") || others.contains(it))
    };
    let is_part = |hit: &RuleHit<'d>| is_beside(hit.element) || !is_box(hit.element);
    let parts = outermost(hits.filter(|hit| is_part(hit)).copied());
    if parts.is_empty() { vec![main.element] } else { parts }
}

/// Returns the paragraphs found by the first rule that finds any, and the headings between them; `None` if no rule does.
pub(super) fn one_by_one<'h, 'd: 'h>(
    mut paragraphs: impl Iterator<Item = &'h [RuleHit<'d>]>,
    subheadings: impl Iterator<Item = &'h [RuleHit<'d>]>,
    is_own: impl Fn(&&RuleHit<'d>) -> bool,
) -> Option<Vec<Element<'d>>> {
    let own = |hits: &[RuleHit<'d>]| hits.iter().filter(&is_own).copied().collect::<Vec<_>>();
    let mut parts = paragraphs.find_map(|hits| Some(own(hits)).filter(|it| !it.is_empty()))?;
    parts.extend(subheadings.flat_map(own));
    parts.sort_by_key(|hit| hit.number);
    Some(outermost(parts.into_iter()))
}

/// Returns the lists, tables and quotes between parts that were named one by one: rules that name paragraphs alone leave them out.
pub(super) fn unnamed_between<'d>(parts: &[Element<'d>]) -> Vec<Element<'d>> {
    let named: ElementSet = parts.iter().copied().collect();
    let is_story =
        |it: Element<'d>| matches!(it.name(), "ul" | "ol" | "dl" | "table" | "blockquote" | "pre");
    let (mut unnamed, mut seen) = (Vec::new(), ElementSet::default());
    for parent in parts.iter().filter_map(|it| it.ancestors().next()) {
        // However often a page goes from one parent to another and back, each is looked at once.
        if seen.contains(parent) {
            continue;
        }
        seen.insert(parent);
        let (mut has_begun, mut since) = (false, Vec::new());
        for element in parent.elements() {
            if named.contains(element) {
                has_begun = true;
                unnamed.append(&mut since);
            } else if has_begun && is_story(element) {
                since.push(element);
            }
        }
    }
    unnamed
}

/// Returns those of some elements in the order of the page that stand in none of the others.
fn outermost<'d>(hits: impl Iterator<Item = RuleHit<'d>>) -> Vec<Element<'d>> {
    let mut outer: Vec<Element<'d>> = Vec::new();
    for RuleHit { element, .. } in hits {
        if !outer.last().is_some_and(|it| *it == element || it.holds(element)) {
            outer.push(element);
        }
    }
    outer
}
