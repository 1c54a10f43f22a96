//! One site as data: addresses, sources, wording, and the rules of each era. Nothing here reads a page or sends a request, and
//! no fact of a site is written in code: all of it comes from the file. Limits and manners of the user are in `config` itself.

mod boards;
mod file;
mod ids;
mod market;
mod rules;
mod site;
mod sources;
mod spot;
mod web_archive;
mod wording;

pub use boards::{BoardRules, MostReadRules, RowSpots};
pub use ids::IdRange;
pub use rules::{Era, Rule, RuleField, Rules};
pub use site::Profile;
pub use sources::{Archive, Cards, DiscoveryBounds, Feed, ListingUse, NewsListing, Recheck};
pub use spot::Spot;
pub use web_archive::{Holding, Index, WebArchive};
pub use wording::{Challenge, StripWords, TextRules};

pub(in crate::config) use file::read;
