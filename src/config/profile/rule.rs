//! One CSS selector as written, and which of its finds are meant; and the fields that selectors are for. Whatever says a value
//! without being an element is in `values.rs`.

use std::fmt;

use crate::config::{ConfigError, ConfigPlace, Pattern, Problem};

/// A CSS selector as written; it is compiled where it is used. Two of the same text are equal, wherever they are written.
#[derive(Debug, Clone, Eq)]
pub struct Rule {
    /// The selector.
    pub css: String,
    /// Which of the elements that it finds are meant.
    pub which: Which,
    /// Where it is written.
    pub place: ConfigPlace,
}

/// Which of the elements that a selector finds are meant: all of them, unless something is said here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Which {
    /// Those whose text has these words in it.
    pub contains: Option<String>,
    /// Of those the one with this number: 1 is the first of a page, -1 the last.
    pub nth: Option<i64>,
    /// And everything that follows it beside it.
    pub has_following: bool,
}

/// What is written otherwise before a page is parsed: markup that is broken, or that hides what it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Replacement {
    /// What is looked for in the source of the page.
    pub find: Pattern,
    /// What stands in its place.
    pub with: String,
}

/// What a rule looks for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr, strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
#[expect(missing_docs, reason = "each is the key of `site.rules` with its name")]
pub enum RuleField {
    Headline,
    Section,
    Byline,
    Published,
    Updated,
    Summary,
    Body,
    Paragraphs,
    Subheadings,
    Image,
    Tags,
    Related,
    Drop,
    Article,
    Embed,
}

impl Rule {
    /// Returns the rule for all that a selector finds.
    pub fn plain(css: &str, place: ConfigPlace) -> Self {
        Self { css: css.to_owned(), which: Which::default(), place }
    }

    /// Returns the error that the selector cannot be compiled, because of this part of it.
    pub fn refused(&self, part: &str) -> ConfigError {
        let (place, found) = (self.place.clone(), format!("{:?}", self.css));
        let why = if part == self.css { String::new() } else { format!(", which `{part}` is not") };
        Problem::Value { place, rule: format!("a CSS selector{why}"), found }.into()
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Which { contains, nth, has_following } = &self.which;
        f.write_str(&self.css)?;
        if let Some(words) = contains {
            write!(f, ", contains {words:?}")?;
        }
        if let Some(nth) = nth {
            write!(f, ", nth {nth}")?;
        }
        if *has_following {
            f.write_str(", following")?;
        }
        Ok(())
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        (&self.css, &self.which) == (&other.css, &other.which)
    }
}

impl RuleField {
    /// Every field, in the order of the file.
    pub const ALL: &[Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The key in `site.rules`.
    pub fn key(self) -> &'static str {
        self.into()
    }

    /// Whether a text can say the field, wherever it is read: others are told by elements alone.
    pub fn has_value(self) -> bool {
        use RuleField::{Body, Byline, Headline, Published, Section, Summary, Tags, Updated};
        matches!(self, Headline | Section | Byline | Published | Updated | Summary | Body | Tags)
    }
}
