//! Small pieces of a page: an image, a caption, a sole link; and lists that hold a thing once.

use url::Url;

use crate::{
    extract::{
        lines::flatten,
        text::{essence, fold},
    },
    html::Element,
    model::{Block, BlockKind},
};

/// An element's visible text, elements that touch kept apart by a seam, lines by a space.
pub(super) fn element_text(element: Element<'_>) -> String {
    flatten(element, &[]).text.replace('\n', " ")
}

/// The one link an element consists of, with its text.
pub(super) fn sole_link(element: Element<'_>) -> Option<(&str, String)> {
    let flat = flatten(element, &[]);
    let href = flat.links.first()?.href;
    let linked: String =
        flat.links.iter().filter(|it| it.href == href).map(|it| essence(flat.title(it))).collect();
    let is_sole = !linked.is_empty() && linked == essence(&flat.text);
    let titles = flat.links.iter().map(|it| fold(flat.title(it))).collect::<Vec<_>>();
    is_sole.then(|| (href, titles.join(" ")))
}

/// An image as a block. Lazy loaders keep the address outside `src`.
pub(super) fn image_block(image: Element<'_>, caption: Option<String>, base: &Url) -> Option<Block> {
    let is_pixel = ["width", "height"].iter().any(|it| matches!(image.attr(it), Some("0" | "1")));
    let first_of_set = |it: &str| it.split([' ', ',']).find(|it| !it.is_empty()).map(str::to_owned);
    let address = ["data-src", "data-original", "data-lazy-src", "src"]
        .iter()
        .filter_map(|it| image.attr(it).map(str::trim))
        .find(|it| !it.is_empty() && !it.starts_with("data:"))
        .map(str::to_owned)
        .or_else(|| {
            ["data-srcset", "srcset"].iter().find_map(|it| image.attr(it)).and_then(first_of_set)
        })?;
    let url = base.join(&address).ok().filter(|_| !is_pixel)?;
    Some(Block { kind: BlockKind::Image, text: caption.unwrap_or_default(), url: Some(url.into()) })
}

pub(super) fn caption(figure: Element<'_>) -> Option<String> {
    let caption = figure.descendants().find(|it| it.name() == "figcaption")?;
    Some(fold(&element_text(caption))).filter(|it| !it.is_empty())
}
