//! What can be wrong with a configuration, and where in the file. Each problem names the rule that was broken; what to do
//! about it is said by `cli`. Problems of a page or a request have errors of their own.

use std::fmt;

/// A mistake in a configuration file. The message names file, line, key, rule and what was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct ConfigError {
    place: String,
    line: usize,
    problem: String,
}

/// The file and line in which a value is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConfigPlace {
    /// The name of the file in messages.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// The full name of the key, such as `site.rules.body[0]`.
    pub key: String,
}

/// What is wrong: one variant for each kind of mistake.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Not TOML.
    #[error("{reason}")]
    Syntax {
        /// Where.
        place: ConfigPlace,
        /// In the parser's words.
        reason: String,
    },
    /// A key that does not exist.
    #[error("unknown key `{}`{}", .place.key, suggestion(.nearest.as_deref()))]
    Unknown {
        /// Where.
        place: ConfigPlace,
        /// The key that was probably meant.
        nearest: Option<String>,
    },
    /// A key that is required and missing.
    #[error("`{}` is missing", .place.key)]
    Absent {
        /// Where it should be.
        place: ConfigPlace,
    },
    /// A value that breaks the rule of its key.
    #[error("`{}` must be {rule}, found {found}", .place.key)]
    Value {
        /// Where.
        place: ConfigPlace,
        /// The rule, as the end of "must be".
        rule: String,
        /// The value, as TOML.
        found: String,
    },
}

impl Problem {
    /// Returns where it is.
    pub fn place(&self) -> &ConfigPlace {
        let (Self::Syntax { place, .. }
        | Self::Unknown { place, .. }
        | Self::Absent { place }
        | Self::Value { place, .. }) = self;
        place
    }
}

impl From<Problem> for ConfigError {
    fn from(problem: Problem) -> Self {
        let place = problem.place();
        Self { place: place.to_string(), line: place.line, problem: problem.to_string() }
    }
}

impl ConfigError {
    /// Returns the line of the mistake, from 1; 0 where it has none.
    pub fn line(&self) -> usize {
        self.line
    }
}

impl fmt::Display for ConfigPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 { f.write_str(&self.file) } else { write!(f, "{}:{}", self.file, self.line) }
    }
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or(String::new(), |key| format!(", did you mean `{key}`?"))
}
