//! `tearsheet cite`: what belongs in the appendix of a study that rests on an archive.

use std::io;

use crate::{
    clock,
    export::{
        Citation, CitedFile,
        answers::{CoverageRow, to_json},
        text_sha256,
    },
    jobs::coverage,
    model::Days,
    store::{CitedCounts, Reader, SCHEMA},
};

use super::{
    args::{CiteArgs, CiteFormat, Common},
    days::{of_archive, today},
    failure::{Exit, Usage},
    printer::Printer,
    setup::Setup,
};

pub(super) fn run(common: &Common, args: &CiteArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let setup = Setup::new(common)?;
    let reader = setup.reader()?;
    let days = of_archive(args.range, &reader, today(&setup.config.profile, clock::now()))?;
    let mut citation = citation(&setup, &reader, days)?;
    if let Some(path) = &args.backup {
        let unreadable = |error: io::Error| {
            let hint = "`tearsheet backup FILE` makes one";
            Usage::new(format!("cannot read `{}`: {error}", path.display()), hint)
        };
        citation.backup = Some(CitedFile::read(path).map_err(unreadable)?);
    }
    match args.format {
        CiteFormat::Text => printer.data(&citation.to_text())?,
        CiteFormat::Json => printer.data(&to_json(&citation))?,
    }
    Ok(Exit::Done)
}

/// Returns what there is to say of some days of an archive.
pub(super) fn citation(setup: &Setup, reader: &Reader, days: Days) -> anyhow::Result<Citation> {
    let profile = &setup.config.profile;
    let covered = coverage(reader, profile, days, clock::now())?;
    let CitedCounts { stories, wordings, captures, quotes, fetched } = reader.cited(days)?;
    Ok(Citation {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: env!("TEARSHEET_COMMIT").to_owned(),
        schema: SCHEMA,
        paper: profile.name.clone(),
        address: profile.base_url.to_string(),
        profile_sha256: text_sha256(&site_settings(setup)),
        from: days.first.to_string(),
        to: days.last.to_string(),
        stories,
        wordings,
        captures,
        quotes,
        fetched,
        backup: None,
        days: covered.iter().map(CoverageRow::from).collect(),
    })
}

/// Returns the settings of the site that are in force, a line each, whoever wrote them.
fn site_settings(setup: &Setup) -> String {
    let of_site = setup.loaded.settings.iter().filter(|it| it.key.starts_with("site."));
    of_site.map(|it| [it.key.as_str(), " = ", &it.value, "\n"].concat()).collect()
}
