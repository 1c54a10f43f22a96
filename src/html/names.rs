//! What the parser of the standard does with an element, by its name.

/// Kinds of elements that are treated alike. Those of drawings and formulas are kinds of their own, whatever they are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Html,
    Head,
    Body,
    /// Into the head, without an end: `meta`, `link`, `base`.
    Meta,
    /// Text and entities up to the end tag.
    Title,
    /// The same; a line break after the start tag is dropped.
    Textarea,
    Script,
    Style,
    Noframes,
    Noscript,
    /// `iframe`, `noembed`: text up to the end tag, and never in the head.
    Frame,
    /// The same, and a block.
    Xmp,
    /// Its content is parsed by itself.
    Template,
    /// `section`, `article`...: ends a paragraph.
    Block,
    /// `ul` and `ol`: a block that an item belongs to.
    List,
    /// `div` and `address`: a block through which an item may end the one before it.
    Through,
    /// `dialog` and `search`: ends a paragraph, and is nothing special otherwise.
    Plain,
    P,
    Heading,
    /// A line break after the start tag is dropped.
    Pre,
    Form,
    Li,
    /// `dt` and `dd`.
    Term,
    Button,
    A,
    /// `b`, `i`, `font`...: reopened where it was not ended properly.
    Formatting,
    Nobr,
    /// `object`, `applet`, `marquee`: what is open around it is not reopened in it.
    Object,
    Table,
    Caption,
    TableSection,
    Row,
    Cell,
    ColGroup,
    Col,
    Select,
    /// `option`.
    Choice,
    /// `optgroup`.
    ChoiceGroup,
    Hr,
    /// `img`, `br`...: no end, and no more to it.
    Void,
    /// `image`, which is an `img`.
    Image,
    Input,
    /// `param`, `source`, `track`: no end, and nothing is reopened for it.
    Param,
    Ruby,
    /// `rb`.
    RubyBase,
    /// `rtc`.
    RubyGroup,
    /// `rt` and `rp`.
    RubyText,
    /// The start of a drawing.
    Svg,
    /// The start of a formula.
    Math,
    /// Ignored in a body: `frame`.
    Ignored,
    /// `span`, `label`, `time`, and what nobody knows.
    Other,
    /// What the parser does with it depends on much: pages with one are left to the other parser.
    Doubtful,
    /// Of a drawing.
    Drawn,
    /// `title`, `desc` and `foreignObject` of a drawing: HTML may be in it.
    Label,
    /// Of a formula.
    Formula,
    /// `mi`, `mo`, `mn`, `ms` and `mtext` of a formula: HTML may be in it.
    Symbol,
}

impl Kind {
    /// The kind of an HTML element; the name in lower case.
    #[inline]
    pub(super) fn of(name: &str) -> Self {
        match name.len() {
            1 => match name {
                "a" => Self::A,
                "p" => Self::P,
                "b" | "i" | "s" | "u" => Self::Formatting,
                _ => Self::Other,
            },
            2 => match name {
                "li" => Self::Li,
                "td" | "th" => Self::Cell,
                "tr" => Self::Row,
                "br" => Self::Void,
                "hr" => Self::Hr,
                "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Self::Heading,
                "ul" | "ol" => Self::List,
                "dl" => Self::Block,
                "dd" | "dt" => Self::Term,
                "em" | "tt" => Self::Formatting,
                "rb" => Self::RubyBase,
                "rp" | "rt" => Self::RubyText,
                _ => Self::Other,
            },
            3 => match name {
                "div" => Self::Through,
                "img" | "wbr" => Self::Void,
                "nav" | "dir" => Self::Block,
                "svg" => Self::Svg,
                "pre" => Self::Pre,
                "big" => Self::Formatting,
                "col" => Self::Col,
                "xmp" => Self::Xmp,
                "rtc" => Self::RubyGroup,
                _ => Self::Other,
            },
            _ => Self::of_long(name),
        }
    }

    fn of_long(name: &str) -> Self {
        match name {
            "article" | "aside" | "blockquote" | "center" | "details" | "fieldset" | "figcaption"
            | "figure" | "footer" | "header" | "hgroup" | "main" | "menu" | "section" | "summary" => {
                Self::Block
            }
            "dialog" | "search" => Self::Plain,
            "address" => Self::Through,
            "meta" | "link" | "base" | "basefont" | "bgsound" => Self::Meta,
            "script" => Self::Script,
            "style" => Self::Style,
            "noscript" => Self::Noscript,
            "noframes" => Self::Noframes,
            "iframe" | "noembed" => Self::Frame,
            "template" => Self::Template,
            "area" | "embed" | "keygen" => Self::Void,
            "image" => Self::Image,
            "input" => Self::Input,
            "param" | "source" | "track" => Self::Param,
            "strong" | "font" | "small" | "code" | "strike" => Self::Formatting,
            "nobr" => Self::Nobr,
            "button" => Self::Button,
            "form" => Self::Form,
            "table" => Self::Table,
            "caption" => Self::Caption,
            "tbody" | "thead" | "tfoot" => Self::TableSection,
            "colgroup" => Self::ColGroup,
            "select" => Self::Select,
            "option" => Self::Choice,
            "optgroup" => Self::ChoiceGroup,
            "object" | "applet" | "marquee" => Self::Object,
            "listing" => Self::Pre,
            "title" => Self::Title,
            "textarea" => Self::Textarea,
            "html" => Self::Html,
            "head" => Self::Head,
            "body" => Self::Body,
            "ruby" => Self::Ruby,
            "math" => Self::Math,
            "frame" => Self::Ignored,
            "plaintext" | "frameset" | "isindex" => Self::Doubtful,
            _ => Self::Other,
        }
    }

