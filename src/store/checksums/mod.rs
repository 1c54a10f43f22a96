//! Checksums of rows: which tables are covered, whose a row is, and what rows add up to (`row`). They are kept by the writer
//! (`kept`) and compared by `verify` (`compared`). What is wrong with a row that is as it was stored is not asked here.

mod row;

mod compared;
mod kept;

pub(super) use self::{
    compared::{Difference, DifferenceKind, accept, differences, fill},
    kept::Sums,
};
