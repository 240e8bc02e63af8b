//! Why a task could not go on: one sentence for the person at the terminal, and what to do where we know it.

use std::fmt;

/// A sentence that `main` prints behind `error:`.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    /// `what` could not be done, because of `cause`.
    pub(crate) fn because(what: impl fmt::Display, cause: impl fmt::Display) -> Self {
        Self(format!("{what}: {cause}"))
    }
}

impl From<String> for Failure {
    fn from(sentence: String) -> Self {
        Self(sentence)
    }
}

impl From<&str> for Failure {
    fn from(sentence: &str) -> Self {
        Self(sentence.to_owned())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
