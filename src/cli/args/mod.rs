//! What can be typed. The doc comments here are the help that the program prints, so they are written for its users. What an
//! argument is good for is decided in the file of its command.

mod questions;
mod runs;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(super) use questions::{
    BackupArgs, By, CoverageArgs, ExportArgs, ExportFormat, ExportWhat, ForgetArgs, QuotesArgs,
    RowFormat, SearchArgs, ShowArgs, StatusArgs, TableFormat, VerifyArgs,
};
pub(super) use runs::{
    AccountArgs, BackfillArgs, ExtractArgs, GuessIds, ImportArgs, ReextractArgs, ScrapeArgs,
};

/// The archive of a financial newspaper: scrapes a news site politely into one SQLite file.
#[derive(Debug, Parser)]
#[command(name = "tearsheet", version, max_term_width = 100)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) common: Common,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Options of every command.
#[derive(Debug, Args, Clone)]
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
    /// One pass over what is new; what cron runs
    Scrape(ScrapeArgs),
    /// Every article published in a range of days; the same command resumes
    Backfill(BackfillArgs),
    /// Saved pages, WARC and WET files into the archive
    Import(ImportArgs),
    /// One page or a WARC to JSON on stdout; touches no archive
    Extract(ExtractArgs),
    /// Stored pages again through today's extractor; says what changed
    Reextract(ReextractArgs),
    /// Full text, best first
    Search(SearchArgs),
    /// One article as a person reads it
    Show(ShowArgs),
    /// A symbol over time, from the tickers
    Quotes(QuotesArgs),
    /// For other tools: rows as CSV, JSON lines, Parquet; captures as WARC
    Export(ExportArgs),
    /// A calendar: which days are complete, and why others are not
    Coverage(CoverageArgs),
    /// Last runs, queue, what is due, what is blocked
    Status(StatusArgs),
    /// Is the archive whole: file, hashes, references, index
    Verify(VerifyArgs),
    /// Take a story out, everywhere, so that no run asks for it again
    Forget(ForgetArgs),
    /// A consistent copy, also while a run writes
    Backup(BackupArgs),
    /// The main job against a small built-in news site on loopback: no network, no set-up
    Demo,
    /// Is the configuration right; what is in force
    Config(ConfigArgs),
    /// Completions for a shell, on stdout
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// The manual page, on stdout
    Man,
}

#[derive(Debug, Args)]
pub(super) struct ConfigArgs {
    #[command(subcommand)]
    pub(super) command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Is the file right
    Check,
    /// What is in force, and where each value came from
    Show,
    /// How far the ids had come on which day
    Anchors,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        super::Cli::command().debug_assert();
    }
}
