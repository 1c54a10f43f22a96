//! Text as a person sees it: white space folded, what is invisible left out; and how two texts are compared.
//!
//! It is the floor of this folder: nothing here knows of elements, dates or profiles.

use std::{borrow::Cow, ops::Range};

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Stands in flattened text where two elements touch without white space between them. A ticker row
/// may be split there (`<b>ANL</b><b>34.36</b>`), a word may not be (`<b>O</b>GDC`), so the reader of
/// the text decides what it means. Never part of a result.
pub(super) const SEAM: char = '\u{1}';

/// Whether a character is not seen: zero-width and direction marks, the byte order mark and word joiner (site profile notes, "Markup"),
/// invisible operators, tag characters, and control characters that are no white space.
pub(super) fn is_invisible(ch: char) -> bool {
    matches!(
        ch,
        '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}'
            | '\u{AD}'
            | '\u{E0000}'..='\u{E007F}'
    ) || (ch.is_control() && !ch.is_whitespace())
}

/// Returns the characters of a text that are seen, and those that say how letters join: in Persian, Urdu and the scripts of India
/// they are spelling, and they make one picture of several.
pub(super) fn visible_chars(text: &str) -> impl Iterator<Item = char> {
    let mut before = None;
    text.char_indices().filter_map(move |(at, ch)| {
        if !is_invisible(ch) {
            before = Some(ch);
            return before;
        }
        let next = || text[at + ch.len_utf8()..].chars().next();
        let is_joiner = matches!(ch, '\u{200C}' | '\u{200D}')
            && before.is_some_and(may_join)
            && next().is_some_and(may_join);
        is_joiner.then_some(ch)
    })
}

/// Whether a character is of a script whose letters join, or a picture.
fn may_join(ch: char) -> bool {
    '\u{590}' <= ch
        && !ch.is_whitespace()
        && !matches!(ch, '\u{2000}'..='\u{2BFF}' | '\u{3000}'..='\u{303F}')
}

/// Whether a character is shown as it is written and never composes with another: the letters, figures and marks that most papers are
/// printed in.
fn is_plain(ch: char) -> bool {
    matches!(
        ch,
        ' '..='~'
            | '\u{A1}'..='\u{AC}'
            | '\u{AE}'..='\u{2FF}'
            | '\u{410}'..='\u{44F}'
            | '\u{2010}'..='\u{2027}'
            | '\u{3041}'..='\u{3096}'
            | '\u{30A1}'..='\u{30FA}'
            | '\u{4E00}'..='\u{9FFF}'
            | '\u{AC00}'..='\u{D7A3}'
    )
}

/// Whether a text is made of plain characters.
fn is_all_plain(text: &str) -> bool {
    let odd = text.bytes().fold(0, |odd, it| odd | u8::from(!matches!(it, b' '..=b'~')));
    odd == 0 || text.chars().all(is_plain)
}

/// Whether a text is made of plain characters and white space.
fn is_plain_or_blank(text: &str) -> bool {
    text.chars().all(|it| is_plain(it) || it.is_whitespace())
}

/// Returns a text with its white space folded to single spaces, without what is invisible, composed (NFC). Where two elements
/// touch between sentences, they are apart.
pub(super) fn fold(text: &str) -> String {
    if is_folded(text) {
        return text.to_owned();
    }
    let mut folded = String::with_capacity(text.len());
    let mut is_all_plain = true;
    for (nth, part) in text.split(SEAM).enumerate() {
        let starts_sentence =
            || visible_chars(part).next().is_some_and(char::is_uppercase) && is_after_sentence(&folded);
        if 0 < nth && starts_sentence() {
            folded.push(' ');
        }
        if is_plain_or_blank(part) {
            fold_words(part, &mut folded);
        } else {
            is_all_plain = false;
            for ch in visible_chars(part) {
                if ch.is_whitespace() { end_word(&mut folded) } else { folded.push(ch) }
            }
        }
    }
    if folded.ends_with(' ') {
        folded.pop();
    }
    if is_all_plain { folded } else { compose(folded) }
}

