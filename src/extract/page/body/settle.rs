//! Which blocks of a story's element are the story: what to make of lines that read like furniture.
//!
//! A line is furniture for what it is and where it stands, never for its words alone: `Comments` above a paragraph of the story is a
//! heading in it, above nothing it is the end. That can only be told when all of the blocks are known, so the walk marks such
//! lines, and they are judged here. Text that is lost is not lost in silence.

use std::collections::HashMap;

use crate::{
    config::Profile,
    extract::{
        stamp,
        text::{ends_sentence, ruled_runs},
    },
    html::{Child, Element},
    model::{Block, BlockKind},
};

use super::found::FoundCounts;

/// A text of at least this many characters is a paragraph, not a label.
const PROSE_CHARS_MIN: usize = 40;
/// What a page says so often is no part of a story.
const REPEATED_MIN: usize = 3;
/// The most bytes of a line that is only a date and time.
const MOMENT_BYTES_MAX: usize = 100;
/// How sentences end in scripts that have marks of their own.
const SENTENCE_ENDS: [char; 14] =
    ['。', '」', '）', '』', ')', '।', '॥', '۔', '؟', '።', '։', '។', '။', '།'];
/// A line with more words is a sentence, whatever it ends in.
const LABEL_WORDS_MAX: usize = 12;
const LABEL_BYTES_MAX: usize = 120;

/// A block, with what is known of where it stood.
pub(super) struct PlacedBlock<'d> {
    pub(super) block: Block,
    /// A paragraph as written, for tables that are laid out in paragraphs.
    pub(super) written: Option<String>,
    /// The element that holds the block's own.
    pub(super) around: Option<Element<'d>>,
    pub(super) label: Option<LineLabel>,
    /// What had been found beside the text until then.
    pub(super) before: FoundCounts,
}

/// What a line reads like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineLabel {
    /// The end of the story: `Comments`.
    End,
    /// The beginning of a list of other stories: `Read more`.
    More,
    /// A heading that says what furniture says: `Facebook`.
    Heading,
    /// A paragraph that does.
    Line,
}

/// What became of the lines.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct StoryEnd {
    /// The story ended here: what was found later is not its own.
    pub(super) end: Option<FoundCounts>,
    /// Links from this one on are of a list of other stories.
    pub(super) related_from: Option<usize>,
    /// Texts that were left out although the story goes on, or that may have been the story's.
    pub(super) left_out: Vec<String>,
}

/// Takes out of a story's blocks what is no part of it.
pub(super) fn settle(blocks: &mut Vec<PlacedBlock<'_>>) -> StoryEnd {
    let mut settlement = StoryEnd::default();
    if blocks.iter().all(|it| it.label.is_none()) {
        return settlement;
    }
    let last_prose = blocks.iter().rposition(PlacedBlock::is_prose);
    let mut at = 0;
    let mut prose_before: Vec<Option<Element<'_>>> = Vec::new();
    let mut in_tail = false;
    let mut kept: Vec<bool> = Vec::with_capacity(blocks.len());
    while at < blocks.len() {
        let it = &blocks[at];
        let goes_on =
            || blocks[at + 1..].iter().any(|it| it.is_prose() && prose_before.contains(&it.around));
        let is_kept = match it.label {
            None => !(in_tail && it.block.kind == BlockKind::Heading && !goes_on()),
            Some(label) if label != LineLabel::Line && heads_story(blocks, at, &prose_before) => true,
            Some(LineLabel::End) if !prose_before.is_empty() && !goes_on() => {
                settlement.end = Some(it.before);
                break;
            }
            Some(label) => {
                if label == LineLabel::More && !goes_on() {
                    settlement.related_from = settlement.related_from.or(Some(it.before.links));
                    in_tail = true;
                }
                false
            }
        };
        if !is_kept
            && it.label.is_some()
            && last_prose.is_some_and(|last| at < last)
            && !prose_before.is_empty()
        {
            settlement.left_out.push(it.block.text.clone());
        }
        if it.is_prose() && !prose_before.contains(&it.around) {
            prose_before.push(it.around);
        }
        kept.push(is_kept);
        at += 1;
    }
    let lost = blocks[at..].iter().filter(|it| it.is_prose() && it.label.is_none());
    settlement.left_out.extend(lost.map(|it| it.block.text.clone()));
    let mut kept = kept.into_iter();
    blocks.retain(|_| kept.next().unwrap_or(false));
    settlement
}

