//! What elements are called by the makers of a page: classes, ids and links that say what they hold, where no rule does.

use crate::{
    config::{FragmentSet, Profile, RuleField},
    html::Element,
};

/// A name with this many hyphens is the words of a headline.
const SLUG_SEAMS_MIN: usize = 6;
/// Where papers name the parts of a page, beside classes and ids.
const PART_NAMES: [&str; 2] = ["data-component", "data-testid"];

/// The names that a profile knows, of one era.
pub(super) struct ElementNames {
    furniture: FragmentSet,
    topics: FragmentSet,
    related: FragmentSet,
}

/// What an element says that it is.
pub(super) struct Called {
    pub(super) furniture: bool,
    pub(super) topics: bool,
    pub(super) related: bool,
}

impl ElementNames {
    /// Topics are known by their names only where neither a rule nor the path of their pages says which they are.
    pub(super) fn new(profile: &Profile, era: usize) -> Self {
        let rules = &profile.eras[era].rules;
        let are_said = profile.has_tag_path() || !rules.of(RuleField::Tags).is_empty();
        let topics = if are_said { FragmentSet::default() } else { rules.tag_names.clone() };
        let (furniture, related) = (rules.drop_names.clone(), rules.related_names.clone());
        Self { furniture, topics, related }
    }

    /// Returns what an element says that it is.
    pub(super) fn of(&self, element: Element<'_>) -> Called {
        Called {
            furniture: is_called(&self.furniture, element),
            topics: self.lists_topics(element),
            related: is_called(&self.related, element),
        }
    }

    fn lists_topics(&self, element: Element<'_>) -> bool {
        let is_part = |name: &&str| element.attr(name).is_some_and(|it| self.topics.is_in(it));
        !self.topics.is_empty()
            && (is_called(&self.topics, element)
                || PART_NAMES.iter().any(is_part)
                || is_topic_link(element))
    }
}

/// Whether HTML says of an element that it leads to a topic of the page; that of a section is none.
pub(super) fn is_topic_link(element: Element<'_>) -> bool {
    let rel = if element.name() == "a" { element.attr("rel").unwrap_or_default() } else { "" };
    let is = |name: &str| rel.split_ascii_whitespace().any(|it| it.eq_ignore_ascii_case(name));
    is("tag") && !is("category")
}

/// Whether the class or the id of an element has a part of a name. What a page is made of is never told by it.
fn is_called(names: &FragmentSet, element: Element<'_>) -> bool {
    let is_part = || !matches!(element.name(), "html" | "body" | "main" | "head");
    let is_named = |attr| {
        let mut written = element.attr(attr).unwrap_or_default().split_ascii_whitespace();
        written.any(|it| !is_slug(it) && names.is_in(it))
    };
    !names.is_empty() && is_part() && (is_named("class") || is_named("id"))
}

/// Whether a class or id is made of a headline, whose words say nothing of the element.
fn is_slug(name: &str) -> bool {
    SLUG_SEAMS_MIN <= name.bytes().filter(|it| *it == b'-').count() && !name.contains("__")
}
