//! What can be imported: files that are opened when their turn comes, and saved pages. How a web archive is taken apart is the
//! business of `records`.

use std::io::BufRead;

use url::Url;

use crate::{
    extract::Extractor,
    model::{CaptureSource, Captured, RawPage, Validators},
    warc,
};

use super::evidence::evidence;

/// Something to import; it is opened when its turn comes.
pub struct ImportFile {
    /// What messages call it.
    pub name: String,
    /// Its address, if the user knows it.
    pub url: Option<Url>,
    /// The address that its place in a mirror of the site stands for.
    pub place: Option<Url>,
    /// When it was saved, if the user knows it.
    pub captured_at: Option<Captured>,
    /// Opens it, from its beginning.
    pub open: Box<dyn Fn() -> Result<Contents, Unreadable> + Send + Sync>,
    /// Whether it can be opened again: a stream is over once it was read.
    pub is_stream: bool,
    /// Returns the file of this name that a browser saved beside the page.
    pub beside: Beside,
}

/// Returns the bytes of a file that a browser saved beside a page, by its name; `None` where there is none.
pub(super) type Beside = Box<dyn Fn(&str) -> Option<Vec<u8>> + Send + Sync>;

/// What a file is.
pub enum Contents {
    /// A page.
    Page {
        /// Its bytes.
        body: Vec<u8>,
        /// Its content type, where its name tells; `None` to look inside.
        content_type: Option<String>,
        /// Why it is not whole, in words.
        lost: Option<String>,
    },
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
    /// A file of another kind, which has a name.
    #[error("it is {what}")]
    Foreign {
        /// What it is.
        what: &'static str,
    },
    /// Larger than any page.
    #[error("larger than {max} bytes")]
    TooLarge {
        /// `fetch.max_body_bytes`.
        max: usize,
    },
}

/// A page that somebody saved.
pub struct SavedPage {
    /// The page.
    pub page: RawPage,
    /// Why it is not whole, in words.
    pub lost: Option<String>,
}

/// Returns a page as a browser saved it. What the browser wrote into it counts before what the user says of all files, and only
/// where neither says when it was saved, what the site's own note of its making says. Fails where it is mail and no page.
pub fn saved_page(
    extractor: &Extractor,
    body: Vec<u8>,
    content_type: Option<String>,
    url: Option<Url>,
    captured_at: Option<Captured>,
) -> Result<SavedPage, Unreadable> {
    let raw = |url, body: Vec<u8>, content_type, captured_at| RawPage {
        url,
        body: body.into(),
        content_type,
        captured_at,
        source: CaptureSource::File,
        status: None,
        validators: Validators::default(),
        heads: None,
        feed: None,
    };
    let mut saved = match warc::parse_mhtml(&body) {
        Some(whole) if whole.is_letter => return Err(Unreadable::Foreign { what: "a letter" }),
        Some(whole) => {
            let saved_url = whole.url.and_then(|it| Url::parse(&it).ok());
            let saved_at = whole.saved_at.map(Captured::At);
            let page = raw(url.or(saved_url), whole.body, whole.content_type, saved_at.or(captured_at));
            SavedPage { page, lost: whole.lost }
        }
        None if warc::is_mail(&body) => {
            return Err(Unreadable::Foreign { what: "mail, and no part of it is a page" });
        }
        None => {
            let found = evidence(&body);
            let saved_at = found.captured_at.or(captured_at);
            let page = raw(url.or(found.url), body, content_type, saved_at);
            SavedPage { page, lost: None }
        }
    };
    if saved.page.captured_at.is_none() {
        saved.page.captured_at = extractor.made_at(&saved.page).map(Captured::At);
    }
    Ok(saved)
}
