//! A page as the lines that a person sees, with the links on them.
//!
//! It is one long text with spans into it: most lines are navigation that nobody will ask for, and cost nothing.
//! What a line means is not known here; which elements the lines come from is, because that is lost in a text.

use std::{borrow::Cow, ops::Range};

use crate::html::{Element, ElementSet, Step};

use super::{
    kinds::{is_block, is_deleted, is_furniture, is_heading, is_hidden},
    text::{SEAM, fold_apart, is_folded, raised, visible_chars},
};

/// The lines of a page, the story left out.
#[derive(Default)]
pub(super) struct PageLines<'d> {
    /// White space folded, `\n` between lines, [`SEAM`] where elements touch.
    pub(super) text: String,
    pub(super) lines: Vec<PageLine>,
    pub(super) links: Vec<LinkSpan<'d>>,
    /// The first line after the story.
    pub(super) after_body: Option<usize>,
    /// The line of the headline's element, if that was named.
    pub(super) headline: Option<usize>,
}

#[expect(clippy::struct_excessive_bools, reason = "independent facts about where a line stands")]
pub(super) struct PageLine {
    pub(super) range: Range<usize>,
    /// It stands in `h1` to `h6`.
    pub(super) is_heading: bool,
    /// It stands in `footer`, a caption, or an element named as furniture.
    pub(super) is_furniture: bool,
    /// It stands in a list.
    pub(super) is_item: bool,
    /// It stands beside the page's main matter: in `aside` or `nav`.
    pub(super) is_aside: bool,
}

pub(super) struct LinkSpan<'d> {
    pub(super) line: usize,
    pub(super) range: Range<usize>,
    pub(super) href: &'d str,
}

struct Flattener<'d> {
    out: PageLines<'d>,
    start: usize,
    headings: usize,
    furniture: usize,
    items: usize,
    asides: usize,
    raised: usize,
    /// Lines at the last look for an end.
    asked: usize,
    /// Where the open `a` began, and its target.
    link: Option<(usize, &'d str)>,
    /// White space is owed before the next word.
    space: bool,
    /// An element began or ended since the last word.
    seam: bool,
}

/// Returns the lines of everything inside an element.
pub(super) fn flatten(root: Element<'_>) -> PageLines<'_> {
    flatten_page(root, &PageParts::default())
}

/// Returns the lines of everything inside an element except the elements in `without`.
pub(super) fn flatten_without<'d>(root: Element<'d>, without: &ElementSet) -> PageLines<'d> {
    flatten_page(root, &PageParts { without: Some(without), ..PageParts::default() })
}

/// Returns an element's visible text: elements that touch are kept apart by a seam, lines by a space.
pub(super) fn element_text(element: Element<'_>) -> String {
    // Most of those that are asked for hold one text, which is as it shall be.
    match element.only_text() {
        Some(text) if is_folded(text) && !is_hidden(element) => text.to_owned(),
        _ => flatten(element).text.replace('\n', " "),
    }
}

/// Returns an element's visible text, white space folded; where elements touch, their words are apart.
pub(super) fn folded_text(element: Element<'_>) -> String {
    fold_apart(&element_text(element)).into_owned()
}

type Enough<'p> = &'p dyn Fn(&str, &str) -> bool;

/// Elements of a page that are known by the profile's rules.
#[derive(Clone, Copy, Default)]
pub(super) struct PageParts<'p, 'd> {
    /// Left out; their place is remembered.
    pub(super) story: Option<&'p ElementSet>,
    /// Left out.
    pub(super) without: Option<&'p ElementSet>,
    /// Their lines are marked.
    pub(super) furniture: Option<&'p ElementSet>,
    pub(super) headline: Option<Element<'d>>,
    /// Whether enough has been read: asked with the text so far and its newest line, after the story.
    pub(super) is_enough: Option<Enough<'p>>,
}

