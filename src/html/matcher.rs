//! Many selectors against one page in one walk.
//!
//! Running each selector over the document would cost more than parsing it. Instead every selector is
//! filed under one name that an element must carry to match (a class token, an id, an attribute or its
//! own name), and only the selectors filed under an element's names are tried on it.

use selectors::matching::SelectorCaches;

use super::{
    Element,
    compound::{Key, Near, Need, classes_around, key, last_compound, name, near, need, parts},
    select::Selector,
};

/// A set of selectors; each is known by its place in the list it was made from.
pub struct Matcher {
    selectors: Vec<Selector>,
    by_class: Filed,
    by_name: Filed,
    /// Filed under neither: tried on every element that has an attribute of this name.
    by_attr: Filed,
    /// Filed under nothing: tried on every element.
    everywhere: Vec<Part>,
    /// Classes that selectors ask of elements around the one that they find.
    around: Vec<String>,
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
    /// For each class of `Matcher::around`, the end of the elements met so far that have it: until there, the walk is inside one.
    inside: Vec<u32>,
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
    /// The name of the element that it asks for beside or around the one that it finds, likewise.
    near: Option<Near>,
    /// The places in `Matcher::around` of classes that it asks for around the one that it finds, likewise.
    around: Vec<usize>,
    /// It asks for nothing but that and what it is filed under.
    is_told: bool,
}

/// Which names may be filed: cheap, never wrong about what is.
#[derive(Default)]
struct Filter([u64; 4]);

