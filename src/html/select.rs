//! CSS selectors over our tree: `scraper` parses them, and the `selectors` crate matches them, told what an element is.
//!
//! There are no pseudo-classes but those of the tree, no pseudo-elements, no name spaces.

use std::fmt;

use html5ever::Namespace;
use scraper::selector::{CssLocalName, CssString, NonTSPseudoClass, Parser, PseudoElement, Simple};
use selectors::{
    OpaqueElement,
    attr::{AttrSelectorOperation, CaseSensitivity, NamespaceConstraint},
    bloom::BloomFilter,
    matching::{self, MatchingContext, SelectorCaches},
    parser::{ParseRelative, SelectorList},
};

use super::Element;

/// A list of selectors, compiled.
pub(super) struct Selector(SelectorList<Simple>);

impl Selector {
    pub(super) fn parse(css: &str) -> Option<Self> {
        let mut parser = cssparser::Parser::new(css);
        SelectorList::parse(&Parser, &mut parser, ParseRelative::No).ok().map(Self)
    }

    /// Whether it finds an element. `caches` are those of one document: they remember the places of elements among others.
    pub(super) fn matches(&self, element: Element<'_>, caches: &mut SelectorCaches) -> bool {
        let mut context = MatchingContext::new(
            matching::MatchingMode::Normal,
            None,
            caches,
            matching::QuirksMode::NoQuirks,
            matching::NeedsSelectorFlags::No,
            matching::MatchingForInvalidation::No,
        );
        let mut selectors = self.0.slice().iter();
        selectors.any(|it| matching::matches_selector(it, 0, None, &Asked(element), &mut context))
    }
}

/// An element, asked by the crate.
#[derive(Clone)]
struct Asked<'d>(Element<'d>);

impl fmt::Debug for Asked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.0.name())
    }
}

impl selectors::Element for Asked<'_> {
    type Impl = Simple;

    fn opaque(&self) -> OpaqueElement {
        OpaqueElement::new(self.0.identity())
    }

    fn parent_element(&self) -> Option<Self> {
        self.0.parent().map(Self)
    }

    fn parent_node_is_shadow_root(&self) -> bool {
        false
    }

    fn containing_shadow_host(&self) -> Option<Self> {
        None
    }

    fn is_pseudo_element(&self) -> bool {
        false
    }

    fn prev_sibling_element(&self) -> Option<Self> {
        self.0.element_before().map(Self)
    }

    fn next_sibling_element(&self) -> Option<Self> {
        self.0.element_after().map(Self)
    }

    fn first_element_child(&self) -> Option<Self> {
        self.0.elements().next().map(Self)
    }

    fn is_html_element_in_html_document(&self) -> bool {
        self.0.is_html()
    }

    fn has_local_name(&self, name: &CssLocalName) -> bool {
        self.0.name() == &*name.0
    }

    fn has_namespace(&self, _: &Namespace) -> bool {
        true
    }

    fn is_same_type(&self, other: &Self) -> bool {
        self.0.name() == other.0.name()
    }

    fn attr_matches(
        &self,
        _: &NamespaceConstraint<&Namespace>,
        name: &CssLocalName,
        operation: &AttrSelectorOperation<&CssString>,
    ) -> bool {
        self.0.attr(&name.0).is_some_and(|it| operation.eval_str(it))
    }

    fn match_non_ts_pseudo_class(
        &self,
        _: &NonTSPseudoClass,
        _: &mut MatchingContext<'_, Simple>,
    ) -> bool {
        false
    }

    fn match_pseudo_element(&self, _: &PseudoElement, _: &mut MatchingContext<'_, Simple>) -> bool {
        false
    }

    fn apply_selector_flags(&self, _: matching::ElementSelectorFlags) {}

    fn is_link(&self) -> bool {
        false
    }

    fn is_html_slot_element(&self) -> bool {
        false
    }

    fn has_id(&self, id: &CssLocalName, case: CaseSensitivity) -> bool {
        self.0.attr("id").is_some_and(|it| case.eq(id.0.as_bytes(), it.as_bytes()))
    }

    fn has_class(&self, name: &CssLocalName, case: CaseSensitivity) -> bool {
        let classes = self.0.attr("class").unwrap_or_default();
        name.0.len() <= classes.len()
            && classes.split_ascii_whitespace().any(|it| case.eq(name.0.as_bytes(), it.as_bytes()))
    }

    fn has_custom_state(&self, _: &CssLocalName) -> bool {
        false
    }

    fn imported_part(&self, _: &CssLocalName) -> Option<CssLocalName> {
        None
    }

    fn is_part(&self, _: &CssLocalName) -> bool {
        false
    }

    fn is_empty(&self) -> bool {
        self.0.children().next().is_none()
    }

    fn is_root(&self) -> bool {
        self.0.parent().is_none()
    }

    fn add_element_unique_hashes(&self, _: &mut BloomFilter) -> bool {
        false
    }
}
