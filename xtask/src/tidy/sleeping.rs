//! A test never sleeps in the hope that something has happened by then: it waits for the thing itself.

use super::Fault;
use super::checkout::File;
use super::search::{line_of, places};
use super::source::Source;

/// Starts the comment that says why a test may sleep: the pace itself is what it tests.
const EXCUSE: &str = "// paced:";

pub(super) fn faults(files: &[File]) -> Vec<Fault> {
    files.iter().filter(|file| file.is_rust() && in_tests(&file.path)).flat_map(faults_of).collect()
}

fn in_tests(path: &str) -> bool {
    path.split('/').any(|folder| folder == "tests")
}

fn faults_of(file: &File) -> Vec<Fault> {
    let code = Source::of(&file.text).code;
    let sentence = format!("wait for the thing itself; if the pace is the point, say so: `{EXCUSE} why`");
    let calls = ["sleep(", "sleep_until("].iter().flat_map(|call| places(&code, call));
    let lines = calls.map(|at| line_of(&code, at));
    lines
        .filter(|&line| !is_excused(&file.text, line))
        .map(|line| file.fault(line, sentence.clone()))
        .collect()
}

/// On the line itself or on the one above.
fn is_excused(text: &str, line: usize) -> bool {
    let here_and_above = text.lines().take(line).skip(line.saturating_sub(2));
    let mut reasons = here_and_above.filter_map(|line| line.split_once(EXCUSE));
    reasons.any(|(_, reason)| !reason.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::checkout::testing::checkout;
    use super::*;

    const NOWHERE: [usize; 0] = [];

    fn lines(path: &str, text: &str) -> Vec<usize> {
        faults(&checkout(&[(path, text)])).into_iter().map(|fault| fault.line).collect()
    }

    #[test]
    fn a_sleep_without_a_reason_is_reported() {
        assert_eq!(lines("d/tests/a.rs", "//! A.\nthread::sleep(d);"), [2]);
        assert_eq!(lines("d/tests/api/a.rs", "tokio::time::sleep(d).await;"), [1]);
        assert_eq!(lines("d/tests/a.rs", "// paced:\nsleep(d);"), [2]);
        assert_eq!(lines("d/tests/a.rs", "// paced: too far away\n\nsleep(d);"), [3]);
    }

    #[test]
    fn a_paced_sleep_passes_and_so_does_one_outside_of_tests() {
        assert_eq!(lines("d/tests/a.rs", "thread::sleep(d); // paced: ten a second"), NOWHERE);
        assert_eq!(lines("d/tests/a.rs", "// paced: ten a second\nthread::sleep(d);"), NOWHERE);
        assert_eq!(lines("d/src/a.rs", "thread::sleep(d);"), NOWHERE);
        assert_eq!(lines("d/tests/a.rs", "asleep(d); // no thread::sleep(d)"), NOWHERE);
    }
}
