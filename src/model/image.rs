//! Pictures: what a page says of one, and what has become of it. What bytes are a picture is told by `crate::image`; how one is
//! asked for is said by `jobs`, and how it is kept by `store`.

use bytes::Bytes;

use super::{CaptureSource, Captured, Validators};

/// A picture of a story, as its page names it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoryImage {
    /// The address of the largest that the page names.
    pub url: String,
    /// The address that its block has, which is what a reader sees; `None` where only the metadata names it.
    pub block_url: Option<String>,
    /// Its width in pixels, where the page says it.
    pub width: Option<u32>,
    /// Its height in pixels, where the page says it.
    pub height: Option<u32>,
    /// The words below it.
    pub caption: Option<String>,
    /// Who made it, or who sells it.
    pub credit: Option<String>,
}

/// What bytes are a picture of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageKind {
    /// The media type: `image/jpeg`.
    pub media_type: &'static str,
    /// The width in pixels; `None` for a drawing without a size.
    pub width: Option<u32>,
    /// The height in pixels.
    pub height: Option<u32>,
}

/// A picture that came.
#[derive(Debug, Clone)]
pub struct RawImage {
    /// Its bytes.
    pub body: Bytes,
    /// What they are.
    pub kind: ImageKind,
    /// When they were on the site, `2021-03-08T06:20:00Z`; `None` where nothing says so.
    pub captured_at: Option<Captured>,
    /// How they came.
    pub source: CaptureSource,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
    /// The `Content-Type` header, whatever the bytes are.
    pub content_type: Option<String>,
    /// What the server wants sent back next time.
    pub validators: Validators,
}

/// What a run did about pictures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImageTally {
    /// Pictures that their addresses did not show before.
    pub stored: u64,
    /// Pictures that were as before.
    pub unchanged: u64,
    /// Pictures that did not come, or are none.
    pub failed: u64,
    /// Hosts that said stop.
    pub hosts_stopped: u64,
    /// Pictures that are still due.
    pub due: u64,
    /// The bound that was reached, as its key.
    pub bound: Option<&'static str>,
}

/// What has become of a picture. The stable words of `article_images.state`.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum ImageState {
    /// Named by a story, not asked for yet.
    New,
    /// It is in the archive.
    Stored,
    /// The host says there is no such picture.
    Missing,
    /// The host refused to show it to us.
    Blocked,
    /// The host asked us to come back later.
    Throttled,
    /// No complete answer arrived.
    Broken,
    /// robots.txt asks not to read it, or its host is none of `site.image_hosts`.
    Refused,
    /// It has more bytes, or more pixels, than are kept.
    TooLarge,
    /// What came is no picture, or one that counts visits.
    NotImage,
}

/// Which pictures an archive keeps. The words of `archive.keep_images`.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    strum::IntoStaticStr,
    strum::VariantArray,
    strum::EnumString,
)]
#[strum(serialize_all = "snake_case")]
pub enum KeepImages {
    /// None, and none is asked for.
    #[default]
    None,
    /// Those of the stories.
    Story,
}

impl KeepImages {
    /// Returns the choice that a word of `archive.keep_images` means.
    pub fn from_code(code: &str) -> Option<Self> {
        code.parse().ok()
    }
}

impl ImageState {
    /// The word in `article_images.state`.
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// Returns the state that a word of `article_images.state` means.
    pub fn from_code(code: &str) -> Option<Self> {
        code.parse().ok()
    }
}

impl ImageKind {
    /// The media types that are kept.
    const KEPT: [&'static str; 9] = [
        "image/jpeg",
        "image/png",
        "image/gif",
        "image/webp",
        "image/avif",
        "image/heic",
        "image/bmp",
        "image/tiff",
        "image/svg+xml",
    ];

    /// Returns a media type if it is one of those that are kept.
    pub fn known(media_type: &str) -> Option<&'static str> {
        Self::KEPT.into_iter().find(|it| *it == media_type)
    }

    /// Returns the ending that files of this type have: `jpg`.
    pub fn extension(media_type: &str) -> &'static str {
        match media_type {
            "image/jpeg" => "jpg",
            "image/png" => "png",
            "image/gif" => "gif",
            "image/webp" => "webp",
            "image/avif" => "avif",
            "image/heic" => "heic",
            "image/bmp" => "bmp",
            "image/tiff" => "tiff",
            "image/svg+xml" => "svg",
            _ => "bin",
        }
    }
}