impl Matcher {
    /// Compile a list of selectors.
    pub fn new<'s>(list: impl IntoIterator<Item = &'s str>) -> Result<Self, BadSelector> {
        let mut matcher = Self {
            selectors: Vec::new(),
            by_class: Filed::default(),
            by_name: Filed::default(),
            by_attr: Filed::default(),
            everywhere: Vec::new(),
            around: Vec::new(),
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
                let around =
                    classes_around(part).into_iter().map(|it| matcher.file_around(it)).collect();
                let part = Part { index, name, need: need(compound), near: near(part), around, is_told };
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

    /// Files a class of elements around. Returns its place.
    fn file_around(&mut self, class: String) -> usize {
        self.class_filter.add(&class);
        self.around.iter().position(|it| *it == class).unwrap_or_else(|| {
            self.around.push(class);
            self.around.len() - 1
        })
    }

    /// Begins a walk over elements inside one, in document order.
    pub fn walk(&self, around: Element<'_>) -> MatchWalk<'_> {
        let inside = vec![0; self.around.len()];
        let mut walk = MatchWalk { matcher: self, caches: SelectorCaches::default(), inside };
        if !self.around.is_empty() {
            for element in std::iter::once(around).chain(around.ancestors()) {
                for class in classes(element.attr("class").unwrap_or_default()) {
                    walk.enter(element, class);
                }
            }
        }
        walk
    }
}

/// Returns the classes in the value of an attribute, as bytes: they are most of what a page is written with.
fn classes(value: &str) -> impl Iterator<Item = &[u8]> {
    value.as_bytes().split(u8::is_ascii_whitespace)
}

impl MatchWalk<'_> {
    /// Call `hit` with the place of every selector that matches an element.
    pub fn each_match(&mut self, element: Element<'_>, mut hit: impl FnMut(usize)) {
        let matcher = self.matcher;
        // Over the names of its attributes, once: looking up each name that is filed costs more.
        for (name, value) in element.attrs() {
            if name == "class" {
                for class in classes(value).filter(|it| matcher.class_filter.may_have(it)) {
                    self.enter(element, class);
                    self.try_all(matcher.by_class.get(class), element, &mut hit);
                }
            }
            if matcher.attr_filter.may_have(name.as_bytes()) {
                self.try_all(matcher.by_attr.get(name.as_bytes()), element, &mut hit);
            }
        }
        let name = element.name().as_bytes();
        if matcher.name_filter.may_have(name) {
            self.try_all(matcher.by_name.get(name), element, &mut hit);
        }
        self.try_all(Some(&matcher.everywhere), element, &mut hit);
    }

    /// Notes an element of a class.
    fn enter(&mut self, element: Element<'_>, class: &[u8]) {
        if let Some(at) = self.matcher.around.iter().position(|it| it.as_bytes() == class) {
            self.inside[at] = self.inside[at].max(element.nodes().end);
        }
    }

    fn try_all(&mut self, filed: Option<&Vec<Part>>, element: Element<'_>, mut hit: impl FnMut(usize)) {
        for Part { index, name, need, near, around, is_told } in filed.into_iter().flatten() {
            let may_match = name.as_deref().is_none_or(|it| it == element.name())
                && around.iter().all(|it| element.nodes().start < self.inside[*it])
                && need.as_ref().is_none_or(|it| it.is_met(element))
                && near.as_ref().is_none_or(|it| it.is_met(element));
            let selector = &self.matcher.selectors[*index];
            if may_match && (*is_told || selector.matches(element, &mut self.caches)) {
                hit(*index);
            }
        }
    }
}

impl Filed {
    fn add(&mut self, name: String, part: Part) {
        match self.0.iter_mut().find(|it| it.0 == name) {
            Some(known) => known.1.push(part),
            None => self.0.push((name, vec![part])),
        }
    }

    fn get(&self, name: &[u8]) -> Option<&Vec<Part>> {
        self.0.iter().find(|it| it.0.as_bytes() == name).map(|it| &it.1)
    }
}

impl Filter {
    fn slot(bytes: &[u8]) -> (usize, u64) {
        let first = bytes.first().copied().unwrap_or(0);
        let last = bytes.last().copied().unwrap_or(0);
        let mixed = usize::from(first).wrapping_mul(31)
            ^ usize::from(last).wrapping_mul(17)
            ^ bytes.len().wrapping_mul(7);
        ((mixed >> 6) & 3, 1 << (mixed & 63))
    }

    fn add(&mut self, name: &str) {
        let (word, bit) = Self::slot(name.as_bytes());
        self.0[word] |= bit;
    }

    fn may_have(&self, name: &[u8]) -> bool {
        let (word, bit) = Self::slot(name);
        self.0[word] & bit != 0
    }
}

#[cfg(test)]
mod tests {
    use super::super::Document;
    use super::*;

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
            "div > p",
            "p + my-card",
            "div + my-card",
            "span > a > span",
            ".b .z",
            ".b > .badge > a span",
            ".badge ~ .z",
        ];
        let matcher = Matcher::new(list).expect("valid");
        let page = Document::parse(text);
        let mut hits = vec![0; list.len()];
        let mut walk = matcher.walk(page.root());
        for element in page.root().descendants() {
            walk.each_match(element, |index| hits[index] += 1);
        }
        assert_eq!(
            hits,
            [1, 1, 1, 1, 2, 1, 1, 0, 1, 1, 0, 0, 0, 1, 0, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 1, 0]
        );
        // A walk may begin anywhere: what is around its beginning is around all of it.
        let badge =
            page.root().descendants().find(|it| it.attr("class") == Some("badge")).expect("there");
        let (mut walk, mut hits) = (matcher.walk(badge), Vec::new());
        for element in badge.descendants() {
            walk.each_match(element, |index| hits.push(list[index]));
        }
        hits.sort_unstable();
        assert_eq!(hits, [".b > .badge > a span", "p, a", "span > a > span", "span.badge a span"]);
    }

    #[test]
    fn a_bad_selector_is_named_by_its_place() {
        let bad = |index, part: &str| Some(BadSelector { index, part: part.to_owned() });
        assert_eq!(Matcher::new(["p", "div.("]).err(), bad(1, "div.("));
        assert_eq!(Matcher::new(["p, b:nth(, i"]).err(), bad(0, "b:nth(, i"));
        assert_eq!(Matcher::new(["p, b:is(i), .3, i"]).err(), bad(0, ".3"));
    }
}
