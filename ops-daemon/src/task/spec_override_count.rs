//! Counts what is outside of the standard, on every replica.

use std::{collections::BTreeMap, time::Duration};

use ops_core::connection::SpecField;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Task, only_by_clock, run};
use crate::app::{App, refusal::Refusal, stamp::now};

const TASK: Task = Task { name: "spec_override_count", period: Duration::from_secs(60) };

pub(super) fn start(app: &App, running: &TaskTracker, stop: &CancellationToken) {
    run(app, running, stop, TASK, only_by_clock, measure);
}

async fn measure(app: App) -> Result<(), Refusal> {
    let now = now();
    let mut counts: BTreeMap<SpecField, u64> = BTreeMap::new();
    for overrides in app.store.spec_overrides().await? {
        for one in overrides.iter().filter(|one| !one.is_over(now)) {
            *counts.entry(one.field).or_default() += 1;
        }
    }
    app.metrics.set_spec_overrides(&counts);
    Ok(())
}
