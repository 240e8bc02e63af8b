//! `secret reconcile`: what lies in the secret store and what the credentials say, for a person to compare after a restore.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Failed, load, say};
use crate::{
    adapters::{OpenSecrets, OpenStore, open_secrets, open_store},
    app::{credential::sweep, stamp::now},
};

/// What to do about secrets.
#[derive(Subcommand)]
pub enum Secret {
    /// Print secrets without a credential and credentials without a secret; no secret itself is read
    Reconcile(Reconcile),
}

/// Compare, and perhaps confirm.
#[derive(Args)]
pub struct Reconcile {
    /// The TOML file
    #[arg(long, env = "OPS_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// The rows are what they should be: sweeps may destroy secrets again in this epoch
    #[arg(long)]
    confirm: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("another epoch has begun meanwhile: compare again")]
struct EpochMoved;

impl Secret {
    pub(super) async fn run(self) -> Result<(), Failed> {
        let Self::Reconcile(Reconcile { config, confirm }) = self;
        let config = load(config.as_deref())?;
        let OpenStore { store, sqlite, .. } = open_store(&config.store).await?;
        let OpenSecrets { secrets, .. } = open_secrets(&config.secrets)?;
        let epoch = store.epoch().await?;
        let swept = sweep::look(&*store, &*secrets, now()).await?;
        for (what, paths) in [
            ("without a credential, will be destroyed", &swept.orphans),
            ("without a credential, younger than seven days, will be left alone", &swept.spared),
            ("of a credential, missing: store the credential anew", &swept.dangling),
        ] {
            for path in paths {
                say(format_args!("{path}  {what}"));
            }
        }
        for operator in &swept.foreign {
            say(format_args!("operators/{operator}  is not known to this database, will be left alone"));
        }
        say(format_args!(
            "Epoch {epoch}: {} to destroy, {} left alone, {} missing; {} operators not known.",
            swept.orphans.len(),
            swept.spared.len(),
            swept.dangling.len(),
            swept.foreign.len()
        ));
        if confirm && store.confirm_sweeps(epoch).await? {
            say("Confirmed: sweeps may destroy secrets in this epoch.");
        } else if confirm {
            return Err(EpochMoved.into());
        } else if !store.sweeps_confirmed().await? {
            say("Sweeps stand still. If this is as it should be, run it again with --confirm.");
        }
        drop(store);
        if let Some((sqlite, _sole)) = sqlite {
            sqlite.close().await;
        }
        Ok(())
    }
}
