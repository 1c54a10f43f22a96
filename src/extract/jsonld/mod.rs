//! JSON-LD: what the page says about itself to search engines (schema.org/NewsArticle).
//!
//! It only reads what is written: whom to believe where the page says something else is decided by the readers in
//! `page/`, which also know whose an address is.

mod lenient;
mod values;

use serde_json::{Map, Value};

use crate::{
    html::unescape,
    model::{Warning, WarningCode},
};

use super::text::{essence, fold};

use self::values::{first_text, keywords, names};

pub(super) use self::values::get;

/// Nesting of `@graph` and lists that is looked into.
const DEPTH_MAX: usize = 8;
/// The rank of an object that is no article but the page.
const WEB_PAGE: u8 = 9;

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
    /// What the story is about, in the paper's words.
    pub(super) keywords: Vec<String>,
    /// The things that it is about, by name.
    pub(super) about: Vec<String>,
}

/// What the page knows of the objects in its JSON-LD.
pub(super) struct PageKnowledge<'w> {
    /// Says whose an address is: pages also carry objects of the stories that they link to.
    pub(super) owner: &'w dyn Fn(&str) -> Owner,
    /// Says whether a headline is one that the page itself has.
    pub(super) has_headline: &'w dyn Fn(&str) -> bool,
}

/// Whose an address in an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Page,
    OtherArticle,
    Unknown,
}

/// Returns what the page's own article says, and what could not be read.
pub(super) fn read(blocks: &[String], page: &PageKnowledge<'_>) -> (Facts, Vec<Warning>) {
    let mut warnings = Vec::new();
    let parsed: Vec<Value> = blocks.iter().filter_map(|block| parse(block, &mut warnings)).collect();
    let mut found = Vec::new();
    for value in &parsed {
        collect(value, 0, &mut found);
    }
    found.sort_by_key(|it| it.0);
    let (pages, articles): (Vec<_>, Vec<_>) = found.into_iter().partition(|it| it.0 == WEB_PAGE);
    let owner_of =
        |it: &Map<String, Value>| address(it).map_or(Owner::Unknown, |url| (page.owner)(&url));
    let article = own_article(&articles, page, &owner_of);
    let mut facts = article.map(|it| facts(it, &parsed)).unwrap_or_default();
    // Some systems say of the page when the story was published. Of a page that carries other stories' objects alone, they do not.
    let page = pages.iter().map(|it| it.1).find(|it| owner_of(it) != Owner::OtherArticle);
    if let Some(page) = page.filter(|_| article.is_some() || articles.is_empty()) {
        facts.take_dates(page);
        if article.is_none() && facts.published.is_some() {
            facts.authors = get(page, "author").map(|it| names(it, &parsed)).unwrap_or_default();
        }
    }
    facts.trail = parsed.iter().find_map(|value| trail(value, 0)).unwrap_or_default();
    (facts, warnings)
}

/// Returns the article that is the page's: the one with its address, else one without an address, of which the page's headline
/// tells; else, of a page that has only one, the one with the page's headline, whatever its address.
fn own_article<'v>(
    articles: &[(u8, &'v Map<String, Value>)],
    page: &PageKnowledge<'_>,
    owner_of: &dyn Fn(&Map<String, Value>) -> Owner,
) -> Option<&'v Map<String, Value>> {
    let of = |wanted: Owner| articles.iter().map(|it| it.1).filter(move |it| owner_of(it) == wanted);
    let headline =
        |it: &Map<String, Value>| get(it, "headline").or(get(it, "name")).and_then(first_text);
    let is_said = |it: &&Map<String, Value>| headline(it).is_some_and(|it| (page.has_headline)(&it));
    let said = || of(Owner::Unknown).find(is_said);
    let known = of(Owner::Page).next().or_else(said).or_else(|| of(Owner::Unknown).next());
    known.or_else(|| {
        let essences = articles.iter().map(|it| headline(it.1).map(|it| essence(&it)));
        let mut essences: Vec<_> = essences.collect();
        essences.dedup();
        of(Owner::OtherArticle).find(is_said).filter(|_| essences.len() == 1)
    })
}

