//! Keeps us logged in to the secret store, so that nobody who needs a secret waits for a login.

use std::time::Duration;

use jiff::SignedDuration;
use ops_store::{port::SecretError, vault::VaultStore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Task, only_by_clock, run};
use crate::app::{App, stamp::now};

/// How often it is looked whether something is due; when nothing is, nobody is asked. Short beside any sensible life of a
/// token, and every request for a secret looks too.
const TASK: Task = Task { name: "secret_store_login", period: Duration::from_secs(10) };

/// Starts it, for a secret store that has logins.
pub fn start(app: &App, running: &TaskTracker, stop: &CancellationToken, vault: VaultStore) {
    run(app, running, stop, TASK, only_by_clock, move |app| keep(app, vault.clone()));
}

async fn keep(app: App, vault: VaultStore) -> Result<(), SecretError> {
    let kept = vault.keep_logged_in().await.map(drop);
    let expiry = vault.token_expires_in().and_then(|left| SignedDuration::try_from(left).ok());
    app.metrics.set_secret_token_expiry(expiry.map(|left| now() + left));
    kept
}
