//! Headline and summary: what a page says of its story in a few words.
//!
//! Where the headline's element is was found by `layout.rs`. Here the witnesses are weighed: metadata against
//! what is printed, and lines of a summary against the beginning of the story, which a teaser repeats.

use std::ops::Range;

use crate::{
    config::{RuleField, TextRules},
    extract::{
        lines::element_text,
        signature, stamp,
        text::{add_essence, essence, fold, has_essence, is_bullet, is_teaser, unbullet},
    },
    html::unescape,
    model::{BlockKind, Draft, Origin},
};

use super::{
    around::Around,
    metas::DESCRIPTIONS,
    said::Said,
    sheet::{Sheet, without_site},
};

/// A shorter line between headline and story is a label, or a standfirst where nothing else stands there.
const SUMMARY_CHARS_MIN: usize = 60;
/// The fewest words of a standfirst.
const STANDFIRST_WORDS_MIN: usize = 5;
/// A bullet of one word is a label.
const BULLET_WORDS_MIN: usize = 2;

/// Returns the headline.
pub(super) fn headline(sheet: &Sheet<'_, '_>) -> Option<Said<String>> {
    if sheet.is_title_ordered {
        return sheet.title.clone();
    }
    let element = sheet.layout.headline.map(|hit| hit.element);
    let printed = element.map(|it| fold(&element_text(it))).filter(|text| !text.is_empty());
    match (&sheet.title, printed) {
        // Metadata has limits of length; the page has none.
        (Some(said), Some(printed)) if is_cut(&said.value, &printed) => {
            Some(Said::new(printed, Origin::Markup))
        }
        // What follows the printed headline after a bar is the site's, a section's or a day's name.
        (Some(said), Some(printed)) if has_tail(&said.value, &printed) => {
            Some(Said::new(printed, said.origin))
        }
        (Some(said), _) => Some(said.clone()),
        (None, Some(printed)) if sheet.layout.is_headline_guessed => {
            Some(Said::new(printed, Origin::Text))
        }
        (None, Some(printed)) => Some(Said::new(printed, Origin::Markup)),
        (None, None) => {
            let title = without_site(sheet.index.title.as_deref()?, sheet.rules);
            Some(Said::new(title, Origin::Text)).filter(|said| !said.value.is_empty())
        }
    }
}

/// Whether a title is the printed one and something after a dash or bar.
fn has_tail(said: &str, printed: &str) -> bool {
    let tail = said.strip_prefix(printed).map(str::trim_start);
    !printed.is_empty() && tail.is_some_and(|it| it.starts_with(['|', '-', '–', '—', '·']))
}

/// Whether a title ends in dots, or is no more than the beginning of a longer one.
fn is_cut(said: &str, printed: &str) -> bool {
    let bare = essence(said);
    let longer = essence(printed);
    !bare.is_empty()
        && bare.len() < longer.len()
        && longer.starts_with(&bare)
        && (ends_open(said) || 100 <= said.chars().count())
}

/// Returns the lines of the summary: bullets that the profile names, else lines between headline and story
/// that do not repeat its beginning, else the description in the metadata, else one short line between headline and story. `above` are
/// lines that were found inside the story's element, above its stamp.
pub(super) fn summary(
    sheet: &Sheet<'_, '_>,
    around: &Around<'_>,
    above: Vec<String>,
    draft: &Draft,
) -> Option<Said<Vec<String>>> {
    if let Some(said) = sheet.ordered(RuleField::Summary) {
        let lines = said.value.iter().flat_map(|it| it.lines()).map(|it| fold(&unescape(it)));
        return Some(Said::new(lines.filter(|it| !it.is_empty()).collect(), said.origin));
    }
    let opening = Opening::of(draft);
    let title = draft.headline.as_deref().map(essence).unwrap_or_default();
    let is_new = |text: &String| !text.is_empty() && !has_essence(text, &title);
    let named = sheet.find(RuleField::Summary).map(|hits| {
        let before = hits.iter().filter(|hit| sheet.is_before_story(hit));
        before.map(|hit| fold(&element_text(hit.element))).filter(is_new).collect::<Vec<_>>()
    });
    let mut bullets = named.map(|lines| Said::new(lines, Origin::Markup));
    let mut standfirst = None;
    let summary = bullets.find(|said| !said.value.is_empty()).or_else(|| {
        let mut lines = above;
        if lines.is_empty() {
            let printed = PrintedLines::between(sheet, around);
            (lines, standfirst) = (printed.summary, printed.standfirst);
        }
        let is_news = |line: &String| is_new(line) && !opening.is_repeated_by(line);
        let lines: Vec<String> = lines.into_iter().filter(is_news).collect();
        Some(Said::new(lines, Origin::Text)).filter(|said| !said.value.is_empty())
    });
    let summary = summary.or_else(|| {
        let described = description(sheet, &opening)?;
        is_new(&described.value).then(|| Said::new(vec![described.value], described.origin))
    });
    let summary = summary.or_else(|| {
        let line = standfirst.filter(|it| is_new(it) && !opening.is_repeated_by(it))?;
        Some(Said::new(vec![line], Origin::Text))
    });
    let is_teaser = |line: &String| opening.is_repeated_by(line) && ends_open(line);
    summary.filter(|said| !said.value.iter().all(is_teaser))
}

