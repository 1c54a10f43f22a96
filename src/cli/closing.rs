//! The closing line and the exit code of the commands that make a run.

use crate::{
    jobs::{End, Report},
    model::{Drift, ImageTally, Measure, counted},
};

use super::{failure::Exit, progress::duration};

/// Returns the part of a line that counts the pages that were parsed slowly; nothing if there were none.
pub(super) fn parsed_slowly(pages: u64) -> String {
    if pages == 0 { String::new() } else { format!(", {pages} parsed slowly") }
}

/// Returns `scrape: 37 new, 2 updated, 51 unchanged, 0 failed in 1m 14s`, and why the run ended early if it did.
pub(super) fn closing(command: &str, report: &Report, took: std::time::Duration) -> String {
    let tally = report.tally;
    let mut line = format!(
        "{command}: {} new, {} updated, {} unchanged, {} failed",
        tally.stored, tally.updated, tally.unchanged, tally.failed
    );
    if 0 < tally.by_feed {
        line += &format!(", {} of the new came by feed", tally.by_feed);
    }
    if 0 < tally.drafted {
        line += &format!(", {} say less than before (table drafts)", tally.drafted);
    }
    if 0 < tally.missing {
        line += &format!(", {} missing", tally.missing);
    }
    if 0 < tally.guesses_missed {
        line += &format!(", {} of no page", counted(tally.guesses_missed, "guessed id"));
    }
    if 0 < tally.sources_stale {
        line += &format!(", {} stale", counted(tally.sources_stale, "source"));
    }
    if 0 < tally.sources_empty {
        line += &format!(", {} empty", counted(tally.sources_empty, "source"));
    }
    if 0 < tally.sources_cut {
        line += &format!(", {} cut", counted(tally.sources_cut, "source"));
    }
    if 0 < tally.sources_overflowed {
        line +=
            &format!(", {} overflowed since the pass before", counted(tally.sources_overflowed, "feed"));
    }
    if 0 < tally.sources_partly {
        line += &format!(", {} read in part", counted(tally.sources_partly, "source"));
    }
    if 0 < tally.sources_unread {
        line += &format!(", {} unread", counted(tally.sources_unread, "source"));
    }
    line += &parsed_slowly(report.parsed_slowly);
    line += &report.images.map(pictures).unwrap_or_default();
    line += &format!(" in {}", duration(took));
    if let Some(drift) = report.drifts.first() {
        let more = match report.drifts.len() {
            1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        line += &format!("; drift: {}{more} (see `status`)", drifted(drift));
    }
    let due = counted(report.due, "page");
    match &report.end {
        End::Done => {}
        End::Limited => line += &format!("; limit reached, {due} still queued"),
        End::Interrupted => {
            line += &format!("; interrupted, {due} still queued: the same command resumes");
        }
        End::Stopped { cause } => {
            line += &format!("; stopped: {cause}; {due} still queued: the next run resumes");
        }
    }
    line
}

/// Returns the part of a line that counts pictures; nothing where none was asked for.
fn pictures(tally: ImageTally) -> String {
    let ImageTally { stored, unchanged, failed, hosts_stopped, due, bound } = tally;
    let mut counts = vec![String::new()];
    if 0 < stored + failed + unchanged {
        counts.push(counted(stored, "new picture"));
    }
    if 0 < failed {
        counts.push(format!("{} not kept", counted(failed, "picture")));
    }
    if 0 < hosts_stopped {
        counts.push(format!("{} said stop", counted(hosts_stopped, "picture host")));
    }
    if 0 < due {
        let bound = bound.map(|it| format!(", `{it}` is reached")).unwrap_or_default();
        counts.push(format!("{} still queued{bound}", counted(due, "picture")));
    }
    counts.join(", ")
}

/// Returns a drift in words: `headline on 0 % of 34 pages, 98 % are usual`.
pub(super) fn drifted(drift: &Drift) -> String {
    let Drift { measure, before, now, pages, examples: _ } = drift;
    match measure {
        Measure::Source(_) => format!("{measure}, it had news before"),
        Measure::Size(size) => {
            format!("{now:.0} {size} a page on {}, {before:.0} are usual", counted(*pages, "page"))
        }
        Measure::Share(_) => {
            format!(
                "{measure} on {:.0} % of {}, {:.0} % are usual",
                now * 100.0,
                counted(*pages, "page"),
                before * 100.0
            )
        }
    }
}

/// Returns the exit code of a run.
pub(super) fn exit_of(report: &Report) -> Exit {
    let tally = report.tally;
    match report.end {
        End::Interrupted => Exit::Interrupted,
        End::Stopped { .. } => Exit::Stopped,
        // A pass that could not look anywhere has seen nothing.
        End::Done | End::Limited
            if tally.sources_read == tally.sources_empty
                && 0 < tally.sources_unread + tally.sources_empty =>
        {
            Exit::Unsourced
        }
        End::Done | End::Limited if !report.drifts.is_empty() => Exit::Drifted,
        End::Done | End::Limited if 0 < tally.failed => Exit::Incomplete,
        End::Done | End::Limited => Exit::Done,
    }
}
