//! Web archives asked over the network: a range of days out of one, and what is offered to one.

mod choice;
mod offers;
mod reader;
mod via;

pub use via::{Captures, Via};
