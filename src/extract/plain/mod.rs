//! A page as plain text: `.txt` files, and the text records of web archives.
//!
//! The order of a page is all there is to go by: ticker, navigation, section, headline, summary, stamp,
//! story, tags, the headline again, related headlines, comments (site profile notes).

use std::ops::Range;

use crate::{
    config::Profile,
    extract::{
        lists::push_link,
        stamp::{self, Stamp},
        strip::{self, Grammar},
        text::{
            ends_sentence, essence, fold, is_bullet, is_rule, is_teaser, ruled_runs, unbullet, verbatim,
            visible,
        },
    },
    model::{Block, BlockKind, Extraction, Field, Link, Origin, Placement, Warning, WarningCode},
};

/// The stamp stands within so many lines after the ticker, or there is none.
const HEADER_LINES_MAX: usize = 30;
/// A line of this length is prose, whatever it ends in.
const PROSE_CHARS_MIN: usize = 140;
/// A related headline is no longer.
const HEADLINE_CHARS_MAX: usize = 160;
/// Fewer headline-like lines before the end mark may as well be the story's own.
const RELATED_LINES_MIN: usize = 4;
/// Text files wrapped for a terminal have lines of about this length.
const WRAPPED: Range<usize> = 50..100;

struct Line {
    /// As written, invisible characters and outer white space gone.
    written: String,
    text: String,
    /// A blank line stands before it.
    is_apart: bool,
}

/// Read a page's text. Links have lost their targets and tags their boundaries.
pub(super) fn read(text: &str, profile: &Profile, grammar: &Grammar) -> Extraction {
    let mut out = Extraction::default();
    let text = &visible(text);
    let rows = grammar.scan(text);
    let had_strip = !rows.quotes.is_empty();
    (out.strip, out.warnings) = strip::strip(rows.quotes);
    if had_strip {
        out.draft.origins.push((Field::Strip, Origin::Text));
    }
    let lines = lines(text, &rows.ranges, grammar_prefix(profile));
    let reader = Reader { profile, lines };
    let (body_at, head) = reader.head(&mut out);
    let story = reader.story(body_at, &head, &mut out);
    let is_story = |it: &&Line| !profile.text.boilerplate.has(&it.text);
    out.draft.blocks = blocks(&reader.lines[story].iter().filter(is_story).collect::<Vec<_>>());
    if !out.draft.blocks.is_empty() {
        out.draft.origins.push((Field::Body, Origin::Text));
    }
    out
}

fn grammar_prefix(profile: &Profile) -> impl Fn(&str) -> bool {
    |line| profile.strip.prefix.as_ref().is_some_and(|it| it.is_match(line))
}

/// The lines of a text without its ticker rows.
fn lines(text: &str, rows: &[Range<usize>], is_prefix: impl Fn(&str) -> bool) -> Vec<Line> {
    let mut kept = text.as_bytes().to_vec();
    for range in rows {
        // A row may run over several lines; their breaks stay.
        kept[range.clone()].iter_mut().filter(|it| **it != b'\n').for_each(|it| *it = b' ');
    }
    let kept = String::from_utf8(kept).expect("whole characters were replaced by spaces");
    let mut lines = Vec::new();
    let mut is_apart = true;
    for raw in kept.lines() {
        let text = fold(raw);
        if text.is_empty() {
            is_apart = true;
        } else if !is_prefix(&text) {
            lines.push(Line { written: verbatim(raw), text, is_apart });
            is_apart = false;
        }
    }
    lines
}

struct Reader<'p> {
    profile: &'p Profile,
    lines: Vec<Line>,
}

/// What the lines before the story came to.
#[derive(Default)]
struct Head {
    headline: Option<String>,
}

