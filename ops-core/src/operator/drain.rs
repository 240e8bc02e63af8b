//! Draining an operator: it takes no new traffic and finishes what it has; at `until`, if it has one, it is suspended.

use jiff::{SignedDuration, Timestamp};

use super::{Operator, Reason, Status, activate::status_change};
use crate::{Change, Fault, InvalidRule as Rule, Stamp, change::ChangeName, limits};

/// What a drain is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drain {
    /// Why.
    pub reason: Reason,
    /// When it ends by itself in a suspension.
    pub until: Option<Timestamp>,
}

/// Why an operator is not drained.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotDrained {
    /// The move is not in the table.
    #[error("an operator that is {from} cannot become {to}", to = Status::Draining)]
    IllegalTransition {
        /// Where it stands.
        from: Status,
    },
    /// `until` is refused.
    #[error("the end is refused")]
    Invalid(Vec<Fault>),
}

/// The draining operator, or nothing when it drains already.
///
/// # Errors
/// [`NotDrained`].
pub fn drain(
    operator: &Operator,
    command: Drain,
    stamp: &Stamp,
) -> Result<Option<(Operator, Change)>, NotDrained> {
    match operator.status {
        Status::Draining => return Ok(None),
        Status::Active | Status::Maintenance => {}
        from @ (Status::Draft | Status::Suspended | Status::Deleted) => {
            return Err(NotDrained::IllegalTransition { from });
        }
    }
    let Drain { reason, until } = command;
    ahead("/until", until, stamp).map_err(|fault| NotDrained::Invalid(vec![fault]))?;
    let next = operator.changed(stamp, |fields| {
        fields.status = Status::Draining;
        fields.status_reason = Some(reason);
        fields.status_until = until;
    });
    let change = Change::new(ChangeName::OperatorDrain, stamp);
    Ok(Some((next.clone(), status_change(change, operator, next, stamp))))
}

/// A time that is told as an end lies ahead, and not further than [`limits::UNTIL_DAYS_MAX`] days.
pub(super) fn ahead(pointer: &str, until: Option<Timestamp>, stamp: &Stamp) -> Result<(), Fault> {
    let Some(until) = until else { return Ok(()) };
    let furthest = stamp.at() + SignedDuration::from_hours(24 * limits::UNTIL_DAYS_MAX);
    if until <= stamp.at() || until > furthest {
        let message = format!("must lie ahead, at most {} days", limits::UNTIL_DAYS_MAX);
        return Err(Fault::new(pointer, Rule::Range, message));
    }
    Ok(())
}
