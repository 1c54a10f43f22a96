//! TOML with a memory: which keys were read, from which line of which file.
//!
//! A [`Section`] is one table of the user's file lying over the same table of the built-in one.

use std::{
    cell::RefCell,
    ops::{Range, RangeInclusive},
    rc::Rc,
};

use chrono::NaiveDate;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{ConfigPlace, LineSet, Pattern, Problem, Setting};

/// Below this likeness a suggestion would only confuse.
const LIKENESS_MIN: f64 = 0.75;

/// One parsed file.
pub(super) struct TomlFile<'t> {
    text: &'t str,
    file: String,
    table: DeTable<'t>,
}

/// A table, and what has been read of it.
pub(super) struct Section<'r> {
    path: String,
    /// The user's file, for saying where something is missing.
    file: String,
    /// Nearest first: the user's, then the built-in.
    tables: Vec<Layer<'r>>,
    known: RefCell<Vec<String>>,
    settings: Rc<RefCell<Vec<Setting>>>,
}

#[derive(Clone, Copy)]
struct Layer<'r> {
    reader: &'r TomlFile<'r>,
    table: &'r DeTable<'r>,
    at: usize,
    is_user: bool,
}

/// A value with the layer it was found in.
pub(super) struct LayeredValue<'r> {
    pub(super) value: &'r DeValue<'r>,
    pub(super) place: ConfigPlace,
    span: Range<usize>,
    layer: Layer<'r>,
}

impl<'t> TomlFile<'t> {
    pub(super) fn parse(text: &'t str, file: &str) -> Result<Self, Problem> {
        let file = file.to_owned();
        match DeTable::parse(text) {
            Ok(table) => Ok(Self { text, file, table: table.into_inner() }),
            Err(error) => {
                let at = error.span().map_or(0, |it| it.start);
                let place = ConfigPlace { file, line: line_of(text, at), key: String::new() };
                Err(Problem::Syntax { place, reason: error.message().to_owned() })
            }
        }
    }

    fn place(&self, at: usize, key: String) -> ConfigPlace {
        ConfigPlace { file: self.file.clone(), line: line_of(self.text, at), key }
    }
}

impl<'r> Section<'r> {
    pub(super) fn root(user: &'r TomlFile<'r>, built_in: &'r TomlFile<'r>) -> Self {
        let layer =
            |reader: &'r TomlFile<'r>, is_user| Layer { reader, table: &reader.table, at: 0, is_user };
        Self {
            path: String::new(),
            file: user.file.clone(),
            tables: vec![layer(user, true), layer(built_in, false)],
            known: RefCell::default(),
            settings: Rc::default(),
        }
    }

