//! How far a page is parsed: what a broken or hostile one may cost.
//!
//! The standard's algorithm walks the stack of open elements for nearly every tag, opens formatting elements again for every
//! paragraph, and compares every attribute of a tag with those before it. A page that makes it do so without end is parsed up to
//! there, and says that it was cut.

use std::cell::Cell;

use memchr::{memchr, memchr_iter, memmem};

/// The number of bytes between two looks at what a page has cost.
pub(super) const STRETCH_BYTES: usize = 4 << 10;

/// Pages are nested some thirty deep; deeper than this is an accident or an attack.
const DEPTH_MAX: usize = 3000;
/// Large pages take a hundredth of these looks at open elements.
const STEPS_MAX: u64 = 50_000_000;
/// The elements that a page may have beyond one for each byte; one with more keeps reopening the same ones.
const ELEMENTS_FREE: usize = 10_000;
/// Each attribute of a tag is compared with those before it. So many comparisons are six thousand attributes in one tag, or two
/// hundred in each of a thousand tags; a missing quotation mark, which turns a whole story into attributes, makes far fewer.
const COMPARISONS_MAX: usize = 20_000_000;
/// The comparisons of fewer are not worth counting.
const TAG_ATTRS_FREE: usize = 64;

/// What parsing a page has cost so far.
#[derive(Default)]
pub(super) struct ParseCost {
    steps: Cell<u64>,
    elements: Cell<usize>,
}

impl ParseCost {
    /// Notes how many open elements were looked at, or moved.
    pub(super) fn steps(&self, more: u64) {
        self.steps.set(self.steps.get() + more);
    }

    /// Note a new element.
    pub(super) fn element(&self) {
        self.elements.set(self.elements.get() + 1);
    }

    /// Whether a page is too much at this many bytes and levels.
    pub(super) fn is_too_much(&self, bytes: usize, depth: usize) -> bool {
        STEPS_MAX < self.steps.get() || bytes + ELEMENTS_FREE < self.elements.get() || DEPTH_MAX < depth
    }
}

/// Where a tag begins whose attributes are too many, with those of the tags before it; or the length of the page.
pub(super) fn end_of_sane_tags(page: &str) -> usize {
    let bytes = page.as_bytes();
    let (mut at, mut comparisons) = (0, 0);
    while let Some(start) = memchr(b'<', &bytes[at..]).map(|it| at + it) {
        let rest = &bytes[start + 1..];
        at = start
            + 1
            + match rest {
                [b'!', b'-', b'-', ..] => memmem::find(rest, b"-->").unwrap_or(rest.len()),
                [first, ..] if first.is_ascii_alphabetic() => {
                    let (end, attrs) = tag(rest);
                    if TAG_ATTRS_FREE < attrs {
                        comparisons += attrs * attrs / 2;
                    }
                    if COMPARISONS_MAX < comparisons {
                        return start;
                    }
                    match rest.get(..6) {
                        Some(name) if name.eq_ignore_ascii_case(b"script") => end_of_script(rest, end),
                        _ => end,
                    }
                }
                _ => 0,
            };
    }
    page.len()
}

/// Where a tag ends, and how many attributes it has (HTML, sections 13.2.5.32 to 13.2.5.39).
fn tag(bytes: &[u8]) -> (usize, usize) {
    let after = |from: usize, is_part: fn(u8) -> bool| {
        let rest = bytes.get(from..).unwrap_or_default();
        rest.iter().position(|it| !is_part(*it)).map_or(bytes.len(), |it| from + it)
    };
    let is_name = |it: u8| !it.is_ascii_whitespace() && !matches!(it, b'/' | b'>' | b'=');
    let mut attrs = 0;
    let mut at = after(0, is_name);
    loop {
        at = after(at, |it| it.is_ascii_whitespace() || it == b'/');
        if matches!(bytes.get(at), None | Some(b'>')) {
            return (at, attrs);
        }
        attrs += 1;
        // The first letter of a name may be a sign of equality.
        at = after(after(at + 1, is_name), |it| it.is_ascii_whitespace());
        if bytes.get(at) != Some(&b'=') {
            continue;
        }
        at = after(at + 1, |it| it.is_ascii_whitespace());
        at = match bytes.get(at) {
            Some(quote @ (b'"' | b'\'')) => {
                memchr(*quote, &bytes[at + 1..]).map_or(bytes.len(), |it| at + 1 + it + 1)
            }
            _ => after(at, |it| !it.is_ascii_whitespace() && it != b'>'),
        };
    }
}

