//! `cargo xtask bench`: figures as ratios, both sides of each measured in turns of one run.

use std::fs;
use std::process::{Command, ExitCode};

use crate::cargo::cargo;
use crate::failure::Failure;
use crate::process;
use crate::say::say;
use crate::servers::{Durability, Postgres, Private, Programs, Server};

/// Where the figures stand.
const DOCUMENT: &str = "docs/PERFORMANCE.md";

/// What to measure.
#[derive(clap::Subcommand)]
pub(crate) enum Figure {
    /// Operators created over the whole API, beside one statement that writes the same rows on the same PostgreSQL.
    Write(Turns),
    /// Lists, filters and searches with 100,000 operators and 300,000 connections, beside the same with 100 and 300.
    Scale(Requests),
}

/// How long.
#[derive(clap::Args)]
pub(crate) struct Turns {
    /// Seconds of each turn.
    #[arg(long, default_value_t = 10)]
    seconds: u32,
    /// Turns of each side.
    #[arg(long, default_value_t = 5)]
    rounds: u32,
}

/// How many.
#[derive(clap::Args)]
pub(crate) struct Requests {
    /// Requests of each turn.
    #[arg(long, default_value_t = 40)]
    requests: u32,
    /// Turns of each side.
    #[arg(long, default_value_t = 5)]
    rounds: u32,
}

/// A section of the document: the example that measures it, its arguments, and what a reader must know.
struct Section {
    example: &'static str,
    arguments: [u32; 2],
    heading: &'static str,
    command: String,
    said: &'static str,
}

impl Figure {
    fn section(&self) -> Section {
        match *self {
            Self::Write(Turns { seconds, rounds }) => Section {
                example: "write_bench",
                arguments: [seconds, rounds],
                heading: "## Writes",
                command: format!("write --seconds {seconds} --rounds {rounds}"),
                said: "\"One statement\" is pgbench inserting operator, event and audit entry by one prepared statement, with as \
                       many clients. The API also reads a token, parses and answers JSON, and keeps a receipt.",
            },
            Self::Scale(Requests { requests, rounds }) => Section {
                example: "scale_bench",
                arguments: [requests, rounds],
                heading: "## Scale",
                command: format!("scale --requests {requests} --rounds {rounds}"),
                said: "One client asks two daemons in turns: one with 100 operators and 300 connections, one with 100,000 and \
                       300,000. Each request finds as many rows in both.",
            },
        }
    }
}

/// Builds in release, starts a server that waits for its disk, measures, stops it.
pub(crate) fn run(figure: &Figure) -> Result<ExitCode, Failure> {
    let Section { example, arguments, heading, command, said } = figure.section();
    let mut build = cargo(&["build", "--release", "-p", "ops-daemon", "--features", "ops-daemon/stack"]);
    build.args(["--bin", "ops-daemon", "--example", example]);
    if !process::stream(build, |line| say(line))?.success() {
        return Ok(ExitCode::FAILURE);
    }
    let programs = Programs::ensure()?;
    let postgres: Private<Postgres> = Postgres::fresh(programs.postgres.clone(), Durability::Kept)?;
    let mut bench =
        cargo(&["run", "--quiet", "--release", "-p", "ops-daemon", "--features", "ops-daemon/stack"]);
    bench.args(["--example", example, "--"]).args(arguments.map(|argument| argument.to_string()));
    bench.envs(programs.variables()).envs(postgres.variables());
    let mut table = String::new();
    let measured = process::stream(bench, |line| {
        say(line);
        table.push_str(line);
        table.push('\n');
    })?;
    if !measured.success() {
        return Ok(ExitCode::FAILURE);
    }
    let head = format!(
        "{heading}\n\n`cargo xtask bench {command}`; {} processors shared by PostgreSQL, the daemon and whoever asks; {}.\n{said}\n\n",
        std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        today()?
    );
    let document = fs::read_to_string(DOCUMENT).map_err(|cause| Failure::because(DOCUMENT, cause))?;
    let replaced = with_section(&document, &format!("{head}{}\n", table.trim()));
    fs::write(DOCUMENT, replaced).map_err(|cause| Failure::because(DOCUMENT, cause))?;
    say(format!("{DOCUMENT} has the table"));
    Ok(ExitCode::SUCCESS)
}

fn today() -> Result<String, Failure> {
    let mut date = Command::new("date");
    date.args(["-u", "+%F"]);
    Ok(String::from_utf8_lossy(&process::finish(date)?.stdout).trim().to_owned())
}

/// The document with a section in place of the one with the same heading, or at its end.
fn with_section(document: &str, section: &str) -> String {
    let heading = section.lines().next().unwrap_or_default();
    let mut kept = String::new();
    let mut inside = false;
    for line in document.lines() {
        if line.starts_with("## ") {
            inside = line == heading;
        }
        if !inside {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    format!("{}\n\n{section}", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_replaced_and_the_others_stay() {
        let document = "# Performance\n\n## Writes\n\nold\n\n## The relay\n\nkept\n";
        let replaced = with_section(document, "## Writes\n\nnew\n");
        assert_eq!(replaced, "# Performance\n\n## The relay\n\nkept\n\n## Writes\n\nnew\n");
        assert_eq!(with_section(&replaced, "## Writes\n\nnew\n"), replaced);
    }
}
