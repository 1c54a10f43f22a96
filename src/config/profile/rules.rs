//! The templates of a site over time, and the CSS selectors of each. Selectors are kept as written: who matches them compiles
//! them (`html`). Words that have no markup are in `wording.rs`.

use chrono::NaiveDate;

use crate::config::{ConfigError, ConfigPlace, FragmentSet, Problem};

/// One template of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Era {
    /// Its name.
    pub name: String,
    /// First day; `None` for the beginning.
    pub from: Option<NaiveDate>,
    /// The day after the last; `None` for today and after.
    pub until: Option<NaiveDate>,
    /// The selectors of its fields.
    pub rules: Rules,
}

/// Selectors by field, best first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules {
    fields: Vec<(RuleField, Vec<Rule>)>,
    /// Parts of the classes and ids of elements that are no part of a story.
    pub drop_names: FragmentSet,
}

/// A CSS selector as written; it is compiled where it is used. Two of the same text are equal, wherever they are written.
#[derive(Debug, Clone, Eq)]
pub struct Rule {
    /// The selector.
    pub css: String,
    /// Where it is written.
    pub place: ConfigPlace,
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
    Image,
    Tags,
    Related,
    Drop,
    Article,
    Embed,
}

impl Rule {
    /// Returns the error that the selector cannot be compiled, because of this part of it.
    pub fn refused(&self, part: &str) -> ConfigError {
        let (place, found) = (self.place.clone(), format!("{:?}", self.css));
        let why = if part == self.css { String::new() } else { format!(", which `{part}` is not") };
        Problem::Value { place, rule: format!("a CSS selector{why}"), found }.into()
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.css == other.css
    }
}

impl RuleField {
    /// Every field, in the order of the file.
    pub const ALL: &[Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The key in `site.rules`.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

impl Rules {
    /// Returns the rules with the selectors of each field, best first.
    pub(super) fn new(fields: Vec<(RuleField, Vec<Rule>)>, drop_names: FragmentSet) -> Self {
        Self { fields, drop_names }
    }

    /// Returns the selectors of a field, best first.
    pub fn of(&self, field: RuleField) -> &[Rule] {
        self.fields.iter().find(|it| it.0 == field).map_or(&[], |it| &it.1)
    }
}
