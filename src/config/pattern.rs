//! Patterns of a profile, compiled: for texts, addresses, bytes; those for lines are in `line_set.rs`. Each is equal to another of
//! the same text, so that configurations can be compared. What is searched with them is not said here.

use std::{borrow::Cow, sync::OnceLock};

use regex::{Captures, Regex, bytes};

/// A regular expression; equal to another of the same text. Those of the built-in files are compiled when they are first asked:
/// a command that reads one page asks few of them.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    compiled: OnceLock<Regex>,
}

/// A pattern as a profile has it.
pub(super) trait ProfilePattern: Sized {
    /// Compiles a pattern as written. Fails with the reason, in the words of `regex`.
    fn compiled(text: &str) -> Result<Self, String>;
    /// Returns a pattern of a built-in file.
    fn built_in(text: &str) -> Self;
    /// Whether it has a group of this name.
    fn has_group(&self, name: &str) -> bool;
}

impl ProfilePattern for Pattern {
    fn compiled(text: &str) -> Result<Self, String> {
        Self::new(text)
    }

    fn built_in(text: &str) -> Self {
        Self { text: text.to_owned(), compiled: OnceLock::new() }
    }

    fn has_group(&self, name: &str) -> bool {
        self.regex().capture_names().flatten().any(|it| it == name)
    }
}

impl Pattern {
    /// Compiles a pattern as written. Fails with the reason, in the words of `regex`.
    pub fn new(text: &str) -> Result<Self, String> {
        let compiled = Regex::new(text).map_err(|error| last_line(&error))?;
        Ok(Self { text: text.to_owned(), compiled: OnceLock::from(compiled) })
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

/// A pattern for addresses, or for parts of one; equal to another of the same text. An address is written in ASCII, and without the
/// tables of Unicode a pattern is compiled in a tenth of the time.
#[derive(Debug, Clone)]
pub struct AddressPattern {
    text: String,
    compiled: OnceLock<bytes::Regex>,
}

impl ProfilePattern for AddressPattern {
    fn compiled(text: &str) -> Result<Self, String> {
        let compiled = Self::compile(text).map_err(|error| last_line(&error))?;
        Ok(Self { text: text.to_owned(), compiled: OnceLock::from(compiled) })
    }

    fn built_in(text: &str) -> Self {
        Self { text: text.to_owned(), compiled: OnceLock::new() }
    }

    fn has_group(&self, name: &str) -> bool {
        self.regex().capture_names().flatten().any(|it| it == name)
    }
}

impl AddressPattern {
    fn compile(text: &str) -> Result<bytes::Regex, regex::Error> {
        // One that asks for a class of Unicode is compiled with it.
        let plain = bytes::RegexBuilder::new(text).unicode(false).build();
        plain.or_else(|_| bytes::Regex::new(text))
    }

    fn regex(&self) -> &bytes::Regex {
        self.compiled.get_or_init(|| Self::compile(&self.text).expect("built-in patterns are tested"))
    }

    /// Returns the pattern as it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it matches somewhere in an address.
    pub fn is_match(&self, address: &str) -> bool {
        self.regex().is_match(address.as_bytes())
    }

    /// Returns the groups of the first match.
    pub fn captures<'t>(&self, address: &'t str) -> Option<bytes::Captures<'t>> {
        // Most addresses do not match, and finding the groups costs far more than finding no match.
        let regex = self.regex();
        if regex.is_match(address.as_bytes()) { regex.captures(address.as_bytes()) } else { None }
    }
}

impl PartialEq for AddressPattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// `regex` explains over several lines, with a drawing; the last one says what it is.
pub(super) fn last_line(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}
