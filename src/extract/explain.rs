//! Who was asked for each field of a page, and what each of them has: for somebody who writes rules. What is read from a page, and
//! whom it believes, is decided in `page/`; nothing here is stored.

use serde_json::Value;

use crate::{
    config::{RuleField, ValueSource},
    html::{self, Document, Element},
    model::{Draft, Extraction, Field, Origin, RawPage, WarningCode},
};

use super::{
    index::{PageIndex, RuleHit},
    jsonld::{self, Facts},
    page::{AUTHORS, PUBLISHED, TITLES, TOPICS, UPDATED, own_facts, replaced},
    rules::{Compiled, CompiledValue},
    text::fold,
    values::{self, LinkedData},
};

/// The most characters of a text that are shown.
const TEXT_CHARS_MAX: usize = 100;

/// What a page says of itself, field by field.
#[derive(Debug, Clone, Default)]
pub struct Explanation {
    /// The fields, in the order of the rules.
    pub fields: Vec<ExplainedField>,
    /// Text inside the story that was taken for furniture, as the warnings quote it.
    pub left_out: Vec<String>,
}

/// A field, and everybody who was asked for it.
#[derive(Debug, Clone)]
pub struct ExplainedField {
    /// The key of its rules.
    pub key: &'static str,
    /// Where the value was read; `None` where there is none, and for what is no field of a story.
    pub origin: Option<Origin>,
    /// Who was asked, in order of trust.
    pub witnesses: Vec<FieldWitness>,
}

/// Somebody who was asked for a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldWitness {
    /// Its name: `json-ld author`, `meta og:title`, a CSS selector as it is written.
    pub name: String,
    /// The number of places that it found.
    pub found: usize,
    /// The text of the first of them.
    pub text: Option<String>,
}

/// Returns who was asked for each field of a page, and what each of them has. `extraction` is what was read from it.
pub(super) fn explain(rules: &Compiled, page: &RawPage, extraction: &Extraction) -> Explanation {
    let decoded = html::decode(&page.body, page.content_type.as_deref());
    let text = replaced(&decoded.text, &rules.profile);
    let document = Document::parse(&text);
    let era = rules.era(page);
    let mut index = rules.index(document.root(), era);
    let facts = own_facts(&mut index, page, rules);
    let ld: Vec<Value> = index.ld_blocks.iter().filter_map(|it| jsonld::block(it)).collect();
    let written = &rules.profile.eras[era].rules;
    let of_field = |field: RuleField| {
        let mut said = said(field, &index, &ld);
        let mut witnesses: Vec<FieldWitness> = Vec::new();
        for value in rules.values(era, field) {
            // What is read without rules stands where the profile puts it.
            let group = match value.rule.source {
                ValueSource::JsonLd => "json-ld ",
                ValueSource::Meta => "meta ",
                _ => {
                    witnesses.push(ordered(value, &index, &facts));
                    continue;
                }
            };
            witnesses.extend(said.extract_if(.., |it| it.name.starts_with(group)));
        }
        witnesses.append(&mut said);
        let finds = written.of(field).iter().zip(rules.find_each(&index, era, field));
        let finds = finds.filter(|_| rules.values(era, field).is_empty());
        witnesses.extend(finds.map(|(rule, hits)| found_by(&rule.to_string(), hits)));
        witnesses.extend(shown(field, &index, &extraction.draft));
        let of_story = of_story(field);
        let origin = extraction.draft.origins.iter().find(|it| Some(it.0) == of_story).map(|it| it.1);
        ExplainedField { key: field.key(), origin, witnesses }
    };
    let quotes = extraction.warnings.iter().filter(|it| it.code == WarningCode::LeftOut);
    Explanation {
        fields: RuleField::ALL.iter().map(|it| of_field(*it)).collect(),
        left_out: quotes.map(|it| it.detail.clone()).collect(),
    }
}

