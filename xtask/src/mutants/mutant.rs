//! One small change of the code, as cargo-mutants tells of it.

use serde_json::Value;

/// A change that a test should notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mutant {
    /// File, line, column and what is done there; no other mutant has it.
    pub(crate) name: String,
    pub(crate) package: String,
    /// Seen from the top of the checkout.
    pub(crate) file: String,
}

impl Mutant {
    /// From a list, or from an outcome.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let text = |member| value.get(member).and_then(Value::as_str).map(str::to_owned);
        Some(Self { name: text("name")?, package: text("package")?, file: text("file")? })
    }

    #[cfg(test)]
    pub(super) fn named(package: &str, name: &str) -> Self {
        Self { name: name.to_owned(), package: package.to_owned(), file: format!("{package}/src/{name}.rs") }
    }
}
