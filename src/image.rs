//! What bytes are a picture: its type, its size in pixels, or why they are none. A codec that decodes no picture: a header says
//! enough, and a bomb stays packed. Which pictures are wanted is decided by `jobs`.

use imagesize::{Compression, ImageType};

use crate::model::{ImageKind, ImageState};

/// Why bytes are not kept as a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotImage {
    /// Nothing came.
    #[error("the answer is empty")]
    Empty,
    /// Something else came, such as a page that says "not found" with 200.
    #[error("it is no picture")]
    Foreign,
    /// A picture of a kind that is not kept, or whose header is damaged.
    #[error("its header says no size")]
    Damaged,
    /// It is as good as invisible: it counts visits, or keeps a place.
    #[error("it is {width} × {height} pixels: it counts visits, or keeps a place")]
    Tracker {
        /// Its width.
        width: usize,
        /// Its height.
        height: usize,
    },
    /// It would unpack to more pixels than are allowed.
    #[error("it is {width} × {height} pixels, more than `fetch.images.max_pixels`")]
    TooManyPixels {
        /// Its width.
        width: usize,
        /// Its height.
        height: usize,
    },
}

/// A drawing that says it is longer says nothing.
const LENGTH_MAX: f64 = 1e6;
/// The number of first bytes in which a drawing says what it is.
const DRAWING_BYTES: usize = 64 << 10;

impl NotImage {
    /// Returns what it makes of a picture.
    pub fn state(self) -> ImageState {
        match self {
            Self::TooManyPixels { .. } => ImageState::TooLarge,
            Self::Empty | Self::Foreign | Self::Damaged | Self::Tracker { .. } => ImageState::NotImage,
        }
    }

    /// The stable word in `image_addresses.reason`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Foreign => "no_picture",
            Self::Damaged => "damaged",
            Self::Tracker { .. } => "tracker",
            Self::TooManyPixels { .. } => "too_many_pixels",
        }
    }
}

/// Returns what bytes are a picture of, whatever a header says of them. Fails where they are none that is kept: pictures of pixels
/// in the formats that browsers show, and SVG.
pub fn kind(bytes: &[u8], max_pixels: u64) -> Result<ImageKind, NotImage> {
    if bytes.is_empty() {
        return Err(NotImage::Empty);
    }
    let Ok(image_type) = imagesize::image_type(bytes) else {
        return drawing(bytes).ok_or(NotImage::Foreign);
    };
    let media_type = match image_type {
        ImageType::Jpeg => "image/jpeg",
        ImageType::Png => "image/png",
        ImageType::Gif => "image/gif",
        ImageType::Webp => "image/webp",
        ImageType::Heif(Compression::Av1) => "image/avif",
        ImageType::Heif(_) => "image/heic",
        ImageType::Bmp => "image/bmp",
        ImageType::Tiff => "image/tiff",
        _ => return Err(NotImage::Foreign),
    };
    let size = imagesize::blob_size(bytes).map_err(|_| NotImage::Damaged)?;
    let (width, height) = (size.width, size.height);
    if width < 2 || height < 2 {
        return Err(NotImage::Tracker { width, height });
    }
    let pixels = (width as u64).checked_mul(height as u64);
    match (pixels, u32::try_from(width), u32::try_from(height)) {
        (Some(pixels), Ok(width), Ok(height)) if pixels <= max_pixels => {
            Ok(ImageKind { media_type, width: Some(width), height: Some(height) })
        }
        _ => Err(NotImage::TooManyPixels { width, height }),
    }
}

