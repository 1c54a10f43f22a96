//! The companies and indices that stories may name: their symbols, their names, and how sure each way of naming them is. Where the
//! names come from is not said here: the profile has some, and the archive learns others from market boards.

use std::{
    cell::LazyCell,
    collections::{HashMap, HashSet},
    ops::{Deref, Range},
};

use aho_corasick::{AhoCorasick, Match, MatchKind};
use chrono::NaiveDate;

use super::{
    BlockKind, Days,
    capitals::{LowerWords, each_capital},
    company_page::CompanyPages,
    mention::{Mention, MentionPlace, MentionRule, Sighting, sum_up},
    story_texts::{StoryTexts, TextLink},
};

/// A list or paragraph of more companies is a table.
const MANY_COMPANIES: usize = 10;
/// The most bytes of a symbol in brackets with its exchange.
const BRACKET_BYTES_MAX: usize = 40;
/// A text is set in capitals if more than this percentage of its words is, and at least this many; its capitals are then no symbols.
const SHOUTED_PERCENT: usize = 60;
const SHOUTED_WORDS_MIN: usize = 2;

/// How sure the ways of naming a company are, and the words that go with them: `site.mentions`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MentionRules {
    /// Exchanges, as they stand before a colon and a symbol: `PSX: OGDC`.
    pub exchanges: Vec<String>,
    /// What may follow a name: `Limited`.
    pub suffixes: Vec<String>,
    /// The addresses of companies' pages.
    pub pages: CompanyPages,
    /// Symbols that are words, too.
    pub words: HashSet<String>,
    /// How sure each way is, from 0 to 1.
    pub confidence: Confidence,
}

/// How sure it is that a company is meant, from 0 to 1, by the way in which it is named.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Confidence {
    /// `PSX: OGDC`.
    pub exchange: f64,
    /// A name with its suffix, or with its symbol in brackets.
    pub full_name: f64,
    /// A name.
    pub name: f64,
    /// A symbol.
    pub symbol: f64,
    /// A tag that is a name or a symbol.
    pub tag: f64,
    /// A link to the company's page.
    pub company_page: f64,
    /// A symbol that is a word, or stands among words in capitals.
    pub word: f64,
}

/// A name of a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanyName {
    /// The symbol of the company.
    pub symbol: String,
    /// The name.
    pub name: String,
}

/// A name of a company, and the days on which it was called so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatedName {
    /// The name.
    pub name: CompanyName,
    /// The first and the last day on which a page said so; `None` for a name of the profile, which is of any day.
    pub days: Option<Days>,
}

/// What a profile knows of names: those of companies, the ways of naming one, and agencies.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NameBook {
    /// The names of companies.
    pub companies: Vec<CompanyName>,
    /// How sure the ways of naming one are.
    pub rules: MentionRules,
    /// Agencies, as the archive calls them.
    pub agencies: Vec<String>,
}

/// Companies and indices, ready to be looked for.
pub struct Companies {
    rules: MentionRules,
    symbols: HashSet<String>,
    /// Finds names, the longest at each place.
    names: AhoCorasick,
    /// The companies of each name, those first that count most.
    holders: Vec<Vec<NameHolder>>,
    /// The number of each name, by the name in lower case.
    by_name: HashMap<String, usize>,
}

/// A company that has a name, or had it.
struct NameHolder {
    symbol: String,
    days: Option<Days>,
}

/// A link to the page of a company.
struct CompanyLink<'t> {
    symbol: &'t str,
    text: &'t str,
}

/// Something found in one text.
struct TextHit {
    symbol: String,
    range: Range<usize>,
    rule: MentionRule,
    confidence: f64,
}

