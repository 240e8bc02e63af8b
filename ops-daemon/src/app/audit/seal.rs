//! Sealing: entries that have no link yet get one, and the last of them is sealed. Nothing is sealed behind a chain that
//! somebody else has written: our seal would make it ours.

use super::{chain::extend, recent};
use crate::app::{App, refusal::Refusal, stamp::now};

/// Entries under one seal at most.
const BATCH: usize = 500;

/// Seals what is not sealed.
///
/// # Errors
/// The store does not answer, somebody else seals too, or has written the chain.
pub async fn seal(app: &App) -> Result<(), Refusal> {
    loop {
        let end = app.witness.look(app).await?;
        let rows = app.store.unlinked(recent(now()), BATCH).await?;
        let links = extend(end.newest, &rows);
        let Some(last) = links.last() else { return Ok(()) };
        app.store.seal(&links, &app.seal_key.seal(last, now())).await?;
        app.witness.saw(*last);
        if rows.len() < BATCH {
            return Ok(());
        }
    }
}
