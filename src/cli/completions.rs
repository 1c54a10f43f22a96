//! `tearsheet completions` and `tearsheet man`.

use clap::CommandFactory;

use super::{args::Cli, failure::Exit, printer::Printer};

pub(super) fn completions(shell: clap_complete::Shell, printer: &Printer) -> anyhow::Result<Exit> {
    let mut command = Cli::command();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "tearsheet", &mut script);
    printer.bytes(&script)?;
    Ok(Exit::Done)
}

/// The manual page, every command's section after the first.
pub(super) fn man(printer: &Printer) -> anyhow::Result<Exit> {
    let mut command = Cli::command();
    command.build();
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    for command in command.get_subcommands().filter(|it| it.get_name() != "help") {
        let man = clap_mangen::Man::new(command.clone());
        let name = command.get_display_name().unwrap_or(command.get_name()).replace('-', " ");
        page.extend_from_slice(format!(".SH \"{}\"\n", name.to_uppercase()).as_bytes());
        man.render_synopsis_section(&mut page)?;
        man.render_description_section(&mut page)?;
        man.render_options_section(&mut page)?;
    }
    printer.bytes(&page)?;
    Ok(Exit::Done)
}
