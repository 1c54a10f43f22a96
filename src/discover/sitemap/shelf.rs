//! Which files of a sitemap index are read, and in which order. An index may name thousands, and a run reads as many as the profile
//! allows: the newest are wanted. What a file says is not read here (`page.rs`).
//!
//! An index says with `lastmod` which are new, and often says it wrongly: the same moment for all of them, the moment of the request,
//! or nothing. So `lastmod` is believed while it tells files apart and no file that was read denies it; then the dates in the names
//! of the files count, and then their places: both ends of the index are looked at, and reading goes on from the newer one.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use crate::config::DiscoveryBounds;

/// A file whose newest entry is older than its `lastmod` by more than this denies it.
const DENIAL: TimeDelta = TimeDelta::days(30);
/// One file in this many is not chosen by `lastmod`: an index may say of its newest file that it is old.
const DOUBT_EVERY: usize = 4;
/// The greatest number of files that are remembered.
const FILES_MAX: usize = 200_000;

/// The files of a sitemap.
pub(super) struct SitemapShelf {
    bounds: DiscoveryBounds,
    files: Vec<Shelved>,
    /// Every file that was ever put here: an index may name itself, or another that names it.
    seen: HashSet<Url>,
    /// The number of files that the bounds leave out, as far as it was told.
    told: usize,
    /// The number of files that were nested too deeply or too many to be remembered.
    refused: usize,
    taken: usize,
    /// The file that was taken last.
    last: Option<Shelved>,
    /// How new the files were that were read, with their places.
    ages: Vec<FileAge>,
    /// Whether a file denied its `lastmod`.
    is_denied: bool,
}

/// A file that an index names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ShelfFile {
    pub(super) url: Url,
    pub(super) changed_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone)]
struct Shelved {
    file: ShelfFile,
    /// The sitemap itself is at depth 1.
    depth: usize,
    /// Its place among all files, in the order in which they were named.
    place: usize,
    /// The digits of a date in its name: year, month, day.
    named: Option<(u32, u32, u32)>,
}

struct FileAge {
    place: usize,
    newest_at: DateTime<Utc>,
}

impl SitemapShelf {
    /// Returns a shelf with the sitemap itself.
    pub(super) fn new(url: Url, bounds: DiscoveryBounds) -> Self {
        let seen = HashSet::from([url.clone()]);
        let root =
            Shelved { file: ShelfFile { url, changed_at: None }, depth: 1, place: 0, named: None };
        Self {
            bounds,
            files: vec![root],
            seen,
            told: 0,
            refused: 0,
            taken: 0,
            last: None,
            ages: Vec::new(),
            is_denied: false,
        }
    }

    /// Takes the file that should be read next; `None` when nothing is left within the bounds.
    pub(super) fn take(&mut self) -> Option<Url> {
        if self.bounds.sitemap_files <= self.taken {
            return None;
        }
        let index = self.choose()?;
        let chosen = self.files.remove(index);
        self.taken += 1;
        let url = chosen.file.url.clone();
        self.last = Some(chosen);
        Some(url)
    }

    /// Notes how new the file is that was taken last.
    pub(super) fn note(&mut self, newest_at: Option<DateTime<Utc>>) {
        let (Some(Shelved { file, place, .. }), Some(newest_at)) = (&self.last, newest_at) else {
            return;
        };
        self.is_denied |= file.changed_at.is_some_and(|it| newest_at < it - DENIAL);
        self.ages.push(FileAge { place: *place, newest_at });
    }

    /// Puts the files here that the file named that was taken last. Returns how many more files the bounds leave out by now.
    pub(super) fn put(&mut self, files: impl Iterator<Item = ShelfFile>) -> usize {
        let depth = self.last.as_ref().map_or(1, |it| it.depth) + 1;
        for file in files {
            if self.seen.contains(&file.url) {
                continue;
            }
            if self.bounds.sitemap_depth < depth || FILES_MAX <= self.seen.len() {
                self.refused += 1;
                continue;
            }
            self.seen.insert(file.url.clone());
            let (place, named) = (self.seen.len(), date_in(file.url.path()));
            self.files.push(Shelved { file, depth, place, named });
        }
        let known = self.taken + self.files.len();
        let left_out = self.refused + known.saturating_sub(self.bounds.sitemap_files);
        let more = left_out - self.told;
        self.told = left_out;
        more
    }

    fn choose(&self) -> Option<usize> {
        let is_doubted = self.taken % DOUBT_EVERY == DOUBT_EVERY - 1;
        let moments: HashSet<_> = self.files.iter().filter_map(|it| it.file.changed_at).collect();
        // What is the same for all tells nothing.
        if 1 < moments.len() && !self.is_denied && !is_doubted {
            return self.newest_by(|it| it.file.changed_at.map(|at| (at, it.named)));
        }
        let names: HashSet<_> = self.files.iter().filter_map(|it| it.named).collect();
        if 1 < names.len() {
            return self.newest_by(|it| it.named);
        }
        let places = self.files.iter().enumerate();
        let is_last = self.is_newer_at_the_end().unwrap_or(self.taken % 2 == 1);
        let found = if is_last {
            places.max_by_key(|(_, it)| it.place)
        } else {
            places.min_by_key(|(_, it)| it.place)
        };
        found.map(|it| it.0)
    }

    /// Returns the file that comes first by a key; of equal ones the one that was named first.
    fn newest_by<K: Ord>(&self, key: impl Fn(&Shelved) -> Option<K>) -> Option<usize> {
        let all = self.files.iter().enumerate().rev();
        all.max_by_key(|(_, it)| key(it)).map(|it| it.0)
    }

