//! The header of an HTML page: byline, dates and section from every witness, merged in order of trust.

use chrono::NaiveDate;

use crate::{
    config::RuleField,
    extract::{
        date::{self, When},
        lines::Lines,
        rules::Hit,
        stamp::{self, Stamp},
        text::{fold, fold_apart},
    },
    html::Element,
    model::{Draft, Field, Origin, Warning, WarningCode},
};

use super::{Page, body::Story, pieces::element_text};

/// A byline stands within so many lines of the headline.
const HEADER_LINES_MAX: usize = 25;
/// And a section so many lines above it.
const SECTION_LINES_MAX: usize = 3;

/// What the elements and lines between ticker and story say.
#[derive(Default)]
pub(super) struct Head {
    byline: Option<(String, Origin)>,
    authors: Vec<String>,
    published: Vec<(When, Origin)>,
    updated: Vec<(When, Origin)>,
    printed: Option<NaiveDate>,
    section: Option<(String, Origin)>,
    unreadable: Vec<String>,
}

impl Head {
    /// Ask every witness outside the story.
    pub(super) fn read<'d>(
        page: &Page<'d, '_>,
        flat: &Lines<'_>,
        is_ticker: &[bool],
        title: Option<Element<'d>>,
    ) -> Self {
        let mut head = Self::default();
        head.read_metadata(page);
        head.read_markup(page, title);
        head.read_lines(page, flat, is_ticker);
        head
    }

    /// Whether the day of publication is known.
    pub(super) fn is_dated(&self) -> bool {
        !self.published.is_empty() || self.printed.is_some()
    }

    /// What stood inside the story's element: a stamp, and a section above it.
    pub(super) fn take_story(&mut self, page: &Page<'_, '_>, story: &mut Story) {
        if let Some(stamp) = story.stamp.take() {
            self.take(stamp, Origin::Text);
        }
        let rules = &page.rules.profile.text;
        let is_section = |it: &String| {
            rules.sections.contains(&it.to_lowercase()) || stamp::print_edition(it, rules).is_some()
        };
        if let Some(at) = story.above.iter().position(is_section) {
            let section = story.above.remove(at);
            self.take_section(page, &section, Origin::Text);
        }
    }

    fn read_metadata(&mut self, page: &Page<'_, '_>) {
        let zone = page.rules.profile.time_zone;
        let meta = |names: &[&str]| page.index.meta(names).map(|it| (it.to_owned(), Origin::Meta));
        let json = |it: &Option<String>| it.clone().map(|it| (it, Origin::JsonLd));
        let published =
            [json(&page.facts.published), meta(&["article:published_time", "datePublished", "pubdate"])];
        let updated = [
            json(&page.facts.modified),
            meta(&["article:modified_time", "og:updated_time", "dateModified"]),
        ];
        for (texts, whens) in [(published, &mut self.published), (updated, &mut self.updated)] {
            for (text, origin) in texts.into_iter().flatten() {
                match date::parse(&text, zone) {
                    Some(when) => whens.push((when, origin)),
                    None => self.unreadable.push(text),
                }
            }
        }
        let names = page.facts.authors.iter().filter(|it| !it.starts_with("http"));
        self.authors = names.flat_map(|it| stamp::authors(it)).collect();
        let author = || meta(&["author", "article:author"]).filter(|it| !it.0.starts_with("http"));
        self.byline = if self.authors.is_empty() {
            author().map(|it| (fold(&crate::html::unescape(&it.0)), it.1))
        } else {
            Some((page.facts.authors.join(", "), Origin::JsonLd))
        };
        let section = json(&page.facts.section).or_else(|| meta(&["article:section"]));
        if let Some((text, origin)) = section {
            self.take_section(page, &fold(&crate::html::unescape(&text)), origin);
        }
        // The publisher's name says nothing: it stands on every page that has no byline.
        let is_publisher =
            |it: &str| it == page.rules.profile.name || Some(it) == page.facts.publisher.as_deref();
        if self.byline.as_ref().is_some_and(|it| is_publisher(&it.0)) {
            self.byline = None;
            self.authors.clear();
        }
    }

    fn read_markup<'d>(&mut self, page: &Page<'d, '_>, title: Option<Element<'d>>) {
        for hit in header_hits(page, RuleField::Section, title) {
            self.take_section(page, &fold_apart(&element_text(hit.1)), Origin::Markup);
        }
        for (field, is_update) in [(RuleField::Published, false), (RuleField::Updated, true)] {
            for hit in header_hits(page, field, title) {
                self.take_time(page, hit.1, is_update);
            }
        }
        let is_here = |it: &&Hit<'d>| page.headline_at <= it.0 && it.0 < page.body_at;
        for hit in page.index.times.iter().filter(is_here) {
            self.take_time(page, hit.1, false);
        }
        for hit in header_hits(page, RuleField::Byline, title) {
            self.take_byline(page, hit.1);
        }
    }

    /// A date element: its words say whether it is of publication or change, its attributes the moment.
    fn take_time(&mut self, page: &Page<'_, '_>, element: Element<'_>, is_update: bool) {
        let profile = &page.rules.profile;
        let text = element_text(element);
        let stamp = stamp::read(&text, &profile.text, profile.time_zone).unwrap_or_default();
        let attributes = std::iter::once(element)
            .chain(element.descendants())
            .filter_map(|it| {
                ["datetime", "title", "content", "data-time"].iter().find_map(|name| it.attr(name))
            })
            .filter_map(|it| date::parse(it, profile.time_zone));
        let exact: Vec<When> = attributes.collect();
        let sharpen = |when: When| {
            exact.iter().copied().find(|it| it.on == when.on && it.at.is_some()).unwrap_or(when)
        };
        let is_update = is_update || (stamp.published.is_none() && stamp.updated.is_some());
        match (stamp.published, stamp.updated) {
            (None, None) => {
                let when = exact
                    .first()
                    .copied()
                    .or_else(|| date::parse(&fold_apart(&text), profile.time_zone));
                let whens = if is_update { &mut self.updated } else { &mut self.published };
                whens.extend(when.map(|it| (it, Origin::Markup)));
            }
            // One date in an element that the profile calls that of the change.
            (Some(when), None) if is_update => self.updated.push((sharpen(when), Origin::Markup)),
            (published, updated) => {
                // With two dates in one element, an attribute could be either's.
                let sharpen =
                    |it: When| if published.is_some() && updated.is_some() { it } else { sharpen(it) };
                self.published.extend(published.map(|it| (sharpen(it), Origin::Markup)));
                self.updated.extend(updated.map(|it| (sharpen(it), Origin::Markup)));
            }
        }
        if self.byline.is_none()
            && let Some(byline) = stamp.byline
        {
            self.authors = stamp::authors(&byline);
            self.byline = Some((byline, Origin::Markup));
        }
    }

    fn take_byline(&mut self, page: &Page<'_, '_>, element: Element<'_>) {
        let profile = &page.rules.profile;
        let text = fold_apart(&element_text(element));
        let names: Vec<String> = element
            .descendants()
            .filter(|it| it.name() == "a" && it.attr("href").is_some())
            .flat_map(|it| stamp::authors(&fold_apart(&element_text(it))))
            .collect();
        let byline = match stamp::read(&text, &profile.text, profile.time_zone) {
            Some(mut stamp) => {
                let byline = stamp.byline.take();
                self.take(stamp, Origin::Markup);
                byline
            }
            None => Some(without_by(&text)).filter(|it| !it.is_empty()),
        };
        if self.byline.is_none()
            && let Some(byline) = byline
        {
            self.authors = if names.is_empty() { stamp::authors(&byline) } else { names };
            self.byline = Some((byline, Origin::Markup));
        }
    }

    /// The lines between headline and story, and the section line above.
    fn read_lines(&mut self, page: &Page<'_, '_>, flat: &Lines<'_>, is_ticker: &[bool]) {
        let profile = &page.rules.profile;
        let Some(title) = flat.headline.or(flat.after_body) else { return };
        let end = flat.after_body.unwrap_or(flat.lines.len()).min(title + HEADER_LINES_MAX);
        // Above the headline the nearest line speaks first, below it the first.
        let is_own = |at: &usize| !flat.links_of(*at).any(|it| page.leads_away(it.href));
        let above = (title.saturating_sub(SECTION_LINES_MAX)..title).rev().take_while(is_own);
        for at in above.chain(title..end.max(title)) {
            if is_ticker[at] {
                continue;
            }
            let text = fold_apart(flat.line(at));
            let is_byline = title < at && self.byline.as_ref().is_some_and(|it| it.0 == text);
            let is_section = profile.text.sections.contains(&text.to_lowercase())
                && !flat.lines[at].is_furniture
                && !is_byline;
            if is_section || stamp::print_edition(&text, &profile.text).is_some() {
                self.take_section(page, &text, Origin::Text);
            } else if title < at || flat.headline.is_none() {
                let is_market = flat.headline.is_none()
                    && stamp::market_date(&text, &profile.text, profile.time_zone).is_some();
                if let Some(stamp) =
                    stamp::read(&text, &profile.text, profile.time_zone).filter(|_| !is_market)
                {
                    self.take(stamp, Origin::Text);
                }
            }
        }
        if self.byline.is_none() {
            self.byline = byline_line(page, flat, title, end);
            self.authors = self.byline.as_ref().map(|it| stamp::authors(&it.0)).unwrap_or_default();
        }
    }

    fn take(&mut self, stamp: Stamp, origin: Origin) {
        self.published.extend(stamp.published.map(|it| (it, origin)));
        self.updated.extend(stamp.updated.map(|it| (it, origin)));
        self.unreadable.extend(stamp.unreadable);
        if self.byline.is_none()
            && let Some(byline) = stamp.byline
        {
            self.authors = stamp::authors(&byline);
            self.byline = Some((byline, origin));
        }
    }

    fn take_section(&mut self, page: &Page<'_, '_>, text: &str, origin: Origin) {
        let (section, printed) = match stamp::print_edition(text, &page.rules.profile.text) {
            Some((section, day)) => (section, Some(day)),
            None => (Some(text.to_owned()), None),
        };
        self.printed = self.printed.or(printed);
        if self.section.is_none() {
            self.section = section.filter(|it| !it.is_empty()).map(|it| (it, origin));
        }
    }

    /// Write what the witnesses agree on into a draft. The first that gives a day gives the day; a later
    /// one may add the moment, if it is of that day.
    pub(super) fn fill(self, draft: &mut Draft) -> Vec<Warning> {
        let mut set = |field, origin| draft.origins.push((field, origin));
        let printed = self.printed.map(|on| (When { on, at: None }, Origin::Markup));
        if let Some((day, origin)) = self.published.iter().copied().chain(printed).next() {
            draft.published_on = Some(day.on);
            set(Field::PublishedOn, origin);
            let moment = self.published.iter().find(|it| it.0.on == day.on && it.0.at.is_some());
            if let Some((when, origin)) = moment {
                draft.published_at = when.at;
                set(Field::PublishedAt, *origin);
            }
        }
        if let Some((when, origin)) = self.updated.iter().find(|it| it.0.at.is_some()) {
            draft.updated_at = when.at;
            set(Field::UpdatedAt, *origin);
        }
        if let Some((byline, origin)) = self.byline {
            draft.byline = Some(byline);
            draft.authors = self.authors;
            set(Field::Byline, origin);
        }
        if let Some((section, origin)) = self.section {
            draft.section = Some(section);
            set(Field::Section, origin);
        }
        let warn = |it: String| Warning::new(WarningCode::DateUnreadable, it);
        self.unreadable.into_iter().map(warn).collect()
    }
}

