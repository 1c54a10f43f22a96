//! `tearsheet status` for people: queue, sources, hosts and last runs. The counts are `store`'s, and the same as JSON is a type of
//! `export`.

use chrono::Utc;
use console::Style;

use crate::{
    export::answers::{StatusAnswer, to_json},
    extract,
    model::Tally,
    store::{HostStats, PageStats, RunRow, SourceStats, Status},
};

use super::{
    args::{Common, StatusArgs},
    failure::Exit,
    printer::Printer,
    scrape::{drifted, parsed_slowly},
    session::Session,
};

pub(super) fn run(common: &Common, args: &StatusArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let session = Session::new(common)?;
    let status = session.reader()?.status(Utc::now(), extract::VERSION)?;
    let archive = session.archive.display().to_string();
    let text = if args.json {
        to_json(&StatusAnswer::new(archive, status))
    } else {
        as_text(&archive, &status)
    };
    printer.data(&text)?;
    Ok(Exit::Done)
}

fn as_text(archive: &str, status: &Status) -> String {
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
    out += &format!("  {articles} articles{range}; {undated} without a date; {versions} versions\n");
    out += &format!("  {captures} captures, {quotes} quotes\n");
    for (count, what) in [
        (by_feed, "stories came by feed, and their pages were never read"),
        (gone, "stories are gone from the site"),
        (read_by_older, "pages were read by an older version: `tearsheet reextract`"),
    ] {
        if 0 < *count {
            out += &format!("  {count} {what}\n");
        }
    }
    if 0 < *tickers_by_capture {
        out += &format!(
            "  days of {tickers_by_capture} tickers are days of capture: `tearsheet reextract` looks for their sessions\n"
        );
    }
    out += &title("pages");
    out += &pages.iter().map(page_line).collect::<String>();
    let next = next_due.as_ref().map_or(String::new(), |at| format!("; the next one at {at}"));
    out += &format!("  {due:>8}  due now{next}\n");
    out += &section("sources", sources, source_line);
    out += &section("hosts", hosts, host_line);
    out += &section("last runs", runs, run_line);
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

fn run_line(run: &RunRow) -> String {
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
    let outcome = outcome.as_deref().unwrap_or("running");
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
