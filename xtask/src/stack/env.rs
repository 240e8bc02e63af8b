//! `stack env`: prints what a shell evaluates, so that tests run by hand find the private servers.

use std::process::ExitCode;

use super::{NATS, OPENBAO, POSTGRES, Programs, Server, State, nats, openbao, postgres};
use crate::failure::Failure;
use crate::say::say;
use crate::servers::Variable;

pub(crate) fn run() -> Result<ExitCode, Failure> {
    let state = State::load()?;
    let (Some(database), Some(stream), Some(secrets)) =
        (state.of(POSTGRES), state.of(NATS), state.of(OPENBAO))
    else {
        return Err("no stack is running: start it with `cargo xtask stack up`".into());
    };
    let programs = Programs::ensure()?;
    let of_each = [
        variables(&postgres(&programs, database))?,
        variables(&nats(&programs, stream))?,
        variables(&openbao(&programs, secrets)?)?,
    ];
    for (name, value) in programs.variables().into_iter().chain(of_each.concat()) {
        say(format!("export {name}={}", quoted(&value)));
    }
    Ok(ExitCode::SUCCESS)
}

fn variables(server: &impl Server) -> Result<Vec<Variable>, Failure> {
    match server.process() {
        Some(_) => Ok(server.variables()),
        None => Err(format!("{} does not run: `cargo xtask stack up` starts it again", server.name()).into()),
    }
}

/// As one word of a shell, whatever is in it.
fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn a_shell_reads_back_every_value() {
        for value in ["postgres://ops@127.0.0.1:5433/postgres", "/home/o'neil b/$HOME;`id`"] {
            let script = format!("printf %s {}", quoted(value));
            let output = Command::new("sh").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), value);
        }
    }
}
