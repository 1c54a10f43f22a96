//! TOML with a memory of which keys were read: a [`Section`] is one table of the user's file over the same table of the
//! built-in ones. What a key means is not said here (`mod.rs`, `profile/`), nor where in a file a value is (`layer.rs`).
//!
//! It is written by hand because `serde` forgets what this file is for: the line of a value that parses and breaks a rule,
//! the key that was probably meant, and which values are the user's.

use std::{cell::RefCell, collections::BTreeSet, ops::RangeInclusive, rc::Rc};

use chrono::NaiveDate;
use toml::{Spanned, de::DeValue};

use super::{
    ConfigPlace, LineSet, Pattern, Problem, Setting,
    examples::can_match,
    layer::{Layer, LayeredValue, TomlFile, entry},
    pattern::ProfilePattern,
};

/// A key that is less alike would only confuse as a suggestion.
const LIKENESS_MIN: f64 = 0.75;

/// The key of a profile that begins with what holds for papers of many countries.
const BASE: &str = "base";

/// A table, and what has been read of it.
pub(super) struct Section<'r> {
    path: String,
    /// The user's file, for saying where something is missing.
    file: String,
    /// Nearest first: the user's, then the built-in.
    tables: Vec<Layer<'r>>,
    known: RefCell<BTreeSet<String>>,
    settings: Rc<RefCell<Vec<Setting>>>,
}

/// A string, and where it is written.
pub(super) struct PlacedText {
    pub(super) text: String,
    pub(super) place: ConfigPlace,
}

impl<'r> Section<'r> {
    pub(super) fn root(user: &'r TomlFile<'r>, built_in: &'r TomlFile<'r>) -> Self {
        let layer = |file: &'r TomlFile<'r>, is_user| Layer { file, table: &file.table, at: 0, is_user };
        Self {
            path: String::new(),
            file: user.name.clone(),
            tables: vec![layer(user, true), layer(built_in, false)],
            known: RefCell::default(),
            settings: Rc::default(),
        }
    }

    /// Returns a table below this one; an empty one where neither file has it.
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

