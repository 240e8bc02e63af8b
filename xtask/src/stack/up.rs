//! `stack up`: starts the private PostgreSQL, or finds it running; both end the same.

use std::process::ExitCode;

use super::state::State;
use crate::failure::Failure;
use crate::postgres::{Binaries, Durability, Needs, Server, ensure};

pub(crate) fn run() -> Result<ExitCode, Failure> {
    let binaries = ensure(Needs::Server)?;
    let version = binaries.version().to_owned();
    let mut server = running_or_started(binaries)?;
    State::save(&server)?;
    server.keep();
    println!(
        "PostgreSQL {version} listens on 127.0.0.1:{}, data in {}",
        server.port(),
        server.folder().display()
    );
    println!("next:");
    println!("  eval \"$(cargo xtask stack env)\"   for `cargo test --features …/stack` by hand");
    println!("  psql {}", server.url());
    println!("  cargo xtask stack down            stops it and removes its data");
    Ok(ExitCode::SUCCESS)
}

fn running_or_started(binaries: Binaries) -> Result<Server, Failure> {
    match State::load()? {
        Some(state) if state.folder.join("data").is_dir() => again(&state, binaries),
        _ => {
            println!("starting a new PostgreSQL {} …", binaries.version());
            Server::fresh(binaries, Durability::Kept)
        }
    }
}

// The data is there; the server may have ended with the machine.
fn again(state: &State, binaries: Binaries) -> Result<Server, Failure> {
    let mut server = state.server(binaries);
    if server.pid() == Some(state.pid) {
        println!("already running");
    } else {
        println!("starting it again with the data it had …");
        server.start(Some(state.port))?;
    }
    server.apply_roles()?;
    Ok(server)
}
