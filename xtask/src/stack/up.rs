//! `stack up`: starts the private servers, or finds them running; both end the same.

use std::process::ExitCode;

use super::{NATS, OPENBAO, POSTGRES, State, nats, openbao, postgres, state};
use super::{Nats, OpenBao, Postgres, Private, Programs, Remembered, Server};
use crate::failure::Failure;
use crate::say::say;
use crate::servers::Durability;

pub(crate) fn run() -> Result<ExitCode, Failure> {
    let programs = Programs::ensure()?;
    let mut state = State::load()?;
    state.end_lost()?;

    let database = match state.of(POSTGRES) {
        Some(of) => again(postgres(&programs, of.clone()), &of)?,
        None => {
            say(format!("starting a new PostgreSQL {} …", programs.postgres.version()));
            Postgres::fresh(programs.postgres.clone(), Durability::Kept)?
        }
    };
    database.apply_roles()?;
    let database = kept(&mut state, POSTGRES, database)?;

    let stream = match state.of(NATS) {
        Some(of) => again(nats(&programs, of.clone()), &of)?,
        None => new(Nats::fresh(programs.nats_server.clone())?)?,
    };
    let stream = kept(&mut state, NATS, stream)?;

    let secrets = match state.of(OPENBAO) {
        Some(of) => again(openbao(&programs, of.clone())?, &of)?,
        None => new(OpenBao::fresh(programs.openbao.clone())?)?,
    };
    let secrets = kept(&mut state, OPENBAO, secrets)?;
    let token = state::folder().join("openbao.token");
    secrets.write_token(&token)?;

    say("\nnext, the service on all three:\n");
    say(format!("  cargo run --release -- dev --data .ops-dev-stack --postgres {} \\", database.url()));
    say(format!(
        "    --nats {} --vault {} --vault-token-file {}\n",
        stream.url(),
        secrets.url(),
        token.display()
    ));
    say("  eval \"$(cargo xtask stack env)\"   for `cargo test --features …/stack` by hand");
    say(format!("  psql {}", database.url()));
    say("  cargo xtask stack down            stops them and removes their data");
    Ok(ExitCode::SUCCESS)
}

fn new<S: Server>(server: S) -> Result<Private<S>, Failure> {
    say(format!("starting a new {} …", server.name()));
    let mut server = Private::of(server);
    server.start(None)?;
    Ok(server)
}

// The folder is there; the server may have ended with the machine, or by itself.
fn again<S: Server>(server: S, of: &Remembered) -> Result<Private<S>, Failure> {
    let mut server = Private::of(server);
    server.keep();
    if server.process().is_some() {
        say(format!("{} runs already", server.name()));
    } else {
        say(format!("starting {} again with what it has on disk …", server.name()));
        server.start(Some(of.port))?;
    }
    Ok(server)
}

fn kept<S: Server>(state: &mut State, name: &str, mut server: Private<S>) -> Result<Private<S>, Failure> {
    state.remember(name, &*server)?;
    server.keep();
    say(format!(
        "{} listens on 127.0.0.1:{}, data in {}",
        server.name(),
        server.port(),
        server.folder().display()
    ));
    Ok(server)
}
