//! The story's element, taken apart into blocks; and what stands in it without being the story.
//!
//! This is the walk: what ends a paragraph, what ends the story, what is kept apart. An element that is read as one
//! thing (a list, a table, a quotation) is read by `pieces.rs`; where the element is was found by `layout.rs`.

use std::ops::Range;

use chrono::NaiveDate;

use crate::{
    extract::{
        lines::{flatten, is_block, is_hidden},
        lists::{push_link, push_tag},
        stamp::{self, Stamp},
        text::{SEAM, fold, fold_apart, has_essence, is_rule, ruled_runs, verbatim},
    },
    html::{Child, Element},
    model::{Block, BlockKind, Link, Placement, Quote, Tag},
};

use super::{
    inline::{Inline, InlineLink, is_blank, itemized, paragraphs},
    pieces::{self, Piece, caption, element_text, image_block},
    scene::{Scene, Target},
};

/// Deeper nesting is a broken page; what is below is read as plain text.
const DEPTH_MAX: usize = 200;
/// A stamp stands before the story or not at all.
const STAMP_BLOCKS_MAX: usize = 3;

/// What is known of a story before its elements are read.
pub(super) struct Known<'k, 'd> {
    /// Its elements, in order.
    pub(super) elements: &'k [Element<'d>],
    /// Elements that are never part of it.
    pub(super) drop: &'k [Element<'d>],
    /// Elements that show what somebody else posted.
    pub(super) embeds: &'k [Element<'d>],
    /// The headline's element: the story begins after it.
    pub(super) title: Option<Element<'d>>,
    /// The essence of the headline, for knowing it again; empty where there is none.
    pub(super) headline: &'k str,
    /// The header gave no date, or the story's element was guessed: a stamp may stand inside it.
    pub(super) may_hold_stamp: bool,
}

/// The story's element taken apart.
#[derive(Default)]
pub(super) struct Story {
    pub(super) blocks: Vec<Block>,
    pub(super) links: Vec<Link>,
    pub(super) tags: Vec<Tag>,
    pub(super) quotes: Vec<Quote>,
    /// A byline and date that stood among the first blocks.
    pub(super) stamp: Option<Stamp>,
    /// What stood before that stamp: section, summary.
    pub(super) above: Vec<String>,
    /// A navigation line that stood among the first blocks.
    pub(super) market_date: Option<NaiveDate>,
    pub(super) is_too_deep: bool,
}

struct Walker<'s, 'd> {
    scene: &'s Scene<'s>,
    known: &'s Known<'s, 'd>,
    story: Story,
    /// The paragraphs among the blocks as written, for tables that are laid out in paragraphs.
    written: Vec<Option<String>>,
    inline: Inline<'d>,
    /// Headings and rules between blocks do not end it, these do: `Comments`.
    is_over: bool,
    /// The related list has begun: links are no longer part of the story.
    in_tail: bool,
}

/// Reads the elements of a story, in order.
pub(super) fn read(scene: &Scene<'_>, known: &Known<'_, '_>) -> Story {
    let mut walker = Walker {
        scene,
        known,
        story: Story::default(),
        written: Vec::new(),
        inline: Inline::default(),
        is_over: false,
        in_tail: false,
    };
    for element in known.elements {
        // A single element is what holds the story; one of several may be a piece of it.
        if known.elements.len() == 1 {
            walker.inside(*element, 0);
        } else {
            walker.element(*element, 0);
        }
        walker.flush(BlockKind::Paragraph);
    }
    walker.join_ruled_paragraphs();
    walker.story
}