impl Companies {
    /// Returns companies to look for. A name without its suffix is a name, too, if it is of several words. Of several companies of a
    /// name, that is meant which had it on the day of the story.
    pub fn new(rules: MentionRules, symbols: HashSet<String>, names: &[DatedName]) -> Self {
        let mut by_name: HashMap<String, usize> = HashMap::new();
        let (mut written, mut holders): (Vec<String>, Vec<Vec<NameHolder>>) = (Vec::new(), Vec::new());
        for DatedName { name: CompanyName { symbol, name }, days } in names {
            let bare = without_suffix(name, &rules.suffixes);
            let is_told = |it: &str| it.contains([' ', '-', '&', '.']) || it.len() == name.len();
            for form in [name.as_str(), bare] {
                if !is_told(form) || form.len() <= 2 {
                    continue;
                }
                let number = *by_name.entry(form.to_lowercase()).or_insert(holders.len());
                if number == holders.len() {
                    written.push(form.to_owned());
                    holders.push(Vec::new());
                }
                holders[number].push(NameHolder { symbol: symbol.clone(), days: *days });
            }
        }
        let names = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .ascii_case_insensitive(true)
            .build(&written)
            .expect("names are short");
        Self { rules, symbols, names, holders, by_name }
    }

    /// Returns the company that is meant by a name in a story of a day: that which had it then, else that which counts most.
    fn holder(&self, number: usize, day: Option<NaiveDate>) -> &str {
        let holders = &self.holders[number];
        let had_it = |it: &&NameHolder| {
            it.days.zip(day).is_some_and(|(days, day)| days.first <= day && day <= days.last)
        };
        let counts = || &holders[0];
        &holders.iter().find(had_it).unwrap_or_else(counts).symbol
    }

    /// Returns the companies and indices that a story names, one mention each.
    pub fn named_in(&self, story: &StoryTexts<'_>) -> Vec<Mention> {
        let lower = LazyCell::new(|| LowerWords::of(story));
        let mut found: Vec<Sighting> = Vec::new();
        let end = story.blocks.last().map_or(0, |it| it.start + it.text.chars().count());
        for (text, place) in
            [(story.headline, MentionPlace::Headline), (story.summary, MentionPlace::Summary)]
        {
            for hit in self.hits(text, story.day, &lower) {
                found.push(sighting(text, hit, Some(place), None, end));
            }
        }
        let mut linked = self.linked(&story.links);
        let first = story.blocks.iter().position(|it| it.kind == BlockKind::Paragraph);
        for (at, block) in story.blocks.iter().enumerate() {
            let mut hits = self.hits(block.text, story.day, &lower);
            linked.retain(|it| !self.take_link(it, block.text, &mut hits));
            let companies: HashSet<&str> = hits.iter().map(|it| it.symbol.as_str()).collect();
            let place = match block.kind {
                BlockKind::Table => MentionPlace::Table,
                _ if MANY_COMPANIES < companies.len() => MentionPlace::Table,
                _ if Some(at) == first => MentionPlace::FirstParagraph,
                _ => MentionPlace::Body,
            };
            // The characters before each hit are counted once.
            let (mut bytes, mut chars) = (0, block.start);
            for hit in hits {
                let at = hit.range.start.max(bytes);
                chars += block.text[bytes..at].chars().count();
                bytes = at;
                found.push(sighting(block.text, hit, Some(place), Some(chars), end));
            }
        }
        found.extend(story.tags.iter().filter_map(|tag| self.tagged(tag, story.day)));
        found.extend(
            linked.into_iter().map(|it| self.said(it.symbol, it.text, MentionRule::CompanyPage)),
        );
        sum_up(found)
    }

    /// Whether it is of use to know the links of a story.
    pub fn have_pages(&self) -> bool {
        !self.rules.pages.is_empty()
    }

