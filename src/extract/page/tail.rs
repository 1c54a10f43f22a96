//! What follows the story: tags, the headline once more, related stories, comments.

use crate::{
    extract::{
        lines::{Lines, flatten},
        lists::{push_link, push_tag},
        text::{fold, fold_apart, has_essence},
    },
    html::Element,
    model::{Link, Placement, Tag},
};

use super::body::{Scene, Target};

/// A list of related stories is no index of the site.
const RELATED_MAX: usize = 60;

/// Tags and related stories.
#[derive(Default)]
pub(super) struct Tail {
    pub(super) tags: Vec<Tag>,
    pub(super) links: Vec<Link>,
}

/// From elements that the profile names.
pub(super) fn read_named(scene: &Scene<'_>, tags: &[Element<'_>], related: &[Element<'_>]) -> Tail {
    let mut tail = Tail::default();
    for element in tags.iter().chain(related) {
        let flat = flatten(*element, &[]);
        for link in &flat.links {
            tail.take(scene.target(link.href), &fold(flat.title(link)));
        }
    }
    tail
}

/// From the lines after the story: the first run of topic links, and the article links up to the mark that
/// ends them. Boxes beside the page are asked only if there is nothing else.
pub(super) fn read_lines(scene: &Scene<'_>, flat: &Lines<'_>) -> Tail {
    let main = read_part(scene, flat, Part::Main);
    if !main.links.is_empty() {
        return main;
    }
    let Tail { tags: _, links } = read_part(scene, flat, Part::Whole);
    Tail { tags: main.tags, links }
}

/// Which lines are asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Main,
    Whole,
}

fn read_part(scene: &Scene<'_>, flat: &Lines<'_>, part: Part) -> Tail {
    let rules = &scene.profile.text;
    let mut tail = Tail::default();
    let (mut tags_over, mut in_sidebar) = (false, false);
    let first = flat.after_body.unwrap_or(flat.lines.len());
    for at in first..flat.lines.len() {
        let line = &flat.lines[at];
        let text = fold_apart(flat.line(at));
        if rules.end.has(&text) || RELATED_MAX <= tail.links.len() {
            break;
        }
        if rules.more.has(&text) {
            in_sidebar = false;
            if tail.links.is_empty() {
                continue;
            }
            break;
        }
        if line.is_furniture || (line.is_aside && part == Part::Main) {
            continue;
        }
        let links: Vec<_> = flat.links_of(at).map(|it| (it.href, fold(flat.title(it)))).collect();
        let beside = links.iter().rev().fold(text.clone(), |text, (_, title)| text.replace(title, ""));
        if rules.sidebar.has(fold(&beside).trim_end_matches(':')) {
            in_sidebar = true;
            continue;
        }
        let is_headline = has_essence(&text, &scene.headline);
        if is_headline || (line.is_heading && links.is_empty()) {
            // Another box of the page begins behind the list.
            if !is_headline && !tail.links.is_empty() {
                break;
            }
            in_sidebar = false;
        }
        if in_sidebar {
            continue;
        }
        let tags_before = tail.tags.len();
        for (href, title) in links {
            let target = scene.target(href);
            if !(tags_over && matches!(target, Target::Tag(_))) {
                tail.take(target, &title);
            }
        }
        tags_over |= tail.tags.len() == tags_before && !tail.tags.is_empty() && 2 < text.chars().count();
    }
    tail
}

impl Tail {
    fn take(&mut self, target: Target, title: &str) {
        match target {
            Target::Tag(url) => push_tag(&mut self.tags, title, &url),
            Target::Article(url, key) => {
                let title = title.to_owned();
                let link = Link {
                    placement: Placement::Related,
                    title,
                    url: Some(url.into()),
                    target: Some(key),
                };
                push_link(&mut self.links, link);
            }
            Target::Own | Target::Web | Target::None => {}
        }
    }
}
