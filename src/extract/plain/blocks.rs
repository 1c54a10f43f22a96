//! The story's lines put together into blocks.
//!
//! Which lines are the story's is not asked here.

use std::ops::Range;

use crate::{
    extract::text::{ends_sentence, is_bullet, is_rule, ruled_runs, unbullet},
    model::{Block, BlockKind},
};

use super::lines::TextLine;

/// Text files wrapped for a terminal have lines of about this length.
const WRAPPED: Range<usize> = 50..100;

/// Returns the blocks of a story: bullets in a row are a list, ruled lines a table, wrapped lines a paragraph.
pub(super) fn read(lines: &[&TextLine]) -> Vec<Block> {
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
        let text = |it: &&TextLine| match kind {
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

fn end_of(lines: &[&TextLine], at: usize, belongs: impl Fn(&TextLine) -> bool) -> usize {
    at + lines[at..].iter().take_while(|it| belongs(it)).count()
}

fn end_of_wrapped(lines: &[&TextLine], at: usize) -> usize {
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
