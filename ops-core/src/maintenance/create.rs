//! Planning a window. One that has begun already takes effect with its creation.

use jiff::Timestamp;

use super::{
    Calendar, DrainSeconds, Fields, Maintenance, Phase,
    advance::{Edit, settle},
};
use crate::{
    Change, Stamp,
    audit::Difference,
    change::ChangeName,
    connection::{self, Connection},
    invalid::{Fault, Rule},
    limits,
    note::Reference,
    operator::Reason,
};

/// The values of a new window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Create {
    /// When it begins; now when absent.
    pub starts_at: Option<Timestamp>,
    /// When it is over.
    pub ends_at: Timestamp,
    /// Why.
    pub reason: Reason,
    /// The carrier's or our number for it.
    pub reference: Option<Reference>,
    /// How long before its start no new traffic is routed any more.
    pub drain_s: DrainSeconds,
}

/// Why no window is planned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPlanned {
    /// The operator is deleted.
    #[error("the operator is deleted")]
    OperatorDeleted,
    /// Times are refused, or there are too many windows.
    #[error("the window is refused")]
    Invalid(Vec<Fault>),
}

/// A new window, of the whole operator or of one of its connections.
///
/// # Errors
/// [`NotPlanned`].
pub fn create(
    calendar: &Calendar,
    connection: Option<&Connection>,
    command: Create,
    stamp: &Stamp,
) -> Result<(Maintenance, Change), NotPlanned> {
    if calendar.operator.deleted_at.is_some() {
        return Err(NotPlanned::OperatorDeleted);
    }
    if calendar.open.len() >= limits::MAINTENANCES_MAX {
        let message = format!("an operator has at most {} open windows", limits::MAINTENANCES_MAX);
        return Err(NotPlanned::Invalid(vec![Fault::new("", Rule::Length, message)]));
    }
    let Create { starts_at, ends_at, reason, reference, drain_s } = command;
    let by = stamp.actor().subject.clone();
    let mut mint = stamp.mint();
    let planned = Maintenance(Fields {
        id: mint.id(),
        operator_id: calendar.operator.id,
        connection_id: connection.map(|connection| connection.id),
        starts_at: starts_at.unwrap_or_else(|| stamp.at()),
        ends_at,
        reason,
        reference,
        drain_s,
        phase: Phase::Planned,
        drains_operator: false,
        version: 1,
        created_at: stamp.at(),
        created_by: by.clone(),
        updated_at: stamp.at(),
        updated_by: by,
        ended_at: None,
    });
    planned.check(stamp.at()).map_err(NotPlanned::Invalid)?;
    let differences = vec![
        Difference::set("connection_id", planned.connection_id),
        Difference::set("starts_at", planned.starts_at),
        Difference::set("ends_at", planned.ends_at),
        Difference::set("reason", &planned.reason),
        Difference::set("reference", &planned.reference),
        Difference::set("drain_s", planned.drain_s),
    ];
    let edit = Edit { window: planned.clone(), differences };
    let (windows, mut change) = settle(calendar, Some(edit), ChangeName::MaintenanceCreate, mint, stamp);
    if let Some(connection) = connection {
        change = change.expect(connection::Expect::Alive(connection.id));
    }
    let settled = windows.into_iter().find(|window| window.id == planned.id);
    Ok((settled.unwrap_or(planned), change))
}