    /// Returns the links that lead to pages of companies.
    fn linked<'t>(&self, links: &'t [TextLink]) -> Vec<CompanyLink<'t>> {
        let of = |link: &'t TextLink| {
            Some(CompanyLink { symbol: self.rules.pages.symbol_in(&link.url)?, text: &link.text })
        };
        links.iter().filter_map(of).collect()
    }

    /// Adds the company of a link to the hits of a text, if the link's words stand in it; a company that is already among the hits becomes
    /// surer. Returns whether the words were found.
    fn take_link(&self, link: &CompanyLink<'_>, text: &str, hits: &mut Vec<TextHit>) -> bool {
        let Some(start) = text.find(link.text).filter(|_| !link.text.is_empty()) else { return false };
        let (range, confidence) = (start..start + link.text.len(), self.rules.confidence.company_page);
        let is_named = |hit: &&mut TextHit| {
            hit.symbol == link.symbol && hit.range.start < range.end && range.start < hit.range.end
        };
        match hits.iter_mut().find(is_named) {
            Some(hit) if hit.confidence < confidence => {
                (hit.rule, hit.confidence) = (MentionRule::CompanyPage, confidence);
            }
            Some(_) => {}
            None => {
                let symbol = link.symbol.to_owned();
                hits.push(TextHit { symbol, range, rule: MentionRule::CompanyPage, confidence });
                hits.sort_by_key(|it| it.range.start);
            }
        }
        true
    }

    /// Returns what a tag says, if it is a name or a symbol.
    fn tagged(&self, tag: &str, day: Option<NaiveDate>) -> Option<Sighting> {
        let by_name = || Some(self.holder(*self.by_name.get(&tag.to_lowercase())?, day));
        let known = self.symbols.get(tag).map(String::as_str).or_else(by_name)?;
        Some(self.said(known, tag, MentionRule::Tag))
    }

    /// Returns a mention that stands nowhere in the text.
    fn said(&self, symbol: &str, matched: &str, rule: MentionRule) -> Sighting {
        let sure = &self.rules.confidence;
        Sighting {
            symbol: symbol.to_owned(),
            matched: matched.to_owned(),
            rule,
            place: None,
            offset: None,
            is_early: false,
            confidence: if rule == MentionRule::Tag { sure.tag } else { sure.company_page },
        }
    }

    /// Returns what is named in a text, in its order.
    fn hits<'t>(
        &self,
        text: &str,
        day: Option<NaiveDate>,
        lower: &impl Deref<Target = LowerWords<'t>>,
    ) -> Vec<TextHit> {
        let mut hits = self.name_hits(text, day);
        let is_shouted = LazyCell::new(|| self.is_shouted(text));
        let mut taken: Vec<Range<usize>> = hits.iter().map(|it| it.range.clone()).collect();
        taken.sort_by_key(|it| it.start);
        let mut symbols = Vec::new();
        each_capital(text, |word, range| {
            let inside = taken.partition_point(|it| it.start <= range.start);
            let is_taken = inside.checked_sub(1).is_some_and(|at| range.start < taken[at].end);
            let Some(symbol) = self.symbols.get(word).filter(|_| !is_taken) else { return false };
            let sure = &self.rules.confidence;
            let is_word = self.rules.words.contains(symbol) || lower.has(symbol) || *is_shouted;
            let confidence = if self.follows_exchange(text, range.start) {
                sure.exchange
            } else if is_word {
                sure.word
            } else {
                sure.symbol
            };
            symbols.push(TextHit {
                symbol: symbol.clone(),
                range,
                rule: MentionRule::Symbol,
                confidence,
            });
            true
        });
        hits.extend(symbols);
        hits.sort_by_key(|it| it.range.start);
        hits
    }

    /// Returns the names in a text: whole words that begin with a capital. A suffix, and the symbol in brackets, belong to them.
    fn name_hits(&self, text: &str, day: Option<NaiveDate>) -> Vec<TextHit> {
        let mut hits = Vec::new();
        for found in self.whole_names(text) {
            let symbol = self.holder(found.pattern().as_usize(), day);
            let after_suffix = self.end_of_suffix(text, found.end());
            let end = end_of_symbol(text, after_suffix, symbol);
            let sure = &self.rules.confidence;
            let confidence = if found.end() < end { sure.full_name } else { sure.name };
            let range = found.start()..end;
            hits.push(TextHit { symbol: symbol.to_owned(), range, rule: MentionRule::Name, confidence });
        }
        hits
    }

    /// Returns the names that stand in a text as whole words and begin with a capital, the longest at each place.
    fn whole_names(&self, text: &str) -> Vec<Match> {
        let is_edge = |it: Option<char>| it.is_none_or(|it| !it.is_alphanumeric());
        let is_whole = |it: &Match| {
            is_edge(text[..it.start()].chars().next_back())
                && is_edge(text[it.end()..].chars().next())
                && text[it.start()..].starts_with(|it: char| it.is_uppercase() || it.is_numeric())
        };
        let mut found: Vec<Match> = self.names.find_overlapping_iter(text).filter(is_whole).collect();
        found.sort_by_key(|it| (it.start(), std::cmp::Reverse(it.end())));
        let mut end = 0;
        found.retain(|it| {
            let is_free = end <= it.start();
            end = if is_free { it.end() } else { end };
            is_free
        });
        found
    }

    /// Returns where a name with its suffix ends; `at` where no suffix follows.
    fn end_of_suffix(&self, text: &str, at: usize) -> usize {
        let rest = &text[at..];
        let after = rest.trim_start_matches([' ', ',']);
        let of = |suffix: &String| {
            let rest = after.strip_prefix(suffix.as_str())?;
            (after.len() < text.len() - at && !rest.starts_with(char::is_alphanumeric))
                .then_some(text.len() - rest.len())
        };
        self.rules.suffixes.iter().filter_map(of).max().unwrap_or(at)
    }

    /// Whether most words of a text that are no symbols are set in capitals.
    fn is_shouted(&self, text: &str) -> bool {
        let is_word = |it: &&str| 1 < it.len() && !self.symbols.contains(*it);
        let words = || text.split(|it: char| !it.is_alphabetic()).filter(is_word);
        let shouted = words().filter(|it| it.chars().all(char::is_uppercase)).count();
        SHOUTED_WORDS_MIN <= shouted && words().count() * SHOUTED_PERCENT < shouted * 100
    }

    /// Whether the name of an exchange and a colon stand before a place.
    fn follows_exchange(&self, text: &str, at: usize) -> bool {
        let before = text[..at].trim_end().strip_suffix(':').map(str::trim_end);
        before.is_some_and(|it| self.rules.exchanges.iter().any(|name| it.ends_with(name.as_str())))
    }
}

