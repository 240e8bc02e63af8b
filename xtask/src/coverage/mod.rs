//! `cargo xtask coverage`: all tests, with programs that count what runs, and the share of the lines that ran, by layer.

mod layer;
mod lines;
mod llvm;
mod report;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::Value;

use crate::cargo::{cargo, checkout, emptied_target_folder, target_folder};
use crate::failure::Failure;
use crate::interrupt;
use crate::process;
use crate::say::say;
use crate::test;
use llvm::Llvm;
use report::Report;

/// What `cargo xtask coverage` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run no test: report what the last run left.
    #[arg(long)]
    report: bool,
    /// List the lines that did not run, of every layer with a floor.
    #[arg(long)]
    missed: bool,
    /// For `cargo test`, after `--`. Only a run of everything is held against the floors.
    #[arg(last = true, conflicts_with = "report")]
    cargo_test: Vec<String>,
}

/// Cargo gives this program every call of the compiler for a crate of the workspace. Dependencies are built as always, and
/// are shared with every other build.
const WRAPPER: &str = "xtask/instrument.sh";
/// Of the target folder: what the last run left.
const FOLDER: &str = "coverage";
/// In it: the counts by line.
const EXPORT: &str = "lines.lcov";
/// In it: the counts of processes, one file for up to eight of one program at a time. They are written while a process runs
/// (`%c`), so that one that is killed leaves its own too.
const PROFILES: &str = "%c%8m.profraw";

/// Runs the tests, reads what they left, and fails when a test or a layer does.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    if arguments.report {
        return Ok(show(&report(&target_folder()?.join(FOLDER))?, arguments));
    }
    let llvm = Llvm::ensure()?;
    let folder = emptied_target_folder(FOLDER)?;
    let wrapper = checkout().join(WRAPPER).display().to_string();
    let profiles = folder.join(PROFILES).display().to_string();
    let variables = [("RUSTC_WORKSPACE_WRAPPER", wrapper.as_str()), ("LLVM_PROFILE_FILE", profiles.as_str())];

    let run = test::Run::of(&arguments.cargo_test, &variables)?;
    let code = run.code();
    let ran = run.compiled() && !interrupt::requested();
    let verdict = if ran { measured(&llvm, &folder, arguments, &variables) } else { Ok(code) };
    let verdict = verdict.unwrap_or_else(|failure| {
        say(format!("coverage: {failure}"));
        ExitCode::FAILURE
    });
    run.close();
    Ok(if code == ExitCode::SUCCESS { verdict } else { code })
}

fn measured(
    llvm: &Llvm,
    folder: &Path,
    arguments: &Arguments,
    variables: &[(&str, &str)],
) -> Result<ExitCode, Failure> {
    let export = llvm.export(folder, &programs(&arguments.cargo_test, variables)?)?;
    let file = folder.join(EXPORT);
    fs::write(&file, export).map_err(|cause| Failure::because(file.display(), cause))?;
    Ok(show(&report(folder)?, arguments))
}

fn report(folder: &Path) -> Result<Report, Failure> {
    let file = folder.join(EXPORT);
    let export = fs::read_to_string(&file).map_err(|cause| {
        Failure::because(format!("{} (run `cargo xtask coverage` first)", file.display()), cause)
    })?;
    Ok(Report::of(&lines::read(&export, checkout())?))
}

fn show(report: &Report, arguments: &Arguments) -> ExitCode {
    for line in report.table() {
        say(line);
    }
    if arguments.missed {
        for line in report.missed() {
            say(line);
        }
    }
    if !arguments.cargo_test.is_empty() {
        say("coverage: of a part of the tests, so the floors say nothing");
        return ExitCode::SUCCESS;
    }
    let complaints = report.complaints();
    for complaint in &complaints {
        say(format!("coverage FAILED: {complaint}"));
    }
    if complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The programs that these tests are, and those that they start.
fn programs(arguments: &[String], variables: &[(&str, &str)]) -> Result<Vec<PathBuf>, Failure> {
    let mut build = cargo(&["test", "--no-run", "--message-format=json"]);
    build.args(test::selection(arguments)).args(arguments.iter().take_while(|&argument| argument != "--"));
    build.envs(variables.iter().copied());
    let output = process::finish(build)?;
    let mut programs = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let message: Value =
            serde_json::from_str(line).map_err(|cause| Failure::because("cargo test", cause))?;
        programs.extend(message.get("executable").and_then(Value::as_str).map(PathBuf::from));
    }
    Ok(programs)
}
