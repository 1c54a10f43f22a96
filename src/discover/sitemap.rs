//! Sitemaps and sitemap indexes, plain or gzip (sitemaps.org, and Google's news extension).

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
    /// How deep the file that was asked for last stands.
    depth: usize,
}

/// A file to read; the sitemap itself stands at depth 1.
struct SitemapFile {
    url: Url,
    depth: usize,
}

impl<'p> SitemapSource<'p> {
    /// A sitemap that has not been read.
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
        let (mut named, mut files) = parse(&text, base, self.profile);
        files.sort_by_key(|it| std::cmp::Reverse(it.1));
        let files = files.into_iter().filter_map(|it| self.profile.rebased(&it.0)).collect();
        named.left_out = self.enqueue(files);
        named
    }
}

impl SitemapSource<'_> {
    /// Queue files that an index names, as far as the bounds of the profile go. Returns how many they leave out.
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

/// A file of an index, with the date of its last change.
type File = (Url, Option<DateTime<Utc>>);

/// The articles of a `urlset`, and the files of a `sitemapindex` with their dates.
fn parse(text: &str, base: &Url, profile: &Profile) -> (NamedPages, Vec<File>) {
    let mut named = NamedPages::default();
    let mut files = Vec::new();
    let mut reader = Reader::from_str(text.trim_start_matches('\u{FEFF}').trim_start());
    reader.config_mut().check_end_names = false;
    let (mut loc, mut lastmod, mut published) = (String::new(), String::new(), String::new());
    let mut field = String::new();
    let mut is_sitemap = false;
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                // `image:loc` is not `loc`: prefixes matter here.
                field = start.name().as_ref().to_lowercase();
                is_sitemap |= field.ends_with("urlset") || field.ends_with("sitemapindex");
                if matches!(field.as_str(), "url" | "sitemap") {
                    (loc, lastmod, published) = Default::default();
                }
            }
            Ok(Event::Text(text)) => {
                note(&field, &text, &mut loc, &mut lastmod, &mut published);
            }
            Ok(Event::CData(text)) => {
                note(&field, &text, &mut loc, &mut lastmod, &mut published);
            }
            Ok(Event::GeneralRef(entity)) => {
                let name: &str = &entity;
                let text = html::unescape(&format!("&{name};"));
                note(&field, &text, &mut loc, &mut lastmod, &mut published);
            }
            Ok(Event::End(end)) => {
                field.clear();
                let changed_at = admit::time(&lastmod, profile);
                match end.name().as_ref() {
                    "url" => {
                        let published_at = admit::time(&published, profile);
                        named.newest_at = named.newest_at.max(published_at).max(changed_at);
                        if let Some(candidate) = admit::admit(profile, base, &loc, Via::Sitemap) {
                            named.push(Candidate { published_at, changed_at, ..candidate });
                        }
                    }
                    "sitemap" => {
                        named.newest_at = named.newest_at.max(changed_at);
                        files.extend(base.join(loc.trim()).ok().map(|it| (it, changed_at)));
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
    (named, files)
}

fn note(field: &str, text: &str, loc: &mut String, lastmod: &mut String, published: &mut String) {
    match field {
        "loc" => loc.push_str(text),
        "lastmod" => lastmod.push_str(text),
        _ if field.ends_with("publication_date") => published.push_str(text),
        _ => {}
    }
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
