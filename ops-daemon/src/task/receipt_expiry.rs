//! Forgets idempotency receipts after their 24 hours.

use std::time::Duration;

use jiff::SignedDuration;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Task, lead, only_by_clock};
use crate::app::{App, refusal::Refusal, stamp::now};

const TASK: Task = Task { name: "receipt_expiry", period: Duration::from_secs(60) };
/// Hours a key is honoured; longer than any client retries.
const KEPT_HOURS: i64 = 24;
/// Receipts of one transaction.
const BATCH: usize = 500;

pub(super) fn start(app: &App, running: &TaskTracker, stop: &CancellationToken) {
    lead(app, running, stop, TASK, only_by_clock, expire);
}

async fn expire(app: App) -> Result<(), Refusal> {
    let before = now() - SignedDuration::from_hours(KEPT_HOURS);
    let batch = u64::try_from(BATCH).unwrap_or(u64::MAX);
    while app.store.expire_receipts(before, BATCH).await? == batch {}
    Ok(())
}
