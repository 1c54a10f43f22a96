//! What a command needs before it can work: the configuration, the archive, and a runtime. What the command does with them is in its own
//! file. It is not part of `args`, which only says what was typed.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;
use tokio::runtime::Runtime;
use url::Url;

use crate::{
    clock,
    config::{Config, LoadedConfig},
    export::{Destination, Existing},
    extract::Extractor,
    fetch::Fetcher,
    jobs::{Limits, Pass, Stop},
    model::{Article, KeepImages},
    store::{ArticleReference, Reader, StoreError, Upgrade, Writer, other_paper},
};

use super::{args::Common, failure::Usage, signals};

/// The file that is read where no other is named.
const CONFIG_FILE: &str = "config.toml";

/// No configuration is longer.
const CONFIG_BYTES_MAX: u64 = 4 << 20;

/// The configuration in force, and the rules compiled from it.
pub(super) struct Setup {
    pub(super) loaded: LoadedConfig,
    pub(super) config: Config,
    pub(super) extractor: Arc<Extractor>,
    /// The file it was read from.
    pub(super) file: Option<PathBuf>,
    pub(super) archive: PathBuf,
}

/// The configuration in force and the archive it names, without the rules: they take a while to compile.
pub(super) struct Site {
    pub(super) config: Config,
    pub(super) archive: PathBuf,
}

/// A configuration file that was not looked at yet.
pub(super) struct ConfigText {
    /// What messages call it.
    pub(super) name: String,
    pub(super) text: String,
}

impl ConfigText {
    /// Returns what is in the file that a command would read.
    pub(super) fn of(common: &Common) -> anyhow::Result<Self> {
        Ok(config_text(config_file(common)?.as_deref())?)
    }
}

impl Setup {
    /// Reads and validates the configuration. Nothing is started before that.
    pub(super) fn new(common: &Common) -> anyhow::Result<Self> {
        let file = config_file(common)?;
        let loaded = load(file.as_deref())?;
        Self::of(common, loaded, file)
    }

    /// Returns the configuration in force and the archive.
    pub(super) fn site(common: &Common) -> anyhow::Result<Site> {
        let file = config_file(common)?;
        let config = load(file.as_deref())?.config;
        let archive = archive(common, file.as_deref(), &config);
        Ok(Site { config, archive })
    }

    /// Returns the setup with a configuration that was read already.
    pub(super) fn of(
        common: &Common,
        loaded: LoadedConfig,
        file: Option<PathBuf>,
    ) -> anyhow::Result<Self> {
        let config = loaded.config.clone();
        let extractor = Arc::new(Extractor::new(&config.profile)?);
        let archive = archive(common, file.as_deref(), &config);
        Ok(Self { loaded, config, extractor, file, archive })
    }

