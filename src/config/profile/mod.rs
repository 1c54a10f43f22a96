//! One site as data: addresses, sources, wording, and the rules of each era. Nothing here reads a page or sends a request, and
//! no fact of a site is written in code: all of it comes from the file. Limits and manners of the user are in `config` itself.

mod address;
mod boards;
mod file;
mod ids;
mod market;
mod mentions;
mod rule;
mod rules;
mod site;
mod sources;
mod spot;
mod values;
mod web_archive;
mod wording;

pub use address::AddressFilter;
pub use boards::{BoardRules, MostReadRules, RowSpots};
pub use ids::IdRange;
pub use rule::{Replacement, Rule, RuleField, Which};
pub use rules::{Era, Rules};
pub use site::Profile;
pub use sources::{Cards, DayListing, DiscoveryBounds, Feed, ListingUse, NewsListing, Recheck};
pub use spot::Spot;
pub use values::{JsonPath, ValueCut, ValueRule, ValueSource};
pub use web_archive::{Holding, Index, WebArchive};
pub use wording::{Challenge, StripWords, TextRules};

pub(in crate::config) use file::read;
