//! Background tasks: every name in a table column `task` is a file of the daemon's tasks.

use super::Seen;
use super::document::Document;
use crate::failure::Failure;
use crate::tidy::checkout::File;

const FOLDER: &str = "ops-daemon/src/task";
const COLUMN: &str = "task";

pub(super) fn look(documents: &[Document], files: &[File]) -> Result<Seen, Failure> {
    let mut seen = Seen::default();
    for document in documents {
        for code in document.spans().filter(|code| code.column == COLUMN) {
            let path = format!("{FOLDER}/{}.rs", code.text);
            let sentence =
                || format!("there is no task `{}`, because {path} is not there: correct it", code.text);
            let found = files.iter().any(|file| file.path == path);
            seen.name((!found).then(|| document.fault(code, sentence())));
        }
    }
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use super::super::document::testing::document;
    use super::*;
    use crate::tidy::checkout::testing::checkout;

    fn found(name: &str) -> (usize, usize) {
        let files = checkout(&[("ops-daemon/src/task/judge.rs", "")]);
        let table = format!("| task | does |\n|---|---|\n| `{name}` | `other` |");
        let seen = look(&[document(&table)], &files).unwrap();
        (seen.names, seen.faults.len())
    }

    #[test]
    fn a_task_that_is_not_there_is_reported_and_one_that_is_passes() {
        assert_eq!(found("jugde"), (1, 1));
        assert_eq!(found("judge"), (1, 0));
    }
}
