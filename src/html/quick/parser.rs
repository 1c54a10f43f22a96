//! The state of the quick parser, and the words that its parts share. What it does with a tag is said in the files of the modes,
//! none of which knows another.

use crate::html::{
    build::Builder,
    names::Kind,
    token::Tokenizer,
    tree::{Attrs, Span},
};

/// A real page has a tag or a text for every thirty bytes.
const BYTES_OF_A_NODE: usize = 24;

/// Why it is not certain what the standard makes of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::html) enum Doubt {
    /// What a NUL becomes depends on where it is.
    Character,
    /// Frame sets, plain text, annotated formulas: each has rules of its own.
    Element,
    /// The other parser knows where to cut.
    Depth,
    /// The other parser knows how many are too many.
    Attributes,
    Formatting,
    Quirks,
    Space,
    /// An end tag without a name parts no text, but ends what hangs on the next token.
    Parted,
    Columns,
    Cdata,
    Additions,
    RawText,
}

impl Doubt {
    /// Returns what is on the page, in words.
    pub(in crate::html) fn words(self) -> &'static str {
        match self {
            Self::Character => "a NUL, a carriage return or a second byte order mark",
            Self::Element => "a frame set, plain text or an annotated formula",
            Self::Depth => "hundreds of open elements",
            Self::Attributes => "many attributes in a tag",
            Self::Formatting => "many formatting elements without an end",
            Self::Quirks => "a table in a paragraph, and an unknown document type",
            Self::Space => "space that is written as an entity where it may be dropped",
            Self::Parted => "an end tag without a name, or a document type, where it may part a text",
            Self::Columns => "text between columns",
            Self::Cdata => "text as it is where HTML may be",
            Self::Additions => "many `html` and `body` tags",
            Self::RawText => "a text without an end tag",
        }
    }
}

pub(super) type Sure<T = ()> = Result<T, Doubt>;

/// The standard's insertion modes (section 13.2.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mode {
    Initial,
    BeforeHtml,
    BeforeHead,
    InHead,
    AfterHead,
    InBody,
    AfterBody,
    InTemplate,
    InCaption,
    InCell,
    InTable,
    InTableBody,
    InRow,
    InColumnGroup,
}

/// What becomes of a tag.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing more.
    Done,
    /// It is looked at again in the mode that is reached now.
    Again,
}

/// Whether a table is inside the paragraph before it, which is an old browser's mistake that pages can ask for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Quirks {
    No,
    Yes,
    Unknown,
}

/// A start tag.
pub(super) struct Start<'n> {
    pub(super) kind: Kind,
    pub(super) span: Span,
    pub(super) name: &'n str,
    pub(super) is_self_closing: bool,
}

/// An end tag.
#[derive(Clone, Copy)]
pub(super) struct EndTag<'n> {
    pub(super) kind: Kind,
    pub(super) name: &'n str,
}

pub(super) struct Parser<'t> {
    pub(super) page: &'t str,
    pub(super) tokens: Tokenizer<'t>,
    pub(super) tree: Builder<'t>,
    /// The elements that are open.
    pub(super) open: Vec<Open>,
    pub(super) counts: Counts,
    /// The list of active formatting elements, and how many of them are not open.
    pub(super) active: Vec<Entry>,
    pub(super) stranded: usize,
    pub(super) mode: Mode,
    /// What is read in the templates that are open, as far as it is known.
    pub(super) template_modes: Vec<Mode>,
    pub(super) head: Option<u32>,
    pub(super) form: Option<u32>,
    /// The text that the next one is written on into, if it is of the same element.
    pub(super) text: Option<(u32, u32)>,
    /// A line break here is dropped.
    pub(super) drops_line: bool,
    /// What belongs into a table's parts, but not directly, is put before the table.
    pub(super) fosters: bool,
    pub(super) quirks: Quirks,
    /// How often attributes were added to elements that were there.
    pub(super) additions: usize,
}

/// An element that is open.
#[derive(Clone, Copy)]
pub(super) struct Open {
    pub(super) at: u32,
    pub(super) name: Span,
    pub(super) kind: Kind,
    /// A text is directly before a table: no comment is between them.
    pub(super) follows_text: bool,
}

impl Open {
    /// An element that is put on the stack where it is not begun.
    pub(super) fn again(at: u32, kind: Kind, name: Span) -> Self {
        Self { at, name, kind, follows_text: false }
    }
}

/// How many elements of the kinds that are asked for most are open.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) paragraphs: usize,
    pub(super) buttons: usize,
    pub(super) selects: usize,
    pub(super) rubies: usize,
    pub(super) templates: usize,
}

/// Where the next node belongs.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// At the end of an element.
    In(u32),
    /// Before one.
    Before(u32),
}

/// A formatting element, or a marker: what is before that is not opened again after it.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub(super) at: u32,
    pub(super) kind: Kind,
    pub(super) name: Span,
    pub(super) attrs: Attrs,
    /// So is a marker.
    pub(super) is_open: bool,
}

impl<'t> Parser<'t> {
    /// Begins a page.
    pub(super) fn new(page: &'t str) -> Self {
        Self {
            page,
            tokens: Tokenizer::new(page),
            tree: Builder::new(page, page.len() / BYTES_OF_A_NODE),
            open: Vec::new(),
            counts: Counts::default(),
            active: Vec::new(),
            stranded: 0,
            mode: Mode::Initial,
            template_modes: Vec::new(),
            head: None,
            form: None,
            text: None,
            drops_line: false,
            fosters: false,
            quirks: Quirks::Yes,
            additions: 0,
        }
    }
}

/// Whether a character is space to HTML.
pub(super) fn is_space(it: char) -> bool {
    matches!(it, ' ' | '\t' | '\n' | '\x0C' | '\r')
}
