//! A symbol as a line: in the terminal, as SVG, or as PNG. A day that is missing is a gap, not a line.

use anyhow::bail;
use chrono::NaiveDate;
use plotters::{prelude::*, style::register_font};
use textplots::{Chart, Plot, Shape};

use crate::export::Place;

use super::failure::Usage;

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

/// One chart of all symbols, as the ending of the file's name says.
pub(super) fn write(series: &[Series], place: Place) -> anyhow::Result<()> {
    let path = place.path();
    let ending = path.extension().map(|it| it.to_string_lossy().to_ascii_lowercase());
    let drawn = match ending.as_deref() {
        Some("svg") => svg(series),
        Some("png") => png(series),
        _ => {
            let hint = "name a file that ends in .svg or .png";
            return Err(Usage::new(
                format!("`{}`: a chart is drawn as SVG or PNG", path.display()),
                hint,
            )
            .into());
        }
    };
    let bytes = match drawn {
        Ok(bytes) => bytes,
        Err(error) => bail!("the chart cannot be drawn: {error}"),
    };
    Ok(place.keep(&bytes)?)
}

type Drawn<T> = Result<T, Box<dyn std::error::Error>>;

fn svg(series: &[Series]) -> Drawn<Vec<u8>> {
    let mut text = String::new();
    draw_lines(series, SVGBackend::with_string(&mut text, SIZE))?;
    Ok(text.into_bytes())
}

fn png(series: &[Series]) -> Drawn<Vec<u8>> {
    let mut pixels = vec![0; 3 * SIZE.0 as usize * SIZE.1 as usize];
    draw_lines(series, BitMapBackend::with_buffer(&mut pixels, SIZE))?;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, SIZE.0, SIZE.1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header()?.write_image_data(&pixels)?;
    Ok(bytes)
}

fn draw_lines<B: DrawingBackend>(series: &[Series], backend: B) -> Drawn<()>
where
    B::ErrorType: 'static,
{
    // Brought along: a server has no fonts.
    register_font("sans-serif", FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT)
        .map_err(|_| "the font that is built in cannot be read")?;
    let (first, last, low, high) = bounds(series);
    let area = backend.into_drawing_area();
    area.fill(&WHITE)?;
    let names: Vec<&str> = series.iter().map(|it| it.name.as_str()).collect();
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
    for (at, it) in series.iter().enumerate() {
        let color = Palette99::pick(at).to_rgba();
        let runs = it.runs();
        let mut lines =
            runs.iter().map(|run| LineSeries::new(run.iter().copied(), color.stroke_width(2)));
        if let Some(line) = lines.next() {
            let drawn = chart.draw_series(line)?;
            if 1 < series.len() {
                drawn.label(&it.name).legend(move |(x, y)| {
                    PathElement::new([(x, y), (x + 16, y)], color.stroke_width(2))
                });
            }
        }
        for line in lines {
            chart.draw_series(line)?;
        }
        // A day alone is a dot.
        let alone =
            runs.iter().filter(|it| it.len() == 1).map(|it| Circle::new(it[0], 2, color.filled()));
        chart.draw_series(alone)?;
    }
    if 1 < series.len() {
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