/// Returns a block, read as well as it can be.
pub(super) fn block(text: &str) -> Option<Value> {
    parse(text, &mut Vec::new())
}

/// Strict first. Templates wrap blocks in comments, and break the rules of JSON in many ways; what can be read of such a block is.
fn parse(block: &str, warnings: &mut Vec<Warning>) -> Option<Value> {
    let bare = block.trim().trim_start_matches("<!--").trim_end_matches("-->");
    let bare = bare.trim().trim_start_matches("//").trim_start_matches("<![CDATA[");
    let bare = bare.trim_end().trim_end_matches("]]>").trim_end_matches("//").trim_end_matches(';');
    let strict = serde_json::from_str(bare);
    // Line breaks and tabs in strings are so common that nobody needs to hear of them.
    let strict = strict.or_else(|error| {
        serde_json::from_str(&bare.replace(|it: char| it.is_control(), " ")).map_err(|_| error)
    });
    match strict {
        Ok(value) => Some(value),
        Err(_) if bare.is_empty() => None,
        Err(error) => {
            warnings.push(Warning::new(WarningCode::JsonLdBroken, error.to_string()));
            lenient::read(bare)
        }
    }
}

impl Facts {
    /// Whether an object is an article of a page that has one of its own, and this is another: pages carry objects of the stories that
    /// they link to.
    pub(super) fn is_of_neighbour(&self, object: &Map<String, Value>) -> bool {
        let has_own = self.headline.is_some() || self.url.is_some();
        let is_article = rank(object).is_some_and(|it| it != WEB_PAGE);
        let text = |key| get(object, key).and_then(first_text);
        has_own
            && is_article
            && (address(object), text("headline").or_else(|| text("name")))
                != (self.url.clone(), self.headline.clone())
    }
}

/// Collects the objects that are articles, with their rank: 0 for news; and those that are the page.
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
            for key in ["@graph", "mainEntity", "hasPart", "mainEntityOfPage"] {
                if let Some(inner) = get(object, key) {
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
pub(super) fn types(object: &Map<String, Value>) -> Vec<&str> {
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
        "WebPage" | "ItemPage" => Some(WEB_PAGE),
        _ => None,
    });
    ranks.min()
}

fn facts(object: &Map<String, Value>, graph: &[Value]) -> Facts {
    let text = |key| get(object, key).and_then(first_text);
    let people = |key| get(object, key).map(|it| names(it, graph)).unwrap_or_default();
    let body = get(object, "articleBody").and_then(Value::as_str).map(unescape);
    Facts {
        headline: text("headline").or_else(|| text("name")),
        section: text("articleSection"),
        authors: ["author", "creator"]
            .map(people)
            .into_iter()
            .find(|it| !it.is_empty())
            .unwrap_or_default(),
        published: text("datePublished"),
        modified: text("dateModified"),
        description: text("description"),
        body: body.filter(|it| !fold(it).is_empty()),
        publisher: people("publisher").into_iter().next(),
        trail: Vec::new(),
        url: address(object),
        keywords: get(object, "keywords").map(keywords).unwrap_or_default(),
        about: get(object, "about").map(keywords).unwrap_or_default(),
    }
}

impl Facts {
    /// Takes the dates that an object has, where none are known.
    fn take_dates(&mut self, object: &Map<String, Value>) {
        if self.published.is_none() {
            let text = |key| get(object, key).and_then(first_text);
            self.published = text("datePublished");
            self.modified = self.modified.take().or_else(|| text("dateModified"));
        }
    }
}

