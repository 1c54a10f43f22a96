//! The grammar of what is printed around a headline: a stamp (`[byline] [Published] date [Updated date]`), the
//! navigation line, the line of a print edition (site profile notes, "Article header by era").
//!
//! It says what one text is, and knows neither elements nor the lines around it: where a stamp may be
//! looked for is decided by the reader of a page (`page/head.rs`) and of plain text (`plain`).

use std::ops::RangeInclusive;

use chrono::NaiveDate;
use chrono_tz::Tz;
use unicode_normalization::char::is_combining_mark;

use crate::config::TextRules;

use super::{
    date::{self, Dated},
    signature,
    text::{fold_apart, trim_seams},
};

/// What stands before a later colon is no dateline: a place has 62 characters at most.
const PLACE_BYTES_MAX: usize = 62 * 4;
/// A navigation line has the figure of its day among this many of its first bytes.
const DAY_BYTES_MAX: usize = 40;
const PLACE_CHARS: RangeInclusive<usize> = 2..=61;
/// Names, a label, a weekday and a month; after more words, a figure is not a stamp's.
const WORDS_BEFORE_DIGIT_MAX: usize = signature::BYLINE_WORDS_MAX + 12;
/// The most words of a navigation line after its date.
const NAV_WORDS_MAX: usize = 14;

/// A byline and its dates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) byline: Option<String>,
    pub(super) published: Option<Dated>,
    pub(super) updated: Option<Dated>,
    /// What looks like a date and cannot be one.
    pub(super) unreadable: Option<String>,
}

/// The line of a print edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PrintEdition {
    pub(super) section: Option<String>,
    pub(super) day: NaiveDate,
}

/// What the label before a date says about the date.
enum Label {
    Published,
    Updated,
    None,
}

/// Returns the stamp that a text consists of. `None` if it says anything else.
pub(super) fn read(text: &str, rules: &TextRules, zone: Tz) -> Option<Stamp> {
    let text = fold_apart(text);
    let before_digit = text.find(|it| date::digit_of(it).is_some())?;
    if WORDS_BEFORE_DIGIT_MAX < text[..before_digit].split(' ').count() {
        return None;
    }
    let mut stamp = Stamp::default();
    let mut at = 0;
    for found in date::scan(&text, zone) {
        let (label, rest) = label_at_end(&text[at..found.range.start], rules);
        if at == 0 {
            stamp.byline = signature::byline(rest);
            if stamp.byline.is_none() && !rest.is_empty() {
                return None;
            }
        } else if !rest.is_empty() {
            return None;
        }
        at = found.range.end;
        if found.when.is_none() {
            stamp.unreadable = Some(text[found.range].to_owned());
        }
        match label {
            Label::Updated => stamp.updated = stamp.updated.or(found.when),
            Label::Published | Label::None => stamp.published = stamp.published.or(found.when),
        }
    }
    (0 < at && trim_seams(&text[at..]).is_empty()).then_some(stamp)
}

fn label_at_end<'t>(text: &'t str, rules: &TextRules) -> (Label, &'t str) {
    let text = trim_seams(text);
    let label = |labels: &[String]| {
        labels
            .iter()
            .filter(|it| {
                let start = text.len().checked_sub(it.len());
                start.and_then(|start| text.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(it))
            })
            .map(String::len)
            .max()
    };
    // "Last updated" ends in "updated": the longest label is taken off.
    match (label(&rules.published), label(&rules.updated)) {
        (None, None) => (Label::None, text),
        (Some(cut), None) => (Label::Published, trim_seams(&text[..text.len() - cut])),
        (_, Some(cut)) => (Label::Updated, trim_seams(&text[..text.len() - cut])),
    }
}

/// Returns the date of a navigation line, which begins with it, month first, and goes on with a few words of
/// navigation. `None` for any other line.
pub(super) fn market_date(text: &str, rules: &TextRules, zone: Tz) -> Option<NaiveDate> {
    // Its day stands near its beginning; most lines have no figure there.
    let has_figure = text.bytes().take(DAY_BYTES_MAX).any(|it| it.is_ascii_digit());
    if !has_figure || !date::may_begin(text) {
        return None;
    }
    let text = fold_apart(text);
    let first = date::scan(&text, zone).next()?;
    let rest = trim_seams(&text[first.range.end..]);
    let is_nav = first.range.start == 0
        && first.is_month_first
        && first.when.is_some_and(|it| it.at.is_none())
        && rest.split_whitespace().count() <= NAV_WORDS_MAX
        && (rest.is_empty() || rules.furniture.has(rest));
    first.when.filter(|_| is_nav).map(|it| it.on)
}

/// Returns the section and the day of a print edition's line, `Markets Print 2022-05-17`.
pub(super) fn print_edition(text: &str, rules: &TextRules) -> Option<PrintEdition> {
    // It names a day, and most lines have no figure.
    let pattern = rules.print_edition.as_ref().filter(|_| text.bytes().any(|it| it.is_ascii_digit()))?;
    let groups = pattern.captures(text)?;
    let day = groups.name("date")?.as_str().parse().ok()?;
    let section = groups.name("section").map(|it| trim_seams(it.as_str()).to_owned());
    Some(PrintEdition { section: section.filter(|it| !it.is_empty()), day })
}

