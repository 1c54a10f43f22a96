//! Records of web archives, put together by hand.

use std::io::Write;

use super::site::article;

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

pub(crate) fn record(kind: &str, url: &str, date: &str, more: &str, block: &[u8]) -> Vec<u8> {
    let head = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: {date}\r\nWARC-Record-ID: <urn:uuid:x>\r\n{more}\
         Content-Length: {}\r\n\r\n",
        block.len()
    );
    [head.as_bytes(), block, b"\r\n\r\n"].concat()
}

pub(crate) fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n{head}\r\n").as_bytes(), body]
        .concat()
}

pub(crate) const HTTP: &str = "Content-Type: application/http; msgtype=response\r\n";
pub(crate) const STRIP: &str =
    "<ul><li>OGDC 100.10 Increased By ▲ 1.10 (1.11%)</li><li>PPL 90.00 No Change ▼ 0.00 (0%)</li></ul>";

pub(crate) fn url(id: u32) -> String {
    format!("https://www.brecorder.com/news/{id}/a-slug")
}

pub(crate) fn page(id: u32) -> String {
    article(&format!("Headline {id}"), &format!("What happened in {id}."))
        .replace("<body>", &format!("<body>{STRIP}"))
}
