//! The numbers of a run and of its archive for Prometheus (text exposition format, version 0.0.4). What the numbers mean is said in
//! `HELP` lines, which are the documentation; nothing is counted here.

use std::fmt::Write as _;

use super::answers::{StatusAnswer, SummaryAnswer};

/// Returns the metrics of a run that ended, and of the archive as it is; without an archive, those of the run alone.
/// `last_success` is when a run of this command last ended well, in seconds since 1970; `None` for never.
pub fn metrics(
    summary: &SummaryAnswer,
    last_success: Option<i64>,
    seconds: f64,
    status: Option<&StatusAnswer>,
) -> String {
    let site = summary.site.as_deref().unwrap_or_default();
    let mut text =
        Text { out: String::new(), labels: vec![("site", site), ("command", summary.command)] };
    if let Some(at) = last_success {
        let help = "When a run of this command last ended well.";
        text.one("tearsheet_run_last_success_timestamp_seconds", help, at);
    }
    text.one("tearsheet_run_exit_code", "How the last run ended, as a shell saw it.", summary.exit_code);
    text.one("tearsheet_run_duration_seconds", "How long the last run took.", seconds);
    let pages = [
        ("new", summary.new),
        ("updated", summary.updated),
        ("unchanged", summary.unchanged),
        ("missing", summary.missing),
        ("failed", summary.failed),
        ("blocked", summary.blocked),
    ];
    text.by("tearsheet_run_pages", "Pages of the last run, by what became of them.", "result", pages);
    text.one("tearsheet_run_requests", "Requests that the last run sent.", summary.requests);
    text.one("tearsheet_run_received_bytes", "Bytes that the last run received.", summary.bytes);
    text.one("tearsheet_run_drifts", "Measures that drifted in the last run.", summary.drift.len());
    text.out + &status.map_or(String::new(), |it| archive_metrics(site, it))
}

/// Returns the metrics of an archive as it is.
pub fn archive_metrics(site: &str, status: &StatusAnswer) -> String {
    let mut text = Text { out: String::new(), labels: vec![("site", site)] };
    text.one("tearsheet_articles", "Articles in the archive.", status.articles);
    text.one("tearsheet_captures", "Captures in the archive.", status.captures);
    text.one("tearsheet_pages_due", "Pages that are due now.", status.due);
    let mut states: Vec<(&str, u64)> = Vec::new();
    for page in status.pages.iter().filter(|it| !it.guessed) {
        match states.iter_mut().find(|it| it.0 == page.state) {
            Some(state) => state.1 += page.count,
            None => states.push((page.state, page.count)),
        }
    }
    text.by("tearsheet_pages", "Pages by state, guessed ids left out.", "state", states);
    let in_state =
        |it: &'static str| (it, status.sources.iter().filter(|source| source.state == it).count());
    let sources = ["fresh", "stale", "empty", "failed"].map(in_state);
    text.by("tearsheet_sources", "Sources by the state they were last read in.", "state", sources);
    text.one("tearsheet_archive_bytes", "Size of the archive and its log.", status.size_bytes);
    if let Some(free) = status.free_bytes {
        text.one("tearsheet_disk_free_bytes", "Room left on the disk of the archive.", free);
    }
    text.out
}

/// Metrics under way.
struct Text<'s> {
    out: String,
    /// Labels of every sample.
    labels: Vec<(&'static str, &'s str)>,
}

impl Text<'_> {
    fn one(&mut self, name: &str, help: &str, value: impl std::fmt::Display) {
        self.head(name, help);
        self.sample(name, None, value);
    }

    fn by<V: std::fmt::Display>(
        &mut self,
        name: &str,
        help: &str,
        label: &'static str,
        values: impl IntoIterator<Item = (&'static str, V)>,
    ) {
        self.head(name, help);
        for (of, value) in values {
            self.sample(name, Some((label, of)), value);
        }
    }

    fn head(&mut self, name: &str, help: &str) {
        writeln!(self.out, "# HELP {name} {help}\n# TYPE {name} gauge").expect("memory");
    }

    fn sample(
        &mut self,
        name: &str,
        label: Option<(&'static str, &'static str)>,
        value: impl std::fmt::Display,
    ) {
        let labels = self.labels.iter().copied().chain(label);
        let labels: Vec<String> =
            labels.map(|(name, of)| format!("{name}=\"{}\"", escaped(of))).collect();
        writeln!(self.out, "{name}{{{}}} {value}", labels.join(",")).expect("memory");
    }
}

/// Returns the value of a label as the format writes it.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_without_an_archive_has_metrics_too() {
        let summary = SummaryAnswer {
            message_type: "summary",
            command: "scrape",
            run_id: None,
            site: Some("The \"Recorder\"".to_owned()),
            outcome: "stopped",
            exit_code: 3,
            started_at: String::new(),
            finished_at: String::new(),
            new: 2,
            updated: 0,
            unchanged: 0,
            missing: 0,
            failed: 0,
            blocked: 1,
            requests: 5,
            bytes: 1000,
            retry_at: None,
            drift: Vec::new(),
            version: "0",
        };
        let text = metrics(&summary, Some(1_700_000_000), 1.5, None);
        let first = "# HELP tearsheet_run_last_success_timestamp_seconds When a run of this command last ended well.\n\
                     # TYPE tearsheet_run_last_success_timestamp_seconds gauge\n\
                     tearsheet_run_last_success_timestamp_seconds{site=\"The \\\"Recorder\\\"\",command=\"scrape\"} 1700000000\n";
        assert!(text.starts_with(first), "{text}");
        for line in [
            "tearsheet_run_exit_code{site=",
            "command=\"scrape\",result=\"blocked\"} 1\n",
            "command=\"scrape\"} 1.5\n",
        ] {
            assert!(text.contains(line), "{line}: {text}");
        }
    }
}
