//! `cargo xtask migrate`: the way from every earlier schema to this one, on both databases, and the schema that it ends in.

use std::process::ExitCode;

use crate::failure::Failure;
use crate::test;

/// Set, the tests of what is made and committed write it in place of comparing it.
pub(crate) const UPDATE: (&str, &str) = ("OPS_UPDATE_COMMITTED", "1");
/// Every test of a migration has it in its name.
const TESTS: &str = "migrat";

/// What to do with the migrations.
#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    /// Apply them on private databases: from nothing, from every earlier state with rows in it, again, four at once; and
    /// compare what they make with `migrations/schema.postgres.sql` and `migrations/schema.sqlite.sql`.
    Verify,
    /// Write the two schema files from what the migrations make.
    Schema,
}

/// Does it.
pub(crate) fn run(verb: &Verb) -> Result<ExitCode, Failure> {
    match verb {
        Verb::Verify => test::run_some(&tests(), &[]),
        Verb::Schema => test::run_some(&tests(), &[UPDATE]),
    }
}

fn tests() -> Vec<String> {
    ["-p", "ops-store", "--test", "postgres", "--test", "sqlite", TESTS].map(str::to_owned).into()
}
