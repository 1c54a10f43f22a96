//! The profiles that are built in: one file per paper, in `profiles/` at the top of the repository. Which one is in force is said by the
//! configuration; what a profile says is read in `profile`. No name of one stands in the source.

use include_dir::{Dir, include_dir};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/profiles");

/// What holds for papers of many countries: the base of a profile that says so.
pub(super) const GENERIC: &str = "generic";

/// Returns the text of a profile; `None` where no file has this name.
pub(super) fn text(name: &str) -> Option<&'static str> {
    FILES.get_file(format!("{name}.toml"))?.contents_utf8()
}

/// Returns the names of the profiles of papers, in the order of the alphabet.
pub fn profile_names() -> Vec<&'static str> {
    let stems = FILES.files().filter_map(|it| it.path().file_name()?.to_str()?.strip_suffix(".toml"));
    let mut names: Vec<&str> = stems.filter(|it| *it != GENERIC).collect();
    names.sort_unstable();
    names
}
