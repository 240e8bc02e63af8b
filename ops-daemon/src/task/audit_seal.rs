//! Seals the audit trail.

use std::time::Duration;

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Task, lead, only_by_clock};
use crate::app::{App, audit::seal::seal};

const TASK: Task = Task { name: "audit_seal", period: Duration::from_secs(5) };

pub(super) fn start(app: &App, running: &TaskTracker, stop: &CancellationToken) {
    lead(app, running, stop, TASK, only_by_clock, async |app| seal(&app).await);
}
