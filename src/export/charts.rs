//! Charts: values by day as lines of braille for a terminal, as SVG, or as PNG. Which values are drawn, and where the picture
//! goes, is decided by the caller. It is not part of `table`, which writes rows for programs, because a chart is for eyes.
//!
//! A day that is missing is a gap, not a line.

use std::path::Path;

use chrono::NaiveDate;
use plotters::{prelude::*, style::register_font};
use textplots::{Chart, Plot, Shape};

use super::day_line::{ChartPoint, grouped, runs, visible};

/// A line of a chart, with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartLine {
    /// What it is called in the legend.
    pub name: String,
    /// Its points, in the order of their days.
    pub points: Vec<ChartPoint>,
}

/// How a picture is drawn.
#[derive(Debug, Clone, Copy)]
pub struct PictureForm<'a> {
    /// As what.
    pub format: PictureFormat,
    /// Its width and height, in pixels.
    pub size: (u32, u32),
    /// Where the values are from, in a line below them.
    pub source: &'a str,
}

/// The format of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureFormat {
    /// Scalable Vector Graphics.
    Svg,
    /// Portable Network Graphics.
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

/// The colours of lines: those of Okabe and Ito, which are told apart by the colour-blind, too.
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 0, 0),
];
/// Several lines begin here, so that they can be compared.
const INDEX: f64 = 100.0;
/// Decimals of a value.
const DECIMALS: usize = 2;
/// Dots across and down, in a terminal.
const DOTS: (u32, u32) = (140, 60);
/// How many dots wide a letter of braille is.
const DOTS_OF_A_LETTER: usize = 2;
/// The room for the line that says where the values are from, in pixels.
const SOURCE_HEIGHT: u32 = 26;

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
    /// Returns its lowest and its highest point; `None` where it has no points.
    fn range(&self) -> Option<(ChartPoint, ChartPoint)> {
        let by_value = |a: &&ChartPoint, b: &&ChartPoint| a.value.total_cmp(&b.value);
        let (low, high) = (self.points.iter().min_by(by_value)?, self.points.iter().max_by(by_value)?);
        Some((*low, *high))
    }

    /// Returns the line in percent of its first value.
    fn indexed(&self) -> Self {
        let first = self.points.iter().map(|it| it.value).find(|it| *it != 0.0).unwrap_or(INDEX);
        let points = self.points.iter().map(|it| ChartPoint { value: it.value / first * INDEX, ..*it });
        Self { name: self.name.clone(), points: points.collect() }
    }

    /// Returns what it shows, in words.
    fn words(&self) -> Option<String> {
        let ((first, last), (low, high)) = (self.points.first().zip(self.points.last())?, self.range()?);
        Some(format!(
            "{} from {} to {}: lowest {} on {}, highest {} on {}, last {}",
            self.name,
            first.day,
            last.day,
            grouped(low.value, DECIMALS),
            low.day,
            grouped(high.value, DECIMALS),
            high.day,
            grouped(last.value, DECIMALS)
        ))
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

/// Returns lines of braille with numbers on the axes, a chart for each line that has points.
pub fn braille(lines: &[ChartLine]) -> String {
    lines.iter().filter_map(|line| Some(braille_of(line, &line.words()?))).collect()
}

fn braille_of(line: &ChartLine, words: &str) -> String {
    let ChartExtent { first, last, low, high } = ChartExtent::of(std::slice::from_ref(line));
    #[expect(clippy::cast_precision_loss, reason = "days of a chart")]
    let x = |day: NaiveDate| (day - first).num_days() as f32;
    #[expect(clippy::cast_possible_truncation, reason = "dots of a chart")]
    let dots = |run: &[ChartPoint]| -> Vec<(f32, f32)> {
        run.iter().map(|point| (x(point.day), point.value as f32)).collect()
    };
    let runs: Vec<Vec<(f32, f32)>> = runs(&line.points).map(dots).collect();
    let shapes: Vec<Shape<'_>> = runs.iter().map(|run| shape(run)).collect();
    #[expect(clippy::cast_possible_truncation, reason = "dots of a chart")]
    let mut chart =
        Chart::new_with_y_range(DOTS.0, DOTS.1, 0.0, x(last).max(1.0), low as f32, high as f32);
    let chart = shapes.iter().fold(&mut chart, |chart, shape| chart.lineplot(shape));
    chart.axis();
    chart.figures();
    format!("{words}\n{}", with_axes(&chart.frame(), (low, high), (first, last)))
}

/// Returns a drawing with values beside its first, middle and last line, and days below it.
fn with_axes(drawing: &str, values: (f64, f64), days: (NaiveDate, NaiveDate)) -> String {
    let lines: Vec<&str> = drawing.trim_end_matches('\n').lines().collect();
    let (low, high) = values;
    let (bottom, middle) = (lines.len().saturating_sub(1), lines.len() / 2);
    let marks = [(0, high), (middle, f64::midpoint(low, high)), (bottom, low)];
    let marks = marks.map(|(at, value)| (at, grouped(value, DECIMALS)));
    let width = marks.iter().map(|it| it.1.len()).max().unwrap_or_default();
    let mut out = String::new();
    for (at, line) in lines.iter().enumerate() {
        let mark = marks.iter().find(|it| it.0 == at).map_or("", |it| &it.1);
        out += &format!("{mark:>width$} {line}\n");
    }
    let across = DOTS.0 as usize / DOTS_OF_A_LETTER - days.0.to_string().len();
    out += &format!("{:width$} {}{:>across$}\n\n", "", days.0, days.1.to_string());
    out
}

fn shape(run: &[(f32, f32)]) -> Shape<'_> {
    // A day alone is a dot.
    if run.len() == 1 { Shape::Points(run) } else { Shape::Lines(run) }
}