/// Returns the lines of a page.
pub(super) fn flatten_page<'d>(root: Element<'d>, parts: &PageParts<'_, 'd>) -> PageLines<'d> {
    let mut flat = Flattener {
        out: PageLines::default(),
        start: 0,
        headings: 0,
        furniture: 0,
        items: 0,
        asides: 0,
        raised: 0,
        asked: 0,
        link: None,
        space: false,
        seam: false,
    };
    let mut skipping: Option<Element<'d>> = None;
    for step in root.walk() {
        if flat.out.after_body.is_some_and(|it| it < flat.out.lines.len())
            && let Some(is_enough) = parts.is_enough
            && flat.is_new_line()
            && is_enough(&flat.out.text, flat.out.line(flat.out.lines.len() - 1))
        {
            break;
        }
        match step {
            Step::Close(element) if skipping == Some(element) => skipping = None,
            _ if skipping.is_some() => {}
            Step::Text(text) => flat.text(text),
            Step::Open(element) => {
                let is_story = is_in(parts.story, element);
                if is_story || is_hidden(element) || is_in(parts.without, element) {
                    // What was deleted stands within a line.
                    if !is_deleted(element.name()) {
                        flat.end_line();
                    }
                    flat.seam = true;
                    skipping = Some(element);
                    if is_story {
                        flat.out.after_body = Some(flat.out.lines.len());
                    }
                    continue;
                }
                if is_in(parts.furniture, element) {
                    flat.end_line();
                    flat.furniture += 1;
                }
                if parts.headline == Some(element) {
                    flat.end_line();
                    flat.out.headline = Some(flat.out.lines.len());
                }
                flat.open(element);
            }
            Step::Close(element) => {
                flat.close(element);
                if is_in(parts.furniture, element) {
                    flat.end_line();
                    flat.furniture -= 1;
                }
            }
        }
    }
    flat.end_line();
    flat.out
}

fn is_in(set: Option<&ElementSet>, element: Element<'_>) -> bool {
    set.is_some_and(|it| it.contains(element))
}

impl<'d> Flattener<'d> {
    fn text(&mut self, text: &str) {
        let bare = text.trim_ascii();
        // Between most elements stands nothing else.
        if bare.is_empty() {
            self.space |= !text.is_empty();
            return;
        }
        self.space |= text.starts_with(char::is_whitespace);
        if self.raised == 0 && is_folded(bare) {
            self.separate();
            self.out.text.push_str(bare);
        } else {
            let shown = if 0 < self.raised { raised(text) } else { Cow::Borrowed(text) };
            for word in shown.split_whitespace() {
                self.word(word);
                self.space = true;
            }
        }
        // The last word may be followed by no white space of this text.
        self.space = text.ends_with(char::is_whitespace);
    }

    /// Whether a line ended since this was last asked.
    fn is_new_line(&mut self) -> bool {
        std::mem::replace(&mut self.asked, self.out.lines.len()) != self.out.lines.len()
    }

    fn word(&mut self, word: &str) {
        self.separate();
        if word.is_ascii() {
            self.out.text.push_str(word);
        } else {
            self.out.text.extend(visible_chars(word));
        }
    }

    /// Adds what stands between the word before and the next.
    fn separate(&mut self) {
        if self.start < self.out.text.len() {
            if self.space {
                self.out.text.push(' ');
            } else if self.seam {
                self.out.text.push(SEAM);
            }
        }
        self.space = false;
        self.seam = false;
    }

    fn open(&mut self, element: Element<'d>) {
        let name = element.name();
        self.seam = true;
        if is_block(name) {
            self.end_line();
            self.headings += usize::from(is_heading(name));
            self.furniture += usize::from(is_furniture(name));
            self.items += usize::from(name == "li");
            self.asides += usize::from(matches!(name, "aside" | "nav"));
        } else if name == "a"
            && let Some(href) = element.attr("href")
        {
            self.end_link();
            self.link = Some((self.out.text.len(), href));
        } else {
            self.raised += usize::from(name == "sup");
        }
    }

    fn close(&mut self, element: Element<'d>) {
        let name = element.name();
        self.seam = true;
        if is_block(name) {
            self.end_line();
            self.headings -= usize::from(is_heading(name));
            self.furniture -= usize::from(is_furniture(name));
            self.items -= usize::from(name == "li");
            self.asides -= usize::from(matches!(name, "aside" | "nav"));
        } else if name == "a" {
            self.end_link();
            self.link = None;
        } else {
            self.raised -= usize::from(name == "sup");
        }
    }

