//! What a word at the prompt of `quotes` names: a symbol of the ticker, or a code of a market board. A code that is both means
//! the ticker; `leaders/WTL` means the board. What is known of it is printed by `quotes`, and drawn by `plot`.

use crate::store::{BoardCode, Reader};

use super::failure::Usage;

/// How much a name must be like the one that was typed, from 0 to 1, to count as what was probably meant.
const LIKENESS_MIN: f64 = 0.7;
const NEAREST_MAX: usize = 5;

/// Something that has numbers over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Instrument {
    /// A symbol of the ticker.
    Symbol(String),
    /// A code of a market board.
    Code { board: String, code: String },
}

impl Instrument {
    /// Returns the name by which it can be asked for.
    #[cfg(feature = "plot")]
    pub(super) fn name(&self) -> String {
        match self {
            Self::Symbol(symbol) => symbol.clone(),
            Self::Code { board, code } => format!("{board}/{code}"),
        }
    }
}

/// Returns what words name, as the archive spells it. A code without its board means it on every board that has it.
pub(super) fn instruments(reader: &Reader, words: &[String]) -> anyhow::Result<Vec<Instrument>> {
    if words.is_empty() {
        let hint = "`tearsheet quotes OGDC`; `tearsheet quotes --list` names every symbol";
        return Err(Usage::new("no symbol is named", hint).into());
    }
    let codes = reader.board_codes()?;
    let mut found = Vec::new();
    for word in words {
        let upper = word.to_uppercase();
        if reader.has_quotes(&upper)? {
            found.push(Instrument::Symbol(upper));
            continue;
        }
        let of_boards: Vec<Instrument> = named(&codes, word).collect();
        if of_boards.is_empty() {
            return Err(unknown(reader, &codes, word)?.into());
        }
        found.extend(of_boards);
    }
    Ok(found)
}

/// Returns the codes that a word names: `USD` on every board, `forex/USD` on one.
fn named<'c>(codes: &'c [BoardCode], word: &'c str) -> impl Iterator<Item = Instrument> + 'c {
    let (board, code) = match word.split_once('/') {
        Some((board, code)) => (Some(board), code),
        None => (None, word),
    };
    let is_named = move |it: &&BoardCode| {
        it.code.eq_ignore_ascii_case(code)
            && board.is_none_or(|board| it.board.eq_ignore_ascii_case(board))
    };
    codes
        .iter()
        .filter(is_named)
        .map(|it| Instrument::Code { board: it.board.clone(), code: it.code.clone() })
}

/// Returns the error for a word that names nothing. It names what is nearest.
fn unknown(reader: &Reader, codes: &[BoardCode], word: &str) -> anyhow::Result<Usage> {
    let symbols = reader.symbols()?;
    let symbols = symbols.iter().filter(|it| it.first.is_some()).map(|it| it.symbol.clone());
    let names: Vec<String> =
        symbols.chain(codes.iter().map(|it| format!("{}/{}", it.board, it.code))).collect();
    let upper = word.to_uppercase();
    let likeness = |name: &str| {
        let bare = name.rsplit('/').next().unwrap_or(name);
        let (name, bare) = (name.to_uppercase(), bare.to_uppercase());
        strsim::jaro_winkler(&upper, &name).max(strsim::jaro_winkler(&upper, &bare))
    };
    let mut near: Vec<(f64, &str)> =
        names.iter().map(|it| (likeness(it), it.as_str())).filter(|it| LIKENESS_MIN <= it.0).collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    let near: Vec<&str> = near.iter().take(NEAREST_MAX).map(|it| it.1).collect();
    let hint = if near.is_empty() {
        "`tearsheet quotes --list` names every symbol".to_owned()
    } else {
        format!("did you mean {}? `tearsheet quotes --list` names every symbol", near.join(", "))
    };
    Ok(Usage::new(format!("`{word}` was never on a ticker or a board in this archive"), hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_meant_on_every_board_unless_one_is_named() {
        let code = |board: &str, code: &str| BoardCode {
            board: board.to_owned(),
            code: code.to_owned(),
            unit: "price".to_owned(),
            first: None,
            last: None,
        };
        let codes = [code("gainers", "WTL"), code("leaders", "WTL"), code("forex", "USD")];
        let check = |word: &str, expect: &[&str]| {
            let found: Vec<String> = named(&codes, word)
                .map(|it| match it {
                    Instrument::Symbol(symbol) => symbol,
                    Instrument::Code { board, code } => format!("{board}/{code}"),
                })
                .collect();
            assert_eq!(found, expect, "{word}");
        };
        check("wtl", &["gainers/WTL", "leaders/WTL"]);
        check("leaders/WTL", &["leaders/WTL"]);
        check("usd", &["forex/USD"]);
        check("world/USD", &[]);
        check("OGDC", &[]);
    }
}
