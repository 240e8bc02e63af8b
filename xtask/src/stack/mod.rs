//! `cargo xtask stack`: a private PostgreSQL for working by hand, kept running until it is told to go.

mod down;
mod env;
mod state;
mod up;

use std::process::ExitCode;

use clap::Subcommand;

use crate::failure::Failure;

/// What to do with the stack.
#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Start it, unless it runs.
    Up,
    /// Stop it and remove its data.
    Down,
    /// Print the variables that tests read: eval "$(cargo xtask stack env)".
    Env,
}

/// Does it.
pub(crate) fn run(verb: &Verb) -> Result<ExitCode, Failure> {
    match verb {
        Verb::Up => up::run(),
        Verb::Down => down::run(),
        Verb::Env => env::run(),
    }
}
