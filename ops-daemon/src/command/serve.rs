//! `serve`: the production way. It never migrates, and refuses what belongs to `dev`.

use super::{ConfigFile, Failed, load};
use crate::{dev::refuse_dev_material, shutdown::asked_to_stop, start::start, telemetry};

pub(super) async fn run(file: ConfigFile) -> Result<(), Failed> {
    let config = load(file.config.as_deref())?;
    let faults = refuse_dev_material(&config);
    if !faults.is_empty() {
        return Err(Failed::Config(faults));
    }
    telemetry::log::start(&config.log)?;
    for warning in config.warnings() {
        tracing::warn!(%warning, "the configuration is taken with a warning");
    }
    let asked_to_stop = asked_to_stop()?;
    let running = start(&config).await?;
    tracing::info!(admin = %config.admin.listen, internal = %config.internal.listen, ops = %config.ops.listen, "ready");
    asked_to_stop.await;
    tracing::info!("draining");
    running.stop().await;
    tracing::info!("stopped");
    Ok(())
}
