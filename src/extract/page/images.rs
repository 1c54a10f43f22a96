//! The pictures of a story: which address of a picture is its largest, and what the page says of it. Where in the story a picture
//! stands is said by its block; nothing is asked for here.
//!
//! A page names a picture in many ways: `src`, the attributes of lazy loaders, `srcset`, the `source` elements of a `picture`, a link
//! to the whole picture around it. The block keeps the one that a reader sees, the archive the largest.

use std::{collections::HashSet, iter::once, sync::LazyLock};

use regex::bytes::Regex;
use url::Url;

use crate::{
    extract::{index::PageIndex, lines::element_text, text::fold},
    html::Element,
    model::{Block, BlockKind, StoryImage, bare_host, is_web},
};

use super::{
    credit::credit,
    metas::{IMAGE_HEIGHTS, IMAGE_WIDTHS, IMAGES},
};

/// Where a picture's address is, best first; lazy loaders keep it outside `src`.
const SHOWN: [&str; 4] = ["data-src", "data-original", "data-lazy-src", "src"];
/// The sets of addresses of one picture.
const SETS: [&str; 4] = ["srcset", "data-srcset", "data-lazy-srcset", "data-original-set"];
/// What a file is called that stands where a picture will be.
const PLACE_HOLDERS: [&str; 7] =
    ["placeholder", "place-holder", "lazyload", "lazy-load", "loading", "spinner", "transparent"];
/// The same, where it is a whole part of the name: `blank.gif`, `spacer-1.png`.
const EMPTY_NAMES: [&str; 3] = ["blank", "spacer", "empty"];
/// Beginnings of the names of pictures that are furniture of a page.
const FURNITURE_STARTS: [&str; 6] = ["advert", "banner", "werbung", "anzeige", "publicidad", "icon"];
/// Words in the names of pictures that are furniture of a page.
const FURNITURE_NAMES: [&str; 7] =
    ["favicon", "sprite", "avatar", "googlenews", "google-news", "whatsapp", "facebook"];
/// The whole picture, where a page names it beside what it shows.
const WHOLE: [&str; 7] = [
    "data-orig-file",
    "data-large-file",
    "data-large_image",
    "data-full-src",
    "data-full",
    "data-zoom-src",
    "data-hires",
];
/// The endings of files that are pictures.
const ENDINGS: [&str; 8] = [".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg", ".bmp"];
/// The most pictures of a story: what comes after them is a list of something.
const IMAGES_MAX: usize = 500;
/// A picture that is no wider and no higher than this, in pixels, is no picture of a story.
const SMALL_PIXELS: u32 = 150;
/// Elements of a `picture` that are looked at.
const FRAME_PARTS_MAX: usize = 64;
/// Elements between a picture and the link around it, at most.
const LINK_DEPTH: usize = 4;

/// A picture of the story: its block, and what the archive may keep.
pub(super) struct FoundImage {
    /// What a reader sees, in its place in the story.
    pub(super) block: Block,
    /// The largest that the page names; `None` for what is no picture of the story: a card, an advertisement, a place holder.
    pub(super) image: Option<StoryImage>,
}

/// One address of a picture.
struct ImageAddress<'p> {
    address: &'p str,
    /// Its width in pixels, where the page says it.
    width: Option<u32>,
    /// By what the largest is told: the width, or what is said instead of one.
    rank: f32,
}

impl<'p> ImageAddress<'p> {
    fn new(address: &'p str, width: Option<u32>) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "no picture is as wide as that")]
        Self { address, width, rank: width.map_or(0.0, |it| it as f32) }
    }

    /// The whole picture, however wide it is.
    fn whole(address: &'p str) -> Self {
        Self { address, width: None, rank: f32::INFINITY }
    }
}

