//! Values of JSON-LD: what a property says, in whichever shape it is written (schema.org allows a text, an object with a name, a
//! list of either, and the id of an object that stands elsewhere).
//!
//! Which object is asked, and what its properties mean for the story, is decided in `mod.rs`.

use serde_json::{Map, Value};

use crate::{extract::text::fold, html::unescape};

/// Nesting that is looked into.
const DEPTH_MAX: usize = 8;
/// More people do not write one story.
const AUTHORS_MAX: usize = 40;

/// Returns a property, whichever prefix it has.
pub(in crate::extract) fn get<'v>(object: &'v Map<String, Value>, key: &str) -> Option<&'v Value> {
    object.get(key).or_else(|| object.get(&format!("schema:{key}")))
}

/// Returns a text, the value of a typed one, or the first of a list.
pub(super) fn first_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(unescaped(text)).filter(|it| !it.is_empty()),
        Value::Array(items) => items.iter().find_map(first_text),
        Value::Object(object) => object.get("@value").and_then(first_text),
        _ => None,
    }
}

/// Returns a text whose entities were escaped once, or once more than that.
fn unescaped(text: &str) -> String {
    let once = unescape(text);
    let is_twice = once.contains('&') && once.contains(';') && once != text;
    fold(&if is_twice { unescape(&once) } else { once })
}

/// Returns the words of a list of them: texts, terms with names, or one text with commas.
pub(super) fn keywords(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => {
            let text = unescaped(text);
            let seam = if text.contains(',') { ',' } else { ';' };
            text.split(seam).map(fold).filter(|it| !it.is_empty()).collect()
        }
        Value::Array(items) => items.iter().flat_map(keywords).collect(),
        Value::Object(object) => get(object, "name").and_then(first_text).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Returns the names of people or organisations: text, `{name}`, the `@id` of one that stands elsewhere, or a list of these. One object may have
/// a list of names.
pub(super) fn names(value: &Value, graph: &[Value]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let of_one = value.as_object().and_then(|it| get(it, "name")).filter(|it| it.is_array());
    let value = of_one.unwrap_or(value);
    let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    for name in items.iter().take(AUTHORS_MAX).filter_map(|it| name(it, graph, 0)) {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

fn name(value: &Value, graph: &[Value], depth: usize) -> Option<String> {
    let Value::Object(object) = value else { return first_text(value) };
    if DEPTH_MAX < depth {
        return None;
    }
    let text = |key| get(object, key).and_then(first_text);
    let said = get(object, "name").and_then(|it| name(it, graph, depth + 1)).or_else(|| {
        let parts = [text("givenName"), text("familyName")];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    });
    said.or_else(|| {
        let id = object.get("@id").and_then(Value::as_str)?;
        let there = graph.iter().find_map(|it| named_object(it, id, 0))?;
        name(get(there, "name")?, graph, depth + 1)
    })
}

/// Returns the object with an id and a name.
fn named_object<'v>(value: &'v Value, id: &str, depth: usize) -> Option<&'v Map<String, Value>> {
    if DEPTH_MAX < depth {
        return None;
    }
    match value {
        Value::Array(items) => items.iter().find_map(|it| named_object(it, id, depth + 1)),
        Value::Object(object) => {
            let is_it = object.get("@id").and_then(Value::as_str) == Some(id);
            if is_it && get(object, "name").is_some() {
                return Some(object);
            }
            object.values().find_map(|it| named_object(it, id, depth + 1))
        }
        _ => None,
    }
}
