//! `[fetch]`: manners and limits of the fetcher. What they are for is said beside each key of `config.toml`.

use std::{num::NonZeroUsize, time::Duration};

use url::Url;

use super::{error::Problem, reader::Section};

/// Manners and limits of the fetcher.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchConfig {
    /// The `User-Agent` header.
    pub user_agent: String,
    /// Shortest time between two requests to one host.
    pub interval: Duration,
    /// The greatest number of requests that are on their way at the same time.
    pub max_concurrent: NonZeroUsize,
    /// Limit for one request as a whole.
    pub timeout: Duration,
    /// Limit for making a connection.
    pub connect_timeout: Duration,
    /// Longest silence within an answer.
    pub read_timeout: Duration,
    /// The greatest number of tries of one page in one run.
    pub max_attempts: u32,
    /// Largest body in bytes, after decompression.
    pub max_body_bytes: usize,
    /// The greatest number of redirects that are followed.
    pub max_redirects: usize,
    /// The longest pause that a run waits for; a longer one ends it.
    pub max_wait: Duration,
    /// A proxy for every request; `None` for the proxy of the environment.
    pub proxy: Option<Url>,
    /// Further headers, by name.
    pub headers: Vec<(String, String)>,
    /// Whether robots.txt is obeyed.
    pub respect_robots: bool,
    /// Whether any private or loopback address may be asked.
    pub allow_private_addresses: bool,
    /// What is spent on pictures.
    pub images: ImageBounds,
}

/// What is spent on pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageBounds {
    /// A picture of more pixels is not kept.
    pub max_pixels: u64,
    /// The greatest number of pictures that one run asks for.
    pub per_run: u64,
    /// The greatest number of bytes of pictures that one run receives.
    pub bytes_per_run: u64,
    /// The greatest number of pictures that are asked for in 24 hours.
    pub per_day: u64,
    /// The greatest number of bytes of pictures that are received in 24 hours.
    pub bytes_per_day: u64,
}

/// Reads `[fetch]`.
pub(super) fn read(fetch: &Section) -> Result<FetchConfig, Problem> {
    let user_agent = fetch.text("user_agent")?.replace("{version}", env!("CARGO_PKG_VERSION"));
    if !has_contact(&user_agent) || !user_agent.bytes().all(|it| (0x20..0x7f).contains(&it)) {
        return Err(
            fetch.wrong("user_agent", "plain ASCII with a contact in it: a web or a mail address")
        );
    }
    let rate = fetch.float("requests_per_second")?;
    if !(RATE_MIN..=RATE_MAX).contains(&rate) {
        return Err(fetch.wrong("requests_per_second", "a millionth at least and a million at most"));
    }
    let concurrent = fetch.whole("max_concurrent", 1..=64)?;
    let proxy = fetch.text("proxy")?;
    let proxy = Some(proxy).filter(|it| !it.is_empty()).map(|it| Url::parse(&it)).transpose();
    let seconds = |key| fetch.whole(key, 1..=3600).map(Duration::from_secs);
    Ok(FetchConfig {
        user_agent,
        interval: Duration::from_secs_f64(1.0 / rate),
        max_concurrent: usize::try_from(concurrent)
            .ok()
            .and_then(NonZeroUsize::new)
            .expect("between 1 and 64"),
        timeout: seconds("timeout_seconds")?,
        connect_timeout: seconds("connect_timeout_seconds")?,
        read_timeout: seconds("read_timeout_seconds")?,
        max_attempts: small(fetch.whole("max_attempts", 1..=10)?),
        max_body_bytes: small(fetch.whole("max_body_bytes", 1024..=1 << 30)?) as usize,
        max_redirects: small(fetch.whole("max_redirects", 0..=20)?) as usize,
        max_wait: Duration::from_secs(fetch.whole("max_wait_seconds", 0..=3600)?),
        proxy: proxy.map_err(|_| fetch.wrong("proxy", "empty, or the address of a proxy"))?,
        headers: read_headers(&fetch.section("headers")?)?,
        respect_robots: fetch.boolean("respect_robots")?,
        allow_private_addresses: fetch.boolean("allow_private_addresses")?,
        images: read_images(&fetch.section("images")?)?,
    })
}

fn read_images(section: &Section) -> Result<ImageBounds, Problem> {
    let megabytes = |key| Ok::<_, Problem>(section.whole(key, 0..=1 << 30)?.saturating_mul(1 << 20));
    Ok(ImageBounds {
        max_pixels: section.whole("max_pixels", 1..=1 << 40)?,
        per_run: section.whole("per_run", 0..=1 << 40)?,
        bytes_per_run: megabytes("megabytes_per_run")?,
        per_day: section.whole("per_day", 0..=1 << 40)?,
        bytes_per_day: megabytes("megabytes_per_day")?,
    })
}

fn read_headers(section: &Section) -> Result<Vec<(String, String)>, Problem> {
    let is_token = |it: &str| {
        !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it))
    };
    let mut headers = Vec::new();
    for name in section.keys() {
        let value = section.text(&name)?;
        let lower = name.to_ascii_lowercase();
        if !is_token(&name) || RESERVED_HEADERS.contains(&lower.as_str()) {
            let rule = "none of the headers that the fetcher itself sends, and a name of letters, digits and dashes";
            return Err(section.wrong(&name, rule));
        }
        if !value.bytes().all(|it| (0x20..0x7f).contains(&it)) {
            return Err(section.wrong(&name, "plain ASCII"));
        }
        headers.push((lower, value));
    }
    Ok(headers)
}

/// Headers that other keys set, or HTTP itself.
const RESERVED_HEADERS: [&str; 12] = [
    "user-agent",
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "accept-encoding",
    "if-none-match",
    "if-modified-since",
    "range",
    "te",
    "upgrade",
    "expect",
];

/// The highest rate; benches and tests use it to switch the pace off.
const RATE_MAX: f64 = 1e6;
/// The lowest: a request every eleven days.
const RATE_MIN: f64 = 1e-6;

fn small(number: u64) -> u32 {
    u32::try_from(number).expect("the range was checked when it was read")
}

/// Whether a user agent has a web address or a mail address in it.
fn has_contact(user_agent: &str) -> bool {
    let words = user_agent.split(|it: char| it.is_whitespace() || "();,<>".contains(it));
    words.map(|it| it.trim_start_matches('+')).any(|word| {
        let web = word.starts_with("http://") || word.starts_with("https://");
        let mail = word.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && host.split_once('.').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty())
        });
        (web && Url::parse(word).is_ok()) || mail
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_a_web_or_a_mail_address() {
        for good in ["a/1 (+https://x.example)", "a (me@x.example)", "a; me@x.example"] {
            assert!(has_contact(good), "{good}");
        }
        for bad in ["a/1", "a @", "a (www)", "me@localhost", "Mozilla/5.0"] {
            assert!(!has_contact(bad), "{bad}");
        }
    }
}
