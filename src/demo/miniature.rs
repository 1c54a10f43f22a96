//! The miniature site: which file of `fixtures/site` answers which request. The files are embedded in the program.
//!
//! Their names say how a path is answered: `news/7.html` is a page, `news/7.2.html` is the same page after it was rewritten (it
//! is served from the second request on), `news/7.0.html` as it was before the first request, and `news/7.403` is a page that is
//! refused. A path without a file is answered with 404. `{{base}}` is replaced by the server's address, `{{now}}` by the time of the
//! request. `<!-- boards 2024-01-02 -->` is where a page had the market boards of that session, which are `boards/2024-01-02.html`: in the
//! pages as they were ([`Miniature::earlier_pages`]), and no longer in those that are served.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{Response, StatusCode, header},
};
use chrono::{DateTime, SecondsFormat, Utc};
use include_dir::{Dir, File, include_dir};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/fixtures/site");

/// A running miniature site. It ends with the runtime it was started on.
#[derive(Clone)]
pub struct Miniature {
    base: String,
    visits: Arc<Mutex<HashMap<String, u32>>>,
}

/// A page as it was before anybody asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierPage {
    /// Its address.
    pub url: String,
    /// Its markup.
    pub html: String,
    /// Whether other words stood on it later.
    pub is_first_wording: bool,
}

/// The response to one request.
struct Served {
    status: StatusCode,
    content_type: &'static str,
    body: String,
    /// Whether the body names the time of the request. Such a body is new every time, so it has no entity tag.
    is_dated: bool,
}

impl Miniature {
    /// Starts the site on a free port of 127.0.0.1 and returns it.
    pub async fn start() -> std::io::Result<Self> {
        let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let base = format!("http://{}", listener.local_addr()?);
        let site = Self { base, visits: Arc::default() };
        let app = Router::new().fallback(answer).with_state(site.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(site)
    }

    /// Returns its address, which `site.base_url` has to be set to.
    pub fn base_url(&self) -> &str {
        &self.base
    }

    /// Returns the pages that the site had before anybody asked for them.
    pub fn earlier_pages(&self) -> Vec<EarlierPage> {
        let files = FILES.get_dir("news").into_iter().flat_map(Dir::files);
        let page = |file: &File<'_>| {
            let (id, age) =
                file.path().file_stem()?.to_str().map(|it| it.split_once('.').unwrap_or((it, "")))?;
            let is_page = file.path().extension()? == "html" && matches!(age, "" | "0");
            let html = with_boards(file.contents_utf8()?).replace("{{base}}", &self.base);
            let url = format!("{}/news/{id}", self.base);
            is_page.then_some(EarlierPage { url, html, is_first_wording: age == "0" })
        };
        files.filter_map(page).collect()
    }

    /// Returns how often each path was requested.
    pub fn visits(&self) -> HashMap<String, u32> {
        self.visits.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn answer(&self, path: &str, now: DateTime<Utc>) -> Served {
        let earlier = {
            let mut visits = self.visits.lock().unwrap_or_else(PoisonError::into_inner);
            let count = visits.entry(path.to_owned()).or_insert(0);
            *count += 1;
            *count - 1
        };
        let refused = |status: StatusCode| Served {
            status,
            content_type: "text/html; charset=utf-8",
            body: format!(
                "<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>"
            ),
            is_dated: false,
        };
        let name = file_name(path);
        if FILES.get_file(format!("{name}.403")).is_some() {
            return refused(StatusCode::FORBIDDEN);
        }
        let rewritten = FILES.get_file(format!("{name}.2.html")).filter(|_| 0 < earlier);
        let found = rewritten.or_else(|| {
            ["", ".html", ".xml"].iter().find_map(|it| FILES.get_file(format!("{name}{it}")))
        });
        let Some(file) = found else { return refused(StatusCode::NOT_FOUND) };
        let now = now.to_rfc3339_opts(SecondsFormat::Secs, true);
        let text = file.contents_utf8().unwrap_or_default();
        let content_type = match file.path().extension().and_then(|it| it.to_str()) {
            Some("xml") => "application/xml; charset=utf-8",
            Some("txt") => "text/plain; charset=utf-8",
            _ => "text/html; charset=utf-8",
        };
        let body = text.replace("{{base}}", &self.base).replace("{{now}}", &now);
        Served { status: StatusCode::OK, content_type, body, is_dated: text.contains("{{now}}") }
    }
}

/// Returns the name of the file without its ending: `news/7` for `/news/7/a-slug`. The slug may be anything, or missing.
fn file_name(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|it| !it.is_empty()).collect();
    match parts.as_slice() {
        ["news", "amp", id, ..] | ["news", id, ..] => format!("news/{id}"),
        parts => parts.join("/"),
    }
}

/// Returns a page with the market boards that stood on it, if it says of which session.
fn with_boards(page: &str) -> String {
    const MARK: &str = "<!-- boards ";
    let boards = page.split_once(MARK).and_then(|(before, rest)| {
        let (session, after) = rest.split_once(" -->")?;
        let boards = FILES.get_file(format!("boards/{session}.html"))?.contents_utf8()?;
        Some([before, boards, after].concat())
    });
    boards.unwrap_or_else(|| page.to_owned())
}

async fn answer(State(site): State<Miniature>, request: Request) -> Response<Body> {
    let Served { status, content_type, body, is_dated } =
        site.answer(request.uri().path(), crate::clock::now());
    let etag = format!("\"{:x}\"", hash(&body));
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|it| it.to_str().ok());
    let is_known = status == StatusCode::OK && known == Some(etag.as_str());
    let response = Response::builder().header(header::CONTENT_TYPE, content_type);
    let response = match (status, is_known) {
        (StatusCode::OK, _) if is_dated => response.body(Body::from(body)),
        (StatusCode::OK, true) => {
            response.status(StatusCode::NOT_MODIFIED).header(header::ETAG, etag).body(Body::empty())
        }
        (StatusCode::OK, false) => response.header(header::ETAG, etag).body(Body::from(body)),
        (status, _) => response.status(status).body(Body::from(body)),
    };
    response.unwrap_or_default()
}

/// Returns the FNV-1a hash of a text, which is enough for an entity tag.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}
