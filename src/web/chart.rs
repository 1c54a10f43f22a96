//! A line of values over time as SVG, with figures on its axes, and a mark for each day on which stories name the symbol. The table beside
//! it says the same. Charts in files and in the terminal are `export`'s, which says where lines have gaps, too; this one has the colours
//! and the letters of the page.

use std::fmt::Write as _;

use chrono::NaiveDate;

use crate::export::day_line::{ChartPoint, grouped, runs, visible};

/// The size of the drawing, in units of its own.
const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 280.0;
/// The height of a histogram.
const BARS_HEIGHT: f64 = 120.0;
/// Room around the line.
const MARGIN: f64 = 10.0;
/// Room for the figures beside it, and for the days below it.
const FIGURES: f64 = 110.0;
const DAYS: f64 = 32.0;
/// The size of a letter of these.
const LETTER: f64 = 20.0;
/// From this value on, decimals are of no interest.
const WHOLE_FROM: f64 = 1000.0;

/// A day in the drawing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ChartDay {
    pub(super) day: NaiveDate,
    pub(super) close: f64,
    /// The number of stories of this day that name the symbol.
    pub(super) stories: u64,
}

/// Returns the drawing of these days, which are in order; `None` where a line has too few of them.
pub(super) fn drawing(days: &[ChartDay]) -> Option<String> {
    let (first, last) = (days.first()?, days.last()?);
    let (low, high) = days
        .iter()
        .fold((f64::MAX, f64::MIN), |(low, high), it| (low.min(it.close), high.max(it.close)));
    let span = (last.day - first.day).num_days();
    if span <= 0 || high < low {
        return None;
    }
    let height = (high - low).max(f64::EPSILON);
    #[expect(clippy::cast_precision_loss, reason = "days of a few centuries")]
    let x = |day: NaiveDate| {
        FIGURES + (day - first.day).num_days() as f64 / span as f64 * (WIDTH - MARGIN - FIGURES)
    };
    let y = |close: f64| HEIGHT - DAYS - (close - low) / height * (HEIGHT - MARGIN - DAYS);
    let points: Vec<ChartPoint> =
        days.iter().map(|it| ChartPoint { day: it.day, value: it.close }).collect();
    let (mut line, mut dots) = (String::new(), String::new());
    #[expect(clippy::cast_possible_truncation, reason = "a drawing has 900 columns")]
    let column = |day: NaiveDate| x(day) as i64;
    for run in runs(&points) {
        if let [alone] = run {
            // A line without length has round ends.
            write!(dots, "M{:.1} {:.1}h0", x(alone.day), y(alone.value)).expect("memory");
            continue;
        }
        for (at, it) in visible(run, column).iter().enumerate() {
            let step = if at == 0 { 'M' } else { 'L' };
            write!(line, "{step}{:.1} {:.1}", x(it.day), y(it.value)).expect("memory");
        }
    }
    let decimals = if high < WHOLE_FROM { 2 } else { 0 };
    let mut axes = String::new();
    for value in [low, f64::midpoint(low, high), high] {
        let (y, figure) = (y(value), grouped(value, decimals));
        write!(
            axes,
            "<path class=\"grid\" d=\"M{FIGURES} {y:.1}H{:.1}\"/>\
             <text class=\"axis\" text-anchor=\"end\" x=\"{:.1}\" y=\"{:.1}\">{figure}</text>",
            WIDTH - MARGIN,
            FIGURES - MARGIN,
            y + LETTER / 3.0
        )
        .expect("memory");
    }
    for (anchor, x, day) in [("start", FIGURES, first.day), ("end", WIDTH - MARGIN, last.day)] {
        write!(
            axes,
            "<text class=\"axis\" text-anchor=\"{anchor}\" x=\"{x:.1}\" y=\"{:.1}\">{day}</text>",
            HEIGHT - LETTER / 3.0
        )
        .expect("memory");
    }
    let mut marks = String::new();
    for it in days.iter().filter(|it| 0 < it.stories) {
        let (x, y) = (x(it.day), y(it.close));
        write!(marks, "<circle class=\"mark\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\"><title>{}: {} naming it</title></circle>", it.day, crate::model::counted(it.stories, "story"))
            .expect("memory");
    }
    Some(format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-labelledby=\"chart-title chart-desc\">\
         <title id=\"chart-title\">Values from {} to {}</title>\
         <desc id=\"chart-desc\">Lowest {low}, highest {high}, last {}. The larger dots are days with stories. The table has every day.</desc>\
         {axes}<path class=\"line\" d=\"{line}\"/><path class=\"dots\" d=\"{dots}\"/>{marks}</svg>",
        first.day, last.day, last.close
    ))
}