/// Returns one picture of all lines: one line by its values, several in percent of their first values.
pub fn picture(lines: &[ChartLine], form: PictureForm<'_>) -> Result<Vec<u8>, ChartError> {
    let drawn = match form.format {
        PictureFormat::Svg => svg(lines, form),
        PictureFormat::Png => png(lines, form),
    };
    drawn.map_err(ChartError)
}

type Drawn<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn svg(lines: &[ChartLine], form: PictureForm<'_>) -> Drawn<Vec<u8>> {
    let mut text = String::new();
    draw_lines(lines, form, SVGBackend::with_string(&mut text, form.size))?;
    // For those who do not see it.
    let safe = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let words: Vec<String> = lines.iter().filter_map(ChartLine::words).collect();
    let said =
        format!("<title>{}</title><desc>{}</desc>", safe(&caption(lines)), safe(&words.join(". ")));
    let begin = text.find("<svg").and_then(|it| text[it..].find('>').map(|end| it + end + 1));
    text.insert_str(begin.ok_or("a drawing without a beginning")?, &said);
    Ok(text.into_bytes())
}

fn png(lines: &[ChartLine], form: PictureForm<'_>) -> Drawn<Vec<u8>> {
    let (width, height) = form.size;
    let mut pixels = vec![0; 3 * width as usize * height as usize];
    draw_lines(lines, form, BitMapBackend::with_buffer(&mut pixels, form.size))?;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header()?.write_image_data(&pixels)?;
    Ok(bytes)
}

/// Returns what stands above a picture.
fn caption(lines: &[ChartLine]) -> String {
    let names: Vec<&str> = lines.iter().map(|it| it.name.as_str()).collect();
    let names = names.join(", ");
    if lines.len() < 2 { names } else { format!("{names}, first value = {INDEX}") }
}

fn draw_lines<B: DrawingBackend>(lines: &[ChartLine], form: PictureForm<'_>, backend: B) -> Drawn<()>
where
    B::ErrorType: 'static,
{
    // Brought along: a server has no fonts.
    register_font("sans-serif", FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT)
        .map_err(|_| "the font that is built in cannot be read")?;
    let shown: Vec<ChartLine> =
        if lines.len() < 2 { lines.to_vec() } else { lines.iter().map(ChartLine::indexed).collect() };
    let ChartExtent { first, last, low, high } = ChartExtent::of(&shown);
    let area = backend.into_drawing_area();
    area.fill(&WHITE)?;
    let (area, below) = area.split_vertically(area.dim_in_pixel().1.saturating_sub(SOURCE_HEIGHT));
    below.draw(&Text::new(
        form.source,
        (12, 4),
        ("sans-serif", 13).into_font().color(&BLACK.mix(0.6)),
    ))?;
    let mut chart = ChartBuilder::on(&area)
        .caption(caption(lines), ("sans-serif", 22))
        .margin(12)
        .x_label_area_size(32)
        .y_label_area_size(80)
        .build_cartesian_2d(first..last.succ_opt().unwrap_or(last), low..high)?;
    chart
        .configure_mesh()
        .x_labels(8)
        .y_labels(8)
        .y_label_formatter(&|it| grouped(*it, DECIMALS))
        .label_style(("sans-serif", 14))
        .light_line_style(TRANSPARENT)
        .draw()?;
    let days = (last - first).num_days().max(1);
    let column = |day: NaiveDate| (day - first).num_days() * i64::from(form.size.0) / days;
    for (at, line) in shown.iter().enumerate() {
        let color = COLOURS[at % COLOURS.len()].to_rgba();
        let seen: Vec<Vec<ChartPoint>> = runs(&line.points).map(|it| visible(it, column)).collect();
        let mut strokes = seen.iter().map(|run| {
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
        let alone = seen.iter().filter(|run| run.len() == 1).map(|run| run[0]);
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
        assert!(braille(&[line(&["2024-01-04"])]).starts_with("X from 2024-01-04 to 2024-01-04: "));
    }

    #[test]
    fn a_chart_says_what_was_lowest_and_highest_and_its_axes_have_numbers() {
        let mut line = line(&["2024-01-04", "2024-01-05", "2024-01-08"]);
        for (point, value) in line.points.iter_mut().zip([64_100.0, 65_500.5, 63_900.0]) {
            point.value = value;
        }
        let drawn = braille(&[line]);
        let (words, axes) = drawn.split_once('\n').expect("lines");
        assert!(
            words.contains("lowest 63,900.00 on 2024-01-08, highest 65,500.50 on 2024-01-05"),
            "{words}"
        );
        assert!(axes.starts_with("65,580.52 ") && axes.contains("\n63,819.97 "), "{axes}");
        let below = axes.trim_end().lines().last().expect("an axis");
        assert!(
            below.trim_start().starts_with("2024-01-04 ") && below.ends_with(" 2024-01-08"),
            "{below}"
        );
    }

    #[test]
    fn several_lines_begin_at_one_hundred() {
        let mut other = line(&["2024-01-04", "2024-01-05"]);
        other.points[1].value = 1.5;
        let values: Vec<f64> = other.indexed().points.iter().map(|it| it.value).collect();
        assert_eq!(values, [100.0, 150.0]);
        let form =
            PictureForm { format: PictureFormat::Svg, size: (600, 300), source: "Source: A Paper" };
        let drawn = picture(&[line(&["2024-01-04"]), other], form).expect("a picture");
        let drawn = String::from_utf8(drawn).expect("text");
        assert!(drawn.contains("<title>X, X, first value = 100</title>"), "{drawn}");
        assert!(drawn.contains("Source: A Paper") && drawn.contains("width=\"600\""), "{drawn}");
    }
}
