//! The vocabulary: plain values that every layer shares. There is no I/O, no clock and no policy here, and nothing that only
//! one layer needs: such a value belongs to its layer. `config` is beside it because a site's facts are data, not words.
//!
//! One word names one thing:
//!
//! | word | what it is | not called |
//! | --- | --- | --- |
//! | *candidate* | a page that a source named | hit, item, result |
//! | *page* | an address that the archive knows; its identity is a [`PageKey`] | document, article, URL |
//! | *ask* | what is sent for one request | query, job |
//! | *task* | a page that a run has claimed | work item, job |
//! | *visit* | one try at a page, with its retries and redirects | fetch, crawl, attempt |
//! | *outcome* | how a visit ended | result, status |
//! | *capture* | the bytes of a page at one time | snapshot, download, copy |
//! | *draft* | what a capture says: an article with holes; in the table `drafts`, one that is kept aside because it says less than its article | parse, record |
//! | *article* | a draft with a place in the archive | story (which is the text that people read), page |
//! | *version* | one wording of an article | revision, edition |
//! | *strip* | the market ticker that was on a capture; *ticker* in words for people | tape, symbol (which is one name on it) |
//! | *quote* | one row of a strip | price, tick |
//! | *board* | a table of market values beside a story | widget, box |
//! | *session* | a day on which the exchange trades, from its opening on | trading day, market day |
//! | *source* | a feed, sitemap or listing that names pages | seed, channel |
//! | *reading* | one source's account of a day | day result, check |
//! | *verdict* | what all readings of a day amount to | state, status |
//! | *run* | the work of one command | session (which is the exchange's), job (which is the code that does it) |
//! | *lane* | one host with its pace, breaker and robots.txt | queue, worker |
//! | *profile* | all that is known of a site, as data | site config, adapter |
//! | *witness* | somebody who says a field of a page: JSON-LD, a `meta`, an element | source (which names pages) |
//! | *mention* | a story and a company that it names | hit, tag |
//! | *entity* | a name of a symbol, with its days | alias, company (which is what is meant) |
//! | *copy* | a story whose text was printed before | duplicate, reprint (which is one kind) |
//! | *image* | a picture of a story, each once, whatever its addresses | photo, media |
//! | *era* | one template of the site, from one day to another | layout, theme |
//! | *web archive* | a service that holds captures of others | archive (which is the user's SQLite file) |
//!
//! Names that people query stay, even where they are older than this table: in the schema, `article_id` of `captures` and of
//! the tables below it is the id of a page, which its article has, too.

mod address;
mod agency;
mod article;
mod as_of;
mod board;
mod capitals;
mod companies;
mod company_page;
mod counted;
mod day;
mod event;
mod image;
mod key;
mod market;
mod measure;
mod memory;
mod mention;
mod not_story;
mod offset;
mod page;
mod shingles;
mod story_texts;
mod strip;
mod unread;
mod visit;
mod written;

pub use address::{bare_host, is_web, without_scheme};
pub use agency::agency_of;
pub use article::{
    Article, Block, BlockKind, Draft, Extraction, Field, Link, Origin, Placement, Tag, Warning,
    WarningCode, word_count,
};
pub use as_of::{AsOf, WhoseClock};
pub use board::{Board, BoardRow, MostRead, Unit};
pub use companies::{Companies, CompanyName, Confidence, DatedName, MentionRules, NameBook};
pub use company_page::CompanyPages;
pub use counted::counted;
pub use day::{DatedId, DayReading, Days, IDS, Reading, Verdict, first_moment};
pub use event::{Drift, Event, Guesses, Settled, Tally};
pub use image::{ImageKind, ImageState, ImageTally, KeepImages, RawImage, StoryImage};
pub use key::PageKey;
pub use market::{Holiday, MarketCalendar, TradingHours};
pub use measure::Measure;
pub use memory::{HostMemory, KeepRaw, RobotsMemory};
pub use mention::{Mention, MentionPlace, MentionRule};
pub use not_story::NotStory;
pub use offset::{Offset, OffsetFound, ZoneName, moment, nearest_offset, offset_after, zone_name};
pub use page::{
    Ask, AskRole, Candidate, CaptureSource, Captured, Fetched, Heads, Missing, PageId, PageState,
    RawPage, Task, Validators, Via, lane_name,
};
pub use shingles::Shingles;
pub use story_texts::{StoryTexts, TextBlock, TextLink};
pub use strip::{Decimal, Direction, Quote, QuoteKind, Strip};
pub use unread::Unread;
pub use visit::{Outcome, ReadPage, Request, RunId, WaitReason};
pub use written::WrittenDate;

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    #[track_caller]
    fn check<T: VariantArray + Copy + Into<&'static str>>(expect: &str) {
        let words: Vec<&str> = T::VARIANTS.iter().map(|variant| (*variant).into()).collect();
        assert_eq!(words.join(" "), expect);
    }

    /// The words are made of the names of variants, and archives hold them: a new name must not make a new word.
    #[test]
    fn the_words_that_archives_hold_stay() {
        check::<BlockKind>("paragraph heading list table quote image embed");
        check::<Placement>("inline related");
        check::<Field>(
            "url headline section byline published_on published_at updated_at dateline summary body tags links \
             market_date strip boards most_read",
        );
        check::<Origin>("json-ld json meta markup text url feed");
        check::<WarningCode>(
            "missing json_ld_broken date_unreadable quote_suspect quote_repeated board_unreadable board_repeated \
             strip_undated boards_undated most_read_undated tags_unsplit bad_encoding section_slug left_out \
             too_deep",
        );
        check::<Unit>("price rate index volume");
        check::<Reading>("read empty missing blocked refused failed");
        check::<Verdict>("complete thin partial blocked empty unknown open");
        check::<KeepRaw>("all latest none");
        check::<KeepImages>("none story");
        check::<Via>("feed sitemap listing ids file");
        check::<CaptureSource>("live feed warc wayback file");
        check::<PageState>("new stored missing blocked throttled broken refused not_article");
        check::<ImageState>("new stored missing blocked throttled broken refused too_large not_image");
        check::<QuoteKind>("stock index");
        check::<Direction>("up down flat");
        check::<Missing>("not_found gone redirected_away soft_not_found");
        check::<NotStory>("not_text no_article soft_not_found error_page notice another_page");
        check::<WaitReason>("pace retry retry_after");
    }

    #[test]
    fn words_are_read_as_they_are_written() {
        for state in PageState::VARIANTS {
            assert_eq!(PageState::from_code(state.code()), Some(*state));
        }
        for state in Reading::VARIANTS {
            assert_eq!(Reading::from_code(state.code()), Some(*state));
        }
        assert_eq!(PageState::from_code("lost"), None);
        assert_eq!(Settled::Failed(PageState::Blocked).code(), "blocked");
        assert_eq!(Settled::GuessMissed.code(), "guess_missed");
    }
}
