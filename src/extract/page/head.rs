//! The head of a story: byline, dates and section, from every witness, merged in order of trust.
//!
//! The grammar of one text is in `stamp.rs`. Here is decided which texts of a page are asked, and who is
//! believed; headline and summary, which are no matter of trust in a date, are in `titles.rs`.

use chrono::{DateTime, FixedOffset, NaiveDate};

use crate::{
    config::RuleField,
    extract::{
        date::{self, Dated},
        lines::{element_text, folded_text},
        rules::Compiled,
        signature,
        stamp::{self, Stamp},
        text::{fold, fold_apart},
    },
    html::{Element, unescape},
    model::{Draft, Field, Origin, Warning, WarningCode},
};

use super::{
    around::Around,
    body::Story,
    byline::{author_links, byline_line, said_authors, take_signature, without_by},
    marked::{is_contact, marked_names},
    metas::{PUBLISHED, SECTIONS, UPDATED},
    moments::is_of_change,
    said::Said,
    section,
    sheet::Sheet,
};

/// A byline stands fewer than this many lines below the headline.
const HEADER_LINES_MAX: usize = 25;
/// A section stands at most this many lines above the headline.
const SECTION_LINES_MAX: usize = 3;

/// What the elements and lines between ticker and story say.
#[derive(Default)]
pub(super) struct Head {
    byline: Option<Said<String>>,
    authors: Vec<String>,
    published: Vec<Said<Dated>>,
    updated: Vec<Said<Dated>>,
    printed: Option<NaiveDate>,
    /// What witnesses call the section, in order of trust.
    sections: Vec<Said<String>>,
    /// The names of the page's breadcrumbs.
    trail: Vec<String>,
    unreadable: Vec<String>,
}

/// What the profile says of a date's element.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Publication,
    Change,
}

impl Head {
    /// Asks every witness outside the story.
    pub(super) fn read(sheet: &Sheet<'_, '_>, around: &Around<'_>) -> Self {
        let mut head = Self::default();
        head.read_ordered(sheet);
        head.read_metadata(sheet);
        head.read_markup(sheet);
        head.read_lines(sheet, around);
        head
    }

    /// Whether the day of publication is known.
    pub(super) fn is_dated(&self) -> bool {
        !self.published.is_empty() || self.printed.is_some()
    }

    /// Takes what stood inside the story's element: a stamp, a line that signs it, and a section above it.
    pub(super) fn take_story(&mut self, sheet: &Sheet<'_, '_>, story: &mut Story) {
        if let Some(stamp) = story.stamp.take() {
            self.take(stamp, Origin::Text);
        }
        let known = self.byline.as_ref().map(|said| said.value.as_str());
        let names = take_signature(&mut story.blocks, known, &sheet.rules.profile.text);
        self.sign(names, Origin::Text, Vec::new());
        let rules = &sheet.rules.profile.text;
        let is_section =
            |line: &String| rules.sections.has(line) || stamp::print_edition(line, rules).is_some();
        if let Some(at) = story.above.iter().position(is_section) {
            let section = story.above.remove(at);
            self.take_section(sheet, &section, Origin::Text);
        }
    }

    /// Reads what the witnesses say that the profile puts in an order: they speak before all others.
    fn read_ordered(&mut self, sheet: &Sheet<'_, '_>) {
        let profile = &sheet.rules.profile;
        for (field, role) in
            [(RuleField::Published, Role::Publication), (RuleField::Updated, Role::Change)]
        {
            let Some(said) = sheet.ordered(field) else { continue };
            for text in said.value.iter().map(|it| fold_apart(&unescape(it)).into_owned()) {
                let stamp = || stamp::read(&text, &profile.text, profile.time_zone).unwrap_or_default();
                let labelled = || match role {
                    Role::Publication => stamp().published,
                    Role::Change => stamp().updated.or_else(|| stamp().published),
                };
                let whens = if role == Role::Change { &mut self.updated } else { &mut self.published };
                match date::parse(&text, profile.time_zone).or_else(labelled) {
                    Some(when) => whens.push(Said::new(when, said.origin)),
                    None => self.unreadable.push(text),
                }
            }
        }
        if let Some(said) = sheet.ordered(RuleField::Section) {
            said.value
                .iter()
                .for_each(|it| self.take_section(sheet, &fold_apart(&unescape(it)), said.origin));
        }
        if let Some(said) = sheet.ordered(RuleField::Byline) {
            let mut names: Vec<String> =
                said.value.iter().map(|it| without_by(&fold_apart(&unescape(it)))).collect();
            names.dedup();
            self.sign(Some(names.join(", ")).filter(|it| !it.is_empty()), said.origin, Vec::new());
        }
    }

