//! Judges the health of connections from the windows that have closed. Whatever moved is one change per operator.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ops_core::{actor::Actor, health, operator};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Task, lead, only_by_clock};
use crate::app::{
    App,
    decide::commit,
    refusal::Refusal,
    stamp::{now, stamp},
};

/// Looks per judged window: a transition is late by a tenth of a window at the most.
const LOOKS_PER_WINDOW: i64 = 10;
/// Windows after a start in which silence is not held against anybody: connectors must find us first.
const GRACE_WINDOWS: i64 = 3;

pub(super) fn start(app: &App, running: &TaskTracker, stop: &CancellationToken) {
    let period = u64::try_from(app.eval_s / LOOKS_PER_WINDOW).unwrap_or(1).max(1);
    let task = Task { name: "judge", period: Duration::from_secs(period) };
    let grace_ends = now() + SignedDuration::from_secs(app.eval_s.saturating_mul(GRACE_WINDOWS));
    lead(app, running, stop, task, only_by_clock, move |app| look(app, grace_ends));
}

async fn look(app: App, grace_ends: Timestamp) -> Result<(), Refusal> {
    let now = now();
    for operator in app.store.judge_input(now).await? {
        let stamp = stamp(Actor::system("judge"), format!("judge-{}", now.as_second()), None)?;
        let judged = health::judge(&operator, app.eval_s, now < grace_ends, &stamp);
        app.store.keep_progress(&judged.progress).await?;
        let Some(change) = judged.change else { continue };
        match commit(&app, change.expect(operator::Expect::Alive(operator.operator_id)), None).await {
            // another judge, or the end of the operator, was faster: the next look sees what is true then
            Ok(_) | Err(Refusal::Busy) => {}
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(())
}
