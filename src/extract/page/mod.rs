//! An HTML page: JSON-LD first, then `meta`, then the era's rules, then the visible text.
//!
//! This file says in which order the parts are read, and puts together what comes from several of them. What a
//! part says is the business of the file with its name, and none of them may ask this one.

mod scene;
mod sheet;

mod byline;
mod cards;
mod layout;
mod ordered;
mod own;
mod parts;

mod around;
mod beside;
mod body;
mod feed_item;
mod fragment;
mod head;
mod tail;
mod titles;

mod credit;
mod images;
mod inline;
mod marked;
mod metas;
mod moments;
mod pieces;
mod said;
mod scripts;
mod section;
mod testimony;
mod topics;

use std::borrow::Cow;

use chrono::NaiveDate;
use url::Url;

use crate::{
    config::{Profile, Replacement, RuleField},
    extract::{
        effort::Effort,
        index::PageIndex,
        jsonld::Facts,
        judgement::SelfDescription,
        lines::folded_text,
        lists::OnceEach,
        rules::Compiled,
        stamp, strip,
        text::{essence, is_teaser},
    },
    html::{Document, ElementSet},
    model::{
        Block, Draft, Extraction, Field, Link, Origin, Placement, RawPage, Strip, Tag, Warning,
        WarningCode,
    },
};

pub(super) use feed_item::read as read_feed_item;
pub(super) use metas::{AUTHORS, PUBLISHED, TITLES, TOPICS, UPDATED};

use self::{
    around::Around,
    body::{Known, Story},
    cards::is_card,
    head::Head,
    images::FoundImage,
    scene::Scene,
    sheet::Sheet,
    tail::Tail,
    testimony::Testimony,
};

/// The most characters of a left-out text that a warning quotes.
const DETAIL_CHARS_MAX: usize = 160;

/// What was read from a page.
pub(super) struct PageRead {
    pub(super) extraction: Extraction,
    /// What the page says of itself.
    pub(super) said: SelfDescription,
}

/// Returns everything that a page says.
pub(super) fn read(text: &str, raw: &RawPage, rules: &Compiled, effort: &Effort) -> PageRead {
    let profile = &rules.profile;
    let text = replaced(text, profile);
    let document = Document::parse(&text);
    effort.note(&document);
    let index = rules.index(document.root(), rules.era(raw));
    let mut out = Extraction::default();
    if document.is_cut() {
        out.warnings.push(Warning::new(WarningCode::TooDeep, "page"));
    }
    let own = raw.url.clone().or_else(|| said_address(&index, profile));
    let scene = Scene::new(rules, own.as_ref());
    if let (None, Some(own)) = (&raw.url, own) {
        out.url = Some(profile.article_url(&own).unwrap_or(own));
        out.key.clone_from(&scene.key);
    }
    let sheet = Sheet::new(document.root(), scene, rules.era(raw), index, &mut out.warnings);
    let captured_on = rules.captured_on(raw);
    read_parts(&sheet, captured_on, &mut out);
    read_beside(&sheet, captured_on, &mut out);
    PageRead { said: self_description(&sheet), extraction: out }
}

/// Takes what is of other stories out of an index, as reading a page does. Returns what JSON-LD says of the page's own.
pub(super) fn own_facts(index: &mut PageIndex<'_>, raw: &RawPage, rules: &Compiled) -> Facts {
    let own = raw.url.clone().or_else(|| said_address(index, &rules.profile));
    let mut scene = Scene::new(rules, own.as_ref());
    own::keep_own(&mut scene, index, rules.era(raw));
    sheet::read_json_ld(&scene, index).0
}

/// Returns the source of a page with what the profile replaces in it.
pub(super) fn replaced<'t>(text: &'t str, profile: &Profile) -> Cow<'t, str> {
    let mut text = Cow::Borrowed(text);
    for Replacement { find, with } in &profile.replacements {
        if let Cow::Owned(changed) = find.replace_all(&text, with) {
            text = Cow::Owned(changed);
        }
    }
    text
}

/// Returns the addresses that a page gives itself, and whether its metadata calls it an article.
fn self_description(sheet: &Sheet<'_, '_>) -> SelfDescription {
    let address = |name| sheet.index.meta(&[name]).and_then(|it| sheet.scene.base.join(it).ok());
    let kind = sheet.index.meta(&["og:type"]);
    SelfDescription {
        addresses: ["canonical", "og:url"].into_iter().filter_map(address).collect(),
        is_article: kind.is_some_and(|it| it.eq_ignore_ascii_case("article"))
            || sheet.facts.published.is_some(),
    }
}

