//! The topics of a story: those that a rule or the path of their pages says, those that the metadata names, and those in a box that is called
//! after them. The links themselves are collected by `tail.rs` and `body/found.rs`; whom to believe is decided here.

use std::collections::HashSet;

use crate::{
    config::RuleField,
    extract::{
        index::RuleHit,
        lines::{flatten, folded_text},
        lists::OnceEach,
        names::is_topic_link,
        text::{essence, fold, fold_apart},
    },
    html::{Element, unescape},
    model::{Draft, Field, Origin, Tag},
};

use super::{cards::AROUND_MAX, metas::TOPICS, said::Said, sheet::Sheet};

/// What stands before the name of a topic in keywords that are made for machines.
const TOPIC_LABELS: [&str; 22] = [
    "category",
    "categories",
    "subject",
    "subjects",
    "topic",
    "topics",
    "tag",
    "tags",
    "keyword",
    "keywords",
    "theme",
    "section",
    "sections",
    "person",
    "people",
    "place",
    "location",
    "organization",
    "organisation",
    "company",
    "event",
    "geo",
];
/// What stands beside the links in a box of topics is a label, no longer than this.
const LABEL_CHARS_MAX: usize = 60;
/// A longer one is a title.
const TOPIC_CHARS_MAX: usize = 60;
/// A box with more links is a list of what the whole paper is about.
const BOX_LINKS_MAX: usize = 40;
/// A larger one has more in it than a list; looking through all of a page again and again would take long.
const BOX_ELEMENTS_MAX: usize = 300;
const BOX_CHARS_MAX: usize = 3_000;
/// The most boxes that are looked at.
const BOXES_MAX: usize = 200;
/// The most elements between two boxes of one list.
const BOX_GAP_MAX: usize = 12;

/// Fills in the topics. What the profile says is believed; else what is shown in a box that is called after topics, with what else the
/// metadata names where both have some in common; else the metadata alone.
pub(super) fn fill(sheet: &Sheet<'_, '_>, shown: Vec<Tag>, draft: &mut Draft) {
    let said = match sheet.ordered(RuleField::Tags) {
        Some(said) => Said::new(named(said.value.iter().flat_map(|it| between(it))), said.origin),
        None if shown.is_empty() => guessed(sheet),
        None => Said::new(shown, Origin::Markup),
    };
    draft.tags = said.value;
    if !draft.tags.is_empty() {
        draft.origins.push((Field::Tags, said.origin));
    }
}

/// Returns the topics of a list of them in one text.
pub(super) fn between(said: &str) -> Vec<String> {
    let said = unescape(said);
    let seams = [',', ';', '，', '、', '；'];
    let seam = seams.into_iter().find(|it| said.contains(*it)).unwrap_or(if is_of_signs(&said) {
        ' '
    } else {
        ','
    });
    said.split(seam).map(str::to_owned).collect()
}

/// Whether a text is of a script that writes no space between words.
fn is_of_signs(text: &str) -> bool {
    let is_sign = |it: &char| matches!(it, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}');
    text.chars().filter(is_sign).count() * 2 > text.chars().count()
}

/// Returns topics by their names, each once.
fn named(names: impl Iterator<Item = String>) -> Vec<Tag> {
    let mut topics = OnceEach::default();
    names.for_each(|it| topics.push_topic(&it));
    topics.into_vec()
}

/// Returns the topics among keywords that are made for machines: those with a label that says topic, without it, where there are such
/// (`Category: Rope`, `topic/rope`); no identifiers, and not the site.
fn without_labels(keywords: Vec<String>, hosts: &[String]) -> Vec<String> {
    let labelled = |it: &String| {
        let (label, name) = it.split_once([':', '/'])?;
        let label = label.trim().to_lowercase();
        TOPIC_LABELS.contains(&label.as_str()).then(|| name.trim().to_owned())
    };
    let has_label = |it: &String| it.split_once(": ").is_some();
    let are_labelled = keywords.iter().any(|it| labelled(it).is_some());
    let is_of_machines = |it: &String| is_identifier(it) || (are_labelled && has_label(it));
    let is_topic = |it: &String| !is_of_machines(it) && !hosts.contains(&it.to_lowercase());
    keywords.into_iter().filter_map(|it| labelled(&it).or_else(|| is_topic(&it).then_some(it))).collect()
}

/// Whether a keyword is a number of a database: `8ae9ab2d-fe1b-4230-acb8-a59b52877682`.
fn is_identifier(keyword: &str) -> bool {
    let groups = keyword.split('-').map(str::len);
    groups.eq([8, 4, 4, 4, 12]) && keyword.chars().all(|it| it.is_ascii_hexdigit() || it == '-')
}

