//! Patterns for whole lines, many of them as one. What a line means that matches is not said here.

use std::{iter::Peekable, str::Chars, sync::OnceLock};

use regex::bytes;

use super::pattern::last_line;

/// Patterns for whole lines, in any case of letters, compiled as one, or as two: the tables of Unicode are most of what a pattern costs
/// that is used for one page, and most patterns can do without.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LineSet(Vec<LinePattern>);

/// Some of the patterns. Those of the built-in files are compiled when they are first asked.
#[derive(Debug, Clone)]
struct LinePattern {
    text: String,
    compiled: OnceLock<bytes::Regex>,
}

impl LineSet {
    /// Compiles patterns, each of which compiles alone. Fails with the reason, in the words of `regex`.
    pub fn new(patterns: &[String]) -> Result<Self, String> {
        let compile = |text: String| {
            let compiled = bytes::Regex::new(&text).map_err(|error| last_line(&error))?;
            Ok(LinePattern { text, compiled: OnceLock::from(compiled) })
        };
        any_of(patterns).map(compile).collect::<Result<_, _>>().map(Self)
    }

    /// Returns the set of a built-in file's patterns.
    pub(super) fn built_in(patterns: &[String]) -> Self {
        Self(any_of(patterns).map(|text| LinePattern { text, compiled: OnceLock::new() }).collect())
    }

    /// Whether a line matches one of them. Its white space is single spaces.
    pub fn has(&self, line: &str) -> bool {
        self.0.iter().any(|it| it.regex().is_match(line.as_bytes()))
    }
}

impl LinePattern {
    fn regex(&self) -> &bytes::Regex {
        let compile = || bytes::Regex::new(&self.text).expect("built-in patterns are tested");
        self.compiled.get_or_init(compile)
    }
}

impl PartialEq for LinePattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// Returns the patterns of lines that match any of these.
fn any_of(patterns: &[String]) -> impl Iterator<Item = String> {
    let (plain, other): (Vec<_>, Vec<_>) = patterns.iter().partition(|it| is_plain(it));
    [("i-u", plain), ("i", other)].into_iter().filter(|it| !it.1.is_empty()).map(|(flags, patterns)| {
        let any = patterns.into_iter().map(|it| format!("(?:{it})")).collect::<Vec<_>>().join("|");
        format!("(?{flags})^(?:{any})$")
    })
}

/// Whether a pattern means the same where a letter beyond ASCII is some bytes: it has no such letter with a case, and nothing that
/// stands for one character only, whatever it is. In doubt it does not.
fn is_plain(pattern: &str) -> bool {
    let mut rest = pattern.chars().peekable();
    while let Some(letter) = rest.next() {
        let is_plain = match letter {
            '\\' => match rest.next() {
                // Of all white space there are only spaces.
                Some('s' | 'd') => true,
                Some('S') => takes_all(&mut rest),
                Some(sign) => sign.is_ascii_punctuation(),
                None => false,
            },
            '.' => takes_all(&mut rest),
            '[' => is_plain_class(&mut rest),
            '(' if rest.peek() == Some(&'?') => {
                rest.next();
                rest.next() == Some(':')
            }
            _ => letter.is_ascii() || !letter.is_alphabetic(),
        };
        if !is_plain {
            return false;
        }
    }
    true
}

/// Whether what was read is taken as often as it comes.
fn takes_all(rest: &mut Peekable<Chars<'_>>) -> bool {
    matches!(rest.peek(), Some('+' | '*'))
}

/// Whether a class, of which the bracket was read, has only ASCII in it.
fn is_plain_class(rest: &mut Peekable<Chars<'_>>) -> bool {
    let is_negated = rest.next_if_eq(&'^').is_some();
    // A bracket that comes first is a letter of it, and few know; classes in classes are as rare.
    let mut is_plain = !matches!(rest.peek(), Some(']'));
    loop {
        match rest.next() {
            Some(']') => return is_plain && (!is_negated || takes_all(rest)),
            Some('\\') => {
                let escaped = rest.next();
                is_plain &=
                    escaped.is_some_and(|it| matches!(it, 's' | 'd') || it.is_ascii_punctuation());
            }
            Some(letter) => is_plain &= letter.is_ascii() && !matches!(letter, '[' | '&' | '~'),
            None => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn a_pattern_does_without_unicode_where_that_changes_nothing() {
        for plain in [
            "comments?",
            r"\d+ comments?",
            r"[^\s.,;:]+",
            "more .*",
            ".+ ago",
            r"\S+@\S+",
            r"[\s|,:-]*",
            "©(?:[ 0-9]|–)*",
            r"a\.b\(c",
        ] {
            assert!(is_plain(plain), "{plain}");
        }
        for other in [
            "teilen über",
            "publicit[ée]",
            ".{0,80}",
            "..",
            "[^a]",
            "[^a]{2}",
            r"\S",
            r"\w+",
            r"\bon",
            r"\p{L}",
            "(?-i:A)",
            "(?<a>b)",
            "[]a]",
            "[[:alpha:]]",
            "[a&&b]",
            "[a",
            r"\x41",
        ] {
            assert!(!is_plain(other), "{other}");
        }
    }

    #[test]
    fn lines_match_as_they_do_with_unicode() {
        let lines = [
            "Comments",
            "12 COMMENTS",
            "more from Añejo",
            "More in Börse, heute",
            "more on a b c d e f",
            "© 2024–2025 Business Recorder",
            "Copyright Business Recorder, 2024.",
            "٣ comments",
            "3 min read",
            "vor 3 Minuten",
            "Share this article",
            "Größe",
            "read more",
            "Read Next",
            "ſhare",
            "K comments",
            "",
            "follow us on x",
            "Advertisement",
            "©️ Reuters",
            "Photo: Ångström/AP",
            "日本語",
        ];
        let texts =
            [include_str!("../../profiles/generic.toml"), include_str!("../../profiles/brecorder.toml")];
        let patterns: Vec<&str> = texts.iter().flat_map(|it| it.split('\'')).collect();
        let mut compared = 0;
        for pattern in patterns.into_iter().filter(|it| is_plain(it) && bytes::Regex::new(it).is_ok()) {
            let plain = LineSet::new(&[pattern.to_owned()]).expect(pattern);
            let Ok(whole) = regex::Regex::new(&format!("(?i)^(?:{pattern})$")) else { continue };
            for line in lines {
                // Letters that are others in another case beyond ASCII, and figures of other scripts, are not meant.
                if !line.contains(['ſ', 'K', '٣']) {
                    assert_eq!(plain.has(line), whole.is_match(line), "{pattern} {line}");
                }
            }
            compared += 1;
        }
        assert!(150 < compared, "{compared}");
        assert!(Config::default().profile.text.boilerplate.has("© 2024–2025 Business Recorder"));
    }
}