impl FoundImage {
    /// Reads a picture. `None` for a pixel that counts visits, and where no address is a picture's.
    pub(super) fn read(img: Element<'_>, figure: Option<Element<'_>>, base: &Url) -> Option<Self> {
        let is_pixel = ["width", "height"].iter().any(|it| matches!(img.attr(it), Some("0" | "1")));
        let shown = shown(img).filter(|_| !is_pixel)?;
        let shown = base.join(shown).ok()?;
        let addresses = addresses(img);
        // Of two that are as wide the first counts: what the page shows stands before what it offers.
        let largest = addresses.iter().rev().max_by(|a, b| a.rank.total_cmp(&b.rank));
        let largest = largest.and_then(|it| Some((base.join(it.address).ok()?, it.width)));
        let (url, width) = largest.filter(|it| is_web(&it.0)).unwrap_or_else(|| (shown.clone(), None));
        let height = pixels(img, "height").filter(|_| width.is_some() && width == pixels(img, "width"));
        let caption = figure.and_then(caption);
        let credit = credit(img, figure, caption.as_deref());
        let text = caption.clone().unwrap_or_default();
        let is_furniture = (url == shown && is_small(img))
            || is_named_as_furniture(&url, &text)
            || is_advertised(img, base);
        let is_furniture = is_furniture || !is_open(&url) || !is_web(&url);
        let block_url = Some(shown.to_string());
        let url = without_fragment(url).into();
        let image = StoryImage { url, block_url, width, height, caption, credit };
        Some(Self {
            image: (!is_furniture).then_some(image),
            block: Block { kind: BlockKind::Image, text, url: Some(shown.into()) },
        })
    }
}

/// Returns the pictures of a story: those of its blocks, and where it has none, the one that the page names for those who link to it.
pub(super) fn of_story(
    blocks: &[Block],
    found: Vec<FoundImage>,
    index: &PageIndex<'_>,
    base: &Url,
) -> Vec<StoryImage> {
    let pictures = blocks.iter().filter(|it| it.kind == BlockKind::Image);
    let shown: HashSet<&str> = pictures.filter_map(|it| it.url.as_deref()).collect();
    let is_shown = |it: &FoundImage| it.block.url.as_deref().is_some_and(|it| shown.contains(it));
    let mut named = HashSet::new();
    let images = found.into_iter().filter(is_shown).filter_map(|it| it.image);
    let images = images.filter(|it| named.insert(it.url.clone()));
    let images: Vec<StoryImage> = images.take(IMAGES_MAX).collect();
    if images.is_empty() { named_in_head(index, base).into_iter().collect() } else { images }
}

/// Returns the picture that the metadata names, unless its address says that it is the paper's own.
fn named_in_head(index: &PageIndex<'_>, base: &Url) -> Option<StoryImage> {
    let address = index.metas_of(IMAGES).find(|it| !it.trim().is_empty())?;
    let url = base.join(address.trim()).ok().filter(|it| is_web(it) && is_open(it))?;
    let url = without_fragment(url);
    if is_of_the_paper(url.path()) {
        return None;
    }
    let number =
        |names: &'static [&'static str]| index.metas_of(names).find_map(|it| it.trim().parse().ok());
    let (width, height) = (number(IMAGE_WIDTHS), number(IMAGE_HEIGHTS));
    Some(StoryImage { url: url.into(), width, height, ..StoryImage::default() })
}

/// Whether a path says that its picture is the paper's own.
fn is_of_the_paper(path: &str) -> bool {
    static OF_THE_PAPER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i-u)logo|placeholder|no-?image|favicon|sprite|(?:share|og|social|default|fallback)[-_]?(?:image|img|picture|share|og)|/(?:default|fallback|share|social)[^/]*$",
        )
        .expect("a pattern")
    });
    OF_THE_PAPER.is_match(path.as_bytes())
}

/// Returns the address of what a reader sees.
fn shown(img: Element<'_>) -> Option<&str> {
    let mut said = SHOWN.iter().filter_map(|it| img.attr(it).map(str::trim));
    let first = said.find(|it| !it.is_empty() && !it.starts_with("data:"));
    first.or_else(|| {
        let sets = ["data-srcset", "srcset"].into_iter().filter_map(|it| img.attr(it));
        sets.flat_map(|it| addresses_of_set(it, None))
            .map(|it| it.address)
            .find(|it| !it.starts_with("data:"))
    })
}

