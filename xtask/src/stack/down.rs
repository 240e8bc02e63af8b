//! `stack down`: stops the private PostgreSQL by its process number and removes its data.

use std::process::ExitCode;

use super::state::State;
use crate::failure::Failure;
use crate::postgres::{Needs, ensure};

pub(crate) fn run() -> Result<ExitCode, Failure> {
    let Some(state) = State::load()? else {
        println!("nothing to stop");
        return Ok(ExitCode::SUCCESS);
    };
    state.server(ensure(Needs::Server)?).remove()?;
    State::forget()?;
    println!("stopped; {} is gone", state.folder.display());
    Ok(ExitCode::SUCCESS)
}
