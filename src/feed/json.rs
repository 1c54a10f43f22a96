//! JSON Feed 1 and 1.1 (jsonfeed.org). Feeds in XML are read beside it (`xml.rs`).

use serde_json::Value;
use url::Url;

use super::item::{AddressKind, ItemTexts, TEXTS_MAX};

/// Returns the items of a JSON feed. Fails with what is wrong, in words.
pub(super) fn items(text: &str, base: &Url) -> Result<Vec<ItemTexts>, String> {
    let feed: Value = serde_json::from_str(text).map_err(|error| format!("broken JSON: {error}"))?;
    let items = feed["items"].as_array().ok_or_else(|| "not a feed".to_owned())?;
    Ok(items.iter().map(|it| item(it, base)).collect())
}

fn item(json: &Value, base: &Url) -> ItemTexts {
    let text = |name: &str| json[name].as_str().map(str::to_owned);
    let mut texts = ItemTexts {
        published: text("date_published").into_iter().collect(),
        updated: text("date_modified").into_iter().collect(),
        title: text("title"),
        content: text("content_html").or_else(|| text("content_text").map(|it| escaped(&it))),
        summary: text("summary").map(|it| escaped(&it)),
        raw: json.to_string(),
        ..ItemTexts::default()
    };
    let addresses = [
        (AddressKind::Link, "url"),
        (AddressKind::OtherForm, "external_url"),
        (AddressKind::Identity, "id"),
    ];
    for (kind, name) in addresses {
        texts.add_address(kind, json[name].as_str().unwrap_or_default(), base);
    }
    let authors = json["authors"].as_array().into_iter().flatten().chain([&json["author"]]);
    let names = authors.filter_map(|it| it["name"].as_str().or_else(|| it.as_str()));
    texts.authors = names.take(TEXTS_MAX).map(str::to_owned).collect();
    let tags = json["tags"].as_array().into_iter().flatten().filter_map(Value::as_str);
    texts.categories = tags.take(TEXTS_MAX).map(str::to_owned).collect();
    texts
}

/// Returns a text as HTML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
