//! An HTML page: JSON-LD first, then `meta`, then the era's rules, then the visible text.

use url::Url;

use crate::{
    config::RuleField,
    html::{Document, Element},
    model::{
        Block, BlockKind, Draft, Extraction, Field, Link, Origin, PageKey, RawPage, Tag, Warning,
        WarningCode,
    },
};

use super::{
    Extractor,
    body::{self, Scene, Story, element_text},
    head::Head,
    header::{self, is_any},
    is_teaser, jsonld,
    lines::{Lines, Parts, flatten_page},
    rules::{Hit, Index},
    strip,
    tail::{self, Tail},
    text::{essence, fold, fold_apart},
};

/// Shorter lines between headline and story are labels.
const SUMMARY_CHARS_MIN: usize = 60;
const BULLET_WORDS_MIN: usize = 3;
/// Paragraphs of this length speak for the element they stand in.
const PROSE_CHARS_MIN: usize = 60;

/// One page, walked once.
pub(super) struct Page<'d, 'x> {
    pub(super) extractor: &'x Extractor,
    pub(super) era: usize,
    pub(super) index: Index<'d>,
    pub(super) facts: jsonld::Facts,
    key: Option<PageKey>,
    base: Url,
    /// Numbers of the headline's and the story's element, for telling before from after.
    pub(super) headline_at: usize,
    pub(super) body_at: usize,
}

pub(super) fn read(text: &str, raw: &RawPage, extractor: &Extractor) -> Extraction {
    let profile = &extractor.profile;
    let document = Document::parse(text);
    let index = extractor.rules.index(document.root());
    let mut out = Extraction::default();
    let said = || index.meta(&["canonical", "og:url"]).and_then(|it| profile.base_url.join(it).ok());
    let own = raw.url.clone().or_else(said);
    let base = own.clone().unwrap_or_else(|| profile.base_url.clone());
    let key = own.as_ref().and_then(|it| profile.page_key(it));
    if let (None, Some(own)) = (&raw.url, &own) {
        out.url = Some(profile.article_url(own).unwrap_or_else(|| own.clone()));
        out.key.clone_from(&key);
    }
    let is_own =
        |it: &str| key.is_some() && base.join(it).ok().and_then(|it| profile.page_key(&it)) == key;
    let (facts, warnings) = jsonld::read(&index.ld_blocks, is_own);
    out.warnings = warnings;
    let era = extractor.era(raw);
    let mut page = Page { extractor, era, index, facts, key, base, headline_at: 0, body_at: usize::MAX };
    let stories = page.stories(document.root());
    page.body_at = stories.first().map_or(usize::MAX, |it| it.0);
    let title = page.headline_element();
    page.headline_at = title.map_or(0, |it| it.0);
    page.read(document.root(), &stories, title.map(|it| it.1), &mut out);
    out
}

