//! `tearsheet cite`: what belongs into the appendix of a paper that rests on an archive.

use chrono::Utc;

use crate::{
    export::{
        Citation, CitedFile,
        answers::{CoverageRow, to_json},
        text_sha256,
    },
    jobs::coverage,
    store::SCHEMA,
};

use super::{
    args::{CiteArgs, CiteFormat, Common},
    days::{known, today},
    failure::{Exit, Usage},
    printer::Printer,
    session::Session,
};

pub(super) fn run(common: &Common, args: &CiteArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let session = Session::new(common)?;
    let profile = &session.config.profile;
    let reader = session.reader()?;
    let today = today(profile, Utc::now());
    let known = known(&reader, today)?;
    let last = known.map_or(today, |it| it.last);
    let days = args.range.resolve(today, |end| known.map_or(end, |it| it.first.min(end)), last)?;
    let backup = args.backup.as_deref().map(|path| {
        let unreadable = |error: std::io::Error| {
            let hint = "`tearsheet backup FILE` makes one";
            Usage::new(format!("cannot read `{}`: {error}", path.display()), hint)
        };
        CitedFile::read(path).map_err(unreadable)
    });
    let mut citation = Citation {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: env!("TEARSHEET_COMMIT").to_owned(),
        schema: SCHEMA,
        paper: profile.name.clone(),
        address: profile.base_url.to_string(),
        profile_sha256: text_sha256(&site_settings(&session)),
        from: days.first.to_string(),
        to: days.last.to_string(),
        stories: 0,
        wordings: 0,
        captures: 0,
        quotes: 0,
        fetched: None,
        backup: backup.transpose()?,
        days: coverage(&reader, profile, days, Utc::now())?.iter().map(CoverageRow::from).collect(),
    };
    citation.count(reader.cited(days)?);
    match args.format {
        CiteFormat::Text => printer.data(&citation.to_text())?,
        CiteFormat::Json => printer.data(&to_json(&citation))?,
    }
    Ok(Exit::Done)
}

/// Returns the settings of the site that are in force, a line each, whoever wrote them.
fn site_settings(session: &Session) -> String {
    let of_site = session.loaded.settings.iter().filter(|it| it.key.starts_with("site."));
    of_site.map(|it| [it.key.as_str(), " = ", &it.value, "\n"].concat()).collect()
}
