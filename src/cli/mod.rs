//! The command line: arguments in, text and exit codes out. The only printer.

mod args;
mod backfill;
mod completions;
mod config;
mod coverage;
mod datasette;
mod days;
mod demo;
mod export;
mod extract;
mod failure;
mod import;
mod instrument;
mod logging;
mod plot;
mod printer;
mod progress;
mod quotes;
mod reextract;
mod scrape;
mod search;
mod session;
mod show;
mod status;
mod terminal;
mod verify;

use std::{borrow::Cow, ffi::OsString, process::ExitCode};

use clap::{CommandFactory, FromArgMatches};

use self::{
    args::{Cli, Command},
    failure::Exit,
    printer::Printer,
    terminal::Colours,
};

/// Run the program. Everything it does is in the exit code, on stdout and on stderr.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let matches = match Cli::command().try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(error) => {
            return typed_wrongly(&error);
        }
    };
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => {
            return typed_wrongly(&error);
        }
    };
    let printer = Printer::new(&cli.common);
    logging::start(&cli.common, &printer);
    match run(cli, &printer) {
        Ok(exit) => exit.into(),
        Err(error) => {
            let failure = failure::explain(&error);
            printer.failure(&failure);
            failure.exit.into()
        }
    }
}

/// Prints help to stdout and mistakes to stderr. A mistake repeats what was typed, which may be anything.
fn typed_wrongly(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    match terminal::safe(&text, Colours::Foreign) {
        Cow::Owned(safe) if error.use_stderr() => printer::mistake(&safe),
        // A closed pipe is nobody's mistake.
        Cow::Borrowed(_) | Cow::Owned(_) => _ = error.print(),
    }
    if error.use_stderr() { Exit::Usage.into() } else { Exit::Done.into() }
}

fn run(cli: Cli, printer: &Printer) -> anyhow::Result<Exit> {
    let Cli { common, command } = cli;
    match command {
        Command::Scrape(args) => scrape::run(&common, &args, printer),
        Command::Backfill(args) => backfill::run(&common, &args, printer),
        Command::Import(args) => import::run(&common, &args, printer),
        Command::Extract(args) => extract::run(&common, &args, printer),
        Command::Reextract(args) => reextract::run(&common, &args, printer),
        Command::Search(args) => search::run(&common, &args, printer),
        Command::Quotes(args) => quotes::run(&common, &args, printer),
        Command::Export(args) => export::run(&common, args, printer),
        Command::Show(args) => show::run(&common, &args, printer),
        Command::Coverage(args) => coverage::run(&common, &args, printer),
        Command::Status(args) => status::run(&common, &args, printer),
        Command::Verify(args) => verify::run(&common, &args, printer),
        Command::Backup(args) => verify::backup(&common, &args, printer),
        Command::Demo => demo::run(&common, printer),
        Command::Config(args) => config::run(&common, &args, printer),
        Command::Completions { shell } => completions::completions(shell, printer),
        Command::Man => completions::man(printer),
    }
}
