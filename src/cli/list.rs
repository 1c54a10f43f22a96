//! `tearsheet list`: stories without a query, the newest first. Stories by their words are `search`'s.

use console::Style;

use crate::{
    clock,
    export::answers::{StoryAnswer, csv_header, csv_rows, to_json_lines},
    model::counted,
    store::{ChangeFilter, ListedStory, StoryListing},
};

use super::{
    args::{Common, ListArgs, RowFormat},
    days::{Range, today},
    failure::{Exit, Usage},
    printer::Printer,
    setup::Setup,
    similar::{AskedNames, unknown_names},
};

pub(super) fn run(common: &Common, args: &ListArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let setup = Setup::new(common)?;
    let reader = setup.reader()?;
    let range = match args.day {
        Some(_) if args.range.from.is_some() || args.range.to.is_some() => {
            let hint = "`--day 2024-03-28`, or `--from 2024-03-01 --to 2024-03-31`";
            return Err(Usage::new("`--day` is a range of its own", hint).into());
        }
        Some(day) => Range { from: Some(day), to: Some(day) },
        None => args.range,
    };
    let symbol = args.of.symbol.as_ref().map(|it| it.to_uppercase());
    let listing = StoryListing {
        days: range.bounds(today(&setup.config.profile, clock::now()))?,
        section: args.of.section.clone(),
        byline: args.of.byline.clone(),
        symbol,
        tag: None,
        changes: if args.changed { ChangeFilter::Changed } else { ChangeFilter::All },
        limit: args.limit,
    };
    let stories = reader.list(&listing)?;
    let count = stories.len() as u64;
    match args.format {
        RowFormat::Table => printer.data(&stories.iter().map(as_text).collect::<String>())?,
        RowFormat::Jsonl => printer.data(&to_json_lines(stories.into_iter().map(StoryAnswer::from)))?,
        RowFormat::Csv => {
            let rows = csv_rows(stories.into_iter().map(StoryAnswer::from));
            printer.data(&(csv_header::<StoryAnswer>() + &rows))?;
        }
    }
    if count == u64::from(args.limit) {
        printer.note(&format!("list: the newest {}; `--limit` says how many", counted(count, "story")));
    }
    if count == 0 {
        printer.note("list: no such story");
        let asked = AskedNames {
            section: listing.section.as_deref(),
            byline: listing.byline.as_deref(),
            symbol: listing.symbol.as_deref(),
        };
        for hint in unknown_names(&reader, asked)? {
            printer.note(&hint);
        }
    }
    Ok(Exit::Done)
}

fn as_text(story: &ListedStory) -> String {
    let ListedStory { id, published_on, published_at, section, byline, headline, version, url: _ } =
        story;
    let (bold, dim) = (Style::new().bold(), Style::new().dim());
    // Of `2024-03-28T11:20:00+05:00` the hour and the minute, as the page has them.
    let time = published_at.as_deref().and_then(|it| it.get(11..16)).unwrap_or("     ");
    let versions = if 1 < *version { Some(counted(u64::from(*version), "version")) } else { None };
    let line = [Some(format!("id {id}")), section.clone(), byline.clone(), versions];
    format!(
        "{} {time}  {}\n                  {}\n",
        published_on.as_deref().unwrap_or("    -     "),
        bold.apply_to(headline.as_deref().unwrap_or("(no headline)")),
        dim.apply_to(line.into_iter().flatten().collect::<Vec<_>>().join(" · "))
    )
}
