//! Any bytes are some page to the extractor, and the same page twice.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tearsheet::{
    config::Config,
    extract::Extractor,
    model::{CaptureSource, RawPage, Validators},
};

static EXTRACTOR: LazyLock<Extractor> =
    LazyLock::new(|| Extractor::new(&Config::default().profile).expect("the built-in profile"));

fuzz_target!(|bytes: &[u8]| {
    let page = RawPage {
        url: "https://www.brecorder.com/news/40000001".parse().ok(),
        body: bytes.to_vec().into(),
        content_type: None,
        captured_at: None,
        source: CaptureSource::File,
        status: None,
        validators: Validators::default(),
        heads: None,
        feed: None,
    };
    assert_eq!(EXTRACTOR.extract(&page), EXTRACTOR.extract(&page));
});
