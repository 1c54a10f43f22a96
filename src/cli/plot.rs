//! `tearsheet quotes --plot` and `--out`: the closes of symbols as a chart. A program that was built without the feature `plot`
//! says so. It is not part of `quotes`, which prints rows, so that the feature is asked for in one place.

use crate::{export::Destination, model::Days, store::Reader};

use super::{failure::Exit, printer::Printer};

#[cfg(not(feature = "plot"))]
pub(super) fn run(
    _: &Reader,
    _: &[String],
    _: Option<Days>,
    _: Option<Destination>,
    _: &Printer,
) -> anyhow::Result<Exit> {
    Err(super::failure::Usage::not_built_in("charts", "plot").into())
}

#[cfg(feature = "plot")]
pub(super) fn run(
    reader: &Reader,
    symbols: &[String],
    days: Option<Days>,
    out: Option<Destination>,
    printer: &Printer,
) -> anyhow::Result<Exit> {
    use super::failure::Usage;
    use crate::export::charts::{ChartLine, ChartPoint, PictureFormat, braille, picture};

    let mut lines = Vec::new();
    for symbol in symbols {
        let rows = reader.quotes_daily(symbol, days)?;
        let points = rows
            .iter()
            .filter_map(|row| Some(ChartPoint { day: row.day.parse().ok()?, value: row.close }));
        lines.push(ChartLine { name: symbol.clone(), points: points.collect() });
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
    destination.keep(&picture(&lines, format)?)?;
    printer.note(&format!("quotes: drawn into {target}"));
    Ok(Exit::Done)
}
