//! The ticker strip, recognised by the grammar of its rows in whatever elements they stand:
//! `row = symbol price words [arrow] change "(" pct "%)"` (site profile notes, "Ticker strip").
//!
//! The words are looked for; what stands before and after them must be the rest of a row. A row counts if it touches
//! another row, or has its lines to itself: a sentence about shares does neither. Elements are not known here, which
//! is why the boards, whose rows only their elements tell apart, are not read by this file.

use std::ops::Range;

use regex::bytes::Regex;

use crate::{
    config::StripWords,
    model::{Decimal, Direction, Quote, QuoteKind, Strip, Warning, WarningCode},
};

use super::{
    sums::contradicts_itself,
    text::{SEAM, essence, fold_apart, has_essence},
};

/// Longer symbols are words.
const SYMBOL_MAX: usize = 12;
/// No market lists more; what follows is not a strip.
const ROWS_MAX: usize = 1000;
/// At most one character in this many of a ticker belongs to no row.
const OTHER_SHARE: usize = 5;

/// The grammar of one profile.
pub(super) struct Grammar {
    /// The words of any direction.
    words: Option<Regex>,
    /// The essence of those for up and down.
    up: String,
    down: String,
    rules: StripWords,
}

/// The most bytes that may stand before the first row on a line.
const PREFIX_BYTES_MAX: usize = 400;

/// Rows of a text, with the ranges of text they fill.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) quotes: Vec<Quote>,
    pub(super) ranges: Vec<Range<usize>>,
}

impl Rows {
    /// Whether a row fills any of a part of the text.
    pub(super) fn touch(&self, part: &Range<usize>) -> bool {
        // Rows are in the order of the text.
        let next = self.ranges.partition_point(|row| row.end <= part.start);
        self.ranges.get(next).is_some_and(|row| row.start < part.end)
    }
}

struct TickerRow {
    quote: Quote,
    range: Range<usize>,
}

impl Grammar {
    pub(super) fn new(rules: &StripWords) -> Self {
        let phrases = [&rules.up, &rules.down, &rules.flat];
        // Where Unicode must say what a word is, a pattern takes longer to compile, and to be looked for.
        let (flags, blank) = if phrases.iter().all(|it| it.is_ascii()) {
            ("i-u", r"(?:[\s\x01]|\xC2\xA0)+")
        } else {
            ("i", r"[\s\x01]+")
        };
        let words_of =
            |it: &&String| it.split_whitespace().map(regex::escape).collect::<Vec<_>>().join(blank);
        let any = phrases.iter().map(words_of).collect::<Vec<_>>().join("|");
        let pattern = format!(r"(?{flags})\b(?:{any})\b");
        let has_words = phrases.iter().all(|it| !it.trim().is_empty());
        let words = has_words.then(|| Regex::new(&pattern).expect("escaped words are a pattern"));
        Self { words, up: essence(&rules.up), down: essence(&rules.down), rules: rules.clone() }
    }

    /// Returns every row of a text in lines.
    pub(super) fn scan(&self, text: &str) -> Rows {
        let mut rows = Rows::default();
        let mut run: Vec<TickerRow> = Vec::new();
        for row in self.rows(text) {
            let touches = run.last().is_some_and(|it| is_gap(&text[it.range.end..row.range.start]));
            if !touches {
                self.keep(text, &mut run, &mut rows);
            }
            run.push(row);
        }
        self.keep(text, &mut run, &mut rows);
        rows
    }

    /// Keeps a run of rows that is a ticker: a single row must have its lines to itself, two must begin or end theirs;
    /// three are a strip.
    fn keep(&self, text: &str, run: &mut Vec<TickerRow>, rows: &mut Rows) {
        let (begins, ends) = match run.as_slice() {
            [] => return,
            [first, .., last] => {
                (self.begins_line(text, first.range.start), ends_line(text, last.range.end))
            }
            [only] => (self.begins_line(text, only.range.start), ends_line(text, only.range.end)),
        };
        let is_strip = match run.len() {
            1 => begins && ends,
            2 => begins || ends,
            _ => true,
        };
        for row in run.drain(..).filter(|_| is_strip) {
            rows.quotes.push(row.quote);
            rows.ranges.push(row.range);
        }
    }

