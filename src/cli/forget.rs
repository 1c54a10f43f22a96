//! `tearsheet forget`: takes a story out of the archive. What is forgotten is decided in `store`.

use crate::{
    model::counted,
    store::{Traces, Writer},
};

use super::{
    args::{Common, ForgetArgs},
    failure::Exit,
    printer::Printer,
    setup::{Setup, block_on, upgraded},
};

pub(super) fn run(common: &Common, args: &ForgetArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let setup = Setup::new(common)?;
    // Nothing is forgotten in a rehearsal, and no other run may write where something is.
    let writer = if args.dry_run { None } else { Some(setup.existing_writer()?) };
    let reader = setup.reader()?;
    let article = setup.article(&reader, &args.article)?;
    let headline = article.draft.headline.as_deref().unwrap_or("(no headline)");
    printer.note(&format!("{} (id {}): {headline}", article.key, article.id.0));
    let Some(writer) = writer else {
        let traces = reader.traces(article.id)?;
        printer.data(&listed(&traces))?;
        printer.note("forget: nothing was changed; without `--dry-run` this is what goes");
        return Ok(Exit::Done);
    };
    drop(reader);
    let traces = block_on(async |_| Ok(writer.forget(article.id).await?))?;
    let upgraded = upgraded(&writer);
    drop(writer);
    // Its bytes are in the log until that is folded back.
    Writer::checkpoint(&setup.archive)?;
    let printed = printer.data(&listed(&traces));
    printer.note(&format!(
        "forget: {} is gone and will not be asked for again; backups, exports and what other pages say of it are as they were{upgraded}",
        article.key
    ));
    printed?;
    Ok(Exit::Done)
}

/// Returns what is kept of a story, a line each.
fn listed(traces: &Traces) -> String {
    let Traces { captures, wordings, bodies, images, repacked, linked_by, listed_by } = *traces;
    let mut out = format!(
        "  goes   {}, {}, {}\n",
        counted(captures, "capture"),
        counted(wordings, "wording"),
        counted(bodies, "raw page")
    );
    if 0 < images {
        out += &format!("         {} that no other story has\n", counted(images, "picture"));
    }
    if 0 < repacked {
        out += &format!("  packed again: {}\n", counted(repacked, "raw page"));
    }
    if 0 < linked_by + listed_by {
        out += &format!(
            "  stays  links of {}, rows of {}: `export links` and the table `most_read_rows` name them\n",
            counted(linked_by, "other story"),
            counted(listed_by, "most-read list")
        );
    }
    out
}