/// Where a script ends that begins at `from`.
fn end_of_script(bytes: &[u8], from: usize) -> usize {
    let is_end = |at: &usize| {
        let name = bytes.get(at + 1..at + 8);
        name.is_some_and(|it| it.eq_ignore_ascii_case(b"/script"))
    };
    let mut tags = memchr_iter(b'<', &bytes[from..]).map(|it| from + it);
    tags.find(is_end).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::whole;

    #[track_caller]
    fn check(page: &str, is_cut: bool) {
        let parsed = whole::parse(page);
        assert_eq!(parsed.is_cut(), is_cut, "{page:.80} …");
    }

    fn all(count: usize, part: impl Fn(usize) -> String) -> String {
        (0..count).map(part).collect()
    }

    #[test]
    fn what_is_flat_is_parsed_whole() {
        check(&"<p>a<br>".repeat(100_000), false);
        check(&"<div><b>x</b></div>".repeat(50_000), false);
        check(&"<p><b>x".repeat(50_000), false);
        check(&format!("<p>{}", "a ".repeat(500_000)), false);
        check(&format!("<script>if (a<b {}) x();</script><p>a", "|| c ".repeat(10_000)), false);
        check(&format!("<div data-page='{{{}}}'><p>a", "\"a\": 1, ".repeat(10_000)), false);
        check(&format!("<!-- <a {} --><p>a", "b ".repeat(10_000)), false);
        check(&format!("<meta content=\"{}\"><p>a", "word ".repeat(1_000)), false);
    }

    #[test]
    fn a_tag_ends_where_it_does() {
        for (bytes, expected) in [
            ("a>", (1, 0)),
            ("a b=c d>", (7, 2)),
            ("a b='>' c=\">\" d = e/f>", (21, 3)),
            ("a/b/>", (4, 1)),
            ("a ==b c", (7, 2)),
            ("a b='c", (6, 1)),
        ] {
            assert_eq!(tag(bytes.as_bytes()), expected, "{bytes}");
        }
    }

    #[test]
    fn what_is_nested_without_end_is_cut() {
        check(&"<div>".repeat(200_000), true);
        let closed = format!("{}{}", "<div>".repeat(200_000), "</div>".repeat(200_000));
        check(&closed, true);
        check(&"<div></b>".repeat(200_000), true);
        check(&"<p><dl><dd>".repeat(100_000), true);
    }

    #[test]
    fn what_is_opened_again_without_end_is_cut() {
        let fonts = all(20_000, |at| format!("<p><font size={at}></p>"));
        check(&fonts, true);
        check(&all(20_000, |at| format!("<body a{at}=1>")), true);
        let open = "<div>".repeat(2_900);
        check(&format!("{open}{}", "</section>".repeat(200_000)), true);
    }

    #[test]
    fn tags_with_thousands_of_attributes_end_a_page() {
        let tag = all(100_000, |at| format!(" a{at}=1"));
        check(&format!("<h1>a</h1><div{tag}>b</div>"), true);
        check(&format!("<h1>a</h1><div{}>b</div>", tag.replace("=1", "").replace(' ', "/")), true);
        let tag = all(1_000, |at| format!(" a{at}"));
        check(&format!("<h1>a</h1>{}", format!("<div{tag}>b</div>").repeat(10)), false);
        check(&format!("<h1>a</h1>{}", format!("<div{tag}>b</div>").repeat(1_000)), true);
    }
}
