//! What may reach a terminal: text, line ends and our own colours. Everything else that moves a cursor, changes a title, fills a
//! clipboard or turns text around is shown as a mark, whoever wrote it: a file name, an address, a page. It is not part of
//! `printer`, which decides where text goes, because it knows nothing but characters.

use std::borrow::Cow;

/// Stands for a character that may not reach a terminal.
const MARK: char = '\u{FFFD}';

/// Returns a text without what would act on a terminal. Colours (`ESC [ … m`) are kept where `colours` says that they are ours.
pub(super) fn safe(text: &str, colours: Colours) -> Cow<'_, str> {
    if !text.chars().any(is_active) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(ch) = rest.chars().next() {
        let colour = if colours == Colours::Ours { colour_len(rest) } else { 0 };
        let len = colour.max(ch.len_utf8());
        if 0 < colour || !is_active(ch) {
            safe.push_str(&rest[..len]);
        } else {
            safe.push(MARK);
        }
        rest = &rest[len..];
    }
    Cow::Owned(safe)
}

/// Who put colours into a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colours {
    /// The program.
    Ours,
    /// Nobody that is trusted.
    Foreign,
}

/// Whether a character acts on a terminal instead of being shown: controls, direction marks, tags.
fn is_active(ch: char) -> bool {
    matches!(
        ch,
        '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{E0000}'..='\u{E007F}'
    ) || (ch.is_control() && !matches!(ch, '\n' | '\t'))
}

/// Returns the length of a colour that a text begins with; 0 where it begins with none.
fn colour_len(text: &str) -> usize {
    let Some(codes) = text.strip_prefix("\u{1b}[") else { return 0 };
    let end = codes.find(|it: char| !it.is_ascii_digit() && it != ';').unwrap_or(codes.len());
    if codes[end..].starts_with('m') { "\u{1b}[".len() + end + 1 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_our_colours_pass_and_nothing_else_that_acts() {
        let check = |text: &str, expect: &str| assert_eq!(safe(text, Colours::Ours), expect, "{text:?}");
        check("Rupee\tfirm\n", "Rupee\tfirm\n");
        check("\u{1b}[1;33mbold\u{1b}[0m", "\u{1b}[1;33mbold\u{1b}[0m");
        check("a\u{1b}]0;title\u{7}b", "a\u{FFFD}]0;title\u{FFFD}b");
        check("\u{1b}[2J\u{1b}[3", "\u{FFFD}[2J\u{FFFD}[3");
        check(
            "\u{202e}left\u{2066}\u{E0041}\u{9b}31m\r",
            "\u{FFFD}left\u{FFFD}\u{FFFD}\u{FFFD}31m\u{FFFD}",
        );
        assert_eq!(safe("\u{1b}[8mhidden", Colours::Foreign), "\u{FFFD}[8mhidden");
    }
}
