//! The story's element, taken apart into blocks; and what stands in it without being the story.
//!
//! This is the walk: what ends a paragraph, what ends the story, what is kept apart. An element that is read as one
//! thing (a list, a table, a quotation) is read by `pieces.rs`; where the element is was found by `layout.rs`.

mod found;
mod settle;
mod story;

use std::{collections::HashSet, ops::Range};

use crate::{
    extract::{
        kinds::{is_block, is_hidden},
        lines::folded_text,
        stamp,
        text::{SEAM, fold, is_rule, verbatim},
    },
    html::{Child, Element},
    model::{Block, BlockKind, Placement},
};

use super::{
    images::FoundImage,
    inline::{Figures, Inline, InlineLink, is_blank, itemized, paragraphs},
    pieces::{self, Piece},
    scene::{Scene, Target},
};

use self::{
    found::{FoundBeside, is_only_links},
    settle::{LineLabel, PlacedBlock, is_bold, join_ruled_paragraphs, settle, trim},
};

pub(super) use self::story::{Known, Story};

/// Deeper nesting is a broken page; what is below is read as plain text.
const DEPTH_MAX: usize = 200;
/// A shorter text in an element that is furniture by name is a label.
const NAMED_CHARS_MIN: usize = 300;
/// A stamp stands before the story or not at all.
const STAMP_BLOCKS_MAX: usize = 3;

struct Walker<'s, 'd> {
    scene: &'s Scene<'s>,
    known: &'s Known<'s, 'd>,
    story: Story,
    found: FoundBeside,
    /// The addresses of the pictures so far.
    pictures: HashSet<Option<String>>,
    /// The blocks so far.
    blocks: Vec<PlacedBlock<'d>>,
    inline: Inline<'d>,
    /// The element that holds the paragraphs that are being read.
    around: Option<Element<'d>>,
    /// How figures are set: raised, lowered, or as they are.
    figures: Figures,
    /// The paragraph is set in bold, as headings are that are not called so.
    is_bold: bool,
}

/// Reads the elements of a story, in order.
pub(super) fn read(scene: &Scene<'_>, known: &Known<'_, '_>) -> Story {
    let mut walker = Walker {
        scene,
        known,
        story: Story::default(),
        found: FoundBeside::default(),
        pictures: HashSet::new(),
        blocks: Vec::new(),
        inline: Inline::default(),
        around: None,
        figures: Figures::Plain,
        is_bold: false,
    };
    for element in known.elements {
        walker.around = element.ancestors().next();
        // A single element is what holds the story; one of several may be a piece of it.
        if known.elements.len() == 1 {
            walker.within(*element, |walker| walker.inside(*element, 0));
        } else {
            walker.element(*element, 0);
            walker.flush(BlockKind::Paragraph);
        }
    }
    walker.finish()
}

