//! From bytes to a draft: pure and total. The same bytes of the same era give the same extraction, and
//! there are no bytes that give none; what a page lacks is a hole in the draft.
//!
//! `page/` reads HTML, `plain/` reads text. What both of them need is a grammar beside them, which knows neither. No clock, network
//! or archive may be asked here: that a page was seen before is for `jobs` to know.

mod effort;
mod rules;

mod boards;
mod cells;
mod date;
mod jsonld;
mod judgement;
mod kinds;
mod lines;
mod lists;
mod names;
mod place;
mod signature;
mod stamp;
mod strip;
mod sums;
mod text;
mod values;

mod page;
mod plain;

mod explain;
mod index;

use chrono::{DateTime, NaiveTime, Utc};

use crate::{
    config::{ConfigError, Profile},
    html,
    model::{CaptureSource, Draft, Extraction, Field, NotStory, Origin, RawPage, Warning, WarningCode},
};

use self::{effort::Effort, judgement::SelfDescription, rules::Compiled};

pub use self::{
    effort::Parsed,
    explain::{ExplainedField, Explanation, FieldWitness},
};

/// The version of this extractor, kept with every capture that it read. It rises with a change after which the same bytes may
/// give something else, so that stored pages are known to be due for `reextract`, and a run is compared with its like.
pub const VERSION: u32 = 1;

/// A body without a content type is HTML if a tag stands within this many bytes of its beginning.
const SNIFF_BYTES: usize = 1024;
/// The number of bytes at the end of a page that are searched for a note of when it was made.
const END_BYTES: usize = 512;

/// Reads the pages of one profile. Made once, used for any number of pages from any thread.
pub struct Extractor {
    rules: Compiled,
    effort: Effort,
}

impl Extractor {
    /// Compiles a profile. Fails where one of its selectors cannot be read, and names it.
    pub fn new(profile: &Profile) -> Result<Self, ConfigError> {
        Ok(Self { rules: Compiled::new(profile)?, effort: Effort::default() })
    }

    /// Returns what is wrong with the selectors of a profile, which is nothing where it can be compiled.
    pub fn mistakes(profile: &Profile) -> Vec<ConfigError> {
        Compiled::mistakes(profile)
    }

    /// Returns how many pages were parsed so far, and how many of them slowly.
    pub fn parsed(&self) -> Parsed {
        self.effort.parsed()
    }

    /// Returns everything that a page says.
    pub fn extract(&self, page: &RawPage) -> Extraction {
        let decoded = html::decode(&page.body, page.content_type.as_deref());
        let mut said = SelfDescription::default();
        let mut extraction = if page.source == CaptureSource::Feed {
            page::read_feed_item(&decoded.text, page, &self.rules)
        } else if is_plain(page) {
            plain::read(&decoded.text, &self.rules)
        } else {
            let read = page::read(&decoded.text, page, &self.rules, &self.effort);
            said = read.said;
            read.extraction
        };
        if decoded.is_damaged {
            extraction.warnings.push(Warning::new(WarningCode::BadEncoding, decoded.encoding));
        }
        self.finish(page, &mut extraction);
        extraction.not_story = if judgement::is_text(&decoded.text) {
            judgement::judge(
                &extraction.draft,
                &said,
                page.status,
                extraction.key.as_ref(),
                &self.rules.profile,
            )
        } else {
            Some(NotStory::NotText)
        };
        extraction.extractor = VERSION;
        extraction
    }

    /// Returns who was asked for each field of a page, and what each of them has.
    pub fn explain(&self, page: &RawPage) -> Explanation {
        explain::explain(&self.rules, page, &self.extract(page))
    }

    /// Returns when the site made a page, where the page says so itself. It is the time of capture of a saved page of
    /// which nothing better is known.
    pub fn made_at(&self, page: &RawPage) -> Option<DateTime<Utc>> {
        let profile = &self.rules.profile;
        let pattern = profile.captured_at.as_ref()?;
        let end = &page.body[page.body.len().saturating_sub(END_BYTES)..];
        let end = String::from_utf8_lossy(end);
        let at = pattern.captures(end.trim_end())?.name("at")?.as_str().to_owned();
        date::parse(&at, profile.time_zone)?.at.map(|at| at.to_utc())
    }

