//! `migrate`: brings the schema to this binary's version, as the role that may. A job before a rollout.

use std::path::PathBuf;

use clap::Args;
use ops_store::postgres;

use super::{Failed, say};
use crate::config::{PostgresUrl, read_private_file};

/// Bring the database's schema to this version.
#[derive(Args)]
pub struct Migrate {
    /// A file (mode 0600) with the PostgreSQL URL of a role that may migrate, such as `ops_migrate`
    #[arg(long, env = "OPS_MIGRATE_URL_FILE", value_name = "FILE")]
    url_file: PathBuf,
}

impl Migrate {
    pub(super) async fn run(self) -> Result<(), Failed> {
        let content = read_private_file(&self.url_file).map_err(|refused| {
            Failed::Config(vec![crate::config::Fault::new("--url-file", refused.wrong, refused.remedy)])
        })?;
        let url = std::str::from_utf8(&content).ok().and_then(PostgresUrl::parse).ok_or_else(|| {
            let remedy = "write postgres://USER@HOST:PORT/DATABASE into it";
            Failed::Config(vec![crate::config::Fault::new("--url-file", "holds no PostgreSQL URL", remedy)])
        })?;
        let done = postgres::migrate(&postgres::Settings::local(url.expose(), 1)).await?;
        say(format_args!("schema version {}, {} migrations applied now", done.version, done.applied));
        Ok(())
    }
}
