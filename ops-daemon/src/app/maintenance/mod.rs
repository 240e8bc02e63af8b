//! Verbs of a planned window.

pub mod create;
pub mod update;
pub mod cancel;
pub mod advance;

use ops_client::wire;
use ops_core::{
    Mark,
    id::MaintenanceId,
    maintenance::{Calendar, Maintenance},
};
use ops_store::{
    Store,
    port::{Dossier, Reply},
};

use super::refusal::Refusal;

/// The window with the calendar that it stands in.
///
/// # Errors
/// [`Refusal::NotFound`], or the database's failure.
pub async fn load(store: &dyn Store, id: MaintenanceId) -> Result<(Calendar, Maintenance), Refusal> {
    let window = store.maintenance(id).await?.ok_or(Refusal::NotFound)?;
    let dossier = super::operator::load_dossier(store, window.operator_id).await?;
    // one snapshot for the decision: the window as the calendar has it, when it is still open
    let in_calendar = dossier.open_maintenances.iter().find(|open| open.id == id).cloned();
    Ok((calendar(dossier), in_calendar.unwrap_or(window)))
}

/// What decisions about windows look at.
#[must_use]
pub fn calendar(dossier: Dossier) -> Calendar {
    let dependents = super::operator::dependents(&dossier);
    Calendar { operator: dossier.operator, open: dossier.open_maintenances, dependents }
}

/// The answer of a write: the window as it is afterwards, among those that are open then.
fn reply(status: u16, calendar: &Calendar, window: &Maintenance, epoch: i64) -> Result<Reply, Refusal> {
    let others = calendar.open.iter().filter(|other| other.id != window.id).cloned();
    let open: Vec<_> = others.chain([window.clone()]).collect();
    let zone = calendar.operator.about.time_zone.as_ref();
    let shown = wire::maintenance::Maintenance::of(window, &open, zone);
    super::reply(status, Mark::new(epoch, window.version), &shown)
}
