//! Suspends operators whose drain has come to its end.

use std::time::Duration;

use ops_core::{actor::Actor, operator::suspend};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Task, lead, only_by_clock};
use crate::app::{
    App,
    decide::commit,
    refusal::Refusal,
    stamp::{now, stamp},
};

/// A drain ends at most this much late.
const TASK: Task = Task { name: "drain_end", period: Duration::from_secs(1) };
/// Operators of one look; what is left is still due at the next.
const BATCH: usize = 500;

pub(super) fn start(app: &App, running: &TaskTracker, stop: &CancellationToken) {
    lead(app, running, stop, TASK, only_by_clock, look);
}

async fn look(app: App) -> Result<(), Refusal> {
    let now = now();
    for operator in app.store.drained_by(now, BATCH).await? {
        let stamp = stamp(Actor::system("drain_end"), format!("drain-end-{}", now.as_second()), None)?;
        let Some((_, change)) = suspend::drained(&operator, &stamp) else { continue };
        match commit(&app, change, None).await {
            // somebody moved it meanwhile: the next look sees what is true then
            Ok(_) | Err(Refusal::Busy) => {}
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(())
}
