//! `new-epoch`: a step after a restore. Versions repeat from there on; the epoch tells them apart.

use std::path::PathBuf;

use clap::Args;

use super::{Failed, load, say};
use crate::adapters::{OpenStore, open_store};

/// After a restore: begin a new epoch.
#[derive(Args)]
pub struct NewEpoch {
    /// The TOML file
    #[arg(long, env = "OPS_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// An epoch that readers have seen: the new one is above it, also if the backup is from before it
    #[arg(long, value_name = "EPOCH", default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..9999))]
    above: i64,
}

pub(super) async fn run(NewEpoch { config, above }: NewEpoch) -> Result<(), Failed> {
    let config = load(config.as_deref())?;
    let OpenStore { store, sqlite, .. } = open_store(&config.store).await?;
    let before = store.epoch().await?;
    let epoch = store.raise_epoch(before.max(above)).await?;
    drop(store);
    if let Some((sqlite, _sole)) = sqlite {
        sqlite.close().await;
    }
    say(format_args!("Epoch {epoch} has begun. Daemons that run take it up within a second."));
    say("No secret is destroyed until you have compared the secret store with the credentials:");
    say("  ops-daemon secret reconcile --config FILE");
    Ok(())
}