/// Returns every address of a picture, the shown one first.
fn addresses(img: Element<'_>) -> Vec<ImageAddress<'_>> {
    let own_width = pixels(img, "width");
    let shown = shown(img).map(|address| ImageAddress::new(address, own_width));
    let frame = img.ancestors().next().filter(|it| it.name() == "picture");
    let parts = frame.into_iter().flat_map(|it| it.descendants().take(FRAME_PARTS_MAX));
    let sources = parts.filter(|it| it.name() == "source");
    let in_sets = once(img).chain(sources).flat_map(|element| {
        let sets = SETS.iter().filter_map(move |it| element.attr(it));
        sets.flat_map(move |it| addresses_of_set(it, own_width))
    });
    let whole = WHOLE.iter().filter_map(|it| img.attr(it));
    let links = img.ancestors().take(LINK_DEPTH).filter(|it| it.name() == "a");
    let linked = links.filter_map(|it| it.attr("href")).filter(|it| is_file(it));
    let whole = whole.chain(linked).map(|address| ImageAddress::whole(address.trim()));
    let all = shown.into_iter().chain(in_sets).chain(whole);
    all.filter(|it| !it.address.is_empty() && !it.address.starts_with("data:")).collect()
}

/// Returns the addresses of a `srcset` (HTML standard, 4.8.4.2.1): commas separate them, but stand in addresses, too. `own_width` is
/// the width that a density of 1 stands for.
fn addresses_of_set(set: &str, own_width: Option<u32>) -> impl Iterator<Item = ImageAddress<'_>> {
    let mut rest = set;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|it: char| it.is_whitespace() || it == ',');
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if word.is_empty() {
            return None;
        }
        let address = word.trim_end_matches(',');
        if address.len() < word.len() {
            rest = after;
            return Some(ImageAddress::new(address, None));
        }
        let (descriptor, after) = after.split_once(',').unwrap_or((after, ""));
        rest = after;
        let width = descriptor.split_whitespace().find_map(|it| it.strip_suffix('w')?.parse().ok());
        let density =
            descriptor.split_whitespace().find_map(|it| it.strip_suffix('x')?.parse::<f32>().ok());
        Some(match (width, density) {
            (None, Some(density)) => {
                // Without a width it is larger than what says nothing, and than nothing else.
                let one = own_width.map_or(1.0, |it| ImageAddress::new("", Some(it)).rank);
                ImageAddress { address, width: None, rank: density * one }
            }
            _ => ImageAddress::new(address, width),
        })
    })
}

/// Returns the caption of a figure.
pub(super) fn caption(figure: Element<'_>) -> Option<String> {
    let caption = figure.descendants().find(|it| it.name() == "figcaption")?;
    Some(fold(&element_text(caption))).filter(|it| !it.is_empty())
}

/// Whether a page shows a picture so small that it is a portrait, an icon or a card.
fn is_small(img: Element<'_>) -> bool {
    ["width", "height"].iter().all(|it| pixels(img, it).is_some_and(|it| it <= SMALL_PIXELS))
}

/// Whether the name of a file says that it is no picture of a story. A caption says that it is one, but for a place holder.
fn is_named_as_furniture(url: &Url, caption: &str) -> bool {
    let name = url.path_segments().and_then(Iterator::last).unwrap_or_default().to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|it| name.contains(it));
    let is_empty = name.rsplit(['.', '_', '-']).skip(1).any(|it| EMPTY_NAMES.contains(&it));
    let is_drawing = [".svg", ".gif"].iter().any(|it| name.ends_with(it));
    let is_furniture = || {
        FURNITURE_STARTS.iter().any(|it| name.starts_with(it))
            || has(&FURNITURE_NAMES)
            || is_drawing && has(&["logo", "icon"])
    };
    has(&PLACE_HOLDERS) || is_empty || caption.is_empty() && is_furniture()
}

/// Whether a picture leads to another site.
fn is_advertised(img: Element<'_>, base: &Url) -> bool {
    let link = img.ancestors().take(LINK_DEPTH).find(|it| it.name() == "a");
    let target = link.and_then(|it| it.attr("href")).filter(|it| !is_file(it));
    let target = target.and_then(|it| base.join(it.trim()).ok()).filter(is_web);
    let bare = |url: &Url| bare_host(url.host_str().unwrap_or_default()).to_owned();
    target.is_some_and(|it| {
        let (there, here) = (bare(&it), bare(base));
        !there.ends_with(&here) && !here.ends_with(&there)
    })
}

/// Returns a number of pixels that an attribute says.
fn pixels(element: Element<'_>, name: &str) -> Option<u32> {
    let value = element.attr(name)?.trim();
    let number = value.strip_suffix("px").unwrap_or(value).trim().parse().ok()?;
    Some(number).filter(|it| 1 < *it)
}

/// Whether an address is a picture's by its ending.
fn is_file(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    ENDINGS.iter().any(|it| path.ends_with(it))
}

