//! The configuration file: read once, validated as a whole. The defaults are `config.toml` at the top of the repository, the profile
//! that it names, and `generic.toml` below some profiles, all built into the binary; a user's file lies over them key by key, so every
//! default is in one place and every key is documented.
//! Nothing here acts on a value: engines are given what they need. Values that say nothing of a site or a user are in `model`.

mod error;
mod examples;
mod fetch;
mod layer;
mod line_set;
mod mistakes;
mod ops;
mod page_test;
mod pattern;
mod profile;
mod profiles;
mod reader;
mod sections;
mod setting;

pub use error::{ConfigError, ConfigPlace, Problem};
pub use fetch::{FetchConfig, ImageBounds};
pub use line_set::LineSet;
pub use mistakes::Review;
pub use ops::{Hook, HookEvent, OpsConfig};
pub use page_test::PageTest;
pub use pattern::{AddressPattern, BytePattern, Pattern};
pub use profile::{
    AddressFilter, BoardRules, Cards, Challenge, DayListing, DiscoveryBounds, Era, Feed, Holding,
    IdRange, Index, JsonPath, ListingUse, MostReadRules, NewsListing, Profile, Recheck, Replacement,
    RowSpots, Rule, RuleField, Rules, Spot, StripWords, TextRules, ValueCut, ValueRule, ValueSource,
    WebArchive, Which,
};
pub use profiles::profile_names;
pub use sections::{SectionNames, is_slug, slug};
pub use setting::Setting;

use std::{path::PathBuf, time::Duration};

use crate::model::{KeepImages, KeepRaw};

use self::{layer::TomlFile, reader::Section};

/// The default configuration, as documented.
pub const DEFAULT: &str = include_str!("../../config.toml");

/// The configuration in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The SQLite file, as written. `cli` decides which folder a relative path begins in.
    pub archive: PathBuf,
    /// Which raw pages the archive keeps.
    pub keep_raw: KeepRaw,
    /// Which pictures the archive keeps.
    pub keep_images: KeepImages,
    /// How long the audit of requests is kept.
    pub keep_requests: Duration,
    /// Manners and limits of the fetcher.
    pub fetch: FetchConfig,
    /// Who is told of a run.
    pub ops: OpsConfig,
    /// The site.
    pub profile: Profile,
    /// What is known of pages of the site.
    pub tests: Vec<PageTest>,
}

/// A configuration and the settings that it was made of, for `config show`.
#[derive(Debug, Clone)]
pub struct LoadedConfig {
    /// The configuration in force.
    pub config: Config,
    /// Every key, in the order of the file.
    pub settings: Vec<Setting>,
}

impl Default for Config {
    fn default() -> Self {
        Self::parse("", "config.toml").expect("the built-in configuration is tested").config
    }
}

impl Config {
    /// Reads a user's file over the defaults. `file` is the name of the file in error messages.
    pub fn parse(text: &str, file: &str) -> Result<LoadedConfig, ConfigError> {
        Ok(read(text, file, "")?)
    }

    /// Returns everything that is wrong with a user's file, and what is left of it without that.
    pub fn review(text: &str, file: &str) -> Review<Self> {
        mistakes::all(text, file, |text, filler| Ok(read(text, file, filler)?.config))
    }
}

