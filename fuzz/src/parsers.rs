//! Any page is the same tree to the quick parser, or it is in doubt.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tearsheet::html;

fuzz_target!(|bytes: &[u8]| {
    let decoded = html::decode(bytes, None);
    assert!(html::parsers_agree(&decoded.text));
});
