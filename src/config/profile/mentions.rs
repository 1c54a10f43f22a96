//! The companies of a profile, and how sure each way of naming one is. What is found in a story is said in `model::Companies`.

use crate::{
    config::{Problem, reader::Section},
    model::{CompanyName, CompanyPages, Confidence, MentionRules},
};

/// Reads the companies of the profile, and those that the user adds: of a symbol that both have, the user's names count.
pub(super) fn read_companies(section: &Section) -> Result<Vec<CompanyName>, Problem> {
    let mut names = Vec::new();
    for symbol in section.all_keys() {
        let is_symbol = |it: &str| it.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit());
        if !is_symbol(&symbol) {
            return Err(section.wrong(&symbol, "named by a symbol: capitals and digits"));
        }
        let of_symbol = section.words(&symbol)?.into_iter();
        names.extend(of_symbol.map(|name| CompanyName { symbol: symbol.clone(), name }));
    }
    Ok(names)
}

pub(super) fn read_rules(section: &Section) -> Result<MentionRules, Problem> {
    let sure = section.section("confidence")?;
    let share = |key| {
        let share = sure.float(key)?;
        if (0.0..=1.0).contains(&share) { Ok(share) } else { Err(sure.wrong(key, "from 0 to 1")) }
    };
    let pages = CompanyPages::new(&section.words("company_pages")?)
        .ok_or_else(|| section.wrong("company_pages", "web addresses with one `{symbol}` each"))?;
    let rules = MentionRules {
        pages,
        exchanges: section.words("exchanges")?,
        suffixes: section.words("suffixes")?,
        words: section.words("words")?.into_iter().collect(),
        confidence: Confidence {
            exchange: share("exchange")?,
            full_name: share("full_name")?,
            name: share("name")?,
            symbol: share("symbol")?,
            tag: share("tag")?,
            company_page: share("company_page")?,
            word: share("word")?,
        },
    };
    sure.finish()?;
    section.finish()?;
    Ok(rules)
}