/// Reads a user's file over the defaults. What is in neither is taken from `filler`, which is empty but where more mistakes are
/// looked for.
fn read(text: &str, file: &str, filler: &str) -> Result<LoadedConfig, Problem> {
    let user = TomlFile::parse(text, file)?;
    let built_in = TomlFile::parse(DEFAULT, "built-in config.toml")?;
    let root = Section::root(&user, &built_in);
    let chosen = root.text("profile")?;
    let Some(text) = profiles::text(&chosen) else {
        return Err(root.wrong("profile", &format!("one of {}", profile_names().join(", "))));
    };
    let paper = TomlFile::parse(text, &format!("built-in {chosen}.toml"))?;
    let generic = profiles::text(profiles::GENERIC).expect("it is built in");
    let generic = TomlFile::parse(generic, "built-in generic.toml")?;
    let archive = root.section("archive")?;
    let fetch = root.section("fetch")?;
    let ops = root.section("ops")?;
    let filler = TomlFile::parse(filler, layer::PLACEHOLDERS)?;
    let site = root.profile("site", &paper, &generic, &filler)?;
    let config = Config {
        archive: PathBuf::from(archive.text("path")?),
        keep_raw: read_keep_raw(&archive)?,
        keep_images: read_keep_images(&archive)?,
        keep_requests: Duration::from_secs(archive.whole("keep_requests_days", 1..=36_500)? * 24 * 3600),
        fetch: fetch::read(&fetch)?,
        ops: ops::read(&ops)?,
        profile: profile::read(&site)?,
        tests: page_test::read(&site)?,
    };
    for section in [&root, &archive, &fetch, &ops, &site] {
        section.finish()?;
    }
    Ok(LoadedConfig { config, settings: root.settings() })
}

fn read_keep_raw(archive: &Section) -> Result<KeepRaw, Problem> {
    let found = KeepRaw::from_code(&archive.text("keep_raw")?);
    found.ok_or_else(|| archive.wrong("keep_raw", "one of \"all\", \"latest\", \"none\""))
}

