//! Every project task, as `cargo xtask …`: reads the command line and calls the file named after the verb.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool talks to the terminal")]

mod test;
mod test_tally;

mod stack;

mod bench;
mod check;
mod contract;
mod coverage;
mod docs;
mod documents;
mod migrate;
mod mutants;
mod networks;
mod release;
mod hygiene;
mod layers;
mod tidy;

mod cache;
mod cargo;
mod elapsed;
mod failure;
mod git;
mod interrupt;
mod process;
mod say;
mod servers;
mod tools;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::Failure;

/// Every task of this project.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Start private servers, run all tests against them, stop them; installs and fetches what is missing.
    Test(test::Arguments),
    /// Private servers for working by hand: PostgreSQL, nats-server, OpenBao.
    #[command(subcommand)]
    Stack(stack::Verb),
    /// Figures as ratios, both sides measured in turns of one run.
    #[command(subcommand)]
    Bench(bench::Figure),
    /// The way from every earlier schema to this one.
    #[command(subcommand)]
    Migrate(migrate::Verb),
    /// Make the table of reference networks from its public-domain source, or compare it.
    Networks(networks::Arguments),
    /// Write the lists of permissions and of error codes from the code.
    Documents,
    /// What is promised to callers and readers: committed as the code makes it, and no break since the last release.
    Contract(contract::Arguments),
    /// All tests, and the share of the lines that they run, by layer.
    Coverage(coverage::Arguments),
    /// Small changes of the code, one at a time: does a test notice?
    Mutants(mutants::Arguments),
    /// Make and check everything that a release needs, up to the tag.
    Release(release::Arguments),
    /// Formatting, lints, the arrows between the crates, the rules of the house, licences, unused dependencies.
    Check(check::Arguments),
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("error: {failure}");
            interrupt::exit_code().unwrap_or(ExitCode::FAILURE)
        }
    }
}

fn run(task: Task) -> Result<ExitCode, Failure> {
    interrupt::listen()?;
    match task {
        Task::Test(arguments) => test::run(&arguments),
        Task::Stack(verb) => stack::run(&verb),
        Task::Bench(figure) => bench::run(&figure),
        Task::Migrate(verb) => migrate::run(&verb),
        Task::Networks(arguments) => networks::run(&arguments),
        Task::Documents => documents::run(),
        Task::Contract(arguments) => contract::run(&arguments),
        Task::Coverage(arguments) => coverage::run(&arguments),
        Task::Mutants(arguments) => mutants::run(&arguments),
        Task::Release(arguments) => release::run(&arguments),
        Task::Check(arguments) => check::run(&arguments),
    }
}
