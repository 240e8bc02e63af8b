//! Background tasks: no input, they re-read the world; woken by signal and by clock; safe to run twice.

pub mod view_refresh;
pub mod spec_override_count;
pub mod outbox_relay;
pub mod event_bus;
pub mod outbox_backlog;
pub mod event_stream_check;
pub mod outbox_expiry;
pub mod judge;
pub mod maintenance;
pub mod drain_end;
pub mod purge;
pub mod receipt_expiry;
pub mod audit_seal;
pub mod audit_backlog;
pub mod secret_store_check;
pub mod secret_store_login;
pub mod secret_sweep;
pub mod bell;
mod lead;
pub mod key_set_refresh;
pub mod certificate_reload;

use std::{error::Error, future::Future, time::Duration};

use lead::lead;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    app::{App, stamp::now},
    telemetry::{TaskMetrics, TaskScope},
};

/// A task's name and how often the clock wakes it.
#[derive(Debug, Clone, Copy)]
pub struct Task {
    /// As metrics and logs spell it.
    pub name: &'static str,
    /// At the latest after this time, whatever signals were lost.
    pub period: Duration,
}

/// Starts every task. They end when `stop` is cancelled; `running` tells when they have.
pub fn start(app: &App, running: &TaskTracker, stop: &CancellationToken) {
    view_refresh::start(app, running, stop);
    bell::start(app, running, stop);
    spec_override_count::start(app, running, stop);
    outbox_relay::start(app, running, stop);
    event_bus::start(app, running, stop);
    outbox_backlog::start(app, running, stop);
    event_stream_check::start(app, running, stop);
    outbox_expiry::start(app, running, stop);
    judge::start(app, running, stop);
    maintenance::start(app, running, stop);
    drain_end::start(app, running, stop);
    purge::start(app, running, stop);
    receipt_expiry::start(app, running, stop);
    audit_seal::start(app, running, stop);
    audit_backlog::start(app, running, stop);
    secret_store_check::start(app, running, stop);
    secret_sweep::start(app, running, stop);
}

/// Runs `work` on every replica: now, then whenever `woken` or the clock says so, until `stop`.
fn run<Wake, Work, Failure>(
    app: &App,
    running: &TaskTracker,
    stop: &CancellationToken,
    task: Task,
    woken: impl FnMut(App) -> Wake + Send + 'static,
    work: impl FnMut(App) -> Work + Send + 'static,
) where
    Wake: Future<Output = ()> + Send,
    Work: Future<Output = Result<(), Failure>> + Send,
    Failure: Error + Send + Sync + 'static,
{
    let (app, stop) = (app.clone(), stop.clone());
    let told = app.metrics.task(task.name, TaskScope::Replica, task.period);
    running.spawn(async move {
        stop.run_until_cancelled(Rounds { told, task, woken, work }.forever(app)).await;
    });
}

/// A task's work, over and over.
struct Rounds<W, F> {
    told: TaskMetrics,
    task: Task,
    woken: W,
    work: F,
}

impl<W, F> Rounds<W, F> {
    /// A failure is logged and waits for the next time: the world is read anew then.
    async fn forever<Wake, Work, Failure>(&mut self, app: App)
    where
        W: FnMut(App) -> Wake + Send,
        F: FnMut(App) -> Work + Send,
        Wake: Future<Output = ()> + Send,
        Work: Future<Output = Result<(), Failure>> + Send,
        Failure: Error + Send + Sync + 'static,
    {
        let mut failing = false;
        loop {
            let worked = (self.work)(app.clone()).await;
            match &worked {
                Ok(()) => {
                    self.told.succeeded(now());
                    if std::mem::take(&mut failing) {
                        tracing::info!(task = self.task.name, "a task works again");
                    }
                }
                // told once per outage, not once per period
                Err(failure) if !std::mem::replace(&mut failing, true) => {
                    tracing::warn!(task = self.task.name, error = failure as &dyn Error, "a task failed");
                }
                Err(_) => {}
            }
            // after a failure only the clock wakes: whoever waits would ring again at once
            let rung = async {
                match worked {
                    Ok(()) => (self.woken)(app.clone()).await,
                    Err(_) => std::future::pending().await,
                }
            };
            tokio::select! {
                () = rung => {}
                () = tokio::time::sleep(self.task.period) => {}
            }
        }
    }
}

/// For tasks that only the clock wakes.
async fn only_by_clock(_: App) {
    std::future::pending::<()>().await;
}
