//! The command line: arguments in, text and exit codes out. The only printer.

mod account;
mod args;
mod backfill;
mod backup;
mod cite;
mod closing;
mod completions;
mod config;
mod config_check;
mod config_init;
mod coverage;
mod datasette;
mod days;
mod demo;
mod export;
mod extract;
mod failure;
mod forget;
mod hooks;
mod import;
mod instrument;
mod list;
mod logging;
mod manifest;
#[cfg(feature = "arrow")]
mod page_rows;
mod plot;
mod printer;
mod progress;
mod quotes;
mod record_list;
mod reextract;
mod scrape;
mod search;
mod serve;
mod setup;
mod show;
mod signals;
mod similar;
mod status;
mod terminal;
mod verify;

use std::{borrow::Cow, ffi::OsString, process::ExitCode};

use clap::Parser;

use self::{
    account::reported,
    args::{Cli, Command},
    failure::Exit,
    printer::Printer,
    terminal::Colours,
};

/// Run the program. Everything it does is in the exit code, on stdout and on stderr.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        // Help takes a while to put together, and is part of what is said of a mistake, too.
        Err(error) => {
            let error = args::command().try_get_matches_from(&args).err().unwrap_or(error);
            return print_parse_result(&error, &args);
        }
    };
    signals::survive_file_limits();
    let printer = Printer::new(&cli.common);
    logging::start(&cli.common, &printer);
    if let Command::Status(args) = &cli.command
        && args.check
    {
        return status::check(&cli.common, args, &printer);
    }
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
fn print_parse_result(error: &clap::Error, args: &[OsString]) -> ExitCode {
    let text = error.render().to_string();
    match terminal::safe(&text, Colours::Foreign) {
        Cow::Owned(safe) if error.use_stderr() => printer::mistake(&safe),
        // A closed pipe is nobody's mistake.
        Cow::Borrowed(_) | Cow::Owned(_) => _ = error.print(),
    }
    let is_typed = |word: &str| args.iter().any(|it| it == word);
    match error.use_stderr() {
        false => Exit::Done.into(),
        // To a monitor 2 means that the archive is in trouble.
        true if is_typed("status") && is_typed("--check") => status::UNKNOWN.into(),
        true => Exit::Usage.into(),
    }
}

fn run(cli: Cli, printer: &Printer) -> anyhow::Result<Exit> {
    let Cli { common, command } = cli;
    match command {
        Command::Scrape(args) => {
            reported(&common, &args.account, "scrape", || scrape::run(&common, &args, printer))
        }
        Command::Backfill(args) => {
            reported(&common, &args.account, "backfill", || backfill::run(&common, &args, printer))
        }
        Command::Import(args) => {
            reported(&common, &args.account, "import", || import::run(&common, &args, printer))
        }
        Command::Extract(args) => extract::run(&common, &args, printer),
        Command::Reextract(args) => {
            reported(&common, &args.account, "reextract", || reextract::run(&common, &args, printer))
        }
        Command::Search(args) => search::run(&common, &args, printer),
        Command::Quotes(args) => quotes::run(&common, &args, printer),
        Command::Export(args) => export::run(&common, args, printer),
        Command::List(args) => list::run(&common, &args, printer),
        Command::Show(args) => show::run(&common, &args, printer),
        Command::Coverage(args) => coverage::run(&common, &args, printer),
        Command::Status(args) => status::run(&common, &args, printer),
        Command::Cite(args) => cite::run(&common, &args, printer),
        Command::Verify(args) => verify::run(&common, &args, printer),
        Command::Forget(args) => forget::run(&common, &args, printer),
        Command::Backup(args) => backup::run(&common, &args, printer),
        Command::Serve(args) => serve::run(&common, &args, printer),
        Command::Demo => demo::run(&common, printer),
        Command::Config(args) => config::run(&common, &args, printer),
        Command::Completions { shell } => completions::completions(shell, printer),
        Command::Man => completions::man(printer),
    }
}
