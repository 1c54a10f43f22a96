//! The help as a person reads it: commands in groups, a command's own options first, two examples each, and what `--from` and `--to`
//! are where they are left out. What is accepted is said by the arguments themselves.

use clap::Command;

/// Commands by what they are for, in the order of their help.
pub(super) const GROUPS: [(&str, &[&str]); 4] = [
    ("Collect", &["scrape", "backfill", "import", "reextract", "demo"]),
    ("Read", &["search", "list", "show", "quotes", "coverage", "status", "serve"]),
    ("Export", &["export", "extract", "cite"]),
    ("Keep", &["verify", "forget", "backup", "config", "completions", "man"]),
];

/// What a range of days is where its ends are left out: the command, its first day, its last day.
const RANGES: [(&str, &str, &str); 8] = [
    ("backfill", "required, but with `--gaps`", "today"),
    ("reextract", "the first day of the archive", "today"),
    ("list", "the first day of the archive", "the last"),
    ("search", "the first day of the archive", "the last"),
    ("quotes", "the first day of the archive", "the last"),
    ("export", "the first day of the archive", "the last"),
    ("cite", "the first day of the archive", "yesterday, or the last day of the archive"),
    ("coverage", "the first day of the archive", "yesterday, or the last day of the archive"),
];

/// Two examples of each command.
pub(super) const EXAMPLES: &[(&str, [&str; 2])] = &[
    ("scrape", ["tearsheet scrape", "tearsheet scrape -q --max-minutes 20 --summary last-run.json"]),
    (
        "backfill",
        [
            "tearsheet backfill --from 2024-03-01 --to 2024-03-31 --dry-run",
            "tearsheet backfill --gaps --max-pages 500",
        ],
    ),
    (
        "import",
        [
            "tearsheet import crawls/*.warc.gz",
            "tearsheet import page.html --url https://news.example/40281811 --captured-at 2024-01-03",
        ],
    ),
    ("extract", ["tearsheet extract page.html", "tearsheet extract crawl.warc.gz --ndjson"]),
    ("reextract", ["tearsheet reextract --dry-run", "tearsheet reextract --from 2024-01-01"]),
    (
        "search",
        [
            "tearsheet search rupee dollar --from -30d",
            "tearsheet search '\"policy rate\"' --section Markets --newest",
        ],
    ),
    ("list", ["tearsheet list --day yesterday", "tearsheet list --symbol OGDC --from 2024-03"]),
    ("show", ["tearsheet show 40281811", "tearsheet show 40281811 --diff"]),
    ("quotes", ["tearsheet quotes OGDC PPL --daily --from -30d", "tearsheet quotes OGDC --plot"]),
    (
        "export",
        [
            "tearsheet export articles --format csv --out articles.csv --excel",
            "tearsheet export quotes --format parquet --out quotes --by month",
        ],
    ),
    ("coverage", ["tearsheet coverage --from 2024-01-01", "tearsheet coverage --format json"]),
    ("status", ["tearsheet status", "tearsheet status --check --max-age 2h"]),
    (
        "cite",
        [
            "tearsheet cite --from 2024-01-01 --to 2024-12-31",
            "tearsheet cite --backup tearsheet-2025-01-05.db",
        ],
    ),
    ("serve", ["tearsheet serve", "tearsheet serve --archive demo.db --listen 127.0.0.1:9000"]),
    ("verify", ["tearsheet verify", "tearsheet verify --repair"]),
    ("forget", ["tearsheet forget 40281811 --dry-run", "tearsheet forget 40281811"]),
    ("backup", ["tearsheet backup /srv/backups --keep 14", "tearsheet backup copy.db"]),
    ("demo", ["tearsheet demo", "tearsheet demo --archive news-demo.db"]),
    ("config", ["tearsheet config check", "tearsheet config show"]),
    ("completions", ["tearsheet completions bash", "tearsheet completions fish"]),
    ("man", ["tearsheet man", "tearsheet man -q"]),
];

/// Returns the command line with its help.
pub(super) fn with_help(mut command: Command) -> Command {
    let groups = groups(&command);
    command = command
        .help_template(
            "{about}\n\n{usage-heading} {usage}\n\n{before-help}General options:\n{options}{after-help}",
        )
        .before_help(groups)
        .after_help("`tearsheet COMMAND --help` has its options and two examples.");
    for (name, examples) in EXAMPLES {
        if command.find_subcommand(name).is_none() {
            continue;
        }
        let text = format!("Examples:\n  {}\n  {}", examples[0], examples[1]);
        command = command.mut_subcommand(*name, |it| it.after_help(text));
    }
    for (name, from, to) in RANGES {
        command = command.mut_subcommand(name, |subcommand| {
            let first = format!(
                "First day: 2024-03-28, 2024-03 for a month, today, yesterday, or -7d for a week ago [default: {from}]"
            );
            let last = format!("Last day, likewise [default: {to}]");
            subcommand.mut_arg("from", |arg| arg.help(first)).mut_arg("to", |arg| arg.help(last))
        });
    }
    command
}

/// Returns the commands, group by group.
fn groups(command: &Command) -> String {
    let mut out = String::new();
    for (title, names) in GROUPS {
        out += &format!("{title}:\n");
        for name in names {
            let Some(found) = command.find_subcommand(name) else { continue };
            let about = found.get_about().map(ToString::to_string).unwrap_or_default();
            out += &format!("  {name:<12} {about}\n");
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out
}
