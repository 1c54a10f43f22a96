//! What the text of a selector says of the element that it finds: a name to file it under, and what is cheaper to ask than the whole
//! selector. None of it decides: an element that has all of it may still not be meant.

use super::Element;

/// An attribute that an element must have to match.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Need {
    name: String,
    /// Whole, in whatever case: the selector says whether case matters. `None` for any value.
    value: Option<String>,
}

/// An element that a selector asks for by name, where a combinator says that it is the very next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Near {
    /// `p > …`
    Around(String),
    /// `p + …`
    Before(String),
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Key {
    Class(String),
    Attr(String),
    Name(String),
    Any,
}

impl Need {
    /// Whether an element has it.
    pub(super) fn is_met(&self, element: Element<'_>) -> bool {
        let found = element.attr(&self.name);
        found.is_some_and(|found| {
            self.value.as_ref().is_none_or(|value| value.eq_ignore_ascii_case(found))
        })
    }
}

impl Near {
    /// Whether it is there.
    pub(super) fn is_met(&self, element: Element<'_>) -> bool {
        let (found, name) = match self {
            Self::Around(name) => (element.parent(), name),
            Self::Before(name) => (element.element_before(), name),
        };
        found.is_some_and(|it| it.name() == name)
    }
}

/// The element name that a compound asks for; one with capitals is of a drawing, and told by the selector alone.
pub(super) fn name(compound: &str) -> Option<String> {
    let end = compound.find(|it: char| !(it.is_alphanumeric() || matches!(it, '-' | '_')));
    let name = &compound[..end.unwrap_or(compound.len())];
    let is_plain = !name.is_empty() && !compound.contains(['\\', '|']);
    (is_plain && name == name.to_ascii_lowercase()).then(|| name.to_owned())
}

/// Returns an attribute that a compound asks for: its id, else the first in brackets.
pub(super) fn need(compound: &str) -> Option<Need> {
    // Escapes and name spaces are the CSS parser's to read.
    if compound.contains(['\\', '|']) {
        return None;
    }
    let plain = compound.split(':').next().unwrap_or_default();
    let outside = plain.find('[').unwrap_or(plain.len());
    if let Some(hash) = plain[..outside].find('#') {
        let id = &plain[hash + 1..outside];
        let end = id.find(|it: char| !(it.is_alphanumeric() || matches!(it, '-' | '_')));
        return Some(Need {
            name: "id".to_owned(),
            value: Some(id[..end.unwrap_or(id.len())].to_owned()),
        });
    }
    let asked = plain[outside..].strip_prefix('[')?;
    let asked = &asked[..asked.find(']')?];
    let (name, value) = asked.split_once('=').map_or((asked, None), |(name, value)| (name, Some(value)));
    let is_whole = !name.ends_with(['~', '^', '$', '*']);
    let name = name.trim_end_matches(['~', '^', '$', '*']).trim().to_ascii_lowercase();
    let bare = |quote: char| value?.trim().strip_prefix(quote)?.strip_suffix(quote);
    let is_word =
        |it: &&str| it.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_'));
    let value = bare('\'').or_else(|| bare('"')).or_else(|| value.map(str::trim).filter(is_word));
    Some(Need { name, value: value.filter(|_| is_whole).map(str::to_owned) })
}

/// Returns the element that a selector asks for by name right around the one that it finds, or right before it.
pub(super) fn near(part: &str) -> Option<Near> {
    let last = last_compound(part);
    let before = part.trim().strip_suffix(last)?.trim_end();
    let named = |before: &str| name(last_compound(before.trim_end()));
    if let Some(before) = before.strip_suffix('>') {
        return named(before).map(Near::Around);
    }
    named(before.strip_suffix('+')?).map(Near::Before)
}

/// Returns classes that elements around the one that a selector finds must have, one of each element that it names so.
pub(super) fn classes_around(part: &str) -> Vec<String> {
    let mut classes = Vec::new();
    let mut rest = part.trim();
    while let Some(before) = rest.strip_suffix(last_compound(rest)).map(str::trim_end) {
        let is_beside = before.ends_with(['+', '~']);
        rest = before.strip_suffix(['>', '+', '~']).unwrap_or(before).trim_end();
        if rest.is_empty() {
            break;
        }
        // What is around an element beside it is around both.
        if let Key::Class(class) = key(last_compound(rest))
            && !is_beside
        {
            classes.push(class);
        }
    }
    classes
}

