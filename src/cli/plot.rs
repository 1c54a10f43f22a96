//! `tearsheet quotes --plot` and `--out`: the closes of symbols, and what boards say of codes by day, as a chart. A program that was built without the feature `plot`
//! says so. It is not part of `quotes`, which prints rows, so that the feature is asked for in one place.

use crate::{export::Destination, model::Days, store::Reader};

use super::{failure::Exit, instrument::Instrument, printer::Printer};

/// How a picture is drawn.
#[cfg_attr(not(feature = "plot"), expect(dead_code, reason = "nothing is drawn"))]
pub(super) struct PlotForm<'a> {
    /// Its width and height, in pixels.
    pub(super) size: (u32, u32),
    /// The paper.
    pub(super) source: &'a str,
}

#[cfg(not(feature = "plot"))]
pub(super) fn run(
    _: &Reader,
    _: &[Instrument],
    _: Option<Days>,
    _: Option<Destination>,
    _: &PlotForm<'_>,
    _: &Printer,
) -> anyhow::Result<Exit> {
    Err(super::failure::Usage::not_built_in("charts", "plot").into())
}

#[cfg(feature = "plot")]
pub(super) fn run(
    reader: &Reader,
    instruments: &[Instrument],
    days: Option<Days>,
    out: Option<Destination>,
    form: &PlotForm<'_>,
    printer: &Printer,
) -> anyhow::Result<Exit> {
    use super::failure::Usage;
    use crate::export::{
        charts::{ChartLine, PictureForm, PictureFormat, braille, picture},
        day_line::ChartPoint,
    };

    let point = |day: Option<&String>, value: f64| Some(ChartPoint { day: day?.parse().ok()?, value });
    let mut lines = Vec::new();
    for instrument in instruments {
        let points = match instrument {
            Instrument::Symbol(symbol) => {
                let rows = reader.quotes_daily(symbol, days)?;
                rows.iter().filter_map(|row| point(Some(&row.day), row.close)).collect()
            }
            Instrument::Code { board, code } => {
                let rows = reader.rates(board, code, days)?;
                rows.iter().filter_map(|row| point(row.day.as_ref(), row.value)).collect()
            }
        };
        lines.push(ChartLine { name: instrument.name(), points });
    }
    if lines.iter().all(|line| line.points.is_empty()) {
        let hint = "`--list` says how far each symbol is known";
        return Err(Usage::new("there is nothing to draw on these days", hint).into());
    }
    let Some(destination) = out else {
        printer.data(&braille(&lines))?;
        return Ok(Exit::Done);
    };
    let target = destination.path().display().to_string();
    let format = PictureFormat::of(destination.path()).ok_or_else(|| {
        let hint = "name a file that ends in .svg or .png";
        Usage::new(format!("`{target}`: a chart is drawn as SVG or PNG"), hint)
    })?;
    let source = format!("Source: {}", form.source);
    let form = PictureForm { format, size: form.size, source: &source };
    destination.keep(&picture(&lines, form)?)?;
    printer.note(&format!("quotes: drawn into {target}"));
    Ok(Exit::Done)
}
