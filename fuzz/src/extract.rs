//! Any bytes are some page to the extractor, and the same page twice.
#![no_main]

mod page;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    assert_eq!(page::extract(bytes), page::extract(bytes));
});
