//! The ticker strip: the market numbers that were on a capture, exactly as printed. How a line of it is read is in `extract`.
//! Boards are in `board.rs`: their values have units, and no words of direction.

use std::{fmt, str::FromStr};

use chrono::NaiveDate;

/// A decimal number exactly as the paper prints it: `units` × 10^-`scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    units: i64,
    scale: u8,
}

/// One row of a strip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The ticker symbol.
    pub symbol: String,
    /// Stock or index.
    pub kind: QuoteKind,
    /// Last price in rupees, or the index level in points.
    pub price: Decimal,
    /// Change since the previous close, in the price's unit.
    pub change: Decimal,
    /// The same in percent, as printed.
    pub change_pct: Decimal,
    /// The direction by the words of the row, never by its glyph.
    pub direction: Direction,
    /// Whether the row contradicts its own arithmetic. It is kept as printed.
    pub suspect: bool,
}

/// What a symbol names. The stable words of `quotes.kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum QuoteKind {
    /// A share.
    Stock,
    /// A market index.
    Index,
}

/// Which way a price went. The stable words of `quotes.direction`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Direction {
    /// "Increased By".
    Up,
    /// "Decreased By".
    Down,
    /// "No Change".
    Flat,
}

/// All rows of one capture, in the order of the page, each symbol once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Strip {
    /// The date that the page prints beside its strip: the day to which the numbers claim to belong.
    pub market_date: Option<NaiveDate>,
    /// The rows. Many pages have none.
    pub quotes: Vec<Quote>,
}

/// The digits of the longest number: it fits `i64` and prints exactly from an `f64`.
const DIGITS_MAX: usize = 15;
const POWERS: [f64; DIGITS_MAX + 1] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

impl Decimal {
    /// Returns `units` × 10^-`scale`.
    pub fn new(units: i64, scale: u8) -> Self {
        Self { units, scale }
    }

    /// Returns the number of digits after the point, as printed.
    pub fn scale(self) -> u8 {
        self.scale
    }

    /// The nearest double, which prints back as the same decimal: at most 15 digits are accepted, so that
    /// units and power are both exact and their quotient is rounded once.
    #[expect(clippy::cast_precision_loss, reason = "15 digits fit 53 bits")]
    pub fn to_f64(self) -> f64 {
        self.units as f64 / POWERS[usize::from(self.scale).min(DIGITS_MAX)]
    }

    /// Returns -1, 0 or 1 for a number below, at or above zero.
    pub fn signum(self) -> i64 {
        self.units.signum()
    }
}

/// Accepts thousands commas and a sign; nothing else the paper does not print.
impl FromStr for Decimal {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (negative, digits) = match text.strip_prefix(['-', '\u{2212}']) {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() || whole.starts_with(',') || digits.ends_with('.') {
            return Err(());
        }
        let mut units: i64 = 0;
        for (count, byte) in whole.bytes().filter(|it| *it != b',').chain(fraction.bytes()).enumerate() {
            if !byte.is_ascii_digit() || DIGITS_MAX <= count {
                return Err(());
            }
            units = units * 10 + i64::from(byte - b'0');
        }
        let scale = u8::try_from(fraction.len()).map_err(|_| ())?;
        Ok(Self::new(if negative { -units } else { units }, scale))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.units < 0 { "-" } else { "" };
        let scale = usize::from(self.scale);
        let digits = format!("{:0width$}", self.units.unsigned_abs(), width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        write!(f, "{sign}{whole}")?;
        if fraction.is_empty() { Ok(()) } else { write!(f, ".{fraction}") }
    }
}

impl QuoteKind {
    /// The word in `quotes.kind`.
    pub fn code(self) -> &'static str {
        self.into()
    }
}

impl Direction {
    /// The word in `quotes.direction`.
    pub fn code(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, shown: &str, double: f64) {
        let decimal: Decimal = input.parse().expect("valid");
        assert_eq!(decimal.to_string(), shown);
        assert_eq!(decimal.to_f64().to_bits(), double.to_bits());
    }

    #[test]
    fn decimals_are_kept_as_printed() {
        check("34.36", "34.36", 34.36);
        check("26.00", "26.00", 26.0);
        check("159,280", "159280", 159_280.0);
        check("-1510.2", "-1510.2", -1510.2);
        check("-0.02", "-0.02", -0.02);
        check("-0", "0", 0.0);
        check("\u{2212}0.28", "-0.28", -0.28);
    }

    #[test]
    fn doubles_are_the_nearest_there_are() {
        for units in (-9_999_999..9_999_999).step_by(7_919) {
            for scale in 0..6 {
                let decimal = Decimal::new(units, scale);
                let nearest: f64 = decimal.to_string().parse().expect("a number");
                assert_eq!(decimal.to_f64().to_bits(), nearest.to_bits(), "{decimal}");
            }
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for input in ["", ".", "1.", ",1", "1.2.3", "12a", "1234567890123456", "-"] {
            assert!(input.parse::<Decimal>().is_err(), "{input}");
        }
    }
}