impl<'d> Walker<'_, 'd> {
    fn inside(&mut self, element: Element<'d>, depth: usize) {
        for child in element.children() {
            match child {
                Child::Text(text) => self.inline.set(text, self.figures),
                Child::Element(element) => self.element(element, depth + 1),
            }
        }
    }

    /// Reads the paragraphs that an element holds.
    fn within(&mut self, element: Element<'d>, read: impl FnOnce(&mut Self)) {
        self.flush(BlockKind::Paragraph);
        let outer = self.around.replace(element);
        read(self);
        self.flush(BlockKind::Paragraph);
        self.around = outer;
    }

    fn element(&mut self, element: Element<'d>, depth: usize) {
        if Some(element) == self.known.title {
            // What stood before the headline was no part of the story.
            self.inline.take();
            self.blocks.clear();
            self.pictures.clear();
            self.story.images.clear();
            self.found =
                FoundBeside { quotes: std::mem::take(&mut self.found.quotes), ..FoundBeside::default() };
            return;
        }
        if self.known.hides(element) {
            self.note_named(element);
            self.inline.seam();
            return;
        }
        if DEPTH_MAX < depth {
            self.story.is_too_deep = true;
            self.inline.collect(element);
            return;
        }
        if (self.known.embeds.contains(element) || pieces::is_embed(element))
            && let Some(embed) = pieces::embed(element, &self.scene.base)
        {
            return self.block(|walker| walker.place(embed, None));
        }
        match element.name() {
            _ if self.known.subheadings.contains(element) => self.heading(element, depth),
            "br" => self.inline.text.push('\n'),
            "img" => self.image(element, None),
            "ul" | "ol" | "dl" | "menu" | "pre" | "table" | "blockquote" => {
                let piece = pieces::read(self.scene, element, self.known.drop);
                self.block(|walker| walker.take(piece, element, depth));
            }
            "figure" => self.block(|walker| walker.figure(element, depth)),
            "nav" | "footer" | "form" | "button" | "label" | "input" => self.flush(BlockKind::Paragraph),
            "aside" => {
                self.block(|walker| walker.found.links_in(walker.scene, element, walker.known.drop));
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.heading(element, depth),
            "a" => self.anchor(element, depth),
            "sup" => self.set(element, Figures::Raised, depth),
            "sub" => self.set(element, Figures::Lowered, depth),
            "p" => {
                self.flush(BlockKind::Paragraph);
                self.is_bold = is_bold(element);
                self.inside(element, depth);
                self.flush(BlockKind::Paragraph);
                self.is_bold = false;
            }
            name if is_block(name) => self.within(element, |walker| walker.inside(element, depth)),
            _ => {
                self.inline.seam();
                self.inside(element, depth);
                self.inline.seam();
            }
        }
    }

    fn heading(&mut self, element: Element<'d>, depth: usize) {
        self.flush(BlockKind::Paragraph);
        self.inside(element, depth);
        self.flush(BlockKind::Heading);
    }

    /// Notes what is left out because of an element's name, where it is as long as a paragraph.
    fn note_named(&mut self, element: Element<'d>) {
        if self.known.named.contains(element) && !is_hidden(element) {
            let text = folded_text(element);
            if NAMED_CHARS_MIN <= text.len() {
                self.story.left_out.push(text);
            }
        }
    }

    /// Reads what is no paragraph: it ends the one before it.
    fn block(&mut self, read: impl FnOnce(&mut Self)) {
        self.flush(BlockKind::Paragraph);
        read(self);
    }

    fn set(&mut self, element: Element<'d>, figures: Figures, depth: usize) {
        self.inline.seam();
        let outer = std::mem::replace(&mut self.figures, figures);
        self.inside(element, depth);
        self.figures = outer;
        self.inline.seam();
    }

    fn anchor(&mut self, element: Element<'d>, depth: usize) {
        let Some(href) = element.attr("href") else { return self.inside(element, depth) };
        let holds_blocks = element.descendants().any(|it| is_block(it.name()) && it.name() != "br");
        let is_card = matches!(self.scene.target(href), Target::Article(..) | Target::Tag(_));
        if holds_blocks && is_card {
            // A card: picture and headline of another story.
            self.flush(BlockKind::Paragraph);
            self.found.link(self.scene, href, &folded_text(element), Placement::Related);
            return;
        }
        self.inline.seam();
        let outer = self.inline.open_link(Some(href));
        for child in element.children() {
            match child {
                Child::Text(text) => self.inline.set(text, self.figures),
                // A linked picture is a picture, unless it leads to another story.
                Child::Element(it) if it.name() == "img" && is_card => {}
                Child::Element(it) => self.element(it, depth + 1),
            }
        }
        self.inline.open_link(outer);
        self.inline.seam();
    }

    /// Ends the paragraph or heading that has been collected.
    fn flush(&mut self, kind: BlockKind) {
        let mut inline = self.inline.take();
        let rules = &self.scene.rules.profile.text;
        inline.blank(|line| rules.boilerplate.has(&fold(line)));
        if inline.text.trim_matches(is_blank).is_empty() {
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
        let range = self.known.after_headline(&inline.text, range);
        let text = fold(&inline.text[range.clone()]);
        if text.is_empty() {
            return;
        }
        if let Some(label) = self.label(&text, kind) {
            return self.push_labelled(kind, text, Some(label));
        }
        let inside =
            |link: &&InlineLink<'d>| range.start <= link.range.start && link.range.end <= range.end;
        let links: Vec<_> = inline.links.iter().filter(inside).collect();
        if !links.is_empty() && is_only_links(self.scene, &inline.beside_links(&range, &links), &links) {
            let placement = match kind {
                BlockKind::Heading => Placement::Related,
                _ => Placement::Inline,
            };
            let mut took = false;
            for link in &links {
                let title = fold(&inline.text[link.range.clone()]);
                took |= self.found.link(self.scene, link.href, &title, placement);
            }
            if took {
                return;
            }
        }
        if self.known.is_headline(&text) {
            return;
        }
        if let Some(quotes) = self.scene.rules.grammar.fill(&inline.text[range.clone()]) {
            self.found.quotes.extend(quotes);
            return;
        }
        let written = verbatim(&inline.text[range.clone()].replace(SEAM, ""));
        if self.is_header(&inline.text[range]) {
            return;
        }
        if let Some(blocks) = itemized(&written).filter(|_| kind == BlockKind::Paragraph) {
            for block in blocks {
                self.push(block.kind, block.text);
            }
            return;
        }
        self.found.company_links(self.scene, &inline.text, &links);
        self.push(kind, text);
        if let Some(last) = self.blocks.last_mut().filter(|_| kind == BlockKind::Paragraph) {
            last.written = Some(written);
        }
    }

    /// Whether a text is a line of the header that stands inside the story's element. Such lines are kept apart.
    fn is_header(&mut self, text: &str) -> bool {
        let profile = &self.scene.rules.profile;
        let texts = || self.blocks.iter().filter(|it| it.label.is_none());
        let is_early = self.story.stamp.is_none() && texts().nth(STAMP_BLOCKS_MAX - 1).is_none();
        if !is_early || !self.known.may_hold_stamp {
            return false;
        }
        if texts().next().is_none()
            && let Some(day) = stamp::market_date(text, &profile.text, profile.time_zone)
        {
            self.story.market_date = Some(day);
            return true;
        }
        let Some(stamp) = stamp::read(text, &profile.text, profile.time_zone) else { return false };
        self.story.stamp = Some(stamp);
        self.pictures.clear();
        let above = std::mem::take(&mut self.blocks).into_iter().filter(|it| it.label.is_none());
        let lines = above.flat_map(|it| it.block.text.lines().map(str::to_owned).collect::<Vec<_>>());
        self.story.above.extend(lines);
        true
    }

    /// Returns what a line reads like that may be furniture.
    fn label(&self, text: &str, kind: BlockKind) -> Option<LineLabel> {
        let rules = &self.scene.rules.profile.text;
        if rules.end.has(text) {
            Some(LineLabel::End)
        } else if rules.more.has(text) {
            Some(LineLabel::More)
        } else if rules.boilerplate.has(text) {
            let is_heading = kind == BlockKind::Heading || self.is_bold;
            Some(if is_heading { LineLabel::Heading } else { LineLabel::Line })
        } else {
            None
        }
    }

    /// Takes an element that is read as one thing.
    fn take(&mut self, piece: Piece<'d>, element: Element<'d>, depth: usize) {
        match piece {
            Piece::Text(kind, text) => self.push(kind, text),
            Piece::Labels(text) => self.push_labelled(BlockKind::List, text, Some(LineLabel::Heading)),
            Piece::Ticker(quotes) => self.found.quotes.extend(quotes),
            Piece::Frame => self.inside(element, depth),
            // A list of links is a related list, tags, or a bar of share buttons; never the story.
            Piece::Links(links) => {
                for link in links {
                    if let Target::Tag(_) | Target::Article(..) = self.scene.target(link.href) {
                        self.found.link(self.scene, link.href, &link.title, Placement::Related);
                    }
                }
            }
        }
    }

    fn figure(&mut self, figure: Element<'d>, depth: usize) {
        match figure.descendants().find(|it| it.name() == "img") {
            Some(image) => self.image(image, Some(figure)),
            None => self.inside(figure, depth),
        }
    }

    fn image(&mut self, image: Element<'d>, figure: Option<Element<'d>>) {
        let found = FoundImage::read(image, figure, &self.scene.base);
        if let Some(found) = found.filter(|it| self.pictures.insert(it.block.url.clone())) {
            self.flush(BlockKind::Paragraph);
            self.place(found.block.clone(), None);
            self.story.images.push(found);
        }
    }

    fn push(&mut self, kind: BlockKind, text: String) {
        self.push_labelled(kind, text, None);
    }

    fn push_labelled(&mut self, kind: BlockKind, text: String, label: Option<LineLabel>) {
        if !text.is_empty() {
            self.place(Block { kind, text, url: None }, label);
        }
    }

    fn place(&mut self, block: Block, label: Option<LineLabel>) {
        let before = self.found.counts();
        self.blocks.push(PlacedBlock { block, written: None, around: self.around, label, before });
    }

    /// Returns the story, without what is no part of it after all.
    fn finish(mut self) -> Story {
        let settlement = settle(&mut self.blocks);
        if let Some(end) = settlement.end {
            self.found.truncate(end);
        }
        if let Some(first) = settlement.related_from {
            self.found.relate_from(first);
        }
        let FoundBeside { links, tags, quotes } = self.found;
        let (links, tags) = (links.into_vec(), tags.into_vec());
        self.story.left_out.extend(settlement.left_out);
        if self.known.is_guessed {
            self.story.left_out.extend(trim(&mut self.blocks, &self.scene.rules.profile));
        }
        Story { blocks: join_ruled_paragraphs(self.blocks), links, tags, quotes, ..self.story }
    }
}
