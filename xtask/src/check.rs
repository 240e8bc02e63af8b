//! `cargo xtask check`: every check that needs no server, one line each, all of them even after a failure.

use std::process::{Command, ExitCode};
use std::time::Instant;

use crate::cargo::{STACK_FEATURES, cargo};
use crate::contract;
use crate::docs;
use crate::elapsed::elapsed;
use crate::failure::Failure;
use crate::interrupt;
use crate::layers;
use crate::process;
use crate::tidy;

/// A name, and what is wrong; nothing, when all is well.
type Step = (&'static str, fn() -> Result<Vec<String>, Failure>);

const STEPS: [Step; 6] = [
    ("fmt", formatting),
    ("clippy", lints),
    ("layers", layers::complaints),
    ("tidy", tidy::complaints),
    ("contract", contract::complaints),
    ("docs", docs::complaints),
];

/// Runs the steps in their order.
pub(crate) fn run() -> Result<ExitCode, Failure> {
    let mut failed = Vec::new();
    for (name, step) in STEPS {
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

fn output_unless_ok(command: Command) -> Result<Vec<String>, Failure> {
    let mut output = Vec::new();
    let status = process::stream(command, |line| output.push(line.to_owned()))?;
    if status.success() {
        return Ok(Vec::new());
    }
    output.push(format!("ended with {status}"));
    Ok(output)
}
