//! `tearsheet config`: what is in force. Whether a file is right is said by `config_check.rs`, and one to begin with is written by
//! `config_init.rs`.

use crate::config::{Config, Setting, profile_names};

use super::{
    args::{Common, ConfigArgs, ConfigCommand},
    config_check, config_init,
    failure::Exit,
    printer::Printer,
    setup::Setup,
};

pub(super) fn run(common: &Common, args: &ConfigArgs, printer: &Printer) -> anyhow::Result<Exit> {
    // What is asked of no file is answered whatever is in it.
    match &args.command {
        ConfigCommand::Init { url } => return config_init::run(common, url.as_deref(), printer),
        ConfigCommand::Profiles => printer.data(&profiles()?)?,
        ConfigCommand::Check { pages } => return config_check::run(common, pages.as_deref(), printer),
        ConfigCommand::Show => printer.data(&show(common, &Setup::new(common)?))?,
        ConfigCommand::Anchors => printer.data(&anchors(&Setup::new(common)?))?,
    }
    Ok(Exit::Done)
}

/// Returns the profiles that are built in: the name that a configuration gives them, the paper, its address.
fn profiles() -> anyhow::Result<String> {
    let line = |name| -> anyhow::Result<String> {
        let profile = Config::parse(&format!("profile = \"{name}\"\n"), name)?.config.profile;
        Ok(format!("{name:<16} {:<24} {}\n", profile.name, profile.base_url))
    };
    profile_names().into_iter().map(line).collect()
}

fn show(common: &Common, setup: &Setup) -> String {
    let file = setup.file.as_ref().map(|it| it.display().to_string()).unwrap_or_default();
    let mut text = String::new();
    for setting in &setup.loaded.settings {
        let Setting { key, value, line } = setting;
        let (value, origin) = if key == "archive.path" && common.archive.is_some() {
            (
                format!("{:?}", setup.archive.display().to_string()),
                "--archive or TEARSHEET_ARCHIVE".to_owned(),
            )
        } else {
            (value.clone(), line.map_or("default".to_owned(), |line| format!("{file}:{line}")))
        };
        text += &format!("{key} = {value}  # {origin}\n");
    }
    text
}

fn anchors(setup: &Setup) -> String {
    let ids = setup.config.profile.ids.as_ref();
    let lines = ids.into_iter().flat_map(|it| &it.anchors).map(|it| format!("{}\t{}\n", it.id, it.day));
    lines.collect()
}
