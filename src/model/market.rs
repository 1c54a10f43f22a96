//! When the exchange trades: which session the numbers of a moment are of. How they are read is in `extract`; the hours are
//! the profile's (`site.market`).

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeZone as _, Weekday};
use chrono_tz::Tz;

use super::Captured;

/// How many days back a session is looked for. Holidays do not last longer; after a longer pause no session is known.
const DAYS_BACK_MAX: u64 = 30;

/// The hours and holidays of an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarketCalendar {
    /// Its code (ISO 10383), such as `XKAR`; empty where the profile names none.
    pub exchange: String,
    /// The time zone of its hours, which is the site's.
    pub zone: Tz,
    /// Its hours. Without any, no day is known for a session.
    pub hours: Vec<TradingHours>,
    /// Days without trade.
    pub holidays: Vec<Holiday>,
}

/// A span of trading on some weekdays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TradingHours {
    /// The weekdays.
    pub days: Vec<Weekday>,
    /// When trading begins on them.
    pub opens: NaiveTime,
    /// When it ends.
    pub closes: NaiveTime,
    /// The first day of these hours; `None` for always.
    pub from: Option<NaiveDate>,
    /// The last day of these hours; `None` for always.
    pub until: Option<NaiveDate>,
}

/// A day without trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holiday {
    /// One day.
    On(NaiveDate),
    /// Every year.
    Yearly {
        /// The month, from 1.
        month: u32,
        /// The day of the month.
        day: u32,
    },
}

impl MarketCalendar {
    /// A calendar without hours: every day is its own.
    pub fn without_hours(zone: Tz) -> Self {
        Self { exchange: String::new(), zone, hours: Vec::new(), holidays: Vec::new() }
    }

    /// Returns the day of a capture in the site's time zone.
    pub fn day_of(&self, captured: Captured) -> NaiveDate {
        match captured {
            Captured::On(day) => day,
            Captured::At(at) => at.with_timezone(&self.zone).date_naive(),
        }
    }

    /// Returns the day of the session that numbers captured then are of: the last that had opened by then, `None` where the
    /// hours of that time are not known. Of a bare day the session of the day counts as opened.
    pub fn session_of(&self, captured: Captured) -> Option<NaiveDate> {
        let day = self.day_of(captured);
        let has_opened = match (captured, self.opening(day)) {
            (_, None) => false,
            (Captured::On(_), Some(_)) => true,
            (Captured::At(at), Some(opens)) => opens <= local_time(at, self.zone),
        };
        if has_opened {
            return Some(day);
        }
        let before = (1..=DAYS_BACK_MAX).filter_map(|back| day.checked_sub_days(Days::new(back)));
        before.into_iter().find(|it| self.opening(*it).is_some())
    }

    /// Returns when trading begins and ends on a day; `None` on a day without trade.
    pub fn trading(&self, day: NaiveDate) -> Option<(DateTime<Tz>, DateTime<Tz>)> {
        let opens = self.opening(day)?;
        let closes = self.hours_on(day).map(|it| it.closes).max()?;
        let at = |time| self.zone.from_local_datetime(&day.and_time(time)).earliest();
        Some((at(opens)?, at(closes)?))
    }

    /// Returns when trading begins on a day; `None` on a day without trade.
    fn opening(&self, day: NaiveDate) -> Option<NaiveTime> {
        if self.holidays.iter().any(|it| it.is_on(day)) {
            return None;
        }
        self.hours_on(day).map(|it| it.opens).min()
    }

    /// Returns the hours of a day. Those of a season stand in the place of the others.
    fn hours_on(&self, day: NaiveDate) -> impl Iterator<Item = &TradingHours> {
        let has_season = self.hours.iter().any(|it| it.are_of_season() && it.hold_on(day));
        self.hours.iter().filter(move |it| it.hold_on(day) && it.are_of_season() == has_season)
    }
}

impl TradingHours {
    /// Whether they begin and end, such as those of Ramadan.
    fn are_of_season(&self) -> bool {
        self.from.is_some() && self.until.is_some()
    }

    fn hold_on(&self, day: NaiveDate) -> bool {
        self.days.contains(&day.weekday())
            && self.from.is_none_or(|from| from <= day)
            && self.until.is_none_or(|until| day <= until)
    }
}

impl Holiday {
    fn is_on(self, day: NaiveDate) -> bool {
        match self {
            Self::On(it) => it == day,
            Self::Yearly { month, day: of_month } => (day.month(), day.day()) == (month, of_month),
        }
    }
}

