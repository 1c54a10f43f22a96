//! What the elements of HTML are by their names, wherever they stand: unseen, lines of their own, headings, furniture.

use crate::html::Element;

/// Whether elements of a name hold text that was deleted. `s` and `strike` are not asked: pages use them for other things, too.
pub(super) fn is_deleted(name: &str) -> bool {
    name == "del"
}

/// Whether no person sees an element's text, or it was deleted. By length first: it is asked of every element of a page.
pub(super) fn is_hidden(element: Element<'_>) -> bool {
    let name = element.name();
    let is_unseen = match name.len() {
        3 => name == "svg" || is_deleted(name),
        4 => matches!(name, "head" | "math"),
        5 => matches!(name, "style" | "title" | "audio" | "video"),
        6 => matches!(name, "script" | "iframe" | "object" | "select" | "canvas"),
        8 => matches!(name, "template" | "noscript" | "textarea"),
        _ => false,
    };
    is_unseen || element.attr("hidden").is_some()
}

/// Whether elements of a name begin a line of their own. By length first: it is asked of every element of a page.
pub(super) fn is_block(name: &str) -> bool {
    match name.len() {
        1 => name == "p",
        2 => matches!(
            name,
            "li" | "ul"
                | "ol"
                | "dl"
                | "dt"
                | "dd"
                | "tr"
                | "td"
                | "th"
                | "br"
                | "hr"
                | "h1"
                | "h2"
                | "h3"
                | "h4"
                | "h5"
                | "h6"
        ),
        3 => matches!(name, "div" | "nav" | "pre"),
        4 => matches!(name, "main" | "form" | "body" | "html" | "menu"),
        5 => matches!(name, "table" | "tbody" | "thead" | "tfoot" | "aside" | "label"),
        6 => matches!(name, "header" | "footer" | "figure" | "center" | "button" | "option"),
        7 => matches!(name, "section" | "article" | "caption" | "address" | "details" | "summary"),
        8 => name == "fieldset",
        10 => matches!(name, "figcaption" | "blockquote"),
        _ => false,
    }
}

pub(super) fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

pub(super) fn is_furniture(name: &str) -> bool {
    matches!(name, "footer" | "figcaption" | "button")
}
