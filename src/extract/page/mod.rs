//! An HTML page: JSON-LD first, then `meta`, then the era's rules, then the visible text.

mod body;
mod head;
mod inline;
mod layout;
mod pieces;
mod tail;

use url::Url;

use crate::{
    config::RuleField,
    extract::{
        jsonld::{self, Owner},
        lines::{Line, Lines, Parts, flatten_page},
        lists::push_link,
        rules::{Compiled, Index},
        stamp, strip,
        text::{essence, fold, has_essence, is_bullet, is_teaser, unbullet},
    },
    html::{Document, Element},
    model::{
        Block, BlockKind, Draft, Extraction, Field, Link, Origin, PageKey, RawPage, Tag, Warning,
        WarningCode,
    },
};

use self::{
    body::{Scene, Story, Target},
    head::Head,
    layout::{Layout, Surveyor},
    pieces::element_text,
    tail::Tail,
};

/// Shorter lines between headline and story are labels.
const SUMMARY_CHARS_MIN: usize = 60;
const BULLET_WORDS_MIN: usize = 2;

/// One page, walked once.
pub(super) struct Page<'d, 'x> {
    pub(super) rules: &'x Compiled,
    pub(super) era: usize,
    pub(super) index: Index<'d>,
    pub(super) facts: jsonld::Facts,
    key: Option<PageKey>,
    base: Url,
    /// Numbers of the headline's and the story's element, for telling before from after.
    pub(super) headline_at: usize,
    pub(super) body_at: usize,
}

pub(super) fn read(text: &str, raw: &RawPage, rules: &Compiled) -> Extraction {
    let profile = &rules.profile;
    let document = Document::parse(text);
    let index = rules.index(document.root());
    let mut out = Extraction { is_parsed_whole: document.is_whole(), ..Extraction::default() };
    let said = || index.meta(&["canonical", "og:url"]).and_then(|it| profile.base_url.join(it).ok());
    let own = raw.url.clone().or_else(said);
    let base = own.clone().unwrap_or_else(|| profile.base_url.clone());
    let key = own.as_ref().and_then(|it| profile.page_key(it));
    if let (None, Some(own)) = (&raw.url, &own) {
        out.url = Some(profile.article_url(own).unwrap_or_else(|| own.clone()));
        out.key.clone_from(&key);
    }
    let owner = |it: &str| match base.join(it).ok().and_then(|it| profile.page_key(&it)) {
        Some(found) if Some(&found) == key.as_ref() => Owner::Page,
        Some(_) if key.is_some() => Owner::OtherArticle,
        _ => Owner::Unknown,
    };
    let (facts, warnings) = jsonld::read(&index.ld_blocks, owner);
    out.warnings = warnings;
    let era = rules.era(raw);
    let mut page = Page { rules, era, index, facts, key, base, headline_at: 0, body_at: usize::MAX };
    let layout = page.survey(document.root());
    page.body_at = layout.body_at;
    page.headline_at = layout.headline.map_or(0, |it| it.0);
    page.read(document.root(), &layout, &mut out);
    out
}

