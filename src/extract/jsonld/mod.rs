//! JSON-LD: what the page says about itself to search engines (schema.org/NewsArticle).
//!
//! It only reads what is written: whom to believe where the page says something else is decided by the readers in
//! `page/`, which also know whose an address is.

use serde_json::{Map, Value};

use crate::{
    html::unescape,
    model::{Warning, WarningCode},
};

use super::text::fold;

/// Nesting of `@graph` and lists that is looked into.
const DEPTH_MAX: usize = 8;

/// What the article's object says. Dates are as written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) headline: Option<String>,
    pub(super) section: Option<String>,
    pub(super) authors: Vec<String>,
    pub(super) published: Option<String>,
    pub(super) modified: Option<String>,
    pub(super) description: Option<String>,
    /// Paragraphs by line.
    pub(super) body: Option<String>,
    pub(super) publisher: Option<String>,
    /// The names of the page's breadcrumbs, outermost first.
    pub(super) trail: Vec<String>,
    pub(super) url: Option<String>,
}

/// Whose an address in an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Page,
    OtherArticle,
    Unknown,
}

/// Returns what the page's own article says, and what could not be read. `owner` says whose an address is:
/// pages also carry objects of the stories that they link to.
pub(super) fn read(blocks: &[String], owner: impl Fn(&str) -> Owner) -> (Facts, Vec<Warning>) {
    let mut warnings = Vec::new();
    let mut articles = Vec::new();
    let parsed: Vec<Value> = blocks
        .iter()
        .filter_map(|block| match parse(block) {
            Ok(value) => Some(value),
            Err(error) => {
                warnings.push(Warning::new(WarningCode::JsonLdBroken, error.to_string()));
                None
            }
        })
        .collect();
    for value in &parsed {
        collect(value, 0, &mut articles);
    }
    articles.sort_by_key(|it| it.0);
    let owner_of = |it: &Map<String, Value>| address(it).map_or(Owner::Unknown, |url| owner(&url));
    let find = |wanted| articles.iter().find(|it| owner_of(it.1) == wanted);
    let article = find(Owner::Page).or(find(Owner::Unknown));
    let mut facts = article.map(|it| facts(it.1)).unwrap_or_default();
    facts.trail = parsed.iter().find_map(|value| trail(value, 0)).unwrap_or_default();
    (facts, warnings)
}

/// Strict first. Templates paste raw line breaks and tabs into strings, and wrap blocks in comments.
fn parse(block: &str) -> Result<Value, serde_json::Error> {
    let bare = block.trim().trim_start_matches("<!--").trim_end_matches("-->");
    let bare = bare.trim().trim_start_matches("//").trim_start_matches("<![CDATA[");
    let bare = bare.trim_end().trim_end_matches("]]>").trim_end_matches("//").trim_end_matches(';');
    serde_json::from_str(bare)
        .or_else(|_| serde_json::from_str(&bare.replace(|it: char| it.is_control(), " ")))
}

/// Collects the objects that are articles, with their rank: 0 for news.
fn collect<'v>(value: &'v Value, depth: usize, found: &mut Vec<(u8, &'v Map<String, Value>)>) {
    if DEPTH_MAX < depth {
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|it| collect(it, depth + 1, found)),
        Value::Object(object) => {
            if let Some(rank) = rank(object) {
                found.push((rank, object));
            }
            for key in ["@graph", "mainEntity"] {
                if let Some(inner) = object.get(key) {
                    collect(inner, depth + 1, found);
                }
            }
        }
        _ => {}
    }
}

/// Returns the names of the first list of breadcrumbs, outermost first.
fn trail(value: &Value, depth: usize) -> Option<Vec<String>> {
    if DEPTH_MAX < depth {
        return None;
    }
    match value {
        Value::Array(items) => items.iter().find_map(|it| trail(it, depth + 1)),
        Value::Object(object) if types(object).contains(&"BreadcrumbList") => {
            let items = object.get("itemListElement")?.as_array()?;
            let name = |item: &Value| {
                let inner = item.get("item").and_then(|it| it.get("name"));
                item.get("name").or(inner).and_then(first_text)
            };
            Some(items.iter().filter_map(name).collect())
        }
        Value::Object(object) => {
            let inner = ["@graph", "mainEntity", "breadcrumb"].iter().filter_map(|key| object.get(*key));
            inner.into_iter().find_map(|it| trail(it, depth + 1))
        }
        _ => None,
    }
}

/// Returns the names of an object's types, without their vocabulary.
fn types(object: &Map<String, Value>) -> Vec<&str> {
    let types: Vec<&str> = match object.get("@type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    types.into_iter().map(|it| it.rsplit(['/', ':']).next().unwrap_or_default()).collect()
}

fn rank(object: &Map<String, Value>) -> Option<u8> {
    let ranks = types(object).into_iter().filter_map(|it| match it {
        _ if it.ends_with("NewsArticle") => Some(0),
        "Article" | "LiveBlogPosting" | "BlogPosting" | "Report" => Some(1),
        _ => None,
    });
    ranks.min()
}

fn facts(object: &Map<String, Value>) -> Facts {
    let text = |key| object.get(key).and_then(first_text);
    Facts {
        headline: text("headline").or_else(|| text("name")),
        section: text("articleSection"),
        authors: object.get("author").map(names).unwrap_or_default(),
        published: text("datePublished"),
        modified: text("dateModified"),
        description: text("description"),
        body: object
            .get("articleBody")
            .and_then(Value::as_str)
            .map(unescape)
            .filter(|it| !fold(it).is_empty()),
        publisher: object.get("publisher").map(names).and_then(|it| it.into_iter().next()),
        trail: Vec::new(),
        url: address(object),
    }
}

/// Returns a text, or the first of a list.
fn first_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(fold(&unescape(text))).filter(|it| !it.is_empty()),
        Value::Array(items) => items.iter().find_map(first_text),
        _ => None,
    }
}

