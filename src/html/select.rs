//! CSS selectors over our tree: the `selectors` crate, told what an element is.

use std::fmt;

use cssparser::ToCss;
use precomputed_hash::PrecomputedHash;
use selectors::{
    OpaqueElement,
    attr::{AttrSelectorOperation, CaseSensitivity, NamespaceConstraint},
    bloom::BloomFilter,
    matching::{self, MatchingContext},
    parser::{self, ParseRelative, SelectorList, SelectorParseErrorKind},
};

use super::Element;

/// A list of selectors, compiled.
pub(super) struct Selector(SelectorList<Css>);

impl Selector {
    pub(super) fn parse(css: &str) -> Option<Self> {
        let mut parser = cssparser::Parser::new(css);
        SelectorList::parse(&Parser, &mut parser, ParseRelative::No).ok().map(Self)
    }

    pub(super) fn matches(&self, element: Element<'_>) -> bool {
        let mut caches = matching::SelectorCaches::default();
        let mut context = MatchingContext::new(
            matching::MatchingMode::Normal,
            None,
            &mut caches,
            matching::QuirksMode::NoQuirks,
            matching::NeedsSelectorFlags::No,
            matching::MatchingForInvalidation::No,
        );
        let mut selectors = self.0.slice().iter();
        selectors.any(|it| matching::matches_selector(it, 0, None, &Asked(element), &mut context))
    }
}

struct Parser;

impl parser::Parser<'_> for Parser {
    type Impl = Css;
    type Error = SelectorParseErrorKind;

    fn parse_is_and_where(&self) -> bool {
        true
    }

    fn parse_has(&self) -> bool {
        true
    }
}

/// No pseudo-classes but those of the tree, no pseudo-elements, no name spaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Css;

impl parser::SelectorImpl for Css {
    type AttrValue = Text;
    type Identifier = Text;
    type LocalName = Text;
    type NamespacePrefix = Text;
    type NamespaceUrl = Text;
    type BorrowedNamespaceUrl = Text;
    type BorrowedLocalName = Text;
    type NonTSPseudoClass = Never;
    type PseudoElement = Never;
    type ExtraMatchingData<'a> = ();
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Text(String);

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl ToCss for Text {
    fn to_css<W: fmt::Write>(&self, to: &mut W) -> fmt::Result {
        to.write_str(&self.0)
    }
}

impl PrecomputedHash for Text {
    /// Only asked for by filters that are not used here.
    fn precomputed_hash(&self) -> u32 {
        0
    }
}

/// There is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Never {}

impl ToCss for Never {
    fn to_css<W: fmt::Write>(&self, _: &mut W) -> fmt::Result {
        Ok(())
    }
}

impl parser::NonTSPseudoClass for Never {
    fn is_active_or_hover(&self) -> bool {
        false
    }

    fn is_user_action_state(&self) -> bool {
        false
    }
}

impl parser::PseudoElement for Never {}

/// An element, asked by the crate.
#[derive(Clone)]
struct Asked<'d>(Element<'d>);

impl fmt::Debug for Asked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.0.name())
    }
}

impl selectors::Element for Asked<'_> {
    type Impl = Css;

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

    fn has_local_name(&self, name: &Text) -> bool {
        self.0.name() == name.0
    }

    fn has_namespace(&self, _: &Text) -> bool {
        true
    }

    fn is_same_type(&self, other: &Self) -> bool {
        self.0.name() == other.0.name()
    }

    fn attr_matches(
        &self,
        _: &NamespaceConstraint<&Text>,
        name: &Text,
        operation: &AttrSelectorOperation<&Text>,
    ) -> bool {
        self.0.attr(&name.0).is_some_and(|it| operation.eval_str(it))
    }

    fn match_non_ts_pseudo_class(&self, _: &Never, _: &mut MatchingContext<'_, Css>) -> bool {
        false
    }

    fn match_pseudo_element(&self, _: &Never, _: &mut MatchingContext<'_, Css>) -> bool {
        false
    }

    fn apply_selector_flags(&self, _: matching::ElementSelectorFlags) {}

    fn is_link(&self) -> bool {
        false
    }

    fn is_html_slot_element(&self) -> bool {
        false
    }

    fn has_id(&self, id: &Text, case: CaseSensitivity) -> bool {
        self.0.attr("id").is_some_and(|it| case.eq(id.0.as_bytes(), it.as_bytes()))
    }

    fn has_class(&self, name: &Text, case: CaseSensitivity) -> bool {
        let classes = self.0.attr("class").unwrap_or_default();
        classes.split_ascii_whitespace().any(|it| case.eq(name.0.as_bytes(), it.as_bytes()))
    }

    fn has_custom_state(&self, _: &Text) -> bool {
        false
    }

    fn imported_part(&self, _: &Text) -> Option<Text> {
        None
    }

    fn is_part(&self, _: &Text) -> bool {
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
