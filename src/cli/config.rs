//! `tearsheet config`: whether the file is right, and what is in force. Everything is validated when the session begins, in
//! `crate::config`.

use crate::{
    config::{Config, DEFAULT, Setting, profile_names},
    model::counted,
};

use super::{
    args::{Common, ConfigArgs, ConfigCommand},
    failure::Exit,
    printer::Printer,
    session::Session,
};

pub(super) fn run(common: &Common, args: &ConfigArgs, printer: &Printer) -> anyhow::Result<Exit> {
    // What is asked of no file is answered whatever is in it.
    match args.command {
        ConfigCommand::Init => printer.data(&init())?,
        ConfigCommand::Profiles => printer.data(&profiles()?)?,
        ConfigCommand::Check | ConfigCommand::Show | ConfigCommand::Anchors => {
            of_file(common, args, printer)?;
        }
    }
    Ok(Exit::Done)
}

fn of_file(common: &Common, args: &ConfigArgs, printer: &Printer) -> anyhow::Result<()> {
    let session = Session::new(common)?;
    match args.command {
        ConfigCommand::Init | ConfigCommand::Profiles => {}
        ConfigCommand::Check => check(&session, printer),
        ConfigCommand::Show => printer.data(&show(common, &session))?,
        ConfigCommand::Anchors => printer.data(&anchors(&session))?,
    }
    Ok(())
}

/// Returns the profiles that are built in: the name that a configuration gives them, the paper, its address.
fn profiles() -> anyhow::Result<String> {
    let line = |name| -> anyhow::Result<String> {
        let profile = Config::parse(&format!("profile = \"{name}\"\n"), name)?.config.profile;
        Ok(format!("{name:<16} {:<24} {}\n", profile.name, profile.base_url))
    };
    profile_names().into_iter().map(line).collect()
}

/// Returns a file to begin with: every key with its default and its meaning, as a comment. It changes nothing until a line is taken
/// out of its comment.
fn init() -> String {
    let mut out = String::from(
        "# tearsheet: every key, with its default. A line counts once its first `#` is removed; a line that is not needed may go.\n\
         # `tearsheet config check` says whether the file is right.\n\n",
    );
    for line in DEFAULT.lines().skip_while(|it| !it.starts_with("# The paper")) {
        let is_own = line.is_empty() || line.starts_with('#');
        out += &if is_own { format!("{line}\n") } else { format!("#{line}\n") };
    }
    out
}

/// Says that the file is right, since everything was validated when the session began.
fn check(session: &Session, printer: &Printer) {
    let profile = &session.config.profile;
    let file = session
        .file
        .as_ref()
        .map_or("the built-in configuration".to_owned(), |it| it.display().to_string());
    let count = |items: usize, noun| counted(items as u64, noun);
    printer.note(&format!(
        "{file} is right: {} at {}, {}, {}, {}, {}, {}, archive `{}`",
        profile.name,
        profile.base_url,
        count(profile.eras.len(), "era"),
        count(profile.feeds.len(), "feed"),
        count(profile.sitemaps.len(), "sitemap"),
        count(profile.listings.len(), "listing"),
        count(profile.archives.len(), "daily listing"),
        session.archive.display()
    ));
}

fn show(common: &Common, session: &Session) -> String {
    let file = session.file.as_ref().map(|it| it.display().to_string()).unwrap_or_default();
    let mut text = String::new();
    for setting in &session.loaded.settings {
        let Setting { key, value, line } = setting;
        let (value, origin) = if key == "archive.path" && common.archive.is_some() {
            (
                format!("{:?}", session.archive.display().to_string()),
                "--archive or TEARSHEET_ARCHIVE".to_owned(),
            )
        } else {
            (value.clone(), line.map_or("default".to_owned(), |line| format!("{file}:{line}")))
        };
        text += &format!("{key} = {value}  # {origin}\n");
    }
    text
}

fn anchors(session: &Session) -> String {
    let ids = session.config.profile.ids.as_ref();
    let lines = ids.into_iter().flat_map(|it| &it.anchors).map(|(id, day)| format!("{id}\t{day}\n"));
    lines.collect()
}
