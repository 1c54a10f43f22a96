//! Sitemaps and sitemap indexes, plain or gzip (sitemaps.org, and Google's news extension). Which files of an index are read is
//! decided here within the bounds of the profile; reading them is work of a job.

use std::{
    collections::{HashSet, VecDeque},
    io::Read,
    time::Duration,
};

use chrono::{DateTime, Utc};
use flate2::read::MultiGzDecoder;
use quick_xml::{Reader, events::Event};
use url::Url;

use crate::{
    config::{DiscoveryBounds, Feed, Profile},
    html,
    model::{Candidate, RawPage, Via},
};

use super::{NamedPages, Source, admit};

/// The limit of the protocol for one file, uncompressed.
const BYTES_MAX: u64 = 50 << 20;
/// The limit of the protocol for one file.
const URLS_MAX: usize = 50_000;

/// A sitemap of the profile, or one that robots.txt names.
pub struct SitemapSource<'p> {
    profile: &'p Profile,
    url: Url,
    stale_after: Option<Duration>,
    queue: VecDeque<SitemapFile>,
    /// Every file that was ever queued: an index may name itself, or another that names it.
    seen: HashSet<Url>,
    /// The depth of the file that was asked for last.
    depth: usize,
}

/// A file to read; the sitemap itself is at depth 1.
struct SitemapFile {
    url: Url,
    depth: usize,
}

impl<'p> SitemapSource<'p> {
    /// Returns a sitemap that has not been read yet.
    pub fn new(profile: &'p Profile, feed: &Feed) -> Self {
        let url = feed.url.clone();
        let queue = VecDeque::from([SitemapFile { url: url.clone(), depth: 1 }]);
        let seen = HashSet::from([url.clone()]);
        Self { profile, url, stale_after: feed.stale_after, queue, seen, depth: 1 }
    }
}

impl Source for SitemapSource<'_> {
    fn url(&self) -> &Url {
        &self.url
    }

    fn kind(&self) -> &'static str {
        Via::Sitemap.code()
    }

    fn stale_after(&self) -> Option<Duration> {
        self.stale_after
    }

    fn ask(&mut self) -> Option<Url> {
        let SitemapFile { url, depth } = self.queue.pop_front()?;
        self.depth = depth;
        Some(url)
    }

    fn absorb(&mut self, page: &RawPage) -> NamedPages {
        let bytes = match unpack(&page.body) {
            Ok(bytes) => bytes,
            Err(error) => {
                return NamedPages {
                    problem: Some(format!("broken gzip: {error}")),
                    ..NamedPages::default()
                };
            }
        };
        let text = html::decode(&bytes, page.content_type.as_deref()).text;
        let base = page.url.as_ref().unwrap_or(&self.url);
        let SitemapPage { mut named, mut files } = parse(&text, base, self.profile);
        files.sort_by_key(|file| std::cmp::Reverse(file.changed_at));
        let files = files.into_iter().filter_map(|it| self.profile.rebased(&it.url)).collect();
        named.left_out = self.enqueue(files);
        named
    }
}

impl SitemapSource<'_> {
    /// Queues the files that an index names, within the bounds of the profile. Returns how many files the bounds leave out.
    fn enqueue(&mut self, files: Vec<Url>) -> usize {
        let DiscoveryBounds { sitemap_files, sitemap_depth } = self.profile.discovery;
        let depth = self.depth + 1;
        let mut left_out = 0;
        for url in files {
            if self.seen.contains(&url) {
                continue;
            }
            if sitemap_depth < depth || sitemap_files <= self.seen.len() {
                left_out += 1;
                continue;
            }
            self.seen.insert(url.clone());
            self.queue.push_back(SitemapFile { url, depth });
        }
        left_out
    }
}

