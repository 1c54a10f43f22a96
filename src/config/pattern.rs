//! Patterns of a profile, compiled: one regular expression, whole lines, bytes, names. Each is equal to another of the same
//! text, so that configurations can be compared. What is searched with them is not said here.

use std::{collections::HashMap, sync::OnceLock};

use regex::{Captures, Regex, bytes};

/// A compiled regular expression; equal to another of the same text.
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

impl Pattern {
    /// Compiles a pattern as written. Fails with the reason, in the words of `regex`.
    pub fn new(text: &str) -> Result<Self, String> {
        Regex::new(text).map(Self).map_err(|error| last_line(&error))
    }

    /// Whether it matches somewhere in `text`.
    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    /// Returns the groups of the first match.
    pub fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        // Most texts do not match, and finding the groups costs far more than finding no match.
        if self.0.is_match(text) { self.0.captures(text) } else { None }
    }

    /// Whether it has a group of this name.
    pub fn has_group(&self, name: &str) -> bool {
        self.0.capture_names().flatten().any(|it| it == name)
    }
}

/// Texts that are searched for in bytes, all in one pass.
#[derive(Debug, Clone)]
pub struct BytePattern(bytes::Regex);

impl BytePattern {
    /// Returns a pattern that matches any of these texts, literally; `None` where there are none.
    pub fn any_of(texts: &[String]) -> Option<Self> {
        let any = texts.iter().map(|it| regex::escape(it)).collect::<Vec<_>>().join("|");
        (!any.is_empty()).then(|| Self(bytes::Regex::new(&any).expect("escaped texts are a pattern")))
    }

    /// Whether `bytes` contain one of the texts.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        self.0.is_match(bytes)
    }
}

impl PartialEq for BytePattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
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

/// Patterns for whole lines, in any case of letters, compiled as one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LineSet(Option<Pattern>);

impl LineSet {
    /// Compiles patterns, each of which compiles alone. Fails with the reason, in the words of `regex`.
    pub fn new(patterns: &[String]) -> Result<Self, String> {
        if patterns.is_empty() {
            return Ok(Self(None));
        }
        let any = patterns.iter().map(|it| format!("(?:{it})")).collect::<Vec<_>>().join("|");
        Pattern::new(&format!("(?i)^(?:{any})$")).map(|it| Self(Some(it)))
    }

    /// Whether a line matches one of them.
    pub fn has(&self, line: &str) -> bool {
        self.0.as_ref().is_some_and(|it| it.is_match(line))
    }
}

/// The names of companies, each with its symbol. A name is found as whole words, written the same way.
#[derive(Debug, Clone, Default)]
pub struct NameSet {
    pattern: Option<Regex>,
    symbols: HashMap<String, String>,
}

impl NameSet {
    /// Returns a set of these names, each with its symbol.
    pub fn new(names: Vec<(String, String)>) -> Self {
        // The longest first: of two names that begin alike, the regular expression takes the first.
        let mut words: Vec<&str> = names.iter().map(|it| it.0.as_str()).collect();
        words.sort_by_key(|it| std::cmp::Reverse(it.len()));
        let any = words.iter().map(|it| regex::escape(it)).collect::<Vec<_>>().join("|");
        let pattern = (!any.is_empty())
            .then(|| Regex::new(&format!(r"\b(?:{any})\b")).expect("escaped texts are a pattern"));
        Self { pattern, symbols: names.into_iter().collect() }
    }

    /// Returns the symbols of the companies that a text names.
    pub fn found_in<'s>(&'s self, text: &str) -> Vec<&'s str> {
        let Some(pattern) = &self.pattern else { return Vec::new() };
        pattern
            .find_iter(text)
            .filter_map(|it| self.symbols.get(it.as_str()))
            .map(String::as_str)
            .collect()
    }
}

impl PartialEq for NameSet {
    fn eq(&self, other: &Self) -> bool {
        self.symbols == other.symbols
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

/// `regex` explains over several lines, with a drawing; the last one says what it is.
fn last_line(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}