impl<'d> Walker<'_, 'd> {
    fn inside(&mut self, element: Element<'d>, depth: usize) {
        for child in element.children() {
            if self.is_over {
                return;
            }
            match child {
                Child::Text(text) => self.inline.push(text),
                Child::Element(element) => self.element(element, depth + 1),
            }
        }
    }

    fn element(&mut self, element: Element<'d>, depth: usize) {
        if Some(element) == self.known.title {
            // What stood before the headline was no part of the story.
            self.inline = Inline::default();
            self.written.clear();
            let Story { blocks, links, tags, .. } = &mut self.story;
            (*blocks, *links, *tags) = Default::default();
            return;
        }
        if is_hidden(element) || self.known.drop.contains(&element) {
            self.inline.seam();
            return;
        }
        if DEPTH_MAX < depth {
            self.story.is_too_deep = true;
            self.inline.collect(element);
            return;
        }
        if (self.known.embeds.contains(&element) || pieces::is_embed(element))
            && let Some(embed) = pieces::embed(element, &self.scene.base)
        {
            return self.block(|walker| walker.push_beside(embed));
        }
        match element.name() {
            "br" => self.inline.text.push('\n'),
            "img" => self.image(element, None),
            "ul" | "ol" | "dl" | "menu" | "pre" | "table" | "blockquote" => {
                let piece = pieces::read(self.scene, element, self.known.drop);
                self.block(|walker| walker.take(piece, element, depth));
            }
            "figure" => self.block(|walker| walker.figure(element, depth)),
            "nav" | "footer" | "form" | "button" | "label" | "input" => self.flush(BlockKind::Paragraph),
            "aside" => self.block(|walker| walker.links_only(element)),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush(BlockKind::Paragraph);
                self.inside(element, depth);
                self.flush(BlockKind::Heading);
            }
            "a" => self.anchor(element, depth),
            name if is_block(name) => {
                self.flush(BlockKind::Paragraph);
                self.inside(element, depth);
                self.flush(BlockKind::Paragraph);
            }
            _ => {
                self.inline.seam();
                self.inside(element, depth);
                self.inline.seam();
            }
        }
    }

    /// Reads what is no paragraph: it ends the one before it.
    fn block(&mut self, read: impl FnOnce(&mut Self)) {
        self.flush(BlockKind::Paragraph);
        if !self.is_over {
            read(self);
        }
    }

    fn anchor(&mut self, element: Element<'d>, depth: usize) {
        let Some(href) = element.attr("href") else { return self.inside(element, depth) };
        let holds_blocks = element.descendants().any(|it| is_block(it.name()) && it.name() != "br");
        let is_card = matches!(self.scene.target(href), Target::Article(..) | Target::Tag(_));
        if holds_blocks && is_card {
            // A card: picture and headline of another story.
            self.flush(BlockKind::Paragraph);
            let title = fold_apart(&element_text(element));
            self.link(href, &title, Placement::Related);
            return;
        }
        self.inline.seam();
        let start = self.inline.text.len();
        for child in element.children() {
            match child {
                Child::Text(text) => self.inline.push(text),
                // A linked picture is a picture, unless it leads to another story.
                Child::Element(it) if it.name() == "img" && is_card => {}
                Child::Element(it) => self.element(it, depth + 1),
            }
        }
        let end = self.inline.text.len();
        if start < end {
            self.inline.links.push(InlineLink { range: start..end, href });
        }
        self.inline.seam();
    }

    /// Ends the paragraph or heading that has been collected.
    fn flush(&mut self, kind: BlockKind) {
        let mut inline = std::mem::take(&mut self.inline);
        let rules = &self.scene.rules.profile.text;
        inline.blank(|line| rules.boilerplate.has(&fold(line)));
        if self.is_over || inline.text.trim_matches(is_blank).is_empty() {
            return;
        }
        if 1 < inline.text.matches('\n').count() && inline.text.split('\n').any(is_rule) {
            return self.push(BlockKind::Table, verbatim(&inline.text.replace(SEAM, "")));
        }
        for range in paragraphs(&inline.text) {
            self.paragraph(kind, &inline, range);
        }
    }

    fn paragraph(&mut self, kind: BlockKind, inline: &Inline<'d>, range: Range<usize>) {
        let text = fold(&inline.text[range.clone()]);
        if self.is_over || text.is_empty() || self.is_furniture(&text) {
            return;
        }
        let inside =
            |link: &&InlineLink<'d>| range.start <= link.range.start && link.range.end <= range.end;
        let links: Vec<_> = inline.links.iter().filter(inside).collect();
        if !links.is_empty() && self.is_only_links(inline, &range, &links) {
            let placement = match kind {
                BlockKind::Heading => Placement::Related,
                _ if self.in_tail => Placement::Related,
                _ => Placement::Inline,
            };
            let mut took = false;
            for link in &links {
                took |= self.link(link.href, &fold(&inline.text[link.range.clone()]), placement);
            }
            if took {
                return;
            }
        }
        if self.is_headline(&text) {
            return;
        }
        if let Some(quotes) = self.scene.rules.grammar.fill(&inline.text[range.clone()]) {
            self.story.quotes.extend(quotes);
            return;
        }
        let written = verbatim(&inline.text[range.clone()].replace(SEAM, ""));
        if self.is_header(&inline.text[range]) {
            return;
        }
        if self.in_tail && kind == BlockKind::Heading {
            return;
        }
        if let Some(blocks) = itemized(&written).filter(|_| kind == BlockKind::Paragraph) {
            for block in blocks {
                self.push(block.kind, block.text);
            }
            return;
        }
        self.push(kind, text);
        if let Some(last) = self.written.last_mut().filter(|_| kind == BlockKind::Paragraph) {
            *last = Some(written);
        }
    }

    fn is_headline(&self, text: &str) -> bool {
        !self.known.headline.is_empty() && has_essence(text, self.known.headline)
    }

    /// Whether a text is a line of the header that stands inside the story's element. Such lines are kept apart.
    fn is_header(&mut self, text: &str) -> bool {
        let profile = &self.scene.rules.profile;
        let is_early = self.story.blocks.len() < STAMP_BLOCKS_MAX && self.story.stamp.is_none();
        if !is_early || !self.known.may_hold_stamp {
            return false;
        }
        if self.story.blocks.is_empty()
            && let Some(day) = stamp::market_date(text, &profile.text, profile.time_zone)
        {
            self.story.market_date = Some(day);
            return true;
        }
        let Some(stamp) = stamp::read(text, &profile.text, profile.time_zone) else { return false };
        self.story.stamp = Some(stamp);
        self.written.clear();
        let above = std::mem::take(&mut self.story.blocks);
        self.story.above.extend(
            above.into_iter().flat_map(|it| it.text.lines().map(str::to_owned).collect::<Vec<_>>()),
        );
        true
    }

    fn is_furniture(&mut self, text: &str) -> bool {
        let rules = &self.scene.rules.profile.text;
        self.is_over |= rules.end.has(text);
        self.in_tail |= rules.more.has(text);
        self.is_over || rules.more.has(text) || rules.boilerplate.has(text)
    }

    /// Whether a paragraph is nothing but links, a lead such as "Read more:" and links, or a label and tags.
    fn is_only_links(
        &self,
        inline: &Inline<'d>,
        range: &Range<usize>,
        links: &[&InlineLink<'d>],
    ) -> bool {
        let outside = fold_apart(&inline.beside_links(range, links));
        let outside = outside.trim_matches(|it: char| !it.is_alphanumeric());
        if outside.is_empty() || self.scene.rules.profile.text.link_leads.has(outside) {
            return true;
        }
        let are_tags = || links.iter().all(|it| matches!(self.scene.target(it.href), Target::Tag(_)));
        matches!(outside.to_lowercase().as_str(), "tags" | "tag" | "topics" | "trends") && are_tags()
    }

    /// Keeps a link that stands for itself. Returns `false` where it is words after all.
    fn link(&mut self, href: &str, title: &str, placement: Placement) -> bool {
        let (url, target) = match self.scene.target(href) {
            Target::Own => return true,
            Target::Tag(url) => {
                push_tag(&mut self.story.tags, title, &url);
                return true;
            }
            // Words that lead out of the site are the story's own.
            Target::Web | Target::None => return false,
            Target::Article(url, key) => (url, Some(key)),
        };
        let link = Link { placement, title: title.to_owned(), url: Some(url.into()), target };
        push_link(&mut self.story.links, link);
        true
    }

    /// Takes an element that is read as one thing.
    fn take(&mut self, piece: Piece<'d>, element: Element<'d>, depth: usize) {
        match piece {
            Piece::Text(kind, text) => self.push(kind, text),
            Piece::Ticker(quotes) => self.story.quotes.extend(quotes),
            Piece::Frame => self.inside(element, depth),
            Piece::Links(links) => {
                // A list of links is a related list, tags, or a bar of share buttons; never the story.
                for link in links {
                    match self.scene.target(link.href) {
                        Target::Web | Target::None | Target::Own => {}
                        Target::Tag(_) | Target::Article(..) => {
                            self.link(link.href, &link.title, Placement::Related);
                        }
                    }
                }
            }
        }
    }

    /// Keeps a block that is no text of the story.
    fn push_beside(&mut self, block: Block) {
        self.story.blocks.push(block);
        self.written.push(None);
    }

    fn figure(&mut self, figure: Element<'d>, depth: usize) {
        match figure.descendants().find(|it| it.name() == "img") {
            Some(image) => self.image(image, caption(figure)),
            None => self.inside(figure, depth),
        }
    }

    fn image(&mut self, image: Element<'d>, caption: Option<String>) {
        if let Some(block) = image_block(image, caption, &self.scene.base)
            && !self.story.blocks.iter().any(|it| it.kind == BlockKind::Image && it.url == block.url)
        {
            self.flush(BlockKind::Paragraph);
            self.push_beside(block);
        }
    }

    /// Keeps the links of a box beside the story: its words are not the story's.
    fn links_only(&mut self, element: Element<'d>) {
        let flat = flatten(element, self.known.drop);
        for link in &flat.links {
            if let Target::Article(..) | Target::Tag(_) = self.scene.target(link.href) {
                self.link(link.href, &fold(flat.title(link)), Placement::Related);
            }
        }
    }

    fn push(&mut self, kind: BlockKind, text: String) {
        if !text.is_empty() {
            self.story.blocks.push(Block { kind, text, url: None });
            self.written.push(None);
        }
    }

    fn join_ruled_paragraphs(&mut self) {
        let written: Vec<Option<&str>> = self.written.iter().map(Option::as_deref).collect();
        for run in ruled_runs(&written).into_iter().rev() {
            let text = written[run.clone()].iter().flatten().copied().collect::<Vec<_>>().join("\n");
            let table = Block { kind: BlockKind::Table, text, url: None };
            self.story.blocks.splice(run, [table]);
        }
    }
}