/// Elements of a header field that stand in the header: those of other stories come after the body, and
/// those of a carousel before the headline. A section may stand above the headline: the nearest does.
fn header_hits<'d>(page: &Page<'d, '_>, field: RuleField, title: Option<Element<'d>>) -> Vec<Hit<'d>> {
    let between = |it: &&Hit<'d>| page.headline_at <= it.0 && it.0 < page.body_at;
    let above = |it: &&Hit<'d>| it.0 < page.headline_at;
    let find = || page.rules.find(&page.index, page.era, field);
    let mut hits: Vec<Hit<'d>> = find().flat_map(|it| it.iter().filter(between)).copied().collect();
    if hits.is_empty() || field == RuleField::Section {
        let nearest = find().filter_map(|it| it.iter().rfind(above)).max_by_key(|it| it.0);
        let is_other = |it: &&Hit<'d>| {
            page.is_card(it.1, title) || it.1.ancestors().any(|it| matches!(it.name(), "li" | "nav"))
        };
        hits.splice(0..0, nearest.filter(|it| !is_other(it)).copied());
    }
    hits
}

/// A line of names next to a stamp that has none; without any stamp, a line that says `By`, or a name the
/// profile knows.
fn byline_line(
    page: &Page<'_, '_>,
    flat: &Lines<'_>,
    title: usize,
    end: usize,
) -> Option<(String, Origin)> {
    let profile = &page.rules.profile;
    let is_stamp = |at: &usize| stamp::read(flat.line(*at), &profile.text, profile.time_zone).is_some();
    let read = |at: usize| {
        let line = &flat.lines[at];
        let text = fold_apart(flat.line(at));
        let is_label = line.is_furniture
            || profile.text.furniture.has(&text)
            || profile.text.boilerplate.has(&text);
        let is_short =
            text.split(' ').count() <= 5 && !profile.text.sections.contains(&text.to_lowercase());
        stamp::byline(&text).filter(|_| is_short && !is_label).map(|it| (it, Origin::Text))
    };
    if let Some(stamp_at) = (title + 1..end).find(is_stamp) {
        let near = [stamp_at.checked_sub(1)?, stamp_at + 1];
        return near.into_iter().filter(|at| title < *at && *at < end).find_map(read);
    }
    let is_sure = |at: &usize| stamp::is_sure_byline(&fold_apart(flat.line(*at)), &profile.text);
    (title + 1..end).find(is_sure).and_then(read)
}

fn without_by(text: &str) -> String {
    match text.split_once(' ') {
        Some((by, names)) if by.eq_ignore_ascii_case("by") => names.trim().to_owned(),
        _ => text.trim_matches([',', '|', ' ', '-', '•']).to_owned(),
    }
}
