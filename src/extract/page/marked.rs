//! Elements that say themselves that they sign a story, by a class or another name with `author` or `byline` in it. They are asked where
//! neither metadata nor a rule knows anybody: most pages are signed before.

use crate::{
    config::TextRules,
    extract::{
        index::RuleHit,
        kinds::is_hidden,
        lines::{flatten_without, folded_text},
        signature,
        text::fold_apart,
    },
    html::{Element, ElementSet},
};

use super::{
    cards::{AROUND_MAX, is_card},
    sheet::Sheet,
};

/// A byline has a few elements; what is called so again and again is a list of authors.
const MARKED_MAX: usize = 16;
/// Parts of the names of elements that sign, in the languages of papers.
const MARKS: [&str; 7] = ["byline", "author", "autor", "auteur", "autore", "journalist", "contributor"];
/// Parts of the names of elements beside a name: what somebody is, looks like, and where else he writes.
const BESIDE: [&str; 13] = [
    "role", "title", "position", "job", "bio", "image", "avatar", "photo", "date", "time", "social",
    "follow", "email",
];
/// Parts of the names of links beside a name.
const CONTACTS: [&str; 6] = ["follow", "social", "share", "email", "twitter", "avatar"];
/// Where a page calls its elements something.
const NAMED_BY: [&str; 4] = ["class", "data-testid", "data-qa", "data-component"];

/// Returns who signs the story, by elements between its headline and its first words; nobody where none is marked.
pub(super) fn marked_names(sheet: &Sheet<'_, '_>) -> Vec<String> {
    let Some(headline) = sheet.layout.headline.map(|hit| hit.element) else { return Vec::new() };
    let hits = sheet.root.descendants().enumerate().map(|(number, element)| RuleHit { number, element });
    let between =
        hits.skip_while(|hit| sheet.is_above(hit)).take_while(|hit| sheet.is_before_story(hit));
    let marked = between.filter(|hit| is_marked(hit.element)).map(|hit| hit.element).take(MARKED_MAX);
    let marked: Vec<Element<'_>> = marked.collect();
    let is_other = |it: &Element<'_>| {
        is_card(&sheet.scene, *it, Some(headline))
            || it.ancestors().take(AROUND_MAX).any(|it| matches!(it.name(), "nav" | "aside"))
    };
    let innermost = marked.iter().filter(|outer| !marked.iter().any(|it| outer.holds(*it)));
    let mut names: Vec<String> = Vec::new();
    for name in
        innermost.filter(|it| !is_other(it)).flat_map(|it| names_in(*it, &sheet.rules.profile.text))
    {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Whether an element is called something with one of these words in it.
fn is_called(element: Element<'_>, words: &[&str]) -> bool {
    let holds = |name: &str| {
        let name = name.to_ascii_lowercase();
        words.iter().any(|it| name.contains(it))
    };
    NAMED_BY.iter().filter_map(|it| element.attr(it)).any(holds)
}

fn is_marked(element: Element<'_>) -> bool {
    is_called(element, &MARKS) && !is_called(element, &BESIDE)
}

/// Whether a link in a byline is no name: an address, an account, a button.
pub(super) fn is_contact(element: Element<'_>) -> bool {
    element.name() == "a" && (folded_text(element).contains('@') || is_called(element, &CONTACTS))
}

/// Returns the names in an element that signs: those of its links, else those of elements that hold a name alone, else its own words.
fn names_in(element: Element<'_>, rules: &TextRules) -> Vec<String> {
    let is_other = |it: &Element<'_>| is_hidden(*it) || is_called(*it, &BESIDE) || is_contact(*it);
    let inside = || element.descendants().filter(|it| !is_other(it));
    let links = inside().filter(|it| it.name() == "a" && it.attr("href").is_some());
    let named = inside().filter(|it| is_called(*it, &["name"]));
    for parts in [links.collect::<Vec<_>>(), named.collect()] {
        let names: Vec<String> = parts.iter().flat_map(|it| persons(&folded_text(*it), rules)).collect();
        if !names.is_empty() {
            return names;
        }
    }
    let others: ElementSet = element.descendants().filter(is_other).collect();
    persons(&fold_apart(&flatten_without(element, &others).text.replace('\n', " ")), rules)
}

/// Returns the names that a text consists of. One word alone is a label as often as a name, unless `By` stands before it or it is one of
/// the agencies that the profile knows.
fn persons(text: &str, rules: &TextRules) -> Vec<String> {
    let names = signature::byline(text).map(|it| signature::authors(&it)).unwrap_or_default();
    let is_person = |it: &String| it.contains(' ') || !it.is_ascii();
    let is_said = signature::after_by(text).is_some() || names.iter().all(|it| rules.bylines.has(it));
    let has_digit = |it: &String| it.contains(|it: char| it.is_ascii_digit());
    if (is_said || names.iter().any(is_person)) && !names.iter().any(has_digit) {
        names
    } else {
        Vec::new()
    }
}