/// A month in a histogram: so many of so many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bar {
    pub(super) name: String,
    pub(super) part: u64,
    pub(super) of: u64,
}

impl Bar {
    /// Returns the part in hundredths of the whole.
    #[expect(clippy::cast_precision_loss, reason = "numbers of stories")]
    pub(super) fn percent(&self) -> f64 {
        if self.of == 0 { 0.0 } else { self.part as f64 * 100.0 / self.of as f64 }
    }
}

/// Returns a bar for each month, as high as its share beside the highest; `None` where there are fewer than two.
pub(super) fn histogram(title: &str, bars: &[Bar]) -> Option<String> {
    let (first, last) = bars.first().zip(bars.last()).filter(|_| 1 < bars.len())?;
    let highest = bars.iter().map(Bar::percent).fold(0.0, f64::max).max(f64::EPSILON);
    #[expect(clippy::cast_precision_loss, reason = "months of a few centuries")]
    let width = (WIDTH - 2.0 * MARGIN) / bars.len() as f64;
    let (mut drawn, mut x) = (String::new(), MARGIN);
    for bar in bars {
        let height = bar.percent() / highest * (BARS_HEIGHT - 2.0 * MARGIN);
        if 0.0 < height {
            let (y, wide) = (BARS_HEIGHT - MARGIN - height, (width * 0.9).max(0.5));
            write!(
                drawn,
                "<rect class=\"bar\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{height:.1}\"><title>{}: {} of {}</title></rect>",
                bar.name, bar.part, crate::model::counted(bar.of, "story")
            )
            .expect("memory");
        }
        x += width;
    }
    Some(format!(
        "<svg viewBox=\"0 0 {WIDTH} {BARS_HEIGHT}\" role=\"img\" aria-labelledby=\"bars-title bars-desc\">\
         <title id=\"bars-title\">{title}, from {} to {}</title>\
         <desc id=\"bars-desc\">The highest bar is {highest:.1} percent. The table has every month.</desc>{drawn}</svg>",
        first.name, last.name
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str, close: f64, stories: u64) -> ChartDay {
        ChartDay { day: text.parse().expect("a day"), close, stories }
    }

    #[test]
    fn a_line_has_gaps_where_there_are_no_prices_and_marks_where_there_are_stories() {
        let days = [
            day("2024-01-01", 10.0, 0),
            day("2024-01-02", 12.0, 3),
            day("2024-06-01", 11.0, 1),
            day("2024-06-02", 9.0, 0),
        ];
        let drawn = drawing(&days).expect("a drawing");
        let line = drawn.split("class=\"line\" d=\"").nth(1).expect("a line");
        let line = line.split('"').next().expect("its path");
        assert_eq!(line.matches('M').count(), 2, "{drawn}");
        assert!(drawn.contains(">10.50</text>") && drawn.contains(">2024-06-02</text>"), "{drawn}");
        let alone = [day("2024-01-01", 10.0, 0), day("2024-06-01", 11.0, 0), day("2024-12-01", 9.0, 0)];
        assert_eq!(drawing(&alone).expect("a drawing").matches("h0").count(), 3);
        assert!(drawn.contains("2024-01-02: 3 stories naming it"), "{drawn}");
        assert!(drawn.contains("2024-06-01: 1 story naming it"), "{drawn}");
        assert!(drawn.contains("Lowest 9, highest 12, last 9"), "{drawn}");
        assert_eq!(drawing(&days[..1]), None);
    }
}