fn guessed(sheet: &Sheet<'_, '_>) -> Said<Vec<Tag>> {
    let said = said(sheet);
    let boxed = boxed(sheet);
    if boxed.is_empty() {
        return said;
    }
    let bare = |it: &Tag| essence(&it.name);
    let known: HashSet<String> = boxed.iter().map(bare).collect();
    let (both, others): (Vec<_>, Vec<_>) =
        said.value.into_iter().partition(|it| known.contains(&bare(it)));
    let others = others.into_iter().filter(|_| !both.is_empty());
    Said::new(boxed.into_iter().chain(others).collect(), Origin::Markup)
}

/// Returns the topics that the metadata names.
fn said(sheet: &Sheet<'_, '_>) -> Said<Vec<Tag>> {
    let of_metas = || sheet.index.metas_of(TOPICS).flat_map(between);
    let keywords = &sheet.facts.keywords;
    let keywords_of_all = keywords.iter().cloned().chain(of_metas()).collect();
    let said = named(without_labels(keywords_of_all, &sheet.rules.profile.hosts).into_iter());
    if said.is_empty() {
        return Said::new(named(sheet.facts.about.iter().cloned()), Origin::JsonLd);
    }
    Said::new(said, if keywords.is_empty() { Origin::Meta } else { Origin::JsonLd })
}

/// Returns the topics of the first list below the headline that is called after topics.
fn boxed(sheet: &Sheet<'_, '_>) -> Vec<Tag> {
    let mut topics: OnceEach<Tag> = OnceEach::default();
    // Up to where elements are part of a box that was looked at, and where the last box with topics ends.
    let (mut inside, mut last) = (0, None);
    let hits = sheet.index.named_topics.iter().filter(|hit| sheet.is_below_headline(hit));
    for RuleHit { number, element } in hits.copied().take(BOXES_MAX) {
        if last.is_some_and(|last| last + BOX_GAP_MAX < number) {
            break;
        }
        if number < inside || is_aside(element) {
            continue;
        }
        let kind = look(sheet, element);
        if kind == BoxKind::Deeper {
            continue;
        }
        inside = number + 1 + element.descendants().count();
        if let BoxKind::Topics(tags) = kind {
            topics.extend(tags);
            last = Some(inside);
        }
    }
    topics.into_vec()
}

/// What an element is that is called after topics.
#[derive(PartialEq, Eq)]
enum BoxKind {
    Topics(Vec<Tag>),
    /// A list of something else.
    Other,
    /// Something with more in it than a list.
    Deeper,
}

fn look(sheet: &Sheet<'_, '_>, element: Element<'_>) -> BoxKind {
    let scene = &sheet.scene;
    let text = &sheet.rules.profile.text;
    let is_link = |it: &Element<'_>| it.name() == "a" && it.attr("href").is_some();
    let links = std::iter::once(element).chain(element.descendants()).filter(is_link);
    let links: Vec<Element<'_>> = links.take(BOX_LINKS_MAX + 1).collect();
    let has_more = element.descendants().nth(BOX_ELEMENTS_MAX).is_some()
        || !element.has_less_text_than(BOX_CHARS_MAX);
    if has_more || links.is_empty() || BOX_LINKS_MAX < links.len() {
        return BoxKind::Deeper;
    }
    let flat = flatten(element);
    let linked: usize = links.iter().map(|it| folded_text(*it).len()).sum();
    if linked + LABEL_CHARS_MAX < flat.text.len() {
        return BoxKind::Deeper;
    }
    let lines = || (0..flat.lines.len()).map(|at| fold_apart(flat.line(at)));
    let is_of_others = lines().any(|it| text.more.has(&it) || text.sidebar.has(&it));
    if is_of_others || links.iter().any(|it| scene.links_away(*it)) {
        return BoxKind::Other;
    }
    let is_name = |it: &str| {
        let is_label = it.ends_with(':') || text.boilerplate.has(it);
        !it.is_empty() && !is_label && it.chars().nth(TOPIC_CHARS_MAX).is_none()
    };
    let mut topics: OnceEach<Tag> = OnceEach::default();
    for (link, href) in links.iter().filter_map(|it| Some((*it, it.attr("href")?))) {
        let name = fold(folded_text(link).trim_end_matches([',', ';', ' ']));
        let is_page = scene.is_on_site(href) && !href.contains('#');
        if let Some(url) = scene.base.join(href.trim()).ok().filter(|_| is_page && is_name(&name)) {
            topics.push_tag(&name, &url);
        }
    }
    if topics.is_empty() { BoxKind::Other } else { BoxKind::Topics(topics.into_vec()) }
}

fn is_aside(element: Element<'_>) -> bool {
    let mut around = std::iter::once(element).chain(element.ancestors().take(AROUND_MAX));
    !is_topic_link(element) && around.any(|it| matches!(it.name(), "nav" | "aside"))
}
