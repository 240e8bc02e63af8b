//! `stack down`: stops the private servers by their process numbers and removes their data.

use std::process::ExitCode;

use super::{NATS, OPENBAO, POSTGRES, Programs, Server, State, nats, openbao, postgres};
use crate::failure::Failure;

pub(crate) fn run() -> Result<ExitCode, Failure> {
    let state = State::load()?;
    if state.is_empty() {
        println!("nothing to stop");
        return Ok(ExitCode::SUCCESS);
    }
    let programs = Programs::ensure()?;
    if let Some(of) = state.of(OPENBAO) {
        gone(&openbao(&programs, of)?)?;
    }
    if let Some(of) = state.of(NATS) {
        gone(&nats(&programs, of))?;
    }
    if let Some(of) = state.of(POSTGRES) {
        gone(&postgres(&programs, of))?;
    }
    State::forget()?;
    Ok(ExitCode::SUCCESS)
}

fn gone(server: &impl Server) -> Result<(), Failure> {
    server.remove()?;
    println!("{} is stopped; {} is gone", server.name(), server.folder().display());
    Ok(())
}
