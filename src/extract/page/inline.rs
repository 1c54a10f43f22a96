//! Text on its way to becoming paragraphs: what stands between two elements that end a paragraph.
//!
//! It keeps white space and links as they are written. What the text means is not known here; `body/` asks when
//! the paragraph ends.

use std::{borrow::Cow, ops::Range};

use crate::{
    extract::{
        kinds::is_block,
        text::{SEAM, fold, is_bullet, lowered, raised, unbullet},
    },
    html::{Element, Step},
    model::{Block, BlockKind},
};

/// Fewer lines with bullets are no list.
const ITEMS_MIN: usize = 2;

/// Text on its way to becoming a paragraph: white space as written, `\n` for `br`.
#[derive(Default)]
pub(super) struct Inline<'d> {
    pub(super) text: String,
    pub(super) links: Vec<InlineLink<'d>>,
    /// The link that is being read, from where it was not filed yet.
    open: Option<InlineLink<'d>>,
}

/// How figures in a text are set.
#[derive(Clone, Copy)]
pub(super) enum Figures {
    Plain,
    Raised,
    Lowered,
}

/// A link in such a text.
pub(super) struct InlineLink<'d> {
    pub(super) range: Range<usize>,
    pub(super) href: &'d str,
}

impl<'d> Inline<'d> {
    /// Returns what was collected, and begins anew. A link that is being read goes on: it may hold several paragraphs.
    pub(super) fn take(&mut self) -> Self {
        let open = self.open_link(None).map(|href| InlineLink { range: 0..0, href });
        std::mem::replace(self, Self { open, ..Self::default() })
    }

