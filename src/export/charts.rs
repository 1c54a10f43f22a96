//! Charts: values by day as lines of braille for a terminal, as SVG, or as PNG. Which values are drawn, and where the picture
//! goes, is decided by the caller. It is not part of `table`, which writes rows for programs, because a chart is for eyes.
//!
//! A day that is missing is a gap, not a line.

use std::path::Path;

use chrono::NaiveDate;
use plotters::{prelude::*, style::register_font};
use textplots::{Chart, Plot, Shape};

/// A line of a chart, with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartLine {
    /// What it is called in the legend.
    pub name: String,
    /// Its points, in the order of their days.
    pub points: Vec<ChartPoint>,
}

/// The value of one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChartPoint {
    /// The day.
    pub day: NaiveDate,
    /// The value.
    pub value: f64,
}

/// The format of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureFormat {
    /// Scalable Vector Graphics.
    Svg,
    /// Portable Network Graphics, 960 pixels wide and 480 high.
    Png,
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
#[error("the chart cannot be drawn")]
pub struct ChartError(#[source] Box<dyn std::error::Error + Send + Sync>);

/// What a chart has to have room for.
struct ChartExtent {
    first: NaiveDate,
    last: NaiveDate,
    low: f64,
    high: f64,
}

/// Longer pauses than a weekend with holidays around it are gaps.
const GAP_DAYS: i64 = 5;
/// Dots across and down, in a terminal.
const DOTS: (u32, u32) = (140, 60);
/// The width and height of a picture, in pixels.
const SIZE: (u32, u32) = (960, 480);

impl PictureFormat {
    /// Returns the format that the ending of a file's name stands for, if it does.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "svg" => Some(Self::Svg),
            "png" => Some(Self::Png),
            _ => None,
        }
    }
}

impl ChartLine {
    /// Returns the runs of days without a gap.
    fn runs(&self) -> Vec<&[ChartPoint]> {
        self.points.chunk_by(|a, b| (b.day - a.day).num_days() <= GAP_DAYS).collect()
    }
}

impl ChartExtent {
    fn of(lines: &[ChartLine]) -> Self {
        let points = || lines.iter().flat_map(|line| &line.points);
        let low = points().map(|it| it.value).fold(f64::INFINITY, f64::min);
        let high = points().map(|it| it.value).fold(f64::NEG_INFINITY, f64::max);
        let margin = ((high - low) * 0.05).max(0.01);
        Self {
            first: points().map(|it| it.day).min().unwrap_or_default(),
            last: points().map(|it| it.day).max().unwrap_or_default(),
            low: low - margin,
            high: high + margin,
        }
    }
}

/// Returns lines of braille, a chart for each line that has points.
pub fn braille(lines: &[ChartLine]) -> String {
    lines.iter().filter(|line| !line.points.is_empty()).map(braille_of).collect()
}

fn braille_of(line: &ChartLine) -> String {
    let ChartExtent { first, last, low, high } = ChartExtent::of(std::slice::from_ref(line));
    #[expect(clippy::cast_precision_loss, reason = "days of a chart")]
    let x = |day: NaiveDate| (day - first).num_days() as f32;
    #[expect(clippy::cast_possible_truncation, reason = "dots of a chart")]
    let dots = |run: &[ChartPoint]| -> Vec<(f32, f32)> {
        run.iter().map(|point| (x(point.day), point.value as f32)).collect()
    };
    let runs: Vec<Vec<(f32, f32)>> = line.runs().into_iter().map(dots).collect();
    let shapes: Vec<Shape<'_>> = runs.iter().map(|run| shape(run)).collect();
    #[expect(clippy::cast_possible_truncation, reason = "dots of a chart")]
    let mut chart =
        Chart::new_with_y_range(DOTS.0, DOTS.1, 0.0, x(last).max(1.0), low as f32, high as f32);
    let chart = shapes.iter().fold(&mut chart, |chart, shape| chart.lineplot(shape));
    chart.axis();
    chart.figures();
    format!("{} from {first} to {last}, {low:.2} to {high:.2}\n{}\n", line.name, chart.frame())
}

fn shape(run: &[(f32, f32)]) -> Shape<'_> {
    // A day alone is a dot.
    if run.len() == 1 { Shape::Points(run) } else { Shape::Lines(run) }
}