    /// Whether the later files are the newer ones; `None` while that is not known.
    fn is_newer_at_the_end(&self) -> Option<bool> {
        let first = self.ages.iter().min_by_key(|it| it.place)?;
        let last = self.ages.iter().max_by_key(|it| it.place)?;
        (first.place < last.place).then_some(first.newest_at < last.newest_at)
    }
}

/// Returns the last date in a path: `/sitemap-2024-03.xml`, `/2024/03/05.xml`, `/sitemap_20240305.xml`.
fn date_in(path: &str) -> Option<(u32, u32, u32)> {
    let bytes = path.as_bytes();
    let number = |from: usize, digits: usize| -> Option<u32> {
        let part = path.get(from..from + digits)?;
        part.bytes().all(|it| it.is_ascii_digit()).then(|| part.parse().ok())?
    };
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let past =
        |at: usize| if bytes.get(at).is_some_and(|it| b"-_/.".contains(it)) { at + 1 } else { at };
    let mut found = None;
    for at in 0..bytes.len() {
        if 0 < at && is_digit(at - 1) {
            continue;
        }
        let Some(year) = number(at, 4).filter(|it| (1990..2200).contains(it)) else { continue };
        let month_at = past(at + 4);
        let month = number(month_at, 2).filter(|it| (1..=12).contains(it));
        let day_at = past(month_at + 2);
        let day = number(day_at, 2)
            .filter(|it| (1..=31).contains(it) && month.is_some() && !is_digit(day_at + 2));
        found = Some((year, month.unwrap_or_default(), day.unwrap_or_default()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(name: &str) -> Url {
        Url::parse("https://site.example/").and_then(|it| it.join(name)).expect("an address")
    }

    fn day(text: &str) -> DateTime<Utc> {
        format!("{text}T00:00:00Z").parse().expect("a time")
    }

    fn shelf(files: usize) -> SitemapShelf {
        let mut shelf = SitemapShelf::new(
            url("/root.xml"),
            DiscoveryBounds { sitemap_files: files, sitemap_depth: 3 },
        );
        assert_eq!(shelf.take(), Some(url("/root.xml")));
        shelf
    }

    /// Names of files with the newest day in each, taken until the bounds end it.
    fn taken(shelf: &mut SitemapShelf, newest: impl Fn(&str) -> Option<DateTime<Utc>>) -> Vec<String> {
        let mut taken = Vec::new();
        while let Some(url) = shelf.take() {
            let name = url.path().to_owned();
            shelf.note(newest(&name));
            taken.push(name);
        }
        taken
    }

    fn numbered(count: usize) -> impl Iterator<Item = ShelfFile> {
        (1..=count).map(|it| ShelfFile { url: url(&format!("/posts-{it}.xml")), changed_at: None })
    }

    fn number(name: &str) -> i64 {
        name.trim_start_matches("/posts-").trim_end_matches(".xml").parse().expect("a number")
    }

    #[test]
    fn without_lastmod_the_newer_end_of_an_index_is_read() {
        let mut rising = shelf(9);
        assert_eq!(rising.put(numbered(100)), 92);
        let of = |name: &str| Some(day("2020-01-01") + TimeDelta::days(number(name)));
        let names = taken(&mut rising, of);
        assert_eq!(names[..2], ["/posts-100.xml", "/posts-1.xml"]);
        assert!(names[2..].iter().all(|it| 90 < number(it)), "{names:?}");
        let mut falling = shelf(9);
        falling.put(numbered(100));
        let names = taken(&mut falling, |name| Some(day("2020-01-01") - TimeDelta::days(number(name))));
        assert!(names[2..].iter().all(|it| number(it) < 10), "{names:?}");
    }

    #[test]
    fn files_that_are_named_by_their_days_are_read_newest_first() {
        let mut shelf = shelf(3);
        let file = |name: &str| ShelfFile { url: url(name), changed_at: Some(day("2024-03-05")) };
        shelf.put(["/s-2023-12.xml", "/s-2024-03.xml", "/s-2024-02.xml"].into_iter().map(file));
        assert_eq!(taken(&mut shelf, |_| None), ["/s-2024-03.xml", "/s-2024-02.xml"]);
    }

    #[test]
    fn lastmod_is_believed_until_a_file_denies_it() {
        let lastmod =
            |name: usize| day("2024-03-05") - TimeDelta::days(i64::try_from(name).expect("few"));
        let dated = || {
            numbered(100).enumerate().map(|(at, it)| ShelfFile { changed_at: Some(lastmod(at)), ..it })
        };
        let mut honest = shelf(9);
        honest.put(dated());
        let names =
            taken(&mut honest, |name| Some(lastmod(usize::try_from(number(name)).expect("few") - 1)));
        assert_eq!(names[..2], ["/posts-1.xml", "/posts-2.xml"]);
        // The moment of the request, a second later for each: the newest stories are in the last file.
        let mut lying = shelf(9);
        lying.put(dated());
        let names = taken(&mut lying, |name| Some(day("2010-01-01") + TimeDelta::days(number(name))));
        assert!(5 < names.iter().filter(|it| 90 < number(it)).count(), "{names:?}");
    }

    #[test]
    fn dates_are_found_in_names() {
        assert_eq!(date_in("/sitemap-2024-03.xml"), Some((2024, 3, 0)));
        assert_eq!(date_in("/2023/2024/03/05/a.xml"), Some((2024, 3, 5)));
        assert_eq!(date_in("/sitemap_20240305.xml"), Some((2024, 3, 5)));
        assert_eq!(date_in("/sitemap-2024.xml"), Some((2024, 0, 0)));
        assert_eq!(date_in("/posts-12.xml"), None);
    }
}
