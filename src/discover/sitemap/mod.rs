//! Sitemaps and sitemap indexes: XML plain or gzip (sitemaps.org, and Google's news extension), a list of addresses as text, and
//! a feed, which the protocol allows too. Which files of an index are read, within the bounds of the profile, is decided in
//! `shelf.rs`; reading them is work of a job.
//!
//! Forms that public reports taught: a name space with a prefix (`<sm:urlset>`), text sitemaps, `lastmod` without seconds or with
//! `+0500`, addresses broken over lines (ultimate-sitemap-parser, the issue trackers of crawlers). The crates for sitemaps read
//! the sound form alone.

mod page;
mod shelf;

use std::time::Duration;

use url::Url;

use crate::{
    config::{Feed, Profile},
    model::{RawPage, Via},
};

use self::{
    page::{IndexedFile, SitemapPage, parse},
    shelf::{ShelfFile, SitemapShelf},
};
use super::{NamedPages, Source, packed, packed::SourceText};

/// A sitemap of the profile, or one that robots.txt names.
pub struct SitemapSource<'p> {
    profile: &'p Profile,
    feed: Feed,
    shelf: SitemapShelf,
}

impl<'p> SitemapSource<'p> {
    /// Returns a sitemap that has not been read yet.
    pub fn new(profile: &'p Profile, feed: &Feed) -> Self {
        let shelf = SitemapShelf::new(feed.url.clone(), profile.discovery);
        Self { profile, feed: feed.clone(), shelf }
    }
}

impl Source for SitemapSource<'_> {
    fn url(&self) -> &Url {
        &self.feed.url
    }

    fn kind(&self) -> &'static str {
        Via::Sitemap.code()
    }

    fn stale_after(&self) -> Option<Duration> {
        self.feed.stale_after
    }

    fn ask(&mut self) -> Option<Url> {
        self.shelf.take()
    }

    fn absorb(&mut self, page: &RawPage) -> NamedPages {
        let SourceText { text, lost } = packed::unpack(page);
        let base = page.url.as_ref().unwrap_or(&self.feed.url);
        let SitemapPage { mut named, files } = parse(&text, base, self.profile);
        if let Some(lost) = lost {
            named.unread.note(|| lost);
        }
        self.shelf.note(named.newest_at);
        let rebased = |it: IndexedFile| {
            Some(ShelfFile { url: self.profile.rebased(&it.url)?, changed_at: it.changed_at })
        };
        let files = files.into_iter().filter_map(rebased);
        let wanted = files.filter(|it| !self.feed.filter.skips(&it.url));
        named.left_out = self.shelf.put(wanted);
        named.keep(&self.feed.filter);
        named
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use std::io::Write;

    const URLSET: &str = "<urlset xmlns:news='n' xmlns:image='i'>
        <url><loc>https://www.brecorder.com/news/1/a</loc><lastmod>2021-03-08T12:00:00+05:00</lastmod>
          <news:news><news:publication_date>2021-03-08T11:20:00+05:00</news:publication_date></news:news>
          <image:image><image:loc>https://i.brecorder.com/news/7</image:loc></image:image></url>
        <url><loc>https://www.brecorder.com/trends/imf</loc></url>
        <url><loc>https://www.brecorder.com/news/2</loc></url></urlset>";

    fn page(body: Vec<u8>) -> RawPage {
        RawPage::live(body)
    }

    #[test]
    fn a_news_sitemap_is_read_plain_or_packed() {
        let profile = Config::default().profile;
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(URLSET.as_bytes()).expect("write");
        for body in [URLSET.as_bytes().to_vec(), packed.finish().expect("finish")] {
            let mut source = SitemapSource::new(&profile, &profile.sitemaps[0]);
            let named = source.absorb(&page(body));
            let ids: Vec<_> = named.candidates.iter().map(|it| it.key.id.as_str()).collect();
            assert_eq!(ids, ["1", "2"]);
            assert_eq!(
                named.newest_at.map(|it| it.to_rfc3339()).as_deref(),
                Some("2021-03-08T07:00:00+00:00")
            );
        }
    }

    #[test]
    fn an_index_leads_to_its_newest_files_of_this_site() {
        let profile = Config::default().profile;
        let mut source = SitemapSource::new(&profile, &profile.sitemaps[0]);
        assert!(source.ask().is_some());
        let index = "<sitemapindex><sitemap><loc>/s/old.xml</loc><lastmod>2020-01-01</lastmod></sitemap>
            <sitemap><loc>/s/new.xml.gz</loc><lastmod>2021-01-01</lastmod></sitemap>
            <sitemap><loc>https://elsewhere.example/s.xml</loc></sitemap></sitemapindex>";
        assert!(source.absorb(&page(index.into())).candidates.is_empty());
        let next = |source: &mut SitemapSource| source.ask().map(|it| it.path().to_owned());
        assert_eq!(next(&mut source).as_deref(), Some("/s/new.xml.gz"));
        assert_eq!(next(&mut source).as_deref(), Some("/s/old.xml"));
        assert_eq!(next(&mut source), None);
    }

    #[test]
    fn indexes_that_name_ever_new_indexes_end() {
        let profile = Config::default().profile;
        let mut source = SitemapSource::new(&profile, &profile.sitemaps[0]);
        let (mut asked, mut left_out) = (0, 0);
        while let Some(url) = source.ask() {
            asked += 1;
            let names = (0..50).map(|it| format!("<sitemap><loc>{url}{it}/</loc></sitemap>"));
            // Itself, too.
            let index = format!(
                "<sitemapindex><sitemap><loc>{url}</loc></sitemap>{}</sitemapindex>",
                names.collect::<String>()
            );
            left_out += source.absorb(&page(index.into())).left_out;
        }
        assert_eq!(asked, profile.discovery.sitemap_files);
        assert_eq!(asked + left_out, 1 + 50 * asked, "what is not read is counted");
    }

    #[test]
    fn a_chain_of_indexes_ends_at_the_depth_of_the_profile() {
        let profile = Config::default().profile;
        let mut source = SitemapSource::new(&profile, &profile.sitemaps[0]);
        let mut asked = 0;
        while let Some(url) = source.ask() {
            asked += 1;
            source.absorb(&page(
                format!("<sitemapindex><sitemap><loc>{url}x</loc></sitemap></sitemapindex>").into(),
            ));
        }
        assert_eq!(asked, profile.discovery.sitemap_depth);
    }
}
