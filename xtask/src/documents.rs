//! `cargo xtask documents`: the documents that are made from the code, `docs/PERMISSIONS.md` and `docs/ERRORS.md`.

use std::process::ExitCode;

use crate::failure::Failure;
use crate::migrate::UPDATE;
use crate::test;

/// Writes them. `cargo xtask test` compares them.
pub(crate) fn run() -> Result<ExitCode, Failure> {
    let tests = ["-p", "ops-daemon", "--test", "api", "the_committed"].map(str::to_owned);
    test::run_some(&tests, &[UPDATE])
}