fn sighting(
    text: &str,
    hit: TextHit,
    place: Option<MentionPlace>,
    offset: Option<usize>,
    end: usize,
) -> Sighting {
    Sighting {
        matched: text[hit.range].to_owned(),
        symbol: hit.symbol,
        rule: hit.rule,
        place,
        offset,
        is_early: offset.is_some_and(|it| it * 3 < end),
        confidence: hit.confidence,
    }
}

/// Returns where a name with its symbol in brackets ends; `at` where none follows.
fn end_of_symbol(text: &str, at: usize, symbol: &str) -> usize {
    let after = text[at..].trim_start();
    let is_bracket = after.starts_with('(');
    let end = after.bytes().take(BRACKET_BYTES_MAX).position(|it| it == b')').filter(|_| is_bracket);
    let Some(end) = end else { return at };
    let (inside, rest) = (&after[1..end], &after[end + 1..]);
    let bare = inside.rsplit(':').next().unwrap_or_default().trim();
    if bare == symbol { text.len() - rest.len() } else { at }
}

/// Returns a name without what may follow it.
fn without_suffix<'n>(name: &'n str, suffixes: &[String]) -> &'n str {
    let of = |suffix: &String| Some(name.strip_suffix(suffix.as_str())?.trim_end_matches([' ', ',']));
    suffixes.iter().filter_map(of).min_by_key(|it| it.len()).unwrap_or(name)
}