/// Removes from a story whose element was guessed the blocks that are not part of it: texts that are repeated, lines that are only a date,
/// headings over nothing, and labels after the last sentence. Returns what may be missed: sentences, and lines beside the last one.
pub(super) fn trim(blocks: &mut Vec<PlacedBlock<'_>>, profile: &Profile) -> Vec<String> {
    let is_moment = |text: &str| {
        let stamp = || stamp::read(text, &profile.text, profile.time_zone);
        text.len() <= MOMENT_BYTES_MAX && stamp().is_some_and(|it| it.byline.is_none())
    };
    let mut times: HashMap<String, usize> = HashMap::new();
    for it in blocks.iter().filter(|it| it.block.kind.is_text()) {
        *times.entry(it.block.text.clone()).or_default() += 1;
    }
    let mut left_out = Vec::new();
    blocks.retain(|it| {
        let is_repeated = REPEATED_MIN <= times.get(&it.block.text).copied().unwrap_or(0);
        let goes = it.block.kind.is_text() && (is_repeated || is_moment(&it.block.text));
        if goes && it.is_prose() && !left_out.contains(&it.block.text) {
            left_out.push(it.block.text.clone());
        }
        !goes
    });
    let is_text = |it: &PlacedBlock<'_>| it.block.kind.is_text();
    let last = blocks.iter().rposition(|it| is_text(it) && !it.is_label());
    // Buttons have a box of their own; lines under a heading beside the story are its results, its dates, its names.
    let home = last.and_then(|last| blocks[last].around);
    let is_beside = |it: &PlacedBlock<'_>| home.is_some() && it.around == home && is_text(it);
    let after = last.map_or(blocks.len(), |last| last + 1);
    let beside = || blocks[after..].iter().filter(|it| is_beside(it));
    let mut kinds = beside().map(|it| it.block.kind).skip_while(|it| *it != BlockKind::Heading);
    let has_section = kinds.any(|it| it == BlockKind::Paragraph);
    let lines = beside().filter(|it| !has_section && it.block.kind == BlockKind::Paragraph);
    left_out.extend(lines.map(|it| it.block.text.clone()));
    let mut at = 0;
    blocks.retain(|it| {
        at += 1;
        at <= after || !is_text(it) || (has_section && is_beside(it))
    });
    let heads_nothing: Vec<bool> = (0..blocks.len()).map(|at| heads_nothing(blocks, at)).collect();
    let mut heads_nothing = heads_nothing.into_iter();
    blocks.retain(|_| !heads_nothing.next().unwrap_or(false));
    left_out
}