/// Adds a text of plain characters and white space to what is folded before it.
fn fold_words(text: &str, folded: &mut String) {
    let mut words = text.split_whitespace();
    if text.starts_with(char::is_whitespace) {
        end_word(folded);
    }
    if let Some(word) = words.next() {
        folded.push_str(word);
    }
    for word in words {
        folded.push(' ');
        folded.push_str(word);
    }
    if text.ends_with(char::is_whitespace) {
        end_word(folded);
    }
}

/// Adds the space after a word.
fn end_word(folded: &mut String) {
    if !folded.is_empty() && !folded.ends_with(' ') {
        folded.push(' ');
    }
}

/// Whether a text ends with a sentence; a capital and a dot may be an abbreviation.
fn is_after_sentence(text: &str) -> bool {
    let mut last = text.trim_end_matches(['"', '\'', '\u{201D}', '\u{2019}', '»', ')']).chars().rev();
    let is_mark = last.next().is_some_and(|it| matches!(it, '.' | '!' | '?' | '\u{2026}'));
    is_mark && last.next().is_some_and(|it| it.is_lowercase() || it.is_numeric() || it == '%')
}

/// Whether a text is plain words with single spaces between: most lines are, by the time they are asked for.
pub(super) fn is_folded(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.first() == Some(&b' ') || bytes.last() == Some(&b' ') {
        return false;
    }
    // Without an early exit, the compiler compares many bytes at a time.
    let pairs = bytes.iter().zip(bytes.iter().skip(1));
    let gap = pairs.fold(0, |gap, (a, b)| gap | u8::from(*a == b' ') & u8::from(*b == b' '));
    gap == 0 && is_all_plain(text)
}

/// Like [`fold`], with elements that touch taken apart: for labels, dates and bylines.
pub(super) fn fold_apart(text: &str) -> Cow<'_, str> {
    if is_folded(text) {
        Cow::Borrowed(text)
    } else if text.contains(SEAM) {
        Cow::Owned(fold(&text.replace(SEAM, " ")))
    } else {
        Cow::Owned(fold(text))
    }
}

/// Returns the text of a table: spaces and line breaks stay, blank lines around it do not.
pub(super) fn verbatim(text: &str) -> String {
    let mut lines: Vec<Cow<'_, str>> = Vec::new();
    for line in text.split('\n') {
        if is_all_plain(line) {
            lines.push(Cow::Borrowed(line.trim_end()));
            continue;
        }
        let clean = visible_chars(line);
        let line: String = clean.map(|it| if it == '\u{A0}' { ' ' } else { it }).collect();
        lines.push(Cow::Owned(compose(line.trim_end().to_owned())));
    }
    let is_blank = |it: &Cow<'_, str>| it.is_empty();
    let start = lines.iter().position(|it| !is_blank(it)).unwrap_or(lines.len());
    let end = lines.iter().rposition(|it| !is_blank(it)).map_or(start, |it| it + 1);
    lines[start..end].join("\n")
}

fn compose(text: String) -> String {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return text;
    }
    text.nfc().collect()
}

/// Returns a text without what is invisible, line breaks and spaces as they are.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_invisible) {
        Cow::Owned(visible_chars(text).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Returns raised figures as Unicode writes them, so that `10` and a raised `6` are not 106; other text as it is.
pub(super) fn raised(text: &str) -> Cow<'_, str> {
    figures(text, |it| match it {
        '0' => Some('⁰'),
        '1' => Some('¹'),
        '2' => Some('²'),
        '3' => Some('³'),
        '4'..='9' => char::from_u32(u32::from('⁴') + (u32::from(it) - u32::from('4'))),
        '+' => Some('⁺'),
        '-' | '\u{2212}' | '\u{2013}' => Some('⁻'),
        _ => None,
    })
}

/// Returns lowered figures as Unicode writes them; other text as it is.
pub(super) fn lowered(text: &str) -> Cow<'_, str> {
    figures(text, |it| it.to_digit(10).and_then(|digit| char::from_u32(u32::from('₀') + digit)))
}

