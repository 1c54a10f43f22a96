//! What can be typed. The doc comments here are the help that the program prints, so they are written for its users. What an
//! argument is good for is decided in the file of its command.

mod help;
mod questions;
mod runs;

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

pub(super) use questions::{
    BackupArgs, By, CiteArgs, CiteFormat, CoverageArgs, ExportArgs, ExportDecimals, ExportFormat,
    ExportWhat, ForgetArgs, ListArgs, QuotesArgs, RowFormat, SearchArgs, ServeArgs, ShowArgs,
    StatusArgs, TableFormat, VerifyArgs,
};
pub(super) use runs::{
    AccountArgs, BackfillArgs, ExtractArgs, GuessIds, ImportArgs, ReextractArgs, ScrapeArgs,
};

/// The archive of a financial newspaper: scrapes a news site politely into one SQLite file.
#[derive(Debug, Parser)]
#[command(name = "tearsheet", version = version(), max_term_width = 100)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) common: Common,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Returns the command line with its help.
pub(super) fn command() -> clap::Command {
    help::with_help(Cli::command())
}

/// Returns what `-V` says: the version, the commit it was built of, and the schema of its archives.
fn version() -> String {
    let (version, commit) = (env!("CARGO_PKG_VERSION"), env!("TEARSHEET_COMMIT"));
    format!("{version} (commit {commit}, schema {})", crate::store::SCHEMA)
}

/// Options of every command.
#[derive(Debug, Args, Clone)]
#[command(next_help_heading = "General options")]
pub(super) struct Common {
    /// Configuration file [default: ./config.toml if there is one, else the built-in]
    #[arg(long, global = true, value_name = "FILE", env = "TEARSHEET_CONFIG", hide_env = true)]
    pub(super) config: Option<PathBuf>,
    /// SQLite file of the archive [default: `archive.path` of the configuration]
    #[arg(long, global = true, value_name = "FILE", env = "TEARSHEET_ARCHIVE", hide_env = true)]
    pub(super) archive: Option<PathBuf>,
    /// Say nothing on success
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// Say more: every page (-v), every step (-vv)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    /// How messages are written
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub(super) log_format: LogFormat,
    /// Whether output is coloured; `NO_COLOR` counts as never
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) color: ColorWhen,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorWhen {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make one pass over what is new; this is what cron runs
    Scrape(ScrapeArgs),
    /// Fetch every article published in a range of days; run it again to resume
    Backfill(BackfillArgs),
    /// Import saved pages, WARC and WET files
    Import(ImportArgs),
    /// Read a page or a WARC, and print JSON; touches no archive
    Extract(ExtractArgs),
    /// Read stored pages again with today's extractor, and say what changed
    Reextract(ReextractArgs),
    /// Search the full text, best first
    Search(SearchArgs),
    /// List stories without a query, the newest first
    List(ListArgs),
    /// Show one article as a person reads it
    Show(ShowArgs),
    /// Show a symbol over time, from the tickers
    Quotes(QuotesArgs),
    /// Write rows as CSV, JSON lines or Parquet, and captures as WARC
    Export(ExportArgs),
    /// Show a calendar: which days are complete, and why others are not
    Coverage(CoverageArgs),
    /// Show the last runs, the queue, what is due, what is blocked
    Status(StatusArgs),
    /// Print what a study cites of its archive: version, range, counts, coverage
    Cite(CiteArgs),
    /// Check that the archive is whole: file, hashes, references, index
    Verify(VerifyArgs),
    /// Take a story out, everywhere, so that no run asks for it again
    Forget(ForgetArgs),
    /// Make a consistent copy, also while a run writes
    Backup(BackupArgs),
    /// Show the archive in your browser, on this machine; never writes
    Serve(ServeArgs),
    /// Try a scrape on a small built-in news site: no network, no set-up
    Demo,
    /// Check the configuration, or show what is in force
    Config(ConfigArgs),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

#[derive(Debug, Args)]
pub(super) struct ConfigArgs {
    #[command(subcommand)]
    pub(super) command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Print a commented file to begin with; with an address, filled in by a look at that paper
    Init {
        /// The front page of a paper: it, robots.txt, feeds and a story are looked at, slowly
        url: Option<String>,
    },
    /// List the profiles that are built in
    Profiles,
    /// Check the file: every mistake at once, and what the rules read from saved pages
    Check {
        /// Read the saved pages in a folder, and try the `[[site.tests]]` on them
        #[arg(long, value_name = "FOLDER")]
        pages: Option<PathBuf>,
    },
    /// Show what is in force, and where each value came from
    Show,
    /// Show how far the ids had come on which day
    Anchors,
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_arguments_are_consistent() {
        super::command().debug_assert();
    }

    #[test]
    fn every_command_is_in_one_group_and_has_two_examples_that_are_understood() {
        let command = super::command();
        for found in command.get_subcommands().filter(|it| it.get_name() != "help") {
            let name = found.get_name();
            let listed =
                super::help::GROUPS.iter().flat_map(|it| it.1).filter(|it| **it == name).count();
            assert_eq!(listed, 1, "{name}");
            let (_, examples) = super::help::EXAMPLES.iter().find(|it| it.0 == name).expect(name);
            for example in examples {
                let words: Vec<String> = example.split(' ').map(|it| it.replace('\'', "")).collect();
                assert_eq!(words[1], name, "{example}");
                command.clone().try_get_matches_from(&words).expect(example);
            }
        }
    }
}
