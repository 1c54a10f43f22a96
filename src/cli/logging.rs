//! Messages while a command runs: `tracing` events, as lines for people or as JSON for programs. What a command answers is data
//! and goes through `printer`.

use std::{
    fmt,
    io::{self, IsTerminal},
};

use chrono::SecondsFormat;
use console::Style;
use tracing::{Event, Level, Subscriber, field::Visit};
use tracing_subscriber::{
    EnvFilter,
    fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter, format::Writer},
    registry::LookupSpan,
};

use super::{
    args::{Common, LogFormat},
    printer::Printer,
    terminal::{Colours, safe},
};

/// Start logging to stderr. `RUST_LOG` overrides `-q` and `-v`.
pub(super) fn start(common: &Common, printer: &Printer) {
    let is_json = common.log_format == LogFormat::Json;
    let level = match (common.quiet, common.verbose) {
        (true, _) if is_json => "tearsheet::summary=warn,error",
        (true, _) => "error",
        (false, 0) if is_json => "tearsheet::summary=info,warn",
        (false, 0) => "warn",
        (false, 1) => "tearsheet=info,warn",
        (false, _) => "tearsheet=debug,info",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(BesideBars(printer.clone()));
    // A second start, in a test, keeps the first.
    let _ = if is_json {
        builder.json().flatten_event(true).with_target(false).try_init()
    } else {
        builder.event_format(PlainLines).try_init()
    };
}

/// Writes lines to stderr. The bars step aside for them.
struct BesideBars(Printer);

struct LineBesideBars {
    printer: Printer,
    bytes: Vec<u8>,
}

impl<'w> MakeWriter<'w> for BesideBars {
    type Writer = LineBesideBars;

    fn make_writer(&'w self) -> Self::Writer {
        LineBesideBars { printer: self.0.clone(), bytes: Vec::new() }
    }
}

impl io::Write for LineBesideBars {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for LineBesideBars {
    fn drop(&mut self) {
        use std::io::Write as _;
        // There is nobody to tell when stderr is closed.
        self.printer.bars.suspend(|| _ = io::stderr().lock().write_all(&self.bytes));
    }
}

/// `warning: message`, as compilers write it.
struct PlainLines;

impl<S, N> FormatEvent<S, N> for PlainLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let style = Style::new().for_stderr();
        let (word, style) = match *event.metadata().level() {
            Level::ERROR => ("error:", style.red().bold()),
            Level::WARN => ("warning:", style.yellow().bold()),
            Level::INFO => ("info:", style.green()),
            Level::DEBUG | Level::TRACE => ("debug:", style.dim()),
        };
        let mut message = Message::default();
        event.record(&mut message);
        // A file name, an address and a title are what somebody else wrote.
        let message = safe(&message.0, Colours::Foreign);
        if !io::stderr().is_terminal() {
            // A log that is read later has to say when.
            write!(writer, "{} ", crate::clock::now().to_rfc3339_opts(SecondsFormat::Secs, true))?;
        }
        writeln!(writer, "{} {message}", style.apply_to(word))
    }
}

/// The message of an event. Its fields are left out, since the message says them in words.
#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}