fn figures(text: &str, sign: impl Fn(char) -> Option<char>) -> Cow<'_, str> {
    let bare = text.trim();
    let signs: Option<String> = bare.chars().map(sign).collect();
    let signs = signs.filter(|it| !it.is_empty() && bare.contains(|it: char| it.is_ascii_digit()));
    signs.map_or(Cow::Borrowed(text), |signs| Cow::Owned(text.replace(bare, &signs)))
}

/// Returns the letters and digits of a text in lower case: for asking whether two texts say the same.
pub(super) fn essence(text: &str) -> String {
    let mut essence = String::with_capacity(text.len());
    add_essence(text, &mut essence);
    essence
}

/// Adds the essence of a text.
pub(super) fn add_essence(text: &str, essence: &mut String) {
    for ch in text.chars() {
        if ch.is_ascii_alphanumeric() {
            essence.push(ch.to_ascii_lowercase());
        } else if !ch.is_ascii() && ch.is_alphanumeric() {
            essence.extend(ch.to_lowercase());
        }
    }
}

/// Whether `essence` is the essence of a text.
pub(super) fn has_essence(text: &str, essence: &str) -> bool {
    let letters = text.chars().filter(|it| it.is_alphanumeric());
    letters.flat_map(char::to_lowercase).eq(essence.chars())
}

/// Whether a text only repeats the beginning of the story. `body` is the essence of the story.
pub(super) fn is_teaser(text: &str, body: &str) -> bool {
    let mut letters = body.chars();
    let mut own = text.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).peekable();
    own.peek().is_some() && own.all(|it| letters.next() == Some(it))
}

/// Whether a line is a rule of `=`, `-` or `_` that lays out a table in plain text.
pub(super) fn is_rule(line: &str) -> bool {
    let line = line.trim();
    5 <= line.len()
        && line.chars().all(|it| matches!(it, '=' | '-' | '_' | '+' | '|' | ' '))
        && 5 <= line.chars().filter(|it| matches!(it, '=' | '-' | '_')).count()
}

/// Longer lines are prose that happens to stand between two rules.
const TABLE_LINE_MAX: usize = 160;
/// More lines are not one table.
const TABLE_LINES_MAX: usize = 80;

/// Returns the places of tables laid out line by line: from a rule to the last rule that belongs to it. `None` is something
/// that is no line, and ends a table.
pub(super) fn ruled_runs(lines: &[Option<&str>]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if !line.is_some_and(is_rule) {
            continue;
        }
        if let Some(run) = runs.last_mut() {
            let between = &lines[run.end..at];
            let is_line = |it: &str| it.chars().count() <= TABLE_LINE_MAX;
            if between.len() <= TABLE_LINES_MAX && between.iter().all(|it| it.is_some_and(is_line)) {
                run.end = at + 1;
                continue;
            }
        }
        runs.push(at..at + 1);
    }
    runs.retain(|it| 1 < it.len());
    runs
}

const BULLETS: [char; 7] = ['•', '●', '▪', '‣', '*', '·', '–'];

/// Whether a line is an item of a list in plain text.
pub(super) fn is_bullet(line: &str) -> bool {
    line.starts_with(BULLETS) || line.starts_with("- ")
}

/// Returns a line without its bullet.
pub(super) fn unbullet(line: &str) -> &str {
    if is_bullet(line) { line.trim_start_matches(BULLETS).trim_start_matches(['-', ' ']) } else { line }
}

/// Whether a line ends as a sentence does.
pub(super) fn ends_sentence(line: &str) -> bool {
    line.trim_end_matches(['"', '\'', '\u{201D}', '\u{2019}', ')', ']'])
        .ends_with(['.', '!', '?', '\u{2026}', ':', ';', ','])
}

