//! What can be imported: files that are opened when their turn comes, and saved pages. How a web archive is taken apart is the
//! business of `records`.

use std::io::BufRead;

use url::Url;

use crate::{
    extract::Extractor,
    jobs::records::evidence,
    model::{CaptureSource, Captured, RawPage, Validators},
    warc,
};

/// Something to import; it is opened when its turn comes.
pub struct ImportFile {
    /// What messages call it.
    pub name: String,
    /// Its address, if the user knows it.
    pub url: Option<Url>,
    /// When it was saved, if the user knows it.
    pub captured_at: Option<Captured>,
    /// What it is.
    pub open: Box<dyn FnOnce() -> Result<Contents, Unreadable> + Send>,
}

/// What a file is.
pub enum Contents {
    /// A page, with its content type where its name tells; `None` to look inside.
    Page(Vec<u8>, Option<String>),
    /// A web archive.
    Archive(Box<dyn BufRead + Send>),
}

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The operating system said no.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// A picture, a program.
    #[error("not text")]
    Binary,
    /// Larger than any page.
    #[error("larger than {max} bytes")]
    TooLarge {
        /// `fetch.max_body_bytes`.
        max: usize,
    },
}

/// Returns a page as a browser saved it. What the browser wrote into it counts before what the user says of all files, and only
/// where neither says when it was saved, what the site's own note of its making says.
pub fn saved_page(
    extractor: &Extractor,
    body: Vec<u8>,
    content_type: Option<String>,
    url: Option<Url>,
    captured_at: Option<Captured>,
) -> RawPage {
    let (saved_url, saved_at, content_type, body) = if let Some(whole) = warc::parse_mhtml(&body) {
        let saved_url = whole.url.and_then(|it| Url::parse(&it).ok());
        (saved_url, whole.saved_at.map(Captured::At), whole.content_type, whole.body)
    } else {
        let found = evidence(&body);
        (found.url, found.captured_at, content_type, body)
    };
    let mut page = RawPage {
        url: url.or(saved_url),
        body: body.into(),
        content_type,
        captured_at: saved_at.or(captured_at),
        source: CaptureSource::File,
        status: None,
        validators: Validators::default(),
        heads: None,
        feed: None,
    };
    if page.captured_at.is_none() {
        page.captured_at = extractor.made_at(&page).map(Captured::At);
    }
    page
}
