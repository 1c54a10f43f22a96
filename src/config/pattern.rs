//! Patterns of a profile, compiled: one regular expression, whole lines, bytes, names. Each is equal to another of the same
//! text, so that configurations can be compared. What is searched with them is not said here.

use std::{borrow::Cow, sync::OnceLock};

use regex::{Captures, Regex, bytes};

/// A regular expression; equal to another of the same text. Those of the built-in files are compiled when they are first asked:
/// a command that reads one page asks few of them.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    compiled: OnceLock<Regex>,
}

impl Pattern {
    /// Compiles a pattern as written. Fails with the reason, in the words of `regex`.
    pub fn new(text: &str) -> Result<Self, String> {
        let compiled = Regex::new(text).map_err(|error| last_line(&error))?;
        Ok(Self { text: text.to_owned(), compiled: OnceLock::from(compiled) })
    }

    /// Returns a pattern of a built-in file.
    pub(super) fn built_in(text: &str) -> Self {
        Self { text: text.to_owned(), compiled: OnceLock::new() }
    }

    /// Returns the pattern as it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn regex(&self) -> &Regex {
        self.compiled.get_or_init(|| Regex::new(&self.text).expect("built-in patterns are tested"))
    }

    /// Whether it matches somewhere in `text`.
    pub fn is_match(&self, text: &str) -> bool {
        self.regex().is_match(text)
    }

    /// Returns the groups of the first match.
    pub fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        // Most texts do not match, and finding the groups costs far more than finding no match.
        if self.is_match(text) { self.regex().captures(text) } else { None }
    }

    /// Returns a text with every match replaced; `$1` and `$name` in `with` are groups of the match.
    pub fn replace_all<'t>(&self, text: &'t str, with: &str) -> Cow<'t, str> {
        self.regex().replace_all(text, with)
    }

    /// Whether it has a group of this name.
    pub fn has_group(&self, name: &str) -> bool {
        self.regex().capture_names().flatten().any(|it| it == name)
    }
}

/// Texts that are searched for in bytes, all in one pass.
#[derive(Debug, Clone)]
pub struct BytePattern {
    any: String,
    compiled: OnceLock<bytes::Regex>,
}

impl BytePattern {
    /// Returns a pattern that matches any of these texts, literally; `None` where there are none.
    pub fn any_of(texts: &[String]) -> Option<Self> {
        let any = texts.iter().map(|it| regex::escape(it)).collect::<Vec<_>>().join("|");
        (!any.is_empty()).then(|| Self { any, compiled: OnceLock::new() })
    }

    /// Whether `bytes` contain one of the texts.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        let compile = || bytes::Regex::new(&self.any).expect("escaped texts are a pattern");
        self.compiled.get_or_init(compile).is_match(bytes)
    }
}

impl PartialEq for BytePattern {
    fn eq(&self, other: &Self) -> bool {
        self.any == other.any
    }
}

/// Texts of which one may be part of a name, or one of several names between blanks where it begins with a dot; in any case of
/// letters. They are compiled when they are first looked for.
#[derive(Debug, Clone, Default)]
pub struct FragmentSet {
    fragments: Vec<String>,
    pattern: OnceLock<bytes::Regex>,
}

impl FragmentSet {
    /// Returns a set of these texts.
    pub fn new(fragments: Vec<String>) -> Self {
        Self { fragments, pattern: OnceLock::new() }
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.fragments.is_empty()
    }

    /// Whether one of the texts is part of a name.
    pub fn is_in(&self, name: &str) -> bool {
        let pattern = || {
            let part = |it: &String| match it.strip_prefix('.') {
                Some(whole) => format!(r"(?:^|\s){}(?:\s|$)", regex::escape(whole)),
                None => regex::escape(it),
            };
            let any = self.fragments.iter().map(part).collect::<Vec<_>>().join("|");
            bytes::Regex::new(&format!("(?i-u:{any})")).expect("escaped texts are a pattern")
        };
        !self.is_empty() && self.pattern.get_or_init(pattern).is_match(name.as_bytes())
    }
}

impl PartialEq for FragmentSet {
    fn eq(&self, other: &Self) -> bool {
        self.fragments == other.fragments
    }
}

impl Eq for FragmentSet {}

/// Patterns for whole lines, in any case of letters, compiled as one, or as two: the tables of Unicode are most of what a pattern costs
/// that is used for one page, and most patterns can do without.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LineSet(Vec<Pattern>);

impl LineSet {
    /// Compiles patterns, each of which compiles alone. Fails with the reason, in the words of `regex`.
    pub fn new(patterns: &[String]) -> Result<Self, String> {
        any_of(patterns).map(|it| Pattern::new(&it)).collect::<Result<_, _>>().map(Self)
    }

    /// Returns the set of a built-in file's patterns.
    pub(super) fn built_in(patterns: &[String]) -> Self {
        Self(any_of(patterns).map(|it| Pattern::built_in(&it)).collect())
    }

    /// Whether a line matches one of them.
    pub fn has(&self, line: &str) -> bool {
        self.0.iter().any(|it| it.is_match(line))
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

/// Whether a pattern means the same without Unicode: it has no letter beyond ASCII, and nothing that stands for any character but some.
fn is_plain(pattern: &str) -> bool {
    let beyond = [r"\\", ".", "[^", r"\w", r"\W", r"\s", r"\S", r"\D", r"\b", r"\B", r"\p", r"\P", "(?"];
    let bare = pattern.replace(r"\.", "").replace("(?:", "");
    pattern.is_ascii() && beyond.iter().all(|it| !bare.contains(it))
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// `regex` explains over several lines, with a drawing; the last one says what it is.
fn last_line(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}
