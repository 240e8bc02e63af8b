//! Sealing: entries that have no link yet get one, and the last of them is sealed.

use super::chain::{anchor, extend};
use crate::app::{App, refusal::Refusal, stamp::now};

/// Entries under one seal at most.
const BATCH: usize = 500;

/// Seals what is not sealed. The head of each seal goes to the log: who keeps the log elsewhere has an anchor that no owner of
/// the database can move.
///
/// # Errors
/// The store does not answer, or somebody else seals too.
pub async fn seal(app: &App) -> Result<(), Refusal> {
    loop {
        let rows = app.store.unlinked(BATCH).await?;
        let links = extend(app.store.newest_link().await?, &rows);
        let Some(last) = links.last() else { return Ok(()) };
        app.store.seal(&links, &app.seal_key.seal(last, now())).await?;
        tracing::info!(entries = links.len(), head = anchor(last.n, &last.hash), "sealed the audit trail");
        if rows.len() < BATCH {
            return Ok(());
        }
    }
}
