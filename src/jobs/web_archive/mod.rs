//! Web archives that are asked over the network: a range of days is filled from one, and pages that the site does not give are
//! looked for in one. Web archives in files are read by `import`.

mod choice;
mod offers;
mod reader;
mod replay;
mod via;

pub use via::{Captures, ViaArchive};
