//! Any text as a date, in each of the places where a page has one: no day is made of what has no digit, and no moment is of
//! another day than the one beside it.
#![no_main]

mod page;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let quoted = text.replace('"', "&quot;");
    for html in [
        format!(
            "<html><head><meta property=\"article:published_time\" content=\"{quoted}\"><body><h1>A</h1>"
        ),
        format!("<html><body><h1>A</h1><time datetime=\"{quoted}\"></time><p>Words.</p>"),
        format!("<html><body><h1>A</h1><span class=story__time>{text}</span><p>Words.</p>"),
    ] {
        let draft = page::extract(html.as_bytes()).draft;
        let has_number = text.chars().any(char::is_numeric);
        assert!(draft.published_on.is_none() || has_number, "{:?} of {text:?}", draft.published_on);
        if let (Some(on), Some(at)) = (draft.published_on, draft.published_at) {
            assert_eq!(at.date_naive(), on, "{text:?}");
        }
    }
});
