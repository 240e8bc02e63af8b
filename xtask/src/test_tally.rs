//! Counts what `cargo test` prints: results of all binaries and doc tests, names of what failed, what never reported.

/// What was read so far.
#[derive(Default)]
pub(crate) struct Tally {
    passed: u64,
    failed: u64,
    skipped: u64,
    failures: Vec<String>,
    uncompiled: Vec<String>,
    silent: Vec<String>,
    running: Option<String>,
}

impl Tally {
    /// Takes in one line of output.
    pub(crate) fn read(&mut self, line: &str) {
        let line = without_colour(line);
        if let Some(binary) = started_binary(&line) {
            self.silent.extend(self.running.replace(binary));
        } else if let Some([passed, failed, skipped]) = result(&line) {
            self.running = None;
            self.passed += passed;
            self.failed += failed;
            self.skipped += skipped;
        } else if let Some(name) = failed_test(&line) {
            let binary = self.running.as_deref().unwrap_or("?");
            self.failures.push(format!("{name}   ({binary})"));
        } else if let Some(what) = line.strip_prefix("error: could not compile ") {
            self.uncompiled.push(what.to_owned());
        }
    }

    /// What went wrong, a sentence or a name per line.
    pub(crate) fn complaints(&self, cargo_succeeded: bool) -> Vec<String> {
        let mut lines = Vec::new();
        list(&mut lines, "did not compile:", &self.uncompiled);
        list(&mut lines, "failed tests:", &self.failures);
        if !cargo_succeeded {
            let silent: Vec<_> = self.silent.iter().chain(&self.running).cloned().collect();
            list(&mut lines, "ended without a result (each counts as one failed test):", &silent);
            if lines.is_empty() {
                lines.push("cargo test failed before it ran a test: see above".to_owned());
            }
        } else if self.passed == 0 {
            lines.push("no test passed: nothing was shown".to_owned());
        }
        lines
    }

    /// The closing line.
    pub(crate) fn count(&self, cargo_succeeded: bool) -> String {
        let silent = if cargo_succeeded { 0 } else { self.silent.iter().chain(&self.running).count() };
        format!("{} passed, {} failed, {} skipped", self.passed, self.failed + silent as u64, self.skipped)
    }

    /// No program was left out because it did not compile.
    pub(crate) fn compiled(&self) -> bool {
        self.uncompiled.is_empty()
    }

    /// Something passed and nothing failed.
    pub(crate) fn is_success(&self) -> bool {
        self.passed > 0 && self.failed == 0 && self.failures.is_empty() && self.compiled()
    }
}

fn list(lines: &mut Vec<String>, title: &str, names: &[String]) {
    if !names.is_empty() {
        lines.push(title.to_owned());
        lines.extend(names.iter().map(|name| format!("  {name}")));
    }
}

//      Running unittests src/main.rs (target/debug/deps/xtask-0123456789abcdef)
//    Doc-tests ops_core
fn started_binary(line: &str) -> Option<String> {
    if let Some(name) = line.strip_prefix("   Doc-tests ") {
        return Some(format!("{name}, doc tests"));
    }
    let (source, binary) = line.strip_prefix("     Running ")?.strip_suffix(')')?.rsplit_once(" (")?;
    let (name, _hash) = binary.rsplit('/').next()?.rsplit_once('-')?;
    Some(format!("{name}, {source}"))
}

// test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s
fn result(line: &str) -> Option<[u64; 3]> {
    let (_verdict, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let of = |what: &str| counts.split("; ").find_map(|count| count.strip_suffix(what)?.parse().ok());
    Some([of(" passed")?, of(" failed")?, of(" ignored")?])
}

fn failed_test(line: &str) -> Option<&str> {
    line.strip_prefix("test ")?.strip_suffix(" ... FAILED")
}

fn without_colour(line: &str) -> String {
    let mut pieces = line.split('\u{1b}');
    let first = pieces.next().unwrap_or_default().to_owned();
    // each further piece starts with the rest of an escape, which ends at its first letter
    pieces.fold(first, |text, piece| {
        let end = piece.find(|c: char| c.is_ascii_alphabetic()).map_or(piece.len(), |letter| letter + 1);
        text + piece.get(end..).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(output: &str) -> Tally {
        let mut tally = Tally::default();
        output.lines().for_each(|line| tally.read(line));
        tally
    }

    const GOOD: &str = "
     Running unittests src/lib.rs (target/debug/deps/ops_core-0a)
test a ... ok
test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.01s
   Doc-tests ops_core
test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s";

    #[test]
    fn the_counts_of_all_binaries_and_doc_tests_are_added() {
        let tally = tally(GOOD);
        assert_eq!(tally.count(true), "7 passed, 0 failed, 1 skipped");
        assert!(tally.is_success());
        assert!(tally.complaints(true).is_empty());
    }

    #[test]
    fn a_failed_test_is_named_with_its_binary() {
        let tally = tally(
            "     Running tests/api/main.rs (target/debug/deps/api-0b)\ntest operator::create::works ... FAILED\n\
             test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 2s",
        );
        assert_eq!(tally.count(false), "3 passed, 1 failed, 0 skipped");
        assert_eq!(
            tally.complaints(false),
            ["failed tests:", "  operator::create::works   (api, tests/api/main.rs)"]
        );
        assert!(!tally.is_success());
    }

    #[test]
    fn a_binary_that_dies_before_its_result_counts_as_failed() {
        let tally = tally(&format!("     Running tests/crash.rs (target/debug/deps/crash-0c)\n{GOOD}"));
        assert_eq!(tally.count(false), "7 passed, 1 failed, 1 skipped");
        assert!(tally.complaints(false)[1].contains("crash, tests/crash.rs"));
    }

    #[test]
    fn a_crate_that_does_not_compile_is_named_also_in_colour() {
        let tally = tally("\u{1b}[1m\u{1b}[91merror\u{1b}[0m: could not compile `ops-core` (lib)");
        assert_eq!(tally.complaints(false), ["did not compile:", "  `ops-core` (lib)"]);
        assert_eq!(tally.count(false), "0 passed, 0 failed, 0 skipped");
        assert!(!tally.is_success());
    }

    #[test]
    fn a_run_in_which_nothing_passed_is_not_a_success() {
        assert!(!tally("").is_success());
        assert_eq!(tally("").complaints(true), ["no test passed: nothing was shown"]);
    }
}
