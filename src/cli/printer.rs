//! The only place that prints: data to stdout, lines for people to stderr. What is said is decided by the commands. Messages that
//! come up while a job runs are `logging`'s, and reach stderr between the bars all the same.

use std::io::{self, IsTerminal, Write};

use console::Style;
use indicatif::MultiProgress;

use crate::model::Tally;

use super::{
    args::{ColorWhen, Common, LogFormat},
    failure::{Exit, Failure, OutputError},
    terminal::{Colours, safe},
};

/// Writes everything that the program says.
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
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => is_terminal && !no_color,
        };
        console::set_colors_enabled(is_coloured(io::stdout().is_terminal()));
        console::set_colors_enabled_stderr(is_coloured(io::stderr().is_terminal()));
        Self {
            is_quiet: common.quiet,
            is_json: common.log_format == LogFormat::Json,
            bars: MultiProgress::new(),
        }
    }

    /// Writes text to stdout. On a terminal, characters that would act on it are replaced (see [`safe`]).
    #[expect(clippy::unused_self, reason = "only what has a printer may print")]
    pub(super) fn data(&self, text: &str) -> Result<(), OutputError> {
        if io::stdout().is_terminal() {
            to_stdout(safe(text, Colours::Ours).as_bytes())
        } else {
            to_stdout(text.as_bytes())
        }
    }

    /// Writes bytes that somebody else made to stdout, as they are; to a terminal as text.
    #[expect(clippy::unused_self, reason = "only what has a printer may print")]
    pub(super) fn bytes(&self, bytes: &[u8]) -> Result<(), OutputError> {
        if io::stdout().is_terminal() {
            let text = String::from_utf8_lossy(bytes);
            to_stdout(safe(&text, Colours::Foreign).as_bytes())
        } else {
            to_stdout(bytes)
        }
    }

    /// Writes a line for people, unless they asked for quiet.
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

    /// Writes the closing line of a long command. With `--quiet` it is left out on success only.
    pub(super) fn closing(&self, line: &str, exit: Exit) {
        if exit == Exit::Done {
            self.note(line);
        } else if self.is_json {
            tracing::warn!(target: "tearsheet::summary", "{line}");
        } else {
            self.line(line);
        }
    }

    /// Writes the closing line of a run; in a log of JSON with its counts, which are called as in its summary.
    pub(super) fn run_ended(&self, command: &str, line: &str, exit: Exit, tally: &Tally) {
        if !self.is_json {
            return self.closing(line, exit);
        }
        let (outcome, exit_code) = (exit.word(), exit.code());
        let Tally { stored: new, updated, unchanged, missing, failed, .. } = *tally;
        if exit != Exit::Done {
            tracing::warn!(
                target: "tearsheet::summary",
                command, outcome, exit_code, new, updated, unchanged, missing, failed, "{line}"
            );
        } else if !self.is_quiet {
            tracing::info!(
                target: "tearsheet::summary",
                command, outcome, exit_code, new, updated, unchanged, missing, failed, "{line}"
            );
        }
    }

    /// Writes a warning that `--quiet` does not silence.
    pub(super) fn alarm(&self, line: &str) {
        if self.is_json {
            tracing::error!(target: "tearsheet::summary", "{line}");
        } else {
            self.line(&format!(
                "{} {line}",
                Style::new().for_stderr().yellow().bold().apply_to("warning:")
            ));
        }
    }

    /// Writes why a command failed, and what to do about it.
    pub(super) fn failure(&self, failure: &Failure) {
        let Failure { message, hint, exit: _ } = failure;
        let message = safe(message, Colours::Foreign);
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
        let line = safe(line, Colours::Ours);
        // There is nobody to tell when stderr is closed.
        self.bars.suspend(|| _ = writeln!(io::stderr().lock(), "{line}"));
    }
}

/// Writes what was wrong with the arguments to stderr, before there is a printer.
pub(super) fn mistake(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Writes bytes to stdout. A reader that has gone away has all it wanted.
fn to_stdout(bytes: &[u8]) -> Result<(), OutputError> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|source| OutputError { source }),
    }
}
