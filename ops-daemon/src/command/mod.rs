//! The subcommands, one file each.
#![expect(clippy::print_stderr, reason = "this is what people at a terminal read")]

mod check_config;
mod contract;
mod dev;
mod migrate;
mod new_epoch;
mod secret;
mod serve;
mod stream;

use std::{
    error::Error,
    fmt::Display,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Subcommand;

use crate::config::{self, Config, Fault};

/// sysexits.h `EX_CONFIG`: something was found in an unconfigured or misconfigured state.
const EX_CONFIG: u8 = 78;

/// What the process is asked to do.
#[derive(Subcommand)]
pub enum Command {
    /// Try it out: everything in one folder, with sample operators, tokens and certificates
    Dev(dev::Dev),
    /// Serve, from a configuration file and OPS_… variables
    Serve(ConfigFile),
    /// Bring the database's schema to this version; a job before a rollout
    Migrate(migrate::Migrate),
    /// After a restore: begin a new epoch, so that nobody mistakes a version that repeats for the one they know
    NewEpoch(new_epoch::NewEpoch),
    /// Compare the secret store with the credentials
    #[command(subcommand)]
    Secret(secret::Secret),
    /// Make the stream that events are published to; a job before a rollout
    #[command(subcommand)]
    Stream(stream::Stream),
    /// Check a configuration without starting, and print what would be in force
    CheckConfig(ConfigFile),
    /// Print the OpenAPI document of an API
    Contract(contract::Contract),
}

/// Where the configuration is.
#[derive(clap::Args)]
pub struct ConfigFile {
    /// The TOML file
    #[arg(long, env = "OPS_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Command {
    /// Does it, and answers with the code that the process ends with.
    #[must_use]
    pub fn run(self) -> ExitCode {
        let done = match self {
            Self::Contract(contract) => contract.run(),
            Self::CheckConfig(file) => check_config::run(&file),
            Self::Dev(dev) => on_runtime(dev.run()),
            Self::Serve(file) => on_runtime(serve::run(file)),
            Self::NewEpoch(wanted) => on_runtime(new_epoch::run(wanted)),
            Self::Secret(secret) => on_runtime(secret.run()),
            Self::Stream(stream) => on_runtime(stream.run()),
            Self::Migrate(migrate) => on_runtime(migrate.run()),
        };
        match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(failed) => failed.tell(),
        }
    }
}

/// Why a command did not do what it was asked.
enum Failed {
    /// The configuration is refused: every fault.
    Config(Vec<Fault>),
    /// Anything else; the chain tells what.
    Because(Box<dyn Error + Send + Sync>),
}

impl<E: Error + Send + Sync + 'static> From<E> for Failed {
    fn from(error: E) -> Self {
        Self::Because(Box::new(error))
    }
}

impl Failed {
    fn tell(&self) -> ExitCode {
        match self {
            Self::Config(faults) => {
                eprintln!("The configuration is refused:");
                for fault in faults {
                    eprintln!("  {fault}");
                }
                ExitCode::from(EX_CONFIG)
            }
            Self::Because(error) => {
                eprintln!("{}", chain(&**error));
                ExitCode::FAILURE
            }
        }
    }
}

/// Tells the person at the terminal. Whoever closed our standard output does not want to hear it: no reason to end.
fn say(text: impl Display) {
    if writeln!(std::io::stdout(), "{text}").is_err() {
        tracing::debug!("standard output is closed");
    }
}

/// Warns the person at the terminal.
fn warn(warnings: &[Fault]) {
    for warning in warnings {
        eprintln!("Warning: {warning}");
    }
}

/// An error and what caused it, in one line.
fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |cause: &&dyn Error| (*cause).source());
    causes.fold(error.to_string(), |told, cause| format!("{told}: {cause}"))
}

fn on_runtime(work: impl Future<Output = Result<(), Failed>>) -> Result<(), Failed> {
    // one provider for all of rustls; a second installation is only refused, and changes nothing
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        tracing::debug!("the crypto provider was installed already");
    }
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

fn load(file: Option<&Path>) -> Result<Config, Failed> {
    config::load(file, environment()).map_err(|mut faults| {
        if file.is_none() {
            let remedy = "name the configuration file with it, or in OPS_CONFIG";
            faults.insert(0, Fault::new("--config", "is not given", remedy));
        }
        Failed::Config(faults)
    })
}

/// The variables that are UTF-8; none of ours is anything else.
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}
