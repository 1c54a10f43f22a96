//! A line of values over time as SVG, with figures on its axes, and a mark for each day on which stories name the symbol. The table beside
//! it says the same. Charts in files and in the terminal are `export`'s, which says where lines have gaps, too; this one has the colours
//! and the letters of the page.

use std::fmt::Write as _;

use chrono::NaiveDate;

use crate::{
    export::day_line::{ChartPoint, grouped, runs, visible},
    model::counted,
};

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
/// From this value on, decimals are of no interest; below this difference, two do not tell values apart.
const WHOLE_FROM: f64 = 1000.0;
const NEAR: f64 = 0.1;

/// A day in the drawing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ChartDay {
    pub(super) day: NaiveDate,
    pub(super) value: f64,
    /// The number of stories of this day that name the symbol.
    pub(super) stories: u64,
}

/// Where in the drawing a day and a value are.
struct Scale {
    first: NaiveDate,
    last: NaiveDate,
    low: f64,
    high: f64,
}

impl Scale {
    /// Returns the scale of these days, which are in order; `None` where a line has too few of them.
    fn of(days: &[ChartDay]) -> Option<Self> {
        let (first, last) = (days.first()?.day, days.last()?.day);
        let (low, high) = days
            .iter()
            .fold((f64::MAX, f64::MIN), |(low, high), it| (low.min(it.value), high.max(it.value)));
        (first < last && low <= high).then_some(Self { first, last, low, high })
    }

    #[expect(clippy::cast_precision_loss, reason = "days of a few centuries")]
    fn x(&self, day: NaiveDate) -> f64 {
        let part = (day - self.first).num_days() as f64 / (self.last - self.first).num_days() as f64;
        FIGURES + part * (WIDTH - MARGIN - FIGURES)
    }

    fn y(&self, value: f64) -> f64 {
        let height = (self.high - self.low).max(f64::EPSILON);
        HEIGHT - DAYS - (value - self.low) / height * (HEIGHT - MARGIN - DAYS)
    }

    /// Returns lines across with their values, and the first and the last day.
    fn axes(&self) -> String {
        let decimals = match self.high - self.low {
            _ if WHOLE_FROM <= self.high => 0,
            span if 0.0 < span && span < NEAR => 4,
            _ => 2,
        };
        let mut values = vec![self.low, f64::midpoint(self.low, self.high), self.high];
        // A line that stays where it is has one figure.
        values.dedup();
        let (right, beside) = (WIDTH - MARGIN, FIGURES - MARGIN);
        let mut axes = String::new();
        for value in values {
            let (y, figure) = (self.y(value), grouped(value, decimals));
            write!(axes, "<path class=\"grid\" d=\"M{FIGURES} {y:.1}H{right}\"/>").expect("memory");
            axes += &axis_text("end", (beside, y + LETTER / 3.0), &figure);
        }
        let below = HEIGHT - LETTER / 3.0;
        axes += &axis_text("start", (FIGURES, below), &self.first.to_string());
        axes + &axis_text("end", (right, below), &self.last.to_string())
    }
}

fn axis_text(anchor: &str, (x, y): (f64, f64), text: &str) -> String {
    format!("<text class=\"axis\" text-anchor=\"{anchor}\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>")
}

/// Returns the drawing of these days, which are in order; `None` where a line has too few of them.
pub(super) fn drawing(days: &[ChartDay]) -> Option<String> {
    let scale = Scale::of(days)?;
    let points: Vec<ChartPoint> =
        days.iter().map(|it| ChartPoint { day: it.day, value: it.value }).collect();
    let (mut line, mut dots) = (String::new(), String::new());
    #[expect(clippy::cast_possible_truncation, reason = "a drawing has 900 columns")]
    let column = |day: NaiveDate| scale.x(day) as i64;
    for run in runs(&points) {
        if let [alone] = run {
            // A line without length has round ends.
            write!(dots, "M{:.1} {:.1}h0", scale.x(alone.day), scale.y(alone.value)).expect("memory");
            continue;
        }
        for (at, it) in visible(run, column).iter().enumerate() {
            let step = if at == 0 { 'M' } else { 'L' };
            write!(line, "{step}{:.1} {:.1}", scale.x(it.day), scale.y(it.value)).expect("memory");
        }
    }
    let mut marks = String::new();
    for it in days.iter().filter(|it| 0 < it.stories) {
        let (x, y) = (scale.x(it.day), scale.y(it.value));
        write!(
            marks,
            "<circle class=\"mark\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\"><title>{}: {} naming it</title></circle>",
            it.day,
            counted(it.stories, "story")
        )
        .expect("memory");
    }
    let said_of_marks = if marks.is_empty() { "" } else { " The larger dots are days with stories." };
    let Scale { first, last, low, high } = scale;
    Some(format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-labelledby=\"chart-title chart-desc\">\
         <title id=\"chart-title\">Values from {first} to {last}</title>\
         <desc id=\"chart-desc\">Lowest {low}, highest {high}, last {}.{said_of_marks} The table has every day.</desc>\
         {}<path class=\"line\" d=\"{line}\"/><path class=\"dots\" d=\"{dots}\"/>{marks}</svg>",
        days.last()?.value,
        scale.axes()
    ))
}

/// A month in a histogram: a part of a whole.
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
                bar.name, bar.part, counted(bar.of, "story")
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

    fn day(text: &str, value: f64, stories: u64) -> ChartDay {
        ChartDay { day: text.parse().expect("a day"), value, stories }
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
        assert!(drawn.contains("larger dots"), "{drawn}");
        assert_eq!(drawing(&days[..1]), None);
        let flat = [day("2024-01-01", 1.16, 0), day("2024-01-02", 1.16, 0)];
        let drawn = drawing(&flat).expect("a drawing");
        assert_eq!(drawn.matches(">1.16</text>").count(), 1, "{drawn}");
        assert!(!drawn.contains("larger dots"), "{drawn}");
        let near = [day("2024-01-01", 1.1602, 0), day("2024-01-02", 1.1606, 0)];
        let drawn = drawing(&near).expect("a drawing");
        assert!(drawn.contains(">1.1602</text>") && drawn.contains(">1.1606</text>"), "{drawn}");
    }
}
