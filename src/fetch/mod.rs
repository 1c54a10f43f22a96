//! Polite HTTP: the only module that opens sockets to the site and to web archives. `pace`, `retry`, `breaker` and `robots` are
//! policies with the clock as an argument; `turn` is the only file that waits; every request goes through `Fetcher::exchange`:
//! breaker, pace, wire, audit. There is one lane for each host. What to ask for, and what an article says, is not known here.

mod answer;
mod breaker;
mod error;
mod fetcher;
mod guard;
mod http;
mod lane;
mod monitor;
mod pace;
mod permission;
mod retry;
mod robots;
mod turn;

pub use error::{Class, FetchError};
pub use fetcher::{Fetcher, Visit};
pub use monitor::tell;
pub use permission::RobotsVisit;
pub use robots::permits;