    fn finish(&self, page: &RawPage, extraction: &mut Extraction) {
        if let Some(url) = &page.url {
            extraction.key = self.rules.profile.page_key(url);
            extraction.url = Some(self.rules.profile.article_url(url).unwrap_or_else(|| url.clone()));
        }
        if extraction.url.is_some() {
            let origin = if page.url.is_some() { Origin::Url } else { Origin::Meta };
            extraction.draft.origins.push((Field::Url, origin));
        }
        let is_imported = extraction.key.as_ref().is_some_and(|key| self.rules.is_imported(key));
        let draft = &mut extraction.draft;
        if is_imported {
            drop_placeholders(draft);
        }
        let first = draft.blocks.iter().find(|it| it.kind.is_text()).map(|it| it.text.as_str());
        draft.dateline = first.and_then(|it| stamp::dateline(it, &self.rules.profile.text));
        if draft.dateline.is_some() {
            draft.origins.push((Field::Dateline, Origin::Text));
        }
        let has_body = draft.blocks.iter().any(|it| it.kind.is_text());
        for (field, is_there) in [
            (Field::Headline, draft.headline.is_some()),
            (Field::PublishedOn, draft.published_on.is_some()),
            (Field::Body, has_body),
        ] {
            if !is_there {
                extraction.warnings.push(Warning::new(WarningCode::Missing, field.code()));
            }
        }
        draft.origins.sort_by_key(|it| it.0);
    }
}

/// Whether bytes are those of a text, as far as their beginning says. Where they are not, the page is not kept as a story.
pub fn is_text(bytes: &[u8], content_type: Option<&str>) -> bool {
    judgement::is_text(&html::decode(bytes, content_type).text)
}

/// Drops moments that are the first of a day. Stories that were imported from print have them in place of a moment that
/// nobody knew.
fn drop_placeholders(draft: &mut Draft) {
    for (moment, field) in
        [(&mut draft.published_at, Field::PublishedAt), (&mut draft.updated_at, Field::UpdatedAt)]
    {
        if moment.is_some_and(|at| at.time() == NaiveTime::MIN) {
            *moment = None;
            draft.origins.retain(|it| it.0 != field);
        }
    }
}

fn is_plain(page: &RawPage) -> bool {
    if let Some(content_type) = &page.content_type {
        return content_type.trim_start().to_ascii_lowercase().starts_with("text/plain");
    }
    let head =
        String::from_utf8_lossy(&page.body[..page.body.len().min(SNIFF_BYTES)]).to_ascii_lowercase();
    ![
        "<!doctype",
        "<html",
        "<head",
        "<body",
        "<div",
        "<p",
        "<meta",
        "<article",
        "<h1",
        "<!--",
        "<script",
        "<title",
    ]
    .iter()
    .any(|it| head.contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn a_page_says_at_its_end_when_it_was_made() {
        let extractor = Extractor::new(&Config::default().profile).expect("valid");
        let check = |body: String, expect: Option<&str>| {
            let page = RawPage::live(body.clone());
            let at = extractor.made_at(&page).map(|at| at.to_rfc3339());
            assert_eq!(at.as_deref(), expect, "{body}");
        };
        let long = "é".repeat(END_BYTES);
        let last = Some("2025-01-29T19:04:53+00:00");
        check(format!("{long}</p>\n<!--2025-01-30 00:04:53-->\n</body>\n</html>\n"), last);
        check("<p>x</p><!-- 2025-01-30 00:04:53 -->".to_owned(), last);
        check(format!("<!--2025-01-30 00:04:53--><p>{long}</p></body></html>"), None);
        check("<p>x</p><!--2025-01-30 25:04:53--></html>".to_owned(), None);
        check("<p>x</p></body></html>".to_owned(), None);
    }
}