    fn read_metadata(&mut self, sheet: &Sheet<'_, '_>) {
        let zone = sheet.rules.profile.time_zone;
        let metas = |names: &'static [&'static str]| {
            sheet.index.metas_of(names).map(|text| Said::new(text.to_owned(), Origin::Meta))
        };
        let json = |text: &Option<String>| text.clone().map(|text| Said::new(text, Origin::JsonLd));
        let published = json(&sheet.facts.published).into_iter().chain(metas(PUBLISHED));
        let updated = json(&sheet.facts.modified).into_iter().chain(metas(UPDATED));
        for (texts, whens) in [
            (published.collect::<Vec<_>>(), &mut self.published),
            (updated.collect(), &mut self.updated),
        ] {
            for said in texts {
                match date::parse(&said.value, zone) {
                    Some(when) => whens.push(Said::new(when, said.origin)),
                    None => self.unreadable.push(said.value),
                }
            }
        }
        self.read_signature(sheet);
        let sections = json(&sheet.facts.section).into_iter().chain(metas(SECTIONS).take(1));
        for said in sections.collect::<Vec<_>>() {
            self.take_section(sheet, &fold(&unescape(&said.value)), said.origin);
        }
        self.trail.clone_from(&sheet.facts.trail);
    }

    /// Reads who signs in the metadata: JSON-LD, else a `meta` that names somebody.
    fn read_signature(&mut self, sheet: &Sheet<'_, '_>) {
        for Said { value: mut said, origin } in said_authors(sheet) {
            said.dedup();
            let names: Vec<String> = said.iter().flat_map(|it| signature::authors(it)).collect();
            if names.iter().all(|it| sheet.is_publisher(it)) {
                continue;
            }
            let is_signed = |it: &String| !signature::authors(it).is_empty();
            let byline: Vec<String> =
                said.iter().filter(|it| is_signed(it)).map(|it| without_by(it)).collect();
            self.sign(Some(byline.join(", ")), origin, names);
            return;
        }
    }

    fn read_markup(&mut self, sheet: &Sheet<'_, '_>) {
        for hit in sheet.header_hits(RuleField::Section) {
            self.take_section(sheet, &folded_text(hit.element), Origin::Markup);
        }
        let roles = [(RuleField::Published, Role::Publication), (RuleField::Updated, Role::Change)];
        for (field, role) in roles {
            for hit in sheet.header_hits(field) {
                self.take_time(sheet, hit.element, role);
            }
        }
        let times = sheet.index.times.iter().filter(|hit| sheet.is_between(hit));
        let (updates, others): (Vec<Element<'_>>, Vec<Element<'_>>) =
            times.map(|hit| hit.element).partition(|it| is_of_change(sheet, *it));
        for time in others {
            self.take_time(sheet, time, Role::Publication);
        }
        // Old templates call the only moment of a page so.
        let role = if self.published.is_empty() { Role::Publication } else { Role::Change };
        for time in updates {
            self.take_time(sheet, time, role);
        }
        self.take_several(sheet);
        for hit in sheet.header_hits(RuleField::Byline).iter().filter(|hit| !is_contact(hit.element)) {
            self.take_byline(sheet, hit.element);
        }
        if self.byline.is_none() {
            let names = marked_names(sheet);
            self.sign(Some(names.join(", ")).filter(|it| !it.is_empty()), Origin::Markup, names);
        }
    }

    /// Takes a date's element: its words say whether it is of publication or change, its attributes the
    /// moment.
    fn take_time(&mut self, sheet: &Sheet<'_, '_>, element: Element<'_>, role: Role) {
        let profile = &sheet.rules.profile;
        let text = element_text(element);
        let stamp = stamp::read(&text, &profile.text, profile.time_zone).unwrap_or_default();
        let attributes = std::iter::once(element)
            .chain(element.descendants())
            .filter_map(|it| {
                ["datetime", "title", "content", "data-time"].iter().find_map(|name| it.attr(name))
            })
            .filter_map(|text| date::parse(text, profile.time_zone));
        let exact: Vec<Dated> = attributes.collect();
        let sharpen = |when: Dated| {
            let same_day = exact.iter().copied().find(|it| it.on == when.on && it.at.is_some());
            Said::new(same_day.unwrap_or(when), Origin::Markup)
        };
        let is_update = role == Role::Change || (stamp.published.is_none() && stamp.updated.is_some());
        match (stamp.published, stamp.updated) {
            (None, None) => {
                let printed = || date::parse(&fold_apart(&text), profile.time_zone);
                let when = exact.first().copied().or_else(printed);
                let whens = if is_update { &mut self.updated } else { &mut self.published };
                whens.extend(when.map(|when| Said::new(when, Origin::Markup)));
            }
            // One date in an element that the profile calls that of the change.
            (Some(when), None) if is_update => self.updated.push(sharpen(when)),
            // With two dates in one element, an attribute could be either's.
            (Some(published), Some(updated)) => {
                self.published.push(Said::new(published, Origin::Markup));
                self.updated.push(Said::new(updated, Origin::Markup));
            }
            (Some(published), None) => self.published.push(sharpen(published)),
            (None, Some(updated)) => self.updated.push(sharpen(updated)),
        }
        self.sign(stamp.byline, Origin::Markup, Vec::new());
    }

    /// Takes the names of several elements that one rule finds, where nobody has signed yet, or only some of them: metadata often
    /// has room for one name.
    fn take_several(&mut self, sheet: &Sheet<'_, '_>) {
        let found = sheet.find(RuleField::Byline).map(|hits| {
            let between = hits.iter().filter(|hit| sheet.is_between(hit) && !is_contact(hit.element));
            let texts = between.map(|hit| folded_text(hit.element));
            texts.filter_map(|it| signature::byline(&it)).collect::<Vec<String>>()
        });
        let Some(mut lines) = found.into_iter().find(|it| !it.is_empty()) else { return };
        lines.dedup();
        let names: Vec<String> = lines.iter().flat_map(|it| signature::authors(it)).collect();
        if 1 < lines.len() && !names.iter().any(|it| sheet.is_publisher(it)) {
            if self.names_some_of(&names) {
                self.byline = None;
            }
            self.sign(Some(lines.join(", ")), Origin::Markup, names);
        }
    }

    /// Whether these are persons, and those that have signed are some of them.
    fn names_some_of(&self, names: &[String]) -> bool {
        let is_person =
            |(place, name): (usize, &String)| name.contains(' ') && !names[..place].contains(name);
        self.authors.len() < names.len()
            && names.iter().enumerate().all(is_person)
            && self.authors.iter().all(|it| names.contains(it))
    }

    fn take_byline(&mut self, sheet: &Sheet<'_, '_>, element: Element<'_>) {
        let profile = &sheet.rules.profile;
        let text = folded_text(element);
        let names = element
            .descendants()
            .filter(|it| it.name() == "a" && it.attr("href").is_some() && !is_contact(*it))
            .flat_map(|link| signature::authors(&folded_text(link)));
        let byline = match stamp::read(&text, &profile.text, profile.time_zone) {
            Some(mut stamp) => {
                let byline = stamp.byline.take();
                self.take(stamp, Origin::Markup);
                byline
            }
            None => Some(without_by(&text)).filter(|names| !names.is_empty()),
        };
        self.sign(byline, Origin::Markup, names.collect());
    }

    /// Reads the lines between headline and story, and the section line above.
    fn read_lines(&mut self, sheet: &Sheet<'_, '_>, around: &Around<'_>) {
        let profile = &sheet.rules.profile;
        let flat = &around.flat;
        let Some(title) = flat.headline.or(flat.after_body) else { return };
        let end = flat.after_body.unwrap_or(flat.lines.len()).min(title + HEADER_LINES_MAX);
        // Above the headline the nearest line speaks first, below it the first.
        let is_own = |at: &usize| !flat.links_of(*at).any(|link| sheet.scene.leads_away(link.href));
        let above = (title.saturating_sub(SECTION_LINES_MAX)..title).rev().take_while(is_own);
        for at in above.chain(title..end.max(title)).filter(|at| !around.is_ticker(*at)) {
            let text = fold_apart(flat.line(at));
            let is_byline = title < at && self.byline.as_ref().is_some_and(|said| said.value == text);
            let is_section =
                profile.text.sections.has(&text) && !flat.lines[at].is_furniture && !is_byline;
            if is_section || stamp::print_edition(&text, &profile.text).is_some() {
                self.take_section(sheet, &text, Origin::Text);
            } else if title < at || flat.headline.is_none() {
                let is_market = flat.headline.is_none()
                    && stamp::market_date(&text, &profile.text, profile.time_zone).is_some();
                let stamp = stamp::read(&text, &profile.text, profile.time_zone);
                if let Some(stamp) = stamp.filter(|_| !is_market) {
                    self.take(stamp, Origin::Text);
                }
            }
        }
        if self.byline.is_none() {
            let names = author_links(flat, title, end);
            let line = || byline_line(sheet, flat, title, end);
            let byline = if names.is_empty() { line() } else { Some(names.join(", ")) };
            self.sign(byline, Origin::Text, names);
        }
    }

    fn take(&mut self, stamp: Stamp, origin: Origin) {
        self.published.extend(stamp.published.map(|when| Said::new(when, origin)));
        self.updated.extend(stamp.updated.map(|when| Said::new(when, origin)));
        self.unreadable.extend(stamp.unreadable);
        self.sign(stamp.byline, origin, Vec::new());
    }

    /// Keeps a byline, unless one is known. Without `names` it is taken apart.
    fn sign(&mut self, byline: Option<String>, origin: Origin, names: Vec<String>) {
        let Some(byline) = byline.filter(|_| self.byline.is_none()) else { return };
        self.authors = if names.is_empty() { signature::authors(&byline) } else { names };
        self.byline = Some(Said::new(byline, origin));
    }

    fn take_section(&mut self, sheet: &Sheet<'_, '_>, text: &str, origin: Origin) {
        let (section, printed) = match stamp::print_edition(text, &sheet.rules.profile.text) {
            Some(edition) => (edition.section, Some(edition.day)),
            None => (Some(text.to_owned()), None),
        };
        self.printed = self.printed.or(printed);
        let section = section.filter(|name| !name.is_empty());
        self.sections.extend(section.map(|name| Said::new(name, origin)));
    }

    /// Writes what the witnesses agree on into a draft. The first that gives a day gives the day; a later one
    /// may add the moment, if it is of that day. Returns what could not be read.
    pub(super) fn fill(
        mut self,
        rules: &Compiled,
        captured_on: Option<NaiveDate>,
        draft: &mut Draft,
    ) -> Vec<Warning> {
        // A day after that of the capture is of something that is still to come. Clocks of other zones may be a day ahead.
        let last = captured_on.and_then(|it| it.succ_opt()).unwrap_or(NaiveDate::MAX);
        let is_to_come = |said: &mut Said<Dated>| said.is_printed() && last < said.value.on;
        let to_come = self.published.extract_if(.., is_to_come).map(|said| said.value.on.to_string());
        self.unreadable.extend(to_come);
        let warn = |text: &String| Warning::new(WarningCode::DateUnreadable, &**text);
        let mut warnings: Vec<Warning> = self.unreadable.iter().map(warn).collect();
        let mut set = |field, origin| draft.origins.push((field, origin));
        if self.printed.is_some() {
            let whens = self.published.iter_mut().chain(&mut self.updated);
            whens.for_each(|said| said.value = said.value.without_midnight());
        }
        let printed = self.printed.map(|on| Said::new(Dated { on, at: None }, Origin::Markup));
        if let Some(day) = self.published.iter().copied().chain(printed).next() {
            draft.published_on = Some(day.value.on);
            set(Field::PublishedOn, day.origin);
            let is_moment =
                |said: &&Said<Dated>| said.value.on == day.value.on && said.value.at.is_some();
            if let Some(moment) = self.published.iter().find(is_moment) {
                draft.published_at = moment.value.at;
                set(Field::PublishedAt, moment.origin);
            }
        }
        if let Some(moment) = self.update(draft.published_at) {
            draft.updated_at = moment.value.at;
            set(Field::UpdatedAt, moment.origin);
        }
        if let Some(byline) = self.byline {
            draft.byline = Some(byline.value);
            draft.authors = self.authors;
            set(Field::Byline, byline.origin);
        }
        let known = &rules.profile.text.sections;
        if let Some(section) = section::choose(&self.sections, &self.trail, known, &mut warnings) {
            draft.section = Some(section.value);
            set(Field::Section, section.origin);
        }
        warnings
    }

    /// Returns the moment of the last change. Metadata has one on stories that were never changed, too: that of
    /// publication. Only a change that is printed may have the same moment.
    fn update(&self, published_at: Option<DateTime<FixedOffset>>) -> Option<Said<Dated>> {
        let moment = self.updated.iter().copied().find(|said| said.value.at.is_some())?;
        let is_change = moment.value.at != published_at || self.updated.iter().any(Said::is_printed);
        is_change.then_some(moment)
    }
}
