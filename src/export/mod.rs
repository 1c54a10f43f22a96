//! Rows out: the one public form of an article, and the formats it is written in.

mod row;

pub use row::{BlockRow, LinkRow, QuoteRow, Row, StripRow, TagRow, WarningRow};
