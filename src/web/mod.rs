//! `tearsheet serve`: the archive as a paper to leaf through, on this machine. It reads and never writes, sends nothing anywhere, and
//! shows nothing that a page says as anything but text. What is shown is asked of `store` and `jobs`; charts and answers for
//! programs are those of `export`.
//!
//! A request goes through `guard` (is it for us, and what may it ask), `route` (which page), `pages` (the page) and `answer` (the
//! response with its headers). `readers` lends out the readers, so that no request waits for another longer than it has to.

mod answer;
mod chart;
mod diff;
mod guard;
mod pages;
mod readers;
mod route;

use std::{io, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::Response,
};
use tokio::net::TcpListener;

use crate::jobs::Stop;

pub use readers::{ReaderShelf, ServedPaper};

use self::{answer::WebAnswer, guard::Refusal, route::Route};

/// Serves an archive on these listeners until the user asks to stop. Requests that are under way are answered.
pub async fn serve(served: ServedPaper, listeners: Vec<TcpListener>, stop: &Stop) -> io::Result<()> {
    let app = Router::new().fallback(respond).with_state(Arc::new(served));
    let mut servers = tokio::task::JoinSet::new();
    for listener in listeners {
        let app = app.clone();
        let stop = stop.clone();
        let server = axum::serve(listener, app).with_graceful_shutdown(stop.requested());
        servers.spawn(async move { server.await });
    }
    while let Some(ended) = servers.join_next().await {
        ended.map_err(io::Error::other)??;
    }
    Ok(())
}

async fn respond(State(served): State<Arc<ServedPaper>>, request: Request) -> Response<Body> {
    let asked = match guard::check(&request, &served.allowed_hosts) {
        Ok(asked) => asked,
        Err(refusal) => return WebAnswer::refused(refusal).into_response(None, request.method()),
    };
    let Some(route) = Route::parse(&asked.path, asked.query.as_deref()) else {
        return WebAnswer::refused(Refusal::NotFound).into_response(None, request.method());
    };
    let known = asked.known_tag;
    let answer =
        ReaderShelf::ask(&served, move |served, reader| pages::answer(&route, served, reader)).await;
    let answer = answer.unwrap_or_else(|| WebAnswer::refused(Refusal::Busy));
    answer.into_response(known.as_deref(), request.method())
}