impl<'d> Page<'d, '_> {
    fn scene(&self) -> Scene<'_> {
        Scene {
            profile: &self.rules.profile,
            grammar: &self.rules.grammar,
            key: self.key.as_ref(),
            base: &self.base,
            headline: String::new(),
            may_hold_stamp: false,
        }
    }

    fn survey(&self, root: Element<'d>) -> Layout<'d> {
        let surveyor = Surveyor {
            scene: &self.scene(),
            rules: self.rules,
            index: &self.index,
            era: self.era,
            said: self.said_headline().map(|it| essence(&it.0)),
        };
        surveyor.survey(root)
    }

    /// Whether a link leads to another story.
    pub(super) fn leads_away(&self, href: &str) -> bool {
        matches!(self.scene().target(href), Target::Article(..))
    }

    /// Whether an element is part of a card of another story.
    pub(super) fn is_card(&self, element: Element<'d>, headline: Option<Element<'d>>) -> bool {
        let surveyor = Surveyor {
            scene: &self.scene(),
            rules: self.rules,
            index: &self.index,
            era: self.era,
            said: None,
        };
        surveyor.is_card(element, headline)
    }

    fn read(&self, root: Element<'d>, layout: &Layout<'d>, out: &mut Extraction) {
        let (rules, grammar) = (self.rules, &self.rules.grammar);
        let title = layout.headline.map(|it| it.1);
        let headline = self.headline(title, layout.is_headline_guessed);
        let drop = rules.find_all(&self.index, self.era, RuleField::Drop);
        // Cards behind the story have pictures too, but nobody reads their lines.
        let pictures = rules.find(&self.index, self.era, RuleField::Image).flatten();
        let pictures = pictures.filter(|it| it.0 < self.body_at).map(|it| it.1);
        let furniture: Vec<Element<'d>> = drop.iter().copied().chain(pictures).collect();
        // Behind the comments stands nothing of this story, unless it is a ticker that was not above it.
        let is_enough = |text: &str, line: &str| {
            self.rules.profile.text.end.has(&fold(line)) && grammar.has_words(text)
        };
        let parts = Parts {
            story: &layout.stories,
            furniture: &furniture,
            headline: title,
            is_enough: Some(&is_enough),
        };
        let flat = flatten_page(root, &parts);
        let rows = grammar.scan(&flat.text);
        // Rows are in the order of the text.
        let touches = |it: &Line| {
            let next = rows.ranges.partition_point(|row| row.end <= it.range.start);
            rows.ranges.get(next).is_some_and(|row| row.start < it.range.end)
        };
        let is_ticker: Vec<bool> = flat.lines.iter().map(touches).collect();
        let mut head = Head::read(self, &flat, &is_ticker, title);
        let scene = Scene {
            headline: headline.as_ref().map(|it| essence(&it.0)).unwrap_or_default(),
            may_hold_stamp: !head.is_dated() || layout.is_story_guessed,
            ..self.scene()
        };
        let mut story = body::read(&scene, &layout.stories, &drop, title);
        head.take_story(self, &mut story);
        let quotes = rows.quotes.into_iter().chain(std::mem::take(&mut story.quotes)).collect();
        self.strip(&flat, quotes, story.market_date, out);
        let tail = self.tail(&scene, &flat);
        if story.is_too_deep {
            out.warnings.push(Warning::new(WarningCode::TooDeep, "body"));
        }
        let draft = &mut out.draft;
        if let Some((headline, origin)) = headline {
            draft.headline = Some(headline);
            draft.origins.push((Field::Headline, origin));
        }
        self.blocks(&mut story, layout.is_story_guessed, draft);
        self.summary(&flat, &is_ticker, std::mem::take(&mut story.above), draft);
        out.warnings.extend(head.fill(draft));
        lists(story, tail, draft);
    }

    fn said_headline(&self) -> Option<(String, Origin)> {
        let meta = || self.index.meta(&["og:title", "twitter:title"]).map(|it| self.without_site(it));
        let json = self.facts.headline.clone().map(|it| (it, Origin::JsonLd));
        json.or_else(|| meta().filter(|it| !it.is_empty()).map(|it| (it, Origin::Meta)))
    }

    fn headline(&self, element: Option<Element<'d>>, is_guessed: bool) -> Option<(String, Origin)> {
        let printed = element.map(|it| fold(&element_text(it))).filter(|it| !it.is_empty());
        match (self.said_headline(), printed) {
            // Metadata has limits of length; the page has none.
            (Some((said, _)), Some(printed)) if is_cut(&said, &printed) => {
                Some((printed, Origin::Markup))
            }
            (Some(said), _) => Some(said),
            (None, Some(printed)) => {
                Some((printed, if is_guessed { Origin::Text } else { Origin::Markup }))
            }
            (None, None) => {
                let title = self.without_site(self.index.title.as_deref()?);
                Some((title, Origin::Text)).filter(|it| !it.0.is_empty())
            }
        }
    }

    /// A title without the site's name, and the section, behind a dash or bar.
    fn without_site(&self, title: &str) -> String {
        let mut title = fold(&crate::html::unescape(title));
        let site = essence(&self.rules.profile.name);
        let is_section = |it: &str| self.rules.profile.text.sections.contains(&it.to_lowercase());
        let mut had_site = essence(&title) == site;
        if had_site {
            title.clear();
        }
        while let Some(at) = [" - ", " | ", " – ", " — "].iter().filter_map(|it| title.rfind(it)).max()
        {
            let last = title[at..].trim_matches(|it: char| it.is_whitespace() || "-|–—".contains(it));
            let is_site = essence(last) == site;
            let goes = is_site || (had_site && is_section(last));
            if !goes {
                break;
            }
            had_site |= is_site;
            title.truncate(at);
        }
        title.trim().to_owned()
    }

    fn strip(
        &self,
        flat: &Lines<'d>,
        quotes: Vec<crate::model::Quote>,
        in_story: Option<chrono::NaiveDate>,
        out: &mut Extraction,
    ) {
        let profile = &self.rules.profile;
        let (strip, warnings) = strip::strip(quotes);
        out.strip = strip;
        out.warnings.extend(warnings);
        if !out.strip.quotes.is_empty() {
            out.draft.origins.push((Field::Strip, Origin::Text));
        }
        let before = flat.headline.or(flat.after_body).unwrap_or(flat.lines.len());
        let date = |at| stamp::market_date(flat.line(at), &profile.text, profile.time_zone);
        out.strip.market_date = (0..before).find_map(date).or(in_story);
        if out.strip.market_date.is_some() {
            out.draft.origins.push((Field::MarketDate, Origin::Text));
        }
    }

    /// The story's blocks, with the picture that stands above it.
    fn blocks(&self, story: &mut Story, is_guessed: bool, draft: &mut Draft) {
        draft.blocks = std::mem::take(&mut story.blocks);
        drop_teaser(&mut draft.blocks);
        let mut origin = if is_guessed { Origin::Text } else { Origin::Markup };
        if !draft.blocks.iter().any(|it| it.kind.is_text())
            && let Some(said) = &self.facts.body
        {
            let paragraphs = said.lines().map(fold).filter(|it| !it.is_empty());
            let block = |text| Block { kind: BlockKind::Paragraph, text, url: None };
            draft.blocks.extend(paragraphs.map(block));
            origin = Origin::JsonLd;
        }
        if draft.blocks.iter().any(|it| it.kind.is_text()) {
            draft.origins.push((Field::Body, origin));
        }
        if let Some(picture) = self.picture()
            && !draft.blocks.iter().any(|it| it.url == picture.url)
        {
            draft.blocks.insert(0, picture);
        }
    }

    fn picture(&self) -> Option<Block> {
        let named = self.rules.find(&self.index, self.era, RuleField::Image);
        let mut hits =
            named.flat_map(|it| it.iter()).filter(|it| it.0 < self.body_at && self.headline_at <= it.0);
        hits.find_map(|it| {
            let image =
                it.1.descendants()
                    .find(|it| it.name() == "img")
                    .filter(|_| !self.is_card(it.1, None))?;
            let figure = it.1.ancestors().take(2).find(|it| it.name() == "figure");
            let caption = pieces::caption(it.1).or_else(|| pieces::caption(figure?));
            pieces::image_block(image, caption, &self.base)
        })
    }

    /// Bullets that the profile names, else lines between headline and story that are none of the story's
    /// beginning, else the description.
    fn summary(&self, flat: &Lines<'d>, is_ticker: &[bool], above: Vec<String>, draft: &mut Draft) {
        let whole = essence(&draft.body());
        // A teaser repeats the first paragraphs, with or without their dateline, whatever stands above them.
        let starts: Vec<String> = draft
            .blocks
            .iter()
            .enumerate()
            .filter(|it| it.1.kind == BlockKind::Paragraph)
            .take(2)
            .flat_map(|(at, first)| {
                let undated = first.text.split_once(": ").map(|it| essence(it.1));
                let texts = draft.blocks[at..].iter().filter(|it| it.kind.is_text());
                let rest: String = texts.map(|it| essence(&it.text)).collect();
                std::iter::once(rest).chain(undated)
            })
            .collect();
        let repeats =
            |it: &str| is_teaser(it, &whole) || starts.iter().any(|start| is_teaser(it, start));
        let title = draft.headline.as_deref().map(essence).unwrap_or_default();
        let is_new = |it: &String| !it.is_empty() && !has_essence(it, &title);
        let named = self.rules.find(&self.index, self.era, RuleField::Summary);
        let named = named.map(|hits| {
            let before = hits.iter().filter(|it| it.0 < self.body_at);
            before.map(|it| fold(&element_text(it.1))).filter(is_new).collect::<Vec<_>>()
        });
        let bullets = named.map(|it| (it, Origin::Markup)).find(|it| !it.0.is_empty());
        let summary = bullets.or_else(|| {
            let lines = if above.is_empty() { self.summary_lines(flat, is_ticker) } else { above };
            let lines: Vec<String> =
                lines.into_iter().filter(is_new).filter(|it| !repeats(it)).collect();
            Some((lines, Origin::Text)).filter(|it| !it.0.is_empty())
        });
        let summary = summary.or_else(|| {
            let json = self.facts.description.as_deref().map(|it| (it, Origin::JsonLd));
            let meta =
                || self.index.meta(&["og:description", "description"]).map(|it| (it, Origin::Meta));
            let (text, origin) = json.or_else(meta)?;
            let text = fold(&crate::html::unescape(text));
            let is_cut = text.ends_with("...") || text.ends_with('…');
            let is_of_the_story =
                is_cut || whole.is_empty() || repeats(&text) || whole.contains(&essence(&text));
            (is_new(&text) && !is_of_the_story && !self.rules.profile.text.furniture.has(&text))
                .then(|| (vec![text], origin))
        });
        let is_teaser = |it: &String| repeats(it) && (it.ends_with("...") || it.ends_with('…'));
        if let Some((lines, origin)) = summary.filter(|it| !it.0.iter().all(is_teaser)) {
            draft.summary = lines;
            draft.origins.push((Field::Summary, origin));
        }
    }

    fn summary_lines(&self, flat: &Lines<'d>, is_ticker: &[bool]) -> Vec<String> {
        let (Some(title), Some(body)) = (flat.headline, flat.after_body) else { return Vec::new() };
        let profile = &self.rules.profile;
        let is_label = |text: &str| {
            profile.text.furniture.has(text)
                || profile.text.boilerplate.has(text)
                || stamp::print_edition(text, &profile.text).is_some()
        };
        let (mut items, mut prose) = (Vec::new(), Vec::new());
        for (at, _) in is_ticker.iter().enumerate().take(body).skip(title + 1).filter(|it| !it.1) {
            let line = &flat.lines[at];
            let text = unbullet(&fold(flat.line(at))).to_owned();
            let is_stamp = stamp::read(flat.line(at), &profile.text, profile.time_zone).is_some();
            let linked: usize = flat.links_of(at).map(|it| it.range.len()).sum();
            let is_link = line.range.len() <= linked;
            if line.is_furniture || is_link || is_stamp || is_label(&text) {
                continue;
            }
            if (line.is_item || is_bullet(flat.line(at))) && BULLET_WORDS_MIN <= text.split(' ').count()
            {
                items.push(text);
            } else if SUMMARY_CHARS_MIN <= text.chars().count() {
                prose.push(text);
            }
        }
        if items.is_empty() { prose } else { items }
    }

    fn tail(&self, scene: &Scene<'_>, flat: &Lines<'d>) -> Tail {
        let named = |field| {
            let after = self
                .rules
                .find(&self.index, self.era, field)
                .flatten()
                .filter(|it| self.headline_at < it.0);
            after.map(|it| it.1).collect::<Vec<_>>()
        };
        let known = tail::read_named(scene, &named(RuleField::Tags), &named(RuleField::Related));
        if !known.tags.is_empty() && !known.links.is_empty() {
            return known;
        }
        let found = tail::read_lines(scene, flat);
        Tail {
            tags: if known.tags.is_empty() { found.tags } else { known.tags },
            links: if known.links.is_empty() { found.links } else { known.links },
        }
    }
}

