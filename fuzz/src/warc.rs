//! Any bytes as a web archive, as an answer in one, and as a page that a browser saved.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tearsheet::warc::{WarcReader, parse_http, parse_mhtml};

const BODY_MAX: usize = 1 << 16;

fuzz_target!(|bytes: &[u8]| {
    let records = WarcReader::new(bytes, BODY_MAX).into_iter().flatten().take(10_000);
    for record in records.flatten() {
        assert!(record.block.len() <= BODY_MAX);
        let _ = parse_http(&record.block, BODY_MAX);
    }
    if let Ok(answer) = parse_http(bytes, BODY_MAX) {
        assert!(answer.body.len() <= BODY_MAX);
    }
    let _ = parse_mhtml(bytes);
});