fn read_keep_images(archive: &Section) -> Result<KeepImages, Problem> {
    let found = KeepImages::from_code(&archive.text("keep_images")?);
    found.ok_or_else(|| archive.wrong("keep_images", "one of \"none\", \"story\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str, expect: &str) {
        let error = Config::parse(text, "my.toml").expect_err("refused");
        assert_eq!(error.to_string(), expect);
    }

    fn profile(name: &str) -> &'static str {
        profiles::text(name).expect(name)
    }

    #[test]
    fn the_generic_file_could_be_a_users() {
        let site = "[site]\nname = \"Q\"\nbase_url = \"https://q.example\"\nhosts = [\"q.example\"]\n\
                    time_zone = \"UTC\"\narticle_path = '^/(?<id>\\d+)$'\narticle_url = \"/{id}\"\n";
        let generic = Config::parse(site, "my.toml").expect("valid").config;
        let written = format!("{site}{}", profile(profiles::GENERIC));
        let written = Config::parse(&written, "my.toml").expect("valid").config;
        assert!(generic == written);
        assert!(generic.profile.text.boilerplate.has("Advertisement"));
    }

    #[test]
    fn the_documented_files_are_the_default() {
        let paper = Config::parse(DEFAULT, "config.toml").expect("valid");
        let paper = paper.settings.iter().find(|it| it.key == "profile").expect("a profile");
        let paper = profile(paper.value.trim_matches('"'));
        let written = Config::parse(&format!("{DEFAULT}\n{paper}"), "config.toml").expect("valid");
        assert!(written.config == Config::default());
        assert_eq!(written.config.fetch.interval, Duration::from_secs(2));
        assert!(written.settings.iter().all(|it| it.line.is_some()), "a key is not in the files");
    }

    #[test]
    fn every_profile_is_right_and_lies_under_a_users_site() {
        assert!(7 <= profile_names().len());
        for name in profile_names() {
            // Patterns of a user's file are compiled when it is read.
            let as_users = profile(name).replace("base = \"generic\"\n", "");
            Config::parse(&as_users, name).expect(name);
            let moved = format!("profile = \"{name}\"\n[site]\nbase_url = \"http://127.0.0.1:8080\"\n");
            let moved = Config::parse(&moved, "my.toml").expect(name).config.profile;
            let own =
                Config::parse(&format!("profile = \"{name}\"\n"), "my.toml").expect(name).config.profile;
            assert_eq!(moved.name, own.name);
            assert!(moved.hosts == own.hosts && own.text.boilerplate.has("Advertisement"), "{name}");
            let host = crate::model::bare_host(own.base_url.host_str().expect("a host"));
            assert!(own.hosts.iter().any(|it| it == host), "{name}");
            assert!(
                !own.feeds.is_empty() || !own.sitemaps.is_empty() || !own.listings.is_empty(),
                "{name}"
            );
        }
        let unknown =
            Config::parse("profile = \"nobody\"\n", "my.toml").expect_err("refused").to_string();
        assert!(unknown.starts_with("my.toml:1: `profile` must be one of "), "{unknown}");
    }

    #[test]
    fn a_key_left_out_keeps_its_default_and_one_written_wins() {
        let loaded = Config::parse("[fetch]\nmax_attempts = 7\n", "my.toml").expect("valid");
        assert_eq!(loaded.config.fetch.max_attempts, 7);
        assert_eq!(loaded.config.fetch.timeout, Config::default().fetch.timeout);
        let line = |key: &str| loaded.settings.iter().find(|it| it.key == key).expect("listed").line;
        assert_eq!(line("fetch.max_attempts"), Some(2));
        assert_eq!(line("fetch.timeout_seconds"), None);
    }

    #[test]
    fn mistakes_name_file_line_key_rule_and_what_was_found() {
        refused("[fetch]\nworkers = 2", "my.toml:2: unknown key `fetch.workers`");
        refused(
            "[fetch]\ntimeout_second = 2",
            "my.toml:2: unknown key `fetch.timeout_second`, did you mean `timeout_seconds`?",
        );
        refused("[fetsh]\n", "my.toml:1: unknown key `fetsh`, did you mean `fetch`?");
        refused(
            "\n[fetch]\nmax_concurrent = 0",
            "my.toml:3: `fetch.max_concurrent` must be a whole number from 1 to 64, found 0",
        );
        refused(
            "[fetch]\nrespect_robots = \"no\"",
            "my.toml:2: `fetch.respect_robots` must be true or false, found \"no\"",
        );
        refused(
            "[fetch]\nuser_agent = \"spider/1\"",
            "my.toml:2: `fetch.user_agent` must be plain ASCII with a contact in it: a web or a mail \
             address, found \"spider/1\"",
        );
        refused(
            "[fetch]\nrequests_per_second = 0.0",
            "my.toml:2: `fetch.requests_per_second` must be a millionth at least and a million at most, found 0.0",
        );
        let error = Config::parse("[fetch\n", "my.toml").expect_err("refused").to_string();
        assert!(error.starts_with("my.toml:1: "), "{error}");
    }

    #[test]
    fn mistakes_in_the_profile_are_found_too() {
        refused(
            "[site]\narticle_path = '/news/(\\d+)'",
            "my.toml:2: `site.article_path` must be a regular expression with a group named `id`, found \
             \"/news/(\\\\d+)\"",
        );
        refused(
            "[site]\ntime_zone = \"Asia/Karatschi\"",
            "my.toml:2: `site.time_zone` must be a time zone of the tz database, found \"Asia/Karatschi\"",
        );
        refused(
            "[[site.eras]]\nname = \"a\"\nuntil = 2022-01-01\n[[site.eras]]\nname = \"b\"\nfrom = 2021-12-01\n",
            "my.toml:6: `site.eras[1].from` must be 2022-01-01, where era `a` ends: eras leave no gap and do \
             not overlap, found 2021-12-01",
        );
        refused(
            "[[site.eras]]\nname = \"a\"\n[site.eras.rules]\nbodi = []\n",
            "my.toml:4: unknown key `site.eras[0].rules.bodi`, did you mean `body`?",
        );
        let error =
            Config::parse("[site.text]\nend = ['(']\n", "my.toml").expect_err("refused").to_string();
        assert!(
            error.starts_with("my.toml:2: `site.text.end[0]` must be a regular expression ("),
            "{error}"
        );
    }

    #[test]
    fn another_site_inherits_nothing() {
        refused("[site]\nname = \"The Example\"\n", "my.toml:1: `site.base_url` is missing");
    }
}
