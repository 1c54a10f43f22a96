//! Dates as the site prints them, and as its metadata writes them: every form of the site profile notes
//! ("Article header by era"), ISO 8601 and RFC 822.
//!
//! Nothing is guessed: a day that does not exist is no date, and neither is a time without a day. What a date is the date
//! of is said by the words around it, which `stamp.rs` reads.

use std::{ops::Range, sync::LazyLock};

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, TimeZone};
use chrono_tz::Tz;
use regex::{Captures, Regex};

/// Earlier than any page of the web; epoch zeros and placeholder years are below it.
const YEAR_MIN: i32 = 1990;
const YEAR_MAX: i32 = 2199;

/// A day, with a moment where the text gives one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dated {
    /// In the site's time zone.
    pub(super) on: NaiveDate,
    pub(super) at: Option<DateTime<FixedOffset>>,
}

/// A date with its place in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DateFound {
    pub(super) range: Range<usize>,
    /// `None` for what looks like a date and cannot be one.
    pub(super) when: Option<Dated>,
    /// Month in words before the day: the form of the site's navigation line.
    pub(super) is_month_first: bool,
}

impl Dated {
    /// Returns the day alone, where the moment is its first: imports of old print items have it in place of the
    /// moment they do not know.
    pub(super) fn without_midnight(self) -> Self {
        Self { at: self.at.filter(|at| at.time() != NaiveTime::MIN), ..self }
    }
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

static DATE: LazyLock<Regex> = LazyLock::new(|| {
    let month = "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|\
                 oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
    let weekday = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+)?";
    let pattern = format!(
        r"(?xi)
        {weekday}
        (?: \b(?<d1>\d{{1,2}})(?:st|nd|rd|th)?\s+(?<m1>{month})\b\.?,?\s+(?<y1>\d{{4}})\b
          | \b(?<m2>{month})\b\.?\s+(?<d2>\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s+(?<y2>\d{{4}})\b
          | \b(?<y3>\d{{4}})-(?<m3>\d{{2}})-(?<d3>\d{{2}})(?:\b|T)
        )
        (?: (?:\s*,?\s*(?:at\s+)?|T)
            (?<h>\d{{1,2}}):(?<min>\d{{2}})(?::(?<s>\d{{2}})(?:[.,]\d+)?)?
            (?:\s*(?<half>[ap])\.?m\b\.?)?
            (?:\s*(?<zone>Z\b|UTC\b|GMT\b|PKT\b|PST\b|[+-]\d{{2}}:?\d{{2}}\b))?
        )?"
    );
    Regex::new(&pattern).expect("a constant pattern")
});

/// Returns every date in a text, in order.
pub(super) fn scan(text: &str, zone: Tz) -> impl Iterator<Item = DateFound> {
    // The pattern is the most expensive one we have, and every date has a digit.
    let may_have = text.bytes().any(|it| it.is_ascii_digit());
    let found = may_have.then(|| DATE.captures_iter(text)).into_iter().flatten();
    found.map(move |groups| {
        let range = groups.get(0).expect("the whole match").range();
        DateFound { range, when: read(&groups, zone), is_month_first: groups.name("m2").is_some() }
    })
}

/// Whether a text may begin with the name of a month or a weekday: a cheap look before a costly one.
pub(super) fn may_begin(text: &str) -> bool {
    const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let begins = |it: &&str| text.get(..it.len()).is_some_and(|start| start.eq_ignore_ascii_case(it));
    MONTHS.iter().chain(&WEEKDAYS).any(begins)
}

/// Returns the first date in a value of the metadata. `None` if there is none, or if it cannot be true.
pub(super) fn parse(text: &str, zone: Tz) -> Option<Dated> {
    scan(text, zone).next()?.when
}

fn read(groups: &Captures<'_>, zone: Tz) -> Option<Dated> {
    let text = |names: [&str; 3]| names.iter().find_map(|it| groups.name(it)).map(|it| it.as_str());
    let number = |it: &str| it.parse::<u32>().ok();
    let year = text(["y1", "y2", "y3"])?.parse().ok()?;
    let month = text(["m1", "m2", "m3"]).and_then(month_number)?;
    let day = text(["d1", "d2", "d3"]).and_then(number)?;
    let date = NaiveDate::from_ymd_opt(year, month, day)
        .filter(|it| (YEAR_MIN..=YEAR_MAX).contains(&it.year()))?;
    let Some(hour) = groups.name("h").and_then(|it| number(it.as_str())) else {
        return Some(Dated { on: date, at: None });
    };
    let part = |name| groups.name(name).map_or(Some(0), |it| number(it.as_str()));
    let hour = match groups.name("half").map(|it| it.as_str().to_ascii_lowercase()) {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return Some(Dated { on: date, at: None }),
        Some(half) => hour % 12 + if half == "p" { 12 } else { 0 },
    };
    let Some(time) = NaiveTime::from_hms_opt(hour, part("min")?, part("s")?) else {
        return Some(Dated { on: date, at: None });
    };
    let local = date.and_time(time);
    let at = match groups.name("zone").map(|it| it.as_str()) {
        // PKT and PST (Pakistan Standard Time) are the site's own zone in words.
        None | Some("PKT" | "PST" | "pkt" | "pst") => {
            zone.from_local_datetime(&local).earliest()?.fixed_offset()
        }
        Some(given) => {
            let there = offset(given)?.from_local_datetime(&local).single()?;
            there.with_timezone(&zone).fixed_offset()
        }
    };
    Some(Dated { on: at.date_naive(), at: Some(at) })
}

fn offset(text: &str) -> Option<FixedOffset> {
    let Some(sign) = text.chars().next().filter(|it| matches!(it, '+' | '-')) else {
        return FixedOffset::east_opt(0);
    };
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) = digits.split_at(2);
    let seconds = hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60;
    FixedOffset::east_opt(if sign == '-' { -seconds } else { seconds })
}

