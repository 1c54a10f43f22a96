//! `tearsheet extract`: what is read from a page or from each page of a web archive, as JSON. It touches no archive of ours.

use std::mem::ManuallyDrop;

use console::Style;

use crate::{
    export::Row,
    extract::{ExplainedField, Explanation, FieldWitness, Parsed},
    jobs::{ArchivePages, Contents, Found, SavedPage, saved_page},
    model::{Extraction, RawPage, counted},
};

use super::{
    args::{Common, ExtractArgs},
    failure::{Exit, Usage},
    import::{open, parse_url},
    printer::Printer,
    setup::Setup,
    show::as_read,
};

pub(super) fn run(common: &Common, args: &ExtractArgs, printer: &Printer) -> anyhow::Result<Exit> {
    // The process ends with the command: freeing the compiled profile first would take a twentieth of the time of one small page.
    let setup = ManuallyDrop::new(Setup::new(common)?);
    if args.requests || args.arrow {
        return rows(&setup, args, printer);
    }
    if !args.profile.is_empty() {
        let hint = "`profile = \"NAME\"` in the configuration chooses one for other output";
        return Err(Usage::new("`--profile` goes with `--arrow` or `--requests`", hint).into());
    }
    let max = setup.config.fetch.max_body_bytes;
    let name = args.path.display();
    let unreadable = |error: String| {
        let hint = "name a saved page or a web archive, or `-` for stdin";
        Usage::new(format!("cannot read `{name}`: {error}"), hint)
    };
    let url = args.url.as_deref().map(parse_url).transpose()?;
    let print = |page: &RawPage, is_line: bool| -> anyhow::Result<()> {
        if args.explain {
            return Ok(printer.data(&explained(&setup.extractor.explain(page)))?);
        }
        let extraction = setup.extractor.extract(page);
        if args.text {
            return Ok(printer.data(&as_text(&extraction))?);
        }
        let row = Row::of_page(page, extraction);
        let json =
            if is_line { serde_json::to_string(&row) } else { serde_json::to_string_pretty(&row) };
        Ok(printer.data(&(json? + "\n"))?)
    };
    match open(&args.path, max).map_err(|it| unreadable(it.to_string()))? {
        Contents::Page { body, content_type, lost: cut } => {
            let saved = saved_page(&setup.extractor, body, content_type, url, args.captured_at);
            let SavedPage { page, lost } = saved.map_err(|it| unreadable(it.to_string()))?;
            print(&page, args.ndjson)?;
            let lost = cut.or(lost);
            if let Some(what) = &lost {
                tracing::warn!("{name} is not whole: {what}");
            }
            Ok(close(&setup, printer, if lost.is_none() { Exit::Done } else { Exit::Incomplete }))
        }
        // Of many pages each is a line.
        Contents::Archive(input) => {
            let (mut pages, mut damaged) = (0, 0);
            let found = ArchivePages::new(input, &[&setup.config.profile], max);
            for found in found.map_err(|it| unreadable(it.to_string()))? {
                match found {
                    Found::Page(found) => {
                        pages += 1;
                        print(&found.page, true)?;
                    }
                    Found::Damaged(damage) => {
                        damaged += 1;
                        tracing::warn!("{name} is damaged at byte {}: {}", damage.offset, damage.what);
                    }
                    Found::Revisit(_) | Found::PassedOver(_) => {}
                }
            }
            if pages == 0 && 0 < damaged {
                return Err(unreadable("there is no page of this site in it".to_owned()).into());
            }
            Ok(close(&setup, printer, if damaged == 0 { Exit::Done } else { Exit::Incomplete }))
        }
    }
}

#[cfg(feature = "arrow")]
fn rows(setup: &Setup, args: &ExtractArgs, printer: &Printer) -> anyhow::Result<Exit> {
    if args.requests {
        return super::page_rows::requests(setup, args);
    }
    super::page_rows::arrow(setup, args, printer)
}

#[cfg(not(feature = "arrow"))]
fn rows(_: &Setup, _: &ExtractArgs, _: &Printer) -> anyhow::Result<Exit> {
    Err(Usage::not_built_in("pages as rows", "arrow").into())
}

/// Returns what was read from a page as a person reads it, and what the program has to say of it.
fn as_text(extraction: &Extraction) -> String {
    let Extraction { not_story, draft, strip, boards, most_read, warnings, .. } = extraction;
    let mut out = as_read(draft);
    for (count, noun) in [
        (strip.quotes.len(), "ticker row"),
        (boards.len(), "market board"),
        (most_read.len(), "most-read story"),
    ] {
        if 0 < count {
            out += &format!("beside it: {}\n", counted(count as u64, noun));
        }
    }
    for warning in warnings {
        out += &format!("warning: {} {}\n", warning.code.code(), warning.detail);
    }
    if let Some(reason) = not_story {
        out += &format!("not kept as a story: {}\n", reason.words());
    }
    out + "\n"
}

/// Returns who was asked for each field, in order of trust, and what each of them found.
fn explained(explanation: &Explanation) -> String {
    let (bold, dim) = (Style::new().bold(), Style::new().dim());
    let mut out = String::new();
    for ExplainedField { key, origin, witnesses } in &explanation.fields {
        if witnesses.is_empty() {
            continue;
        }
        let origin = origin.map_or(String::new(), |it| format!("  read from: {}", it.code()));
        out += &format!("{}{origin}\n", bold.apply_to(key));
        for FieldWitness { name, found, text } in witnesses {
            let line = match text {
                Some(text) => format!("  {found:>4}  {name:<40}  {text}"),
                None => format!("  {found:>4}  {}", dim.apply_to(name)),
            };
            out += &format!("{}\n", line.trim_end());
        }
        out.push('\n');
    }
    for text in &explanation.left_out {
        out += &format!("left out of the story: {text}\n");
    }
    out
}

/// Says how many pages were parsed slowly, if there were any. Returns the exit code it was given.
fn close(setup: &Setup, printer: &Printer, exit: Exit) -> Exit {
    let Parsed { pages, slowly } = setup.extractor.parsed();
    if 0 < slowly {
        printer.closing(&format!("extract: pages that were parsed slowly: {slowly} of {pages}"), exit);
    }
    exit
}
