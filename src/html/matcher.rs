//! Many selectors against one page in one walk.
//!
//! Running each selector over the document would cost more than parsing it. Instead every selector is
//! filed under one name that an element must carry to match (a class token, an id, an attribute or its
//! own name), and only the selectors filed under an element's names are tried on it.

use selectors::matching::SelectorCaches;

use super::{Element, select::Selector};

/// A set of selectors; each is known by its place in the list it was made from.
pub struct Matcher {
    selectors: Vec<Selector>,
    by_class: Filed,
    by_name: Filed,
    /// Filed under neither: tried on every element that has an attribute of this name.
    by_attr: Filed,
    /// Filed under nothing: tried on every element.
    everywhere: Vec<Part>,
    class_filter: Filter,
    name_filter: Filter,
    attr_filter: Filter,
}

/// A selector that cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadSelector {
    /// Its place in the list.
    pub index: usize,
    /// The part between commas that is wrong.
    pub part: String,
}

/// A walk over elements of one document, which remembers what selectors such as `:nth-child` have counted.
pub struct MatchWalk<'m> {
    matcher: &'m Matcher,
    caches: SelectorCaches,
}

/// Selectors by name. There are a dozen: comparing lengths beats hashing.
#[derive(Default)]
struct Filed(Vec<(String, Vec<Part>)>);

/// A part of a selector list.
struct Part {
    /// The place of its list.
    index: usize,
    /// The element name it asks for, if any: cheaper to compare than to match.
    name: Option<String>,
    /// An attribute it asks for, likewise.
    need: Option<Need>,
    /// It asks for nothing but that and what it is filed under.
    is_told: bool,
}

/// An attribute that an element must have to match.
#[derive(Debug, PartialEq, Eq)]
struct Need {
    name: String,
    /// Whole, in whatever case: the selector says whether case matters. `None` for any value.
    value: Option<String>,
}

/// Which names may be filed: cheap, never wrong about what is.
#[derive(Default)]
struct Filter([u64; 4]);

#[derive(Debug, PartialEq, Eq)]
enum Key {
    Class(String),
    Attr(String),
    Name(String),
    Any,
}

impl Matcher {
    /// Compile a list of selectors.
    pub fn new<'s>(list: impl IntoIterator<Item = &'s str>) -> Result<Self, BadSelector> {
        let mut matcher = Self {
            selectors: Vec::new(),
            by_class: Filed::default(),
            by_name: Filed::default(),
            by_attr: Filed::default(),
            everywhere: Vec::new(),
            class_filter: Filter::default(),
            name_filter: Filter::default(),
            attr_filter: Filter::default(),
        };
        for (index, css) in list.into_iter().enumerate() {
            let selector = Selector::parse(css).ok_or_else(|| {
                let bad = parts(css).into_iter().find(|it| Selector::parse(it).is_none());
                BadSelector { index, part: bad.unwrap_or(css).trim().to_owned() }
            })?;
            matcher.selectors.push(selector);
            for part in parts(css) {
                let compound = last_compound(part);
                let name = name(compound);
                let key = key(compound);
                let is_told = match &key {
                    Key::Class(class) => {
                        part.trim() == format!("{}.{class}", name.as_deref().unwrap_or_default())
                    }
                    Key::Attr(_) | Key::Name(_) | Key::Any => false,
                };
                let part = Part { index, name, need: need(compound), is_told };
                let (map, name) = match key {
                    Key::Class(name) => {
                        matcher.class_filter.add(&name);
                        (&mut matcher.by_class, name)
                    }
                    Key::Name(name) => {
                        matcher.name_filter.add(&name);
                        (&mut matcher.by_name, name)
                    }
                    Key::Attr(name) => {
                        matcher.attr_filter.add(&name);
                        (&mut matcher.by_attr, name)
                    }
                    Key::Any => {
                        matcher.everywhere.push(part);
                        continue;
                    }
                };
                map.add(name, part);
            }
        }
        Ok(matcher)
    }

    /// Begins a walk over elements of one document.
    pub fn walk(&self) -> MatchWalk<'_> {
        MatchWalk { matcher: self, caches: SelectorCaches::default() }
    }

    fn each_match(&self, element: Element<'_>, caches: &mut SelectorCaches, mut hit: impl FnMut(usize)) {
        let mut try_all = |filed: Option<&Vec<Part>>| {
            for Part { index, name, need, is_told } in filed.into_iter().flatten() {
                let may_match = name.as_deref().is_none_or(|it| it == element.name())
                    && need.as_ref().is_none_or(|it| it.is_met(element));
                if may_match && (*is_told || self.selectors[*index].matches(element, caches)) {
                    hit(*index);
                }
            }
        };
        // Over the names of its attributes, once: looking up each name that is filed costs more.
        for name in element.attr_names() {
            if name == "class" {
                for class in element.attr(name).unwrap_or_default().split_ascii_whitespace() {
                    if self.class_filter.may_have(class) {
                        try_all(self.by_class.get(class));
                    }
                }
            }
            if self.attr_filter.may_have(name) {
                try_all(self.by_attr.get(name));
            }
        }
        if self.name_filter.may_have(element.name()) {
            try_all(self.by_name.get(element.name()));
        }
        if !self.everywhere.is_empty() {
            try_all(Some(&self.everywhere));
        }
    }
}