impl<'d> Page<'d, '_> {
    fn read(
        &self,
        root: Element<'d>,
        stories: &[Hit<'d>],
        title: Option<Element<'d>>,
        out: &mut Extraction,
    ) {
        let Extractor { profile, rules, grammar } = self.extractor;
        let headline = self.headline(title);
        let drop = rules.find_all(&self.index, self.era, RuleField::Drop);
        let furniture = [drop.clone(), rules.find_all(&self.index, self.era, RuleField::Image)].concat();
        let story_elements: Vec<Element<'d>> = stories.iter().map(|it| it.1).collect();
        let parts = Parts { story: &story_elements, furniture: &furniture, headline: title };
        let flat = flatten_page(root, &parts);
        let scene = Scene {
            profile,
            grammar,
            key: self.key.as_ref(),
            base: &self.base,
            headline: headline.as_ref().map(|it| essence(&it.0)).unwrap_or_default(),
        };
        let mut story = body::read(&scene, &story_elements, &drop);
        let rows = grammar.scan(&flat.text);
        let is_ticker: Vec<bool> = {
            let touches = |it: &super::lines::Line| {
                rows.ranges.iter().any(|row| row.start < it.range.end && it.range.start < row.end)
            };
            flat.lines.iter().map(touches).collect()
        };
        let quotes = rows.quotes.into_iter().chain(std::mem::take(&mut story.quotes)).collect();
        self.strip(&flat, quotes, out);
        let head = Head::read(self, &flat, &is_ticker, story.stamp.take());
        let tail = self.tail(&scene, &flat);
        if story.is_too_deep {
            out.warnings.push(Warning::new(WarningCode::TooDeep, "body"));
        }
        let draft = &mut out.draft;
        if let Some((headline, origin)) = headline {
            draft.headline = Some(headline);
            draft.origins.push((Field::Headline, origin));
        }
        self.blocks(&mut story, !self.extractor.rules_found(self, RuleField::Body), draft);
        self.summary(&flat, &is_ticker, draft);
        out.warnings.extend(head.fill(draft));
        self.lists(story, tail, draft);
    }

    /// The elements of the story: those of the best rule that finds text, else the one that holds most of
    /// the page's prose.
    fn stories(&self, root: Element<'d>) -> Vec<Hit<'d>> {
        let rules = &self.extractor.rules;
        let weight = |it: Element<'_>| it.text().len();
        let mut empty = None;
        for hits in rules.find(&self.index, self.era, RuleField::Body) {
            let longest = hits.iter().copied().max_by_key(|it| (weight(it.1), std::cmp::Reverse(it.0)));
            let Some(main) = longest else { continue };
            if main.1.text().trim().is_empty() {
                // Live blogs, videos and charts have an empty one.
                empty = empty.or(Some(main));
                continue;
            }
            let parent = |it: Element<'d>| it.ancestors().next();
            let is_part = |it: &&Hit<'d>| parent(it.1) == parent(main.1);
            return hits.iter().filter(is_part).copied().collect();
        }
        match empty {
            Some(empty) => vec![empty],
            None => densest(root).into_iter().collect(),
        }
    }

    /// The headline on the page: where the header begins.
    fn headline_element(&self) -> Option<Hit<'d>> {
        let is_title = |it: &&Hit<'d>| it.0 < self.body_at && !fold(&it.1.text()).is_empty();
        let named = self
            .extractor
            .rules
            .find(&self.index, self.era, RuleField::Headline)
            .find_map(|hits| hits.iter().rev().find(is_title));
        let said = self.said_headline().map(|it| essence(&it.0));
        let site = essence(&self.extractor.profile.name);
        let is_said = |it: &&Hit<'d>| Some(essence(&it.1.text())) == said;
        let is_other = |it: &&Hit<'d>| is_title(it) && essence(&it.1.text()) != site;
        let h1 = || {
            self.index.headings.iter().find(is_said).or(self.index.headings.iter().rev().find(is_other))
        };
        named.or_else(h1).copied()
    }

    fn said_headline(&self) -> Option<(String, Origin)> {
        let meta = || self.index.meta(&["og:title", "twitter:title"]).map(|it| self.without_site(it));
        let json = self.facts.headline.clone().map(|it| (it, Origin::JsonLd));
        json.or_else(|| meta().filter(|it| !it.is_empty()).map(|it| (it, Origin::Meta)))
    }

    fn headline(&self, element: Option<Element<'d>>) -> Option<(String, Origin)> {
        let printed = element.map(|it| fold(&element_text(it))).filter(|it| !it.is_empty());
        match (self.said_headline(), printed) {
            // Metadata has limits of length; the page has none.
            (Some((said, _)), Some(printed)) if is_cut(&said, &printed) => {
                Some((printed, Origin::Markup))
            }
            (Some(said), _) => Some(said),
            (None, Some(printed)) => {
                let is_named = self.extractor.rules_found(self, RuleField::Headline);
                Some((printed, if is_named { Origin::Markup } else { Origin::Text }))
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
        let site = essence(&self.extractor.profile.name);
        let is_section = |it: &str| self.extractor.profile.text.sections.contains(&it.to_lowercase());
        let mut had_site = essence(&title) == site;
        if had_site {
            title.clear();
        }
        while let Some(at) = [" - ", " | ", " – ", " — "].iter().filter_map(|it| title.rfind(it)).max()
        {
            let last = title[at..].trim_matches(|it: char| it.is_whitespace() || "-|–—".contains(it));
            let is_site = essence(last) == site;
            if !is_site && !(had_site && is_section(last)) {
                break;
            }
            had_site |= is_site;
            title.truncate(at);
        }
        title.trim().to_owned()
    }

    fn strip(&self, flat: &Lines<'d>, quotes: Vec<crate::model::Quote>, out: &mut Extraction) {
        let profile = &self.extractor.profile;
        let (strip, warnings) = strip::strip(quotes);
        out.strip = strip;
        out.warnings.extend(warnings);
        if !out.strip.quotes.is_empty() {
            out.draft.origins.push((Field::Strip, Origin::Text));
        }
        let before = flat.headline.or(flat.after_body).unwrap_or(flat.lines.len());
        let date = |at| header::market_date(flat.line(at), &profile.text, profile.time_zone);
        out.strip.market_date = (0..before).find_map(date);
        if out.strip.market_date.is_some() {
            out.draft.origins.push((Field::MarketDate, Origin::Text));
        }
    }

    /// The story's blocks, with the picture that stands above it.
    fn blocks(&self, story: &mut Story, is_guessed: bool, draft: &mut Draft) {
        draft.blocks = std::mem::take(&mut story.blocks);
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
        let named = self.extractor.rules.find(&self.index, self.era, RuleField::Image);
        let mut hits =
            named.flat_map(|it| it.iter()).filter(|it| it.0 < self.body_at && self.headline_at <= it.0);
        let is_linked = |it: Element<'d>| {
            let around = it.ancestors().chain(it.descendants()).filter_map(|it| it.attr("href"));
            let mut keys =
                around.filter_map(|it| self.extractor.profile.page_key(&self.base.join(it).ok()?));
            keys.any(|it| Some(&it) != self.key.as_ref())
        };
        hits.find_map(|it| {
            let image = it.1.descendants().find(|it| it.name() == "img").filter(|_| !is_linked(it.1))?;
            body::image_block(image, body::caption(it.1), &self.base)
        })
    }

    /// Bullets that the profile names, else lines between headline and story that are none of the story's
    /// beginning, else the description.
    fn summary(&self, flat: &Lines<'d>, is_ticker: &[bool], draft: &mut Draft) {
        let whole = essence(&draft.body());
        let undated =
            draft.blocks.iter().find(|it| it.kind.is_text()).and_then(|it| it.text.split_once(": "));
        let undated = undated.map_or(String::new(), |it| essence(it.1));
        let repeats = |it: &str| is_teaser(it, &whole) || is_teaser(it, &undated);
        let title = draft.headline.as_deref().map(essence).unwrap_or_default();
        let is_new = |it: &String| !it.is_empty() && essence(it) != title;
        let named = self.extractor.rules.find(&self.index, self.era, RuleField::Summary);
        let named = named.map(|hits| {
            let before = hits.iter().filter(|it| it.0 < self.body_at);
            before.map(|it| fold(&element_text(it.1))).filter(is_new).collect::<Vec<_>>()
        });
        let bullets = named.map(|it| (it, Origin::Markup)).find(|it| !it.0.is_empty());
        let summary = bullets.or_else(|| {
            let lines = self.summary_lines(flat, is_ticker);
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
            (is_new(&text) && !is_of_the_story && !is_any(&self.extractor.profile.text.furniture, &text))
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
        let profile = &self.extractor.profile;
        let is_label = |text: &str| {
            is_any(&profile.text.furniture, text)
                || is_any(&profile.text.boilerplate, text)
                || header::stamp(text, &profile.text, profile.time_zone).is_some()
                || header::print_edition(text, &profile.text).is_some()
        };
        let (mut items, mut prose) = (Vec::new(), Vec::new());
        for at in title + 1..body {
            let line = &flat.lines[at];
            let text = fold(flat.line(at));
            if line.is_furniture
                || is_ticker[at]
                || flat.links_of(at).next().is_some()
                || is_label(&text)
            {
                continue;
            }
            if line.is_item && BULLET_WORDS_MIN <= text.split(' ').count() {
                items.push(text);
            } else if SUMMARY_CHARS_MIN <= text.chars().count() {
                prose.push(text);
            }
        }
        if items.is_empty() { prose } else { items }
    }

    fn tail(&self, scene: &Scene<'_>, flat: &Lines<'d>) -> Tail {
        let named = |field| {
            let rules = &self.extractor.rules;
            let after =
                rules.find(&self.index, self.era, field).flatten().filter(|it| self.headline_at < it.0);
            after.map(|it| it.1).collect::<Vec<_>>()
        };
        let known = tail::read_named(scene, &named(RuleField::Tags), &named(RuleField::Related));
        let found = tail::read_lines(scene, flat);
        Tail {
            tags: if known.tags.is_empty() { found.tags } else { known.tags },
            links: if known.links.is_empty() { found.links } else { known.links },
        }
    }

    fn lists(&self, story: Story, tail: Tail, draft: &mut Draft) {
        let tags: Vec<Tag> = story.tags.into_iter().chain(tail.tags).collect();
        for tag in tags {
            if !draft.tags.iter().any(|it| it.url == tag.url) {
                draft.tags.push(tag);
            }
        }
        let links: Vec<Link> = story.links.into_iter().chain(tail.links).collect();
        for link in links {
            body::push_link(&mut draft.links, link);
        }
        let is_there = [(Field::Tags, draft.tags.is_empty()), (Field::Links, draft.links.is_empty())];
        for (field, _) in is_there.into_iter().filter(|it| !it.1) {
            draft.origins.push((field, Origin::Markup));
        }
    }
}

impl Extractor {
    fn rules_found(&self, page: &Page<'_, '_>, field: RuleField) -> bool {
        self.rules.find(&page.index, page.era, field).next().is_some()
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

/// The element that holds most of the page's paragraphs.
fn densest(root: Element<'_>) -> Option<Hit<'_>> {
    let mut weights: Vec<(Hit<'_>, usize)> = Vec::new();
    for (number, element) in root.descendants().enumerate() {
        if !matches!(element.name(), "p" | "pre" | "blockquote") {
            continue;
        }
        let Some(parent) = element.ancestors().next() else { continue };
        if element.ancestors().any(|it| matches!(it.name(), "nav" | "footer" | "form")) {
            continue;
        }
        let length = fold_apart(&element_text(element)).chars().count();
        let weight = if length < PROSE_CHARS_MIN { 0 } else { length };
        match weights.iter_mut().rev().find(|it| it.0.1 == parent) {
            Some(known) => known.1 += weight,
            None => weights.push(((number, parent), weight)),
        }
    }
    weights.into_iter().filter(|it| 0 < it.1).max_by_key(|it| it.1).map(|it| it.0)
}
