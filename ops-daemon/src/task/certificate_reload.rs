//! Looks whether certificates, keys or client CAs of the listeners have changed, and serves the new ones. What cannot be
//! used is counted and told, and the old ones stay.

use std::{sync::Arc, time::Duration};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Task, only_by_clock, run};
use crate::{
    app::App,
    http::tls_files::{NotServed, TlsFiles},
};

/// A new certificate is served after this time at the latest.
const TASK: Task = Task { name: "certificate_reload", period: Duration::from_secs(10) };

/// Starts it, for the listeners that have certificates.
pub fn start(app: &App, running: &TaskTracker, stop: &CancellationToken, files: Vec<TlsFiles>) {
    let files = Arc::new(files);
    run(app, running, stop, TASK, only_by_clock, move |app| look(app, Arc::clone(&files)));
}

/// Looks at every listener, and fails with the first failure.
async fn look(app: App, files: Arc<Vec<TlsFiles>>) -> Result<(), NotServed> {
    // a folder of a mounted secret can be as slow as a network
    let looked = tokio::task::spawn_blocking(move || {
        let looks: Vec<_> = files.iter().map(|files| files.look(&app.metrics)).collect();
        looks.into_iter().collect::<Result<Vec<_>, _>>().map(drop)
    });
    looked.await?
}
