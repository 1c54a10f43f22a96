//! Whether the numbers of a quote agree with each other.

use crate::model::{Direction, Quote, QuoteKind};

/// Rounding of printed percentages: half of the last digit, and a little for the arithmetic.
const PCT_SLACK: f64 = 0.006;
/// Index levels are printed without decimals.
const INDEX_SLACK: f64 = 0.5;
/// Changes of indices are printed with one decimal at least.
const INDEX_CHANGE_SLACK: f64 = 0.05;

/// Whether a row contradicts its own arithmetic: change / (price - change) must be the percentage, within what rounding allows; and the sign must be
/// that of the words.
pub(super) fn contradicts_itself(quote: &Quote) -> bool {
    let sign = quote.change.signum();
    let (price, change, pct) = (quote.price.to_f64(), quote.change.to_f64(), quote.change_pct.to_f64());
    let (price_slack, change_slack) = match quote.kind {
        QuoteKind::Stock => (0.0, 0.0),
        QuoteKind::Index => (INDEX_SLACK, INDEX_CHANGE_SLACK),
    };
    let may_round_to_zero = quote.kind == QuoteKind::Index;
    let is_sign_right = match quote.direction {
        Direction::Up => 0 < sign || (sign == 0 && may_round_to_zero),
        Direction::Down => sign < 0 || (sign == 0 && may_round_to_zero),
        Direction::Flat => sign == 0,
    };
    let previous = price - change;
    if !is_sign_right || previous <= price_slack + change_slack {
        return true;
    }
    let exact = change / previous * 100.0;
    let widest = (change.abs() + change_slack) / (previous - price_slack - change_slack) * 100.0;
    let slack = PCT_SLACK + (widest - exact.abs());
    slack < (pct - exact).abs()
}
