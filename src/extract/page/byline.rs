//! The line that a story is signed with, where no element is named for it. Whom to believe is decided in `head.rs`.

use crate::{
    config::TextRules,
    extract::{
        lines::{PageLines, folded_text},
        signature, stamp,
        text::{fold, fold_apart},
    },
    html::{Element, unescape},
    model::{Block, BlockKind, Origin},
};

use super::{
    metas::{AUTHORS, CARD_AUTHORS, CARD_FACTS},
    said::Said,
    sheet::Sheet,
};

/// Parts of a path that leads to the page of an author.
const AUTHOR_PAGES: [&str; 14] = [
    "author",
    "authors",
    "autor",
    "autoren",
    "autores",
    "auteur",
    "auteurs",
    "autore",
    "autori",
    "autorzy",
    "journalist",
    "journalists",
    "reporter",
    "contributors",
];

/// A line that says `By` stands this many lines above the stamp at most.
const NEAR_LINES: usize = 3;
/// The most words of a line of names that no word such as `By` stands before.
const LINE_WORDS_MAX: usize = 5;
/// The most words of a line that signs a story: names, and where they are.
const SIGNATURE_WORDS_MAX: usize = 8;
/// The fewest texts of a story whose first line counts as a signature.
const SIGNED_BLOCKS_MIN: usize = 3;
/// Labels that are looked at: a story's box stands on its page once or twice.
const LABELS_MAX: usize = 8;
/// What stands before the names of authors in a box of facts about a story.
const AUTHOR_LABELS: [&str; 16] = [
    "author",
    "authors",
    "autor",
    "autorin",
    "autorin/autor",
    "autor/autorin",
    "autor:in",
    "autores",
    "auteur",
    "auteurs",
    "autore",
    "autori",
    "auteur(s)",
    "yazar",
    "автор",
    "penulis",
];

/// Returns what the metadata calls the authors, best witness first: JSON-LD, `meta` elements by their names, and what cards say.
pub(super) fn said_authors(sheet: &Sheet<'_, '_>) -> impl Iterator<Item = Said<Vec<String>>> {
    let index = &sheet.index;
    let text = |it: &str| fold(&unescape(it));
    let of_json = Said::new(sheet.facts.authors.clone(), Origin::JsonLd);
    let of_metas =
        AUTHORS.iter().map(move |name| index.metas_of(std::slice::from_ref(name)).map(text).collect());
    let of_cards = CARD_FACTS.iter().map(move |(label, value)| {
        let is_author =
            |it: &str| CARD_AUTHORS.contains(&text(it).trim_end_matches(':').to_lowercase().as_str());
        let names = index.meta(&[*value]).filter(|_| index.meta(&[*label]).is_some_and(is_author));
        names.map(text).into_iter().collect()
    });
    let metas = of_metas.chain(of_cards).map(|names: Vec<String>| Said::new(names, Origin::Meta));
    std::iter::once(of_json).chain(metas)
}

/// Returns the names of the links between headline and story that lead to the pages of authors.
pub(super) fn author_links(flat: &PageLines<'_>, title: usize, end: usize) -> Vec<String> {
    let leads_to_author = |href: &str| {
        let path = href.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        let mut parts = path.split('/').rev().skip(1).take(2);
        parts.any(|it| AUTHOR_PAGES.iter().any(|name| it.eq_ignore_ascii_case(name)))
    };
    let lines = (title + 1..end).filter(|at| !flat.lines[*at].is_furniture);
    let links = lines.flat_map(|at| flat.links_of(at)).filter(|link| leads_to_author(link.href));
    let mut names: Vec<String> =
        links.flat_map(|link| signature::authors(&fold(&flat.text[link.range.clone()]))).collect();
    names.dedup();
    names
}

/// Returns a line of names beside a stamp that has none; without any stamp, a line that says `By`, or a name
/// that the profile knows.
pub(super) fn byline_line(
    sheet: &Sheet<'_, '_>,
    flat: &PageLines<'_>,
    title: usize,
    end: usize,
) -> Option<String> {
    let profile = &sheet.rules.profile;
    let is_stamp = |at: &usize| stamp::read(flat.line(*at), &profile.text, profile.time_zone).is_some();
    let read = |at: usize| {
        let line = &flat.lines[at];
        let text = fold_apart(flat.line(at));
        let is_label = line.is_furniture
            || profile.text.furniture.has(&text)
            || profile.text.boilerplate.has(&text);
        let is_said = || signature::is_sure_byline(&text, &profile.text);
        let is_short = (text.split(' ').count() <= LINE_WORDS_MAX || is_said())
            && !profile.text.sections.has(&text);
        signature::byline(&text).filter(|_| is_short && !is_label)
    };
    if let Some(stamp_at) = (title + 1..end).find(is_stamp) {
        // A role or the name of a desk may stand between.
        let says_by = |at: &usize| signature::after_by(&fold_apart(flat.line(*at))).is_some();
        let by = (stamp_at.saturating_sub(NEAR_LINES)..stamp_at).find(says_by);
        let near = by.into_iter().chain([stamp_at.checked_sub(1)?, stamp_at + 1]);
        return near.filter(|at| title < *at && *at < end).find_map(read);
    }
    let is_sure = |at: &usize| signature::is_sure_byline(&fold_apart(flat.line(*at)), &profile.text);
    (title + 1..end).find(is_sure).and_then(read).or_else(|| labelled(sheet.root))
}

