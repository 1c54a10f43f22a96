//! The arguments of the commands that ask or look after the archive, and read no page.

use std::{net::SocketAddr, ops::RangeInclusive, path::PathBuf, str::FromStr};

use chrono::TimeDelta;
use clap::{Args, ValueEnum};

use crate::model::WhoseClock;

use super::super::days::{Day, Moment, Range};

/// What stories are asked for by, beside their day and their words.
#[derive(Debug, Args)]
pub(in crate::cli) struct StoryNames {
    /// Only this section
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) section: Option<String>,
    /// Only stories by this author; a part of the name is enough
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) byline: Option<String>,
    /// Only stories that name this symbol
    #[arg(long, value_name = "SYMBOL")]
    pub(in crate::cli) symbol: Option<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct SearchArgs {
    /// Words, or an expression of SQLite's FTS5
    #[arg(required = true, value_name = "QUERY")]
    pub(in crate::cli) query: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) range: Range,
    #[command(flatten)]
    pub(in crate::cli) of: StoryNames,
    /// Print at most N stories
    #[arg(long, value_name = "N", default_value = "20", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(in crate::cli) limit: u32,
    /// By day, not by rank
    #[arg(long)]
    pub(in crate::cli) newest: bool,
    /// How they are printed
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(in crate::cli) format: RowFormat,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ListArgs {
    /// Only this day: 2024-03-28, today, yesterday, -7d, or 2024-03 for a month
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    pub(in crate::cli) day: Option<Day>,
    #[command(flatten)]
    pub(in crate::cli) range: Range,
    #[command(flatten)]
    pub(in crate::cli) of: StoryNames,
    /// Only stories that the site changed after publication
    #[arg(long)]
    pub(in crate::cli) changed: bool,
    /// Print at most N stories
    #[arg(long, value_name = "N", default_value = "50", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(in crate::cli) limit: u32,
    /// How they are printed
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(in crate::cli) format: RowFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum RowFormat {
    Table,
    Jsonl,
    Csv,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(in crate::cli) struct QuotesArgs {
    /// Symbols, such as OGDC or KSE100
    #[arg(value_name = "SYMBOL")]
    pub(in crate::cli) symbols: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) range: Range,
    /// A row for each day: open, high, low, close
    #[arg(long)]
    pub(in crate::cli) daily: bool,
    /// Every symbol, with its first and last day
    #[arg(long)]
    pub(in crate::cli) list: bool,
    /// Draw the closes of each day in the terminal
    #[arg(long)]
    pub(in crate::cli) plot: bool,
    /// Draw them into a file, FILE.svg or FILE.png
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Replace a file that is there already
    #[arg(long, requires = "out")]
    pub(in crate::cli) force: bool,
    /// Width and height of the picture, in pixels
    #[arg(long, value_name = "WIDTHxHEIGHT", default_value = "960x480", requires = "out")]
    pub(in crate::cli) size: PictureSize,
    /// How they are printed
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(in crate::cli) format: RowFormat,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "independent options")]
pub(in crate::cli) struct ExportArgs {
    /// What to export
    #[arg(value_name = "WHAT")]
    pub(in crate::cli) what: ExportWhat,
    #[command(flatten)]
    pub(in crate::cli) range: Range,
    /// Only this section
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) section: Option<String>,
    /// In which format [default: by the name of the file, else jsonl]
    #[arg(long, value_name = "FORMAT")]
    pub(in crate::cli) format: Option<ExportFormat>,
    /// Write to this file, or with `--by` to this folder; stdout without, or with `-`
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Replace a file that is there already; never an archive, a link or a folder
    #[arg(long)]
    pub(in crate::cli) force: bool,
    /// A folder with a part for each month
    #[arg(long, value_name = "WHAT")]
    pub(in crate::cli) by: Option<By>,
    /// What was known then, and nothing after: a day (its end), or a moment such as 2024-03-28T10:00:00+05:00
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    pub(in crate::cli) as_of: Option<Moment>,
    /// Whose knowledge: what this archive held, or what the site showed as far as is known
    #[arg(long, value_name = "CLOCK", default_value = "archive", requires = "as_of")]
    pub(in crate::cli) clock: ClockName,
    /// Say in OUT.manifest.json what the files are: hashes, version, range, counts, coverage
    #[arg(long, requires = "out")]
    pub(in crate::cli) manifest: bool,
    /// Prices in Parquet: decimal numbers, or floating-point ones for tools without them (pandas)
    #[arg(long, value_enum, default_value = "exact", value_name = "TYPE")]
    pub(in crate::cli) decimals: ExportDecimals,
    /// CSV for a spreadsheet that wants a byte order mark
    #[arg(long)]
    pub(in crate::cli) excel: bool,
    /// Web archives packed as one WACZ file
    #[arg(long)]
    pub(in crate::cli) wacz: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ExportWhat {
    Articles,
    Quotes,
    Links,
    /// Market boards: rates, indices, commodities, gainers and losers
    Boards,
    /// Lists of most-read stories
    MostRead,
    /// Which companies and indices stories name, how surely, and how new that is
    Mentions,
    /// Stories whose text was printed before
    Copies,
    /// Pictures of stories, and with `--out FOLDER` the files, too
    Images,
    /// On which days the exchange traded, and from when to when
    Sessions,
    /// Captures as WARC/1.1 files with an index
    Warc,
    /// A metadata.yaml for Datasette
    DatasetteMetadata,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ExportDecimals {
    Exact,
    Float,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ExportFormat {
    Csv,
    Jsonl,
    Parquet,
    Warc,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ClockName {
    Archive,
    Site,
}

impl From<ClockName> for WhoseClock {
    fn from(name: ClockName) -> Self {
        match name {
            ClockName::Archive => Self::Archive,
            ClockName::Site => Self::Site,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum By {
    Month,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ShowArgs {
    /// The archive's id, the site's id, or an address
    #[arg(value_name = "ID|URL")]
    pub(in crate::cli) article: String,
    /// An older wording
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(in crate::cli) version: Option<u32>,
    /// What changed since the wording before, word by word
    #[arg(long, conflicts_with = "raw")]
    pub(in crate::cli) diff: bool,
    /// The bytes of the page it was read from
    #[arg(long, conflicts_with = "version")]
    pub(in crate::cli) raw: bool,
    /// Write its pictures into a folder, under names that say what they are
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["raw", "diff"])]
    pub(in crate::cli) images: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct CiteArgs {
    #[command(flatten)]
    pub(in crate::cli) range: Range,
    /// Name this copy of the archive by its SHA-256, too
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) backup: Option<PathBuf>,
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) format: CiteFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum CiteFormat {
    Text,
    Json,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct StatusArgs {
    /// As JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
    /// For monitors: one line, and exit 0 (ok), 1 (warning), 2 (critical) or 3 (unknown)
    #[arg(long, conflicts_with = "json")]
    pub(in crate::cli) check: bool,
    /// With `--check`: the age of the last good run that is critical, such as 90m, 2h or 3d
    #[arg(long, value_name = "AGE", requires = "check", default_value = "24h")]
    pub(in crate::cli) max_age: Age,
}

/// The sides of a picture, in pixels.
const SIDES: RangeInclusive<u32> = 200..=10_000;

/// The width and height of a picture, in pixels.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct PictureSize(pub(in crate::cli) (u32, u32));

/// An age as people type it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) struct Age(pub(in crate::cli) TimeDelta);

impl FromStr for PictureSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let side = |it: &str| it.parse().ok().filter(|it| SIDES.contains(it));
        let sides = text.split_once('x').and_then(|(width, height)| Some((side(width)?, side(height)?)));
        let (from, to) = (SIDES.start(), SIDES.end());
        sides.map(Self).ok_or_else(|| {
            format!("`{text}` is no width and height between {from} and {to}, such as 960x480")
        })
    }
}

impl FromStr for Age {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let seconds = match text.chars().last() {
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 3600,
            Some('d') => 24 * 3600,
            _ => 0,
        };
        let number = || text[..text.len() - 1].parse::<u32>().ok();
        let age = (0 < seconds).then(number).flatten().filter(|it| 0 < *it);
        age.map(|it| Self(TimeDelta::seconds(i64::from(it) * seconds)))
            .ok_or_else(|| "an age such as 90m, 2h or 3d".to_owned())
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct CoverageArgs {
    #[command(flatten)]
    pub(in crate::cli) range: Range,
    /// A calendar for people, or a row for each day
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(in crate::cli) format: TableFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum TableFormat {
    Table,
    Csv,
    Json,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(in crate::cli) struct VerifyArgs {
    /// As JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
    /// Repair what can be: index, ledger, claims; read damaged articles again from their raw pages
    #[arg(long)]
    pub(in crate::cli) repair: bool,
    /// Accept rows, views and triggers that something other than this program changed or made
    #[arg(long, conflicts_with = "repair")]
    pub(in crate::cli) accept: bool,
    /// Leave the raw pages out: file, schema, rows and indexes only
    #[arg(long, conflicts_with = "compact")]
    pub(in crate::cli) quick: bool,
    /// Compress raw pages again that were stored before there were others like them; saves space
    #[arg(long)]
    pub(in crate::cli) compact: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ServeArgs {
    /// Listen here [default: port 8765 of this machine, IPv4 and IPv6]
    #[arg(long, value_name = "ADDR")]
    pub(in crate::cli) listen: Option<SocketAddr>,
    /// Answer requests under this name, too; may be given several times
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) allow_host: Vec<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ForgetArgs {
    /// The archive's id, the site's id, or the address
    #[arg(value_name = "ID|URL")]
    pub(in crate::cli) article: String,
    /// Say what would go; change nothing
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct BackupArgs {
    /// A new file, or a folder for one that carries the date
    #[arg(value_name = "PATH")]
    pub(in crate::cli) path: PathBuf,
    /// In a folder: keep the N newest dated copies and remove the older ones
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(in crate::cli) keep: Option<u16>,
}
