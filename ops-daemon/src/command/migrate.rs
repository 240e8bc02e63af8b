//! `migrate`: brings the schema to this binary's version, as the role that may. A job before a rollout.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ops_store::postgres;

use super::{Failed, say};
use crate::config::{Fault, PostgresUrl, read_private_file};

/// Bring the database's schema to this version.
#[derive(Args)]
pub struct Migrate {
    /// A file (mode 0600) with the PostgreSQL URL of a role that may migrate, such as `ops_migrate`
    #[arg(long, env = "OPS_MIGRATE_URL_FILE", value_name = "FILE")]
    url_file: PathBuf,
    /// Whether the way to the database is private; `require` unless the database is on this machine
    #[arg(long, value_enum, value_name = "WORD")]
    tls: Option<Tls>,
    /// A PEM file with the authorities that may have signed the database's certificate; the system's without it
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Tls {
    Require,
    Off,
}

impl Migrate {
    pub(super) async fn run(self) -> Result<(), Failed> {
        let content = read_private_file(&self.url_file).map_err(|refused| {
            Failed::Config(vec![Fault::new("--url-file", refused.wrong, refused.remedy)])
        })?;
        let url = std::str::from_utf8(&content).ok().and_then(PostgresUrl::parse).ok_or_else(|| {
            let remedy = "write postgres://USER@HOST:PORT/DATABASE into it";
            Failed::Config(vec![Fault::new("--url-file", "holds no PostgreSQL URL", remedy)])
        })?;
        let tls = self.tls(&url)?;
        let done =
            postgres::migrate(&postgres::Settings { url: url.expose().into(), tls, pool_size: 1 }).await?;
        say(format_args!("schema version {}, {} migrations applied now", done.version, done.applied));
        Ok(())
    }

    /// As `[store.postgres]` has it: clear text to another machine only where somebody wrote it.
    fn tls(&self, url: &PostgresUrl) -> Result<postgres::Tls, Failed> {
        let refused =
            |flag: &str, wrong: &str, remedy: &str| Failed::Config(vec![Fault::new(flag, wrong, remedy)]);
        if url.names_tls() {
            let remedy = "remove it from the URL, and say --tls require or --tls off";
            return Err(refused("--url-file", "holds a URL with sslmode or sslnegotiation", remedy));
        }
        let ca_file = self.ca_file.clone();
        match self.tls {
            Some(Tls::Off) if ca_file.is_some() => {
                Err(refused("--ca-file", "is given, yet --tls is off", "leave one of the two out"))
            }
            Some(Tls::Off) => Ok(postgres::Tls::Off),
            None if url.is_local() && ca_file.is_none() => Ok(postgres::Tls::Off),
            Some(Tls::Require) | None => Ok(postgres::Tls::Require { ca_file }),
        }
    }
}