/// How a story begins, in essence.
struct Opening {
    whole: String,
    /// Where its first paragraphs begin, whatever stands above them.
    paragraphs: Vec<usize>,
    /// These paragraphs without their dateline.
    undated: Vec<Range<usize>>,
}

impl Opening {
    fn of(draft: &Draft) -> Self {
        let mut opening = Self { whole: String::new(), paragraphs: Vec::new(), undated: Vec::new() };
        let whole = &mut opening.whole;
        for block in draft.blocks.iter().filter(|block| block.kind.is_text()) {
            let is_first = block.kind == BlockKind::Paragraph && opening.paragraphs.len() < 2;
            if is_first {
                opening.paragraphs.push(whole.len());
            }
            match block.text.split_once(": ").filter(|_| is_first) {
                Some((place, rest)) => {
                    add_essence(place, whole);
                    let from = whole.len();
                    add_essence(rest, whole);
                    opening.undated.push(from..whole.len());
                }
                None => add_essence(&block.text, whole),
            }
        }
        opening
    }

    /// Whether a text only repeats the beginning of the story.
    fn is_repeated_by(&self, text: &str) -> bool {
        is_teaser(text, &self.whole)
            || self.paragraphs.iter().any(|from| is_teaser(text, &self.whole[*from..]))
            || self.undated.iter().any(|range| is_teaser(text, &self.whole[range.clone()]))
    }
}

/// Returns the description in the metadata, unless it is taken from the story.
fn description(sheet: &Sheet<'_, '_>, opening: &Opening) -> Option<Said<String>> {
    let json = sheet.facts.description.as_deref().map(|text| Said::new(text, Origin::JsonLd));
    let meta = || {
        let text = sheet.index.meta(DESCRIPTIONS)?;
        Some(Said::new(text, Origin::Meta))
    };
    let said = json.or_else(meta)?;
    let text = fold(&unescape(said.value));
    let is_of_the_story = ends_open(&text)
        || opening.whole.is_empty()
        || opening.is_repeated_by(&text)
        || opening.whole.contains(&essence(&text))
        || sheet.rules.profile.text.furniture.has(&text);
    (!is_of_the_story).then(|| Said::new(text, said.origin))
}

/// What is printed between headline and story.
#[derive(Default)]
struct PrintedLines {
    /// Lines that may be a summary: the items of a list, else prose.
    summary: Vec<String>,
    /// A short line that says something, where it is the only one.
    standfirst: Option<String>,
}

impl PrintedLines {
    /// Reads the lines between headline and story.
    fn between(sheet: &Sheet<'_, '_>, around: &Around<'_>) -> Self {
        let flat = &around.flat;
        let (Some(title), Some(body)) = (flat.headline, flat.after_body) else { return Self::default() };
        let profile = &sheet.rules.profile;
        let is_label = |text: &str| {
            profile.text.furniture.has(text)
                || profile.text.boilerplate.has(text)
                || stamp::print_edition(text, &profile.text).is_some()
        };
        let (mut items, mut prose, mut standfirsts) = (Vec::new(), Vec::new(), Vec::new());
        for at in (title + 1..body.min(flat.lines.len())).filter(|at| !around.is_ticker(*at)) {
            let line = &flat.lines[at];
            let text = unbullet(&fold(flat.line(at))).to_owned();
            let is_stamp = stamp::read(flat.line(at), &profile.text, profile.time_zone).is_some();
            let linked: usize = flat.links_of(at).map(|link| link.range.len()).sum();
            let is_link = line.range.len() <= linked;
            if line.is_furniture || is_link || is_stamp || is_label(&text) {
                continue;
            }
            let is_item = line.is_item || is_bullet(flat.line(at));
            if is_item && BULLET_WORDS_MIN <= text.split(' ').count() {
                items.push(text);
            } else if SUMMARY_CHARS_MIN <= text.chars().count() {
                prose.push(text);
            } else if linked == 0 && is_standfirst(&text, line.is_heading, &profile.text) {
                standfirsts.push(text);
            }
        }
        // One of several is as likely to be a button.
        let standfirst = standfirsts.pop().filter(|_| standfirsts.is_empty());
        Self { summary: if items.is_empty() { prose } else { items }, standfirst }
    }
}

/// Whether a short line says something of a story: a sentence, or a heading of several words.
fn is_standfirst(text: &str, is_heading: bool, rules: &TextRules) -> bool {
    STANDFIRST_WORDS_MIN <= text.split(' ').count()
        && (is_heading || text.ends_with(['.', '!', '?']))
        && signature::after_by(text).is_none()
        && !signature::is_sure_byline(text, rules)
}

/// Whether a text ends in dots: it was cut off.
fn ends_open(text: &str) -> bool {
    text.ends_with("...") || text.ends_with('…')
}
