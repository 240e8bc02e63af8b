//! Cancelling a window; one that is running ends at once.

use super::{
    Calendar, Maintenance, Phase,
    advance::{Edit, settle},
};
use crate::{Change, Stamp, audit::Difference, change::ChangeName};

/// It is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a window that is {from} cannot be cancelled any more")]
pub struct Over {
    /// How it ended.
    pub from: Phase,
}

/// The change that calls the window off.
///
/// # Errors
/// [`Over`].
pub fn cancel(calendar: &Calendar, window: &Maintenance, stamp: &Stamp) -> Result<Change, Over> {
    let to = match window.phase {
        Phase::Planned | Phase::Draining => Phase::Cancelled,
        Phase::Running => Phase::Ended,
        from @ (Phase::Ended | Phase::Cancelled) => return Err(Over { from }),
    };
    let next = window.changed(stamp, |fields| {
        fields.phase = to;
        fields.ended_at = Some(stamp.at());
    });
    let differences = Difference::between("phase", &window.phase, &next.phase).into_iter().collect();
    let edit = Edit { window: next, differences };
    Ok(settle(calendar, Some(edit), ChangeName::MaintenanceCancel, stamp.mint(), stamp).1)
}
