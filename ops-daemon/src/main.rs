//! The binary: parses the command line and hands over.

use std::process::ExitCode;

use clap::Parser;
use ops_daemon::command::Command;

/// The Operator Management Service: who our carriers are, how to connect to them, which destination goes to whom, and
/// how well each works.
#[derive(Parser)]
#[command(name = "ops-daemon", version)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let Line { command } = Line::parse();
    command.run()
}