fn month_number(text: &str) -> Option<u32> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let lower = text.to_ascii_lowercase();
    let index = MONTHS.iter().position(|it| lower.starts_with(it))?;
    u32::try_from(index + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, on: &str, at: Option<&str>) {
        let when = parse(text, chrono_tz::Asia::Karachi).expect("a date");
        assert_eq!(when.on.to_string(), on, "{text}");
        assert_eq!(when.at.map(|it| it.to_rfc3339()).as_deref(), at, "{text}");
    }

    #[test]
    fn every_form_the_site_has_printed() {
        check("08 Mar 2021", "2021-03-08", None);
        check("05 Jul, 2022", "2022-07-05", None);
        check("30 Dec, 2022 03:41pm", "2022-12-30", Some("2022-12-30T15:41:00+05:00"));
        check("Published 22 Oct, 2025 06:02am", "2025-10-22", Some("2025-10-22T06:02:00+05:00"));
        check("January 3, 2024", "2024-01-03", None);
        check("January 3, 2024 03:18pm", "2024-01-03", Some("2024-01-03T15:18:00+05:00"));
        check("Mar 28, 2024", "2024-03-28", None);
        check("Print 2023-10-17", "2023-10-17", None);
        check("26 Sep, 2025 12:05am", "2025-09-26", Some("2025-09-26T00:05:00+05:00"));
        check("26 Sep, 2025 12:05pm", "2025-09-26", Some("2025-09-26T12:05:00+05:00"));
    }

    #[test]
    fn metadata_is_brought_into_the_sites_zone() {
        check("2021-03-08T11:20:00+05:00", "2021-03-08", Some("2021-03-08T11:20:00+05:00"));
        check("2021-03-07T20:30:00Z", "2021-03-08", Some("2021-03-08T01:30:00+05:00"));
        check("2021-03-08T11:20:00", "2021-03-08", Some("2021-03-08T11:20:00+05:00"));
        check("2021-03-08 11:20:00", "2021-03-08", Some("2021-03-08T11:20:00+05:00"));
        check("2021-03-08T11:20:00.123+0500", "2021-03-08", Some("2021-03-08T11:20:00+05:00"));
        check("Mon, 08 Mar 2021 06:20:00 GMT", "2021-03-08", Some("2021-03-08T11:20:00+05:00"));
        check("Mon, 08 Mar 2021 11:20:00 +0500", "2021-03-08", Some("2021-03-08T11:20:00+05:00"));
        check("2021-03-08", "2021-03-08", None);
    }

    #[test]
    fn no_date_is_invented() {
        for text in [
            "",
            "31 Feb 2021",
            "1970-01-01T00:00:00Z",
            "0001-01-01",
            "13 Smarch 2021",
            "8,00",
            "2021",
            "March 2021",
        ] {
            assert_eq!(parse(text, chrono_tz::Asia::Karachi), None, "{text}");
        }
        check("08 Mar 2021 25:99", "2021-03-08", None);
    }

    #[test]
    fn a_date_knows_where_it_stands() {
        let text = "BR Web Desk Published January 3, 2024 Updated January 4, 2024 03:18pm";
        let found: Vec<DateFound> = scan(text, chrono_tz::UTC).collect();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].range, 22..37);
        assert!(found[0].is_month_first);
    }
}
