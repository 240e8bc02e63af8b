//! `cargo xtask check`: every check that needs no server, one line each, all of them even after a failure.

use std::process::{Command, ExitCode};
use std::time::Instant;

use crate::cargo::{STACK_FEATURES, cargo};
use crate::contract;
use crate::docs;
use crate::elapsed::elapsed;
use crate::failure::Failure;
use crate::hygiene;
use crate::interrupt;
use crate::layers;
use crate::process;
use crate::tidy;

/// A name, and what is wrong; nothing, when all is well.
type Step = (&'static str, fn() -> Result<Vec<String>, Failure>);

const STEPS: [Step; 8] = [
    ("fmt", formatting),
    ("clippy", lints),
    ("layers", layers::complaints),
    ("tidy", tidy::complaints),
    ("contract", contract::complaints),
    ("docs", docs::complaints),
    ("deny", hygiene::licences_sources_and_bans),
    ("machete", hygiene::unused_dependencies),
];

/// What `cargo xtask check` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only these.
    #[arg(value_parser = STEPS.map(|(name, _)| name))]
    steps: Vec<String>,
}

/// Runs the steps in their order.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut failed = Vec::new();
    let asked = |name: &str| arguments.steps.is_empty() || arguments.steps.iter().any(|step| step == name);
    for (name, step) in STEPS.into_iter().filter(|(name, _)| asked(name)) {
        interrupt::check()?;
        if !passes(name, step) {
            failed.push(name);
        }
    }
    if failed.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    println!("check failed: {}", failed.join(", "));
    Ok(ExitCode::FAILURE)
}

fn passes(name: &str, step: fn() -> Result<Vec<String>, Failure>) -> bool {
    let started = Instant::now();
    let complaints = step().unwrap_or_else(|failure| vec![failure.to_string()]);
    let verdict = if complaints.is_empty() { "ok" } else { "FAILED" };
    println!("{name:<8} {verdict:<7} {}", elapsed(started.elapsed()));
    for complaint in &complaints {
        println!("{complaint}");
    }
    complaints.is_empty()
}

fn formatting() -> Result<Vec<String>, Failure> {
    output_unless_ok(cargo(&["fmt", "--all", "--check"]))
}

fn lints() -> Result<Vec<String>, Failure> {
    let all = [
        "clippy",
        "--quiet",
        "--workspace",
        "--all-targets",
        "--features",
        STACK_FEATURES,
        "--",
        "-D",
        "warnings",
    ];
    output_unless_ok(cargo(&all))
}

/// What a program said, when it did not end well.
pub(crate) fn output_unless_ok(command: Command) -> Result<Vec<String>, Failure> {
    let mut output = Vec::new();
    let status = process::stream(command, |line| output.push(line.to_owned()))?;
    if status.success() {
        return Ok(Vec::new());
    }
    output.push(format!("ended with {status}"));
    Ok(output)
}
