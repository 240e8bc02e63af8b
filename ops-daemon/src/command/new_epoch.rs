//! `new-epoch`: a step after a restore. Versions repeat from there on; the epoch tells them apart.

use super::{ConfigFile, Failed, load, say};
use crate::adapters::{OpenStore, open_store};

pub(super) async fn run(file: ConfigFile) -> Result<(), Failed> {
    let config = load(file.config.as_deref())?;
    let OpenStore { store, sqlite, .. } = open_store(&config.store).await?;
    let before = store.epoch().await?;
    let epoch = store.raise_epoch(before).await?;
    drop(store);
    if let Some((sqlite, _sole)) = sqlite {
        sqlite.close().await;
    }
    say(format_args!("Epoch {epoch} has begun. Daemons that run take it up within a second."));
    say("No secret is destroyed until you have compared the secret store with the credentials:");
    say("  ops-daemon secret reconcile --config FILE");
    Ok(())
}
