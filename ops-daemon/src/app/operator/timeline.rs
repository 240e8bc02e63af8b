//! What happened around an operator, in one order.

use ops_client::wire::timeline::{self, Entry};
use ops_core::{id::OperatorId, maintenance::Maintenance};
use ops_store::port::Happened;
use uuid::Uuid;

use crate::app::{App, refusal::Refusal};

/// A page of the timeline before an id, the newest first, and where the next one begins. The audit trail is part of it for
/// those who may read it.
///
/// # Errors
/// [`Refusal::NotFound`], or the database's failure.
pub async fn page(
    app: &App,
    id: OperatorId,
    before: Option<Uuid>,
    limit: usize,
    with_audit: bool,
) -> Result<(Vec<Entry>, Option<Uuid>), Refusal> {
    let operator = super::load(&*app.store, id).await?;
    let happened = app.store.happened(id, before, limit + 1).await?.ok_or(Refusal::NotFound)?;
    let Happened { audit, events, maintenances, notes, open_maintenances } = happened;
    let zone = operator.about.time_zone.as_ref();
    let window = |window: &Maintenance| Entry::maintenance(window, &open_maintenances, zone);
    let mut entries: Vec<_> =
        events.into_iter().map(|event| Entry::event(event, &app.events_source)).collect();
    entries.extend(audit.into_iter().filter(|_| with_audit).map(Entry::audit));
    entries.extend(maintenances.iter().map(window));
    entries.extend(notes.into_iter().map(Entry::note));
    Ok(timeline::newest(entries, limit))
}