impl MatchWalk<'_> {
    /// Call `hit` with the place of every selector that matches an element.
    pub fn each_match(&mut self, element: Element<'_>, hit: impl FnMut(usize)) {
        self.matcher.each_match(element, &mut self.caches, hit);
    }
}

impl Need {
    fn is_met(&self, element: Element<'_>) -> bool {
        let found = element.attr(&self.name);
        found.is_some_and(|found| {
            self.value.as_ref().is_none_or(|value| value.eq_ignore_ascii_case(found))
        })
    }
}

impl Filed {
    fn add(&mut self, name: String, part: Part) {
        match self.0.iter_mut().find(|it| it.0 == name) {
            Some(known) => known.1.push(part),
            None => self.0.push((name, vec![part])),
        }
    }

    fn get(&self, name: &str) -> Option<&Vec<Part>> {
        self.0.iter().find(|it| it.0 == name).map(|it| &it.1)
    }
}

impl Filter {
    fn slot(name: &str) -> (usize, u64) {
        let bytes = name.as_bytes();
        let first = bytes.first().copied().unwrap_or(0);
        let last = bytes.last().copied().unwrap_or(0);
        let mixed = usize::from(first).wrapping_mul(31)
            ^ usize::from(last).wrapping_mul(17)
            ^ bytes.len().wrapping_mul(7);
        ((mixed >> 6) & 3, 1 << (mixed & 63))
    }

    fn add(&mut self, name: &str) {
        let (word, bit) = Self::slot(name);
        self.0[word] |= bit;
    }

    fn may_have(&self, name: &str) -> bool {
        let (word, bit) = Self::slot(name);
        self.0[word] & bit != 0
    }
}

/// The element name that a compound asks for; one with capitals is of a drawing, and told by the selector alone.
fn name(compound: &str) -> Option<String> {
    let end = compound.find(|it: char| !(it.is_alphanumeric() || matches!(it, '-' | '_')));
    let name = &compound[..end.unwrap_or(compound.len())];
    let is_plain = !name.is_empty() && !compound.contains(['\\', '|']);
    (is_plain && name == name.to_ascii_lowercase()).then(|| name.to_owned())
}

/// Returns an attribute that a compound asks for: its id, else the first in brackets.
fn need(compound: &str) -> Option<Need> {
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

/// Split at top-level commas.
fn parts(css: &str) -> Vec<&str> {
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

fn last_compound(part: &str) -> &str {
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

fn key(compound: &str) -> Key {
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
    use super::super::Document;
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
    fn one_walk_finds_what_each_selector_would() {
        let text = "<div class=' x   b '><p id=c data-k>1</p><my-card class=z></my-card><span class=badge><a><span>M</span></a></span></div>";
        let list = [
            "div.b",
            "#c",
            "[data-k]",
            "span.badge a span",
            "p, a",
            ":is(p)",
            ".x.b > p",
            "h1",
            "p.b, .x",
            "DIV.x",
            "div.b.z",
            ".x:empty",
            "div .b",
            "my-card.z",
            "my.z",
            "p[data-k]",
            "p[data-k='1']",
            "p[ID=\"c\"]",
            "div p#c",
            "span#c",
        ];
        let matcher = Matcher::new(list).expect("valid");
        let page = Document::parse(text);
        let mut hits = vec![0; list.len()];
        let mut walk = matcher.walk();
        for element in page.root().descendants() {
            walk.each_match(element, |index| hits[index] += 1);
        }
        assert_eq!(hits, [1, 1, 1, 1, 2, 1, 1, 0, 1, 1, 0, 0, 0, 1, 0, 1, 0, 1, 1, 0]);
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
    fn a_bad_selector_is_named_by_its_place() {
        let bad = |index, part: &str| Some(BadSelector { index, part: part.to_owned() });
        assert_eq!(Matcher::new(["p", "div.("]).err(), bad(1, "div.("));
        assert_eq!(Matcher::new(["p, b:nth(, i"]).err(), bad(0, "b:nth(, i"));
        assert_eq!(Matcher::new(["p, b:is(i), .3, i"]).err(), bad(0, ".3"));
    }
}
