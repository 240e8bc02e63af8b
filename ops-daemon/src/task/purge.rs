//! Purges deleted operators when their time has come: contacts erased, secrets destroyed. The rows stay as tombstones.

use std::time::Duration;

use ops_core::{actor::Actor, operator::Operator};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Task, lead, only_by_clock};
use crate::app::{
    App,
    decide::commit,
    operator::purge,
    refusal::Refusal,
    stamp::{now, stamp},
};

const TASK: Task = Task { name: "purge", period: Duration::from_secs(60) };
/// Operators of one look; what is left is still due at the next.
const BATCH: usize = 100;

pub(super) fn start(app: &App, running: &TaskTracker, stop: &CancellationToken) {
    lead(app, running, stop, TASK, only_by_clock, look);
}

async fn look(app: App) -> Result<(), Refusal> {
    // after a restore nothing is destroyed until a person has confirmed that the rows are what they should be
    if !app.store.sweeps_confirmed().await? {
        return Ok(());
    }
    let mut failed = Ok(());
    for operator in app.store.to_purge(now(), BATCH).await? {
        // one that cannot be purged does not stand in the way of the others
        if let Err(refusal) = steps(&app, operator).await {
            failed = Err(refusal);
        }
    }
    failed
}

async fn steps(app: &App, mut operator: Operator) -> Result<(), Refusal> {
    loop {
        // each change mints its ids from a stamp of its own
        let stamp = stamp(Actor::system("purge"), format!("purge-{}", now().as_second()), None)?;
        let Some((next, change)) = purge::next(&*app.secrets, &operator, &stamp).await? else {
            return Ok(());
        };
        match commit(app, change, None).await {
            Ok(_) => operator = next,
            // somebody restored or purged it meanwhile: the next look sees what is true then
            Err(Refusal::Busy) => return Ok(()),
            Err(refusal) => return Err(refusal),
        }
    }
}
