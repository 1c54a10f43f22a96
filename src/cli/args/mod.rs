//! What can be typed. The words here are the help.

use std::path::PathBuf;

use chrono::{TimeDelta, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{jobs::Limits, model::Captured};

use super::days::Range;

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
    pub(super) color: When,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
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

/// Where a run stops although more is due.
#[derive(Debug, Args)]
pub(super) struct LimitArgs {
    /// Stop after so many pages; the rest stays queued
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) max_pages: Option<u64>,
    /// Stop after so many minutes; the rest stays queued
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) max_minutes: Option<u32>,
}

impl LimitArgs {
    /// The limits of a run that begins now.
    pub(super) fn limits(&self) -> Limits {
        let until = |it| Utc::now() + TimeDelta::minutes(i64::from(it));
        Limits { max_pages: self.max_pages, until: self.max_minutes.map(until) }
    }
}

#[derive(Debug, Args)]
pub(super) struct ScrapeArgs {
    #[command(flatten)]
    pub(super) limits: LimitArgs,
    /// Read the sources and say what would be fetched; fetch no article, write nothing
    #[arg(long)]
    pub(super) dry_run: bool,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct BackfillArgs {
    #[command(flatten)]
    pub(super) range: Range,
    /// Only days that `coverage` says need work; without a range, all that are known
    #[arg(long)]
    pub(super) gaps: bool,
    /// Begin with the last day; the default
    #[arg(long, conflicts_with = "oldest_first")]
    pub(super) newest_first: bool,
    /// Begin with the first day
    #[arg(long)]
    pub(super) oldest_first: bool,
    /// From a web archive of `site.web_archives` instead of the site, such as wayback
    #[arg(long, value_name = "NAME", conflicts_with_all = ["gaps", "dry_run", "oldest_first"])]
    pub(super) via: Option<String>,
    /// With `--via`: every capture of an article, not only the first and the latest; each has a ticker
    #[arg(long, requires = "via")]
    pub(super) every_capture: bool,
    /// Guess the ids of pages that no source named
    #[arg(long, value_name = "WHEN", default_value = "gaps")]
    pub(super) ids: Ids,
    #[command(flatten)]
    pub(super) limits: LimitArgs,
    /// Say what would be done: days, listings, pages, guesses, requests, time; ask for a few listings and ids, write nothing
    #[arg(long)]
    pub(super) dry_run: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Ids {
    /// Never
    Off,
    /// On days of which no listing speaks, or that are thin
    Gaps,
    /// On every day
    All,
}

#[derive(Debug, Args)]
pub(super) struct CoverageArgs {
    #[command(flatten)]
    pub(super) range: Range,
    /// A calendar for people, or a row for each day
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(super) format: TableFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TableFormat {
    Table,
    Csv,
    Json,
}

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// Files and folders; `-` for stdin
    #[arg(required = true, value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// The page's address, where it does not say so itself (one file only)
    #[arg(long, value_name = "URL")]
    pub(super) url: Option<String>,
    /// When the pages were saved: 2021-03-08T06:20:00Z, or a day
    #[arg(long, value_name = "TIME", value_parser = captured)]
    pub(super) captured_at: Option<Captured>,
}

#[derive(Debug, Args)]
pub(super) struct ExtractArgs {
    /// A saved page; `-` for stdin
    #[arg(value_name = "PATH")]
    pub(super) path: PathBuf,
    /// The page's address, where it does not say so itself
    #[arg(long, value_name = "URL")]
    pub(super) url: Option<String>,
    /// When the page was saved: 2021-03-08T06:20:00Z, or a day; chooses the era and dates the ticker
    #[arg(long, value_name = "TIME", value_parser = captured)]
    pub(super) captured_at: Option<Captured>,
    /// One line of JSON
    #[arg(long)]
    pub(super) ndjson: bool,
}

#[derive(Debug, Args)]
pub(super) struct ReextractArgs {
    #[command(flatten)]
    pub(super) range: Range,
    /// Say what would change, and whether a hundred pages are the same to both parsers; write nothing
    #[arg(long, visible_alias = "check")]
    pub(super) dry_run: bool,
    /// Take a reading that has less than the stored article; otherwise it is kept beside it as a draft
    #[arg(long)]
    pub(super) accept_losses: bool,
}

#[derive(Debug, Args)]
pub(super) struct SearchArgs {
    /// Words, or an expression of SQLite's FTS5
    #[arg(required = true, value_name = "QUERY")]
    pub(super) query: Vec<String>,
    #[command(flatten)]
    pub(super) range: Range,
    /// Only this section
    #[arg(long, value_name = "NAME")]
    pub(super) section: Option<String>,
    /// Only stories signed so, or by somebody of whose name this is a part
    #[arg(long, value_name = "NAME")]
    pub(super) byline: Option<String>,
    /// Only stories that name this symbol
    #[arg(long, value_name = "SYMBOL")]
    pub(super) symbol: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value = "20", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(super) limit: u32,
    /// By day, not by rank
    #[arg(long)]
    pub(super) newest: bool,
    /// How they are printed
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(super) format: RowFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RowFormat {
    Table,
    Jsonl,
    Csv,
}

#[derive(Debug, Args)]
pub(super) struct QuotesArgs {
    /// Symbols, such as OGDC or KSE100
    #[arg(value_name = "SYMBOL")]
    pub(super) symbols: Vec<String>,
    #[command(flatten)]
    pub(super) range: Range,
    /// A row for each day: open, high, low, close
    #[arg(long)]
    pub(super) daily: bool,
    /// Every symbol, with its first and last day
    #[arg(long)]
    pub(super) list: bool,
    /// Draw the closes of each day in the terminal
    #[arg(long)]
    pub(super) plot: bool,
    /// Draw them into a file, FILE.svg or FILE.png
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// Replace a file that is there already
    #[arg(long, requires = "out")]
    pub(super) force: bool,
    /// How they are printed
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(super) format: RowFormat,
}

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// What to export
    #[arg(value_name = "WHAT")]
    pub(super) what: ExportWhat,
    #[command(flatten)]
    pub(super) range: Range,
    /// Only this section
    #[arg(long, value_name = "NAME")]
    pub(super) section: Option<String>,
    /// In which format [default: by the name of the file, else jsonl]
    #[arg(long, value_name = "FORMAT")]
    pub(super) format: Option<ExportFormat>,
    /// A file, or with `--by` a folder; stdout without, or with `-`
    #[arg(long, value_name = "PATH")]
    pub(super) out: Option<PathBuf>,
    /// Replace a file that is there already; never an archive, a link or a folder
    #[arg(long)]
    pub(super) force: bool,
    /// A folder with a part for each month
    #[arg(long, value_name = "WHAT")]
    pub(super) by: Option<By>,
    /// CSV for a spreadsheet that wants a byte order mark
    #[arg(long)]
    pub(super) excel: bool,
    /// Web archives packed as one WACZ file
    #[arg(long)]
    pub(super) wacz: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ExportWhat {
    Articles,
    Quotes,
    Links,
    /// Captures as WARC/1.1 files with an index
    Warc,
    /// A metadata.yaml for Datasette
    DatasetteMetadata,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ExportFormat {
    Csv,
    Jsonl,
    Parquet,
    Warc,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum By {
    Month,
}

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// The archive's id, the site's id, or an address
    #[arg(value_name = "ID|URL")]
    pub(super) article: String,
    /// An older wording
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) version: Option<u32>,
    /// What changed since the wording before, word by word
    #[arg(long, conflicts_with = "raw")]
    pub(super) diff: bool,
    /// The bytes of the page it was read from
    #[arg(long, conflicts_with = "version")]
    pub(super) raw: bool,
}

#[derive(Debug, Args)]
pub(super) struct StatusArgs {
    /// As JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// As JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Make right what can be: index, ledger, claims; read damaged articles again from their raw pages
    #[arg(long)]
    pub(super) repair: bool,
    /// Compress raw pages again that were stored before there were others like them; gives room back
    #[arg(long)]
    pub(super) compact: bool,
}

#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    /// A new file, or a folder for one that carries the date
    #[arg(value_name = "PATH")]
    pub(super) path: PathBuf,
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

fn captured(text: &str) -> Result<Captured, String> {
    text.parse()
        .map_err(|_| "a time such as 2021-03-08T06:20:00Z, or a day such as 2021-03-08".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        super::Cli::command().debug_assert();
    }
}
