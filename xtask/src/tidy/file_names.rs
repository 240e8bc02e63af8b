//! No Rust file or folder is named after a kind of thing: such files grow without end, and nobody finds anything.

use super::Fault;
use super::checkout::File;

const KINDS: [&str; 12] = [
    "util",
    "utils",
    "helper",
    "helpers",
    "error",
    "errors",
    "types",
    "handlers",
    "misc",
    "common",
    "models",
    "constants",
];

pub(super) fn faults(files: &[File]) -> Vec<Fault> {
    files
        .iter()
        .filter(|file| file.is_rust())
        .filter_map(|file| {
            let mut names = file.within_crate(files)?.trim_end_matches(".rs").split('/');
            let kind = names.find(|name| KINDS.contains(name))?;
            Some(
                file.fault(
                    1,
                    format!("`{kind}` names a kind: name it after the noun or the verb it is about"),
                ),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::checkout::testing::checkout;
    use super::*;

    #[test]
    fn a_file_or_folder_named_after_a_kind_is_reported() {
        for bad in ["a/src/utils.rs", "a/src/operator/errors.rs", "a/tests/common/mod.rs"] {
            let files = checkout(&[("a/Cargo.toml", ""), (bad, "")]);
            assert_eq!(faults(&files).len(), 1, "{bad}");
        }
    }

    #[test]
    fn a_noun_passes_and_so_does_what_is_no_crate() {
        let files = checkout(&[("a/Cargo.toml", ""), ("a/src/error_code.rs", ""), ("docs/errors.rs", "")]);
        assert_eq!(faults(&files), []);
    }
}
