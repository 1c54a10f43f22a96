//! Where a value is: a CSS selector, and an attribute of the element or else its text. What the value means is said by the
//! rules that have spots. A rule alone (`rules.rs`) finds elements, a spot finds texts.

use crate::config::{
    Problem,
    reader::{PlacedText, Section},
};

use super::rule::Rule;

/// Where a value is inside an element: `"span"` for a text, `"span @title"` for an attribute, `"@title"` for an
/// attribute of the element itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The selector of the element; `None` for the element itself.
    pub rule: Option<Rule>,
    /// The attribute; `None` for the text.
    pub attr: Option<String>,
}

/// Reads the spots of a key, one or a list, best first; none where it is absent.
pub(super) fn read(section: &Section, key: &str) -> Result<Vec<Spot>, Problem> {
    let spot = |it: PlacedText| {
        let (css, attr) = split(&it.text);
        Spot { rule: Some(Rule::plain(css, it.place)).filter(|rule| !rule.css.is_empty()), attr }
    };
    let found = section.get(key);
    let only = found.and_then(|found| {
        Some(PlacedText { text: found.value.as_str()?.to_owned(), place: found.place })
    });
    let texts = only.map_or_else(|| section.texts(key), |text| Ok(vec![text]))?;
    Ok(texts.into_iter().map(spot).collect())
}

/// Takes a spot apart into its selector and its attribute.
pub(super) fn split(text: &str) -> (&str, Option<String>) {
    match text.rsplit_once('@') {
        Some((css, attr)) if is_name(attr) => (css.trim(), Some(attr.to_ascii_lowercase())),
        _ => (text.trim(), None),
    }
}

/// Whether a text is the name of an attribute: a selector may have an `@` in a string.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
