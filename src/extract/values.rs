//! What a witness that the profile names says: the text of an element, an attribute of it, a value in JSON; cut as the profile
//! says. In what order witnesses are asked, and what their answers mean, is the business of `page/`.

use serde_json::{Map, Value};

use crate::{
    config::{JsonPath, ValueRule, ValueSource},
    html::Element,
};

use super::{
    jsonld::{self, Facts},
    text::fold_apart,
};

/// Nesting that is looked into for an object of a type.
const DEPTH_MAX: usize = 8;
/// The most values that one witness gives.
const VALUES_MAX: usize = 2_000;

/// The JSON-LD of a page.
#[derive(Clone, Copy)]
pub(super) struct LinkedData<'a> {
    /// As it is written.
    pub(super) blocks: &'a [String],
    /// What it says of the page's own story: other stories are not asked.
    pub(super) facts: &'a Facts,
}

/// Returns what a witness says, with what its selector found and the JSON-LD of the page. What is no text of its own (`json-ld`
/// and `meta`, which are read without rules) says nothing here.
pub(super) fn of(rule: &ValueRule, found: &[Element<'_>], linked: LinkedData<'_>) -> Vec<String> {
    let texts = match &rule.source {
        ValueSource::JsonLd | ValueSource::Meta => Vec::new(),
        ValueSource::Element(_, Some(attr)) => {
            found.iter().filter_map(|it| it.attr(attr)).map(str::to_owned).collect()
        }
        ValueSource::Element(_, None) => {
            found.iter().map(|it| fold_apart(&it.text()).into_owned()).collect()
        }
        ValueSource::LinkedData(path) => {
            let mut blocks = linked.blocks.iter().filter_map(|it| jsonld::block(it));
            blocks.find_map(|it| in_object(path, &it, linked.facts)).unwrap_or_default()
        }
        ValueSource::Script(_, path) => {
            let mut scripts = found.iter().filter_map(|it| json_in(&it.text()));
            scripts
                .find_map(|it| Some(at(&it, &path.keys)).filter(|it| !it.is_empty()))
                .unwrap_or_default()
        }
    };
    texts.iter().filter_map(|it| rule.cut.of(it)).map(str::to_owned).collect()
}

/// Returns the JSON in a script, which may assign it to something. What follows it does not count.
fn json_in(script: &str) -> Option<Value> {
    let start = script.find(['{', '['])?;
    serde_json::Deserializer::from_str(&script[start..]).into_iter::<Value>().next()?.ok()
}

/// Returns the values of a path in the first object of its type that has any.
fn in_object(path: &JsonPath, value: &Value, facts: &Facts) -> Option<Vec<String>> {
    let mut objects = Vec::new();
    collect(value, 0, facts, &mut objects);
    let is_of_type = |it: &&Map<String, Value>| {
        path.of_type.as_ref().is_none_or(|name| jsonld::types(it).contains(&&**name))
    };
    let mut values = objects.iter().copied().filter(is_of_type).map(|it| {
        let mut found = Vec::new();
        of_object(it, &path.keys, &objects, &mut found);
        found
    });
    values.find(|it| !it.is_empty())
}

/// Collects every object, those around it first; other stories are left out with all that is in them.
fn collect<'v>(
    value: &'v Value,
    depth: usize,
    facts: &Facts,
    objects: &mut Vec<&'v Map<String, Value>>,
) {
    if DEPTH_MAX < depth {
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|it| collect(it, depth + 1, facts, objects)),
        Value::Object(object) if !facts.is_of_neighbour(object) => {
            objects.push(object);
            object.values().for_each(|it| collect(it, depth + 1, facts, objects));
        }
        Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn at(value: &Value, keys: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    values(value, keys, &[], &mut found);
    found
}

/// Collects what a path leads to from an object. One that is only named by its `@id` there is looked for among the others.
fn of_object(
    object: &Map<String, Value>,
    keys: &[String],
    others: &[&Map<String, Value>],
    found: &mut Vec<String>,
) {
    let Some((key, inner)) = keys.split_first() else { return };
    let elsewhere = || {
        let id = object.get("@id").filter(|it| it.is_string());
        let mut named = others.iter().filter(|it| id.is_some() && it.get("@id") == id);
        named.find_map(|it| jsonld::get(it, key))
    };
    if let Some(value) = jsonld::get(object, key).or_else(elsewhere) {
        values(value, inner, others, found);
    }
}

/// Collects the texts and numbers that a path leads to.
fn values(value: &Value, keys: &[String], others: &[&Map<String, Value>], found: &mut Vec<String>) {
    if VALUES_MAX <= found.len() {
        return;
    }
    match value {
        Value::Array(items) => {
            let one = keys.first().and_then(|key| key.parse::<usize>().ok());
            match one {
                Some(place) => {
                    items.get(place).into_iter().for_each(|it| values(it, &keys[1..], others, found));
                }
                None => items.iter().for_each(|it| values(it, keys, others, found)),
            }
        }
        Value::Object(object) => of_object(object, keys, others, found),
        Value::String(text) if keys.is_empty() => found.push(text.clone()),
        // JSON in a string of JSON.
        Value::String(text) if text.starts_with(['{', '[']) => {
            if let Ok(inner) = serde_json::from_str(text) {
                values(&inner, keys, others, found);
            }
        }
        Value::Number(number) if keys.is_empty() => found.push(number.to_string()),
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, of_type: Option<&str>, keys: &str, expect: &[&str]) {
        let path = JsonPath {
            of_type: of_type.map(str::to_owned),
            keys: keys.split('.').map(str::to_owned).collect(),
        };
        let value = json_in(json).expect("JSON");
        let found = in_object(&path, &value, &Facts::default()).unwrap_or_default();
        assert_eq!(found, expect, "{json} {keys}");
    }

    #[test]
    fn a_path_goes_through_lists_and_into_objects_of_its_type() {
        let people = r#"{"@graph":[{"@type":"Person","name":"N"},{"@type":["X","NewsArticle"],"author":[{"name":"A"},{"name":"B"}]}]}"#;
        check(people, Some("NewsArticle"), "author.name", &["A", "B"]);
        check(people, Some("NewsArticle"), "author.1.name", &["B"]);
        check(people, None, "name", &["N"]);
        check(people, Some("Place"), "name", &[]);
        check(people, Some("NewsArticle"), "author", &[]);
    }

    #[test]
    fn what_is_only_named_by_its_id_is_found_elsewhere() {
        let graph = r##"{"@graph":[{"@type":"NewsArticle","author":{"@id":"#a"},"publisher":[{"@id":"#a"},{"@id":"#p"}]},
            {"@type":"Person","@id":"#a","name":"A","worksFor":{"@id":"#p"}},{"@id":"#p","name":"P","url":{"@id":"#u"}}]}"##;
        check(graph, Some("NewsArticle"), "author.name", &["A"]);
        check(graph, Some("NewsArticle"), "publisher.name", &["A", "P"]);
        check(graph, Some("NewsArticle"), "author.worksFor.name", &["P"]);
        check(graph, Some("NewsArticle"), "author.worksFor.url.name", &[]);
        check(
            r##"{"@type":"X","@id":"#x","next":{"@id":"#x"}}"##,
            Some("X"),
            "next.next.next.name",
            &[],
        );
    }

    #[test]
    fn the_json_of_a_script_is_found_behind_its_name() {
        check("window.state = {\"a\":{\"b\":[3,\"x\"]}}; go();", None, "a.b", &["3", "x"]);
        check(r#"{"a":"{\"b\":\"x\"}"}"#, None, "a.b", &["x"]);
        assert_eq!(json_in("go();"), None);
        assert_eq!(json_in("x = {a: 1}"), None);
    }
}