/// Whether an address is without a name and a password: what is secret is not asked for.
fn is_open(url: &Url) -> bool {
    url.username().is_empty() && url.password().is_none()
}

/// Returns an address without what only a browser reads.
fn without_fragment(mut url: Url) -> Url {
    url.set_fragment(None);
    url
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::Document;

    fn read(html: &str) -> Option<StoryImage> {
        let document = Document::parse(html);
        let img = document.root().descendants().find(|it| it.name() == "img")?;
        let figure = img.ancestors().find(|it| it.name() == "figure");
        let base = Url::parse("https://paper.example/news/1").expect("an address");
        FoundImage::read(img, figure, &base)?.image
    }

    #[track_caller]
    fn check(html: &str, url: &str) {
        let found = read(html).map(|it| it.url);
        assert_eq!(found.as_deref().unwrap_or_default(), url, "{html}");
    }

    #[test]
    fn the_largest_that_the_page_names_is_the_picture() {
        check("<img src='/a.jpg'>", "https://paper.example/a.jpg");
        check("<img src='data:x' data-src='/a.jpg'>", "https://paper.example/a.jpg");
        check(
            "<img src='/s.jpg' srcset='/m.jpg 640w, /l.jpg 1280w, /s.jpg 320w'>",
            "https://paper.example/l.jpg",
        );
        check("<img src='/1.jpg' srcset='/1.jpg, /2.jpg 2x'>", "https://paper.example/2.jpg");
        check("<img src='/a.jpg' srcset='/w_1,h_2/b.jpg 900w'>", "https://paper.example/w_1,h_2/b.jpg");
        check(
            "<picture><source srcset='/w.webp 1600w'><img src='/a.jpg' width='800'></picture>",
            "https://paper.example/w.webp",
        );
        check(
            "<a href='/whole.JPG?x=1'><img src='/s.jpg' srcset='/m.jpg 640w'></a>",
            "https://paper.example/whole.JPG?x=1",
        );
        check("<a href='/news/2'><img src='/s.jpg'></a>", "https://paper.example/s.jpg");
        check("<img src='/s.jpg' data-orig-file='/o.jpg'>", "https://paper.example/o.jpg");
        check("<img src='data:image/png;base64,AA=='>", "");
        check("<img src='/pixel.gif' width='1' height='1'>", "");
        for furniture in [
            "<img src='/face.jpg' width='40' height='40'>",
            "<img src='/img/placeholder.png' width='1200'>",
            "<a href='https://shop.example/buy'><img src='/offer.jpg'></a>",
            "<img src='/banner_3.jpg'>",
            "<img src='/img/paper-logo.svg'>",
            "<img src='https://me:secret@paper.example/a.jpg'>",
        ] {
            check(furniture, "");
        }
        check("<img src='/a.jpg#main'>", "https://paper.example/a.jpg");
        check("<img src='/2024/new-logo.png'>", "https://paper.example/2024/new-logo.png");
        check(
            "<a href='https://m.paper.example/news/2'><img src='/a.jpg'></a>",
            "https://paper.example/a.jpg",
        );
        check("<img src='/a.jpg' srcset='javascript:alert(1) 900w'>", "https://paper.example/a.jpg");
    }

    #[test]
    fn what_the_head_names_is_a_picture_unless_it_is_the_papers_own() {
        let check = |path: &str, is_kept: bool| assert_eq!(is_of_the_paper(path), !is_kept, "{path}");
        check("/img/2024/rupee.jpg", true);
        check("/img/clip_16-9-discover-aspect-ratio_default_0.jpg", true);
        for own in
            ["/default.png", "/og-image.jpg", "/x/social_share.png", "/paper-logo.svg", "/noimage.gif"]
        {
            check(own, false);
        }
    }

    #[test]
    fn sizes_are_those_of_the_picture_that_is_meant() {
        let size = |html| read(html).map(|it| (it.width, it.height));
        assert_eq!(size("<img src='/a.jpg' width='800' height='600px'>"), Some((Some(800), Some(600))));
        assert_eq!(size("<img src='/a.jpg' width='100%'>"), Some((None, None)));
        let other = "<img src='/s.jpg' width='80' height='60' srcset='/l.jpg 1280w'>";
        assert_eq!(size(other), Some((Some(1280), None)));
    }
}
