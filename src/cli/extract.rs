//! `tearsheet extract`.

use crate::{
    export::Row,
    model::{CaptureSource, RawPage, Validators},
};

use super::{
    args::{Common, ExtractArgs},
    failure::{Exit, Usage},
    import::{content_type, parse_url, read},
    printer::Printer,
    session::Session,
};

pub(super) fn run(common: &Common, args: &ExtractArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let session = Session::new(common)?;
    let body = read(&args.path, session.config.fetch.max_body_bytes).map_err(|error| {
        let hint = "name a saved page, or `-` for stdin";
        Usage::new(format!("cannot read `{}`: {error}", args.path.display()), hint)
    })?;
    let page = RawPage {
        url: args.url.as_deref().map(parse_url).transpose()?,
        body,
        content_type: content_type(&args.path),
        captured_at: args.captured_at,
        source: CaptureSource::File,
        status: None,
        validators: Validators::default(),
    };
    let row = Row::of_page(&page, session.extractor.extract(&page));
    let json =
        if args.ndjson { serde_json::to_string(&row) } else { serde_json::to_string_pretty(&row) };
    printer.data(&(json? + "\n"))?;
    Ok(Exit::Done)
}
