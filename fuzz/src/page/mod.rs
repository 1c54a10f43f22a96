//! Text as a page of the built-in site.

use std::sync::LazyLock;

use tearsheet::{
    config::Config,
    extract::Extractor,
    model::{CaptureSource, Extraction, RawPage, Validators},
};

static EXTRACTOR: LazyLock<Extractor> =
    LazyLock::new(|| Extractor::new(&Config::default().profile).expect("the built-in profile"));

/// Returns what a page of these bytes says.
pub fn extract(bytes: &[u8]) -> Extraction {
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
    EXTRACTOR.extract(&page)
}
