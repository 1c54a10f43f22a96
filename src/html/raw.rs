//! The text of scripts and styles, taken out before a page is parsed: half of a page's bytes, and nobody reads them.
//!
//! The scan follows the standard's tokenizer (HTML, section 13.2.5) as far as it has to: comments, quoted attributes, raw
//! text. Where it cannot be sure that the tree builder would see the same (a script inside a `select`, foreign elements
//! that are not plainly drawings, escaped scripts), it gives up and the page stays as it is.

use std::borrow::Cow;

/// Elements whose content is text, whatever it looks like (scripting counts as on).
const RAW_TEXT: [&str; 9] =
    ["script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript"];
/// Elements of drawings. In them, text is no raw text; another element could end the drawing.
const DRAWING: [&str; 40] = [
    "svg",
    "g",
    "path",
    "circle",
    "rect",
    "line",
    "polyline",
    "polygon",
    "ellipse",
    "defs",
    "use",
    "symbol",
    "lineargradient",
    "radialgradient",
    "stop",
    "clippath",
    "mask",
    "text",
    "tspan",
    "filter",
    "fegaussianblur",
    "feoffset",
    "feblend",
    "femerge",
    "femergenode",
    "feflood",
    "fecomposite",
    "fecolormatrix",
    "animate",
    "animatetransform",
    "animatemotion",
    "pattern",
    "image",
    "marker",
    "view",
    "switch",
    "set",
    "mpath",
    "textpath",
    "metadata",
];
/// Shorter texts are not worth the copy.
const BYTES_MIN: usize = 24;

/// A page without the text of its scripts and styles. JSON-LD stays: it is read.
pub(super) fn without_raw_text(text: &str) -> Cow<'_, str> {
    let Some(ranges) = Scan::new(text).run() else { return Cow::Borrowed(text) };
    let gone: usize = ranges.iter().map(|it| it.1 - it.0).sum();
    if gone == 0 {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len() - gone);
    let mut from = 0;
    for (start, end) in ranges {
        kept.push_str(&text[from..start]);
        from = end;
    }
    kept.push_str(&text[from..]);
    Cow::Owned(kept)
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    /// Open `select`s: the tree builder ignores most tags in them, and the tokenizer follows it.
    selects: usize,
    drawings: usize,
}

/// Nobody can be sure what the tree builder makes of it.
struct Doubt;

/// A start or end tag.
struct Tag<'t> {
    name: &'t str,
    is_end: bool,
    /// From `<` to behind `>`.
    text: &'t str,
}

