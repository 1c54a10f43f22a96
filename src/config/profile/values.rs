//! Witnesses of a value: where a profile says that a value stands, in what order they are asked, and what is cut off what they
//! say. How they are asked of a page is not said here (`extract`); rules that find elements are in `rules.rs`.

use crate::config::{
    Pattern, Problem,
    layer::LayeredValue,
    reader::{PlacedText, Section},
};

use super::{
    rule::{Rule, RuleField, Which},
    spot,
};

/// One witness of a field, as the profile names it.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueRule {
    /// As it is written, for people.
    pub written: String,
    /// Who is asked.
    pub source: ValueSource,
    /// What is kept of the answer.
    pub cut: ValueCut,
}

/// Who is asked for a value.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueSource {
    /// What JSON-LD says of the story, read as without rules.
    JsonLd,
    /// What `meta` elements say of it, likewise.
    Meta,
    /// An element: its text, or an attribute of it.
    Element(Rule, Option<String>),
    /// A value in an object of JSON-LD.
    LinkedData(JsonPath),
    /// A value in a script that is JSON, or holds it.
    Script(Rule, JsonPath),
}

/// The keys that lead to a value, outermost first; a list is gone through, unless the key is a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonPath {
    /// The `@type` of the object that the path begins in; `None` for any object at the top.
    pub of_type: Option<String>,
    /// The keys.
    pub keys: Vec<String>,
}

/// What is kept of a text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ValueCut {
    /// Only what follows the first of these.
    pub after: Option<String>,
    /// Only what stands before the first of these.
    pub before: Option<String>,
    /// Only the group `value` of this pattern.
    pub take: Option<Pattern>,
}

/// The witnesses of one field.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct FieldRules {
    /// Selectors of elements, best first.
    pub(super) elements: Vec<Rule>,
    /// Every witness in its order, where the profile gives one; empty where it only has selectors.
    pub(super) values: Vec<ValueRule>,
}

impl ValueRule {
    /// Returns the selector that it begins with; `None` where it has none.
    pub fn selector(&self) -> Option<&Rule> {
        match &self.source {
            ValueSource::Element(rule, _) | ValueSource::Script(rule, _) => Some(rule),
            ValueSource::JsonLd | ValueSource::Meta | ValueSource::LinkedData(_) => None,
        }
    }

    /// Whether it is a selector of elements and nothing else.
    pub fn is_plain(&self) -> bool {
        matches!(self.source, ValueSource::Element(_, None)) && self.cut == ValueCut::default()
    }
}

impl ValueCut {
    /// Returns what is kept of a text; `None` where what it is cut by does not stand in it.
    pub fn of<'t>(&self, text: &'t str) -> Option<&'t str> {
        let text = match &self.after {
            Some(mark) => text.split_once(mark.as_str())?.1,
            None => text,
        };
        let text = match &self.before {
            Some(mark) => text.split_once(mark.as_str())?.0,
            None => text,
        };
        let text = match &self.take {
            Some(pattern) => pattern.captures(text.trim())?.name("value")?.as_str(),
            None => text,
        };
        Some(text.trim()).filter(|it| !it.is_empty())
    }
}

impl JsonPath {
    /// Returns the path of `NewsArticle.author.name` or `props.story.body`. A type begins with a capital.
    fn parse(text: &str) -> Self {
        let mut keys: Vec<String> = text.split('.').map(str::to_owned).collect();
        let is_type = keys[0].starts_with(|it: char| it.is_ascii_uppercase());
        let of_type = is_type.then(|| keys.remove(0));
        Self { of_type, keys }
    }

    fn keys_only(text: &str) -> Self {
        Self { of_type: None, keys: text.split('.').map(str::to_owned).collect() }
    }
}

/// Reads the witnesses of a field. Selectors alone are asked after JSON-LD and `meta`; a list that names any other witness is
/// asked in its own order.
pub(super) fn read(section: &Section, field: RuleField) -> Result<FieldRules, Problem> {
    let mut rules = FieldRules::default();
    let Some(found) = section.get(field.key()) else { return Ok(rules) };
    let mut is_ordered = false;
    for item in found.items()? {
        let (text, which, cut) = match item.value.as_str() {
            Some(text) => {
                let place = item.place.clone();
                (PlacedText { text: text.to_owned(), place }, Which::default(), ValueCut::default())
            }
            None => read_table(&section.table_of(&item, "a string or a table with `css`")?)?,
        };
        let written = written(&item, &text);
        let source = source(&text, &which).map_err(|rule| item.wrong(rule))?;
        if let ValueSource::Element(rule, None) = &source {
            rules.elements.push(rule.clone());
        }
        let rule = ValueRule { written, source, cut };
        if !rule.is_plain() && !field.has_value() {
            return Err(item.wrong("a selector: this field is of elements"));
        }
        is_ordered |= !rule.is_plain();
        rules.values.push(rule);
    }
    if !is_ordered {
        rules.values.clear();
    }
    Ok(rules)
}