    fn begins_line(&self, text: &str, at: usize) -> bool {
        let mut from = at.saturating_sub(PREFIX_BYTES_MAX);
        while !text.is_char_boundary(from) {
            from += 1;
        }
        let near = &text[from..at];
        let line = near.rfind('\n').map(|it| it + 1).or((from == 0).then_some(0));
        let Some(line) = line else { return false };
        let prefix = fold_apart(&near[line..]);
        prefix.is_empty() || self.rules.prefix.as_ref().is_some_and(|it| it.is_match(&prefix))
    }

    /// Returns the rows of a text that is a ticker and hardly anything else: labels, headings of columns.
    pub(super) fn fill(&self, text: &str) -> Option<Vec<Quote>> {
        let rows = self.scan(text);
        if rows.quotes.is_empty() {
            return None;
        }
        let words = |it: &str| it.chars().filter(|it| !is_separator(*it)).count();
        let filled: usize = rows.ranges.iter().map(|it| words(&text[it.clone()])).sum();
        let all = words(text);
        ((all - filled) * OTHER_SHARE <= all).then_some(rows.quotes)
    }

    fn rows<'t>(&'t self, text: &'t str) -> impl Iterator<Item = TickerRow> + 't {
        // The words of a row stand before its percent sign, and most of a page comes after the last one.
        let last = text.rfind('%').unwrap_or(0);
        let found = self.words.iter().flat_map(move |it| it.find_iter(&text.as_bytes()[..last]));
        let mut free = 0;
        found.take(ROWS_MAX).filter_map(move |words| {
            let words = words.range();
            let direction = self.direction(&text[words.clone()]);
            let row = self.row(text, words, direction).filter(|it| free <= it.range.start)?;
            free = row.range.end;
            Some(row)
        })
    }

    /// Whether a text has any of the words.
    pub(super) fn has_words(&self, text: &str) -> bool {
        self.words.as_ref().is_some_and(|it| it.is_match(text.as_bytes()))
    }

    fn direction(&self, words: &str) -> Direction {
        if has_essence(words, &self.up) {
            Direction::Up
        } else if has_essence(words, &self.down) {
            Direction::Down
        } else {
            Direction::Flat
        }
    }

    /// The row around its words.
    fn row(&self, text: &str, words: Range<usize>, direction: Direction) -> Option<TickerRow> {
        let (price, at) = token_before(text, words.start)?;
        let (symbol, start) = token_before(text, at)?;
        let is_symbol = symbol.len() <= SYMBOL_MAX
            && symbol.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit());
        if !is_symbol {
            return None;
        }
        let price: Decimal = price.parse().ok()?;
        let mut rest = Cursor { text, at: words.end };
        rest.skip_gap();
        rest.take(|it| matches!(it, '▲' | '▼' | '△' | '▽'));
        let change: Decimal = rest.number()?;
        rest.skip_gap();
        rest.expect('(')?;
        let change_pct: Decimal = rest.number()?;
        rest.skip_gap();
        rest.expect('%')?;
        rest.skip_gap();
        rest.expect(')')?;
        let is_index = self.rules.indices.iter().any(|it| it == symbol);
        let kind = if is_index { QuoteKind::Index } else { QuoteKind::Stock };
        let symbol = symbol.to_owned();
        let mut quote = Quote { symbol, kind, price, change, change_pct, direction, suspect: false };
        quote.suspect = contradicts_itself(&quote);
        Some(TickerRow { quote, range: start..rest.at })
    }
}

