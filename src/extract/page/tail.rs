//! What follows the story: tags, the headline once more, related stories, comments.
//!
//! Tags and related stories that stand inside the story's element are found by `body/found.rs`; here are those after
//! it, in the elements that the profile names or else line by line.

use crate::{
    config::{RuleField, TextRules},
    extract::{
        lines::{PageLines, flatten, folded_text},
        lists::OnceEach,
        text::{fold, fold_apart, has_essence},
    },
    html::Element,
    model::{Link, Placement, Tag},
};

use super::{
    scene::{Scene, Target},
    sheet::Sheet,
    topics,
};

/// A list of related stories is no index of the site.
const RELATED_MAX: usize = 60;
/// The title of a card is among this many of its first lines: a section and a date may stand above it.
const CARD_LINES_MAX: usize = 4;

/// Tags and related stories.
#[derive(Default)]
pub(super) struct Tail {
    pub(super) tags: OnceEach<Tag>,
    pub(super) links: OnceEach<Link>,
}

/// Reads the tags and related stories after the story. `headline` is the essence of the headline.
pub(super) fn read(sheet: &Sheet<'_, '_>, flat: &PageLines<'_>, headline: &str) -> Tail {
    let known = read_named(sheet);
    if !known.tags.is_empty() && !known.links.is_empty() {
        return known;
    }
    let found = read_lines(&sheet.scene, flat, headline);
    Tail {
        tags: if known.tags.is_empty() { found.tags } else { known.tags },
        links: if known.links.is_empty() { found.links } else { known.links },
    }
}

/// Reads the elements that the profile names.
fn read_named(sheet: &Sheet<'_, '_>) -> Tail {
    let scene = &sheet.scene;
    let mut tail = Tail::default();
    let hits = |field| sheet.find(field).flatten().filter(|hit| sheet.is_below_headline(hit));
    for tags in hits(RuleField::Tags) {
        tail.take_topics(scene, tags.element);
    }
    for related in hits(RuleField::Related) {
        tail.take_links(scene, related.element);
    }
    tail
}

/// Returns the stories in boxes below the headline that are called after related stories. Most are furniture by name, so nothing else reads
/// them. What holds the story is no box beside it.
pub(super) fn in_boxes(sheet: &Sheet<'_, '_>) -> OnceEach<Link> {
    let stories = &sheet.layout.stories;
    let is_around_story = |it: Element<'_>| stories.iter().any(|story| *story == it || it.holds(*story));
    let mut tail = Tail::default();
    for hit in sheet.index.named_related.iter().filter(|hit| sheet.is_below_headline(hit)) {
        if tail.links.len() < RELATED_MAX
            && !is_around_story(hit.element)
            && !sheet.others.contains(hit.element)
        {
            tail.take_links(&sheet.scene, hit.element);
        }
    }
    tail.links
}

/// Reads the lines after the story: the first run of topic links, and the article links up to the mark that
/// ends them. Boxes beside the page are asked only if there is nothing else.
fn read_lines(scene: &Scene<'_>, flat: &PageLines<'_>, headline: &str) -> Tail {
    let main = read_part(scene, flat, headline, TailPart::Main);
    if !main.links.is_empty() {
        return main;
    }
    let Tail { tags: _, links } = read_part(scene, flat, headline, TailPart::Whole);
    Tail { tags: main.tags, links }
}

/// Which lines are asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TailPart {
    Main,
    Whole,
}

fn read_part(scene: &Scene<'_>, flat: &PageLines<'_>, headline: &str, part: TailPart) -> Tail {
    let rules = &scene.rules.profile.text;
    let mut tail = Tail::default();
    let (mut tags_over, mut in_sidebar) = (false, false);
    let first = flat.after_body.unwrap_or(flat.lines.len());
    for at in first..flat.lines.len() {
        let line = &flat.lines[at];
        let text = fold_apart(flat.line(at));
        if RELATED_MAX <= tail.links.len() {
            break;
        }
        if rules.end.has(&text) {
            if tail.links.is_empty() && part == TailPart::Main {
                tail.links = links_after_end(scene, flat, at + 1);
            }
            break;
        }
        if rules.more.has(&text) {
            in_sidebar = false;
            if tail.links.is_empty() {
                continue;
            }
            break;
        }
        if line.is_furniture || (line.is_aside && part == TailPart::Main) {
            continue;
        }
        if is_sidebar(rules, flat, at) {
            in_sidebar = true;
            continue;
        }
        let is_headline = has_essence(&text, headline);
        let mut links = flat.links_of(at).peekable();
        if is_headline || (line.is_heading && links.peek().is_none()) {
            // Another box of the page begins after the list.
            if !is_headline && !tail.links.is_empty() {
                break;
            }
            in_sidebar = false;
        }
        if in_sidebar {
            continue;
        }
        let tags_before = tail.tags.len();
        for link in links {
            let target = scene.target(link.href);
            if !(tags_over && matches!(target, Target::Tag(_))) {
                tail.take(target, &fold(flat.title(link)));
            }
        }
        tags_over |= tail.tags.len() == tags_before && !tail.tags.is_empty() && 2 < text.chars().count();
    }
    tail
}