/// Returns a witness as people wrote it.
fn written(item: &LayeredValue<'_>, text: &PlacedText) -> String {
    if item.value.is_table() { item.written() } else { text.text.clone() }
}

fn read_table(table: &Section) -> Result<(PlacedText, Which, ValueCut), Problem> {
    let place = table.get("css").map(|it| it.place).unwrap_or_default();
    let text = PlacedText { text: table.text("css")?, place };
    let optional = |key| {
        let text = table.get(key).map(|_| table.text(key)).transpose()?;
        Ok(text.filter(|it| !it.is_empty()))
    };
    let nth = table.get("nth").map(|_| table.signed("nth")).transpose()?;
    if nth == Some(0) {
        return Err(table.wrong("nth", "1 for the first, -1 for the last, and so on"));
    }
    let which = Which {
        contains: optional("contains")?,
        nth,
        has_following: table.get("following").is_some() && table.boolean("following")?,
    };
    let cut = ValueCut {
        after: optional("after")?,
        before: optional("before")?,
        take: table.pattern("take", &["value"])?,
    };
    table.finish()?;
    Ok((text, which, cut))
}

/// Returns who is asked by a witness as written, else the rule that it breaks.
fn source(found: &PlacedText, which: &Which) -> Result<ValueSource, &'static str> {
    let text = found.text.trim();
    let rule =
        |css: &str| Rule { css: css.to_owned(), which: which.clone(), place: found.place.clone() };
    let has_elements = !matches!(text, "json-ld" | "meta") && !text.starts_with("json-ld ");
    if *which != Which::default() && !has_elements {
        return Err("a selector: `contains`, `nth` and `following` choose among elements");
    }
    let is_path = |it: &&str| !it.is_empty() && it.split('.').all(|key| !key.is_empty());
    if let Some(path) = text.strip_prefix("json-ld ") {
        let rule = "`json-ld` and a path, `NewsArticle.headline`";
        let path = JsonPath::parse(Some(path.trim()).filter(is_path).ok_or(rule)?);
        return if path.keys.is_empty() { Err(rule) } else { Ok(ValueSource::LinkedData(path)) };
    }
    if let Some(asked) = text.strip_prefix("json ") {
        let parts = asked.trim().rsplit_once(' ').filter(|it| is_path(&it.1));
        let (css, path) =
            parts.ok_or("`json`, a selector of scripts and a path, `json #data story.body`")?;
        return Ok(ValueSource::Script(rule(css.trim()), JsonPath::keys_only(path)));
    }
    Ok(match text {
        "json-ld" => ValueSource::JsonLd,
        "meta" => ValueSource::Meta,
        _ => {
            let (css, attr) = spot::split(text);
            if css.is_empty() {
                return Err("a selector");
            }
            ValueSource::Element(rule(css), attr)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ConfigPlace;

    fn source_of(text: &str) -> Result<ValueSource, &'static str> {
        let found = PlacedText { text: text.to_owned(), place: ConfigPlace::default() };
        source(&found, &Which::default())
    }

    #[test]
    fn a_witness_is_told_by_how_it_is_written() {
        let path = |of_type: Option<&str>, keys: &[&str]| JsonPath {
            of_type: of_type.map(str::to_owned),
            keys: keys.iter().map(|it| (*it).to_owned()).collect(),
        };
        let rule = |css: &str| Rule::plain(css, ConfigPlace::default());
        let check = |text: &str, expect: ValueSource| assert_eq!(source_of(text), Ok(expect), "{text}");
        check("json-ld", ValueSource::JsonLd);
        check("meta", ValueSource::Meta);
        check("h1.title", ValueSource::Element(rule("h1.title"), None));
        let content = Some("content".to_owned());
        check("meta[name=author] @content", ValueSource::Element(rule("meta[name=author]"), content));
        let ld = path(Some("NewsArticle"), &["author", "name"]);
        check("json-ld NewsArticle.author.name", ValueSource::LinkedData(ld));
        check("json-ld headline", ValueSource::LinkedData(path(None, &["headline"])));
        let script = path(None, &["props", "story", "body"]);
        check(
            "json #__NEXT_DATA__ props.story.body",
            ValueSource::Script(rule("#__NEXT_DATA__"), script),
        );
        let in_head = path(None, &["a", "0"]);
        check("json head script.x a.0", ValueSource::Script(rule("head script.x"), in_head));
        for bad in ["json a.b", "json-ld a..b", "json #x a.", "@content"] {
            assert!(source_of(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_text_is_cut_by_what_stands_in_it() {
        let cut = ValueCut {
            after: Some("By ".to_owned()),
            before: Some("|".to_owned()),
            take: Some(Pattern::new(r"(?<value>\w+) \w+$").expect("valid")),
        };
        assert_eq!(cut.of("Friday By Ada Khan | Karachi"), Some("Ada"));
        for other in ["Friday Ada Khan | Karachi", "By Ada Khan", "By Ada | Karachi", ""] {
            assert_eq!(cut.of(other), None, "{other}");
        }
        assert_eq!(ValueCut::default().of("  a b "), Some("a b"));
    }
}