/// Returns the address that a page gives itself. One that is a story's is believed before one that is not: some templates say on
/// every page that the home page is the canonical one.
fn said_address(index: &PageIndex<'_>, profile: &Profile) -> Option<Url> {
    let said =
        || index.metas_of(&["canonical", "og:url"]).filter_map(|it| profile.base_url.join(it).ok());
    said().find(|it| profile.page_key(it).is_some()).or_else(|| said().next())
}

fn read_parts(sheet: &Sheet<'_, '_>, captured_on: Option<NaiveDate>, out: &mut Extraction) {
    let headline = titles::headline(sheet);
    let bare_headline = headline.as_ref().map(|said| essence(&said.value)).unwrap_or_default();
    let mut drop: ElementSet = sheet.find_all(RuleField::Drop).into_iter().collect();
    drop.union(&sheet.others);
    let named: ElementSet = sheet.furniture.iter().copied().collect();
    drop.extend(sheet.furniture.iter().copied());
    let embeds: ElementSet = sheet.find_all(RuleField::Embed).into_iter().collect();
    let subheadings: ElementSet = sheet.find_all(RuleField::Subheadings).into_iter().collect();
    let around = Around::new(sheet, &drop);
    let mut head = Head::read(sheet, &around);
    let known = Known {
        elements: &sheet.layout.stories,
        drop: &drop,
        named: &named,
        embeds: &embeds,
        subheadings: &subheadings,
        title: sheet.layout.headline.map(|hit| hit.element),
        headline: &bare_headline,
        is_guessed: sheet.layout.is_story_guessed,
        may_hold_stamp: !head.is_dated() || sheet.layout.is_story_guessed,
    };
    let mut story = body::read(&sheet.scene, &known);
    head.take_story(sheet, &mut story);
    read_strip(sheet, &around, &mut story, out);
    let tail = tail::read(sheet, &around.flat, &bare_headline);
    if story.is_too_deep {
        out.warnings.push(Warning::new(WarningCode::TooDeep, "body"));
    }
    let draft = &mut out.draft;
    if let Some(said) = headline {
        draft.headline = Some(said.value);
        draft.origins.push((Field::Headline, said.origin));
    }
    let left_out = fill_blocks(sheet, &mut story, &bare_headline, draft);
    let unnamed = unnamed(sheet, &drop);
    let left_out = unnamed.into_iter().chain(left_out);
    out.warnings.extend(left_out.map(|text| Warning::new(WarningCode::LeftOut, shortened(&text))));
    let above = std::mem::take(&mut story.above);
    if let Some(said) = titles::summary(sheet, &around, above, draft) {
        draft.summary = said.value;
        draft.origins.push((Field::Summary, said.origin));
    }
    out.warnings.extend(head.fill(sheet.rules, captured_on, draft));
    fill_lists(sheet, story, tail, draft);
}

/// Returns the texts between paragraphs that rules name one by one, without what is dropped.
fn unnamed(sheet: &Sheet<'_, '_>, drop: &ElementSet) -> Vec<String> {
    if sheet.find(RuleField::Paragraphs).next().is_none() {
        return Vec::new();
    }
    let between = parts::unnamed_between(&sheet.layout.stories).into_iter();
    let texts = between.filter(|it| !drop.contains(*it)).map(|it| folded_text(it));
    texts.filter(|it| !it.is_empty()).collect()
}

/// Returns the beginning of a text, for a warning.
fn shortened(text: &str) -> String {
    let end = text.char_indices().nth(DETAIL_CHARS_MAX);
    end.map_or_else(|| text.to_owned(), |(end, _)| format!("{}…", &text[..end]))
}

/// Reads what stands beside the story. Where nothing says when the page was captured, the day that it prints does.
fn read_beside(sheet: &Sheet<'_, '_>, captured_on: Option<NaiveDate>, out: &mut Extraction) {
    let captured_on = captured_on.or(out.strip.market_date);
    out.boards = beside::boards(sheet, captured_on, &mut out.warnings);
    out.most_read = beside::most_read(sheet);
    let origins = &mut out.draft.origins;
    if !out.boards.is_empty() {
        origins.push((Field::Boards, Origin::Markup));
    }
    if !out.most_read.is_empty() {
        origins.push((Field::MostRead, Origin::Markup));
    }
}