/// Returns the address of the page that an object is about: `mainEntityOfPage` (text or `{@id}`), `url`, `@id`.
fn address(object: &Map<String, Value>) -> Option<String> {
    let of = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(inner) => inner.get("@id").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    };
    ["mainEntityOfPage", "url", "@id"].iter().find_map(|key| get(object, key).and_then(of))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts_of(blocks: &[&str]) -> (Facts, Vec<Warning>) {
        let blocks: Vec<String> = blocks.iter().map(|it| (*it).to_owned()).collect();
        let owner = |url: &str| match url {
            "/news/7" => Owner::Page,
            "/news/8" => Owner::OtherArticle,
            _ => Owner::Unknown,
        };
        read(&blocks, &PageKnowledge { owner: &owner, has_headline: &|text| text == "H" })
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
    fn of_articles_without_address_the_headline_tells() {
        check_headline(
            r#"[{"@type":"NewsArticle","headline":"other"},{"@type":"NewsArticle","headline":"H"}]"#,
        );
        check_headline(r#"{"@type":"NewsArticle","headline":"H","url":"/news/8"}"#);
    }

    #[test]
    fn a_flaw_does_not_lose_the_block() {
        for block in [
            r#"{"@type":"NewsArticle","headline":"H",}"#,
            "{\"@type\":\"NewsArticle\", // by hand\n\"headline\":\"H\"}",
            r#"{"@type":"NewsArticle","description":"mills \ud83d","headline":"H"}"#,
            "{\"@type\":\"WebSite\"}\n{\"@type\":\"NewsArticle\",\"headline\":\"H\"}",
            "{&quot;@type&quot;:&quot;NewsArticle&quot;,&quot;headline&quot;:&quot;H&quot;}",
        ] {
            let (facts, warnings) = facts_of(&[block]);
            assert_eq!(facts.headline.as_deref(), Some("H"), "{block}");
            assert_eq!(warnings.len(), 1, "{block}");
        }
    }

    #[test]
    fn a_text_is_read_in_every_shape() {
        let check = |headline: &str, expect: &str| {
            let block = format!(r#"{{"@type":"NewsArticle","headline":{headline}}}"#);
            assert_eq!(facts_of(&[&block]).0.headline.as_deref(), Some(expect), "{headline}");
        };
        check(r#""Rope &amp;amp; tar: the mill&amp;#8217;s""#, "Rope & tar: the mill’s");
        check(r#""Rope <em>firm</em><br/>in town""#, "Rope firm in town");
        check(r#"{"@value":"Rope"}"#, "Rope");
    }

    #[test]
    fn the_page_says_when_its_story_was_published() {
        let block = r#"{"@graph":[{"@type":"WebPage","datePublished":"2024-03-05"},
            {"@type":"NewsArticle","schema:headline":"H"}]}"#;
        let (facts, _) = facts_of(&[block]);
        assert_eq!(facts.headline.as_deref(), Some("H"));
        assert_eq!(facts.published.as_deref(), Some("2024-03-05"));
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
        check(r#"{"name":["A B","x"]}"#, &["A B", "x"]);
        check("[]", &[]);
        check(r#"{"name":""}"#, &[]);
        check(r#"{"name":{"@type":"Person","name":"A B"}}"#, &["A B"]);
        check(r#"{"givenName":"A","familyName":"B"}"#, &["A B"]);
        check(r#"[null,"A B",{"name":null}]"#, &["A B"]);
        let elsewhere = r##"{"@graph":[{"@type":"Article","headline":"H","author":{"@id":"#p"}},
            {"@type":"Person","@id":"#p","name":"A B"}]}"##;
        assert_eq!(facts_of(&[elsewhere]).0.authors, ["A B"]);
        let creator = r#"{"@type":"NewsArticle","author":[],"creator":["A B"]}"#;
        assert_eq!(facts_of(&[creator]).0.authors, ["A B"]);
        let keywords = r#"{"@type":"Article","keywords":["rope",{"name":"tar"},"wax, oil"]}"#;
        assert_eq!(facts_of(&[keywords]).0.keywords, ["rope", "tar", "wax", "oil"]);
    }
}
