//! Texts that are generated and committed: a test compares them, and writes them when it is told to.

use std::{env, fs, path::PathBuf};

/// Set to write the files in place of comparing them; the commands named at each of them do.
const UPDATE: &str = "OPS_UPDATE_COMMITTED";

fn path(of: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(of)
}

/// The text as it is committed.
///
/// # Panics
/// When it cannot be read.
#[must_use]
pub fn read(of: &str) -> String {
    fs::read_to_string(path(of)).unwrap_or_else(|error| panic!("{of}: {error}"))
}

/// Fails when the committed text is another one than what was made; `command` would write it.
///
/// # Panics
/// When it is, or the file cannot be read or written.
pub fn assert_equal(of: &str, made: &str, command: &str) {
    if env::var_os(UPDATE).is_some() {
        return fs::write(path(of), made).unwrap_or_else(|error| panic!("{of}: {error}"));
    }
    let committed = read(of);
    let differs = committed.lines().zip(made.lines()).position(|(a, b)| a != b);
    assert!(
        committed == made,
        "{of} is not what is made now (first difference in line {}): run `{command}`, and look at the difference",
        differs.unwrap_or(committed.lines().count().min(made.lines().count())) + 1
    );
}