    /// Files what has been read of the open link; a link over several lines is one link on each.
    fn end_link(&mut self) {
        if let Some((start, href)) = &mut self.link {
            let end = self.out.text.len();
            if *start < end {
                self.out.links.push(LinkSpan { line: self.out.lines.len(), range: *start..end, href });
            }
            *start = end;
        }
    }

    fn end_line(&mut self) {
        self.end_link();
        let end = self.out.text.len();
        if self.start < end {
            self.out.lines.push(PageLine {
                range: self.start..end,
                is_heading: 0 < self.headings,
                is_furniture: 0 < self.furniture,
                is_item: 0 < self.items,
                is_aside: 0 < self.asides,
            });
            self.out.text.push('\n');
            self.start = end + 1;
            if let Some((start, _)) = &mut self.link {
                *start = self.start;
            }
        }
        self.space = false;
        self.seam = false;
    }
}

impl<'d> PageLines<'d> {
    /// Returns the text of a line, as flattened.
    pub(super) fn line(&self, index: usize) -> &str {
        &self.text[self.lines[index].range.clone()]
    }

    /// Returns the links of a line.
    pub(super) fn links_of(&self, index: usize) -> impl Iterator<Item = &LinkSpan<'d>> {
        let first = self.links.partition_point(|it| it.line < index);
        self.links[first..].iter().take_while(move |it| it.line == index)
    }

    /// Returns what stands on a line beside its links.
    pub(super) fn beside_links(&self, index: usize) -> String {
        let line = self.lines[index].range.clone();
        let mut beside = String::new();
        let mut from = line.start;
        for link in self.links_of(index) {
            beside.push_str(&self.text[from..link.range.start]);
            from = link.range.end;
        }
        beside.push_str(&self.text[from..line.end]);
        beside
    }

    /// Returns the text of a link.
    pub(super) fn title(&self, link: &LinkSpan<'_>) -> &str {
        &self.text[link.range.clone()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::Document;

    #[track_caller]
    fn check(html: &str, lines: &[&str]) {
        let page = Document::parse(html);
        let flat = flatten(page.root());
        let found: Vec<&str> = (0..flat.lines.len()).map(|it| flat.line(it)).collect();
        assert_eq!(found, lines);
    }

    #[test]
    fn lines_are_what_a_reader_sees() {
        check("<p>a <b>b</b>c</p>d<br>e", &["a b\u{1}c", "d", "e"]);
        check("<ul><li>1<li>2</ul><script>x</script><p hidden>y</p>", &["1", "2"]);
        check("<span>ANL</span><span>34.36</span>", &["ANL\u{1}34.36"]);
        check("<i>a </i>b<i> c</i>", &["a b c"]);
        check("10<sup>6</sup> t, <del>12</del><ins>11</ins> %", &["10\u{1}⁶ t, 11 %"]);
    }

    #[test]
    fn links_know_their_line() {
        let page = Document::parse("<p>x <a href=/1>one</a></p><a href=/2><h2>two</h2><p>more</p></a>");
        let flat = flatten(page.root());
        let links: Vec<_> =
            flat.links.iter().map(|it| (it.line, flat.title(it).trim(), it.href)).collect();
        assert_eq!(links, [(0, "one", "/1"), (1, "two", "/2"), (2, "more", "/2")]);
    }

    #[test]
    fn the_story_is_left_out_and_its_place_remembered() {
        let page = Document::parse("<p>a</p><div id=s><p>b</p></div><p>c</p>");
        let story = page.root().descendants().find(|it| it.attr("id") == Some("s")).expect("there");
        let story: ElementSet = [story].into_iter().collect();
        let flat = flatten_page(page.root(), &PageParts { story: Some(&story), ..PageParts::default() });
        assert_eq!((flat.text.as_str(), flat.after_body), ("a\nc\n", Some(1)));
    }
}