/// Returns the names of people or organisations: text, `{name}`, or a list of either.
fn names(value: &Value) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let name = match value {
        Value::Array(items) => {
            for name in items.iter().flat_map(names) {
                if !found.contains(&name) {
                    found.push(name);
                }
            }
            None
        }
        Value::Object(object) => object.get("name").and_then(first_text),
        other => first_text(other),
    };
    found.extend(name);
    found
}

/// Returns the address of the page that an object is about: `mainEntityOfPage` (text or `{@id}`), `url`, `@id`.
fn address(object: &Map<String, Value>) -> Option<String> {
    let of = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(inner) => inner.get("@id").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    };
    ["mainEntityOfPage", "url", "@id"].iter().find_map(|key| object.get(*key).and_then(of))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts_of(blocks: &[&str]) -> (Facts, Vec<Warning>) {
        let blocks: Vec<String> = blocks.iter().map(|it| (*it).to_owned()).collect();
        read(&blocks, |url| match url {
            "/news/7" => Owner::Page,
            "/news/8" => Owner::OtherArticle,
            _ => Owner::Unknown,
        })
    }

    #[track_caller]
    fn check_headline(block: &str) {
        assert_eq!(facts_of(&[block]).0.headline.as_deref(), Some("H"), "{block}");
    }

    #[test]
    fn the_article_is_found_wherever_it_stands() {
        check_headline(r#"{"@type":"NewsArticle","headline":"H"}"#);
        check_headline(
            r#"[{"@type":"WebSite","name":"X"},{"@type":["Article","NewsArticle"],"headline":"H"}]"#,
        );
        check_headline(
            r#"{"@graph":[{"@type":"Organization","name":"X"},{"@type":"NewsArticle","headline":"H"}]}"#,
        );
        check_headline(r#"{"@type":"http://schema.org/NewsArticle","headline":"H"}"#);
        check_headline(
            r#"{"@type":"WebPage","mainEntity":{"@type":"ReportageNewsArticle","headline":"H"}}"#,
        );
        check_headline("{\"@type\":\"NewsArticle\",\"headline\":\"\tH\n\"}");
        check_headline("<!-- {\"@type\":\"NewsArticle\",\"headline\":\"H\"}; -->");
    }

    #[test]
    fn the_pages_own_article_is_taken_not_a_neighbours() {
        let block = r#"[{"@type":"NewsArticle","headline":"other","url":"/news/8"},
            {"@type":"NewsArticle","headline":"H","mainEntityOfPage":{"@id":"/news/7"}}]"#;
        check_headline(block);
        check_headline(r#"[{"@type":"Article","headline":"x"},{"@type":"NewsArticle","headline":"H"}]"#);
    }

    #[test]
    fn a_neighbours_article_alone_is_nobodys() {
        let (facts, _) = facts_of(&[r#"{"@type":"NewsArticle","headline":"other","url":"/news/8"}"#]);
        assert_eq!(facts, Facts::default());
    }

    #[test]
    fn breadcrumbs_are_read_in_either_shape() {
        let check =
            |block: &str| assert_eq!(facts_of(&[block]).0.trail, ["Markets", "Stocks"], "{block}");
        check(
            r#"{"@type":"BreadcrumbList","itemListElement":[{"position":1,"item":{"@id":"/m","name":"Markets"}},
            {"position":2,"item":{"@id":"/m/s","name":"Stocks"}}]}"#,
        );
        check(
            r#"{"@graph":[{"@type":"WebPage","breadcrumb":{"@type":"http://schema.org/BreadcrumbList",
            "itemListElement":[{"name":"Markets","item":"/m"},{"name":"Stocks","item":"/m/s"}]}}]}"#,
        );
    }

    #[test]
    fn a_broken_block_does_not_hide_a_good_one() {
        let (facts, warnings) =
            facts_of(&["{oops", r#"{"@type":"NewsArticle","headline":"H &amp; I"}"#]);
        assert_eq!(facts.headline.as_deref(), Some("H & I"));
        assert_eq!(warnings[0].code, WarningCode::JsonLdBroken);
    }

    #[test]
    fn authors_come_in_every_shape() {
        let check = |author: &str, expect: &[&str]| {
            let block = format!(r#"{{"@type":"NewsArticle","author":{author}}}"#);
            assert_eq!(facts_of(&[&block]).0.authors, expect, "{author}");
        };
        check(r#""Reuters""#, &["Reuters"]);
        check(r#"{"@type":"Person","name":"Reuters"}"#, &["Reuters"]);
        check(r#"[{"name":"A B"},{"name":"C D"},{"name":"A B"}]"#, &["A B", "C D"]);
        check(r#"{"name":["A B","x"]}"#, &["A B"]);
        check("[]", &[]);
        check(r#"{"name":""}"#, &[]);
    }
}