/// Returns the rows with each symbol once, and what was left out: strips that scroll stand twice on the page.
pub(super) fn strip(quotes: Vec<Quote>) -> (Strip, Vec<Warning>) {
    let mut strip = Strip::default();
    let mut warnings = Vec::new();
    for quote in quotes {
        match strip.quotes.iter().find(|it| it.symbol == quote.symbol) {
            Some(first) if *first == quote => {}
            Some(_) => warnings.push(Warning::new(WarningCode::QuoteRepeated, quote.symbol)),
            None => {
                if quote.suspect {
                    warnings.push(Warning::new(WarningCode::QuoteSuspect, &*quote.symbol));
                }
                strip.quotes.push(quote);
            }
        }
    }
    (strip, warnings)
}

fn is_separator(ch: char) -> bool {
    ch == SEAM
        || ch.is_whitespace()
        || matches!(ch, '\u{200B}'..='\u{200F}' | '\u{FEFF}' | '\u{2060}' | '\u{AD}')
}

/// Between two rows of one strip stands nothing but white space, and perhaps a divider.
fn is_gap(text: &str) -> bool {
    text.chars().all(|it| is_separator(it) || matches!(it, '|' | '•' | '·'))
}

fn ends_line(text: &str, at: usize) -> bool {
    text[at..].chars().take_while(|it| *it != '\n').all(is_separator)
}

/// The word that ends before `end`, and where it begins.
fn token_before(text: &str, end: usize) -> Option<(&str, usize)> {
    let before = text[..end].trim_end_matches(is_separator);
    let start =
        before.char_indices().rev().take_while(|it| !is_separator(it.1) && it.1 != ')').last()?.0;
    Some((&before[start..], start))
}

struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

