//! `cargo xtask check`, step `docs`: what the documents name exists. Each kind of name is a file of this folder, and
//! shows in a test that it sees a wrong one.

mod document;
mod rust;

mod command;
mod command_line;
mod config_key;
mod config_reader;
mod daemon_command;
mod error_code;
mod event;
mod file_path;
mod message;
mod metric;
mod permission;
mod route;
mod task;
mod test_name;
mod variable;
mod word;

use crate::failure::Failure;
use crate::tidy::Fault;
use crate::tidy::checkout::{self, File};
use document::Document;

/// What one kind of name has found in the documents.
#[derive(Default)]
struct Seen {
    /// How many names were looked up, right or wrong.
    names: usize,
    faults: Vec<Fault>,
}

impl Seen {
    /// Counts a name; `wrong` when it does not exist.
    fn name(&mut self, wrong: Option<Fault>) {
        self.names += 1;
        self.faults.extend(wrong);
    }
}

/// Finds the names of one kind in the documents, and looks each up in the files of the checkout.
type Look = fn(&[Document], &[File]) -> Result<Seen, Failure>;

/// The kind that only says of a name that no source has it.
const ANY_OTHER: &str = "word";

const KINDS: [(&str, Look); 13] = [
    ("command", command::look),
    ("route", route::look),
    ("file", file_path::look),
    ("metric", metric::look),
    ("event", event::look),
    ("error code", error_code::look),
    ("configuration key", config_key::look),
    ("variable", variable::look),
    ("permission", permission::look),
    ("task", task::look),
    ("test", test_name::look),
    ("message", message::look),
    (ANY_OTHER, word::look),
];

/// Every name that does not exist, by document and line.
pub(crate) fn complaints() -> Result<Vec<String>, Failure> {
    let (faults, mut complaints) = look(&checkout::files()?);
    complaints.extend(faults.iter().map(ToString::to_string));
    Ok(complaints)
}

/// The faults, and why a kind of name could not be checked.
fn look(files: &[File]) -> (Vec<Fault>, Vec<String>) {
    let documents = document::documents(files);
    let mut faults = Vec::new();
    let mut unchecked = Vec::new();
    for (kind, look) in KINDS {
        match look(&documents, files) {
            Ok(Seen { names: 0, .. }) => unchecked.push(blind(kind)),
            Ok(seen) if kind == ANY_OTHER => {
                let more = seen.faults.into_iter().filter(|fault| is_alone(fault, &faults));
                faults.extend(more.collect::<Vec<_>>());
            }
            Ok(seen) => faults.extend(seen.faults),
            Err(failure) => unchecked.push(failure.to_string()),
        }
    }
    faults.sort();
    faults.dedup();
    // two kinds may read the same source
    unchecked.sort();
    unchecked.dedup();
    (faults, unchecked)
}

/// Whether no other kind, which knows better, complains of that line.
fn is_alone(fault: &Fault, others: &[Fault]) -> bool {
    others.iter().all(|other| (&other.path, other.line) != (&fault.path, fault.line))
}

/// A check that finds nothing to check proves nothing.
fn blind(kind: &str) -> String {
    format!(
        "no {kind} was found in any document: correct the reader in xtask/src/docs, or drop this kind there"
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn what_the_documents_of_this_checkout_name_exists() {
        assert_eq!(complaints().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn each_kind_finds_names_in_this_checkout() {
        let files = checkout::files().unwrap();
        let documents = document::documents(&files);
        for (kind, look) in KINDS {
            let names = look(&documents, &files).unwrap().names;
            println!("{kind}: {names}");
            assert!(names > 1, "{kind}: {names}");
        }
    }

    /// The rest are examples of values, and what other programs are told.
    #[test]
    fn of_ten_spans_of_this_checkout_nine_are_complained_about_with_a_letter_too_many() {
        let files = checkout::files().unwrap();
        let mut documents = document::documents(&files);
        let mut spans = 0;
        for code in
            documents.iter_mut().flat_map(|document| &mut document.codes).filter(|code| code.is_span())
        {
            if let Some(last) = code.text.rfind(|c: char| c.is_ascii_alphabetic()) {
                code.text.insert(last, 'q');
                spans += 1;
                code.line = spans;
            }
        }
        let faults = KINDS.iter().flat_map(|(_, look)| look(&documents, &files).unwrap().faults);
        let lines: BTreeSet<usize> = faults.map(|fault| fault.line).collect();
        println!("{} of {spans}", lines.len());
        assert!(lines.len() * 10 > spans * 9, "{} of {spans}", lines.len());
    }

    #[test]
    fn a_line_of_which_a_kind_complains_is_not_complained_of_as_a_word_too() {
        let fault = |line| Fault { path: "docs/A.md".to_owned(), line, sentence: String::new() };
        assert!(is_alone(&fault(1), &[fault(2)]) && !is_alone(&fault(2), &[fault(1), fault(2)]));
    }

    #[test]
    fn a_kind_that_finds_nothing_or_cannot_be_read_is_a_complaint_of_its_own() {
        let (faults, unchecked) = look(&[]);
        assert_eq!(faults, []);
        // commands and words read the same source, keys and variables too
        assert_eq!(unchecked.len(), KINDS.len() - 2, "{unchecked:?}");
    }
}
