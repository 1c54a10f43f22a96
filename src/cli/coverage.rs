//! `tearsheet coverage` for people: a calendar with a mark for each day, and the days that need work. What a day amounts to is
//! judged in `jobs`; the rows for programs are types of `export`.

use std::fmt::Write as _;

use chrono::{Datelike, NaiveDate};
use console::Style;

use crate::{
    clock,
    export::answers::{CoverageAnswer, CoverageRow, csv_header, csv_rows, to_json},
    jobs::{CoveredDay, Guessing, coverage},
    model::{Days, Verdict, counted},
};

use super::{
    args::{Common, CoverageArgs, TableFormat},
    days::{of_archive, today},
    failure::Exit,
    printer::Printer,
    setup::Setup,
};

/// The most stretches of days that are listed; the rest is only counted.
const NAMED_MAX: usize = 20;

pub(super) fn run(common: &Common, args: &CoverageArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let setup = Setup::new(common)?;
    let profile = &setup.config.profile;
    let reader = setup.reader()?;
    let days = of_archive(args.range, &reader, today(profile, clock::now()))?;
    let covered = coverage(&reader, profile, days, clock::now())?;
    let guessing = Guessing::Gaps.of_site(profile);
    match args.format {
        TableFormat::Table => printer.data(&calendar(&covered, days, guessing))?,
        TableFormat::Csv => {
            let rows = csv_rows(covered.iter().map(CoverageRow::from));
            printer.data(&(csv_header::<CoverageRow>() + &rows))?;
        }
        TableFormat::Json => {
            let answer = |day| CoverageAnswer::new(day, |it| it.needs_work(guessing));
            printer.data(&to_json(&covered.iter().map(answer).collect::<Vec<_>>()))?;
        }
    }
    Ok(Exit::Done)
}

/// Returns the mark of a verdict in its colour. It says the same without the colour.
fn mark(verdict: Verdict) -> String {
    let style = Style::new();
    let (sign, style) = match verdict {
        Verdict::Complete => ('#', style.green()),
        Verdict::Thin => ('t', style.yellow()),
        Verdict::Partial => ('p', style.yellow()),
        Verdict::Blocked => ('B', style.red().bold()),
        Verdict::Empty => ('0', style.dim()),
        Verdict::Unknown => ('.', style.dim()),
        Verdict::Open => ('~', style.cyan()),
    };
    style.apply_to(sign).to_string()
}

fn calendar(covered: &[CoveredDay], days: Days, guessing: Guessing) -> String {
    let bold = Style::new().bold();
    let mut out = String::new();
    let ruler: String =
        (1..=31).map(|it| if it % 5 == 0 { (b'0' + it % 10) as char } else { ' ' }).collect();
    let _ = writeln!(out, "{}", bold.apply_to(format!("         {ruler}  complete  articles")));
    let mut at = 0;
    while at < covered.len() {
        let month = (covered[at].day.year(), covered[at].day.month());
        let is_same = |it: &&CoveredDay| (it.day.year(), it.day.month()) == month;
        let row: Vec<&CoveredDay> = covered[at..].iter().take_while(is_same).collect();
        at += row.len();
        let mut cells = " ".repeat(row[0].day.day0() as usize);
        for it in &row {
            cells += &mark(it.verdict);
        }
        let width = row[0].day.day0() as usize + row.len();
        let complete = row.iter().filter(|it| it.verdict == Verdict::Complete).count();
        let articles: u64 = row.iter().map(|it| it.articles).sum();
        let _ = writeln!(
            out,
            "{:04}-{:02}  {cells}{}  {:>8}  {articles:>8}",
            month.0,
            month.1,
            " ".repeat(31 - width),
            format!("{complete}/{}", row.len())
        );
    }
    let legend = Verdict::ALL.iter().map(|&verdict| {
        let count = covered.iter().filter(|day| day.verdict == verdict).count();
        format!("{} {} {count}", mark(verdict), verdict.code())
    });
    let legend: Vec<String> = legend.collect();
    let (first, second) = legend.split_at(4);
    let _ = writeln!(out, "\n{}\n{}", first.join("   "), second.join("   "));
    let (images, stored) =
        covered.iter().fold((0, 0), |(all, here), it| (all + it.images, here + it.images_stored));
    if 0 < images {
        let _ = writeln!(
            out,
            "\n{stored} of {} stored; a day is complete without them",
            counted(images, "picture")
        );
    }
    out + &work(covered, days, guessing)
}

/// The days that need work, in runs of one cause, and the command that does it.
fn work(covered: &[CoveredDay], days: Days, guessing: Guessing) -> String {
    let open: Vec<&CoveredDay> = covered.iter().filter(|it| it.needs_work(guessing)).collect();
    if open.is_empty() {
        return "\nNo day needs work.\n".to_owned();
    }
    let mut out = format!("\n{} to work on:\n", counted(open.len() as u64, "day"));
    let mut runs: Vec<(NaiveDate, NaiveDate, &CoveredDay)> = Vec::new();
    for it in &open {
        match runs.last_mut() {
            Some((_, last, first))
                if last.succ_opt() == Some(it.day)
                    && first.verdict == it.verdict
                    && first.why == it.why =>
            {
                *last = it.day;
            }
            _ => runs.push((it.day, it.day, it)),
        }
    }
    for (first, last, it) in runs.iter().take(NAMED_MAX) {
        let span = if first == last { first.to_string() } else { format!("{first} to {last}") };
        let _ = writeln!(out, "  {span:<24}  {:<8}  {}", it.verdict.code(), it.why);
    }
    if NAMED_MAX < runs.len() {
        let _ = writeln!(out, "  … and {} more (`--format csv` has all)", runs.len() - NAMED_MAX);
    }
    let _ = writeln!(out, "\n  tearsheet backfill --gaps --from {} --to {}", days.first, days.last);
    out
}
