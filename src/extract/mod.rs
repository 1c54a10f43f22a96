//! From bytes to a draft: pure and total. The same bytes of the same era give the same extraction, and
//! there are no bytes that give none; what a page lacks is a hole in the draft.
//!
//! Two readers share the grammar of headers and ticker rows: `page` for HTML, `plain` for text.

mod body;
mod date;
mod head;
mod inline;
mod jsonld;
mod layout;
mod lines;
mod page;
mod pieces;
mod plain;
mod rules;
mod stamp;
mod strip;
mod tail;
mod text;

use std::sync::LazyLock;

use regex::Regex;

use crate::{
    config::{ConfigError, Profile, TextRules},
    html,
    model::{
        Captured, Draft, Extraction, Field, Names, Origin, RawPage, Warning, WarningCode, capitals,
    },
};

use self::{rules::Rules, strip::Grammar, text::essence};

/// What stands before a later colon is no dateline: it has 62 characters at most.
const PLACE_BYTES_MAX: usize = 62 * 4;

/// A tag within so many bytes makes a body without a content type a page.
const SNIFF_BYTES: usize = 1024;

/// Reads the pages of one profile. Made once, used for any number of pages from any thread.
pub struct Extractor {
    profile: Profile,
    rules: Rules,
    grammar: Grammar,
}

impl Extractor {
    /// Compile a profile's rules.
    pub fn new(profile: &Profile) -> Result<Self, ConfigError> {
        Ok(Self {
            profile: profile.clone(),
            rules: Rules::new(profile)?,
            grammar: Grammar::new(&profile.strip),
        })
    }

    /// Everything a page says.
    pub fn extract(&self, page: &RawPage) -> Extraction {
        let decoded = html::decode(&page.body, page.content_type.as_deref());
        let mut extraction = if is_plain(page) {
            plain::read(&decoded.text, &self.profile, &self.grammar)
        } else {
            page::read(&decoded.text, page, self)
        };
        if decoded.is_damaged {
            extraction.warnings.push(Warning::new(WarningCode::BadEncoding, decoded.encoding));
        }
        self.finish(page, &mut extraction);
        extraction
    }

    /// The era whose rules read a page: that of its capture, in days of the site.
    fn era(&self, page: &RawPage) -> usize {
        self.profile.era(page.captured_at.map(|it| match it {
            Captured::On(day) => day,
            Captured::At(at) => at.with_timezone(&self.profile.time_zone).date_naive(),
        }))
    }

    fn finish(&self, page: &RawPage, extraction: &mut Extraction) {
        if let Some(url) = &page.url {
            extraction.key = self.profile.page_key(url);
            extraction.url = Some(self.profile.article_url(url).unwrap_or_else(|| url.clone()));
        }
        if extraction.url.is_some() {
            let origin = if page.url.is_some() { Origin::Url } else { Origin::Meta };
            extraction.draft.origins.push((Field::Url, origin));
        }
        let draft = &mut extraction.draft;
        let first = draft.blocks.iter().find(|it| it.kind.is_text()).map(|it| it.text.as_str());
        draft.dateline = first.and_then(|it| dateline(it, &self.profile.text));
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
        draft.names = self.names(draft);
    }

    /// What a story names, in its headline, summary and body.
    fn names(&self, draft: &Draft) -> Names {
        let body = draft.blocks.iter().filter(|it| it.kind.is_text()).map(|it| it.text.as_str());
        let texts =
            || draft.headline.as_deref().into_iter().chain(draft.summary.iter().map(String::as_str));
        let texts: Vec<&str> = texts().chain(body).collect();
        let mut companies: Vec<String> = Vec::new();
        for symbol in texts.iter().flat_map(|it| self.profile.companies.found_in(it)) {
            if !companies.iter().any(|it| it == symbol) {
                companies.push(symbol.to_owned());
            }
        }
        Names { capitals: capitals(texts), companies }
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

/// `KARACHI: …`, `NEW YORK/LONDON: …`: the place a report was filed from.
fn dateline(text: &str, rules: &TextRules) -> Option<String> {
    static PLACE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(\p{Lu}[\p{Lu}\p{Lm}\p{M} .,'’/&()-]{1,60}?)\s?:\s").expect("a constant pattern")
    });
    // A dateline ends at the first colon: most paragraphs have none so early, and are not matched at all.
    let colon = text.find(':').filter(|it| *it <= PLACE_BYTES_MAX)?;
    let behind = text[colon + 1..].chars().next()?;
    let head = &text[..colon + 1 + behind.len_utf8()];
    let place = PLACE.captures(head)?.get(1)?.as_str().trim();
    let is_place = !rules.not_a_dateline.iter().any(|it| it == place) && place.split(' ').count() <= 6;
    is_place.then(|| place.to_owned())
}

/// Whether a text is only the beginning of the story once more. `body` is the essence of the story.
fn is_teaser(text: &str, body: &str) -> bool {
    let text = essence(text);
    !text.is_empty() && body.starts_with(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn datelines_are_places_in_capitals() {
        let rules = Config::default().profile.text;
        let check =
            |text, expect: Option<&str>| assert_eq!(dateline(text, &rules).as_deref(), expect, "{text}");
        check("KARACHI: The rupee", Some("KARACHI"));
        check("NEW YORK/LONDON: Oil", Some("NEW YORK/LONDON"));
        check("D.I. KHAN: Police", Some("D.I. KHAN"));
        check("EDITORIAL: The budget", None);
        check("Karachi: The rupee", None);
        check("KSE-100: up", None);
        check("Q: Why?", None);
        check("KARACHI:The", None);
    }

    #[test]
    fn a_teaser_may_end_inside_a_word() {
        let body = essence("KARACHI: The rupee gained against the dollar on Monday.");
        assert!(is_teaser("KARACHI: The rupee gained against the dol...", &body));
        assert!(!is_teaser("The rupee lost.", &body));
    }
}