impl<'t> Scan<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, at: 0, selects: 0, drawings: 0 }
    }

    /// What to take out, in order; `None` in doubt.
    fn run(mut self) -> Option<Vec<(usize, usize)>> {
        let mut ranges = Vec::new();
        while let Some(found) = self.text[self.at..].find('<') {
            self.at += found;
            let rest = &self.text[self.at..];
            let next = rest.as_bytes().get(1).copied().unwrap_or_default();
            match next {
                b'!' if rest.starts_with("<!--") => self.comment(rest),
                // CDATA is a comment outside of drawings, and text inside of them.
                b'!' if rest.starts_with("<![CDATA[") && 0 < self.drawings => return None,
                b'!' | b'?' => self.pass(rest, '>'),
                b'/' if !rest.as_bytes().get(2).is_some_and(u8::is_ascii_alphabetic) => {
                    self.pass(rest, '>');
                }
                b'/' | b'a'..=b'z' | b'A'..=b'Z' => {
                    let Some(tag) = tag(rest) else {
                        // A tag that does not end is none, nor is what follows.
                        return Some(ranges);
                    };
                    self.at += tag.text.len();
                    ranges.extend(self.element(&tag).ok()?);
                }
                _ => self.at += 1,
            }
        }
        Some(ranges)
    }

    fn pass(&mut self, rest: &str, end: char) {
        self.at += rest.find(end).map_or(rest.len(), |it| it + 1);
    }

    fn comment(&mut self, rest: &str) {
        let inner = &rest[4..];
        if inner.starts_with('>') || inner.starts_with("->") {
            return self.pass(rest, '>');
        }
        let ends = ["-->", "--!>"].into_iter().filter_map(|it| Some(inner.find(it)? + 4 + it.len()));
        self.at += ends.min().unwrap_or(rest.len());
    }

    /// What of an element is taken out, having read its tag.
    fn element(&mut self, tag: &Tag<'t>) -> Result<Option<(usize, usize)>, Doubt> {
        let name = tag.name;
        let is = |it: &str| name.eq_ignore_ascii_case(it);
        if 0 < self.drawings {
            if !DRAWING.iter().any(|it| is(it)) {
                return Err(Doubt);
            }
            if is("svg") {
                if tag.is_end {
                    self.drawings -= 1;
                } else if !tag.text.ends_with("/>") {
                    self.drawings += 1;
                }
            }
            return Ok(None);
        }
        if is("select") {
            self.selects = if tag.is_end { self.selects.saturating_sub(1) } else { self.selects + 1 };
            return Ok(None);
        }
        if is("svg") && !tag.is_end && !tag.text.ends_with("/>") {
            self.drawings = 1;
            return Ok(None);
        }
        if is("math") || is("plaintext") || is("frameset") {
            return Err(Doubt);
        }
        if tag.is_end || !RAW_TEXT.iter().any(|it| is(it)) {
            return Ok(None);
        }
        if 0 < self.selects {
            return Err(Doubt);
        }
        let start = self.at;
        let content = self.content(name);
        self.at += content.len();
        let is_script = is("script");
        if is_script && content.contains("<!--") {
            return Err(Doubt);
        }
        let is_gone = (is("style") || (is_script && !tag.text.to_ascii_lowercase().contains("json")))
            && BYTES_MIN <= content.len()
            // Without an end tag the element ends with the page: its text may not.
            && self.at < self.text.len();
        Ok(is_gone.then_some((start, self.at)))
    }

    /// The text up to the end tag of an element, or the rest.
    fn content(&self, name: &str) -> &'t str {
        let rest = &self.text[self.at..];
        let is_end = |at: &usize| {
            let after = &rest.as_bytes()[at + 2..];
            after.get(..name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name.as_bytes()))
                && matches!(
                    after.get(name.len()),
                    Some(b' ' | b'\t' | b'\n' | b'\x0C' | b'\r' | b'/' | b'>')
                )
        };
        let end = rest.match_indices("</").map(|it| it.0).find(is_end);
        &rest[..end.unwrap_or(rest.len())]
    }
}

