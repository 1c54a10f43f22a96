//! Whether an answer may be a page at all, by its content type and its first bytes. Whether a page is a story is judged by `extract`.

/// Whether an answer may be a page. Its content type decides where it is one of text or plainly another; of an answer without a type, or
/// with one that means nothing (`html`, `application/octet-stream`), its first bytes do, as in browsers (MIME Sniffing standard).
pub(super) fn is_page(content_type: Option<&str>, body: &[u8]) -> bool {
    let content_type = content_type.unwrap_or_default();
    let kind = content_type.split([';', ',']).next().unwrap_or_default().trim().to_ascii_lowercase();
    let foreign = ["image/", "audio/", "video/", "font/", "model/"];
    let is_foreign = foreign.iter().any(|it| kind.starts_with(it))
        || ["pdf", "zip", "gzip", "json", "javascript", "wasm"].iter().any(|it| kind.ends_with(it));
    match kind.as_str() {
        "" => true,
        _ if kind.starts_with("text/") || kind.ends_with("xml") => true,
        _ => !is_foreign && begins_as_markup(body),
    }
}

/// Whether bytes begin as a page does.
fn begins_as_markup(body: &[u8]) -> bool {
    const BEGINNINGS: [&[u8]; 13] = [
        b"<!doctype",
        b"<html",
        b"<head",
        b"<body",
        b"<title",
        b"<meta",
        b"<script",
        b"<style",
        b"<!--",
        b"<?xml",
        b"<div",
        b"<h1",
        b"<p",
    ];
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body).trim_ascii_start();
    let begins = |it: &&[u8]| body.get(..it.len()).is_some_and(|head| head.eq_ignore_ascii_case(it));
    BEGINNINGS.iter().any(begins)
}
