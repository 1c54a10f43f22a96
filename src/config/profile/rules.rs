//! The templates of a site over time, and the rules of each. Selectors are kept as written: who matches them compiles them
//! (`html`). Words that have no markup are in `wording.rs`.

use chrono::NaiveDate;

use crate::config::{Problem, reader::Section};

use super::{
    rule::{Rule, RuleField},
    values::{self, FieldRules, ValueRule},
};

/// One template of the site.
#[derive(Debug, Clone, PartialEq)]
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

/// Selectors and other witnesses by field, best first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rules {
    fields: Vec<(RuleField, FieldRules)>,
    /// Parts of the classes and ids of elements that are no part of a story.
    pub drop_names: Vec<String>,
    /// Parts of the classes and ids of elements that list the topics of a story, where no rule finds any.
    pub tag_names: Vec<String>,
    /// Parts of the classes and ids of elements that list related stories, where nothing else names any.
    pub related_names: Vec<String>,
}

impl Rules {
    /// Reads the rules of a table; a field that it has not keeps those of `base`.
    pub(super) fn read(section: &Section, base: &Self) -> Result<Self, Problem> {
        let mut fields = Vec::new();
        for &field in RuleField::ALL {
            let own = values::read(section, field)?;
            let is_own = own != FieldRules::default();
            fields.push((
                field,
                if is_own { own } else { base.field(field).cloned().unwrap_or_default() },
            ));
        }
        let names = |key, base: &Vec<String>| {
            let own = section.words(key)?;
            Ok(if own.is_empty() { base.clone() } else { own })
        };
        let drop_names = names("drop_names", &base.drop_names)?;
        let tag_names = names("tag_names", &base.tag_names)?;
        let related_names = names("related_names", &base.related_names)?;
        section.finish()?;
        Ok(Self { fields, drop_names, tag_names, related_names })
    }

    fn field(&self, field: RuleField) -> Option<&FieldRules> {
        self.fields.iter().find(|it| it.0 == field).map(|it| &it.1)
    }

    /// Returns the rules that find elements of a field, best first.
    pub fn of(&self, field: RuleField) -> &[Rule] {
        self.field(field).map_or(&[], |it| &it.elements)
    }

    /// Returns every selector of a field.
    pub fn selectors(&self, field: RuleField) -> impl Iterator<Item = &Rule> {
        self.of(field).iter().chain(self.values(field).iter().filter_map(ValueRule::selector))
    }

    /// Returns the witnesses of a field in the order of the profile; none where it only has selectors, which are asked after
    /// JSON-LD and `meta`.
    pub fn values(&self, field: RuleField) -> &[ValueRule] {
        self.field(field).map_or(&[], |it| &it.values)
    }
}
