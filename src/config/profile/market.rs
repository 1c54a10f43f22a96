//! The hours and holidays of the exchange, as the profile has them (`site.market`). Which session a moment is of is said in
//! `model::MarketCalendar`. They are not beside the boards: a ticker without boards is dated by them.

use chrono::{NaiveDate, NaiveTime, Weekday};
use chrono_tz::Tz;

use crate::{
    config::{
        Problem,
        reader::{PlacedText, Section},
    },
    model::{Holiday, MarketCalendar, TradingHours},
};

/// A year that has every day there is.
const LEAP_YEAR: &str = "2024";

pub(super) fn read(site: &Section, zone: Tz) -> Result<MarketCalendar, Problem> {
    let section = site.section("market")?;
    let mut hours = Vec::new();
    for span in section.sections("hours")? {
        hours.push(read_hours(&span)?);
    }
    let mut holidays = Vec::new();
    for PlacedText { text, place } in section.texts("holidays")? {
        holidays.push(holiday(&text).ok_or_else(|| Problem::Value {
            place,
            rule: "a day, `2025-02-05`, or a day of every year, `02-05`".to_owned(),
            found: format!("{text:?}"),
        })?);
    }
    let exchange = section.get("exchange").map(|_| section.text("exchange")).transpose()?;
    section.finish()?;
    Ok(MarketCalendar { exchange: exchange.unwrap_or_default(), zone, hours, holidays })
}

fn read_hours(span: &Section) -> Result<TradingHours, Problem> {
    let names = span.words("days")?;
    let days: Option<Vec<Weekday>> = names.iter().map(|it| it.parse().ok()).collect();
    let days = days.filter(|it| !it.is_empty());
    let time = |key| {
        let text = span.text(key)?;
        NaiveTime::parse_from_str(&text, "%H:%M").map_err(|_| span.wrong(key, "a time, `09:30`"))
    };
    let hours = TradingHours {
        days: days.ok_or_else(|| span.wrong("days", "a list of weekdays, `mon` to `sun`"))?,
        opens: time("opens")?,
        closes: time("closes")?,
        from: span.date("from")?,
        until: span.date("until")?,
    };
    if hours.closes <= hours.opens {
        return Err(span.wrong("closes", "later than `opens`"));
    }
    if let (Some(from), Some(until)) = (hours.from, hours.until)
        && until < from
    {
        return Err(span.wrong("until", "not before `from`"));
    }
    span.finish()?;
    Ok(hours)
}

fn holiday(text: &str) -> Option<Holiday> {
    if let Ok(day) = text.parse() {
        return Some(Holiday::On(day));
    }
    let day: NaiveDate = format!("{LEAP_YEAR}-{text}").parse().ok()?;
    Some(Holiday::Yearly { month: chrono::Datelike::month(&day), day: chrono::Datelike::day(&day) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holiday_is_of_one_year_or_of_every_year() {
        let day = |text: &str| text.parse().expect("a day");
        assert_eq!(holiday("2025-03-31"), Some(Holiday::On(day("2025-03-31"))));
        assert_eq!(holiday("02-05"), Some(Holiday::Yearly { month: 2, day: 5 }));
        assert_eq!(holiday("02-29"), Some(Holiday::Yearly { month: 2, day: 29 }));
        for text in ["02-30", "5 February", "2025-02-30", ""] {
            assert_eq!(holiday(text), None, "{text}");
        }
    }
}
