//! Keeps the token issuer's keys current: by the clock, and when a token names a key that is not known.

use std::{sync::Arc, time::Duration};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Task, run};
use crate::{
    app::{App, stamp::now},
    http::issuer_keys::{IssuerKeys, NoKeys},
    readiness::Dependency,
};

/// A changed file counts, and a failed fetch is repeated, after this time at the latest.
const TASK: Task = Task { name: "key_set_refresh", period: Duration::from_secs(10) };

/// Starts it.
pub fn start(app: &App, running: &TaskTracker, stop: &CancellationToken, keys: Arc<IssuerKeys>) {
    let asked = |app: App| async move { app.access.verifier.renewal.asked().await };
    run(app, running, stop, TASK, asked, move |app| {
        let keys = Arc::clone(&keys);
        async move { refresh(&app, &keys).await }
    });
}

/// Reads the keys if it is time.
///
/// # Errors
/// Why they are not the newest; the old ones stay.
pub async fn refresh(app: &App, keys: &IssuerKeys) -> Result<(), Arc<NoKeys>> {
    let read = keys.look(&app.access.verifier, now()).await;
    app.readiness.depend(Dependency::TokenIssuer, read.is_ok());
    read
}