/// Returns the related stories that stand after the comments. Boxes that have nothing to do with the story stand
/// there, too: a list counts only if a line that says so stands above it or below it.
fn links_after_end(scene: &Scene<'_>, flat: &PageLines<'_>, first: usize) -> OnceEach<Link> {
    let rules = &scene.rules.profile.text;
    let mut run = Tail::default();
    let (mut is_marked, mut in_sidebar) = (false, false);
    for at in first..flat.lines.len() {
        let line = &flat.lines[at];
        let text = fold_apart(flat.line(at));
        if RELATED_MAX <= run.links.len() {
            break;
        }
        if rules.more.has(&text) {
            if !run.links.is_empty() && !heads_list(scene, flat, at) {
                return run.links;
            }
            run = Tail::default();
            is_marked = true;
            in_sidebar = false;
            continue;
        }
        if line.is_furniture || line.is_aside || rules.end.has(&text) {
            continue;
        }
        if is_sidebar(rules, flat, at) {
            in_sidebar = true;
            continue;
        }
        let mut links = flat.links_of(at).peekable();
        if line.is_heading && links.peek().is_none() {
            if is_marked && !run.links.is_empty() {
                break;
            }
            // What stood before another heading was another box.
            run = Tail::default();
            in_sidebar = false;
        }
        for link in links.filter(|_| !in_sidebar) {
            run.take(scene.target(link.href), &fold(flat.title(link)));
        }
    }
    if is_marked { run.links } else { OnceEach::default() }
}

/// Whether related stories begin on the lines after a mark; else it stands below its list.
fn heads_list(scene: &Scene<'_>, flat: &PageLines<'_>, mark: usize) -> bool {
    let rules = &scene.rules.profile.text;
    for at in (mark + 1..flat.lines.len()).take(CARD_LINES_MAX) {
        let text = fold_apart(flat.line(at));
        let is_heading = flat.lines[at].is_heading && flat.links_of(at).next().is_none();
        if is_heading || rules.more.has(&text) || is_sidebar(rules, flat, at) {
            return false;
        }
        if flat.links_of(at).any(|link| scene.leads_away(link.href)) {
            return true;
        }
    }
    false
}

/// Whether a line is the heading of a box that has nothing to do with the story.
fn is_sidebar(rules: &TextRules, flat: &PageLines<'_>, at: usize) -> bool {
    rules.sidebar.has(fold_apart(&flat.beside_links(at)).trim_end_matches(':'))
}

impl Tail {
    /// Takes the topics in an element that a rule names: its links, or else its words. Where the profile says what the pages of topics are
    /// called, no other link is one.
    fn take_topics(&mut self, scene: &Scene<'_>, element: Element<'_>) {
        let is_link = |it: &Element<'_>| it.name() == "a" && it.attr("href").is_some();
        let mut links = std::iter::once(element).chain(element.descendants()).filter(is_link).peekable();
        if links.peek().is_none() && !scene.rules.profile.has_tag_path() {
            let flat = flatten(element);
            let lines = (0..flat.lines.len()).flat_map(|at| topics::between(flat.line(at)));
            lines.for_each(|it| self.tags.push_topic(&it));
        }
        for (link, href) in links.filter_map(|it| Some((it, it.attr("href")?))) {
            let title = folded_text(link);
            match scene.target(href) {
                Target::Web if !scene.rules.profile.has_tag_path() => {
                    if let Ok(url) = scene.base.join(href.trim()) {
                        self.tags.push_tag(&title, &url);
                    }
                }
                target => self.take(target, &title),
            }
        }
    }

    /// Takes the links of an element that lists stories.
    fn take_links(&mut self, scene: &Scene<'_>, element: Element<'_>) {
        let flat = flatten(element);
        for links in flat.links.chunk_by(|one, next| one.line == next.line) {
            // A card may show the beginning of its story, with the links in it.
            let linked: usize = links.iter().map(|link| link.range.len()).sum();
            let is_prose = 2 * linked < flat.lines[links[0].line].range.len();
            for link in links.iter().filter(|_| !is_prose) {
                self.take(scene.target(link.href), &fold(flat.title(link)));
            }
        }
    }

    fn take(&mut self, target: Target, title: &str) {
        match target {
            Target::Tag(url) => self.tags.push_tag(title, &url),
            Target::Article(url, key) => {
                let title = title.to_owned();
                let link = Link {
                    placement: Placement::Related,
                    title,
                    url: Some(url.into()),
                    target: Some(key),
                };
                self.links.push_link(link);
            }
            Target::Own | Target::Web | Target::None => {}
        }
    }
}