fn unpack(body: &[u8]) -> std::io::Result<Vec<u8>> {
    if !body.starts_with(&[0x1F, 0x8B]) {
        return Ok(body.to_vec());
    }
    let mut bytes = Vec::new();
    MultiGzDecoder::new(body).take(BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What one file of a sitemap names.
#[derive(Default)]
struct SitemapPage {
    /// The articles of a `urlset`.
    named: NamedPages,
    /// The files of a `sitemapindex`.
    files: Vec<IndexedFile>,
}

/// A file of an index.
struct IndexedFile {
    url: Url,
    changed_at: Option<DateTime<Utc>>,
}

/// The texts of a `url` or `sitemap` element.
#[derive(Default)]
struct SitemapEntry {
    loc: String,
    lastmod: String,
    published: String,
}

impl SitemapEntry {
    fn note(&mut self, field: &str, text: &str) {
        match field {
            "loc" => self.loc.push_str(text),
            "lastmod" => self.lastmod.push_str(text),
            _ if field.ends_with("publication_date") => self.published.push_str(text),
            _ => {}
        }
    }
}

fn parse(text: &str, base: &Url, profile: &Profile) -> SitemapPage {
    let SitemapPage { mut named, mut files } = SitemapPage::default();
    let mut reader = Reader::from_str(text.trim_start_matches('\u{FEFF}').trim_start());
    reader.config_mut().check_end_names = false;
    let mut entry = SitemapEntry::default();
    let mut field = String::new();
    let mut is_sitemap = false;
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                // `image:loc` is not `loc`: prefixes matter here.
                field = start.name().as_ref().to_lowercase();
                is_sitemap |= field.ends_with("urlset") || field.ends_with("sitemapindex");
                if matches!(field.as_str(), "url" | "sitemap") {
                    entry = SitemapEntry::default();
                }
            }
            Ok(Event::Text(text)) => {
                entry.note(&field, &text);
            }
            Ok(Event::CData(text)) => {
                entry.note(&field, &text);
            }
            Ok(Event::GeneralRef(entity)) => {
                let name: &str = &entity;
                let text = html::unescape(&format!("&{name};"));
                entry.note(&field, &text);
            }
            Ok(Event::End(end)) => {
                field.clear();
                let changed_at = admit::time(&entry.lastmod, profile);
                match end.name().as_ref() {
                    "url" => {
                        let published_at = admit::time(&entry.published, profile);
                        named.newest_at = named.newest_at.max(published_at).max(changed_at);
                        if let Some(candidate) = admit::admit(profile, base, &entry.loc, Via::Sitemap) {
                            named.push(Candidate { published_at, changed_at, ..candidate });
                        }
                    }
                    "sitemap" => {
                        named.newest_at = named.newest_at.max(changed_at);
                        files.extend(
                            base.join(entry.loc.trim()).ok().map(|url| IndexedFile { url, changed_at }),
                        );
                    }
                    _ => {}
                }
            }
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => {
                named.problem = Some(format!("broken XML: {error}"));
                break;
            }
        }
        if URLS_MAX <= named.candidates.len() + files.len() {
            break;
        }
    }
    if !is_sitemap {
        named.problem = Some("not a sitemap".to_owned());
    }
    SitemapPage { named, files }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::Config,
        model::{CaptureSource, Validators},
    };
    use std::io::Write;

    const URLSET: &str = "<urlset xmlns:news='n' xmlns:image='i'>
        <url><loc>https://www.brecorder.com/news/1/a</loc><lastmod>2021-03-08T12:00:00+05:00</lastmod>
          <news:news><news:publication_date>2021-03-08T11:20:00+05:00</news:publication_date></news:news>
          <image:image><image:loc>https://i.brecorder.com/news/7</image:loc></image:image></url>
        <url><loc>https://www.brecorder.com/trends/imf</loc></url>
        <url><loc>https://www.brecorder.com/news/2</loc></url></urlset>";

    fn page(body: Vec<u8>) -> RawPage {
        RawPage {
            url: None,
            body: body.into(),
            content_type: None,
            captured_at: None,
            source: CaptureSource::Live,
            status: Some(200),
            validators: Validators::default(),
            heads: None,
            feed: None,
        }
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
