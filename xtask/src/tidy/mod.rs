//! The rules of the house: each file of this folder is one rule over the files of the checkout, and shows in a test
//! that it sees its fault.

pub(crate) mod checkout;
pub(crate) mod search;
pub(crate) mod source;

mod core_is_pure;
mod decision_records;
mod file_names;
mod links;
mod lint_exceptions;
mod migrations;
mod opening_line;
mod own_extractors;
mod secret_columns;
mod secret_fields;
mod select_star;
mod sleeping;
mod test_tree;
mod unfinished;

use std::fmt;

use crate::failure::Failure;
use checkout::File;

/// One broken rule at one place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fault {
    pub(crate) path: String,
    pub(crate) line: usize,
    /// What is wrong and what to do.
    pub(crate) sentence: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.sentence)
    }
}

/// Finds the faults among the files of the checkout.
type Rule = fn(&[File]) -> Vec<Fault>;

const RULES: [Rule; 14] = [
    test_tree::faults,
    file_names::faults,
    opening_line::faults,
    lint_exceptions::faults,
    unfinished::faults,
    secret_fields::faults,
    secret_columns::faults,
    core_is_pure::faults,
    own_extractors::faults,
    select_star::faults,
    migrations::faults,
    sleeping::faults,
    decision_records::faults,
    links::faults,
];

/// All faults of the checkout, by file and line.
pub(crate) fn complaints() -> Result<Vec<String>, Failure> {
    let files = checkout::files()?;
    let mut faults: Vec<Fault> = RULES.iter().flat_map(|rule| rule(&files)).collect();
    faults.sort();
    faults.dedup();
    Ok(faults.iter().map(ToString::to_string).collect())
}
