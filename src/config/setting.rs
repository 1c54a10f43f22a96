//! One value in force and where it came from, for `config show`. Reading values is not done here (`reader.rs`); what a value
//! means is said by the type that has it (`Config`, `Profile`).

use std::fmt;

/// A key of the file, its value in force, and where that came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The full name of the key, such as `fetch.timeout_seconds`.
    pub key: String,
    /// Its value, as TOML.
    pub value: String,
    /// The line of the user's file, or `None` for a default.
    pub line: Option<usize>,
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.key, self.value)
    }
}
