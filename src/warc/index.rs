//! CDXJ: one line for each capture, as replay tools search them, sorted by address and time. Sorting is left to the caller, who
//! has all lines. The index of a web archive's server is read by `discover`.

use serde_json::json;
use url::Url;

use crate::model::bare_host;

use super::write::Written;

/// Returns an address in the form by which it is sorted: `com,brecorder)/news/1?a=b`.
pub fn surt(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    let host = bare_host(&host);
    let parts: Vec<&str> = host.split('.').rev().collect();
    let mut key = parts.join(",");
    if let Some(port) = url.port() {
        key.push_str(&format!(":{port}"));
    }
    key.push(')');
    let path = url.path().to_ascii_lowercase();
    key.push_str(if path.len() > 1 { path.trim_end_matches('/') } else { &path });
    if let Some(query) = url.query().filter(|it| !it.is_empty()) {
        let mut pairs: Vec<String> = query.to_ascii_lowercase().split('&').map(str::to_owned).collect();
        pairs.sort();
        key.push('?');
        key.push_str(&pairs.join("&"));
    }
    key
}

/// Returns the line of a record in a file.
pub fn cdxj_line(url: &Url, timestamp: &str, written: &Written, filename: &str) -> String {
    let Written { id: _, offset, length, digest, status, mime, is_revisit } = written;
    let mime = if *is_revisit { "warc/revisit" } else { mime.as_str() };
    let fields = json!({
        "url": url.as_str(), "mime": mime, "status": status.to_string(), "digest": digest, "length": length.to_string(),
        "offset": offset.to_string(), "filename": filename,
    });
    format!("{} {timestamp} {fields}", surt(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_turned_round() {
        let check = |url: &str, expect| assert_eq!(surt(&url.parse().expect("an address")), expect);
        check("https://www.brecorder.com/news/40076038/A-Slug/", "com,brecorder)/news/40076038/a-slug");
        check("https://www.brecorder.com/", "com,brecorder)/");
        check("http://127.0.0.1:8080/news/1?b=2&a=1", "1,0,0,127:8080)/news/1?a=1&b=2");
    }
}
