//! `tearsheet extract`: what is read from a page or from each page of a web archive, as JSON. It touches no archive of ours.

use crate::{
    export::Row,
    extract::Parsed,
    jobs::{ArchivePages, Contents, Found, SavedPage, saved_page},
    model::RawPage,
};

use super::{
    args::{Common, ExtractArgs},
    failure::{Exit, Usage},
    import::{open, parse_url},
    printer::Printer,
    session::Session,
};

pub(super) fn run(common: &Common, args: &ExtractArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let session = Session::new(common)?;
    let max = session.config.fetch.max_body_bytes;
    let name = args.path.display();
    let unreadable = |error: String| {
        let hint = "name a saved page or a web archive, or `-` for stdin";
        Usage::new(format!("cannot read `{name}`: {error}"), hint)
    };
    let url = args.url.as_deref().map(parse_url).transpose()?;
    let print = |page: &RawPage, is_line: bool| -> anyhow::Result<()> {
        let row = Row::of_page(page, session.extractor.extract(page));
        let json =
            if is_line { serde_json::to_string(&row) } else { serde_json::to_string_pretty(&row) };
        Ok(printer.data(&(json? + "\n"))?)
    };
    match open(&args.path, max).map_err(|it| unreadable(it.to_string()))? {
        Contents::Page { body, content_type, lost: cut } => {
            let saved = saved_page(&session.extractor, body, content_type, url, args.captured_at);
            let SavedPage { page, lost } = saved.map_err(|it| unreadable(it.to_string()))?;
            print(&page, args.ndjson)?;
            let lost = cut.or(lost);
            if let Some(what) = &lost {
                tracing::warn!("{name} is not whole: {what}");
            }
            Ok(close(&session, printer, if lost.is_none() { Exit::Done } else { Exit::Incomplete }))
        }
        // Of many pages each is a line.
        Contents::Archive(input) => {
            let (mut pages, mut damaged) = (0, 0);
            let found = ArchivePages::new(input, &session.config.profile, max);
            for found in found.map_err(|it| unreadable(it.to_string()))? {
                match found {
                    Found::Page(page, _) => {
                        pages += 1;
                        print(&page, true)?;
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
            Ok(close(&session, printer, if damaged == 0 { Exit::Done } else { Exit::Incomplete }))
        }
    }
}

/// Says how many pages were parsed slowly, if there were any. Returns the exit code it was given.
fn close(session: &Session, printer: &Printer, exit: Exit) -> Exit {
    let Parsed { pages, slowly } = session.extractor.parsed();
    if 0 < slowly {
        printer.closing(&format!("extract: pages that were parsed slowly: {slowly} of {pages}"), exit);
    }
    exit
}
