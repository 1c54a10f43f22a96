//! The vocabulary: plain values shared by every layer. No I/O, no clock, no policy.
//!
//! One word per thing. A *candidate* is a page somebody named; a *page* is one we know of; an
//! *ask* is what we would send; a *task* is a page claimed by a run; a *visit* is one try at it; a
//! *capture* is the bytes that came at one time; a *draft* is what they say, an article with holes;
//! an *article* is a draft with a place in the archive; a *version* is one wording of it; a *strip*
//! is the ticker that was on a capture; a *quote* is one row of it; a *run* is one command's work;
//! a *reading* is one source's account of a day, a *verdict* what all of them amount to.

mod article;
mod board;
mod day;
mod event;
mod key;
mod memory;
mod names;
mod page;
mod strip;
mod visit;

pub use article::{
    Article, Block, BlockKind, Draft, Extraction, Field, Link, Origin, Placement, Tag, Warning,
    WarningCode,
};
pub use board::{Board, BoardRow, MostRead, Unit};
pub use day::{DayReading, Days, IDS, Reading, Verdict};
pub use event::{Drift, Event, Guesses, Settled, Tally};
pub use key::PageKey;
pub use memory::{HostMemory, KeepRaw, RobotsMemory};
pub use names::{Names, capitals};
pub use page::{
    Ask, Candidate, CaptureSource, Captured, Fetched, Heads, PageId, PageState, RawPage, Task,
    Validators, Via,
};
pub use strip::{Decimal, Direction, Quote, QuoteKind, Strip};
pub use visit::{Missing, Outcome, Request, RunId, WaitReason};
