//! Draining an operator: it takes no new traffic and finishes what it has; at `until`, if it has one, it is suspended. A
//! window drains, too; a person's drain takes over from it, and goes on when the window is over.

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

/// The draining operator, or nothing when a person has drained it already.
///
/// # Errors
/// [`NotDrained`].
pub fn drain(
    operator: &Operator,
    command: Drain,
    stamp: &Stamp,
) -> Result<Option<(Operator, Change)>, NotDrained> {
    match operator.status {
        Status::Draining if operator.drain_reason.is_some() => return Ok(None),
        Status::Active | Status::Draining | Status::Maintenance => {}
        from @ (Status::Draft | Status::Suspended | Status::Deleted) => {
            return Err(NotDrained::IllegalTransition { from });
        }
    }
    let Drain { reason, until } = command;
    ahead("/until", until, stamp).map_err(|fault| NotDrained::Invalid(vec![fault]))?;
    let next = operator.changed(stamp, |fields| {
        fields.status = Status::Draining;
        fields.status_reason = Some(reason.clone());
        fields.drain_reason = Some(reason);
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        operator::{
            Expect,
            testing::{moved, next, standing, standing_with},
        },
        testing::{
            decision::{MOMENT, colleague, difference, hours},
            text,
        },
    };

    fn drained(from: &Operator, until: Option<Timestamp>) -> Result<Option<(Operator, Change)>, NotDrained> {
        drain(from, Drain { reason: text("contract ends"), until }, &colleague(hours(1)))
    }

    #[test]
    fn a_drain_keeps_its_reason_and_its_end() {
        for status in [Status::Active, Status::Maintenance] {
            let before = standing_with(status, |fields| fields.status_until = Some(hours(5)));
            for until in [None, Some(hours(2))] {
                let (after, change) = drained(&before, until).unwrap().unwrap();
                let draining = next(&before, hours(1), |fields| {
                    fields.status = Status::Draining;
                    fields.status_reason = Some(text("contract ends"));
                    fields.drain_reason = Some(text("contract ends"));
                    fields.status_until = until;
                });
                assert_eq!(after, draining);
                let differences = [
                    difference("status", json!(status), json!("draining")),
                    difference("status_reason", json!(null), json!("contract ends")),
                    difference("drain_reason", json!(null), json!("contract ends")),
                    difference("status_until", json!(hours(5)), json!(until)),
                ];
                let expects = [Expect::Version(before.id, 1)];
                moved(ChangeName::OperatorDrain, expects, &draining, differences).is(&change, hours(1));
            }
        }
    }

    #[test]
    fn a_persons_drain_takes_over_from_a_windows() {
        let before = standing_with(Status::Draining, |fields| fields.status_reason = Some(text("CHG")));
        let (after, change) = drained(&before, Some(hours(2))).unwrap().unwrap();
        let draining = next(&before, hours(1), |fields| {
            fields.status_reason = Some(text("contract ends"));
            fields.drain_reason = Some(text("contract ends"));
            fields.status_until = Some(hours(2));
        });
        assert_eq!(after, draining);
        let differences = [
            difference("status_reason", json!("CHG"), json!("contract ends")),
            difference("drain_reason", json!(null), json!("contract ends")),
            difference("status_until", json!(null), json!(hours(2))),
        ];
        let expects = [Expect::Version(before.id, 1)];
        moved(ChangeName::OperatorDrain, expects, &draining, differences).is(&change, hours(1));
    }

    #[test]
    fn only_what_takes_traffic_can_be_drained_and_only_once() {
        let by_a_person =
            standing_with(Status::Draining, |fields| fields.drain_reason = Some(text("before")));
        assert!(drained(&by_a_person, None).unwrap().is_none());
        for from in [Status::Draft, Status::Suspended, Status::Deleted] {
            let refused = drained(&standing(from), None).unwrap_err();
            assert_eq!(refused, NotDrained::IllegalTransition { from });
            assert_eq!(refused.to_string(), format!("an operator that is {from} cannot become draining"));
        }
    }

    #[test]
    fn an_end_lies_ahead_and_at_most_366_days() {
        let (now, furthest) = (hours(1), hours(1 + 24 * 366));
        for good in [now + MOMENT, furthest] {
            let (after, _) = drained(&standing(Status::Active), Some(good)).unwrap().unwrap();
            assert_eq!(after.status_until, Some(good));
        }
        for bad in [now - MOMENT, now, furthest + MOMENT] {
            let fault = Fault::new("/until", Rule::Range, "must lie ahead, at most 366 days");
            let refused = drained(&standing(Status::Active), Some(bad)).unwrap_err();
            assert_eq!(refused, NotDrained::Invalid(vec![fault]), "{bad}");
        }
    }
}