/// Returns a text without the blanks and the marks between parts of a line at its ends: commas, bars, bullets, colons, dashes.
pub(super) fn trim_seams(text: &str) -> &str {
    text.trim_matches(|it: char| {
        it.is_whitespace() || matches!(it, ',' | '|' | '·' | '•' | ':' | '-' | '–' | '—' | '/')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_drops_what_is_invisible_and_keeps_what_is_not() {
        assert_eq!(fold(" a\u{200B}b\u{A0}\u{A0}c\t\nd\u{FEFF} "), "ab c d");
        assert_eq!(fold("cafe\u{301}"), "caf\u{e9}");
        assert_eq!(fold("Rs 8,00"), "Rs 8,00");
        assert_eq!(fold("a\u{1}b\u{7}"), "ab");
        assert_eq!(fold("It rose.\u{1}It fell. The U.\u{1}S. rate"), "It rose. It fell. The U.S. rate");
        assert_eq!(fold_apart("Reuters\u{1}08 Mar"), "Reuters 08 Mar");
    }

    /// What is plain is folded a word at a time, and to what one character at a time is folded to.
    #[test]
    fn plain_text_is_folded_as_any_other() {
        let alphabet = [
            ' ', '\n', '\u{A0}', 'a', 'É', 'e', '\u{301}', '\u{200B}', '\u{AD}', '한', 'か', '\u{3099}',
        ];
        let one_by_one = |text: &str| {
            let blank = |it: char| if it.is_whitespace() { ' ' } else { it };
            let seen: String = visible_chars(text).map(blank).nfc().collect();
            seen.split(' ').filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ")
        };
        for number in 0..alphabet.len().pow(4) {
            let letters = (0..4).map(|at| alphabet[number / alphabet.len().pow(at) % alphabet.len()]);
            let text: String = letters.collect();
            assert_eq!(fold(&text), one_by_one(&text), "{text:?}");
            assert!(!is_folded(&text) || fold(&text) == text, "{text:?}");
        }
    }

    #[test]
    fn what_says_how_letters_join_is_spelling() {
        for text in ["شادی\u{200C}ها", "👩\u{200D}👧", "क्\u{200D}ष"] {
            assert_eq!(fold(&format!(" {text}\u{200C} ")), text);
        }
        assert_eq!(fold("a\u{200C}b \u{200D}c"), "ab c");
    }

    #[test]
    fn raised_figures_are_told_from_others() {
        assert_eq!(
            (raised("6").as_ref(), raised("-12").as_ref(), raised("th").as_ref()),
            ("⁶", "⁻¹²", "th")
        );
        assert_eq!(
            (lowered("2").as_ref(), lowered("n").as_ref(), raised("*").as_ref()),
            ("₂", "n", "*")
        );
    }

    #[test]
    fn an_essence_is_told_without_making_it() {
        for text in ["", " - ", "Rs 8,00", "KARACHI: The rupee", "ÉTÉ İzmir", "a\u{1}b"] {
            assert!(has_essence(text, &essence(text)), "{text}");
            assert!(!has_essence(text, &(essence(text) + "x")), "{text}");
            assert!(!has_essence(&format!("{text}x"), &essence(text)), "{text}");
        }
    }

    #[test]
    fn a_table_reaches_from_its_first_rule_to_its_last() {
        let lines = ["a", "=====", "h", "-----", "1  2", "=====", "b"].map(Some);
        let [run] = ruled_runs(&lines).try_into().expect("one table");
        assert_eq!(run, 1..6);
        assert!(ruled_runs(&[Some("====="), Some("a")]).is_empty());
        assert!(ruled_runs(&[Some("====="), None, Some("=====")]).is_empty());
    }

    #[test]
    fn tables_keep_their_spaces() {
        assert_eq!(verbatim("\n\n  a   b  \n\n====\n x\u{A0} y\u{200B}\n\n"), "  a   b\n\n====\n x  y");
    }

    #[test]
    fn a_teaser_may_end_inside_a_word() {
        let body = essence("KARACHI: The rupee gained against the dollar on Monday.");
        assert!(is_teaser("KARACHI: The rupee gained against the dol...", &body));
        assert!(!is_teaser("The rupee lost.", &body));
    }
}
