//! `tearsheet status`.

use chrono::Utc;
use console::Style;
use serde_json::json;

use crate::{
    model::Tally,
    store::{HostStats, PageStats, RunRow, SourceStats, Status},
};

use super::{
    args::{Common, StatusArgs},
    failure::Exit,
    printer::Printer,
    scrape::drifted,
    session::Session,
};

pub(super) fn run(common: &Common, args: &StatusArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let session = Session::new(common)?;
    let status = session.reader()?.status(Utc::now())?;
    let archive = session.archive.display().to_string();
    let text = if args.json { as_json(&archive, &status)? } else { as_text(&archive, &status) };
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
    out += &format!("\n{}\n", bold.apply_to("pages"));
    for PageStats { state, reason, is_guess, count, next_due } in pages {
        let reason = reason.as_ref().map_or(String::new(), |it| format!("  ({it})"));
        let next = next_due.as_ref().map_or(String::new(), |it| format!(", looked at again from {it}"));
        let state = if *is_guess { "guessed, and of no page" } else { state.code() };
        out += &format!("  {count:>8}  {state}{reason}{next}\n");
    }
    let next = next_due.as_ref().map_or(String::new(), |it| format!("; the next one at {it}"));
    out += &format!("  {due:>8}  due now{next}\n");
    if !sources.is_empty() {
        out += &format!("\n{}\n", bold.apply_to("sources"));
        for SourceStats { url, state, reason, checked_at, newest_at } in sources {
            let newest = newest_at.as_ref().map_or(String::new(), |it| format!(", newest item {it}"));
            let reason = reason.as_ref().map_or(String::new(), |it| format!(": {it}"));
            out += &format!("  {state:<7} {url}  (read {checked_at}{newest}{reason})\n");
        }
    }
    let waiting: Vec<&HostStats> = hosts.iter().collect();
    if !waiting.is_empty() {
        out += &format!("\n{}\n", bold.apply_to("hosts"));
        for HostStats { host, wait_until, open_until, failures, interval_ms } in waiting {
            let pace = interval_ms
                .map_or("-".to_owned(), |it| format!("a request every {}.{:03}s", it / 1000, it % 1000));
            let wait =
                wait_until.as_ref().map_or(String::new(), |it| format!(", asked us to wait until {it}"));
            let open =
                open_until.as_ref().map_or(String::new(), |it| format!(", left alone until {it}"));
            out += &format!("  {host}: {pace}, {failures} failures in a row{wait}{open}\n");
        }
    }
    if !runs.is_empty() {
        out += &format!("\n{}\n", bold.apply_to("last runs"));
        for RunRow {
            id: _,
            command,
            started_at,
            finished_at: _,
            outcome,
            tally,
            drifts: _,
            parsed_slowly,
        } in runs
        {
            let Tally { stored, updated, unchanged, missing, failed, .. } = tally;
            let outcome = outcome.as_deref().unwrap_or("running");
            out += &format!(
                "  {started_at}  {command:<8} {outcome:<11} {stored} new, {updated} updated, {unchanged} unchanged, \
                 {failed} failed, {missing} missing{}\n",
                super::scrape::parsed_slowly(parsed_slowly.unwrap_or_default())
            );
        }
    }
    out + &drift(runs)
}

/// What the newest run that drifted found missing, and what to do about it.
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

fn as_json(archive: &str, status: &Status) -> anyhow::Result<String> {
    let Status {
        articles,
        versions,
        days,
        undated,
        quotes,
        captures,
        pages,
        due,
        next_due,
        sources,
        hosts,
        runs,
    } = status;
    let (first, last) = days.clone().unzip();
    let value = json!({
        "archive": archive,
        "articles": articles,
        "versions": versions,
        "first_day": first,
        "last_day": last,
        "undated": undated,
        "captures": captures,
        "quotes": quotes,
        "due": due,
        "next_due": next_due,
        "pages": pages.iter().map(|it| json!({
            "state": it.state.code(), "reason": it.reason, "guessed": it.is_guess, "count": it.count,
            "next_due": it.next_due,
        })).collect::<Vec<_>>(),
        "sources": sources.iter().map(|it| json!({
            "url": it.url, "state": it.state, "reason": it.reason, "checked_at": it.checked_at,
            "newest_at": it.newest_at,
        })).collect::<Vec<_>>(),
        "hosts": hosts.iter().map(|it| json!({
            "host": it.host, "wait_until": it.wait_until, "open_until": it.open_until, "failures": it.failures,
            "interval_ms": it.interval_ms,
        })).collect::<Vec<_>>(),
        "runs": runs.iter().map(|it| json!({
            "id": it.id, "command": it.command, "started_at": it.started_at, "finished_at": it.finished_at,
            "outcome": it.outcome, "discovered": it.tally.discovered, "fetched": it.tally.fetched,
            "stored": it.tally.stored, "updated": it.tally.updated, "unchanged": it.tally.unchanged,
            "missing": it.tally.missing, "failed": it.tally.failed, "parsed_slowly": it.parsed_slowly,
            "drift": it.drifts.iter().map(|it| json!({
                "measure": it.measure.to_string(), "before": it.before, "now": it.now, "pages": it.pages, "examples": it.examples,
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    });
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}
