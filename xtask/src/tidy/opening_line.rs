//! Each source file opens with what it is responsible for.

use super::Fault;
use super::checkout::File;

pub(super) fn faults(files: &[File]) -> Vec<Fault> {
    files
        .iter()
        .filter(|file| {
            file.is_rust() && file.within_crate(files).is_some_and(|path| path.starts_with("src/"))
        })
        .filter(|file| !file.text.starts_with("//! "))
        .map(|file| {
            file.fault(1, "open it with one to three `//!` lines that say what it is responsible for")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::checkout::testing::checkout;
    use super::*;

    #[test]
    fn a_source_file_without_its_opening_line_is_reported() {
        let files = checkout(&[
            ("a/Cargo.toml", ""),
            ("a/src/lib.rs", "//! What it is.\nfn a() {}"),
            ("a/src/bare.rs", "fn b() {}"),
            ("a/tests/t.rs", "fn c() {}"),
        ]);
        let paths: Vec<String> = faults(&files).into_iter().map(|fault| fault.path).collect();
        assert_eq!(paths, ["a/src/bare.rs"]);
    }
}