/// Split at top-level commas.
pub(super) fn parts(css: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0_usize, 0, Vec::new());
    for (at, byte) in css.bytes().enumerate() {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                parts.push(&css[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&css[start..]);
    parts
}

pub(super) fn last_compound(part: &str) -> &str {
    let (mut depth, mut start) = (0_usize, 0);
    let part = part.trim();
    for (at, byte) in part.bytes().enumerate() {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b' ' | b'\t' | b'\n' | b'>' | b'+' | b'~' if depth == 0 => start = at + 1,
            _ => {}
        }
    }
    &part[start..]
}

pub(super) fn key(compound: &str) -> Key {
    // A pseudo-class may hold other selectors; what stands before it is enough.
    let plain = compound.split(':').next().unwrap_or_default();
    // Escapes are rare and their decoding is the CSS parser's: such a selector is tried everywhere.
    if plain.contains('\\') {
        return Key::Any;
    }
    let name_at = |at: usize| {
        let rest = &plain[at..];
        let end = rest.find(|it: char| !(it.is_alphanumeric() || it == '-' || it == '_'));
        rest[..end.unwrap_or(rest.len())].to_owned()
    };
    let outside = plain.find('[').unwrap_or(plain.len());
    if let Some(dot) = plain[..outside].find('.') {
        return Key::Class(name_at(dot + 1));
    }
    if plain[..outside].contains('#') {
        return Key::Attr("id".to_owned());
    }
    let name = name_at(0);
    if !name.is_empty() {
        return Key::Name(name.to_ascii_lowercase());
    }
    match plain.find('[') {
        Some(bracket) => Key::Attr(name_at(bracket + 1)),
        None => Key::Any,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_are_filed_under_a_name_their_element_must_carry() {
        let keys = |css: &'static str| -> Vec<Key> {
            parts(css).into_iter().map(|it| key(last_compound(it))).collect()
        };
        let class = |it: &str| Key::Class(it.to_owned());
        let attr = |it: &str| Key::Attr(it.to_owned());
        assert_eq!(keys("h1.story__title"), [class("story__title")]);
        assert_eq!(keys("div.a > p.b, #c"), [class("b"), attr("id")]);
        assert_eq!(keys("span.badge a span"), [Key::Name("span".to_owned())]);
        assert_eq!(keys("[itemprop=articleBody]"), [attr("itemprop")]);
        assert_eq!(keys("a[href*='.x, y']"), [Key::Name("a".to_owned())]);
        assert_eq!(keys(":is(.a, .b)"), [Key::Any]);
        assert_eq!(keys(".a\\:b"), [Key::Any]);
    }

    #[test]
    fn an_attribute_that_is_asked_for_is_known() {
        let check = |css: &str, name: &str, value: Option<&str>| {
            let expect = Need { name: name.to_owned(), value: value.map(str::to_owned) };
            assert_eq!(need(css), Some(expect), "{css}");
        };
        check("div#c.x", "id", Some("c"));
        check("a[href='#today']", "href", Some("#today"));
        check("a[href=\"x y\"]", "href", Some("x y"));
        check("a[rel=next]", "rel", Some("next"));
        check("span[title]", "title", None);
        check("a[href^='/news']", "href", None);
        check("a[href='x' i]", "href", None);
        check("A[HREF]:not(.b)", "href", None);
        for none in ["div.a", "p", ":not([x])", "a[href='x:y']", "a\\#b", "[*|x]"] {
            assert_eq!(need(none), None, "{none}");
        }
    }

    #[test]
    fn classes_of_elements_around_are_known() {
        let check = |css: &str, classes: &[&str]| assert_eq!(classes_around(css), classes, "{css}");
        check("p.a", &[]);
        check("div.a p", &["a"]);
        check(".a .b.c > p + i", &["b", "a"]);
        check(".a > .b ~ p .c d", &["c", "a"]);
        check("div[title='x > y .z'] .a > p:not(.b .c)", &["a"]);
        for none in ["#a p", ":is(.a) p", ".a\\:b p", ".a + p", "p > .a"] {
            check(none, &[]);
        }
    }

    #[test]
    fn the_element_that_is_asked_for_around_or_before_is_known() {
        let around = |name: &str| Some(Near::Around(name.to_owned()));
        let before = |name: &str| Some(Near::Before(name.to_owned()));
        let check = |css: &str, expect: Option<Near>| assert_eq!(near(css), expect, "{css}");
        check("div.a > p", around("div"));
        check("td:first-child>div", around("td"));
        check("b a[x='>'] + span", before("a"));
        check("td > div + div", before("div"));
        for none in ["p", "div p", "div ~ p", ".a > p", "* + p", ":is(a > b)", "DIV > p", "a\\> > p"] {
            check(none, None);
        }
    }
}