/// Returns the kind of an SVG; `None` where the bytes are none. Its size is that of its root element, as far as it says one in pixels.
fn drawing(bytes: &[u8]) -> Option<ImageKind> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(DRAWING_BYTES)]);
    let RootElement { name, tag } = root_element(&head)?;
    if name != "svg" {
        return None;
    }
    let attribute = |name: &str| {
        let (_, rest) = tag.split_once(&format!(" {name}="))?;
        let quote = rest.chars().next().filter(|it| matches!(it, '"' | '\''))?;
        rest[1..].split(quote).next()
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is between 1 and a million"
    )]
    let whole = |it: f64| (1.0..=LENGTH_MAX).contains(&it).then_some(it.round() as u32);
    let length = |name| {
        let value: &str = attribute(name)?;
        whole(value.strip_suffix("px").unwrap_or(value).trim().parse().ok()?)
    };
    let of_view = |nth| {
        let numbers = attribute("viewBox")?.split(|it: char| it.is_whitespace() || it == ',');
        whole(numbers.filter(|it| !it.is_empty()).nth(nth)?.parse().ok()?)
    };
    let (width, height) =
        (length("width").or_else(|| of_view(2)), length("height").or_else(|| of_view(3)));
    Some(ImageKind { media_type: "image/svg+xml", width, height })
}

/// The root element of a markup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RootElement<'t> {
    /// Its name, without a prefix.
    pub name: &'t str,
    /// Its tag, from its name to its end.
    pub tag: &'t str,
}

/// Returns the root element: the declaration, the document type and comments come before it. `None` where there is none.
pub fn root_element(text: &str) -> Option<RootElement<'_>> {
    let mut rest = text.trim_start_matches('\u{FEFF}');
    loop {
        rest = rest.trim_start();
        let end = if rest.starts_with("<?") {
            rest.find("?>").map(|it| it + 2)
        } else if rest.starts_with("<!--") {
            rest.find("-->").map(|it| it + 3)
        } else if rest.starts_with("<!") {
            rest.find('>').map(|it| it + 1)
        } else {
            let tag = rest.strip_prefix('<')?.split('>').next()?;
            let name = tag.split(|it: char| it.is_whitespace() || it == '/').next()?;
            return Some(RootElement { name: name.rsplit(':').next()?, tag });
        };
        rest = &rest[end?..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: u64 = 1_000_000;

    /// A PNG of this size, as far as its header goes.
    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend(b"\x08\x02\0\0\0");
        bytes
    }

    fn gif(width: u16, height: u16) -> Vec<u8> {
        [b"GIF89a".as_slice(), &width.to_le_bytes(), &height.to_le_bytes(), b"\0\0\0;"].concat()
    }

    #[test]
    fn a_picture_is_told_by_its_bytes() {
        let check = |bytes: &[u8], media_type, width, height| {
            let kind = kind(bytes, MAX).expect("a picture");
            assert_eq!((kind.media_type, kind.width, kind.height), (media_type, width, height));
        };
        check(&png(640, 480), "image/png", Some(640), Some(480));
        check(&gif(16, 9), "image/gif", Some(16), Some(9));
        let svg = "<?xml version='1.0'?><!-- x --><!DOCTYPE svg><svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 300 150.4'/>";
        check(svg.as_bytes(), "image/svg+xml", Some(300), Some(150));
        let late = format!("<!--{}--><svg width='99999999999'>", "x".repeat(9000));
        check(late.as_bytes(), "image/svg+xml", None, None);
        check(b"<svg:svg width=\"40px\" height=\"100%\">", "image/svg+xml", Some(40), None);
    }

    #[test]
    fn what_is_no_picture_says_why() {
        let check = |bytes: &[u8], code| {
            assert_eq!(kind(bytes, MAX).map_err(NotImage::code), Err(code));
        };
        check(b"", "empty");
        check(b"<!doctype html><title>Not found</title><svg></svg>", "no_picture");
        check(b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01", "damaged");
        check(b"%PDF-1.4", "no_picture");
        check(&gif(1, 1), "tracker");
        check(&gif(1, 400), "tracker");
        check(&png(60_000, 60_000), "too_many_pixels");
        check(&png(u32::MAX, u32::MAX), "too_many_pixels");
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_stop_it(bytes: Vec<u8>, which in 0_usize..6) {
            let marks: [&[u8]; 6] = [b"\xff\xd8\xff\xe0", b"RIFF\0\0\0\0WEBPVP8 ", b"II*\0", b"\0\0\0\x1cftypavif", b"BM", b"<svg "];
            let bytes = [marks[which], &bytes].concat();
            let _ = kind(&bytes, MAX);
        }
    }
}
