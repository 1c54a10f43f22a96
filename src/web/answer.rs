//! A response: its type, its headers of safety and its tag. What is in it was decided before.

use askama::Template;
use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Method, Response, StatusCode, header},
};
use sha2::{Digest, Sha256};

use super::guard::Refusal;

/// Our own pages: nothing from elsewhere, no script but ours, in no other page's frame.
const OUR_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; frame-src 'self'; \
                          form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// A page as it was: nothing runs, nothing is loaded, nothing is sent, and only our page may frame it.
const RAW_POLICY: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline' data:; img-src data:; font-src data:; \
                          base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// A picture as it came: a drawing (SVG) is a document of its own, in which nothing runs and which loads nothing.
const IMAGE_POLICY: &str =
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'";

/// What is answered.
#[derive(Debug)]
pub(super) struct WebAnswer {
    status: u16,
    content_type: &'static str,
    policy: &'static str,
    keeping: CacheTime,
    body: Vec<u8>,
    location: Option<String>,
}

/// How long a browser may keep an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CacheTime {
    /// Until it asks whether it is still right.
    Ask,
    /// For a day: it is named after its content, or of a day that is complete.
    Day,
}

/// The page of a refusal.
#[derive(Template)]
#[template(path = "refused.html")]
struct RefusalPage {
    status: u16,
    words: &'static str,
}

impl WebAnswer {
    /// Returns a page of ours.
    pub(super) fn page(page: &impl Template) -> Self {
        match page.render() {
            Ok(html) => Self::of("text/html; charset=utf-8", html.into_bytes()),
            // Values are at hand and memory takes everything: only a template that is wrong fails.
            Err(_) => Self::refused(Refusal::Busy),
        }
    }

    /// Returns an answer of a type.
    pub(super) fn of(content_type: &'static str, body: Vec<u8>) -> Self {
        Self {
            status: 200,
            content_type,
            policy: OUR_POLICY,
            keeping: CacheTime::Ask,
            body,
            location: None,
        }
    }

    /// Returns a page as it was, for a frame that lets it do nothing.
    pub(super) fn raw(html: Vec<u8>) -> Self {
        Self { policy: RAW_POLICY, ..Self::of("text/html; charset=utf-8", html) }
    }

    /// Returns a picture. Its type was told by its bytes, and is one of those that are kept.
    pub(super) fn image(media_type: &'static str, bytes: Vec<u8>) -> Self {
        let answer = Self { policy: IMAGE_POLICY, ..Self::of(media_type, bytes) };
        // It is named after its bytes.
        answer.keeping(CacheTime::Day)
    }

    /// Returns the page of a refusal.
    pub(super) fn refused(refusal: Refusal) -> Self {
        let (status, words) = refusal.said();
        let html = RefusalPage { status, words }.render().unwrap_or_default();
        Self { status, ..Self::of("text/html; charset=utf-8", html.into_bytes()) }
    }

    /// Returns a way to another page of ours.
    pub(super) fn see(path: &str) -> Self {
        Self {
            status: 303,
            location: Some(path.to_owned()),
            ..Self::of("text/plain; charset=utf-8", Vec::new())
        }
    }

    /// An answer, and how long it may be kept.
    pub(super) fn keeping(self, keeping: CacheTime) -> Self {
        Self { keeping, ..self }
    }

    /// Returns the response: 304 if the browser already has the answer with this tag.
    pub(super) fn into_response(self, known_tag: Option<&str>, method: &Method) -> Response<Body> {
        let Self { status, content_type, policy, keeping, body, location } = self;
        let tag = format!("\"{}\"", &data_tag(&body));
        let is_known = status == 200 && known_tag.is_some_and(|it| it.contains(&tag));
        let status = if is_known { StatusCode::NOT_MODIFIED } else { code(status) };
        let cache = match keeping {
            CacheTime::Ask => "no-cache",
            CacheTime::Day => "max-age=86400",
        };
        let mut response = Response::new(if is_known || method == Method::HEAD {
            Body::empty()
        } else {
            Body::from(body)
        });
        *response.status_mut() = status;
        let headers = response.headers_mut();
        for (name, value) in [
            (header::CONTENT_TYPE, content_type),
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "no-referrer"),
            (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
            (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
            (header::CACHE_CONTROL, cache),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if let Ok(tag) = HeaderValue::try_from(tag) {
            headers.insert(header::ETAG, tag);
        }
        if let Some(location) = location.and_then(|it| HeaderValue::try_from(it).ok()) {
            headers.insert(header::LOCATION, location);
        }
        response
    }
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Returns what bytes are known by: 16 digits of their SHA-256.
pub(super) fn data_tag(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).fold(String::new(), |tag, byte| tag + &format!("{byte:02x}"))
}
