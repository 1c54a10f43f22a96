//! `tearsheet status` for people: queue, sources, hosts and last runs. The counts are `store`'s, and the same as JSON is a type of
//! `export`.

use std::process::ExitCode;

use console::Style;
use indicatif::HumanBytes;

use crate::{
    clock,
    export::answers::{HOLE_DAYS, Health, HealthAnswer, HealthFacts, StatusAnswer, to_json},
    extract, jobs,
    model::{Days, Tally, counted},
    store::{
        ArchiveDisk, HostStats, ImageStateCount, ImageStats, PageStats, RunRow, SourceStats, Status,
        disk,
    },
};

use super::{
    args::{Common, StatusArgs},
    closing::{drifted, parsed_slowly},
    days::today,
    failure::{Exit, Failure, explain},
    printer::Printer,
    setup::Setup,
};

pub(super) fn run(common: &Common, args: &StatusArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let setup = Setup::new(common)?;
    let status = setup.reader()?.status(clock::now(), extract::VERSION)?;
    let archive = setup.archive.display().to_string();
    let disk = disk(&setup.archive);
    let text = if args.json {
        to_json(&StatusAnswer::new(archive, status, disk))
    } else {
        as_text(&archive, &status, disk)
    };
    printer.data(&text)?;
    Ok(Exit::Done)
}

/// Answers a monitor: one line, and the exit code of monitoring plugins, which is not that of other commands.
pub(super) fn check(common: &Common, args: &StatusArgs, printer: &Printer) -> ExitCode {
    let (line, code) = match look(common, args) {
        Ok(answer) => {
            let code = match answer.health {
                Health::Good => 0,
                Health::Warning => 1,
                Health::Critical => 2,
            };
            (answer.line(), code)
        }
        Err(error) => {
            let Failure { message, exit, .. } = explain(&error);
            // An error in how the program was called says nothing about the archive.
            let (word, code) =
                if exit == Exit::Archive { ("CRITICAL", 2) } else { ("UNKNOWN", UNKNOWN) };
            (format!("TEARSHEET {word} - {}\n", message.replace('\n', " ")), code)
        }
    };
    match printer.data(&line) {
        Ok(()) => code.into(),
        Err(_) => UNKNOWN.into(),
    }
}

fn look(common: &Common, args: &StatusArgs) -> anyhow::Result<HealthAnswer> {
    let setup = Setup::new(common)?;
    let reader = setup.reader()?;
    let now = clock::now();
    let status = reader.status(now, extract::VERSION)?;
    let status = StatusAnswer::new(setup.archive.display().to_string(), status, disk(&setup.archive));
    let profile = &setup.config.profile;
    let today = today(profile, now);
    let from = today.checked_sub_days(chrono::Days::new(HOLE_DAYS)).unwrap_or(today);
    let covered = jobs::coverage(&reader, profile, Days { first: from, last: today }, now)?;
    Ok(HealthAnswer::new(&HealthFacts {
        status: &status,
        last_success: reader.last_success(None)?,
        holes: covered.iter().filter(|it| it.is_hole()).count(),
        age_max: args.max_age.0,
        now,
    }))
}

/// "Nothing is known", as plugins say it.
pub(super) const UNKNOWN: u8 = 3;

fn as_text(archive: &str, status: &Status, disk: ArchiveDisk) -> String {
    let Status {
        articles,
        versions,
        days,
        undated,
        quotes,
        captures,
        by_feed,
        gone,
        read_by_older,
        tickers_by_capture,
        week_captures,
        images,
        pages,
        due,
        next_due,
        sources,
        hosts,
        runs,
    } = status;
    let bold = Style::new().bold();
    let mut out = format!("{}\n", bold.apply_to(archive));
    let range =
        days.as_ref().map_or(String::new(), |(first, last)| format!(", published {first} to {last}"));
    out += &format!(
        "  {}{range}; {undated} without a date; {}\n",
        counted(*articles, "article"),
        counted(*versions, "version")
    );
    out += &format!("  {}, {}\n", counted(*captures, "capture"), counted(*quotes, "quote"));
    let ArchiveDisk { size, free, is_written } = disk;
    let free = free.map_or(String::new(), |it| format!(", {} free on its disk", HumanBytes(it)));
    let week = HumanBytes(size * week_captures / (*captures).max(1));
    out += &format!("  {}, about {week} of them in the last seven days{free}\n", HumanBytes(size));
    for (count, noun, what) in [
        (by_feed, "story", "by feed alone: the page was never read"),
        (gone, "story", "gone from the site"),
        (read_by_older, "page", "read by an older version: `tearsheet reextract`"),
    ] {
        if 0 < *count {
            out += &format!("  {} {what}\n", counted(*count, noun));
        }
    }
    if 0 < *tickers_by_capture {
        out += &format!(
            "  {} dated by the capture: `tearsheet reextract` looks for the session\n",
            counted(*tickers_by_capture, "ticker")
        );
    }
    out += &title("pages");
    out += &pages.iter().map(page_line).collect::<String>();
    let next = next_due.as_ref().map_or(String::new(), |at| format!("; the next one at {at}"));
    out += &format!("  {due:>8}  due now{next}\n");
    out += &picture_lines(images);
    out += &section("sources", sources, source_line);
    out += &section("hosts", hosts, host_line);
    out += &section("last runs", runs, |it| run_line(it, is_written));
    out + &drift(runs)
}

