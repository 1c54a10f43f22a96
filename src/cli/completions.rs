//! `tearsheet completions` and `tearsheet man`: what a package installs beside the program. Both are made from `args`.

use super::{args, failure::Exit, printer::Printer};

pub(super) fn completions(shell: clap_complete::Shell, printer: &Printer) -> anyhow::Result<Exit> {
    let mut command = args::command();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "tearsheet", &mut script);
    printer.bytes(&script)?;
    Ok(Exit::Done)
}

/// Prints the manual page: the program, then a section for each command, then what clap does not know.
pub(super) fn man(printer: &Printer) -> anyhow::Result<Exit> {
    let mut command = args::command();
    command.build();
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    for command in command.get_subcommands().filter(|it| it.get_name() != "help") {
        let man = clap_mangen::Man::new(command.clone());
        let name = command.get_display_name().unwrap_or(command.get_name()).replace('-', " ");
        page.extend_from_slice(format!(".SH \"{}\"\n", name.to_uppercase()).as_bytes());
        man.render_synopsis_section(&mut page)?;
        man.render_description_section(&mut page)?;
        man.render_options_section(&mut page)?;
    }
    page.extend_from_slice(closing_sections().as_bytes());
    printer.bytes(&page)?;
    Ok(Exit::Done)
}

/// The documented queries are examples of what is asked with `sqlite3`.
const README: &str = include_str!("../../README.md");

/// Returns the queries of a document, each with the line before it: a paragraph that ends in a colon, then a block of SQL.
fn examples(document: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut title = "";
    for block in document.split("\n\n") {
        if let Some(sql) = block.strip_prefix("```sql\n") {
            let sql = sql.trim_end().trim_end_matches("```").trim_end();
            let sql: Vec<&str> = sql.lines().map(str::trim).collect();
            found.push((title.trim_end_matches(':').to_owned(), sql.join(" ")));
        }
        title = block.lines().last().unwrap_or_default();
    }
    found
}

/// Returns the sections that clap does not know: examples, exit codes, environment and files.
fn closing_sections() -> String {
    let mut page =
        definitions("EXAMPLES", examples(README).iter().map(|it| (it.0.as_str(), it.1.as_str())));
    let exits = Exit::ALL.map(|it| (it.code().to_string(), it.meaning()));
    page += &definitions("EXIT STATUS", exits.iter().map(|it| (it.0.as_str(), it.1)));
    page += &definitions("ENVIRONMENT", ENVIRONMENT.into_iter());
    page += &definitions("FILES", FILES.into_iter());
    page
}

fn definitions<'t>(title: &str, terms: impl Iterator<Item = (&'t str, &'t str)>) -> String {
    terms.fold(format!(".SH \"{title}\"\n"), |page, (term, text)| {
        page + &format!(".TP\n\\fB{}\\fR\n{}\n", term.replace('-', "\\-"), text.replace('-', "\\-"))
    })
}

const ENVIRONMENT: [(&str, &str); 4] = [
    ("TEARSHEET_CONFIG", "the configuration file where --config is not given"),
    ("TEARSHEET_ARCHIVE", "the archive where --archive is not given"),
    ("NO_COLOR", "if set and not empty, output is never coloured"),
    ("RUST_LOG", "log filter; overrides -q and -v"),
];

const FILES: [(&str, &str); 2] = [
    (
        "./config.toml",
        "the configuration where neither --config nor TEARSHEET_CONFIG names another; without one, the built-in is in force",
    ),
    (
        "FILE, FILE-wal, FILE-shm",
        "the archive: one SQLite file, and what SQLite keeps beside it while it is open; copy it with `tearsheet backup`",
    ),
];