/// Returns the place that a report was filed from: `KARACHI: …`, `NEW YORK/LONDON: …`.
pub(super) fn dateline(text: &str, rules: &TextRules) -> Option<String> {
    // A dateline ends at the first colon: most paragraphs have none so early. By hand: a pattern of so many letters takes longer to
    // compile than a page takes to read.
    let (head, rest) = text.split_once(':').filter(|it| it.0.len() <= PLACE_BYTES_MAX)?;
    let place = head.strip_suffix(char::is_whitespace).unwrap_or(head);
    let mut letters = place.chars();
    let is_written = rest.starts_with(char::is_whitespace)
        && letters.next().is_some_and(char::is_uppercase)
        && letters.all(is_of_place)
        && PLACE_CHARS.contains(&place.chars().count());
    let place = place.trim();
    let is_place = is_written
        && !rules.not_a_dateline.iter().any(|it| it == place)
        && place.split(' ').count() <= 6;
    is_place.then(|| place.to_owned())
}

/// Whether a character may stand in the name of a place in capitals; marks and modifiers belong to the letter before them.
fn is_of_place(ch: char) -> bool {
    ch.is_uppercase()
        || is_combining_mark(ch)
        || matches!(
            ch,
            ' ' | '.' | ',' | '\'' | '’' | '/' | '&' | '(' | ')' | '-' | '\u{2B0}'..='\u{2FF}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn stamp(text: &str) -> Option<Stamp> {
        let profile = Config::default().profile;
        read(text, &profile.text, profile.time_zone)
    }

    #[track_caller]
    fn check(text: &str, by: Option<&str>, published: Option<&str>, updated: Option<&str>) {
        let stamp = stamp(text).expect(text);
        let show =
            |it: Option<Dated>| it.map(|it| it.at.map_or(it.on.to_string(), |at| at.to_rfc3339()));
        assert_eq!(stamp.byline.as_deref(), by, "{text}");
        assert_eq!(show(stamp.published).as_deref(), published, "{text}");
        assert_eq!(show(stamp.updated).as_deref(), updated, "{text}");
    }

    #[test]
    fn stamps_of_every_era() {
        check("Reuters 08 Mar 2021", Some("Reuters"), Some("2021-03-08"), None);
        check("BR Web Desk 05 Jul, 2022", Some("BR Web Desk"), Some("2022-07-05"), None);
        check(
            "BR Research Published 08 Nov, 2022 08:52am",
            Some("BR Research"),
            Some("2022-11-08T08:52:00+05:00"),
            None,
        );
        check(
            "BR Web Desk Published January 3, 2024 Updated January 3, 2024 03:18pm",
            Some("BR Web Desk"),
            Some("2024-01-03"),
            Some("2024-01-03T15:18:00+05:00"),
        );
        check("Published May 17, 2022", None, Some("2022-05-17"), None);
        check(
            "By Ali Khan and Sara Malik | Published: 8 Mar, 2021",
            Some("Ali Khan and Sara Malik"),
            Some("2021-03-08"),
            None,
        );
        check(
            "Reuters\u{1}Published\u{1}22 Oct, 2025\u{1}06:02am",
            Some("Reuters"),
            Some("2025-10-22T06:02:00+05:00"),
            None,
        );
        check("Last updated: 08 Mar 2021", None, None, Some("2021-03-08"));
    }

    #[test]
    fn a_sentence_with_a_date_is_no_stamp() {
        for text in [
            "The company said on 08 Mar 2021",
            "Reuters 08 Mar 2021 reported",
            "Markets",
            "KARACHI: On 08 Mar 2021 the bank",
            "Profit for the year ended June 30, 2021 rose",
        ] {
            assert_eq!(stamp(text), None, "{text}");
        }
    }

    #[test]
    fn the_navigation_line_is_known_by_its_form() {
        let profile = Config::default().profile;
        let date = |text| market_date(text, &profile.text, profile.time_zone).map(|it| it.to_string());
        assert_eq!(
            date("Mar 08, 2021 PRINT EDITION ► BR MARKETS ► Dollar to PKR ►").as_deref(),
            Some("2021-03-08")
        );
        assert_eq!(date("Mar 28, 2024").as_deref(), Some("2024-03-28"));
        assert_eq!(date("Oct 30, 2025 اردو").as_deref(), Some("2025-10-30"));
        for other in [
            "Published May 17, 2022",
            "08 Mar 2021",
            "May 17, 2022 was a good day for shares",
            "Mar 28, 2024 03:15pm",
        ] {
            assert_eq!(date(other), None, "{other}");
        }
    }

    #[test]
    fn print_items_carry_their_section_and_day() {
        let rules = Config::default().profile.text;
        let edition = print_edition("Markets Print 2022-05-17", &rules).expect("a print line");
        assert_eq!(edition.section.as_deref(), Some("Markets"));
        assert_eq!(edition.day.to_string(), "2022-05-17");
        assert_eq!(print_edition("Print 2023-10-17", &rules).expect("a print line").section, None);
        assert_eq!(print_edition("Printing 2023", &rules), None);
    }

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
        check("LAHORE : The", Some("LAHORE"));
        check("İSTANBUL/ÜSKÜDAR: The", Some("İSTANBUL/ÜSKÜDAR"));
        check(": The", None);
    }
}