/// Puts the ticker together: rows around the story, then rows in it.
fn read_strip(sheet: &Sheet<'_, '_>, around: &Around<'_>, story: &mut Story, out: &mut Extraction) {
    let profile = &sheet.rules.profile;
    let in_story = std::mem::take(&mut story.quotes);
    let (Strip { quotes, .. }, warnings) =
        strip::strip(around.quotes.iter().cloned().chain(in_story).collect());
    out.warnings.extend(warnings);
    if !quotes.is_empty() {
        out.draft.origins.push((Field::Strip, Origin::Text));
    }
    let flat = &around.flat;
    let before = flat.headline.or(flat.after_body).unwrap_or(flat.lines.len());
    let date = |at| stamp::market_date(flat.line(at), &profile.text, profile.time_zone);
    let market_date = (0..before).find_map(date).or(story.market_date);
    if market_date.is_some() {
        out.draft.origins.push((Field::MarketDate, Origin::Text));
    }
    out.strip = Strip { market_date, quotes };
}

/// Fills in the story's blocks, with the picture that stands above it. Returns the texts that were left out.
fn fill_blocks(
    sheet: &Sheet<'_, '_>,
    story: &mut Story,
    headline: &str,
    draft: &mut Draft,
) -> Vec<String> {
    let mut left_out = std::mem::take(&mut story.left_out);
    draft.blocks = std::mem::take(&mut story.blocks);
    drop_teaser(&mut draft.blocks);
    let has_text = |draft: &Draft| draft.blocks.iter().any(|block| block.kind.is_text());
    let mut origin = if sheet.layout.is_story_guessed { Origin::Text } else { Origin::Markup };
    let ordered = sheet.ordered(RuleField::Body);
    if let Some(said) = &ordered {
        draft.blocks.retain(|block| !block.kind.is_text());
        draft.blocks.extend(ordered::story(&sheet.scene, sheet.era, headline, &said.value));
        left_out.clear();
        origin = said.origin;
    } else if let Some(said) = &sheet.facts.body {
        let testimony = Testimony::new(said);
        let is_guessed = sheet.layout.is_story_guessed;
        if !has_text(draft) || (is_guessed && testimony.says_far_more_than(&draft.blocks)) {
            draft.blocks.retain(|block| !block.kind.is_text());
            draft.blocks.extend(testimony.blocks());
            origin = Origin::JsonLd;
        } else if is_guessed && testimony.covers(&draft.blocks) {
            left_out.extend(testimony.keep_said(&mut draft.blocks));
        }
    }
    if !has_text(draft) {
        draft.blocks.extend(scripts::story(sheet.root));
        origin = Origin::Json;
    }
    if has_text(draft) {
        draft.origins.push((Field::Body, origin));
    }
    let mut images = std::mem::take(&mut story.images);
    if let Some(picture) = picture(sheet)
        && !draft.blocks.iter().any(|block| block.url == picture.block.url)
    {
        draft.blocks.insert(0, picture.block.clone());
        images.insert(0, picture);
    }
    draft.images = images::of_story(&draft.blocks, images, &sheet.index, &sheet.scene.base);
    left_out
}

/// Returns the picture between headline and story.
fn picture(sheet: &Sheet<'_, '_>) -> Option<FoundImage> {
    let mut hits = sheet.find(RuleField::Image).flatten().filter(|hit| sheet.is_between(hit));
    hits.find_map(|hit| {
        let image = hit.element.descendants().find(|it| it.name() == "img");
        let image = image.filter(|_| !is_card(&sheet.scene, hit.element, None))?;
        let around = hit.element.ancestors().take(2).find(|it| it.name() == "figure");
        let figure = if images::caption(hit.element).is_some() { Some(hit.element) } else { around };
        FoundImage::read(image, figure, &sheet.scene.base)
    })
}

/// Fills in tags and links of story and tail together, each once.
fn fill_lists(sheet: &Sheet<'_, '_>, story: Story, tail: Tail, draft: &mut Draft) {
    let mut tags: OnceEach<Tag> = OnceEach::default();
    tags.extend(story.tags.into_iter().chain(tail.tags.into_vec()));
    topics::fill(sheet, tags.into_vec(), draft);
    let mut links: OnceEach<Link> = OnceEach::default();
    links.extend(story.links.into_iter().chain(tail.links.into_vec()));
    if !links.iter().any(|it| it.placement == Placement::Related) {
        links.extend(tail::in_boxes(sheet).into_vec());
    }
    draft.links = links.into_vec();
    if !draft.links.is_empty() {
        draft.origins.push((Field::Links, Origin::Markup));
    }
}

/// Drops a first block that is the beginning of the second, cut off.
fn drop_teaser(blocks: &mut Vec<Block>) {
    if let [first, second, ..] = blocks.as_slice()
        && (first.text.ends_with("...") || first.text.ends_with('…'))
        && is_teaser(&first.text, &essence(&second.text))
    {
        blocks.remove(0);
    }
}
