//! stdout for data, stderr for people.

use std::io::{self, IsTerminal, Write};

use console::Style;
use indicatif::MultiProgress;

use super::{
    args::{Common, LogFormat, When},
    failure::{Exit, Failure, OutputError},
};

/// Writes everything the program says.
#[derive(Debug, Clone)]
pub(super) struct Printer {
    is_quiet: bool,
    is_json: bool,
    /// Bars are drawn here, and step aside for lines.
    pub(super) bars: MultiProgress,
}

impl Printer {
    pub(super) fn new(common: &Common) -> Self {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|it| !it.is_empty());
        let is_coloured = |is_terminal: bool| match common.color {
            When::Always => true,
            When::Never => false,
            When::Auto => is_terminal && !no_color,
        };
        console::set_colors_enabled(is_coloured(io::stdout().is_terminal()));
        console::set_colors_enabled_stderr(is_coloured(io::stderr().is_terminal()));
        Self {
            is_quiet: common.quiet,
            is_json: common.log_format == LogFormat::Json,
            bars: MultiProgress::new(),
        }
    }

    /// Data, as it is.
    pub(super) fn data(&self, text: &str) -> Result<(), OutputError> {
        self.bytes(text.as_bytes())
    }

    /// Data, as bytes. A reader that has gone away has all it wanted.
    #[expect(clippy::unused_self, reason = "whoever prints has a printer")]
    pub(super) fn bytes(&self, bytes: &[u8]) -> Result<(), OutputError> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other.map_err(|source| OutputError { source }),
        }
    }

    /// A line for people, unless they asked for quiet.
    pub(super) fn note(&self, line: &str) {
        if self.is_quiet {
            return;
        }
        if self.is_json {
            tracing::info!(target: "tearsheet::summary", "{line}");
        } else {
            self.line(line);
        }
    }

    /// The closing line of a long command: quiet keeps silent on success alone.
    pub(super) fn closing(&self, line: &str, exit: Exit) {
        if exit == Exit::Done {
            self.note(line);
        } else if self.is_json {
            tracing::warn!(target: "tearsheet::summary", "{line}");
        } else {
            self.line(line);
        }
    }

    /// Why nothing came of it, and what to do.
    pub(super) fn failure(&self, failure: &Failure) {
        let Failure { message, hint, exit: _ } = failure;
        if self.is_json {
            tracing::error!(hint, "{message}");
            return;
        }
        let red = Style::new().for_stderr().red().bold();
        let cyan = Style::new().for_stderr().cyan();
        self.line(&format!("{} {message}", red.apply_to("error:")));
        if let Some(hint) = hint {
            self.line(&format!("{} {hint}", cyan.apply_to("hint:")));
        }
    }

    fn line(&self, line: &str) {
        // stderr is for people; when it is gone nobody is left to tell.
        self.bars.suspend(|| _ = writeln!(io::stderr().lock(), "{line}"));
    }
}
