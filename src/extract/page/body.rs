//! The story's element, taken apart into blocks; and what stands in it without being the story.

use std::ops::Range;

use chrono::NaiveDate;
use url::Url;

use crate::{
    config::Profile,
    extract::{
        lines::{flatten, is_block, is_hidden},
        lists::{push_link, push_tag},
        stamp::{self, Stamp},
        strip::Grammar,
        text::{SEAM, fold, fold_apart, has_essence, is_rule, ruled_runs, verbatim},
    },
    html::{Child, Element, Step},
    model::{Block, BlockKind, Link, PageKey, Placement, Quote, Tag},
};

use super::{
    inline::{Inline, is_blank, paragraphs},
    pieces::{caption, element_text, image_block, sole_link},
};

/// Deeper nesting is a broken page; what is below is read as plain text.
const DEPTH_MAX: usize = 200;
/// A stamp stands before the story or not at all.
const STAMP_BLOCKS_MAX: usize = 3;

/// What a reader of one page knows before the story is read.
pub(super) struct Scene<'s> {
    pub(super) profile: &'s Profile,
    pub(super) grammar: &'s Grammar,
    pub(super) key: Option<&'s PageKey>,
    pub(super) base: &'s Url,
    /// Its essence, for knowing it again.
    pub(super) headline: String,
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

/// What a link leads to.
pub(super) enum Target {
    Tag(Url),
    Article(Url, PageKey),
    /// The page itself.
    Own,
    /// Another web page.
    Web,
    /// Nothing that can be visited.
    None,
}

impl Scene<'_> {
    pub(super) fn target(&self, href: &str) -> Target {
        let href = href.trim();
        if href.is_empty() || href.starts_with('#') {
            return Target::None;
        }
        let Ok(url) = self.base.join(href) else { return Target::None };
        if self.profile.is_tag(&url) {
            return Target::Tag(url);
        }
        if let Some((key, ask_url)) = self.profile.article(&url) {
            if Some(&key) == self.key {
                return Target::Own;
            }
            return Target::Article(ask_url.unwrap_or(url), key);
        }
        if matches!(url.scheme(), "http" | "https") { Target::Web } else { Target::None }
    }

    fn is_headline(&self, text: &str) -> bool {
        !self.headline.is_empty() && has_essence(text, &self.headline)
    }
}

struct Walker<'s, 'd> {
    scene: &'s Scene<'s>,
    drop: &'s [Element<'d>],
    /// The headline's element: the story begins after it.
    title: Option<Element<'d>>,
    story: Story,
    /// The paragraphs among the blocks as written, for tables that are laid out in paragraphs.
    written: Vec<Option<String>>,
    inline: Inline<'d>,
    /// Headings and rules between blocks do not end it, these do: `Comments`.
    is_over: bool,
    /// The related list has begun: links are no longer part of the story.
    in_tail: bool,
}

