//! `cargo xtask test`: all tests against private servers, and one summary whose last line is the count.

use std::io::{self, IsTerminal};
use std::process::{Command, ExitCode, ExitStatus};
use std::time::Instant;

use crate::cargo::{STACK_FEATURES, cargo};
use crate::elapsed::elapsed;
use crate::failure::Failure;
use crate::interrupt;
use crate::process;
use crate::say::say;
use crate::servers::{Durability, OpenBao, Postgres, Private, Programs, Server, Variable};
use crate::test_tally::Tally;

/// What `cargo xtask test` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// For `cargo test`, after `--`. Naming packages (`-- -p ops-store`) replaces the whole workspace.
    #[arg(last = true)]
    cargo_test: Vec<String>,
}

/// Starts the servers, runs the tests, stops the servers, says how it went.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    run_some(&arguments.cargo_test, &[])
}

/// As [`run`], with more variables.
pub(crate) fn run_some(arguments: &[String], variables: &[(&str, &str)]) -> Result<ExitCode, Failure> {
    let run = Run::of(arguments, variables)?;
    run.close();
    Ok(run.code())
}

/// Tests that ran.
pub(crate) struct Run {
    tally: Tally,
    status: ExitStatus,
}

impl Run {
    /// Runs these tests with their servers, which are gone when it returns, and passes on what they say.
    pub(crate) fn of(arguments: &[String], variables: &[(&str, &str)]) -> Result<Self, Failure> {
        let started = Instant::now();
        let features = selection(arguments);
        let servers = if features.is_empty() { None } else { Some(Servers::start()?) };
        let mut tally = Tally::default();
        let mut command = cargo_test(&features, arguments, servers.as_ref());
        command.envs(variables.iter().copied());
        let status = process::stream(command, |line| {
            say(line);
            tally.read(line);
        })?;
        let versions = servers.map_or_else(|| "no server".to_owned(), |servers| servers.programs.versions());
        let took = elapsed(started.elapsed());
        say(format!("\n---- {versions}, SQLite as built into the tests; took {took}"));
        Ok(Self { tally, status })
    }

    /// Says what went wrong, and last the count.
    pub(crate) fn close(&self) {
        let succeeded = self.status.success();
        for sentence in self.tally.complaints(succeeded) {
            say(sentence);
        }
        if interrupt::requested() {
            say("interrupted: the count is of what ran until then");
        }
        say(self.tally.count(succeeded));
    }

    /// Whether there was everything to run.
    pub(crate) fn compiled(&self) -> bool {
        self.tally.compiled()
    }

    /// How this process ends.
    pub(crate) fn code(&self) -> ExitCode {
        match interrupt::exit_code() {
            Some(code) => code,
            None if self.status.success() && self.tally.is_success() => ExitCode::SUCCESS,
            None => ExitCode::FAILURE,
        }
    }
}

/// What all tests share; tests that do harm to a server start one of their own from the programs.
struct Servers {
    programs: Programs,
    postgres: Private<Postgres>,
    openbao: Private<OpenBao>,
}

impl Servers {
    fn start() -> Result<Self, Failure> {
        let programs = Programs::ensure()?;
        say(format!("starting private servers: {} …", programs.versions()));
        let postgres = Postgres::fresh(programs.postgres.clone(), Durability::Throwaway)?;
        let mut openbao = Private::of(OpenBao::fresh(programs.openbao.clone())?);
        openbao.start(None)?;
        let (one, other) = (postgres.port(), openbao.port());
        say(format!("PostgreSQL listens on 127.0.0.1:{one}, OpenBao on {other}; running cargo test"));
        Ok(Self { programs, postgres, openbao })
    }

    fn variables(&self) -> Vec<Variable> {
        [self.programs.variables(), self.postgres.variables(), self.openbao.variables()].concat()
    }
}

fn cargo_test(features: &[String], arguments: &[String], servers: Option<&Servers>) -> Command {
    let mut command = cargo(&["test", "--no-fail-fast"]);
    command.args(features).args(arguments).envs(servers.map(Servers::variables).unwrap_or_default());
    if io::stdout().is_terminal() && std::env::var_os("CARGO_TERM_COLOR").is_none() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    command
}

/// The whole workspace with the tests that need servers, or those features of the packages that were named.
pub(crate) fn selection(arguments: &[String]) -> Vec<String> {
    let packages = named_packages(arguments);
    if packages.is_empty() {
        return ["--workspace", "--features", STACK_FEATURES].map(str::to_owned).into();
    }
    let features = STACK_FEATURES
        .split(',')
        .filter(|feature| feature.split_once('/').is_some_and(|(package, _)| packages.contains(&package)));
    features.flat_map(|feature| ["--features".to_owned(), feature.to_owned()]).collect()
}

fn named_packages(arguments: &[String]) -> Vec<&str> {
    let mut packages = Vec::new();
    let mut arguments = arguments.iter().map(String::as_str).take_while(|&argument| argument != "--");
    while let Some(argument) = arguments.next() {
        if matches!(argument, "-p" | "--package") {
            packages.extend(arguments.next());
        } else if let Some(name) = argument.strip_prefix("--package=").or(argument.strip_prefix("-p")) {
            packages.push(name.trim_start_matches('='));
        }
    }
    packages
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(arguments: &[&str]) -> Vec<String> {
        selection(&arguments.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn without_a_named_package_everything_runs() {
        let everything = ["--workspace", "--features", "ops-store/stack,ops-daemon/stack"];
        assert_eq!(selected(&[]), everything);
        assert_eq!(selected(&["--test", "api", "--", "-p"]), everything);
    }

    #[test]
    fn a_named_package_replaces_the_workspace_and_brings_its_own_feature() {
        assert_eq!(selected(&["-p", "ops-store"]), ["--features", "ops-store/stack"]);
        assert_eq!(selected(&["--package=ops-daemon", "create"]), ["--features", "ops-daemon/stack"]);
        assert!(selected(&["-pxtask"]).is_empty());
    }
}