/// Tags and links of story and tail together, each once.
fn lists(story: Story, tail: Tail, draft: &mut Draft) {
    let tags: Vec<Tag> = story.tags.into_iter().chain(tail.tags).collect();
    for tag in tags {
        if !draft.tags.iter().any(|it| it.url == tag.url) {
            draft.tags.push(tag);
        }
    }
    let links: Vec<Link> = story.links.into_iter().chain(tail.links).collect();
    for link in links {
        push_link(&mut draft.links, link);
    }
    let is_there = [(Field::Tags, draft.tags.is_empty()), (Field::Links, draft.links.is_empty())];
    for (field, _) in is_there.into_iter().filter(|it| !it.1) {
        draft.origins.push((field, Origin::Markup));
    }
}

/// The first block is the beginning of the second, cut off.
fn drop_teaser(blocks: &mut Vec<Block>) {
    if let [first, second, ..] = blocks.as_slice()
        && (first.text.ends_with("...") || first.text.ends_with('…'))
        && is_teaser(&first.text, &essence(&second.text))
    {
        blocks.remove(0);
    }
}

/// A title that ends in dots, or is no more than the beginning of a longer one.
fn is_cut(said: &str, printed: &str) -> bool {
    let bare = essence(said);
    let ends_open = said.ends_with("...") || said.ends_with('…');
    let longer = essence(printed);
    !bare.is_empty()
        && bare.len() < longer.len()
        && longer.starts_with(&bare)
        && (ends_open || 100 <= said.chars().count())
}
