//! The forms of dates that reports name, each with what it means; the forms of the site are tested beside the reader.

use proptest::prelude::*;

use super::{parse, scan};

proptest! {
    /// Whatever a text says, dates are found in it, one after the other.
    #[test]
    fn dates_are_places_in_their_text(
        text in "([0-9:./+ ,TZ-]|Mar |mars |th |GMT|年|at |\u{2212}|\\[|pm|[a-z]{1,6}){0,40}",
    ) {
        let mut at = 0;
        for found in scan(&text, chrono_tz::Asia::Karachi) {
            prop_assert!(at <= found.range.start && found.range.start < found.range.end);
            at = found.range.end;
            prop_assert!(text.get(found.range).is_some());
        }
        let _ = parse(&text, chrono_tz::America::New_York);
    }
}

#[track_caller]
fn check(text: &str, on: &str, at: Option<&str>) {
    let when = parse(text, chrono_tz::Asia::Karachi).expect("a date");
    assert_eq!(when.on.to_string(), on, "{text}");
    assert_eq!(when.at.map(|it| it.to_rfc3339()).as_deref(), at, "{text}");
}

#[test]
fn an_offset_in_whatever_form_is_that_moment() {
    for (zone, expect) in [
        ("GMT+0500 (Pakistan Standard Time)", "2024-03-05T22:00:00+05:00"),
        ("GMT-0500 (Eastern Standard Time)", "2024-03-06T08:00:00+05:00"),
        ("UTC+05:00", "2024-03-05T22:00:00+05:00"),
        ("+00:00Z", "2024-03-06T03:00:00+05:00"),
        ("+00", "2024-03-06T03:00:00+05:00"),
        ("-05", "2024-03-06T08:00:00+05:00"),
        ("+5:30", "2024-03-05T21:30:00+05:00"),
        ("\u{2212}05:00", "2024-03-06T08:00:00+05:00"),
        ("EST", "2024-03-06T08:00:00+05:00"),
        ("EDT", "2024-03-06T07:00:00+05:00"),
        ("CET", "2024-03-06T02:00:00+05:00"),
        ("BST", "2024-03-06T02:00:00+05:00"),
        ("IST", "2024-03-05T21:30:00+05:00"),
        ("UT", "2024-03-06T03:00:00+05:00"),
        ("z", "2024-03-06T03:00:00+05:00"),
        ("ET", "2024-03-06T08:00:00+05:00"),
        ("America/New_York", "2024-03-06T08:00:00+05:00"),
        ("+05:00[Asia/Karachi]", "2024-03-05T22:00:00+05:00"),
        ("[Europe/Paris]", "2024-03-06T02:00:00+05:00"),
        ("(GMT)", "2024-03-06T03:00:00+05:00"),
        (".123456+00", "2024-03-06T03:00:00+05:00"),
        ("PST", "2024-03-05T22:00:00+05:00"),
    ] {
        check(&format!("2024-03-05T22:00:00{zone}"), &expect[..10], Some(expect));
        let day = &expect[..10];
        if !zone.starts_with('.') {
            check(&format!("Tue, 05 Mar 2024 22:00:00 {zone}"), day, Some(expect));
            check(&format!("Tuesday, March 5, 2024 10:00 PM {zone}"), day, Some(expect));
        }
    }
    check("Tue Mar  5 22:00:00 UTC 2024", "2024-03-06", Some("2024-03-06T03:00:00+05:00"));
    let when = parse("Tue, 05 Mar 2024 22:30:00 PST", chrono_tz::America::New_York).expect("a date");
    assert_eq!(when.at.map(|it| it.to_rfc3339()).as_deref(), Some("2024-03-06T01:30:00-05:00"));
}

#[test]
fn a_zone_that_is_not_understood_gives_no_moment() {
    for zone in ["XYZT", "+99:99", "+530", "Mars/Olympus", "[Nowhere/Land]"] {
        let text = format!("2024-03-05T22:00:00 {zone}");
        assert_eq!(parse(&text, chrono_tz::Asia::Karachi), None, "{text}");
    }
}

#[test]
fn an_hour_that_the_clocks_skip_is_a_day_without_a_moment() {
    let when = parse("2024-03-10T02:30:00", chrono_tz::America::New_York).expect("a date");
    assert_eq!((when.on.to_string().as_str(), when.at), ("2024-03-10", None));
}

#[test]
fn other_papers_write_dates_in_their_own_way() {
    for text in [
        "08.03.2024",
        "8. 3. 2024",
        "8. März 2024",
        "8 mars 2024",
        "2024年3月8日",
        "2024년 3월 8일",
        "8 de marzo de 2024",
        "8th of March, 2024",
        "Freitag, 8. März 2024",
        "28/03/2024 08.03.24",
        "08-Mar-2024",
        "2024-3-8",
        "2024/03/08",
        "2024. március 8.",
        "8 marca 2024",
        "८ मार्च २०२४",
        "20240308",
    ] {
        let when = scan(text, chrono_tz::UTC).last().and_then(|it| it.when);
        let when = when.or_else(|| parse(text, chrono_tz::UTC)).expect(text);
        assert_eq!(when.on.to_string(), "2024-03-08", "{text}");
    }
    for (text, time) in [
        ("10:00, 8 MAR 2024", "10:00"),
        ("8. März 2024, 10:00 Uhr", "10:00"),
        ("8. März 2024 um 10.00 Uhr", "10:00"),
        ("8 mars 2024 à 10h05", "10:05"),
        ("8. mars 2024 kl. 10.05", "10:05"),
        ("2024年3月8日 午後10時05分", "22:05"),
        ("8 March 2024, 10.05 pm", "22:05"),
        ("8 March 2024 | 10:05", "10:05"),
        ("8 March 2024 10 am", "10:00"),
        ("2024-03-08T10:05:00AM", "10:05"),
        ("20240308T100500", "10:05"),
    ] {
        let when = parse(text, chrono_tz::UTC).expect(text);
        assert_eq!(when.on.to_string(), "2024-03-08", "{text}");
        assert_eq!(when.at.map(|it| it.format("%H:%M").to_string()).as_deref(), Some(time), "{text}");
    }
    check("1709647200", "2024-03-05", Some("2024-03-05T19:00:00+05:00"));
    check("1709647200000", "2024-03-05", Some("2024-03-05T19:00:00+05:00"));
    check("2024-03-05T24:00:00+05:00", "2024-03-06", Some("2024-03-06T00:00:00+05:00"));
}

#[test]
fn two_readings_are_no_date() {
    for text in ["05/03/2024", "8. listopada 2024.", "1.2.3.4", "10.12.24.1", "2024-03", "8 March"] {
        assert_eq!(parse(text, chrono_tz::UTC), None, "{text}");
    }
}
