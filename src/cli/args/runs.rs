//! The arguments of the commands that read pages: from the site, from a web archive, from files, or again from the archive.

use std::path::PathBuf;

use chrono::TimeDelta;
use clap::{Args, ValueEnum};

use crate::{
    clock,
    config::Config,
    jobs::Limits,
    model::{Captured, KeepImages},
};

use super::super::days::Range;

/// Where a run stops although more is due.
#[derive(Debug, Args)]
pub(in crate::cli) struct LimitArgs {
    /// Stop after N pages; the rest stays queued
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(in crate::cli) max_pages: Option<u64>,
    /// Stop after N minutes; the rest stays queued
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(in crate::cli) max_minutes: Option<u32>,
}

impl LimitArgs {
    /// The limits of a run that begins now.
    pub(in crate::cli) fn limits(&self) -> Limits {
        let until = |it| clock::now() + TimeDelta::minutes(i64::from(it));
        Limits { max_pages: self.max_pages, until: self.max_minutes.map(until) }
    }
}

/// What a run leaves for programs.
#[derive(Debug, Args)]
pub(in crate::cli) struct AccountArgs {
    /// Write the summary of the run as JSON to a file, whatever its end
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) summary: Option<PathBuf>,
    /// Write the numbers of run and archive to a file, for Prometheus
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) metrics_file: Option<PathBuf>,
}

/// Whether pictures are kept, whatever the configuration says.
#[derive(Debug, Args)]
pub(in crate::cli) struct ImageArgs {
    /// Keep the pictures of the stories, too (`archive.keep_images = "story"` for one run)
    #[arg(long)]
    pub(in crate::cli) images: bool,
}

impl ImageArgs {
    /// Puts the choice into the configuration in force.
    pub(in crate::cli) fn apply(&self, config: &mut Config) {
        if self.images {
            config.keep_images = KeepImages::Story;
        }
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ScrapeArgs {
    #[command(flatten)]
    pub(in crate::cli) limits: LimitArgs,
    #[command(flatten)]
    pub(in crate::cli) images: ImageArgs,
    #[command(flatten)]
    pub(in crate::cli) account: AccountArgs,
    /// Read the sources and say what would be fetched; fetch no article, write nothing
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(in crate::cli) struct BackfillArgs {
    #[command(flatten)]
    pub(in crate::cli) range: Range,
    #[command(flatten)]
    pub(in crate::cli) account: AccountArgs,
    /// Only days that `coverage` says need work; without a range, all that are known
    #[arg(long)]
    pub(in crate::cli) gaps: bool,
    /// Begin with the last day; the default
    #[arg(long, conflicts_with = "oldest_first")]
    pub(in crate::cli) newest_first: bool,
    /// Begin with the first day
    #[arg(long)]
    pub(in crate::cli) oldest_first: bool,
    /// From a web archive of `site.web_archives` instead of the site, such as wayback
    #[arg(long, value_name = "NAME", conflicts_with_all = ["gaps", "dry_run", "oldest_first"])]
    pub(in crate::cli) via: Option<String>,
    /// With `--via`: every capture of an article, not only the first and the latest; each has a ticker
    #[arg(long, requires = "via")]
    pub(in crate::cli) every_capture: bool,
    /// Guess the ids of pages that no source named
    #[arg(long, value_name = "WHEN", default_value = "gaps")]
    pub(in crate::cli) ids: GuessIds,
    #[command(flatten)]
    pub(in crate::cli) limits: LimitArgs,
    #[command(flatten)]
    pub(in crate::cli) images: ImageArgs,
    /// Say what would be done: days, listings, pages, guesses, requests, time; ask for a few listings and ids, write nothing
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum GuessIds {
    /// Never
    Off,
    /// On days of which no listing speaks, or that are thin
    Gaps,
    /// On every day
    All,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ImportArgs {
    #[command(flatten)]
    pub(in crate::cli) account: AccountArgs,
    #[command(flatten)]
    pub(in crate::cli) images: ImageArgs,
    /// Files and folders; `-` for stdin
    #[arg(required_unless_present = "records", value_name = "PATH")]
    pub(in crate::cli) paths: Vec<PathBuf>,
    /// Only these records of WARC files: a CSV file with the columns segment, offset and length, as the rows of `extract --arrow` have them
    #[arg(long, value_name = "LIST", conflicts_with_all = ["paths", "url", "captured_at"])]
    pub(in crate::cli) records: Option<PathBuf>,
    /// The page's address, where it does not say so itself (one file only)
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) url: Option<String>,
    /// When the pages were saved: 2021-03-08T06:20:00Z, or a day
    #[arg(long, value_name = "TIME", value_parser = captured)]
    pub(in crate::cli) captured_at: Option<Captured>,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(in crate::cli) struct ExtractArgs {
    /// A saved page; `-` for stdin
    #[arg(value_name = "PATH")]
    pub(in crate::cli) path: PathBuf,
    /// The page's address, where it does not say so itself
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) url: Option<String>,
    /// When the page was saved: 2021-03-08T06:20:00Z, or a day; chooses the era and dates the ticker
    #[arg(long, value_name = "TIME", value_parser = captured)]
    pub(in crate::cli) captured_at: Option<Captured>,
    /// One line of JSON
    #[arg(long)]
    pub(in crate::cli) ndjson: bool,
    /// As a person will read it, not as JSON
    #[arg(long, conflicts_with = "ndjson")]
    pub(in crate::cli) text: bool,
    /// An Arrow IPC stream on stdout: a row for each page, in the order of the file
    #[arg(long, conflicts_with_all = ["ndjson", "text", "explain"])]
    pub(in crate::cli) arrow: bool,
    /// Each line of stdin (PATH is `-`) is a page as JSON, `{"html": …, "url": …, "captured_at": …}`, and gets one line, or one row with `--arrow`
    #[arg(long, conflicts_with_all = ["text", "explain", "url", "captured_at"])]
    pub(in crate::cli) requests: bool,
    /// With `--arrow` or `--requests`: a built-in profile instead of the configuration's; several times, each page by that of its host
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) profile: Vec<String>,
    /// Who was asked for each field, what each of them found, and where the value came from
    #[arg(long, conflicts_with_all = ["ndjson", "text"])]
    pub(in crate::cli) explain: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ReextractArgs {
    #[command(flatten)]
    pub(in crate::cli) account: AccountArgs,
    #[command(flatten)]
    pub(in crate::cli) range: Range,
    /// Say what would change, and whether a hundred pages are the same to both parsers; write nothing
    #[arg(long, visible_alias = "check")]
    pub(in crate::cli) dry_run: bool,
    /// Accept what is read now even where it has less than the stored article; otherwise it is kept as a draft
    #[arg(long)]
    pub(in crate::cli) accept_losses: bool,
}

fn captured(text: &str) -> Result<Captured, String> {
    text.parse()
        .map_err(|_| "a time such as 2021-03-08T06:20:00Z, or a day such as 2021-03-08".to_owned())
}
