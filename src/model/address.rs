//! What is asked of addresses everywhere. What an address means on a site is said by its profile (`config`).

use url::Url;

/// Returns a host, or an address without its scheme, without `www.` before it.
pub fn bare_host(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}

/// Whether an address is `http` or `https`.
pub fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

/// Returns an address without `https://` or `http://` before it.
pub fn without_scheme(address: &str) -> &str {
    address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or(address)
}
