//! `dev`: the zero-set-up way. One folder holds everything; loopback only; tokens are still required.

use std::path::PathBuf;

use clap::Args;
use ops_store::{
    nats::{self, NatsStream},
    postgres,
};

use super::{Failed, environment, say};
use crate::{
    adapters::{NotOpened, postgres_settings},
    app::stamp::now,
    config::{Config, Fault, Log, Store},
    dev::{DEFAULT_FOLDER, NotPrepared, Ports, Prepared, Servers, Wanted, estate, next_steps, prepare},
    shutdown::asked_to_stop,
    start::start,
    telemetry,
};

/// What the stream of `dev` may take on disk: enough for a try, and little enough for any machine.
const STREAM_OCTETS: i64 = 256 * 1024 * 1024;

/// Try it out.
#[derive(Args)]
pub struct Dev {
    /// The folder for all data, made if need be
    #[arg(long, value_name = "DIR", default_value = DEFAULT_FOLDER)]
    data: PathBuf,
    /// A PostgreSQL database on this machine in place of SQLite; it is migrated
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// A NATS server with JetStream on this machine: events are published to it
    #[arg(long, value_name = "URL")]
    nats: Option<String>,
    /// A Vault or OpenBao server on this machine in place of the sealed file; KV version 2 at secret/
    #[arg(long, value_name = "ADDR")]
    vault: Option<String>,
    /// A file (mode 0600) with a token for --vault
    #[arg(long, value_name = "FILE")]
    vault_token_file: Option<PathBuf>,
    /// Put the admin API on PORT, the internal API on PORT+1, probes and metrics on PORT+2 (8080, 8443, 9464)
    #[arg(long, value_name = "PORT")]
    port_base: Option<u16>,
    /// Start without the sample operators
    #[arg(long)]
    empty: bool,
    /// What is logged: off, error, warn, info, debug or trace
    #[arg(long, value_name = "LEVEL", default_value = "warn")]
    log: String,
}

impl Dev {
    pub(super) async fn run(self) -> Result<(), Failed> {
        let wanted = self.wanted()?;
        let prepared = prepare(&self.data, &wanted, environment(), now()).map_err(|not| match not {
            NotPrepared::Exposed(faults) => Failed::Config(faults),
            other => other.into(),
        })?;
        let Prepared { folder, config } = prepared;
        telemetry::log::start(&config.log)?;
        let asked_to_stop = asked_to_stop()?;
        migrate(&config).await?;
        ensure_stream(&config).await?;
        let running = start(&config).await?;
        if !self.empty && estate::load(&running.app, &folder, &database(&config)).await? {
            say("Loaded the sample estate.");
        }
        say(next_steps(&folder, &config));
        asked_to_stop.await;
        say("Stopping.");
        running.stop().await;
        Ok(())
    }

    fn wanted(&self) -> Result<Wanted, Failed> {
        let mut faults = Vec::new();
        let ports = self.port_base.map(|base| {
            Ports::from_base(base).unwrap_or_else(|| {
                faults.push(Fault::new("--port-base", "leaves no room for three ports", "choose 1 to 65533"));
                Ports::default()
            })
        });
        let servers = Servers {
            postgres: self.postgres.as_deref(),
            nats: self.nats.as_deref(),
            vault: self.vault.as_deref(),
            vault_token_file: self.vault_token_file.as_deref(),
        };
        let wanted = servers.read(&mut faults);
        let level = Log::parse_level(&self.log);
        if level.is_none() {
            faults.push(Fault::new("--log", "is no level", "choose off, error, warn, info, debug or trace"));
        }
        if !faults.is_empty() {
            return Err(Failed::Config(faults));
        }
        Ok(Wanted { ports: ports.unwrap_or_default(), log_level: level.unwrap_or_default(), ..wanted })
    }
}

/// `dev` migrates by itself; on a bare database it also makes the roles, when it may.
async fn migrate(config: &Config) -> Result<(), NotOpened> {
    let Store::Postgres(of) = &config.store else { return Ok(()) };
    let settings = postgres_settings(of);
    match postgres::migrate(&settings).await {
        Err(postgres::MigrateError::RoleMissing(_)) => {
            postgres::apply_roles(&settings).await?;
            postgres::migrate(&settings).await?;
        }
        done => {
            done?;
        }
    }
    Ok(())
}

/// `dev` makes its stream by itself. The one place that does.
async fn ensure_stream(config: &Config) -> Result<(), nats::EnsureError> {
    let Some(settings) = &config.events.stream else { return Ok(()) };
    let wanted = nats::Wanted { max_bytes: Some(STREAM_OCTETS), ..nats::Wanted::default() };
    let done = NatsStream::ensure(settings, wanted).await?;
    tracing::info!(%done, "the event stream is there");
    Ok(())
}

/// The database as the marker of the sample estate names it; no password.
fn database(config: &Config) -> String {
    match &config.store {
        Store::Postgres(of) => of.url.shown(),
        Store::Sqlite(of) => of.file.display().to_string(),
    }
}
