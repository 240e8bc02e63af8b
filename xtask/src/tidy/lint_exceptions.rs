//! A lint is never switched off in silence: `expect` with a reason, so that it goes when it is no longer needed.

use super::Fault;
use super::checkout::File;
use super::search::{line_of, places};
use super::source::{Source, closing};

pub(super) fn faults(files: &[File]) -> Vec<Fault> {
    files.iter().filter(|file| file.is_rust()).flat_map(faults_of).collect()
}

fn faults_of(file: &File) -> Vec<Fault> {
    let code = Source::of(&file.text).code;
    let mut faults = Vec::new();
    for attribute in attributes(&code) {
        let (at, text) = attribute;
        let mut complain = |sentence: &str| faults.push(file.fault(line_of(&code, at), sentence));
        if !places(text, "allow(").is_empty() {
            complain("use `expect` with a reason in place of `allow`");
        }
        if !places(text, "expect(").is_empty() && places(text, "reason").is_empty() {
            complain("say why: add `reason = \"…\"` to the `expect`");
        }
    }
    faults
}

/// Every `#[…]` and `#![…]` with its place.
fn attributes(code: &str) -> impl Iterator<Item = (usize, &str)> {
    code.match_indices('#').filter_map(|(at, _)| {
        let open = at + 1 + usize::from(code.get(at + 1..)?.starts_with('!'));
        let is_attribute = code.get(open..)?.starts_with('[');
        is_attribute.then(|| code.get(at..closing(code, open))).flatten().map(|text| (at, text))
    })
}

#[cfg(test)]
mod tests {
    use super::super::checkout::testing::checkout;
    use super::*;

    const NOWHERE: [usize; 0] = [];

    fn lines(text: &str) -> Vec<usize> {
        faults(&checkout(&[("a/src/lib.rs", text)])).into_iter().map(|fault| fault.line).collect()
    }

    #[test]
    fn an_allow_and_an_expect_without_a_reason_are_reported() {
        assert_eq!(lines("//! A.\n#[allow(dead_code)]\nfn a() {}"), [2]);
        assert_eq!(lines("#![allow(dead_code, reason = \"x\")]"), [1]);
        assert_eq!(lines("#[cfg_attr(test, allow(dead_code))]\nfn a() {}"), [1]);
        assert_eq!(lines("\n#[expect(\n    dead_code,\n)]\nfn a() {}"), [2]);
    }

    #[test]
    fn an_expect_with_a_reason_passes_and_so_does_a_call() {
        assert_eq!(
            lines("#[expect(dead_code, reason = \"used by a test\")]\nfn a() { b.expect(c) }"),
            NOWHERE
        );
        assert_eq!(lines("let a = \"#[allow(x)]\"; // #[allow(y)]"), NOWHERE);
    }
}