    /// Returns a table like [`Section::section`]. The user's lies over that of `paper`; one with a `name` lies over that of
    /// `generic` instead, and so does that of a paper that says it is based on it. `filler` lies below all of them.
    pub(super) fn profile(
        &self,
        key: &str,
        paper: &'r TomlFile<'r>,
        generic: &'r TomlFile<'r>,
        filler: &'r TomlFile<'r>,
    ) -> Result<Section<'r>, Problem> {
        let mut section = self.section(key)?;
        let has_name =
            section.tables.first().is_some_and(|it| it.is_user && it.table.contains_key("name"));
        let is_based = entry(&paper.table, BASE).is_some();
        let files =
            [(!has_name).then_some(paper), (has_name || is_based).then_some(generic), Some(filler)];
        for file in files.into_iter().flatten() {
            let root = Layer { file, table: &file.table, at: 0, is_user: false };
            let root = Section { tables: vec![root], ..self.below(self.path.clone(), Vec::new()) };
            section.tables.extend(root.section(key)?.tables);
        }
        Ok(section)
    }

    /// Returns the keys of a table in which users choose them: those of the nearest file that has the table.
    pub(super) fn keys(&self) -> Vec<String> {
        let named = self.tables.iter().map(|it| it.table.keys());
        let mut named = named.map(|it| it.map(|it| it.get_ref().to_string()).collect::<Vec<_>>());
        for layer in &self.tables {
            layer.table.keys().for_each(|it| self.note(it.get_ref()));
        }
        named.next().unwrap_or_default()
    }

    /// Returns the keys of a table to which users may add some: those of every file, each once.
    pub(super) fn all_keys(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let names = self.tables.iter().flat_map(|layer| layer.table.keys());
        let names = names.map(|it| it.get_ref().as_ref()).filter(|it| seen.insert(*it));
        names.map(str::to_owned).collect()
    }

    /// Whether no file has the table.
    pub(super) fn is_absent(&self) -> bool {
        self.tables.is_empty()
    }

    /// Returns an array of tables: that of the nearest file that has one.
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

    /// Returns the table that is an item of an array; `rule` says what such an item may be.
    pub(super) fn table_of(&self, item: &LayeredValue<'r>, rule: &str) -> Result<Section<'r>, Problem> {
        let DeValue::Table(table) = item.value else { return Err(item.wrong(rule)) };
        let layer = Layer { table, at: item.span.start, ..item.layer };
        Ok(self.below(item.place.key.clone(), vec![layer]))
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

    /// Returns the value of a key, from the nearest file that has it.
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

    /// Returns a whole number that may be below zero.
    pub(super) fn signed(&self, key: &str) -> Result<i64, Problem> {
        let found = self.require(key)?;
        let number = match found.value {
            DeValue::Integer(number) => number.as_str().parse().ok(),
            _ => None,
        };
        number.ok_or_else(|| found.wrong("a whole number"))
    }

    pub(super) fn whole(&self, key: &str, range: RangeInclusive<u64>) -> Result<u64, Problem> {
        self.require(key)?.whole(range)
    }

    pub(super) fn date(&self, key: &str) -> Result<Option<NaiveDate>, Problem> {
        self.get(key).map(|it| it.date()).transpose()
    }

    /// Returns the strings of an array, each with its place; none where the key is absent.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<PlacedText>, Problem> {
        let Some(found) = self.get(key) else { return Ok(Vec::new()) };
        let texts = found.items()?.into_iter().map(|item| {
            let text = item.value.as_str().ok_or_else(|| item.wrong("a string"))?;
            Ok(PlacedText { text: text.to_owned(), place: item.place.clone() })
        });
        texts.collect()
    }

    pub(super) fn words(&self, key: &str) -> Result<Vec<String>, Problem> {
        Ok(self.texts(key)?.into_iter().map(|it| it.text).collect())
    }

    /// Returns a string, or the strings of an array.
    pub(super) fn text_or_texts(&self, key: &str) -> Result<Vec<String>, Problem> {
        let found = self.require(key)?;
        match found.value.as_str() {
            Some(text) => Ok(vec![text.to_owned()]),
            None => self.words(key),
        }
    }

    /// Returns patterns for whole lines; none where the key is absent.
    pub(super) fn lines(&self, key: &str) -> Result<LineSet, Problem> {
        let refuse = |place: ConfigPlace, text: &str, reason: String| Problem::Value {
            place,
            rule: format!("a regular expression ({reason})"),
            found: format!("{text:?}"),
        };
        let is_user = self.get(key).is_some_and(|it| it.layer.is_user);
        if !is_user {
            let patterns = self.texts(key)?.into_iter().map(|it| it.text);
            return Ok(LineSet::built_in(&patterns.collect::<Vec<_>>()));
        }
        let mut patterns = Vec::new();
        for PlacedText { text, place } in self.texts(key)? {
            Pattern::new(&text).map_err(|reason| refuse(place, &text, reason))?;
            patterns.push(text);
        }
        LineSet::new(&patterns)
            .map_err(|reason| self.wrong(key, &format!("regular expressions ({reason})")))
    }

    /// Returns a pattern with these groups; `None` where the key is absent or empty.
    pub(super) fn pattern<P: ProfilePattern>(
        &self,
        key: &str,
        groups: &[&str],
    ) -> Result<Option<P>, Problem> {
        self.get(key).map_or(Ok(None), |found| Self::pattern_of(&found, groups))
    }

    /// Returns a pattern with these groups, or each of a list of them; none where the key is absent or empty.
    pub(super) fn patterns<P: ProfilePattern>(
        &self,
        key: &str,
        groups: &[&str],
    ) -> Result<Vec<P>, Problem> {
        let Some(found) = self.get(key) else { return Ok(Vec::new()) };
        let items = if found.value.is_array() { found.items()? } else { vec![found] };
        let patterns = items.iter().map(|it| Self::pattern_of(it, groups));
        Ok(patterns.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    fn pattern_of<P: ProfilePattern>(
        found: &LayeredValue<'_>,
        groups: &[&str],
    ) -> Result<Option<P>, Problem> {
        let text = found.value.as_str().ok_or_else(|| found.wrong("a string"))?;
        if text.is_empty() {
            return Ok(None);
        }
        if !found.layer.is_user {
            return Ok(Some(P::built_in(text)));
        }
        let pattern = P::compiled(text)
            .map_err(|reason| found.wrong(&format!("a regular expression ({reason})")))?;
        if !can_match(text) {
            return Err(found.wrong("a regular expression that something can match"));
        }
        match groups.iter().find(|it| !pattern.has_group(it)) {
            Some(group) => {
                Err(found.wrong(&format!("a regular expression with a group named `{group}`")))
            }
            None => Ok(Some(pattern)),
        }
    }

    /// Returns the problem that a key is there and breaks its rule.
    pub(super) fn wrong(&self, key: &str, rule: &str) -> Problem {
        match self.get(key) {
            Some(found) => found.wrong(rule),
            None => self.absent(key),
        }
    }

    /// Returns the problem that a key is missing.
    pub(super) fn absent(&self, key: &str) -> Problem {
        let place = match self.tables.first() {
            Some(layer) => layer.file.place(layer.at, self.name(key)),
            None => ConfigPlace { file: self.file.clone(), line: 0, key: self.name(key) },
        };
        Problem::Absent { place }
    }

    /// Fails with the first key that was not asked for: there is no such key.
    pub(super) fn finish(&self) -> Result<(), Problem> {
        let known = self.known.borrow();
        for layer in &self.tables {
            for key in layer.table.keys() {
                let name = key.get_ref().as_ref();
                if known.contains(name) {
                    continue;
                }
                let place = layer.file.place(key.span().start, self.name(name));
                return Err(Problem::Unknown { place, nearest: nearest(name, &known) });
            }
        }
        Ok(())
    }

    /// Returns every value that was read from the whole file, in the order of reading.
    pub(super) fn settings(&self) -> Vec<Setting> {
        let (mut settings, mut shown) = (Vec::new(), BTreeSet::new());
        for setting in self.settings.borrow().iter() {
            // An array of tables is shown by the keys of its tables.
            if !setting.value.is_empty() && shown.insert(setting.key.clone()) {
                settings.push(setting.clone());
            }
        }
        settings
    }

    fn note(&self, key: &str) {
        let mut known = self.known.borrow_mut();
        if !known.contains(key) {
            known.insert(key.to_owned());
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
        let place = layer.file.place(span.start, self.name(key));
        LayeredValue { value: value.get_ref(), place, span, layer: *layer }
    }
}

fn nearest(name: &str, known: &BTreeSet<String>) -> Option<String> {
    known
        .iter()
        .map(|it| (strsim::jaro_winkler(name, it), it))
        .filter(|(likeness, _)| LIKENESS_MIN < *likeness)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, it)| it.clone())
}
