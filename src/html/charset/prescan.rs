//! The encoding that a page declares in itself: `meta`, or the XML declaration. The algorithm is the HTML standard's ("prescan a
//! byte stream to determine its encoding"), but for two things: the text of scripts and styles is passed over, and the whole
//! beginning of a page is looked at, as browsers do that find a declaration late.

use encoding_rs::{Encoding, UTF_8};
use memchr::memmem;

/// A declaration further on does not count.
const BYTES_MAX: usize = 64 * 1024;

/// An attribute as written, with its value; both without what is around them.
struct WrittenAttr<'b> {
    name: &'b [u8],
    value: &'b [u8],
}

/// What one `meta` element says.
#[derive(Default)]
struct MetaTag {
    charset: Option<String>,
    content: Option<String>,
    is_content_type: bool,
}

/// Reads the beginning of a page.
struct Scanner<'b> {
    bytes: &'b [u8],
    at: usize,
}

/// Returns the encoding that a page declares.
pub(super) fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let bytes = &bytes[..bytes.len().min(BYTES_MAX)];
    if let Some(encoding) = of_xml(bytes) {
        return Some(encoding);
    }
    let mut scanner = Scanner { bytes, at: 0 };
    while let Some(tag) = memchr::memchr(b'<', scanner.rest()) {
        scanner.at += tag;
        if let Some(encoding) = scanner.tag() {
            return Some(encoding);
        }
    }
    None
}

/// Returns the label after `charset=` in a header, or in the `content` of a `meta` element that repeats one.
pub(super) fn label_of(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let (_, rest) = lower.split_once("charset")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let rest = rest.trim_start_matches(['"', '\'']);
    let end =
        rest.find(|it: char| !it.is_ascii_alphanumeric() && !"-_:.".contains(it)).unwrap_or(rest.len());
    (0 < end).then(|| rest[..end].to_owned())
}

/// Returns the encoding of an XML declaration, with which a page of XHTML may begin.
fn of_xml(bytes: &[u8]) -> Option<&'static Encoding> {
    let rest = bytes.strip_prefix(b"<?xml")?;
    let declaration = &rest[..memchr::memchr(b'>', rest)?];
    let at = memmem::find(declaration, b"encoding")? + b"encoding".len();
    let value = declaration[at..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let quote = *value.first().filter(|it| matches!(it, b'"' | b'\''))?;
    let end = memchr::memchr(quote, &value[1..])?;
    in_page(&value[1..=end])
}

/// Returns the encoding of a label. A page that says in ASCII that it is UTF-16 is not.
fn in_page(label: &[u8]) -> Option<&'static Encoding> {
    let encoding = Encoding::for_label(label)?;
    Some(if encoding.is_ascii_compatible() || encoding.name().starts_with("ISO-2022") {
        encoding
    } else {
        UTF_8
    })
}

impl<'b> Scanner<'b> {
    fn rest(&self) -> &'b [u8] {
        &self.bytes[self.at..]
    }

    fn starts_with(&self, lower: &[u8]) -> bool {
        self.rest().get(..lower.len()).is_some_and(|it| it.eq_ignore_ascii_case(lower))
    }

    fn skip_past(&mut self, end: &[u8]) {
        let found = memmem::find(self.rest(), end).map(|at| at + end.len());
        self.at += found.unwrap_or(self.rest().len());
    }

    /// Reads what begins with the `<` that is next. Returns the encoding that it declares.
    fn tag(&mut self) -> Option<&'static Encoding> {
        if self.starts_with(b"<!--") {
            // `<!-->` is a whole comment.
            self.at += 2;
            self.skip_past(b"-->");
            return None;
        }
        if self.starts_with(b"<!") || self.starts_with(b"<?") {
            self.skip_past(b">");
            return None;
        }
        self.at += 1;
        let is_end = self.starts_with(b"/");
        self.at += usize::from(is_end);
        let length = self.rest().iter().take_while(|it| it.is_ascii_alphabetic()).count();
        let name = &self.rest()[..length];
        if name.is_empty() {
            return None;
        }
        self.at += length;
        let mut meta = MetaTag::default();
        while let Some(attr) = self.attr() {
            meta.take(&attr);
        }
        let raw = [b"script".as_slice(), b"style", b"title"];
        if is_end {
            return None;
        }
        if let Some(raw) = raw.into_iter().find(|it| name.eq_ignore_ascii_case(it)) {
            self.skip_raw(raw);
        }
        if name.eq_ignore_ascii_case(b"meta") { meta.encoding() } else { None }
    }

    /// Skips the text of an element that holds no tags.
    fn skip_raw(&mut self, name: &[u8]) {
        loop {
            self.skip_past(b"</");
            if self.rest().is_empty() || self.starts_with(name) {
                return;
            }
        }
    }

    /// Reads the next attribute of a tag. `None` at the end of the tag.
    fn attr(&mut self) -> Option<WrittenAttr<'b>> {
        let is_between = |it: &&u8| it.is_ascii_whitespace() || **it == b'/';
        self.at += self.rest().iter().take_while(is_between).count();
        if matches!(self.rest(), [] | [b'>', ..]) {
            self.at += usize::from(!self.rest().is_empty());
            return None;
        }
        let rest = self.rest();
        let is_name = |it: &&u8| !it.is_ascii_whitespace() && !matches!(**it, b'=' | b'>' | b'/');
        // A name may begin with `=`.
        let length = 1 + rest[1..].iter().take_while(is_name).count();
        let name = &rest[..length];
        self.at += length;
        let blanks = self.rest().iter().take_while(|it| it.is_ascii_whitespace()).count();
        if self.rest().get(blanks) != Some(&b'=') {
            return Some(WrittenAttr { name, value: &[] });
        }
        self.at += blanks + 1;
        self.at += self.rest().iter().take_while(|it| it.is_ascii_whitespace()).count();
        let rest = self.rest();
        let value = if let Some(quote @ (b'"' | b'\'')) = rest.first() {
            let length = memchr::memchr(*quote, &rest[1..]).unwrap_or(rest.len() - 1);
            self.at += (length + 2).min(rest.len());
            &rest[1..=length]
        } else {
            let is_value = |it: &&u8| !it.is_ascii_whitespace() && **it != b'>';
            let length = rest.iter().take_while(is_value).count();
            self.at += length;
            &rest[..length]
        };
        Some(WrittenAttr { name, value })
    }
}

impl MetaTag {
    fn take(&mut self, attr: &WrittenAttr<'_>) {
        let value = || String::from_utf8_lossy(attr.value).into_owned();
        if attr.name.eq_ignore_ascii_case(b"charset") {
            self.charset = Some(value());
        } else if attr.name.eq_ignore_ascii_case(b"content") {
            self.content = Some(value());
        } else if attr.name.eq_ignore_ascii_case(b"http-equiv") {
            self.is_content_type = attr.value.eq_ignore_ascii_case(b"content-type");
        }
    }

    fn encoding(&self) -> Option<&'static Encoding> {
        let of_content = || self.content.as_deref().filter(|_| self.is_content_type).and_then(label_of);
        let label = self.charset.clone().or_else(of_content)?;
        in_page(label.trim().as_bytes())
    }
}
