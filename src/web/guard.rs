//! Which requests are answered at all. A page in the browser may ask us in the user's name, under any name that leads here: so the
//! `Host` is looked at before anything else, and what another site asks for is refused unless the user goes there. What is
//! shown is decided later.

use axum::{
    extract::Request,
    http::{HeaderMap, Method, header},
};
use percent_encoding::percent_decode_str;

/// No address of ours is longer.
const ADDRESS_BYTES_MAX: usize = 4096;
/// Names of this machine (RFC 6761, RFC 5735).
const OWN_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// What is asked for.
#[derive(Debug)]
pub(super) struct AskedPage {
    /// The parts of the path, decoded. None of them is empty, `.` or `..`.
    pub(super) path: Vec<String>,
    pub(super) query: Option<String>,
    /// The tag of the answer that the asker has.
    pub(super) known_tag: Option<String>,
}

/// Why a request is not answered. Nothing of it is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It makes no sense, or comes from another site.
    Bad,
    /// It is for somebody else.
    Misdirected,
    /// It wants to change something.
    Method,
    /// Its address is too long.
    TooLong,
    /// There is no such page.
    NotFound,
    /// The archive cannot be read now, or not in time.
    Busy,
}

impl Refusal {
    /// Returns the HTTP status and the words of the page.
    pub(super) fn said(self) -> (u16, &'static str) {
        match self {
            Self::Bad => (400, "This request makes no sense."),
            Self::Misdirected => (421, "This name is not served here: see `--allow-host`."),
            Self::Method => (405, "This archive is only read."),
            Self::TooLong => (414, "This address is too long."),
            Self::NotFound => (404, "There is no such page."),
            Self::Busy => (503, "The archive cannot be read just now, or not in time."),
        }
    }
}

/// Returns what a request asks for; fails where it is not answered.
pub(super) fn check(request: &Request, allowed: &[String]) -> Result<AskedPage, Refusal> {
    let headers = request.headers();
    let host = headers.get(header::HOST).and_then(|it| it.to_str().ok()).ok_or(Refusal::Bad)?;
    if !is_ours(host, allowed) {
        return Err(Refusal::Misdirected);
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(Refusal::Method);
    }
    if comes_from_elsewhere(headers) {
        return Err(Refusal::Bad);
    }
    let uri = request.uri();
    if ADDRESS_BYTES_MAX < uri.path().len() + uri.query().unwrap_or_default().len() {
        return Err(Refusal::TooLong);
    }
    let path = parts(uri.path())?;
    let known_tag = headers.get(header::IF_NONE_MATCH).and_then(|it| it.to_str().ok());
    Ok(AskedPage {
        path,
        query: uri.query().map(str::to_owned),
        known_tag: known_tag.map(str::to_owned),
    })
}

/// Whether a `Host` names this server. The port is ignored: a request that arrived here has used the right one.
fn is_ours(host: &str, allowed: &[String]) -> bool {
    let name = match host.rfind(':') {
        Some(colon) if !host[colon..].contains(']') => &host[..colon],
        _ => host,
    };
    OWN_NAMES.iter().any(|it| it.eq_ignore_ascii_case(name))
        || allowed.iter().any(|it| it.eq_ignore_ascii_case(name))
}

/// Whether another site asks, and not the user who goes from there to here.
fn comes_from_elsewhere(headers: &HeaderMap) -> bool {
    let says = |name: &str| headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default();
    says("sec-fetch-site") == "cross-site"
        && !(says("sec-fetch-mode") == "navigate" && says("sec-fetch-dest") == "document")
}

/// Returns the parts of a path, decoded once. Fails where one is empty, no text, or leads elsewhere.
fn parts(path: &str) -> Result<Vec<String>, Refusal> {
    let path = path.strip_prefix('/').ok_or(Refusal::Bad)?;
    if path.is_empty() {
        return Ok(Vec::new());
    }
    let decode = |part: &str| {
        let part = percent_decode_str(part).decode_utf8().map_err(|_| Refusal::Bad)?;
        let is_odd = part.is_empty() || part == "." || part == ".." || part.contains('\0');
        if is_odd { Err(Refusal::NotFound) } else { Ok(part.into_owned()) }
    };
    path.split('/').map(decode).collect()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn ask(method: &str, uri: &str, headers: &[(&str, &str)]) -> Result<Vec<String>, Refusal> {
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).expect("a request");
        check(&request, &["archive.example".to_owned()]).map(|it| it.path)
    }

    #[test]
    fn only_those_who_call_us_by_our_name_are_answered() {
        for host in
            ["localhost", "127.0.0.1:8765", "[::1]:8765", "[::1]", "LOCALHOST:1", "archive.example:80"]
        {
            assert_eq!(ask("GET", "/", &[("host", host)]), Ok(Vec::new()), "{host}");
        }
        for host in
            ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8765", "", "8.8.8.8"]
        {
            assert_eq!(ask("GET", "/", &[("host", host)]), Err(Refusal::Misdirected), "{host}");
        }
        assert_eq!(ask("GET", "/", &[]), Err(Refusal::Bad));
    }

    #[test]
    fn nothing_is_changed_and_no_other_site_asks() {
        let host = ("host", "localhost");
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"] {
            assert_eq!(ask(method, "/", &[host]), Err(Refusal::Method), "{method}");
        }
        let cross = ("sec-fetch-site", "cross-site");
        assert_eq!(ask("GET", "/", &[host, cross, ("sec-fetch-mode", "no-cors")]), Err(Refusal::Bad));
        let walk = [host, cross, ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
        assert!(ask("GET", "/", &walk).is_ok());
        let frame = [host, cross, ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")];
        assert_eq!(ask("GET", "/", &frame), Err(Refusal::Bad));
    }

    #[test]
    fn paths_are_decoded_once_and_lead_nowhere_else() {
        let host = ("host", "localhost");
        let path = |uri: &str| ask("GET", uri, &[host]);
        assert_eq!(
            path("/section/Business%20%26%20Finance"),
            Ok(vec!["section".into(), "Business & Finance".into()])
        );
        assert_eq!(path("/tag/a%252fb"), Ok(vec!["tag".into(), "a%2fb".into()]));
        for odd in ["//", "/day/", "/%2e%2e/x", "/a/../b", "/a%00b"] {
            assert_eq!(path(odd), Err(Refusal::NotFound), "{odd}");
        }
        assert_eq!(path("/%ff"), Err(Refusal::Bad));
        assert_eq!(path(&format!("/{}", "a".repeat(5000))), Err(Refusal::TooLong));
    }
}
