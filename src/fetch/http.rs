//! One request on the wire: what is sent, what is accepted, and which error a failure is. When to send it, and what the answer
//! means, is not decided here (`fetcher.rs`, `answer.rs`). Addresses of private networks are refused at this border.

use std::{net::IpAddr, sync::Arc};

use bytes::Bytes;
use http_body_util::BodyExt;
use reqwest::{
    Client, Response, StatusCode, Version,
    header::{self, HeaderMap, HeaderName, HeaderValue},
    redirect,
};
use url::{Host, Url};

use crate::{
    coding::{self, CodingError, PlainBody},
    config::{Challenge, FetchConfig, Profile},
    model::{Ask, AskRole, Heads, Validators},
};

use super::{
    error::FetchError,
    guard::{Guard, LOCALHOST, PRIVATE, is_private},
};

/// The content codings that are asked for.
const CODINGS: &str = "gzip, br, zstd, deflate";

/// The most lines of a head that are read: some answers have more than the hundred that the client allows.
const HEAD_LINES_MAX: usize = 512;
/// What the client says of a body whose last chunk did not come.
const NO_LAST_CHUNK: &str = "unexpected EOF during chunk size line";
/// What the end of a page is looked for in.
const END_BYTES: usize = 64;

/// The clients of one run.
pub(super) struct Http {
    /// The client for the site: it sends the user's headers, and keeps cookies.
    site: Client,
    /// The client for everybody else: it sends neither.
    others: Client,
    max_body_bytes: usize,
    /// The host that may be private: the profile's own.
    own_host: Option<String>,
    allow_private: bool,
    user_agent: HeaderValue,
    /// Whether the user's headers include `Accept`.
    sends_accept: bool,
}

/// The receiver of a request. Headers, cookies and credentials of the user are for the site alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// The site of the profile.
    Site,
    /// Anybody else, such as a web archive.
    Others,
}

