//! What the parser of the standard does with an element, by its name.

/// Kinds of elements that are treated alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Html,
    Head,
    Body,
    /// Into the head, without an end: `meta`, `link`, `base`.
    Meta,
    /// Text and entities up to the end tag.
    Title,
    /// The same; a line break behind the start tag is none.
    Textarea,
    /// Text up to the end tag.
    Raw,
    /// `section`, `ul`...: ends a paragraph.
    Block,
    /// `div` and `address`: a block through which an item may end the one before it.
    Through,
    P,
    Heading,
    /// A line break behind the start tag is none.
    Pre,
    Form,
    Li,
    /// `dt` and `dd`.
    Term,
    Button,
    A,
    /// `b`, `i`, `font`...: reopened where it was not ended properly.
    Formatting,
    Table,
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
    /// Without an end, and no more to it.
    Void,
    Svg,
    /// Inside a drawing.
    Drawn,
    /// `span`, `label`, `time`, and what nobody knows.
    Other,
    /// What the parser does with it depends on much: pages with one are left to it.
    Doubtful,
}

impl Kind {
    /// Of an HTML element; the name in lower case.
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
                "ul" | "ol" | "dl" => Self::Block,
                "dd" | "dt" => Self::Term,
                "em" | "tt" => Self::Formatting,
                "rb" | "rp" | "rt" => Self::Doubtful,
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
                "xmp" | "rtc" => Self::Doubtful,
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
            "address" => Self::Through,
            "meta" | "link" | "base" => Self::Meta,
            "script" | "style" | "noscript" | "iframe" | "noembed" | "noframes" => Self::Raw,
            "input" | "area" | "embed" | "param" | "source" | "track" => Self::Void,
            "strong" | "font" | "small" | "code" | "strike" => Self::Formatting,
            "button" => Self::Button,
            "form" => Self::Form,
            "table" => Self::Table,
            "tbody" | "thead" | "tfoot" => Self::TableSection,
            "colgroup" => Self::ColGroup,
            "select" => Self::Select,
            "option" => Self::Choice,
            "optgroup" => Self::ChoiceGroup,
            "title" => Self::Title,
            "textarea" => Self::Textarea,
            "html" => Self::Html,
            "head" => Self::Head,
            "body" => Self::Body,
            "listing" | "plaintext" | "template" | "applet" | "marquee" | "object" | "nobr"
            | "image" | "math" | "caption" | "frame" | "frameset" | "ruby" | "dialog" | "search"
            | "keygen" | "basefont" | "bgsound" | "menuitem" | "isindex" | "selectedcontent" => {
                Self::Doubtful
            }
            _ => Self::Other,
        }
    }

    /// Whether it has no end tag and nothing inside.
    pub(super) fn is_void(self) -> bool {
        matches!(self, Self::Meta | Self::Void | Self::Hr | Self::Col)
    }

    /// Whether the search for the start of an element goes no further than it: a "special" one.
    pub(super) fn is_special(self) -> bool {
        !matches!(
            self,
            Self::A
                | Self::Formatting
                | Self::Other
                | Self::Choice
                | Self::ChoiceGroup
                | Self::Svg
                | Self::Drawn
        )
    }

    /// Whether elements around it are out of scope.
    pub(super) fn bounds_scope(self) -> bool {
        matches!(self, Self::Html | Self::Table | Self::Cell)
    }

    /// Whether it is opened again where it was not ended properly.
    pub(super) fn is_reopened(self) -> bool {
        matches!(self, Self::A | Self::Formatting)
    }

    /// Whether only parts of a table may stand directly in it.
    pub(super) fn is_table_frame(self) -> bool {
        matches!(self, Self::Table | Self::TableSection | Self::Row | Self::ColGroup)
    }
}

/// Elements of drawings, as they are written and as they are called; others may end the drawing.
const DRAWN: [(&str, &str); 38] = [
    ("g", "g"),
    ("path", "path"),
    ("circle", "circle"),
    ("rect", "rect"),
    ("line", "line"),
    ("polyline", "polyline"),
    ("polygon", "polygon"),
    ("ellipse", "ellipse"),
    ("defs", "defs"),
    ("use", "use"),
    ("symbol", "symbol"),
    ("lineargradient", "linearGradient"),
    ("radialgradient", "radialGradient"),
    ("stop", "stop"),
    ("clippath", "clipPath"),
    ("mask", "mask"),
    ("text", "text"),
    ("tspan", "tspan"),
    ("textpath", "textPath"),
    ("filter", "filter"),
    ("fegaussianblur", "feGaussianBlur"),
    ("feoffset", "feOffset"),
    ("feblend", "feBlend"),
    ("femerge", "feMerge"),
    ("femergenode", "feMergeNode"),
    ("feflood", "feFlood"),
    ("fecomposite", "feComposite"),
    ("fecolormatrix", "feColorMatrix"),
    ("animate", "animate"),
    ("animatetransform", "animateTransform"),
    ("animatemotion", "animateMotion"),
    ("pattern", "pattern"),
    ("image", "image"),
    ("marker", "marker"),
    ("view", "view"),
    ("switch", "switch"),
    ("set", "set"),
    ("svg", "svg"),
];

/// How an element of a drawing is called, whatever case it is written in.
pub(super) fn drawn(name: &str) -> Option<&'static str> {
    DRAWN.iter().find(|it| it.0.eq_ignore_ascii_case(name)).map(|it| it.1)
}
