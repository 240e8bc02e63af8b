//! Moves planned windows along with the clock, and their operators with them. After an outage it catches up.

use std::time::Duration;

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Task, lead, only_by_clock};
use crate::app::{App, maintenance::advance::advance, refusal::Refusal, stamp::now};

/// A window begins and ends at most this much late.
const TASK: Task = Task { name: "maintenance", period: Duration::from_secs(1) };
/// Operators of one look; what is left is still due at the next.
const BATCH: usize = 500;

pub(super) fn start(app: &App, running: &TaskTracker, stop: &CancellationToken) {
    lead(app, running, stop, TASK, only_by_clock, look);
}

async fn look(app: App) -> Result<(), Refusal> {
    let now = now();
    for operator in app.store.due_maintenances(now, BATCH).await? {
        advance(&app, operator, now).await?;
    }
    Ok(())
}