/// Returns a title and a line for each row; nothing where there are no rows.
fn section<T>(title: &str, rows: &[T], line: impl FnMut(&T) -> String) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let lines: String = rows.iter().map(line).collect();
    self::title(title) + &lines
}

fn title(text: &str) -> String {
    format!("\n{}\n", Style::new().bold().apply_to(text))
}

fn page_line(stats: &PageStats) -> String {
    let PageStats { state, reason, is_guess, count, next_due } = stats;
    let reason = reason.as_ref().map_or(String::new(), |it| format!("  ({it})"));
    let next = next_due.as_ref().map_or(String::new(), |at| format!(", looked at again from {at}"));
    let state = if *is_guess { "guessed, and of no page" } else { state.code() };
    format!("  {count:>8}  {state}{reason}{next}\n")
}

/// Returns the lines about pictures; nothing where no story names one.
fn picture_lines(stats: &ImageStats) -> String {
    let ImageStats { stored, bytes, due, waiting } = stats;
    if *stored == 0 && waiting.is_empty() {
        return String::new();
    }
    let mut out = title("pictures");
    out += &format!("  {stored:>8}  stored ({})\n", HumanBytes(*bytes));
    for ImageStateCount { state, reason, count, next_due } in waiting {
        let reason = reason.as_ref().map_or(String::new(), |it| format!("  ({it})"));
        let next = next_due.as_ref().map_or(String::new(), |at| format!(", asked for again from {at}"));
        out += &format!("  {count:>8}  {}{reason}{next}\n", state.code());
    }
    out + &format!("  {due:>8}  due now\n")
}

fn source_line(stats: &SourceStats) -> String {
    let SourceStats { url, state, reason, checked_at, newest_at } = stats;
    let newest = newest_at.as_ref().map_or(String::new(), |at| format!(", newest item {at}"));
    let reason = reason.as_ref().map_or(String::new(), |it| format!(": {it}"));
    format!("  {state:<7} {url}  (read {checked_at}{newest}{reason})\n")
}

fn host_line(stats: &HostStats) -> String {
    let HostStats { host, wait_until, open_until, failures, interval_ms } = stats;
    let pace = interval_ms
        .map_or("-".to_owned(), |ms| format!("a request every {}.{:03}s", ms / 1000, ms % 1000));
    let wait = wait_until.as_ref().map_or(String::new(), |at| format!(", asked us to wait until {at}"));
    let open = open_until.as_ref().map_or(String::new(), |at| format!(", left alone until {at}"));
    format!("  {host}: {pace}, {failures} failures in a row{wait}{open}\n")
}

fn run_line(run: &RunRow, is_written: bool) -> String {
    let RunRow {
        id: _,
        command,
        started_at,
        finished_at: _,
        outcome,
        tally,
        drifts: _,
        parsed_slowly: slow_pages,
    } = run;
    let Tally { stored, updated, unchanged, missing, failed, .. } = tally;
    let outcome = outcome.as_deref().unwrap_or(if is_written { "running" } else { "killed" });
    format!(
        "  {started_at}  {command:<8} {outcome:<11} {stored} new, {updated} updated, {unchanged} unchanged, \
         {failed} failed, {missing} missing{}\n",
        parsed_slowly(slow_pages.unwrap_or_default())
    )
}

/// Returns what the newest run that drifted found missing, and what to do about it.
fn drift(runs: &[RunRow]) -> String {
    let Some(run) = runs.iter().find(|it| !it.drifts.is_empty()) else { return String::new() };
    let (bold, red) = (Style::new().bold(), Style::new().red());
    let mut out =
        format!("\n{}\n", bold.apply_to(format!("drift, since the run of {}", run.started_at)));
    for drift in &run.drifts {
        out += &format!("  {}\n", red.apply_to(drifted(drift)));
        for example in &drift.examples {
            out += &format!("      {example}\n");
        }
    }
    out + "  hint: look at these pages; if the site was redesigned, add an era to `site.eras` with the day it began and the new\n  \
           selectors, then `tearsheet reextract --from DAY` reads the stored pages again\n"
}