impl Reader<'_> {
    /// Read the header; the story begins at the line returned.
    fn head(&self, out: &mut Extraction) -> (usize, Head) {
        let (rules, zone) = (&self.profile.text, self.profile.time_zone);
        let mut kept: Vec<usize> = Vec::new();
        let mut stamp: Option<(Stamp, usize)> = None;
        let mut printed = None;
        let mut section = None;
        for (at, line) in self.lines.iter().enumerate().take(HEADER_LINES_MAX) {
            if out.strip.market_date.is_none()
                && kept.is_empty()
                && let Some(day) = stamp::market_date(&line.text, rules, zone)
            {
                out.strip.market_date = Some(day);
                out.draft.origins.push((Field::MarketDate, Origin::Text));
                continue;
            }
            if kept.is_empty() && rules.furniture.has(&line.text) {
                continue;
            }
            if let Some(found) = stamp::print_edition(&line.text, rules) {
                (section, printed) = (found.0.or(section), Some(found.1));
                continue;
            }
            if let Some(found) = stamp::read(&line.text, rules, zone) {
                // A stamp may be broken over lines: "Published …" and "Updated …".
                let (mut joined, mut end) = (found, at + 1);
                while let Some(more) =
                    self.lines.get(end).and_then(|it| stamp::read(&it.text, rules, zone))
                    && more.byline.is_none()
                {
                    joined.published = joined.published.or(more.published);
                    joined.updated = joined.updated.or(more.updated);
                    end += 1;
                }
                stamp = Some((joined, end));
                break;
            }
            if is_prose(&line.text)
                && !is_bullet(&line.text)
                && !line.text.ends_with("...")
                && self.no_stamp_after(at)
            {
                break;
            }
            kept.push(at);
        }
        let body_at = match &stamp {
            Some((_, end)) => *end,
            None => self.body_without_stamp(&kept),
        };
        kept.retain(|it| *it < body_at);
        let mut stamp = stamp.map(|it| it.0).unwrap_or_default();
        let head = self.titles(&kept, section, &mut stamp, body_at, out);
        dates(&stamp, printed, out);
        (body_at, head)
    }

    fn no_stamp_after(&self, at: usize) -> bool {
        let (rules, zone) = (&self.profile.text, self.profile.time_zone);
        let next = self.lines.iter().take(HEADER_LINES_MAX).skip(at + 1).take(4);
        !next.into_iter().any(|it| stamp::read(&it.text, rules, zone).is_some())
    }

    /// Without a stamp the story begins at its first prose, or with its dateline.
    fn body_without_stamp(&self, kept: &[usize]) -> usize {
        let is_start =
            |it: &Line| is_prose(&it.text) || stamp::dateline(&it.text, &self.profile.text).is_some();
        let prose = self.lines.iter().position(|it| is_start(it) && !is_bullet(&it.text));
        prose.or(kept.last().map(|it| it + 1)).unwrap_or(0)
    }

    /// Section, headline, summary, and a byline on a line of its own, from the lines before the stamp.
    fn titles(
        &self,
        kept: &[usize],
        section: Option<String>,
        stamp: &mut Stamp,
        body_at: usize,
        out: &mut Extraction,
    ) -> Head {
        let rules = &self.profile.text;
        let text = |at: &usize| self.lines[*at].text.as_str();
        let is_section = |line: &str| rules.sections.contains(&line.to_lowercase());
        let (bullets, mut titles): (Vec<usize>, Vec<usize>) =
            kept.iter().partition(|it| is_bullet(text(it)));
        let mut set = |field: Field| out.draft.origins.push((field, Origin::Text));
        let mut section = section;
        let is_short = |it: &usize| text(it).split(' ').count() <= 3 && !ends_sentence(text(it));
        let repeated = titles.iter().position(|it| self.repeats(*it, body_at));
        // What stands above section and headline are counters and boxes nobody described.
        if let Some(known) =
            titles.iter().position(|it| is_section(text(it))).filter(|_| section.is_none())
        {
            section = Some(text(&titles[known]).to_owned());
            titles.drain(..=known);
        } else if let Some(headline) = repeated {
            if 0 < headline && section.is_none() && is_short(&titles[headline - 1]) {
                section = Some(text(&titles[headline - 1]).to_owned());
            }
            titles.drain(..headline);
        }
        if let Some(section) = section {
            out.draft.section = Some(section);
            set(Field::Section);
        }
        let is_name = |it: &&str| {
            let is_sure = stamp::is_sure_byline(it, rules);
            is_sure || (stamp.published.is_some() && it.split(' ').count() <= 4)
        };
        if stamp.byline.is_none()
            && 1 < titles.len()
            && let Some(name) = titles.last().map(text).filter(is_name).and_then(stamp::byline)
        {
            stamp.byline = Some(name);
            titles.pop();
        }
        let mut head = Head::default();
        let body = essence(self.lines.get(body_at).map_or("", |it| it.text.as_str()));
        let is_title = |it: &usize| !is_teaser(text(it), &body) && !text(it).ends_with("...");
        if let Some(first) = titles.iter().position(is_title) {
            let headline = text(&titles.remove(first)).to_owned();
            head.headline = Some(headline.clone());
            out.draft.headline = Some(headline);
            set(Field::Headline);
        }
        let mut summary: Vec<String> =
            bullets.iter().map(|it| unbullet(text(it)).to_owned()).filter(|it| !it.is_empty()).collect();
        let extra =
            titles.iter().filter(|it| is_title(it)).map(text).filter(|it| !rules.furniture.has(it));
        if summary.is_empty() {
            summary.extend(extra.map(str::to_owned));
        }
        if !summary.is_empty() {
            out.draft.summary = summary;
            set(Field::Summary);
        }
        if let Some(byline) = &stamp.byline {
            out.draft.authors = stamp::authors(byline);
            out.draft.byline = Some(byline.clone());
            set(Field::Byline);
        }
        head
    }

    /// Whether a line stands again after the story, as headlines do.
    fn repeats(&self, at: usize, body_at: usize) -> bool {
        self.lines[body_at.max(at + 1)..].iter().any(|it| it.text == self.lines[at].text)
    }

    /// The lines of the story; what follows them becomes related links and a warning about tags.
    fn story(&self, from: usize, head: &Head, out: &mut Extraction) -> Range<usize> {
        let rules = &self.profile.text;
        let rest = &self.lines[from.min(self.lines.len())..];
        let find = |wanted: &dyn Fn(&Line) -> bool| rest.iter().position(wanted).map(|it| it + from);
        let more = find(&|it| rules.more.has(&it.text));
        let over = find(&|it| rules.end.has(&it.text)).unwrap_or(self.lines.len());
        let list_end = more.unwrap_or(over).min(over);
        let repeat = head.headline.as_ref().and_then(|headline| {
            rest.iter()
                .take(list_end.saturating_sub(from))
                .rposition(|it| it.text == *headline)
                .map(|it| it + from)
        });
        let list_at = repeat.or_else(|| self.headlines_before(from, list_end, more.is_some()));
        let Some(list_at) = list_at else {
            let story = self.without_boilerplate(from, list_end);
            // Tags may stand before the comments with no list between.
            let is_marked = story.end == list_end && list_end < self.lines.len();
            return self.without_tags(story, is_marked, out);
        };
        for line in &self.lines[list_at..list_end] {
            if Some(&line.text) == out.draft.headline.as_ref() || rules.boilerplate.has(&line.text) {
                continue;
            }
            let link = Link {
                placement: Placement::Related,
                title: line.text.clone(),
                url: None,
                target: None,
            };
            push_link(&mut out.draft.links, link);
        }
        if !out.draft.links.is_empty() {
            out.draft.origins.push((Field::Links, Origin::Text));
        }
        let story = self.without_boilerplate(from, list_at);
        let copyright = (story.end < list_at).then_some(list_at);
        if let Some(list_at) = copyright {
            // Behind the copyright line stand only tags.
            if self.lines[story.end..list_at].iter().any(|it| !rules.boilerplate.has(&it.text)) {
                out.warnings
                    .push(Warning::new(WarningCode::TagsUnsplit, self.lines[list_at - 1].text.clone()));
            }
            return story;
        }
        self.without_tags(story, true, out)
    }

    /// The story without a last line of tags, if there can be one.
    fn without_tags(
        &self,
        story: Range<usize>,
        may_have_tags: bool,
        out: &mut Extraction,
    ) -> Range<usize> {
        let last = story.end.checked_sub(1).filter(|it| may_have_tags && story.start < *it);
        let Some(tags) = last.filter(|it| self.is_tag_line(*it)) else { return story };
        out.warnings.push(Warning::new(WarningCode::TagsUnsplit, self.lines[tags].text.clone()));
        story.start..tags
    }

    /// The run of headline-like lines that ends at the mark, where the headline itself is not known.
    fn headlines_before(&self, from: usize, end: usize, is_marked: bool) -> Option<usize> {
        let rules = &self.profile.text;
        let is_headline = |it: &&Line| {
            it.text.chars().count() <= HEADLINE_CHARS_MAX
                && !ends_sentence(&it.text)
                && !is_rule(&it.text)
                && !rules.boilerplate.has(&it.text)
        };
        let count = self.lines[from..end].iter().rev().take_while(is_headline).count();
        let enough = if is_marked { RELATED_LINES_MIN } else { RELATED_LINES_MIN * 2 };
        // The line above the list would be the tags; it stays out of both.
        (enough < count && count < end - from).then(|| end - count + 1)
    }

    /// Up to the first line of boilerplate behind which no more story comes.
    fn without_boilerplate(&self, from: usize, until: usize) -> Range<usize> {
        let rules = &self.profile.text;
        let is_story = |it: &Line| !rules.boilerplate.has(&it.text) && ends_sentence(&it.text);
        let story = &self.lines[from.min(until)..until];
        let end = story
            .iter()
            .enumerate()
            .find(|(at, it)| rules.boilerplate.has(&it.text) && !story[at + 1..].iter().any(is_story));
        from.min(until)..end.map_or(until, |it| it.0 + from)
    }

    /// Names in a row without a sentence's end: tags whose boundaries are lost. A signature `Name (City)`
    /// and the last line of a table are none.
    fn is_tag_line(&self, at: usize) -> bool {
        let text = &self.lines[at].text;
        let words = || text.split(' ');
        let named = words().filter(|it| it.starts_with(char::is_uppercase)).count();
        let has_figure =
            words().any(|it| it.starts_with(|it: char| it.is_ascii_digit()) && it.contains([',', '.']));
        !ends_sentence(text)
            && !text.ends_with(')')
            && !is_rule(text)
            && !is_bullet(text)
            && !self.lines[at].written.contains("  ")
            && !has_figure
            && words().count() <= 3 * named
    }
}