fn local_time(at: DateTime<chrono::Utc>, zone: Tz) -> NaiveTime {
    at.with_timezone(&zone).time()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar() -> MarketCalendar {
        let time = |text: &str| text.parse().expect("a time");
        let hours =
            |days: &[Weekday], opens, closes, from: Option<&str>, until: Option<&str>| TradingHours {
                days: days.to_vec(),
                opens: time(opens),
                closes: time(closes),
                from: from.map(|it| it.parse().expect("a day")),
                until: until.map(|it| it.parse().expect("a day")),
            };
        let week = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu];
        MarketCalendar {
            exchange: "XKAR".to_owned(),
            zone: chrono_tz::Asia::Karachi,
            hours: vec![
                hours(&week, "10:00:00", "15:00:00", Some("2010-01-01"), Some("2019-12-31")),
                hours(&week, "09:30:00", "15:30:00", Some("2020-01-01"), None),
                hours(&[Weekday::Fri], "14:30:00", "16:30:00", Some("2010-01-01"), None),
                hours(&[Weekday::Fri], "09:15:00", "12:00:00", Some("2010-01-01"), None),
            ],
            holidays: vec![
                Holiday::Yearly { month: 2, day: 5 },
                Holiday::On("2025-03-31".parse().expect("a day")),
            ],
        }
    }

    #[track_caller]
    fn check(captured: &str, expect: Option<&str>) {
        let day = calendar().session_of(captured.parse().expect("a capture"));
        assert_eq!(day.map(|it| it.to_string()).as_deref(), expect, "{captured}");
    }

    #[test]
    fn before_the_opening_the_session_is_the_one_before() {
        // 00:04 on Thursday in Karachi.
        check("2025-01-29T19:04:53Z", Some("2025-01-29"));
        check("2025-01-30T04:29:59Z", Some("2025-01-29"));
        check("2025-01-30T04:30:00Z", Some("2025-01-30"));
        check("2025-01-30T18:59:59Z", Some("2025-01-30"));
        // The first of two spans of a day opens it.
        check("2025-01-31T04:15:00Z", Some("2025-01-31"));
    }

    #[test]
    fn on_a_day_without_trade_the_session_is_the_one_before() {
        check("2025-02-02T09:00:00Z", Some("2025-01-31"));
        check("2025-02-05T09:00:00Z", Some("2025-02-04"));
        check("2025-03-31T09:00:00Z", Some("2025-03-28"));
        // Monday before the opening.
        check("2025-02-03T03:00:00Z", Some("2025-01-31"));
    }

    #[test]
    fn a_bare_day_is_its_own_session_if_there_was_trade() {
        check("2025-01-30", Some("2025-01-30"));
        check("2025-02-01", Some("2025-01-31"));
    }

    #[test]
    fn a_day_of_two_spans_trades_from_the_first_to_the_end_of_the_last() {
        let trading = |day: &str| {
            let (opens, closes) = calendar().trading(day.parse().expect("a day"))?;
            Some(format!("{} {}", opens.to_rfc3339(), closes.to_rfc3339()))
        };
        let friday = Some("2025-01-31T09:15:00+05:00 2025-01-31T16:30:00+05:00");
        assert_eq!(trading("2025-01-31").as_deref(), friday);
        assert_eq!(trading("2025-02-05"), None);
    }

    #[test]
    fn the_hours_of_a_season_stand_in_the_place_of_the_others() {
        let mut calendar = calendar();
        let season = |days: &[Weekday], closes: &str| TradingHours {
            days: days.to_vec(),
            opens: "09:17:00".parse().expect("a time"),
            closes: closes.parse().expect("a time"),
            from: "2023-03-23".parse().ok(),
            until: "2023-04-21".parse().ok(),
        };
        calendar
            .hours
            .push(season(&[Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu], "13:30:00"));
        calendar.hours.push(season(&[Weekday::Fri], "12:30:00"));
        let check = |day: &str, expect: &str| {
            let (opens, closes) = calendar.trading(day.parse().expect("a day")).expect("trade");
            assert_eq!(format!("{} {}", opens.time(), closes.time()), expect, "{day}");
        };
        check("2023-03-22", "09:30:00 15:30:00");
        check("2023-03-23", "09:17:00 13:30:00");
        check("2023-03-24", "09:17:00 12:30:00");
        check("2023-04-20", "09:17:00 13:30:00");
        check("2023-04-24", "09:30:00 15:30:00");
        check("2023-04-28", "09:15:00 16:30:00");
    }

    #[test]
    fn hours_hold_from_and_until_a_day_and_nothing_is_known_before() {
        check("2019-12-30T04:45:00Z", Some("2019-12-27"));
        check("2020-01-06T04:45:00Z", Some("2020-01-06"));
        check("2009-06-01T09:00:00Z", None);
        let unknown = MarketCalendar::without_hours(chrono_tz::UTC);
        assert_eq!(unknown.session_of("2025-01-30".parse().expect("a day")), None);
    }
}