    /// A table below this one; empty where neither file has it.
    pub(super) fn section(&self, key: &str) -> Result<Section<'r>, Problem> {
        self.note(key);
        let mut tables = Vec::new();
        for layer in &self.tables {
            if let Some((_, value)) = entry(layer.table, key) {
                let at = value.span().start;
                let DeValue::Table(table) = value.get_ref() else {
                    return Err(self.found_in(layer, key, value).wrong("a table"));
                };
                tables.push(Layer { table, at, ..*layer });
            }
        }
        Ok(self.below(self.name(key), tables))
    }

    /// Like [`Section::section`], but a user's table that names itself stands alone.
    pub(super) fn profile(&self, key: &str) -> Result<Section<'r>, Problem> {
        let mut section = self.section(key)?;
        if section.tables.first().is_some_and(|it| it.is_user && it.table.contains_key("name")) {
            section.tables.truncate(1);
        }
        Ok(section)
    }

    /// The names of a table whose keys are the user's to choose: the nearest file that has any has all.
    pub(super) fn keys(&self) -> Vec<String> {
        let named = self.tables.iter().map(|it| it.table.keys());
        let mut named = named.map(|it| it.map(|it| it.get_ref().to_string()).collect::<Vec<_>>());
        for layer in &self.tables {
            layer.table.keys().for_each(|it| self.note(it.get_ref()));
        }
        named.next().unwrap_or_default()
    }

    /// The names of a table whose keys are anybody's to add: those of every file, each once.
    pub(super) fn all_keys(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for layer in &self.tables {
            for key in layer.table.keys() {
                let name = key.get_ref().as_ref();
                if !names.iter().any(|it| it == name) {
                    names.push(name.to_owned());
                }
            }
        }
        names
    }

    /// Whether no file has the table.
    pub(super) fn is_absent(&self) -> bool {
        self.tables.is_empty()
    }

    /// An array of tables: the nearest file that has one has all of it.
    pub(super) fn sections(&self, key: &str) -> Result<Vec<Section<'r>>, Problem> {
        let Some(found) = self.get(key) else { return Ok(Vec::new()) };
        let DeValue::Array(items) = found.value else {
            return Err(found.wrong("an array of tables"));
        };
        let mut sections = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let name = format!("{}[{index}]", self.name(key));
            let DeValue::Table(table) = item.get_ref() else {
                return Err(found.wrong("an array of tables"));
            };
            let layer = Layer { table, at: item.span().start, ..found.layer };
            sections.push(self.below(name, vec![layer]));
        }
        Ok(sections)
    }

    fn below(&self, path: String, tables: Vec<Layer<'r>>) -> Section<'r> {
        Section {
            path,
            file: self.file.clone(),
            tables,
            known: RefCell::default(),
            settings: Rc::clone(&self.settings),
        }
    }

    /// The value of a key, from the nearest file that has it.
    pub(super) fn get(&self, key: &str) -> Option<LayeredValue<'r>> {
        self.note(key);
        let (layer, value) = self
            .tables
            .iter()
            .find_map(|layer| entry(layer.table, key).map(|(_, value)| (layer, value)))?;
        let found = self.found_in(layer, key, value);
        self.settings.borrow_mut().push(Setting {
            key: found.place.key.clone(),
            value: found.written(),
            line: layer.is_user.then_some(found.place.line),
        });
        Some(found)
    }

    fn require(&self, key: &str) -> Result<LayeredValue<'r>, Problem> {
        self.get(key).ok_or_else(|| self.absent(key))
    }

    pub(super) fn text(&self, key: &str) -> Result<String, Problem> {
        let found = self.require(key)?;
        let text = found.value.as_str().ok_or_else(|| found.wrong("a string"))?;
        Ok(text.to_owned())
    }

    pub(super) fn boolean(&self, key: &str) -> Result<bool, Problem> {
        let found = self.require(key)?;
        found.value.as_bool().ok_or_else(|| found.wrong("true or false"))
    }

    pub(super) fn float(&self, key: &str) -> Result<f64, Problem> {
        let found = self.require(key)?;
        let number = match found.value {
            DeValue::Float(number) => number.as_str().parse().ok(),
            DeValue::Integer(number) => number.as_str().parse().ok(),
            _ => None,
        };
        number.ok_or_else(|| found.wrong("a number"))
    }

    pub(super) fn whole(&self, key: &str, range: RangeInclusive<u64>) -> Result<u64, Problem> {
        self.require(key)?.whole(range)
    }

    pub(super) fn date(&self, key: &str) -> Result<Option<NaiveDate>, Problem> {
        self.get(key).map(|it| it.date()).transpose()
    }

    /// The strings of an array, each with its place; empty where the key is absent.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<(String, ConfigPlace)>, Problem> {
        let Some(found) = self.get(key) else { return Ok(Vec::new()) };
        let texts = found.items()?.into_iter().map(|item| {
            let text = item.value.as_str().ok_or_else(|| item.wrong("a string"))?;
            Ok((text.to_owned(), item.place.clone()))
        });
        texts.collect()
    }

    pub(super) fn words(&self, key: &str) -> Result<Vec<String>, Problem> {
        Ok(self.texts(key)?.into_iter().map(|it| it.0).collect())
    }

    /// Patterns for whole lines; none where the key is absent.
    pub(super) fn lines(&self, key: &str) -> Result<LineSet, Problem> {
        let refuse = |place: ConfigPlace, text: &str, reason: String| Problem::Value {
            place,
            rule: format!("a regular expression ({reason})"),
            found: format!("{text:?}"),
        };
        let mut patterns = Vec::new();
        for (text, place) in self.texts(key)? {
            Pattern::new(&text).map_err(|reason| refuse(place, &text, reason))?;
            patterns.push(text);
        }
        LineSet::new(&patterns)
            .map_err(|reason| self.wrong(key, &format!("regular expressions ({reason})")))
    }

    /// A pattern with these groups, `None` where the key is absent or empty.
    pub(super) fn pattern(&self, key: &str, groups: &[&str]) -> Result<Option<Pattern>, Problem> {
        let Some(found) = self.get(key) else { return Ok(None) };
        let text = found.value.as_str().ok_or_else(|| found.wrong("a string"))?;
        if text.is_empty() {
            return Ok(None);
        }
        let pattern = Pattern::new(text)
            .map_err(|reason| found.wrong(&format!("a regular expression ({reason})")))?;
        match groups.iter().find(|it| !pattern.has_group(it)) {
            Some(group) => {
                Err(found.wrong(&format!("a regular expression with a group named `{group}`")))
            }
            None => Ok(Some(pattern)),
        }
    }

    /// The key is there, and against its rule.
    pub(super) fn wrong(&self, key: &str, rule: &str) -> Problem {
        match self.get(key) {
            Some(found) => found.wrong(rule),
            None => self.absent(key),
        }
    }

    pub(super) fn absent(&self, key: &str) -> Problem {
        let place = match self.tables.first() {
            Some(layer) => layer.reader.place(layer.at, self.name(key)),
            None => ConfigPlace { file: self.file.clone(), line: 0, key: self.name(key) },
        };
        Problem::Absent { place }
    }

    /// The first key that nobody asked for is a mistake.
    pub(super) fn finish(&self) -> Result<(), Problem> {
        let known = self.known.borrow();
        for layer in &self.tables {
            for key in layer.table.keys() {
                let name = key.get_ref().as_ref();
                if known.iter().any(|it| it == name) {
                    continue;
                }
                let place = layer.reader.place(key.span().start, self.name(name));
                return Err(Problem::Unknown { place, nearest: nearest(name, &known) });
            }
        }
        Ok(())
    }

    /// Every value that was read, in the order of reading, here and in sections of this one's root.
    pub(super) fn settings(&self) -> Vec<Setting> {
        let mut settings: Vec<Setting> = Vec::new();
        for setting in self.settings.borrow().iter() {
            // An array of tables is shown by the keys of its tables.
            let shown = settings.iter().any(|it| it.key == setting.key);
            if !shown && !setting.value.is_empty() {
                settings.push(setting.clone());
            }
        }
        settings
    }

    fn note(&self, key: &str) {
        let mut known = self.known.borrow_mut();
        if !known.iter().any(|it| it == key) {
            known.push(key.to_owned());
        }
    }

    fn name(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn found_in(
        &self,
        layer: &Layer<'r>,
        key: &str,
        value: &'r Spanned<DeValue<'r>>,
    ) -> LayeredValue<'r> {
        let span = value.span();
        let place = layer.reader.place(span.start, self.name(key));
        LayeredValue { value: value.get_ref(), place, span, layer: *layer }
    }
}

