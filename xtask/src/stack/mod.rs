//! `cargo xtask stack`: private servers for working by hand, kept running until they are told to go.

mod down;
mod env;
mod state;
mod up;

use std::process::ExitCode;

use clap::Subcommand;

use crate::failure::Failure;
use crate::servers::{Nats, OpenBao, Postgres, Private, Programs, Server};
use state::{Remembered, State};

/// The short names of the servers.
const POSTGRES: &str = "postgres";
const NATS: &str = "nats";
const OPENBAO: &str = "openbao";

/// What to do with the stack.
#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Start the servers that do not run.
    Up,
    /// Stop them and remove their data.
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

fn postgres(programs: &Programs, of: Remembered) -> Postgres {
    Postgres::existing(programs.postgres.clone(), of.folder, of.port)
}

fn nats(programs: &Programs, of: Remembered) -> Nats {
    Nats::existing(programs.nats_server.clone(), of.folder, of.port, of.process)
}

fn openbao(programs: &Programs, of: Remembered) -> Result<OpenBao, Failure> {
    OpenBao::existing(programs.openbao.clone(), of.folder, of.port, of.process)
}