/// Returns what a rule finds.
fn found_by(name: &str, hits: &[RuleHit<'_>]) -> FieldWitness {
    let text = hits.first().map(|it| short(&it.element.text()));
    FieldWitness { name: name.to_owned(), found: hits.len(), text }
}

/// Returns what a witness says that the profile puts in an order.
fn ordered(value: &CompiledValue, index: &PageIndex<'_>, facts: &Facts) -> FieldWitness {
    let name = value.rule.written.clone();
    let hits = index.hits_at(value.at);
    if value.rule.is_plain() {
        return found_by(&name, hits);
    }
    let elements: Vec<Element<'_>> = hits.iter().map(|it| it.element).collect();
    let texts = values::of(&value.rule, &elements, LinkedData { blocks: &index.ld_blocks, facts });
    FieldWitness { name, found: texts.len(), text: texts.first().map(|it| short(it)) }
}

/// Returns the field of a story that rules are for.
fn of_story(field: RuleField) -> Option<Field> {
    match field {
        RuleField::Headline => Some(Field::Headline),
        RuleField::Section => Some(Field::Section),
        RuleField::Byline => Some(Field::Byline),
        RuleField::Published => Some(Field::PublishedOn),
        RuleField::Updated => Some(Field::UpdatedAt),
        RuleField::Summary => Some(Field::Summary),
        RuleField::Body | RuleField::Paragraphs | RuleField::Subheadings => Some(Field::Body),
        RuleField::Tags => Some(Field::Tags),
        RuleField::Related => Some(Field::Links),
        RuleField::Image | RuleField::Drop | RuleField::Article | RuleField::Embed => None,
    }
}

/// Returns what JSON-LD and `meta` say of a field.
fn said(field: RuleField, index: &PageIndex<'_>, ld: &[Value]) -> Vec<FieldWitness> {
    let (key, metas): (&str, &[&str]) = match field {
        RuleField::Headline => ("headline", TITLES),
        RuleField::Section => ("articleSection", &["article:section"]),
        RuleField::Byline => ("author", AUTHORS),
        RuleField::Published => ("datePublished", PUBLISHED),
        RuleField::Updated => ("dateModified", UPDATED),
        RuleField::Body => ("articleBody", &[]),
        RuleField::Tags => ("keywords", TOPICS),
        RuleField::Image => ("image", &["og:image"]),
        RuleField::Summary
        | RuleField::Paragraphs
        | RuleField::Subheadings
        | RuleField::Related
        | RuleField::Drop
        | RuleField::Article
        | RuleField::Embed => return Vec::new(),
    };
    let values: Vec<&Value> = ld.iter().flat_map(|it| values_of(it, key)).collect();
    let mut witnesses = vec![FieldWitness {
        name: format!("json-ld {key}"),
        found: values.len(),
        text: values.first().map(|it| short(&as_text(it))),
    }];
    for name in metas {
        let found: Vec<&str> = index.metas_of(std::slice::from_ref(name)).collect();
        // Of the many names that papers use for a thing, a page has few.
        if let Some(first) = found.first() {
            let name = format!("meta {name}");
            witnesses.push(FieldWitness { name, found: found.len(), text: Some(short(first)) });
        }
    }
    witnesses
}

/// Returns what the markup shows of a field without a rule.
fn shown(field: RuleField, index: &PageIndex<'_>, draft: &Draft) -> Vec<FieldWitness> {
    let of = |name: &str, texts: Vec<String>| FieldWitness {
        name: name.to_owned(),
        found: texts.len(),
        text: texts.first().map(|it| short(it)),
    };
    match field {
        RuleField::Headline => vec![
            of("h1, h2, h3", index.headings.iter().map(|it| it.element.text()).collect()),
            of("title", index.title.iter().cloned().collect()),
        ],
        RuleField::Published => {
            let times = index.times.iter().filter_map(|it| it.element.attr("datetime"));
            vec![of("time @datetime", times.map(str::to_owned).collect())]
        }
        RuleField::Tags => {
            let linked = draft.tags.iter().filter(|it| it.url.is_some()).map(|it| it.name.clone());
            vec![of("links to topics (tag_path, tag_names)", linked.collect())]
        }
        RuleField::Byline => {
            let is_shown = |it: &&(Field, Origin)| {
                it.0 == Field::Byline && matches!(it.1, Origin::Markup | Origin::Text)
            };
            let shown = draft.origins.iter().find(is_shown).and(draft.byline.clone());
            vec![of("what the page shows", shown.into_iter().collect())]
        }
        RuleField::Drop => {
            let named = index.named_furniture.iter().map(|it| it.element.text());
            vec![of("named by class or id (drop_names)", named.collect())]
        }
        _ => Vec::new(),
    }
}

/// Returns the values of a key, however deep they are.
fn values_of<'v>(value: &'v Value, key: &str) -> Vec<&'v Value> {
    match value {
        Value::Object(map) => {
            let inside = map.values().flat_map(|it| values_of(it, key));
            map.get(key).into_iter().chain(inside).collect()
        }
        Value::Array(items) => items.iter().flat_map(|it| values_of(it, key)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(as_text).collect::<Vec<_>>().join(", "),
        Value::Object(map) => {
            let named = map.get("name").or_else(|| map.get("url")).or_else(|| map.get("@id"));
            named.map(as_text).unwrap_or_default()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// Returns a text in one line, and not all of a long one.
fn short(text: &str) -> String {
    let text = fold(text);
    match text.char_indices().nth(TEXT_CHARS_MAX) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
