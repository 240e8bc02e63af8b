//! Tests: every name in a table column `shown by` is a function in the file that stands beside it.

use super::document::{Code, Document};
use super::{Seen, file_path};
use crate::failure::Failure;
use crate::tidy::checkout::File;
use crate::tidy::search::is_word;
use crate::tidy::source::Source;

const COLUMN: &str = "shown by";
/// Its tests run on every store.
const SUITE: &str = "ops-store/src/conformance";

pub(super) fn look(documents: &[Document], files: &[File]) -> Result<Seen, Failure> {
    let mut seen = Seen::default();
    for document in documents {
        let paths = file_path::paths(document, files);
        let found = paths.into_iter().map(|paths| paths.into_iter().filter_map(|path| path.found).collect());
        let pieces: Vec<Piece<'_>> = document.codes.iter().zip(found).collect();
        let mut above = Vec::new();
        for row in pieces.chunk_by(|(one, _), (other, _)| one.paragraph == other.paragraph) {
            let mut shown = row.iter().filter(|(code, _)| code.column == COLUMN).peekable();
            if shown.peek().is_some() {
                look_at_row(document, row, &above, files, &mut seen);
                let named: Vec<String> = shown.flat_map(|(_, paths)| paths.clone()).collect();
                above = if named.is_empty() { above } else { named };
            }
        }
    }
    Ok(seen)
}

/// A piece of code, and the files and folders that it names.
type Piece<'a> = (&'a Code, Vec<String>);

/// Looks up the tests of one row; `above` are the files of the last row that had some.
fn look_at_row(document: &Document, row: &[Piece<'_>], above: &[String], files: &[File], seen: &mut Seen) {
    let suite = SUITE.to_owned();
    for (at, (code, _)) in row.iter().enumerate().filter(|(_, (code, _))| is_named_by(code)) {
        let behind = row.iter().skip(at + 1);
        let is_alone = behind.clone().next().is_none_or(|(code, _)| !is_test(&code.text));
        let own = behind.skip_while(|(code, _)| is_test(&code.text));
        let own = own.take_while(|(code, _)| !is_test(&code.text)).flat_map(|(_, paths)| paths);
        let mut places: Vec<&String> = own.collect();
        // a file behind it is its own; a file behind several may be that of the last one only
        if places.is_empty() || !is_alone {
            let before = row.iter().take(at).flat_map(|(_, paths)| paths);
            places.extend(std::iter::once(&suite).chain(before).chain(above));
        }
        let found = places.iter().any(|path| has_test(path, &code.text, files));
        let sentence =
            || format!("no file beside it has a test `{}`: correct it, or name its file", code.text);
        seen.name((!found).then(|| document.fault(code, sentence())));
    }
}

/// Whether that piece of code is the name of a test.
pub(super) fn is_named_by(code: &Code) -> bool {
    code.column == COLUMN && is_test(&code.text)
}

/// A sentence in one word.
fn is_test(text: &str) -> bool {
    let is_word = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    is_word && text.contains('_') && text != "compile_fail"
}

fn has_test(path: &str, name: &str, files: &[File]) -> bool {
    let mut within = files.iter().filter(|file| file.is_rust() && (file.path == path || file.is_under(path)));
    within.any(|file| {
        file.text.contains(name) && names(&Source::of(&file.text).code).any(|found| found == name)
    })
}

/// What may be the name of a test: `fn name`, and `on_both!(name, …)` of the tests of the daemon.
pub(super) fn names(code: &str) -> impl Iterator<Item = &str> {
    ["fn ", "on_both!("].into_iter().flat_map(move |before| {
        let behind = code.match_indices(before).filter_map(|(at, _)| code.get(at + before.len()..));
        behind.filter_map(|rest| rest.trim_start().split(|c| !is_word(c)).next())
    })
}

#[cfg(test)]
mod tests {
    use super::super::document::testing::document;
    use super::*;
    use crate::tidy::checkout::testing::checkout;

    fn found(rows: &str) -> (usize, Vec<String>) {
        let files = checkout(&[
            ("a/src/one.rs", "#[test]\nfn it_holds() {}\n// fn it_is_gone() {}"),
            ("a/tests/two.rs", "on_both!(\n    it_runs, |daemon| async {});"),
            ("ops-store/src/conformance/x.rs", "pub async fn it_stays() {}"),
        ]);
        let table = format!("| kept by | shown by |\n|---|---|\n{rows}");
        let seen = look(&[document(&table)], &files).unwrap();
        (seen.names, seen.faults.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_test_that_is_not_in_the_file_beside_it_is_reported() {
        for wrong in [
            "| `a/src/one.rs` | `it_hold` |",
            "| `a/src/one.rs` | `it_is_gone` |",
            "| `a/src/one.rs` | `it_runs` |",
            "| x | `it_holds` (`a/tests/two.rs`) |",
            "| x | `it_stay` (suite) |",
        ] {
            let (names, faults) = found(wrong);
            assert!(names == 1 && faults[0].starts_with("docs/A.md:3: no file"), "{wrong}: {faults:?}");
        }
    }

    #[test]
    fn a_test_lies_in_its_own_file_in_that_of_its_row_in_the_suite_or_in_the_one_above() {
        for right in [
            "| `a/src/one.rs` | `it_holds` |",
            "| x | `it_runs` (`a/tests/two.rs`) |",
            "| x | `it_runs` in `a/tests/` |",
            "| x | `it_stays` (suite) |",
        ] {
            assert_eq!(found(right), (1, vec![]), "{right}");
        }
        assert_eq!(found("| x | `it_holds`, `it_runs` (`a/tests/two.rs`, `a/src/one.rs`) |"), (2, vec![]));
        assert_eq!(found("| x | the tests of `a/src/one.rs` |\n| x | `it_holds`, same file |"), (1, vec![]));
        assert_eq!(found("| `it_hold` | `compile_fail`, `x` |"), (0, vec![]));
    }
}