impl Cursor<'_> {
    fn take(&mut self, accept: impl Fn(char) -> bool) -> Option<char> {
        let next = self.text[self.at..].chars().next().filter(|it| accept(*it))?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn skip_gap(&mut self) {
        while self.take(is_separator).is_some() {}
    }

    fn expect(&mut self, ch: char) -> Option<()> {
        self.take(|it| it == ch).map(|_| ())
    }

    fn number(&mut self) -> Option<Decimal> {
        self.skip_gap();
        let start = self.at;
        while self
            .take(|it| it.is_ascii_digit() || matches!(it, '+' | '-' | '\u{2212}' | '.' | ','))
            .is_some()
        {}
        self.text[start..self.at].parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    fn scan(text: &str) -> Rows {
        static GRAMMAR: LazyLock<Grammar> =
            LazyLock::new(|| Grammar::new(&Config::default().profile.strip));
        GRAMMAR.scan(text)
    }

    #[track_caller]
    fn one(text: &str) -> Quote {
        let rows = scan(text);
        assert_eq!(rows.quotes.len(), 1, "{text}");
        rows.quotes[0].clone()
    }

    #[test]
    fn direction_comes_from_the_words() {
        let check = |text, expect| assert_eq!(one(text).direction, expect, "{text}");
        check("SILK 1.35 No Change ▼ 0.00 (0%)", Direction::Flat);
        check("KSE30 35,458 Decreased By -0.1 (-0%)", Direction::Down);
        check("ANL 34.36 Increased By ▲ 0.36 (1.06%)", Direction::Up);
    }

    #[test]
    fn numbers_are_exact_and_indices_are_known() {
        let quote = one("KSE100 159,280 Increased By 1043.4 (0.66%)");
        assert_eq!((quote.kind, quote.suspect), (QuoteKind::Index, false));
        assert_eq!(quote.price.to_string(), "159280");
        assert_eq!(quote.change.to_string(), "1043.4");
        let quote = one("AIRLINK 191.54 Decreased By ▼ -21.28 (-10%)");
        assert_eq!((quote.kind, quote.suspect), (QuoteKind::Stock, false));
    }

    #[test]
    fn a_row_may_stand_in_any_elements() {
        for text in [
            "ANL\u{1}34.36\u{1}Increased By\u{1}▲\u{1}0.36\u{1}(1.06%)",
            "ANL\n34.36\nIncreased By ▲ 0.36 (1.06%)",
            "ANL\n34.36\nIncreased By\n▲ 0.36\n(1.06%)",
            "ANL\u{a0}34.36\u{a0}Increased\u{a0}By\u{a0}▲\u{a0}0.36\u{a0}(1.06%)",
            "\u{200b}ANL 34.36 Increased By ▲ 0.36 ( 1.06 % )\u{feff}",
            "ANL 34.36 increased by ▲ 0.36 (1.06%)",
            "date 2021-03-08 ANL 34.36 Increased By ▲ 0.36 (1.06%)",
        ] {
            assert_eq!(one(text).symbol, "ANL", "{text}");
        }
    }

    #[test]
    fn a_sentence_about_shares_is_no_row() {
        for text in [
            "Shares of ANL 34.36 Increased By ▲ 0.36 (1.06%) on Monday",
            "ANL 34.36 Increased By ▲ 0.36 (1.06%) as volumes rose",
            "The top gainer: ANL 34.36 Increased By ▲ 0.36 (1.06%)",
            "ANL 34.36 Increased By a third",
            "No Change",
            "anl 34.36 Increased By ▲ 0.36 (1.06%)",
            "We saw ANL 34.36 Increased By 0.36 (1.06%) ASC 15.06 Increased By 0.16 (1.07%) before the halt",
            "ANL 34.36 Increased By 0.36 (1.06%), ASC 15.06 Increased By 0.16 (1.07%), led the way",
        ] {
            assert!(scan(text).quotes.is_empty(), "{text}");
        }
    }

    #[test]
    fn rows_in_a_row_are_a_strip_whatever_stands_around_them() {
        let row = "ANL 34.36 Increased By ▲ 0.36 (1.06%)";
        assert_eq!(scan(&format!("PSX: {row}{row} {row} Mar 08, 2021")).quotes.len(), 3);
        assert_eq!(scan(&format!("{row} | {row} Mar 08, 2021")).quotes.len(), 2);
    }

    #[test]
    fn arithmetic_marks_a_row_and_never_drops_it() {
        let check = |text, suspect| assert_eq!(one(text).suspect, suspect, "{text}");
        check("ANL 34.36 Increased By ▲ 0.36 (1.60%)", true);
        check("ANL 34.36 Decreased By ▼ 0.36 (1.06%)", true);
        check("HUBC 85.90 Decreased By ▼ -0.43 (-0.5%)", false);
        check("BR30 25,865 Increased By ▲ 110.7 (0.43%)", false);
        check("KSE30 35,458 Decreased By -0.1 (-0%)", false);
        check("BR100 4,971 Increased By ▲ 6.08 (0.32%)", true);
        check("X 1.00 Increased By ▲ 1.00 (100%)", true);
    }

    #[test]
    fn a_symbol_stands_once() {
        let text = "ANL 34.36 Increased By ▲ 0.36 (1.06%)\n".repeat(2)
            + "ANL 34.37 Increased By ▲ 0.37 (1.09%)";
        let (strip, warnings) = strip(scan(&text).quotes);
        assert_eq!(strip.quotes.len(), 1);
        assert_eq!(warnings, [Warning::new(WarningCode::QuoteRepeated, "ANL")]);
    }

    proptest! {
        #[test]
        fn a_row_reads_back_as_it_was_written(
            symbol in "[A-Z][A-Z0-9]{0,9}", price in 101_i64..99_999_999, change in -100_i64..100, pct in -999_i64..999,
        ) {
            let words = match change.signum() { 1 => "Increased By", -1 => "Decreased By", _ => "No Change" };
            let (price, change, pct) = (Decimal::new(price, 2), Decimal::new(change, 2), Decimal::new(pct, 2));
            let quote = one(&format!("{symbol} {price} {words} ▼ {change} ({pct}%)"));
            prop_assert_eq!((quote.symbol, quote.price, quote.change, quote.change_pct), (symbol, price, change, pct));
        }

        #[test]
        fn no_text_breaks_the_scanner(text in "(ANL|34|\\.|,|Increased By|No Change|▲|\\(|%|\\)|-| |\n|\u{1}|é){0,40}") {
            let rows = scan(&text);
            prop_assert_eq!(rows.quotes.len(), rows.ranges.len());
        }
    }
}
