//! A line over days before it is drawn: where it has gaps, and which of its points can be seen. Pages, pictures and terminals draw the
//! same line.

use chrono::NaiveDate;

/// Longer pauses than a week with holidays in it are gaps.
const GAP_DAYS: i64 = 7;

/// The value of one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChartPoint {
    /// The day.
    pub day: NaiveDate,
    /// The value.
    pub value: f64,
}

/// Returns the runs of days without a gap. The points are in the order of their days.
pub fn runs(points: &[ChartPoint]) -> impl Iterator<Item = &[ChartPoint]> {
    points.chunk_by(|a, b| (b.day - a.day).num_days() <= GAP_DAYS)
}

/// Returns the points that can be seen: of each column of a drawing the first, the lowest, the highest and the last.
pub fn visible(points: &[ChartPoint], column: impl Fn(NaiveDate) -> i64) -> Vec<ChartPoint> {
    let mut kept: Vec<ChartPoint> = Vec::new();
    for points in points.chunk_by(|a, b| column(a.day) == column(b.day)) {
        let by_value = |a: &&ChartPoint, b: &&ChartPoint| a.value.total_cmp(&b.value);
        let shown = [
            points.first(),
            points.iter().min_by(by_value),
            points.iter().max_by(by_value),
            points.last(),
        ];
        let mut shown: Vec<ChartPoint> = shown.into_iter().flatten().copied().collect();
        shown.sort_by_key(|it| it.day);
        shown.dedup_by_key(|it| it.day);
        kept.extend(shown);
    }
    kept
}

/// Returns a number for people, with a comma between thousands: `65,154.20`.
pub fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = if value < 0.0 { "-".to_owned() } else { String::new() };
    for (at, digit) in whole.chars().enumerate() {
        if 0 < at && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(day: &str, value: f64) -> ChartPoint {
        ChartPoint { day: day.parse().expect("a day"), value }
    }

    #[test]
    fn a_week_with_holidays_is_no_gap_and_more_is_one() {
        let check = |days: &[&str], expect: &[usize]| {
            let points: Vec<ChartPoint> = days.iter().map(|it| point(it, 1.0)).collect();
            let lengths: Vec<usize> = runs(&points).map(<[ChartPoint]>::len).collect();
            assert_eq!(lengths, expect, "{days:?}");
        };
        check(&["2024-04-09", "2024-04-15"], &[2]);
        check(&["2024-04-09", "2024-04-17", "2024-04-18"], &[1, 2]);
        check(&[], &[]);
    }

    #[test]
    fn a_column_has_at_most_four_points() {
        let first: NaiveDate = "1990-01-01".parse().expect("a day");
        let days = (0_u32..12_000).map(|it| first + chrono::Days::new(u64::from(it)));
        let points: Vec<ChartPoint> =
            days.zip(0..).map(|(day, it)| ChartPoint { day, value: f64::from(it % 17) }).collect();
        let seen = visible(&points, |day| (day - first).num_days() / 13);
        assert!(seen.len() <= 4 * 924, "{}", seen.len());
        assert_eq!((seen.first(), seen.last()), (points.first(), points.last()));
        assert!(
            seen.iter().any(|it| it.value > 15.5) && seen.windows(2).all(|it| it[0].day < it[1].day)
        );
    }

    #[test]
    fn thousands_are_told_apart() {
        let check = |value, decimals, expect: &str| assert_eq!(grouped(value, decimals), expect);
        check(65_154.2, 2, "65,154.20");
        check(999.0, 0, "999");
        check(1_000_000.0, 0, "1,000,000");
        check(-1_234.5, 1, "-1,234.5");
    }
}
