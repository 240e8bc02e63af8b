//! `stream`: makes the stream that events are published to. A job before a rollout, like `migrate`: `serve` never does it.

use clap::{Args, Subcommand};
use ops_store::nats::{NatsStream, Wanted};

use super::{ConfigFile, Failed, load, say};
use crate::config::Fault;

/// What to do with the event stream.
#[derive(Subcommand)]
pub enum Stream {
    /// Create the event stream, or change what differs from what it should be
    Ensure(Ensure),
}

/// Create the event stream, or change what differs from what it should be.
#[derive(Args)]
pub struct Ensure {
    #[command(flatten)]
    file: ConfigFile,
    /// Octets that it may take on disk; 10 GiB for a new stream, and what is there for an old one
    #[arg(long, value_name = "OCTETS", value_parser = clap::value_parser!(i64).range(1_048_576..))]
    max_bytes: Option<i64>,
    /// Copies in a cluster, 1 to 5; 1 for a new stream, and what is there for an old one
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u8).range(1..=5))]
    replicas: Option<u8>,
}

impl Stream {
    pub(super) async fn run(self) -> Result<(), Failed> {
        let Self::Ensure(Ensure { file, max_bytes, replicas }) = self;
        let config = load(file.config.as_deref())?;
        let settings = config.events.stream.ok_or_else(|| {
            let remedy = "name the servers in it: urls = [\"tls://HOST:PORT\"]";
            Failed::Config(vec![Fault::new("events.nats", "is not there", remedy)])
        })?;
        let wanted = Wanted { max_bytes, replicas: replicas.map(usize::from) };
        say(NatsStream::ensure(&settings, wanted).await?);
        Ok(())
    }
}
