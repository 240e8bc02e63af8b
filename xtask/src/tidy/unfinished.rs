//! Nothing unfinished is checked in: no reminders, no placeholders, no test that is switched off.

use super::Fault;
use super::checkout::File;
use super::search::{line_of, places};
use super::source::Source;

// Written in two pieces, so that the rule does not find itself.
const REMINDERS: [&str; 6] = [
    concat!("FIX", "ME"),
    concat!("TO", "DO"),
    concat!("XX", "X"),
    concat!("HA", "CK"),
    concat!("to", "do!"),
    concat!("unimple", "mented!"),
];

pub(super) fn faults(files: &[File]) -> Vec<Fault> {
    files.iter().flat_map(|file| [reminders(file), ignored_tests(file)].concat()).collect()
}

fn reminders(file: &File) -> Vec<Fault> {
    let of = |word: &&str| {
        let sentence = format!("`{word}`: finish it, or open an issue and drop the word");
        places(&file.text, word)
            .into_iter()
            .map(move |at| file.fault(line_of(&file.text, at), sentence.clone()))
    };
    REMINDERS.iter().flat_map(of).collect()
}

fn ignored_tests(file: &File) -> Vec<Fault> {
    if !file.is_rust() {
        return Vec::new();
    }
    let code = Source::of(&file.text).code;
    let fault = |at| file.fault(line_of(&code, at), "a test runs or goes: remove the `ignore` or the test");
    places(&code, "#[ignore").into_iter().map(fault).collect()
}

#[cfg(test)]
mod tests {
    use super::super::checkout::testing::checkout;
    use super::*;

    #[test]
    fn each_reminder_is_reported_in_any_file() {
        for word in REMINDERS {
            let files = checkout(&[("docs/a.md", &format!("one\ntwo {word} three"))]);
            let faults = faults(&files);
            assert_eq!(faults.len(), 1, "{word}");
            assert_eq!(faults[0].line, 2);
        }
    }

    #[test]
    fn a_test_that_is_switched_off_is_reported() {
        let files = checkout(&[("a/src/lib.rs", "#[test]\n#[ignore = \"slow\"]\nfn a() {}")]);
        assert_eq!(faults(&files)[0].line, 2);
    }

    #[test]
    fn longer_words_and_the_lint_names_pass() {
        let files = checkout(&[("Cargo.toml", "todo = \"warn\"\nHACKNEY"), ("a.rs", "// #[ignore]")]);
        assert_eq!(faults(&files), []);
    }
}