/// Read the elements of a story, in order.
pub(super) fn read<'d>(
    scene: &Scene<'_>,
    story: &[Element<'d>],
    drop: &[Element<'d>],
    title: Option<Element<'d>>,
) -> Story {
    let mut walker = Walker {
        scene,
        drop,
        title,
        story: Story::default(),
        written: Vec::new(),
        inline: Inline::default(),
        is_over: false,
        in_tail: false,
    };
    for element in story {
        // A single element is what holds the story; one of several may be a piece of it.
        if story.len() == 1 {
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
        if Some(element) == self.title {
            // What stood before the headline was none of the story.
            self.inline = Inline::default();
            self.written.clear();
            let Story { blocks, links, tags, .. } = &mut self.story;
            (*blocks, *links, *tags) = Default::default();
            return;
        }
        if is_hidden(element) || self.drop.contains(&element) {
            self.inline.seam();
            return;
        }
        if DEPTH_MAX < depth {
            self.story.is_too_deep = true;
            self.inline.collect(element);
            return;
        }
        match element.name() {
            "br" => self.inline.text.push('\n'),
            "img" => self.image(element, None),
            "ul" | "ol" | "dl" | "menu" => self.block(|walker| walker.list(element)),
            "pre" => self.block(|walker| walker.preformatted(element)),
            "table" => self.block(|walker| walker.table(element, depth)),
            "blockquote" => self.block(|walker| walker.quote(element)),
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

    /// What is no paragraph ends the one before it.
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
            self.inline.links.push((start..end, href));
        }
        self.inline.seam();
    }

    /// End the paragraph or heading that has been collected.
    fn flush(&mut self, kind: BlockKind) {
        let mut inline = std::mem::take(&mut self.inline);
        self.blank_boilerplate(&mut inline.text);
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

    /// Lines of boilerplate behind a `br`: their characters become spaces, so that links keep their place.
    fn blank_boilerplate(&self, text: &mut String) {
        if !text.contains('\n') {
            return;
        }
        let rules = &self.scene.profile.text;
        let mut blanked = String::with_capacity(text.len());
        for line in text.split_inclusive('\n') {
            if rules.boilerplate.has(&fold(line)) {
                let end = line.trim_end_matches('\n');
                blanked.extend(std::iter::repeat_n(' ', end.len()));
                blanked.push_str(&line[end.len()..]);
            } else {
                blanked.push_str(line);
            }
        }
        *text = blanked;
    }

    fn paragraph(&mut self, kind: BlockKind, inline: &Inline<'d>, range: Range<usize>) {
        let text = fold(&inline.text[range.clone()]);
        if self.is_over || text.is_empty() || self.is_furniture(&text) {
            return;
        }
        let inside = |it: &&(Range<usize>, &'d str)| range.start <= it.0.start && it.0.end <= range.end;
        let links: Vec<_> = inline.links.iter().filter(inside).collect();
        if !links.is_empty() && self.is_only_links(&inline.text, &range, &links) {
            let placement = match kind {
                BlockKind::Heading => Placement::Related,
                _ if self.in_tail => Placement::Related,
                _ => Placement::Inline,
            };
            let mut took = false;
            for (at, href) in &links {
                took |= self.link(href, &fold(&inline.text[at.clone()]), placement);
            }
            if took {
                return;
            }
        }
        if self.scene.is_headline(&text) {
            return;
        }
        if let Some(quotes) = self.scene.grammar.fill(&inline.text[range.clone()]) {
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
        self.push(kind, text);
        if let Some(last) = self.written.last_mut().filter(|_| kind == BlockKind::Paragraph) {
            *last = Some(written);
        }
    }

    /// Lines of the header that stand inside the story's element: kept apart.
    fn is_header(&mut self, text: &str) -> bool {
        let profile = self.scene.profile;
        let is_early = self.story.blocks.len() < STAMP_BLOCKS_MAX && self.story.stamp.is_none();
        if !is_early || !self.scene.may_hold_stamp {
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
        let rules = &self.scene.profile.text;
        self.is_over |= rules.end.has(text);
        self.in_tail |= rules.more.has(text);
        self.is_over || rules.more.has(text) || rules.boilerplate.has(text)
    }

    /// Nothing but links, or a lead such as "Read more:" and links, or a label and tags.
    fn is_only_links(&self, text: &str, range: &Range<usize>, links: &[&(Range<usize>, &str)]) -> bool {
        let mut outside = String::new();
        let mut at = range.start;
        for (link, _) in links {
            outside.push_str(&text[at..link.start.max(at)]);
            outside.push(' ');
            at = link.end;
        }
        outside.push_str(&text[at..range.end]);
        let outside = fold_apart(&outside);
        let outside = outside.trim_matches(|it: char| !it.is_alphanumeric());
        if outside.is_empty() || self.scene.profile.text.link_leads.has(outside) {
            return true;
        }
        let are_tags = || links.iter().all(|it| matches!(self.scene.target(it.1), Target::Tag(_)));
        matches!(outside.to_lowercase().as_str(), "tags" | "tag" | "topics" | "trends") && are_tags()
    }

    /// Keep a link that stands for itself. `false` where it is words after all.
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

    fn list(&mut self, list: Element<'d>) {
        let items: Vec<Element<'d>> = list.elements().filter(|it| !self.is_dropped(*it)).collect();
        if let Some(quotes) = self.scene.grammar.fill(&flatten(list, self.drop).text) {
            self.story.quotes.extend(quotes);
            return;
        }
        let links = items.iter().map(|it| sole_link(*it)).collect::<Option<Vec<_>>>();
        if let Some(links) = links.filter(|it| !it.is_empty()) {
            // A list of links is a related list, tags, or a bar of share buttons; never the story.
            for (href, title) in links {
                match self.scene.target(href) {
                    Target::Web | Target::None | Target::Own => {}
                    Target::Tag(_) | Target::Article(..) => {
                        _ = self.link(href, &title, Placement::Related);
                    }
                }
            }
            return;
        }
        let mut lines = Vec::new();
        for item in items {
            let item = flatten(item, self.drop);
            let text = (0..item.lines.len()).map(|it| fold(item.line(it))).filter(|it| !it.is_empty());
            let text = text.collect::<Vec<_>>().join(" ");
            if !text.is_empty() && !self.scene.profile.text.boilerplate.has(&text) {
                lines.push(text);
            }
        }
        self.push(BlockKind::List, lines.join("\n"));
    }

    fn preformatted(&mut self, pre: Element<'d>) {
        let mut inline = Inline::default();
        for step in pre.walk() {
            match step {
                Step::Text(text) => inline.text.push_str(text),
                Step::Open(it) if it.name() == "br" => inline.text.push('\n'),
                Step::Open(_) | Step::Close(_) => {}
            }
        }
        if let Some(quotes) = self.scene.grammar.fill(&inline.text) {
            self.story.quotes.extend(quotes);
            return;
        }
        self.push(BlockKind::Table, verbatim(&inline.text));
    }

    fn table(&mut self, table: Element<'d>, depth: usize) {
        if let Some(quotes) = self.scene.grammar.fill(&flatten(table, self.drop).text) {
            self.story.quotes.extend(quotes);
            return;
        }
        let rows: Vec<Element<'d>> = table.descendants().filter(|it| it.name() == "tr").collect();
        let cells = |row: Element<'d>| row.elements().filter(|it| matches!(it.name(), "td" | "th"));
        if rows.iter().all(|it| cells(*it).count() <= 1) {
            // One column lays out a page, it tabulates nothing.
            return self.inside(table, depth);
        }
        let line = |row: &Element<'d>| {
            let texts = cells(*row).map(|it| fold(&element_text(it)));
            texts.collect::<Vec<_>>().join("\t").trim_end().to_owned()
        };
        let lines: Vec<String> = rows.iter().map(line).filter(|it| !it.is_empty()).collect();
        self.push(BlockKind::Table, lines.join("\n"));
    }

    fn quote(&mut self, quote: Element<'d>) {
        let flat = flatten(quote, self.drop);
        let lines = (0..flat.lines.len()).map(|it| fold(flat.line(it))).filter(|it| !it.is_empty());
        self.push(BlockKind::Quote, lines.collect::<Vec<_>>().join("\n"));
    }

    fn figure(&mut self, figure: Element<'d>, depth: usize) {
        let image = figure.descendants().find(|it| it.name() == "img");
        match image {
            Some(image) => self.image(image, caption(figure)),
            None => self.inside(figure, depth),
        }
    }

    fn image(&mut self, image: Element<'d>, caption: Option<String>) {
        if let Some(block) = image_block(image, caption, self.scene.base)
            && !self.story.blocks.iter().any(|it| it.kind == BlockKind::Image && it.url == block.url)
        {
            self.flush(BlockKind::Paragraph);
            self.story.blocks.push(block);
            self.written.push(None);
        }
    }

    /// A box beside the story: its links are kept, its words are not the story's.
    fn links_only(&mut self, element: Element<'d>) {
        let flat = flatten(element, self.drop);
        for link in &flat.links {
            if let Target::Article(..) | Target::Tag(_) = self.scene.target(link.href) {
                self.link(link.href, &fold(flat.title(link)), Placement::Related);
            }
        }
    }

    fn is_dropped(&self, element: Element<'d>) -> bool {
        is_hidden(element) || self.drop.contains(&element)
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
