//! Suspending an operator: it takes no new traffic; receipts are taken for a while. By a person, or by a drain's end.

use jiff::{SignedDuration, Timestamp};

use super::{Operator, Reason, Status, activate::status_change, drain::ahead};
use crate::{Change, Fault, Stamp, change::ChangeName, limits};

/// What a suspension is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspend {
    /// Why.
    pub reason: Reason,
    /// Until when receipts are taken; [`limits::RECEIPTS_AFTER_SUSPENSION_HOURS`] when absent.
    pub receipts_until: Option<Timestamp>,
}

/// Why an operator is not suspended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSuspended {
    /// The move is not in the table.
    #[error("an operator that is {from} cannot become {to}", to = Status::Suspended)]
    IllegalTransition {
        /// Where it stands.
        from: Status,
    },
    /// `receipts_until` is refused.
    #[error("the end of receipts is refused")]
    Invalid(Vec<Fault>),
}

/// The suspended operator, or nothing when it is suspended already.
///
/// # Errors
/// [`NotSuspended`]; the move is refused for a draft or a deleted one.
pub fn suspend(
    operator: &Operator,
    command: Suspend,
    stamp: &Stamp,
) -> Result<Option<(Operator, Change)>, NotSuspended> {
    match operator.status {
        Status::Suspended => return Ok(None),
        Status::Active | Status::Draining | Status::Maintenance => {}
        from @ (Status::Draft | Status::Deleted) => return Err(NotSuspended::IllegalTransition { from }),
    }
    let Suspend { reason, receipts_until } = command;
    ahead("/receipts_until", receipts_until, stamp).map_err(|fault| NotSuspended::Invalid(vec![fault]))?;
    let until = receipts_until.unwrap_or_else(|| receipts_end(stamp));
    Ok(Some(suspended(operator, Some(reason), until, stamp)))
}

/// The suspension that a drain ends with, when its time has come.
#[must_use]
pub fn drained(operator: &Operator, stamp: &Stamp) -> Option<(Operator, Change)> {
    let due = operator.status_until.is_some_and(|until| until <= stamp.at());
    (operator.status == Status::Draining && due)
        .then(|| suspended(operator, operator.status_reason.clone(), receipts_end(stamp), stamp))
}

/// When receipts end that nobody has said an end for.
pub(crate) fn receipts_end(stamp: &Stamp) -> Timestamp {
    stamp.at() + SignedDuration::from_hours(limits::RECEIPTS_AFTER_SUSPENSION_HOURS)
}

fn suspended(
    operator: &Operator,
    reason: Option<Reason>,
    receipts_until: Timestamp,
    stamp: &Stamp,
) -> (Operator, Change) {
    let next = operator.changed(stamp, |fields| {
        fields.status = Status::Suspended;
        fields.status_reason = reason;
        fields.status_until = None;
        fields.receipts_until = Some(receipts_until);
    });
    let change = Change::new(ChangeName::OperatorSuspend, stamp);
    (next.clone(), status_change(change, operator, next, stamp))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        operator::{
            drain::{Drain, drain},
            testing::standing,
        },
        testing::{stamp, text},
    };

    fn later(hours: i64) -> Timestamp {
        stamp(1).at() + SignedDuration::from_hours(hours)
    }

    #[test]
    fn a_drain_ends_in_a_suspension_at_its_time_and_not_before() {
        let draining = |until| {
            let command = Drain { reason: text("contract ends"), until };
            drain(&standing(Status::Active), command, &stamp(1)).unwrap().unwrap().0
        };
        assert!(drained(&draining(Some(later(1))), &stamp(1)).is_none());
        assert!(drained(&draining(None), &crate::testing::stamp_at(later(9000), 2)).is_none());
        let at = crate::testing::stamp_at(later(1), 2);
        let (operator, change) = drained(&draining(Some(later(1))), &at).unwrap();
        assert_eq!((operator.status, operator.status_until), (Status::Suspended, None));
        assert_eq!(operator.receipts_until, Some(later(1 + 72)));
        assert_eq!(operator.status_reason, Some(text("contract ends")));
        assert!(change.moves_view);
    }

    #[test]
    fn an_end_lies_ahead_and_within_a_year() {
        let suspend = |receipts_until| {
            suspend(&standing(Status::Active), Suspend { reason: text("x"), receipts_until }, &stamp(1))
        };
        assert_eq!(suspend(None).unwrap().unwrap().0.receipts_until, Some(later(72)));
        assert_eq!(suspend(Some(later(1))).unwrap().unwrap().0.receipts_until, Some(later(1)));
        for bad in [later(0), later(-1), later(24 * 366 + 1)] {
            let Err(NotSuspended::Invalid(faults)) = suspend(Some(bad)) else { panic!("{bad}") };
            assert_eq!(faults[0].pointer, "/receipts_until");
        }
    }
}