impl<'r> LayeredValue<'r> {
    pub(super) fn wrong(&self, rule: &str) -> Problem {
        let found = match self.value {
            DeValue::String(text) => format!("{text:?}"),
            _ => self.layer.reader.text.get(self.span.clone()).unwrap_or_default().to_owned(),
        };
        Problem::Value { place: self.place.clone(), rule: rule.to_owned(), found }
    }

    pub(super) fn items(&self) -> Result<Vec<LayeredValue<'r>>, Problem> {
        let DeValue::Array(items) = self.value else { return Err(self.wrong("an array")) };
        let items = items.iter().enumerate().map(|(index, item)| {
            let key = format!("{}[{index}]", self.place.key);
            let span = item.span();
            let place = self.layer.reader.place(span.start, key);
            LayeredValue { value: item.get_ref(), place, span, layer: self.layer }
        });
        Ok(items.collect())
    }

    pub(super) fn whole(&self, range: RangeInclusive<u64>) -> Result<u64, Problem> {
        let number = match self.value {
            DeValue::Integer(number) => number.as_str().parse().ok(),
            _ => None,
        };
        let rule = || self.wrong(&format!("a whole number from {} to {}", range.start(), range.end()));
        number.filter(|it| range.contains(it)).ok_or_else(rule)
    }

    pub(super) fn date(&self) -> Result<NaiveDate, Problem> {
        let date = self.value.as_datetime().filter(|it| it.time.is_none()).and_then(|it| it.date);
        date.and_then(|it| {
            NaiveDate::from_ymd_opt(i32::from(it.year), u32::from(it.month), u32::from(it.day))
        })
        .ok_or_else(|| self.wrong("a date, such as 2021-03-08"))
    }

    /// The value on one line as the file has it; nothing for an array of tables.
    fn written(&self) -> String {
        if let DeValue::Array(items) = self.value
            && items.iter().any(|it| it.get_ref().is_table())
        {
            return String::new();
        }
        let text = self.layer.reader.text.get(self.span.clone()).unwrap_or_default();
        let lines = text.lines().map(str::trim).filter(|it| !it.starts_with('#'));
        lines.collect::<Vec<_>>().join(" ")
    }
}

fn entry<'r>(
    table: &'r DeTable<'r>,
    key: &str,
) -> Option<(&'r Spanned<std::borrow::Cow<'r, str>>, &'r Spanned<DeValue<'r>>)> {
    table.iter().find(|(name, _)| name.get_ref().as_ref() == key)
}

fn line_of(text: &str, at: usize) -> usize {
    let before = text.as_bytes().iter().take(at);
    before.filter(|it| **it == b'\n').count() + 1
}

fn nearest(name: &str, known: &[String]) -> Option<String> {
    known
        .iter()
        .map(|it| (strsim::jaro_winkler(name, it), it))
        .filter(|(likeness, _)| LIKENESS_MIN < *likeness)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, it)| it.clone())
}