/// An answer with its whole body.
pub(super) struct WireAnswer {
    pub(super) status: StatusCode,
    version: Version,
    /// The headers of the request, without cookies and the user's own headers.
    sent: HeaderMap,
    headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Http {
    pub(super) fn new(config: &FetchConfig, profile: &Profile) -> Result<Self, FetchError> {
        // A second installation fails because there is one already, which is the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let own_host = profile.base_url.host_str().map(str::to_owned);
        let allow_private = config.allow_private_addresses;
        let is_local = own_host.as_deref() == Some(LOCALHOST);
        let guard = Arc::new(Guard { is_local, allow_private });
        let mut headers = HeaderMap::new();
        for (name, value) in &config.headers {
            let pair = HeaderName::try_from(name).ok().zip(HeaderValue::try_from(value).ok());
            let (name, value) = pair.expect("headers were checked when the configuration was read");
            headers.insert(name, value);
        }
        let user_agent = HeaderValue::try_from(&config.user_agent);
        let user_agent = user_agent.expect("it was checked when the configuration was read");
        let client = |audience| {
            let mut builder = Client::builder();
            if let Some(proxy) = &config.proxy {
                builder = builder.proxy(reqwest::Proxy::all(proxy.as_str())?);
            }
            if audience == Audience::Site {
                // Cookies are kept in memory: they end with the run.
                builder = builder.default_headers(headers.clone()).cookie_store(true);
            }
            builder
                .timeout(config.timeout)
                .connect_timeout(config.connect_timeout)
                .read_timeout(config.read_timeout)
                .redirect(redirect::Policy::none())
                // Heads are read as browsers read them: folded lines, lines without a colon, blanks before it.
                .http1_allow_obsolete_multiline_headers_in_responses(true)
                .http1_ignore_invalid_headers_in_responses(true)
                .http1_allow_spaces_after_header_name_in_responses(true)
                .http1_max_headers(HEAD_LINES_MAX)
                .pool_max_idle_per_host(config.max_concurrent.get())
                .dns_resolver(Arc::clone(&guard))
                .build()
        };
        // A machine without certificates, for example.
        let unready = |error: reqwest::Error| FetchError::Connect { reason: root_cause(&error) };
        Ok(Self {
            site: client(Audience::Site).map_err(unready)?,
            others: client(Audience::Others).map_err(unready)?,
            max_body_bytes: config.max_body_bytes,
            own_host,
            allow_private,
            user_agent,
            sends_accept: config.headers.iter().any(|it| it.0 == "accept"),
        })
    }

    /// Sends one request. Returns the answer with its body, or why there is none. Redirects are answers.
    pub(super) async fn send(&self, ask: &Ask, audience: Audience) -> Result<WireAnswer, FetchError> {
        self.check_address(&ask.url)?;
        let sent = self.request_headers(ask, audience);
        let client = match audience {
            Audience::Site => &self.site,
            Audience::Others => &self.others,
        };
        let request = client.get(ask.url.clone()).headers(sent.clone());
        let mut response = request.send().await.map_err(|error| named(&error, &ask.url))?;
        let (status, version) = (response.status(), response.version());
        let mut headers = std::mem::take(response.headers_mut());
        let body = self.read(response, &ask.url).await;
        let body = body.and_then(|it| self.unpack(it, &mut headers));
        // The status counts even where the body is broken.
        let body = if status.is_success() { body? } else { body.unwrap_or_default() };
        Ok(WireAnswer { status, version, sent, headers, body })
    }

    fn request_headers(&self, ask: &Ask, audience: Audience) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, self.user_agent.clone());
        if audience == Audience::Others || !self.sends_accept {
            let accept =
                if ask.role == AskRole::Image { "image/*,*/*;q=0.5" } else { "text/html,*/*;q=0.8" };
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        }
        // A part of a packed body is of no use.
        if ask.range.is_none() {
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(CODINGS));
        }
        let Validators { etag, last_modified } = &ask.validators;
        let range = ask.range.as_ref().map(|it| format!("bytes={}-{}", it.start(), it.end()));
        let further = [
            (header::IF_NONE_MATCH, etag),
            (header::IF_MODIFIED_SINCE, last_modified),
            (header::RANGE, &range),
        ];
        for (name, value) in further {
            // What came as a header can be sent as one.
            if let Some(value) = value.as_ref().and_then(|it| HeaderValue::try_from(it).ok()) {
                headers.insert(name, value);
            }
        }
        headers
    }

    /// Reads the body as it was sent; where one frame has all of it, the frame is not copied.
    async fn read(&self, response: Response, url: &Url) -> Result<SentBody, FetchError> {
        let max = self.max_body_bytes;
        let announced = response.content_length().and_then(|it| usize::try_from(it).ok());
        if announced.is_some_and(|it| max < it) {
            return Err(FetchError::TooLarge { max });
        }
        let mut body = reqwest::Body::from(response);
        let mut frames: Vec<Bytes> = Vec::new();
        let mut length = 0;
        let mut torn = None;
        while let Some(frame) = body.frame().await {
            match frame.map_err(|error| named(&error, url)) {
                Ok(frame) => {
                    let Ok(data) = frame.into_data() else { continue };
                    length += data.len();
                    if max < length {
                        return Err(FetchError::TooLarge { max });
                    }
                    frames.push(data);
                }
                Err(FetchError::Torn { reason }) => {
                    torn = Some(reason);
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        let bytes = match frames.as_slice() {
            [only] => only.clone(),
            many => many.concat().into(),
        };
        Ok(SentBody { bytes, torn })
    }

    /// Takes the codings off a body, and the headers that tell of them: the body that is kept is another one. Fails where a part of the
    /// body did not come.
    fn unpack(&self, sent: SentBody, headers: &mut HeaderMap) -> Result<Bytes, FetchError> {
        let SentBody { bytes, torn } = sent;
        let is_end_missing = torn.as_deref() == Some(NO_LAST_CHUNK);
        let names: Vec<String> =
            headers.get_all(header::CONTENT_ENCODING).iter().map(in_words).collect();
        if names.is_empty() {
            return match torn {
                // A page that has its last tag is whole without the last chunk, which has no bytes.
                Some(reason) if !(is_end_missing && is_ended(&bytes)) => {
                    Err(FetchError::Torn { reason })
                }
                Some(_) | None => Ok(bytes),
            };
        }
        let max = self.max_body_bytes;
        let decoded =
            coding::decode(&names.join(","), bytes.to_vec(), max).map_err(|error| match error {
                CodingError::TooLarge { max } => FetchError::TooLarge { max },
                CodingError::Foreign { .. } | CodingError::Unknown { .. } => {
                    FetchError::Torn { reason: error.to_string() }
                }
            })?;
        let PlainBody { body, lost, unused } = decoded;
        // A server that names a coding and does not use it has sent something else than it meant: browsers refuse it.
        let unused =
            unused.map(|it| format!("the body is not in the {it} coding that it is said to be in"));
        if let Some(reason) = torn.filter(|_| !(is_end_missing && is_ended(&body))).or(lost).or(unused) {
            return Err(FetchError::Torn { reason });
        }
        headers.remove(header::CONTENT_ENCODING);
        headers.remove(header::CONTENT_LENGTH);
        Ok(body.into())
    }

    /// Checks addresses that are written as numbers, because they never reach the resolver.
    fn check_address(&self, url: &Url) -> Result<(), FetchError> {
        let ip = match url.host() {
            Some(Host::Ipv4(ip)) => IpAddr::V4(ip),
            Some(Host::Ipv6(ip)) => IpAddr::V6(ip),
            Some(Host::Domain(_)) | None => return Ok(()),
        };
        let host = url.host_str().unwrap_or_default();
        if self.allow_private || self.own_host.as_deref() == Some(host) || !is_private(ip) {
            return Ok(());
        }
        Err(FetchError::PrivateAddress { host: host.to_owned() })
    }
}

/// A body as it was sent.
struct SentBody {
    bytes: Bytes,
    /// Why it is not all, in words.
    torn: Option<String>,
}

impl WireAnswer {
    /// Returns the first value of a header.
    pub(super) fn header(&self, name: HeaderName) -> Option<String> {
        self.headers.get(name).map(in_words)
    }

    /// Whether the answer asks to keep a cookie: the same question may then have another answer.
    pub(super) fn sets_cookie(&self) -> bool {
        self.headers.contains_key(header::SET_COOKIE)
    }

    pub(super) fn validators(&self) -> Validators {
        Validators { etag: self.header(header::ETAG), last_modified: self.header(header::LAST_MODIFIED) }
    }

    /// Returns the headers of request and answer, as the archive keeps them.
    pub(super) fn heads(&self) -> Heads {
        let protocol = match self.version {
            Version::HTTP_2 => "h2",
            Version::HTTP_10 => "http/1.0",
            _ => "http/1.1",
        };
        let request = Some(lines(&self.sent));
        Heads { protocol: protocol.to_owned(), request, response: lines(&self.headers) }
    }

    /// Whether this is a page of the site's guard.
    pub(super) fn is_challenge(&self, rules: &Challenge) -> bool {
        let by_header = rules.headers.iter().any(|(name, value)| {
            let found = self.headers.get(name.as_str()).and_then(|it| it.to_str().ok());
            found.is_some_and(|it| value.as_deref().is_none_or(|value| it.eq_ignore_ascii_case(value)))
        });
        by_header || rules.is_in(&self.body)
    }
}

/// Returns a value as browsers read it: UTF-8 where it is that, else a byte for each character.
fn in_words(value: &HeaderValue) -> String {
    let bytes = value.as_bytes();
    let latin = || bytes.iter().copied().map(char::from).collect();
    std::str::from_utf8(bytes).map_or_else(|_| latin(), str::to_owned)
}

/// Whether a page has its last tag: then a transfer that broke off after it has lost nothing.
fn is_ended(body: &[u8]) -> bool {
    let end = body.trim_ascii_end();
    let end = &end[end.len().saturating_sub(END_BYTES)..];
    end.to_ascii_lowercase().ends_with(b"</html>")
}

fn lines(headers: &HeaderMap) -> String {
    Heads::lines(headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())))
}

/// Returns the error that a failure of the library is.
fn named(error: &reqwest::Error, url: &Url) -> FetchError {
    let reason = root_cause(error);
    if let Some(host) = reason.strip_prefix(PRIVATE) {
        return FetchError::PrivateAddress { host: host.to_owned() };
    }
    if error.is_timeout() {
        return FetchError::Timeout;
    }
    if error.is_connect() {
        if chain(error).contains("dns error") {
            return FetchError::Dns { host: url.host_str().unwrap_or_default().to_owned() };
        }
        return FetchError::Connect { reason };
    }
    if error.is_body() || error.is_decode() {
        return FetchError::Torn { reason };
    }
    FetchError::Network { reason }
}

fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        text.push_str(": ");
        text.push_str(&source.to_string());
        cause = source.source();
    }
    text
}
