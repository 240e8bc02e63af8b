//! One fault of the configuration: where, what is wrong, and what to do about it.

use std::fmt;

/// Prints as `path.to.key: what is wrong; what to do`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The key, with dots between its parts, or the file or variable that could not be read at all.
    pub path: String,
    /// What is wrong. Never repeats a value that could be secret.
    pub wrong: String,
    /// What to do.
    pub remedy: String,
}

impl Fault {
    /// A fault of `path`.
    pub fn new(path: impl Into<String>, wrong: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { path: path.into(), wrong: wrong.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.path, self.wrong, self.remedy)
    }
}

impl std::error::Error for Fault {}