    /// Returns a pass over the site. Its events go nowhere until `observe` is set.
    pub(super) fn pass<'a>(
        &'a self,
        fetcher: &'a Fetcher,
        writer: &'a Writer,
        limits: Limits,
        stop: Stop,
    ) -> Pass<'a> {
        Pass {
            fetcher,
            extractor: &self.extractor,
            writer,
            profile: &self.config.profile,
            workers: self.config.fetch.max_concurrent,
            images: match self.config.keep_images {
                KeepImages::None => None,
                KeepImages::Story => Some(self.config.fetch.images),
            },
            keep_requests: self.config.keep_requests,
            limits,
            observe: &|_| {},
            stop,
        }
    }

    /// Returns the writer of the archive. One of another paper is an error: an archive holds one.
    pub(super) fn writer(&self) -> anyhow::Result<Writer> {
        self.check_paper()?;
        self.any_writer()
    }

    /// Returns the writer of the archive, whatever paper it is of.
    pub(super) fn any_writer(&self) -> anyhow::Result<Writer> {
        if !clock::is_set() {
            let message = format!("the clock of this machine says {}", clock::now().format("%Y-%m-%d"));
            let hint = "set it: what is stored is dated by it";
            return Err(Usage::new(message, hint).into());
        }
        let profile = &self.config.profile;
        let stop = signals::listen()?;
        let writer = Writer::open_unless(&self.archive, profile.time_zone, move || stop.is_requested())?;
        Ok(writer
            .keeping(self.config.keep_raw)
            .keeping_images(self.config.keep_images)
            .dating_by(profile.market.clone())
            .knowing(profile.names.clone()))
    }

    /// Fails where the archive is of another paper than the profile in force.
    pub(super) fn check_paper(&self) -> Result<(), Usage> {
        let profile = &self.config.profile;
        // What is wrong with the file itself is the writer's to say.
        let Ok(Some(host)) = other_paper(&self.archive, &profile.hosts) else { return Ok(()) };
        let (archive, hosts) = (self.archive.display(), profile.hosts.join(", "));
        let message = format!(
            "`{archive}` is the archive of {host}, and the profile in force is of {} ({hosts})",
            profile.name
        );
        let hint = "give each paper a folder of its own, or name its archive with `--archive FILE`; a host that the paper had before \
                    belongs in `site.hosts`";
        Err(Usage::new(message, hint))
    }

    /// Returns the writer of an archive that exists. A missing archive is an error; it is not created.
    pub(super) fn existing_writer(&self) -> anyhow::Result<Writer> {
        match Reader::open(&self.archive) {
            Ok(_) | Err(StoreError::Older { .. }) => self.writer(),
            Err(error) => Err(error.into()),
        }
    }

    /// Returns a reader for each core.
    pub(super) fn readers(&self) -> anyhow::Result<Vec<Reader>> {
        (0..cores()).map(|_| self.reader()).collect()
    }

    /// Returns a reader for each core, whose statements are interrupted once the user asks to stop.
    pub(super) fn readers_until(&self, stop: &Stop) -> anyhow::Result<Vec<Reader>> {
        (0..cores()).map(|_| self.reader_until(stop)).collect()
    }

    /// Returns a reader whose statements are interrupted once the user asks to stop.
    pub(super) fn reader_until(&self, stop: &Stop) -> anyhow::Result<Reader> {
        let stop = stop.clone();
        Ok(self.reader()?.until(move || stop.is_requested())?)
    }

    /// Returns the destination for an output. The archive and the configuration in force are never replaced.
    pub(super) fn destination(&self, path: &Path, existing: Existing) -> Destination {
        let guarded = self.file.iter().chain([&self.archive]).cloned().collect();
        Destination::new(path, existing, guarded)
    }

    pub(super) fn reader(&self) -> anyhow::Result<Reader> {
        Ok(Reader::open(&self.archive)?)
    }

    /// Returns the article that a user named: by its address, or by the archive's or the site's id.
    pub(super) fn article(&self, reader: &Reader, named: &str) -> anyhow::Result<Article> {
        let reference = match Url::parse(named) {
            Ok(url) => self.config.profile.page_key(&url).map(ArticleReference::Key),
            Err(_) => Some(ArticleReference::Id(named.to_owned())),
        };
        let article = reference.map(|it| reader.article(&it)).transpose()?.flatten();
        Ok(article.ok_or_else(|| {
            let hint = "an id is the archive's or the site's, and `tearsheet list` shows the archive's; what was forgotten is gone";
            Usage::new(format!("there is no article `{named}` in `{}`", self.archive.display()), hint)
        })?)
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Returns what the closing line says where opening the archive changed its schema; nothing elsewhere.
pub(super) fn upgraded(writer: &Writer) -> String {
    let Some(Upgrade { from, to, copy }) = writer.upgrade() else { return String::new() };
    format!(
        "; the archive was brought from schema {from} to {to}, and is kept as it was in {}",
        copy.display()
    )
}

/// Reads and validates a configuration file, or the built-in configuration.
fn load(file: Option<&Path>) -> anyhow::Result<LoadedConfig> {
    let ConfigText { name, text } = config_text(file)?;
    Ok(Config::parse(&text, &name)?)
}

/// Returns what is in the configuration file that is in force; nothing for the built-in one.
fn config_text(file: Option<&Path>) -> Result<ConfigText, Usage> {
    let Some(path) = file else {
        return Ok(ConfigText { name: "the built-in configuration".to_owned(), text: String::new() });
    };
    let text = bounded_text(path).map_err(|error| {
        let hint = "`--config FILE` names another; without one the built-in configuration is used";
        Usage::new(format!("cannot read `{}`: {error}", path.display()), hint)
    })?;
    Ok(ConfigText { name: path.display().to_string(), text })
}

/// Returns the path of the archive: a relative one of the configuration begins in the folder of its file.
fn archive(common: &Common, file: Option<&Path>, config: &Config) -> PathBuf {
    let folder = file.and_then(Path::parent).unwrap_or(Path::new(""));
    common.archive.clone().unwrap_or_else(|| folder.join(&config.archive))
}

/// Returns the text of a configuration file. One that is longer than any configuration is an error: `/dev/zero` has no end.
fn bounded_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(CONFIG_BYTES_MAX + 1).read_to_string(&mut text)?;
    if CONFIG_BYTES_MAX < text.len() as u64 {
        return Err(io::Error::other(format!("it is longer than {CONFIG_BYTES_MAX} bytes")));
    }
    Ok(text)
}

fn config_file(common: &Common) -> anyhow::Result<Option<PathBuf>> {
    if let Some(path) = &common.config {
        return Ok(Some(path.clone()));
    }
    let here = PathBuf::from(CONFIG_FILE);
    match here.try_exists() {
        Ok(true) => Ok(Some(here)),
        Ok(false) => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot look for `{CONFIG_FILE}`")),
    }
}

/// Returns the fetcher that the configuration asks for.
pub(super) fn fetcher(config: &Config) -> anyhow::Result<Fetcher> {
    let hint = "check `[fetch]` in config.toml; where the system has no certificates, install its package ca-certificates";
    let fetcher = Fetcher::new(&config.fetch, &config.profile);
    Ok(fetcher.map_err(|error| Usage::new(error.to_string(), hint))?)
}

/// Runs a job to its end. Returns what the job returns. The first Ctrl-C asks the job to end, the second ends the program.
pub(super) fn block_on<T>(job: impl AsyncFnOnce(Stop) -> anyhow::Result<T>) -> anyhow::Result<T> {
    let stop = signals::listen()?;
    let runtime = Runtime::new().context("cannot start the runtime")?;
    let result = runtime.block_on(job(stop));
    runtime.shutdown_background();
    result
}
