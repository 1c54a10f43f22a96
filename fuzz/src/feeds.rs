//! Any bytes as a feed and as a sitemap: what they name is bounded by them.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tearsheet::{
    config::{Config, Profile},
    discover::{FeedSource, SitemapSource, Source},
    model::RawPage,
};

static PROFILE: LazyLock<Profile> = LazyLock::new(|| Config::default().profile);

fuzz_target!(|bytes: &[u8]| {
    let page = RawPage::live(bytes.to_vec());
    let is_packed = bytes.starts_with(&[0x1F, 0x8B]);
    let named = FeedSource::new(&PROFILE, &PROFILE.feeds[0]).absorb(&page);
    let raw: usize = named.items.iter().map(|it| it.raw.len()).sum();
    // The declarations of the root are repeated with each item.
    assert!(is_packed || raw <= 16 * bytes.len() + 4096 * named.items.len());
    assert!(named.candidates.len() <= named.items.len());
    let mut sitemap = SitemapSource::new(&PROFILE, &PROFILE.sitemaps[0]);
    let mut asked = 0;
    while sitemap.ask().is_some() {
        asked += 1;
        sitemap.absorb(&page);
    }
    assert!(asked <= PROFILE.discovery.sitemap_files);
});
