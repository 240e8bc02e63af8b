//! `stack down`: stops the private servers by their process numbers and removes their data.

use std::process::ExitCode;

use super::{NATS, OPENBAO, POSTGRES, Programs, Server, State, nats, openbao, postgres};
use crate::failure::Failure;
use crate::say::say;

pub(crate) fn run() -> Result<ExitCode, Failure> {
    let state = State::load()?;
    if state.is_empty() {
        say("nothing to stop");
        return Ok(ExitCode::SUCCESS);
    }
    let programs = Programs::ensure()?;
    // one that does not stop leaves the others no reason to run on
    let stopped = [
        state.of(OPENBAO).map_or(Ok(()), |of| gone(&openbao(&programs, of)?)),
        state.of(NATS).map_or(Ok(()), |of| gone(&nats(&programs, of))),
        state.of(POSTGRES).map_or(Ok(()), |of| gone(&postgres(&programs, of))),
        state.end_lost(),
    ];
    stopped.into_iter().collect::<Result<(), _>>()?;
    State::forget()?;
    Ok(ExitCode::SUCCESS)
}

fn gone(server: &impl Server) -> Result<(), Failure> {
    server.remove()?;
    say(format!("{} is stopped; {} is gone", server.name(), server.folder().display()));
    Ok(())
}
