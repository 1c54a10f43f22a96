//! One request on the wire: what is sent, what is accepted, and which error a failure is. When to send it, and what the answer
//! means, is not decided here (`fetcher.rs`, `answer.rs`). Addresses of private networks are refused at this border.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use reqwest::{
    Client, Response, StatusCode, Version,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{self, HeaderMap, HeaderName, HeaderValue},
    redirect,
};
use url::{Host, Url};

use crate::{
    config::{Challenge, FetchConfig, Profile},
    model::{Ask, Heads, Validators},
};

use super::error::FetchError;

/// The content codings that the client decodes.
const CODINGS: &str = "gzip, br, zstd, deflate";

/// How many bytes of a page are searched for the guard's texts: they are at its beginning.
const CHALLENGE_BYTES: usize = 16 << 10;

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
        let guard = Arc::new(Guard { own_host: own_host.clone(), allow_private });
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
                .pool_max_idle_per_host(config.max_concurrent.get())
                .dns_resolver(Arc::clone(&guard))
                .build()
        };
        let network = |error: reqwest::Error| FetchError::Network { reason: error.to_string() };
        Ok(Self {
            site: client(Audience::Site).map_err(network)?,
            others: client(Audience::Others).map_err(network)?,
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
        let headers = std::mem::take(response.headers_mut());
        let body = self.read(response, &headers, &ask.url).await;
        // The status counts even where the body is broken.
        let body = if status.is_success() { body? } else { body.unwrap_or_default() };
        Ok(WireAnswer { status, version, sent, headers, body })
    }

    fn request_headers(&self, ask: &Ask, audience: Audience) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, self.user_agent.clone());
        if audience == Audience::Others || !self.sends_accept {
            headers.insert(header::ACCEPT, HeaderValue::from_static("text/html,*/*;q=0.8"));
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

    /// Reads the body; where one frame has all of it, the frame is not copied.
    async fn read(
        &self,
        response: Response,
        headers: &HeaderMap,
        url: &Url,
    ) -> Result<Bytes, FetchError> {
        // The client removes this header together with a coding that it knows.
        let coding = headers.get(header::CONTENT_ENCODING);
        if let Some(coding) = coding.filter(|it| !it.as_bytes().eq_ignore_ascii_case(b"identity")) {
            let reason =
                format!("in a coding nobody asked for: {}", String::from_utf8_lossy(coding.as_bytes()));
            return Err(FetchError::Torn { reason });
        }
        let max = self.max_body_bytes;
        let announced = response.content_length().and_then(|it| usize::try_from(it).ok());
        if announced.is_some_and(|it| max < it) {
            return Err(FetchError::TooLarge { max });
        }
        let body = Limited::new(reqwest::Body::from(response), max).collect().await;
        match body {
            Ok(body) => Ok(body.to_bytes()),
            Err(error) => Err(match error.downcast_ref::<reqwest::Error>() {
                Some(error) => named(error, url),
                None => FetchError::TooLarge { max },
            }),
        }
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

impl WireAnswer {
    pub(super) fn header(&self, name: HeaderName) -> Option<String> {
        self.headers.get(name)?.to_str().ok().map(str::to_owned)
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
        let head = &self.body[..self.body.len().min(CHALLENGE_BYTES)];
        by_header || rules.texts.as_ref().is_some_and(|it| it.is_in(head))
    }
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

const PRIVATE: &str = "private address: ";

/// Resolves names to public addresses only, because a name may point anywhere.
struct Guard {
    own_host: Option<String>,
    allow_private: bool,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let is_free = self.allow_private || self.own_host.as_deref() == Some(name.as_str());
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let (private, public): (Vec<SocketAddr>, Vec<SocketAddr>) =
                found.partition(|it| !is_free && is_private(it.ip()));
            if public.is_empty() && !private.is_empty() {
                return Err(format!("{PRIVATE}{}", name.as_str()).into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is one that no public site has (RFC 6890 and the registries that it names).
fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_broadcast()
                || ip.is_documentation()
                || ip.is_multicast()
                || a == 0
                || 240 <= a
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 198 && (b == 18 || b == 19))
        }
        IpAddr::V6(ip) => {
            let parts = ip.segments();
            if let Some(v4) = ip.to_ipv4_mapped() {
                return is_private(IpAddr::V4(v4));
            }
            // 6to4 and NAT64 carry an IPv4 address inside.
            let inner = match parts {
                [0x2002, a, b, ..] | [0x64, 0xFF9B, 0, 0, 0, 0, a, b] => Some((a, b)),
                _ => None,
            };
            if let Some((a, b)) = inner {
                let [w, x] = a.to_be_bytes();
                let [y, z] = b.to_be_bytes();
                return is_private(IpAddr::from([w, x, y, z]));
            }
            ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_multicast()
                || parts[0] & 0xFE00 == 0xFC00
                || parts[0] & 0xFFC0 == 0xFE80
                || (parts[0] == 0x2001 && parts[1] == 0x0DB8)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_known_in_every_dress() {
        let check =
            |ip: &str, expect| assert_eq!(is_private(ip.parse().expect("an address")), expect, "{ip}");
        for ip in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "::1",
            "::",
            "fc00::1",
            "fe80::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
        ] {
            check(ip, true);
        }
        for ip in ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:1.1.1.1"] {
            check(ip, false);
        }
    }
}
