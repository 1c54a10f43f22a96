//! Any text as JSON-LD: what is read of it is not much longer than it is, however it is nested or escaped.
#![no_main]

mod page;

use libfuzzer_sys::fuzz_target;

/// A headline may be a title, too, and a name may be byline and author.
const TIMES_MAX: usize = 8;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let html =
        format!("<html><head><script type=\"application/ld+json\">{text}</script><body><p>Words.</p>");
    let draft = page::extract(html.as_bytes()).draft;
    let tags = draft.tags.iter().map(|it| &it.name);
    let said = draft.headline.iter().chain(&draft.byline).chain(&draft.section).chain(&draft.authors);
    let read: usize = said.chain(&draft.summary).chain(tags).map(String::len).sum();
    let body: usize = draft.blocks.iter().map(|it| it.text.len()).sum();
    assert!(read + body <= TIMES_MAX * (text.len() + 16), "{read} and {body} of {}", text.len());
});
