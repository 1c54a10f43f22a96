//! The pages: what each of them asks the archive for, and the template that it fills. Which page is asked for is `route`'s to say; how a
//! response is sent is `answer`'s.

mod article;
mod frame;
mod market;
mod paper;
mod search;
mod status;
mod stories;

use crate::store::{Reader, StoreError};

use super::{answer::WebAnswer, guard::Refusal, readers::ServedPaper, route::Route};

/// Returns the answer to what is asked for.
pub(super) fn answer(
    route: &Route,
    served: &ServedPaper,
    reader: &Reader,
) -> Result<WebAnswer, StoreError> {
    let found = match route {
        Route::Home => paper::home(served, reader)?,
        Route::Calendar => paper::calendar(served, reader, None)?,
        Route::Year(year) => paper::calendar(served, reader, Some(*year))?,
        Route::Month(first) => paper::month(served, reader, *first)?,
        Route::Day { day, form } => paper::day(served, reader, *day, *form)?,
        Route::On { month, day } => paper::on(served, reader, *month, *day)?,
        Route::Article(id) => article::article(served, reader, id)?,
        Route::Versions(id) => article::versions(served, reader, id)?,
        Route::Diff { id, from, to } => article::diff(served, reader, id, *from, *to)?,
        Route::Raw(id) => article::raw(served, reader, *id)?,
        Route::RawPage(id) => article::raw_page(reader, *id)?,
        Route::RawSource(id) => article::raw_source(reader, *id)?,
        Route::Image(hash) => article::image(reader, hash)?,
        Route::Search { asked, form } => search::search(served, reader, asked, *form)?,
        Route::Names { kind, name, form } => stories::names(served, reader, *kind, name, *form)?,
        Route::Changes(form) => stories::changes(served, reader, *form)?,
        Route::MostRead => stories::most_read(served, reader)?,
        Route::Symbols => market::symbols(served, reader)?,
        Route::Symbol { symbol, form } => market::symbol(served, reader, symbol, *form)?,
        Route::BoardCode { board, code, form } => {
            market::board_code(served, reader, board, code, *form)?
        }
        Route::Coverage => status::coverage(served, reader)?,
        Route::Status => status::status(served, reader)?,
        Route::OpenSearch => Some(frame::open_search(served)),
        Route::Health => Some(WebAnswer::of("text/plain; charset=utf-8", b"ok\n".to_vec())),
        Route::Metrics => status::metrics(served, reader)?,
        Route::Static(name) => frame::file(name),
    };
    Ok(found.unwrap_or_else(|| WebAnswer::refused(Refusal::NotFound)))
}
