//! Where in a page a rule looks: anywhere, or inside the one element whose id its selector begins with.
//!
//! A rule for a box beside the story is about a few elements of a page of thousands: one that says which box is tried
//! nowhere else. What a find means is decided by the readers in `page/`.

use crate::{
    config::{ConfigError, Rule},
    html::{Element, Matcher},
};

/// Where a rule looks, and for what.
pub(super) enum RulePlace {
    /// Anywhere: the rule's number in the list that one walk tries.
    Page(usize),
    /// Inside the element of an id.
    Inside(Box<InsideRule>),
}

/// A rule whose selector begins with an id.
pub(super) struct InsideRule {
    pub(super) id: String,
    matcher: Matcher,
}

impl InsideRule {
    /// Compiles a rule. Returns `None` for one whose selector does not begin with an id and a blank.
    pub(super) fn new(rule: &Rule) -> Result<Option<Self>, ConfigError> {
        let Some(id) = leading_id(&rule.css) else { return Ok(None) };
        // A selector of one element can be tested on it alone: everything it is tried on is inside the element with the id.
        let rest = rule.css.trim().split_once(' ').map_or("", |(_, rest)| rest.trim());
        let css = if is_compound(rest) { rest } else { rule.css.as_str() };
        let matcher = Matcher::new([css]).map_err(|bad| rule.refused(&bad.part))?;
        Ok(Some(Self { id: id.to_owned(), matcher }))
    }

    /// Returns what the rule finds inside an element.
    pub(super) fn find<'d>(&self, around: Element<'d>) -> Vec<Element<'d>> {
        let (mut found, mut walk) = (Vec::new(), self.matcher.walk(around));
        for element in around.descendants() {
            let mut is_found = false;
            walk.each_match(element, |_| is_found = true);
            found.extend(is_found.then_some(element));
        }
        found
    }
}

/// Returns the id of `#id …`: what such a selector finds is inside that element.
fn leading_id(css: &str) -> Option<&str> {
    let (first, rest) = css.trim().split_once(' ')?;
    let id = first.strip_prefix('#')?;
    let is_plain = id.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_'));
    // A list of selectors may look elsewhere, and so does one that goes on beside the element.
    let stays = !css.contains(',') && !rest.trim_start().starts_with(['+', '~']);
    (is_plain && stays && !id.is_empty()).then_some(id)
}

/// Whether a selector asks for one element, whatever is around it.
fn is_compound(css: &str) -> bool {
    !css.is_empty() && !css.contains([' ', '>', '+', '~', ':', '\t', '\n'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::Document;

    #[test]
    fn a_rule_that_begins_with_an_id_looks_inside_its_element() {
        for (css, id) in [("#a tr", Some("a")), ("#a-b > p b", Some("a-b")), (" #a  .x", Some("a"))] {
            assert_eq!(leading_id(css), id, "{css}");
        }
        for css in ["#a", "#a + p", "#a ~ p b", "#a p, #b p", "div #a p", "#a.b p", "#a[x] p", ".a p"] {
            assert_eq!(leading_id(css), None, "{css}");
        }
    }

    #[test]
    fn what_it_finds_is_what_its_selector_says() {
        let page = Document::parse(
            "<div id=a><table><tr><td>1</td></tr></table><p><b>x</b></p></div><table><tr><td>2</td></tr></table>",
        );
        let around = page.root().descendants().find(|it| it.attr("id") == Some("a")).expect("there");
        let find = |css: &str| {
            let rule = Rule::plain(css, crate::config::ConfigPlace::default());
            let rule = InsideRule::new(&rule).expect("valid").expect("an id");
            rule.find(around).iter().map(|it| it.text()).collect::<Vec<_>>()
        };
        assert_eq!(find("#a td"), ["1"]);
        assert_eq!(find("#a > p b"), ["x"]);
        assert_eq!(find("#a b"), ["x"]);
        assert_eq!(find("#a table td"), ["1"]);
        assert!(find("#a > b").is_empty());
    }
}