/// A tag with its attributes, whose values may hold `>`; `None` where the page ends before it does.
fn tag(rest: &str) -> Option<Tag<'_>> {
    let bytes = rest.as_bytes();
    let is_end = bytes[1] == b'/';
    let start = if is_end { 2 } else { 1 };
    let is_space = |it: u8| matches!(it, b' ' | b'\t' | b'\n' | b'\x0C' | b'\r');
    let mut at = start;
    while !is_space(*bytes.get(at)?) && !matches!(bytes[at], b'/' | b'>') {
        at += 1;
    }
    let name = &rest[start..at];
    loop {
        // Before an attribute's name.
        while is_space(*bytes.get(at)?) || bytes[at] == b'/' {
            at += 1;
        }
        if bytes[at] == b'>' {
            return Some(Tag { name, is_end, text: &rest[..=at] });
        }
        // Its name; an equals sign may begin it.
        at += 1;
        while !is_space(*bytes.get(at)?) && !matches!(bytes[at], b'/' | b'>' | b'=') {
            at += 1;
        }
        while is_space(*bytes.get(at)?) {
            at += 1;
        }
        if bytes[at] != b'=' {
            continue;
        }
        at += 1;
        while is_space(*bytes.get(at)?) {
            at += 1;
        }
        match bytes[at] {
            quote @ (b'"' | b'\'') => {
                at += 1 + bytes[at + 1..].iter().position(|it| *it == quote)? + 1;
            }
            b'>' => {}
            _ => {
                while !is_space(*bytes.get(at)?) && bytes[at] != b'>' {
                    at += 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use scraper::{Html, Node};

    use super::*;

    const CSS: &str = ".a{color:red;background:blue}.b{margin:0}";

    /// A tree as text, the text of scripts and styles left out.
    fn shape(text: &str) -> String {
        let html = Html::parse_document(text);
        let mut out = String::new();
        for edge in html.tree.root().traverse() {
            match edge {
                ego_tree::iter::Edge::Open(node) => match node.value() {
                    Node::Element(element) => out.push_str(&format!(
                        "<{} {:?}>",
                        element.name(),
                        element.attrs().collect::<Vec<_>>()
                    )),
                    Node::Text(text) => {
                        let parent = node
                            .parent()
                            .and_then(|it| it.value().as_element().map(|it| it.name().to_owned()));
                        let is_raw =
                            parent.as_deref().is_some_and(|it| matches!(it, "script" | "style"));
                        if !is_raw {
                            out.push_str(text);
                        }
                    }
                    _ => {}
                },
                ego_tree::iter::Edge::Close(node) if node.value().is_element() => out.push('/'),
                ego_tree::iter::Edge::Close(_) => {}
            }
        }
        out
    }

    #[track_caller]
    fn same(text: &str) -> usize {
        let reduced = without_raw_text(text);
        assert_eq!(shape(text), shape(&reduced), "{text}\n{reduced}");
        text.len() - reduced.len()
    }

    #[test]
    fn the_text_of_scripts_and_styles_goes_and_the_tree_stays() {
        let gone = |text: &str| assert!(0 < same(text), "{text}");
        let kept = |text: &str| assert_eq!(same(text), 0, "{text}");
        gone(&format!("<style>{CSS}</style><p>a</p>"));
        gone(&format!("<STYLE media=\">\">{CSS}</sTyLe ><p>a</p>"));
        gone("<script>if(a<b&&c>d){document.write('</p><p>')}</script><p>a</p>");
        gone("<p title='<style>'>x</p><script src=x>var text='some text of a script';</script>y");
        gone(&format!("<svg viewBox='0 0 1 1'><g><path d='M0'/></g></svg><style>{CSS}</style>"));
        gone(&format!(
            "<!-- <script> --><style>{CSS}</style><table><script>var a=1;/* of some length */</script><tr><td>x</table>"
        ));
        kept("<script type='application/ld+json'>{\"headline\":\"of some length\"}</script>");
        kept(&format!("<!-- <style>{CSS}</style> --><p>a</p>"));
        kept(&format!("<p title=\"<style>{CSS}</style>\">a</p>"));
        kept(&format!("<textarea><style>{CSS}</style></textarea><title><script>{CSS}</script></title>"));
        kept(&format!("<select><style>{CSS}</style><option>a</select>"));
        kept(&format!("<svg><style>{CSS}</style></svg>"));
        kept(&format!("<svg><p><style>{CSS}</style>"));
        kept("<script><!-- <script> var a='</script>'; --></script><p>a</p>");
        kept(&format!("<p>a</p><style>{CSS}"));
        kept(&format!("<plaintext><style>{CSS}</style>"));
        kept(&format!("<p a='<style>{CSS}</style>"));
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(600))]

        /// Pieces of pages in any order, cut anywhere.
        #[test]
        fn whatever_the_page_the_tree_is_the_same(
            pieces in proptest::collection::vec(0_usize..PIECES.len(), 0..24),
            cut in 0_usize..4_000,
        ) {
            let mut text: String = pieces.into_iter().map(|it| PIECES[it]).collect();
            let mut at = cut.min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            text.truncate(at);
            same(&text);
        }
    }

    const PIECES: [&str; 44] = [
        "<style>.a{color:red;background:blue}</style>",
        "<script>var a = 'some text of a script';</script>",
        "<p>",
        "</p>",
        "text",
        "<div class='x' data-a=\"b>c\">",
        "</div>",
        "<!-- a comment with <b> -->",
        "<!-->",
        "<!--->",
        "<!-- open",
        "--!>",
        "<svg>",
        "</svg>",
        "<svg/>",
        "<path d='M0 0'/>",
        "<select>",
        "</select>",
        "<option>one",
        "<table><tr><td>",
        "</table>",
        "<title>a <b>title</title>",
        "<textarea>some <style> text",
        "</textarea>",
        "<noscript><img src=x></noscript>",
        "<script>",
        "</script>",
        "<style>",
        "</style>",
        "<script type=application/ld+json>{\"a\":\"some text of it\"}</script>",
        "<iframe><p>",
        "</iframe>",
        "<template>",
        "</template>",
        "<![CDATA[ <style> ]]>",
        "<a href=x>y</a>",
        "< p>",
        "</ x>",
        "<?xml ?>",
        "<p title='",
        "'>",
        "<h1>A &amp; B</h1>",
        "<math><mi>",
        "<body><head></head>",
    ];
}
