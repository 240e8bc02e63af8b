//! Moving a window, or describing it anew; also while it is running. Moving its start ahead again ends it until then.

use jiff::Timestamp;

use super::{
    Calendar, DrainSeconds, Maintenance, Phase,
    advance::{Edit, settle},
};
use crate::{
    Change, Stamp, audit::Difference, change::ChangeName, invalid::Fault, note::Reference, operator::Reason,
};

/// What a patch sets: `None` keeps a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Update {
    /// When it begins.
    pub starts_at: Option<Timestamp>,
    /// When it is over.
    pub ends_at: Option<Timestamp>,
    /// Why.
    pub reason: Option<Reason>,
    /// The number for it; `Some(None)` removes it.
    pub reference: Option<Option<Reference>>,
    /// How long before its start no new traffic is routed any more.
    pub drain_s: Option<DrainSeconds>,
}

/// Why a window is not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotChanged {
    /// It is over.
    #[error("a window that is {from} cannot be changed any more")]
    Over {
        /// How it ended.
        from: Phase,
    },
    /// Its times would be refused.
    #[error("the window is refused")]
    Invalid(Vec<Fault>),
}

/// The changed window, or nothing when the patch has no effect.
///
/// # Errors
/// [`NotChanged`].
pub fn update(
    calendar: &Calendar,
    window: &Maintenance,
    command: Update,
    stamp: &Stamp,
) -> Result<Option<(Maintenance, Change)>, NotChanged> {
    if !window.phase.is_open() {
        return Err(NotChanged::Over { from: window.phase });
    }
    let Update { starts_at, ends_at, reason, reference, drain_s } = command;
    let next = window.changed(stamp, |fields| {
        fields.starts_at = starts_at.unwrap_or(window.starts_at);
        fields.ends_at = ends_at.unwrap_or(window.ends_at);
        fields.reason = reason.unwrap_or_else(|| window.reason.clone());
        fields.reference = reference.unwrap_or_else(|| window.reference.clone());
        fields.drain_s = drain_s.unwrap_or(window.drain_s);
    });
    let differences: Vec<_> = [
        Difference::between("starts_at", &window.starts_at, &next.starts_at),
        Difference::between("ends_at", &window.ends_at, &next.ends_at),
        Difference::between("reason", &window.reason, &next.reason),
        Difference::between("reference", &window.reference, &next.reference),
        Difference::between("drain_s", &window.drain_s, &next.drain_s),
    ]
    .into_iter()
    .flatten()
    .collect();
    if differences.is_empty() {
        return Ok(None);
    }
    next.check(stamp.at()).map_err(NotChanged::Invalid)?;
    let edit = Edit { window: next.clone(), differences };
    let (windows, change) = settle(calendar, Some(edit), ChangeName::MaintenanceUpdate, stamp.mint(), stamp);
    let settled = windows.into_iter().find(|window| window.id == next.id);
    Ok(Some((settled.unwrap_or(next), change)))
}
