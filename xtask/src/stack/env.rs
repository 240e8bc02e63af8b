//! `stack env`: prints what a shell evaluates, so that tests run by hand find the private servers.

use std::process::ExitCode;

use super::{NATS, OPENBAO, POSTGRES, Programs, Server, State, nats, openbao, postgres};
use crate::failure::Failure;
use crate::servers::Variable;

pub(crate) fn run() -> Result<ExitCode, Failure> {
    let state = State::load()?;
    let programs = Programs::ensure()?;
    let (Some(database), Some(stream), Some(secrets)) =
        (state.of(POSTGRES), state.of(NATS), state.of(OPENBAO))
    else {
        return Err("no stack is running: start it with `cargo xtask stack up`".into());
    };
    let of_each = [
        variables(&postgres(&programs, database))?,
        variables(&nats(&programs, stream))?,
        variables(&openbao(&programs, secrets)?)?,
    ];
    for (name, value) in programs.variables().into_iter().chain(of_each.concat()) {
        println!("export {name}='{}'", value.replace('\'', r"'\''"));
    }
    Ok(ExitCode::SUCCESS)
}

fn variables(server: &impl Server) -> Result<Vec<Variable>, Failure> {
    match server.process() {
        Some(_) => Ok(server.variables()),
        None => Err(format!("{} does not run: `cargo xtask stack up` starts it again", server.name()).into()),
    }
}