    /// Begins a link, or ends it with `None`. Returns the one that was being read.
    pub(super) fn open_link(&mut self, href: Option<&'d str>) -> Option<&'d str> {
        let end = self.text.len();
        let next = href.map(|href| InlineLink { range: end..end, href });
        let InlineLink { range, href } = std::mem::replace(&mut self.open, next)?;
        if range.start < end {
            self.links.push(InlineLink { range: range.start..end, href });
        }
        Some(href)
    }

    /// Adds text of the page. Its white space is white space: line breaks of the source are not the reader's.
    pub(super) fn push(&mut self, text: &str) {
        // A line break of the source after a `br` is that `br`.
        let text = if self.text.ends_with('\n') {
            text.strip_prefix("\r\n").or(text.strip_prefix('\n')).unwrap_or(text)
        } else {
            text
        };
        for (nth, part) in text.split(['\n', '\r', '\t']).enumerate() {
            if 0 < nth {
                self.text.push(' ');
            }
            self.text.push_str(part);
        }
    }

    /// Notes that an element begins or ends here.
    pub(super) fn seam(&mut self) {
        if self.text.ends_with(|it: char| !it.is_whitespace() && it != SEAM) {
            self.text.push(SEAM);
        }
    }

    /// Adds text of the page whose figures are set in some way.
    pub(super) fn set(&mut self, text: &str, figures: Figures) {
        let is_after_figure =
            || self.text.trim_end_matches(SEAM).ends_with(|it: char| it.is_ascii_digit());
        let text = match figures {
            Figures::Raised => raised(text),
            // Only beside other figures would it be read as one of them: CO2 is what people write.
            Figures::Lowered if is_after_figure() => lowered(text),
            Figures::Lowered | Figures::Plain => Cow::Borrowed(text),
        };
        self.push(&text);
    }

    /// Blanks lines that a `br` breaks apart: their characters become spaces, so that links keep their place.
    pub(super) fn blank(&mut self, goes: impl Fn(&str) -> bool) {
        if !self.text.contains('\n') {
            return;
        }
        let mut blanked = String::with_capacity(self.text.len());
        for line in self.text.split_inclusive('\n') {
            if goes(line) {
                let end = line.trim_end_matches('\n');
                blanked.extend(std::iter::repeat_n(' ', end.len()));
                blanked.push_str(&line[end.len()..]);
            } else {
                blanked.push_str(line);
            }
        }
        self.text = blanked;
    }

    /// Returns what stands in a paragraph beside its links.
    pub(super) fn beside_links(&self, range: &Range<usize>, links: &[&InlineLink<'d>]) -> String {
        let mut beside = String::new();
        let mut at = range.start;
        for link in links {
            beside.push_str(&self.text[at..link.range.start.max(at)]);
            beside.push(' ');
            at = link.range.end;
        }
        beside.push_str(&self.text[at..range.end]);
        beside
    }

    /// Adds all text inside an element.
    pub(super) fn collect(&mut self, element: Element<'d>) {
        for step in element.walk() {
            match step {
                Step::Text(text) => self.push(text),
                Step::Open(it) if is_block(it.name()) => self.text.push('\n'),
                Step::Open(_) | Step::Close(_) => self.seam(),
            }
        }
    }
}

/// Whether a character is white space, or a seam.
pub(super) fn is_blank(ch: char) -> bool {
    ch.is_whitespace() || ch == SEAM
}

/// Returns the paragraphs of a text: two line breaks in a row end one, a single one is white space.
pub(super) fn paragraphs(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut start, mut last_break) = (0, None);
    // Most have no break.
    let broken = if text.contains('\n') { text } else { "" };
    for (at, ch) in broken.char_indices() {
        if ch == '\n' {
            if let Some(first) = last_break.replace(at)
                && start <= first
            {
                found.push(start..first);
                start = at;
            }
        } else if !is_blank(ch) {
            last_break = None;
        }
    }
    found.push(start..text.len());
    found
}

/// Returns the blocks of a paragraph that has bullets on lines of its own, broken by `br`: a list, and the paragraphs
/// around it. `None` for any other paragraph.
pub(super) fn itemized(written: &str) -> Option<Vec<Block>> {
    if written.lines().filter(|line| is_bullet(line.trim_start())).count() < ITEMS_MIN {
        return None;
    }
    let lines: Vec<String> = written.lines().map(fold).filter(|line| !line.is_empty()).collect();
    let mut blocks: Vec<Block> = Vec::new();
    for run in lines.chunk_by(|a, b| is_bullet(a) == is_bullet(b)) {
        // One line that begins with a dash is a line of speech.
        let is_list = ITEMS_MIN <= run.len() && is_bullet(&run[0]);
        let items: Vec<&str> =
            run.iter().map(|line| if is_list { unbullet(line) } else { line }).collect();
        let items: Vec<&str> = items.into_iter().filter(|item| !item.is_empty()).collect();
        let (kind, seam) = if is_list { (BlockKind::List, "\n") } else { (BlockKind::Paragraph, " ") };
        match blocks.last_mut() {
            Some(last) if last.kind == BlockKind::Paragraph && !is_list => {
                last.text += " ";
                last.text += &items.join(" ");
            }
            _ => blocks.push(Block { kind, text: items.join(seam), url: None }),
        }
    }
    blocks.iter().any(|block| block.kind == BlockKind::List).then_some(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: &str, expect: Option<&[(BlockKind, &str)]>) {
        let blocks = itemized(written);
        let found: Option<Vec<_>> =
            blocks.as_ref().map(|it| it.iter().map(|it| (it.kind, it.text.as_str())).collect());
        assert_eq!(found.as_deref(), expect, "{written}");
    }

    #[test]
    fn a_link_over_paragraphs_is_a_link_in_each() {
        let mut inline = Inline::default();
        let linked = |it: &Inline<'_>| -> Vec<String> {
            it.links.iter().map(|link| it.text[link.range.clone()].to_owned()).collect()
        };
        inline.push("ab ");
        assert_eq!(inline.open_link(Some("/x")), None);
        inline.push("one");
        assert_eq!(linked(&inline.take()), ["one"]);
        inline.push("記");
        assert_eq!(inline.open_link(None), Some("/x"));
        inline.push(" two");
        assert_eq!(linked(&inline.take()), ["記"]);
        assert_eq!((inline.open_link(None), linked(&inline)), (None, Vec::new()));
    }

    #[test]
    fn bullets_on_lines_of_a_paragraph_are_a_list() {
        use BlockKind::{List, Paragraph};
        check("• one\n• two", Some(&[(List, "one\ntwo")]));
        check(
            "The terms:\n- one\n- two\nThat is all.\nReally.",
            Some(&[(Paragraph, "The terms:"), (List, "one\ntwo"), (Paragraph, "That is all. Really.")]),
        );
        check("One line.\n– And a second voice.\nA third.", None);
        check("• alone", None);
        check("a\nb", None);
    }
}
