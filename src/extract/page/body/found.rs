//! What a story's element holds beside its text: links to other stories, tags, rows of the ticker.
//!
//! Whether words that are a link are the story's own is decided here; what follows from it for the paragraph is the walk's to say.

use crate::{
    extract::{
        lines::flatten_without,
        lists::OnceEach,
        text::{fold, fold_apart},
    },
    html::{Element, ElementSet},
    model::{Link, Placement, Quote, Tag},
};

use super::super::{
    inline::InlineLink,
    scene::{Scene, Target},
};

/// What was found beside the text.
#[derive(Default)]
pub(super) struct FoundBeside {
    pub(super) links: OnceEach<Link>,
    pub(super) tags: OnceEach<Tag>,
    pub(super) quotes: Vec<Quote>,
}

/// How much was found beside the text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct FoundCounts {
    pub(super) links: usize,
    pub(super) tags: usize,
    pub(super) quotes: usize,
}

impl FoundBeside {
    /// Returns how much there is.
    pub(super) fn counts(&self) -> FoundCounts {
        FoundCounts { links: self.links.len(), tags: self.tags.len(), quotes: self.quotes.len() }
    }

    /// Forgets what was found later.
    pub(super) fn truncate(&mut self, counts: FoundCounts) {
        let FoundCounts { links, tags, quotes } = counts;
        self.links.split_off(links);
        self.tags.split_off(tags);
        self.quotes.truncate(quotes);
    }

    /// Makes the links from one on a list of related stories.
    pub(super) fn relate_from(&mut self, first: usize) {
        let later = self.links.split_off(first);
        self.links.extend(later.into_iter().map(|it| Link { placement: Placement::Related, ..it }));
    }

    /// Keeps a link that stands for itself. Returns `false` where it is words after all.
    pub(super) fn link(
        &mut self,
        scene: &Scene<'_>,
        href: &str,
        title: &str,
        placement: Placement,
    ) -> bool {
        let (url, target) = match scene.target(href) {
            Target::Own => return true,
            Target::Tag(url) => {
                self.tags.push_tag(title, &url);
                return true;
            }
            // Words that lead out of the site are the story's own.
            Target::Web | Target::None => return false,
            Target::Article(url, key) => (url, Some(key)),
        };
        let link = Link { placement, title: title.to_owned(), url: Some(url.into()), target };
        self.links.push_link(link);
        true
    }

    /// Keeps the links in a text that lead to pages of companies: whom the story means. Their words are the story's own.
    pub(super) fn company_links(&mut self, scene: &Scene<'_>, text: &str, links: &[&InlineLink<'_>]) {
        for link in links {
            if let Some(url) = scene.company_page(link.href) {
                let title = fold(&text[link.range.clone()]);
                let url = Some(url.into());
                self.links.push_link(Link { placement: Placement::Inline, title, url, target: None });
            }
        }
    }

    /// Keeps the links of a box beside the story: its words are not the story's.
    pub(super) fn links_in(&mut self, scene: &Scene<'_>, element: Element<'_>, drop: &ElementSet) {
        let flat = flatten_without(element, drop);
        for link in &flat.links {
            if let Target::Article(..) | Target::Tag(_) = scene.target(link.href) {
                self.link(scene, link.href, &fold(flat.title(link)), Placement::Related);
            }
        }
    }
}

/// Whether a paragraph is nothing but links, a lead such as "Read more:" and links, or a label and tags. `outside` is what stands in
/// it beside the links.
pub(super) fn is_only_links(scene: &Scene<'_>, outside: &str, links: &[&InlineLink<'_>]) -> bool {
    let outside = fold_apart(outside);
    let outside = outside.trim_matches(|it: char| !it.is_alphanumeric());
    if outside.is_empty() || scene.rules.profile.text.link_leads.has(outside) {
        return true;
    }
    let are_tags = || links.iter().all(|it| matches!(scene.target(it.href), Target::Tag(_)));
    ["tags", "tag", "topics", "trends"].iter().any(|it| outside.eq_ignore_ascii_case(it)) && are_tags()
}
