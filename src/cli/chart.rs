//! A symbol as a line: in the terminal, or as SVG. A day that is missing is a gap, not a line.

use std::path::Path;

use anyhow::bail;
use chrono::NaiveDate;
use plotters::prelude::*;
use textplots::{Chart, Plot, Shape};

use super::{
    failure::{OutputError, Usage},
    verify::beside,
};

/// A line.
pub(super) struct Series {
    pub(super) name: String,
    /// By day.
    pub(super) points: Vec<(NaiveDate, f64)>,
}

/// Longer pauses than a weekend with holidays around it are gaps.
const GAP_DAYS: i64 = 5;
/// Dots across and down, in the terminal.
const DOTS: (u32, u32) = (140, 60);
const SIZE: (u32, u32) = (960, 480);

impl Series {
    /// Runs of days without a gap.
    fn runs(&self) -> Vec<&[(NaiveDate, f64)]> {
        self.points.chunk_by(|a, b| (b.0 - a.0).num_days() <= GAP_DAYS).collect()
    }
}

/// First and last day, lowest and highest value.
fn bounds(series: &[Series]) -> (NaiveDate, NaiveDate, f64, f64) {
    let points = || series.iter().flat_map(|it| &it.points);
    let first = points().map(|it| it.0).min().unwrap_or_default();
    let last = points().map(|it| it.0).max().unwrap_or_default();
    let low = points().map(|it| it.1).fold(f64::INFINITY, f64::min);
    let high = points().map(|it| it.1).fold(f64::NEG_INFINITY, f64::max);
    let margin = ((high - low) * 0.05).max(0.01);
    (first, last, low - margin, high + margin)
}

/// Lines of braille, one chart for each symbol.
pub(super) fn draw(series: &[Series]) -> String {
    let mut out = String::new();
    for it in series.iter().filter(|it| !it.points.is_empty()) {
        let (first, last, low, high) = bounds(std::slice::from_ref(it));
        #[expect(clippy::cast_precision_loss, reason = "days of a chart")]
        let x = |day: NaiveDate| (day - first).num_days() as f32;
        #[expect(clippy::cast_possible_truncation, reason = "dots of a chart")]
        let lines: Vec<Vec<(f32, f32)>> = it
            .runs()
            .into_iter()
            .map(|run| run.iter().map(|(day, value)| (x(*day), *value as f32)).collect())
            .collect();
        // A day alone is a dot.
        let shapes: Vec<Shape<'_>> = lines
            .iter()
            .map(|it| if it.len() == 1 { Shape::Points(it) } else { Shape::Lines(it) })
            .collect();
        #[expect(clippy::cast_possible_truncation, reason = "dots of a chart")]
        let mut chart =
            Chart::new_with_y_range(DOTS.0, DOTS.1, 0.0, x(last).max(1.0), low as f32, high as f32);
        let chart = shapes.iter().fold(&mut chart, |chart, shape| chart.lineplot(shape));
        chart.axis();
        chart.figures();
        out +=
            &format!("{} from {first} to {last}, {low:.2} to {high:.2}\n{}\n", it.name, chart.frame());
    }
    out
}

/// One chart of all symbols.
pub(super) fn write_svg(series: &[Series], path: &Path) -> anyhow::Result<()> {
    let is_svg = path.extension().is_some_and(|it| it.eq_ignore_ascii_case("svg"));
    if !is_svg {
        let hint = "name a file that ends in .svg; any browser shows it";
        return Err(Usage::new(format!("`{}`: only SVG is drawn", path.display()), hint).into());
    }
    let mut text = String::new();
    if let Err(error) = draw_svg(series, &mut text) {
        bail!("the chart cannot be drawn: {error}");
    }
    let partial = beside(path);
    let output = |source| OutputError { target: path.display().to_string(), source };
    std::fs::write(&partial, text).map_err(output)?;
    std::fs::rename(&partial, path).map_err(output)?;
    Ok(())
}

fn draw_svg(series: &[Series], text: &mut String) -> Result<(), Box<dyn std::error::Error>> {
    let (first, last, low, high) = bounds(series);
    let area = SVGBackend::with_string(text, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let names: Vec<&str> = series.iter().map(|it| it.name.as_str()).collect();
    let mut chart = ChartBuilder::on(&area)
        .caption(names.join(", "), ("sans-serif", 22))
        .margin(12)
        .x_label_area_size(32)
        .y_label_area_size(64)
        .build_cartesian_2d(first..last.succ_opt().unwrap_or(last), low..high)?;
    chart.configure_mesh().x_labels(8).y_labels(8).draw()?;
    for (at, it) in series.iter().enumerate() {
        let color = Palette99::pick(at).to_rgba();
        for run in it.runs() {
            chart.draw_series(LineSeries::new(run.iter().copied(), color.stroke_width(2)))?;
            if run.len() == 1 {
                chart.draw_series(run.iter().map(|point| Circle::new(*point, 2, color.filled())))?;
            }
        }
    }
    area.present()?;
    drop(chart);
    drop(area);
    Ok(())
}
