//! TOML with a memory of where each value is written: one parsed file, and the tables and values of it. Which file decides
//! is not said here: that is [`Section`](super::reader::Section).

use std::ops::{Range, RangeInclusive};

use chrono::NaiveDate;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{ConfigPlace, Problem};

/// The name of the file that stands for what is missing, while more mistakes are looked for.
pub(super) const PLACEHOLDERS: &str = "placeholders";

/// One parsed file.
pub(super) struct TomlFile<'t> {
    text: &'t str,
    /// Where its lines end: every value that is read says where it is written.
    line_ends: Vec<usize>,
    pub(super) name: String,
    pub(super) table: DeTable<'t>,
}

/// A table of one file, as it lies over or under the same table of another.
#[derive(Clone, Copy)]
pub(super) struct Layer<'r> {
    pub(super) file: &'r TomlFile<'r>,
    pub(super) table: &'r DeTable<'r>,
    pub(super) at: usize,
    pub(super) is_user: bool,
}

/// A value with the layer it was found in.
pub(super) struct LayeredValue<'r> {
    pub(super) value: &'r DeValue<'r>,
    pub(super) place: ConfigPlace,
    pub(super) span: Range<usize>,
    pub(super) layer: Layer<'r>,
}

impl<'t> TomlFile<'t> {
    /// Parses a file. `name` is what messages call it.
    pub(super) fn parse(text: &'t str, name: &str) -> Result<Self, Problem> {
        let name = name.to_owned();
        match DeTable::parse(text) {
            Ok(table) => {
                let ends = text.bytes().enumerate().filter(|it| it.1 == b'\n').map(|it| it.0);
                Ok(Self { text, line_ends: ends.collect(), name, table: table.into_inner() })
            }
            Err(error) => {
                let at = error.span().map_or(0, |it| it.start);
                let place = ConfigPlace { file: name, line: line_of(text, at), key: String::new() };
                Err(Problem::Syntax { place, reason: error.message().to_owned() })
            }
        }
    }

    /// Returns the place of a key that is written `at` this byte.
    pub(super) fn place(&self, at: usize, key: String) -> ConfigPlace {
        ConfigPlace {
            file: self.name.clone(),
            line: self.line_ends.partition_point(|it| *it < at) + 1,
            key,
        }
    }
}

impl<'r> LayeredValue<'r> {
    /// Returns the problem that the value breaks a rule, which is the end of "must be".
    pub(super) fn wrong(&self, rule: &str) -> Problem {
        let found = match self.value {
            DeValue::String(text) => format!("{text:?}"),
            _ => self.layer.file.text.get(self.span.clone()).unwrap_or_default().to_owned(),
        };
        Problem::Value { place: self.place.clone(), rule: rule.to_owned(), found }
    }

    /// Whether it stands for something that is missing.
    pub(super) fn is_placeholder(&self) -> bool {
        self.layer.file.name == PLACEHOLDERS
    }

    /// Returns the items of an array.
    pub(super) fn items(&self) -> Result<Vec<LayeredValue<'r>>, Problem> {
        let DeValue::Array(items) = self.value else { return Err(self.wrong("an array")) };
        let items = items.iter().enumerate().map(|(index, item)| {
            let key = format!("{}[{index}]", self.place.key);
            let span = item.span();
            let place = self.layer.file.place(span.start, key);
            LayeredValue { value: item.get_ref(), place, span, layer: self.layer }
        });
        Ok(items.collect())
    }

    /// Returns a whole number within a range.
    pub(super) fn whole(&self, range: RangeInclusive<u64>) -> Result<u64, Problem> {
        let number = match self.value {
            DeValue::Integer(number) => number.as_str().parse().ok(),
            _ => None,
        };
        let rule = || self.wrong(&format!("a whole number from {} to {}", range.start(), range.end()));
        number.filter(|it| range.contains(it)).ok_or_else(rule)
    }

    /// Returns a day.
    pub(super) fn date(&self) -> Result<NaiveDate, Problem> {
        let date = self.value.as_datetime().filter(|it| it.time.is_none()).and_then(|it| it.date);
        date.and_then(|it| {
            NaiveDate::from_ymd_opt(i32::from(it.year), u32::from(it.month), u32::from(it.day))
        })
        .ok_or_else(|| self.wrong("a date, such as 2021-03-08"))
    }

    /// Returns the value on one line as the file has it; an empty text for an array of tables.
    pub(super) fn written(&self) -> String {
        let is_header = |it: &Spanned<DeValue<'_>>| {
            it.get_ref().is_table() && !self.layer.file.text[it.span()].starts_with('{')
        };
        if let DeValue::Array(items) = self.value
            && items.iter().any(is_header)
        {
            return String::new();
        }
        let text = self.layer.file.text.get(self.span.clone()).unwrap_or_default();
        let lines = text.lines().map(str::trim).filter(|it| !it.starts_with('#'));
        lines.collect::<Vec<_>>().join(" ")
    }
}

pub(super) fn entry<'r>(
    table: &'r DeTable<'r>,
    key: &str,
) -> Option<(&'r Spanned<std::borrow::Cow<'r, str>>, &'r Spanned<DeValue<'r>>)> {
    table.get_key_value(key)
}

fn line_of(text: &str, at: usize) -> usize {
    let before = text.as_bytes().iter().take(at);
    before.filter(|it| **it == b'\n').count() + 1
}
