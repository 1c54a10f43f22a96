//! The answer of `status --check`: is all well, in the words of monitoring plugins (Monitoring Plugins Development Guidelines,
//! "Plugin Output"). The facts are those of `status` and `coverage`; what is well is decided here, because monitors read the
//! decision, not the facts.

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::counted;

use super::StatusAnswer;

/// Below this the next run may fill the disk, in bytes.
const FREE_BYTES_MIN: u64 = 64 << 20;

/// The days before today in which holes count: older ones are nobody's news.
pub const HOLE_DAYS: u64 = 30;

/// How well something is. The greater, the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// All is well.
    Good,
    /// Somebody should look.
    Warning,
    /// Somebody has to look now.
    Critical,
}

/// How well an archive is, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthAnswer {
    /// The worst of all.
    pub health: Health,
    /// What is not well, the worst first; what is well where all is.
    pub reasons: Vec<String>,
    /// Numbers for charts, as plugins write them: `age=720s;7200`.
    pub numbers: String,
}

/// What health is judged by.
#[derive(Debug, Clone, Copy)]
pub struct HealthFacts<'a> {
    /// The state of the archive.
    pub status: &'a StatusAnswer,
    /// When a run last ended well.
    pub last_success: Option<DateTime<Utc>>,
    /// How many of the last [`HOLE_DAYS`] days are partial or blocked.
    pub holes: usize,
    /// The age at which the last good run is too old.
    pub age_max: TimeDelta,
    /// Now.
    pub now: DateTime<Utc>,
}

impl Health {
    /// The word that plugins begin with.
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
        }
    }
}

impl HealthAnswer {
    /// Returns how well an archive is.
    pub fn new(facts: &HealthFacts<'_>) -> Self {
        let mut found = found(facts);
        found.sort_by_key(|it| std::cmp::Reverse(it.0));
        let health = found.first().map_or(Health::Good, |it| it.0);
        let mut reasons: Vec<String> = found.into_iter().map(|it| it.1).collect();
        let age = facts.last_success.map(|it| facts.now - it);
        if reasons.is_empty() {
            let ago = age.map_or(String::new(), |it| format!("last good run {} ago", words(it)));
            reasons.push(ago);
            reasons.push(counted(facts.status.articles, "article"));
        }
        let age = age.map_or("U".to_owned(), |it| format!("{}s", it.num_seconds()));
        let free = facts.status.free_bytes.map_or("U".to_owned(), |it| format!("{it}B"));
        let numbers = format!(
            "age={age};;{} holes={} due={} size={}B free={free}",
            facts.age_max.num_seconds(),
            facts.holes,
            facts.status.due,
            facts.status.size_bytes,
        );
        Self { health, reasons, numbers }
    }

    /// Returns the one line that a plugin prints.
    pub fn line(&self) -> String {
        format!("TEARSHEET {} - {} | {}\n", self.health.word(), self.reasons.join(", "), self.numbers)
    }
}

/// Returns everything that is not well.
fn found(facts: &HealthFacts<'_>) -> Vec<(Health, String)> {
    let HealthFacts { status, last_success, holes, age_max, now } = facts;
    let mut found = Vec::new();
    match last_success {
        None => found.push((Health::Critical, "no run ended well yet".to_owned())),
        Some(at) if *age_max < *now - *at => {
            let ago = words(*now - *at);
            found.push((Health::Critical, format!("the last good run was {ago} ago")));
        }
        Some(_) => {}
    }
    let bad = |it: &str| matches!(it, "failed" | "empty");
    let lost = status.sources.iter().filter(|it| bad(&it.state)).count();
    match status.sources.len() {
        0 => {}
        all if all == lost => {
            found.push((Health::Critical, "no source can be read or names anything".to_owned()));
        }
        all if 0 < lost => {
            found.push((Health::Warning, format!("{lost} of {all} sources give nothing")));
        }
        all => {
            if status.sources.iter().all(|it| it.state == "stale") {
                found.push((Health::Warning, format!("all of {all} sources are stale")));
            }
        }
    }
    if let Some(drift) = status.runs.first().and_then(|it| it.drift.first()) {
        found.push((Health::Warning, format!("drift: {}", drift.measure)));
    }
    let at = now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    for host in status.hosts.iter().filter(|it| it.open_until.as_ref().is_some_and(|it| at < *it)) {
        let until = host.open_until.as_deref().unwrap_or_default();
        found.push((Health::Warning, format!("{} is left alone until {until}", host.host)));
    }
    if 0 < *holes {
        found.push((
            Health::Warning,
            format!("{holes} of the last {HOLE_DAYS} days are partial or blocked"),
        ));
    }
    match status.free_bytes {
        Some(free) if free < FREE_BYTES_MIN => {
            found.push((Health::Critical, "the disk is full".to_owned()));
        }
        Some(free) if free < status.size_bytes => {
            found.push((Health::Warning, "the disk has no room for a copy of the archive".to_owned()));
        }
        Some(_) | None => {}
    }
    found
}

/// Returns a time in words: `12m`, `5h`, `3d`.
fn words(time: TimeDelta) -> String {
    match (time.num_days(), time.num_hours(), time.num_minutes()) {
        (0, 0, minutes) => format!("{minutes}m"),
        (0 | 1, hours, _) => format!("{hours}h"),
        (days, _, _) => format!("{days}d"),
    }
}