/// Returns the names that stand after an element that is a label and nothing else, wherever on the page. `None` where labels have
/// different names after them: those of other stories are among them.
fn labelled(root: Element<'_>) -> Option<String> {
    let is_label = |text: &str| {
        let text = text.trim().trim_end_matches(':').trim_end().to_lowercase();
        AUTHOR_LABELS.contains(&text.as_str())
    };
    let labels = root.descendants().filter(|it| it.only_text().is_some_and(is_label)).take(LABELS_MAX);
    let next = |element: Element<'_>| {
        let around = element.ancestors().next()?;
        around.elements().skip_while(|it| *it != element).nth(1).map(folded_text)
    };
    let names_after = |label: Element<'_>| {
        let around = label.ancestors().next()?;
        let line = folded_text(around);
        let names = match label.name() {
            "dt" | "th" => next(label)?,
            _ => match line.strip_prefix(folded_text(label).as_str())?.trim_start_matches([' ', ':']) {
                "" => next(around)?,
                rest => rest.to_owned(),
            },
        };
        signature::byline(&names).filter(|it| !signature::authors(it).is_empty())
    };
    let mut found: Vec<String> = labels.filter_map(names_after).collect();
    found.dedup();
    found.pop().filter(|_| found.is_empty())
}

/// Takes the lines out of a story's beginning that sign it and do nothing else: `By` and names, or the byline that is known. Returns their
/// names.
pub(super) fn take_signature(
    blocks: &mut Vec<Block>,
    known: Option<&str>,
    rules: &TextRules,
) -> Option<String> {
    // A text of one line is no story with a line above it.
    if blocks.iter().filter(|it| it.kind.is_text()).count() < SIGNED_BLOCKS_MIN {
        return None;
    }
    let mut lines: Vec<String> = std::iter::from_fn(|| take_line(blocks, known, rules)).collect();
    lines.dedup();
    (!lines.is_empty()).then(|| lines.join(", "))
}

fn take_line(blocks: &mut Vec<Block>, known: Option<&str>, rules: &TextRules) -> Option<String> {
    let first = blocks.iter().position(|it| it.kind.is_text())?;
    // A bold line is a heading, too.
    let Block { kind: BlockKind::Paragraph | BlockKind::Heading, text, .. } = &blocks[first] else {
        return None;
    };
    let names = signature::byline(text).filter(|it| it.split(' ').count() <= SIGNATURE_WORDS_MAX)?;
    let is_signed = |it: &String| signature::is_person(it) || rules.bylines.has(it);
    let is_said =
        || signature::after_by(text).is_some() && signature::authors(&names).iter().all(is_signed);
    let is_known = || known.is_some_and(|it| signature::authors(it) == signature::authors(&names));
    if !(is_said() || is_known()) {
        return None;
    }
    blocks.remove(first);
    Some(names)
}

/// Returns the names of a byline's element, without `By` and marks around them.
pub(super) fn without_by(text: &str) -> String {
    match signature::after_by(text) {
        Some(names) => names.trim().to_owned(),
        None => text.trim_matches([',', '|', ' ', '-', '•']).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::Document;

    #[test]
    fn names_after_a_label_sign_a_story() {
        let check = |html: &str, expect: Option<&str>| {
            let page = Document::parse(html);
            assert_eq!(labelled(page.root()).as_deref(), expect, "{html}");
        };
        let item = "<li><strong>Autorin/Autor</strong>\nAda Reed</li>";
        check(&format!("<ul><li><b>Datum</b> 5. März</li>{item}</ul>"), Some("Ada Reed"));
        check(&format!("<ul>{item}</ul><ul>{item}</ul>"), Some("Ada Reed"));
        check(
            "<dl><dt>Date</dt><dd>5 mars</dd><dt>Auteur :</dt><dd>Ada Reed</dd></dl>",
            Some("Ada Reed"),
        );
        check("<div><div><b>Auteur :</b></div><div>Ada Reed</div></div>", Some("Ada Reed"));
        check("<p><span>Author:</span> Ada Reed", Some("Ada Reed"));
        check("<p>Author: Ada Reed</p><p>Author: Ben Moss</p>", None);
        check(
            "<p>Author Ada Reed won.</p><p>Authors: our rules for them</p><p><b>Editor</b>Ada Reed",
            None,
        );
    }
}
