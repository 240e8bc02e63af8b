//! Gives committed events their position without gaps, so that readers can go on from where they were.

use std::time::Duration;

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Task, lead};
use crate::app::{App, refusal::Refusal};

const TASK: Task = Task { name: "sequencer", period: Duration::from_secs(1) };
/// Events numbered in one transaction: short enough that nobody waits for the head.
const BATCH: usize = 1000;

pub(super) fn start(app: &App, running: &TaskTracker, stop: &CancellationToken) {
    let committed = |app: App| async move { app.committed.notified().await };
    lead(app, running, stop, TASK, committed, number);
}

async fn number(app: App) -> Result<(), Refusal> {
    let batch = u64::try_from(BATCH).unwrap_or(u64::MAX);
    while app.store.number_events(BATCH).await? == batch {}
    Ok(())
}
