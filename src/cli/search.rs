//! `tearsheet search`: what was found, with the words marked. The index is asked in `store`, and the rows for programs are
//! types of `export`.

use console::Style;

use crate::{
    clock,
    export::answers::{HitAnswer, csv_header, csv_rows, to_json_lines},
    store::{MARKS, Note, Search, SearchAnswer, SearchHit, SearchOrder},
};

use super::{
    args::{Common, RowFormat, SearchArgs},
    days::today,
    failure::{Exit, Usage},
    printer::Printer,
    setup::Setup,
    similar::{AskedNames, unknown_names},
};

/// Longer lines are hard to read.
const WIDTH_MAX: usize = 100;

pub(super) fn run(common: &Common, args: &SearchArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let setup = Setup::new(common)?;
    let reader = setup.reader()?;
    let query = args.query.join(" ");
    if query.trim().is_empty() {
        return Err(
            Usage::new("there is nothing to search for", "`tearsheet search rupee dollar`").into()
        );
    }
    let search = Search {
        query,
        days: args.range.bounds(today(&setup.config.profile, clock::now()))?,
        section: args.of.section.clone(),
        byline: args.of.byline.clone(),
        symbol: args.of.symbol.as_ref().map(|it| it.to_uppercase()),
        limit: args.limit,
        offset: 0,
        order: if args.newest { SearchOrder::Newest } else { SearchOrder::Best },
    };
    let SearchAnswer { hits, note } = reader.search(&search)?;
    let is_empty = hits.is_empty();
    match args.format {
        RowFormat::Table => printer.data(&hits.iter().map(as_text).collect::<String>())?,
        RowFormat::Jsonl => printer.data(&to_json_lines(hits.into_iter().map(HitAnswer::from)))?,
        RowFormat::Csv => {
            let rows = csv_rows(hits.into_iter().map(HitAnswer::from));
            printer.data(&(csv_header::<HitAnswer>() + &rows))?;
        }
    }
    match note {
        Some(Note::Words) => printer.note(
            "hint: this is not an expression of the index, so its words were looked for; `\"two words\"`, `word*`, AND, OR, NOT and \
             `headline : word` are understood",
        ),
        Some(Note::TooMany { stories }) => printer.note(&format!(
            "hint: these words are in {stories} stories or more, too many to rank: the newest come first, those with the words in the \
             headline before the others"
        )),
        None => {}
    }
    if is_empty {
        printer.note(&format!("search: nothing found for `{}`", search.query));
        let asked = AskedNames {
            section: search.section.as_deref(),
            byline: search.byline.as_deref(),
            symbol: search.symbol.as_deref(),
        };
        for hint in unknown_names(&reader, asked)? {
            printer.note(&hint);
        }
    }
    Ok(Exit::Done)
}

fn as_text(hit: &SearchHit) -> String {
    let SearchHit { id, published_on, section, byline, headline, url: _, snippet } = hit;
    let (bold, dim, mark) = (Style::new().bold(), Style::new().dim(), Style::new().yellow().bold());
    let is_coloured = console::colors_enabled();
    let width = usize::from(console::Term::stdout().size().1).clamp(40, WIDTH_MAX);
    let text = textwrap::fill(
        &snippet.split_whitespace().collect::<Vec<_>>().join(" "),
        textwrap::Options::new(width).initial_indent("    ").subsequent_indent("    "),
    );
    let mut marked = String::new();
    for (at, part) in text.split(MARKS).enumerate() {
        match (at % 2, is_coloured) {
            (0, _) => marked.push_str(part),
            (_, true) => marked.push_str(&mark.apply_to(part).to_string()),
            (_, false) => marked.push_str(&format!("[{part}]")),
        }
    }
    let line = [Some(format!("id {id}")), section.clone(), byline.clone()];
    format!(
        "{}  {}  {}\n{marked}\n",
        published_on.as_deref().unwrap_or("    -     "),
        bold.apply_to(headline.as_deref().unwrap_or("(no headline)")),
        dim.apply_to(line.into_iter().flatten().collect::<Vec<_>>().join(" · "))
    )
}