/// Days and moments of a stamp, with the day of the print edition behind them.
fn dates(stamp: &Stamp, printed: Option<chrono::NaiveDate>, out: &mut Extraction) {
    let draft = &mut out.draft;
    draft.published_on = stamp.published.map(|it| it.on).or(printed);
    draft.published_at = stamp.published.and_then(|it| it.at);
    draft.updated_at = stamp.updated.and_then(|it| it.at);
    for (field, is_set) in [
        (Field::PublishedOn, draft.published_on.is_some()),
        (Field::PublishedAt, draft.published_at.is_some()),
        (Field::UpdatedAt, draft.updated_at.is_some()),
    ] {
        if is_set {
            draft.origins.push((field, Origin::Text));
        }
    }
    if let Some(text) = &stamp.unreadable {
        out.warnings.push(Warning::new(WarningCode::DateUnreadable, text.clone()));
    }
}

fn is_prose(line: &str) -> bool {
    let length = line.chars().count();
    PROSE_CHARS_MIN <= length || (60 <= length && line.ends_with(['.', '"', '\u{201D}']))
}

/// Lines to blocks: bullets in a row are a list, ruled lines a table, wrapped lines a paragraph.
fn blocks(lines: &[&Line]) -> Vec<Block> {
    let written: Vec<Option<&str>> = lines.iter().map(|it| Some(it.written.as_str())).collect();
    let tables = ruled_runs(&written);
    let is_wrapped = lines.iter().all(|it| it.text.chars().count() <= WRAPPED.end);
    let mut blocks: Vec<Block> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let (kind, end) = if let Some(table) = tables.iter().find(|it| it.start == at) {
            (BlockKind::Table, table.end)
        } else if is_bullet(&lines[at].text) {
            (BlockKind::List, end_of(lines, at, |it| is_bullet(&it.text)))
        } else {
            (BlockKind::Paragraph, if is_wrapped { end_of_wrapped(lines, at) } else { at + 1 })
        };
        let text = |it: &&Line| match kind {
            BlockKind::Table => it.written.clone(),
            BlockKind::List => unbullet(&it.text).to_owned(),
            _ => it.text.clone(),
        };
        let separator = if kind == BlockKind::Paragraph { " " } else { "\n" };
        let text = lines[at..end].iter().map(text).collect::<Vec<_>>().join(separator);
        blocks.push(Block { kind, text, url: None });
        at = end;
    }
    blocks
}

fn end_of(lines: &[&Line], at: usize, belongs: impl Fn(&Line) -> bool) -> usize {
    at + lines[at..].iter().take_while(|it| belongs(it)).count()
}

fn end_of_wrapped(lines: &[&Line], at: usize) -> usize {
    let mut end = at + 1;
    while let (Some(last), Some(next)) = (lines.get(end - 1), lines.get(end)) {
        let is_full = WRAPPED.contains(&last.text.chars().count()) && !last.written.contains("  ");
        if !is_full
            || next.is_apart
            || ends_sentence(&last.text)
            || is_rule(&next.text)
            || is_bullet(&next.text)
        {
            break;
        }
        end += 1;
    }
    end
}
