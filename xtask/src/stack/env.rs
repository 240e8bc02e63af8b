//! `stack env`: prints what a shell evaluates, so that tests run by hand find the private PostgreSQL.

use std::process::ExitCode;

use super::state::State;
use crate::failure::Failure;
use crate::postgres::url;
use crate::process;

pub(crate) fn run() -> Result<ExitCode, Failure> {
    let state = State::load()?.filter(|state| process::runs(state.pid));
    let state = state.ok_or("no stack is running: start it with `cargo xtask stack up`")?;
    println!("export OPS_TEST_POSTGRES_URL={}", url(state.port));
    Ok(ExitCode::SUCCESS)
}