    /// Whether the search for the start of an element goes no further than it: a "special" one.
    pub(super) fn is_special(self) -> bool {
        !matches!(
            self,
            Self::A
                | Self::Formatting
                | Self::Nobr
                | Self::Plain
                | Self::Other
                | Self::Choice
                | Self::ChoiceGroup
                | Self::Ruby
                | Self::RubyBase
                | Self::RubyGroup
                | Self::RubyText
                | Self::Drawn
                | Self::Label
                | Self::Formula
                | Self::Symbol
        )
    }

    /// Whether elements around it are out of scope.
    pub(super) fn bounds_scope(self) -> bool {
        matches!(
            self,
            Self::Html
                | Self::Table
                | Self::Cell
                | Self::Caption
                | Self::Select
                | Self::Object
                | Self::Template
                | Self::Label
                | Self::Symbol
        )
    }

    /// Whether items around it are out of scope for an item.
    pub(super) fn bounds_items(self) -> bool {
        self == Self::List || self.bounds_scope()
    }

    /// Whether paragraphs around it are out of scope.
    pub(super) fn bounds_paragraphs(self) -> bool {
        self == Self::Button || self.bounds_scope()
    }

    /// Whether parts of tables around it are out of scope.
    pub(super) fn bounds_tables(self) -> bool {
        matches!(self, Self::Html | Self::Table | Self::Template)
    }

    /// Whether its end tag may be left out before the end of an element around it.
    pub(super) fn is_implied(self) -> bool {
        matches!(
            self,
            Self::P
                | Self::Li
                | Self::Term
                | Self::Choice
                | Self::ChoiceGroup
                | Self::RubyBase
                | Self::RubyGroup
                | Self::RubyText
        )
    }

    /// Whether it is opened again where it was not ended properly.
    pub(super) fn is_reopened(self) -> bool {
        matches!(self, Self::A | Self::Formatting | Self::Nobr)
    }

    /// Whether what does not belong directly into it is moved out of its table.
    pub(super) fn is_table_frame(self) -> bool {
        matches!(self, Self::Table | Self::TableSection | Self::Row)
    }

    /// Whether it is of a drawing or a formula.
    pub(super) fn is_foreign(self) -> bool {
        matches!(self, Self::Drawn | Self::Label | Self::Formula | Self::Symbol)
    }
}

/// Elements of drawings whose names have capitals (HTML, section 13.2.6.5).
const CAPITALS: [&str; 37] = [
    "altGlyph",
    "altGlyphDef",
    "altGlyphItem",
    "animateColor",
    "animateMotion",
    "animateTransform",
    "clipPath",
    "feBlend",
    "feColorMatrix",
    "feComponentTransfer",
    "feComposite",
    "feConvolveMatrix",
    "feDiffuseLighting",
    "feDisplacementMap",
    "feDistantLight",
    "feDropShadow",
    "feFlood",
    "feFuncA",
    "feFuncB",
    "feFuncG",
    "feFuncR",
    "feGaussianBlur",
    "feImage",
    "feMerge",
    "feMergeNode",
    "feMorphology",
    "feOffset",
    "fePointLight",
    "feSpecularLighting",
    "feSpotLight",
    "feTile",
    "feTurbulence",
    "foreignObject",
    "glyphRef",
    "linearGradient",
    "radialGradient",
    "textPath",
];

/// Returns the name of a drawing's element if it has capitals, however it is written.
pub(super) fn with_capitals(name: &str) -> Option<&'static str> {
    // The shortest has six letters: nearly every element of a drawing is a `g` or a `path`.
    if name.len() < 6 {
        return None;
    }
    CAPITALS.into_iter().find(|it| it.eq_ignore_ascii_case(name))
}

/// Whether an element's start tag ends the drawing or formula that it is in (HTML, section 13.2.6.5); the name in lower case.
pub(super) fn ends_foreign(name: &str) -> bool {
    matches!(
        name,
        "b" | "big"
            | "blockquote"
            | "body"
            | "br"
            | "center"
            | "code"
            | "dd"
            | "div"
            | "dl"
            | "dt"
            | "em"
            | "embed"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "head"
            | "hr"
            | "i"
            | "img"
            | "li"
            | "listing"
            | "menu"
            | "meta"
            | "nobr"
            | "ol"
            | "p"
            | "pre"
            | "ruby"
            | "s"
            | "small"
            | "span"
            | "strong"
            | "strike"
            | "sub"
            | "sup"
            | "table"
            | "tt"
            | "u"
            | "ul"
            | "var"
    )
}

/// Whether an attribute of a drawing or formula is in a name space of its own, and so none of the element's.
pub(super) fn has_space(name: &str) -> bool {
    matches!(
        name,
        "xmlns"
            | "xmlns:xlink"
            | "xml:lang"
            | "xml:space"
            | "xlink:actuate"
            | "xlink:arcrole"
            | "xlink:href"
            | "xlink:role"
            | "xlink:show"
            | "xlink:title"
            | "xlink:type"
    )
}