/// Whether a block is a heading over links alone.
fn heads_nothing(blocks: &[PlacedBlock<'_>], at: usize) -> bool {
    let Some(next) = blocks[at + 1..].iter().find(|it| it.block.kind.is_text()) else {
        return blocks[at].block.kind == BlockKind::Heading;
    };
    blocks[at].block.kind == BlockKind::Heading && blocks[at].before.links < next.before.links
}

/// Whether the story goes on right below a line, beside its own earlier paragraphs: the line is a heading in it.
fn heads_story(blocks: &[PlacedBlock<'_>], at: usize, prose_before: &[Option<Element<'_>>]) -> bool {
    let line = &blocks[at];
    let Some(next) = blocks.get(at + 1) else { return false };
    let is_text =
        next.label.is_none() && next.block.kind.is_text() && next.block.kind != BlockKind::Heading;
    is_text
        && next.around == line.around
        && next.before == line.before
        && prose_before.contains(&line.around)
}

/// Returns the blocks; paragraphs between ruled lines are one table.
pub(super) fn join_ruled_paragraphs(placed: Vec<PlacedBlock<'_>>) -> Vec<Block> {
    let written: Vec<Option<&str>> = placed.iter().map(|it| it.written.as_deref()).collect();
    let runs = ruled_runs(&written);
    let tables = runs.iter().map(|run| {
        let text = written[run.clone()].iter().flatten().copied().collect::<Vec<_>>().join("\n");
        Block { kind: BlockKind::Table, text, url: None }
    });
    let tables: Vec<Block> = tables.collect();
    let mut blocks: Vec<Block> = placed.into_iter().map(|it| it.block).collect();
    for (run, table) in runs.into_iter().zip(tables).rev() {
        blocks.splice(run, [table]);
    }
    blocks
}

/// Whether a paragraph is one element in bold, and nothing beside it.
pub(super) fn is_bold(paragraph: Element<'_>) -> bool {
    let mut inside = paragraph.children().filter(|it| match it {
        Child::Text(text) => !text.trim_ascii().is_empty(),
        Child::Element(_) => true,
    });
    let is_one =
        matches!(inside.next(), Some(Child::Element(it)) if matches!(it.name(), "b" | "strong"));
    is_one && inside.next().is_none()
}

impl PlacedBlock<'_> {
    /// Whether it is a line that says nothing by itself.
    fn is_label(&self) -> bool {
        let words = self.block.text.split_whitespace().count();
        let is_open = !ends_sentence(&self.block.text) && !self.block.text.ends_with(SENTENCE_ENDS);
        match self.block.kind {
            BlockKind::Heading => true,
            BlockKind::Paragraph => {
                is_open && words <= LABEL_WORDS_MAX && self.block.text.len() <= LABEL_BYTES_MAX
            }
            _ => false,
        }
    }

    /// Whether it is a sentence, and no label.
    fn is_prose(&self) -> bool {
        self.label.is_none()
            && self.block.kind == BlockKind::Paragraph
            && self.block.text.chars().nth(PROSE_CHARS_MIN).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROSE: &str = "The harbour was busy on the day, and nobody went home before it was dark.";

    #[track_caller]
    fn check(lines: &[(&str, Option<LineLabel>)], expect: &[&str], left_out: &[&str]) {
        let placed = |it: &(&str, Option<LineLabel>)| {
            let kind = if it.0.starts_with('#') { BlockKind::Heading } else { BlockKind::Paragraph };
            let block = Block { kind, text: it.0.to_owned(), url: None };
            PlacedBlock {
                block,
                written: None,
                around: None,
                label: it.1,
                before: FoundCounts::default(),
            }
        };
        let mut blocks: Vec<_> = lines.iter().map(placed).collect();
        let settlement = settle(&mut blocks);
        let kept: Vec<&str> = blocks.iter().map(|it| it.block.text.as_str()).collect();
        assert_eq!(kept, expect, "{lines:?}");
        assert_eq!(settlement.left_out, left_out, "{lines:?}");
    }

    #[test]
    fn a_line_is_furniture_for_where_it_stands() {
        let end = Some(LineLabel::End);
        check(&[(PROSE, None), ("#Comments", end), (PROSE, None)], &[PROSE, "#Comments", PROSE], &[]);
        check(&[(PROSE, None), ("#Comments", end), ("#Log in", None)], &[PROSE], &[]);
        check(&[("#Comments", end), ("#Rope", None), (PROSE, None)], &["#Rope", PROSE], &[]);
        let heading = Some(LineLabel::Heading);
        check(&[(PROSE, None), ("#Print", heading), (PROSE, None)], &[PROSE, "#Print", PROSE], &[]);
        check(&[(PROSE, None), ("#Print", heading), ("#Share", heading)], &[PROSE], &[]);
        let more = Some(LineLabel::More);
        check(&[(PROSE, None), ("#Read more", more), ("#Rope", None)], &[PROSE], &[]);
    }

    #[test]
    fn what_is_lost_between_paragraphs_is_said() {
        let line = Some(LineLabel::Line);
        check(&[(PROSE, None), ("Share", line), (PROSE, None)], &[PROSE, PROSE], &["Share"]);
        check(&[(PROSE, None), ("Share", line)], &[PROSE], &[]);
    }
}