/// Returns one picture of all lines.
pub fn picture(lines: &[ChartLine], format: PictureFormat) -> Result<Vec<u8>, ChartError> {
    let drawn = match format {
        PictureFormat::Svg => svg(lines),
        PictureFormat::Png => png(lines),
    };
    drawn.map_err(ChartError)
}

type Drawn<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn svg(lines: &[ChartLine]) -> Drawn<Vec<u8>> {
    let mut text = String::new();
    draw_lines(lines, SVGBackend::with_string(&mut text, SIZE))?;
    Ok(text.into_bytes())
}

fn png(lines: &[ChartLine]) -> Drawn<Vec<u8>> {
    let mut pixels = vec![0; 3 * SIZE.0 as usize * SIZE.1 as usize];
    draw_lines(lines, BitMapBackend::with_buffer(&mut pixels, SIZE))?;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, SIZE.0, SIZE.1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header()?.write_image_data(&pixels)?;
    Ok(bytes)
}

fn draw_lines<B: DrawingBackend>(lines: &[ChartLine], backend: B) -> Drawn<()>
where
    B::ErrorType: 'static,
{
    // Brought along: a server has no fonts.
    register_font("sans-serif", FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT)
        .map_err(|_| "the font that is built in cannot be read")?;
    let ChartExtent { first, last, low, high } = ChartExtent::of(lines);
    let area = backend.into_drawing_area();
    area.fill(&WHITE)?;
    let names: Vec<&str> = lines.iter().map(|it| it.name.as_str()).collect();
    let mut chart = ChartBuilder::on(&area)
        .caption(names.join(", "), ("sans-serif", 22))
        .margin(12)
        .x_label_area_size(32)
        .y_label_area_size(64)
        .build_cartesian_2d(first..last.succ_opt().unwrap_or(last), low..high)?;
    chart
        .configure_mesh()
        .x_labels(8)
        .y_labels(8)
        .label_style(("sans-serif", 14))
        .light_line_style(TRANSPARENT)
        .draw()?;
    for (at, line) in lines.iter().enumerate() {
        let color = Palette99::pick(at).to_rgba();
        let runs = line.runs();
        let mut strokes = runs.iter().map(|run| {
            LineSeries::new(run.iter().map(|point| (point.day, point.value)), color.stroke_width(2))
        });
        if let Some(stroke) = strokes.next() {
            let drawn = chart.draw_series(stroke)?;
            if 1 < lines.len() {
                drawn.label(&line.name).legend(move |(x, y)| {
                    PathElement::new([(x, y), (x + 16, y)], color.stroke_width(2))
                });
            }
        }
        for stroke in strokes {
            chart.draw_series(stroke)?;
        }
        // A day alone is a dot.
        let alone = runs.iter().filter(|run| run.len() == 1).map(|run| run[0]);
        let dots = alone.map(|point| Circle::new((point.day, point.value), 2, color.filled()));
        chart.draw_series(dots)?;
    }
    if 1 < lines.len() {
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .background_style(WHITE.mix(0.8))
            .label_font(("sans-serif", 14))
            .draw()?;
    }
    area.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(days: &[&str]) -> ChartLine {
        let point = |day: &&str| ChartPoint { day: day.parse().expect("a day"), value: 1.0 };
        ChartLine { name: "X".into(), points: days.iter().map(point).collect() }
    }

    #[test]
    fn a_long_weekend_is_no_gap_and_a_week_is_one() {
        let check = |days: &[&str], expect: &[usize]| {
            let line = line(days);
            let lengths: Vec<usize> = line.runs().iter().map(|run| run.len()).collect();
            assert_eq!(lengths, expect, "{days:?}");
        };
        check(&["2024-01-04", "2024-01-09"], &[2]);
        check(&["2024-01-04", "2024-01-10", "2024-01-11"], &[1, 2]);
        check(&[], &[]);
    }

    #[test]
    fn the_name_of_a_file_says_how_it_is_drawn() {
        let check =
            |name: &str, expect| assert_eq!(PictureFormat::of(Path::new(name)), expect, "{name}");
        check("a.svg", Some(PictureFormat::Svg));
        check("b/a.PNG", Some(PictureFormat::Png));
        check("a.gif", None);
        check("svg", None);
    }

    #[test]
    fn a_line_without_points_is_not_drawn() {
        assert_eq!(braille(&[line(&[])]), "");
        assert!(braille(&[line(&["2024-01-04"])]).starts_with("X from 2024-01-04 to 2024-01-04, "));
    }
}
