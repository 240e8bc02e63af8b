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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{
        super::testing::{World, connection, told},
        *,
    };
    use crate::id::MaintenanceId;
    use crate::{
        Number as _,
        maintenance::Write,
        operator::{
            Status,
            testing::{next, standing_with},
        },
        testing::{
            decision::{MOMENT, colleague, difference, hours},
            text,
        },
    };
    use jiff::SignedDuration;

    fn command(starts_at: Option<Timestamp>, ends_at: Timestamp) -> Create {
        Create {
            starts_at,
            ends_at,
            reason: text("new cables"),
            reference: Some(text("CHG-1")),
            drain_s: DrainSeconds::parse(600).unwrap(),
        }
    }

    /// A new window of these times in this phase.
    fn made(
        id: MaintenanceId,
        calendar: &Calendar,
        starts_at: Timestamp,
        ends_at: Timestamp,
        phase: Phase,
    ) -> Fields {
        Fields {
            id,
            operator_id: calendar.operator.id,
            connection_id: None,
            starts_at,
            ends_at,
            reason: text("new cables"),
            reference: Some(text("CHG-1")),
            drain_s: DrainSeconds::parse(600).unwrap(),
            phase,
            version: 1,
            created_at: hours(1),
            created_by: "colleague".into(),
            updated_at: hours(1),
            updated_by: "colleague".into(),
            ended_at: None,
        }
    }

    fn differences(connection: Value, starts_at: Timestamp, ends_at: Timestamp) -> Vec<Difference> {
        vec![
            difference("connection_id", json!(null), connection),
            difference("starts_at", json!(null), json!(starts_at)),
            difference("ends_at", json!(null), json!(ends_at)),
            difference("reason", json!(null), json!("new cables")),
            difference("reference", json!(null), json!("CHG-1")),
            difference("drain_s", json!(null), json!(600)),
        ]
    }

    #[test]
    fn a_window_ahead_is_planned_and_moves_nothing() {
        let calendar = World::of(Status::Active).calendar;
        let (window, change) =
            create(&calendar, None, command(Some(hours(2)), hours(3)), &colleague(hours(1))).unwrap();
        let planned = Maintenance(made(window.id, &calendar, hours(2), hours(3), Phase::Planned));
        assert_eq!(window, planned);
        let name = ChangeName::MaintenanceCreate;
        let inserted = (Write::Insert(planned), name, differences(json!(null), hours(2), hours(3)));
        told(name, &calendar, vec![inserted], None).is(&change, hours(1));
    }

    #[test]
    fn a_window_without_a_start_begins_now_and_takes_the_operator_along() {
        let calendar = World::of(Status::Active).calendar;
        let (window, change) =
            create(&calendar, None, command(None, hours(3)), &colleague(hours(1))).unwrap();
        let running = Maintenance(made(window.id, &calendar, hours(1), hours(3), Phase::Running));
        assert_eq!(window, running);
        let name = ChangeName::MaintenanceCreate;
        let mut lines = differences(json!(null), hours(1), hours(3));
        lines.push(difference("phase", json!("planned"), json!("running")));
        let operator = next(&calendar.operator, hours(1), |fields| {
            fields.status = Status::Maintenance;
            fields.status_reason = Some(text("new cables"));
        });
        let moved = vec![
            difference("status", json!("active"), json!("maintenance")),
            difference("status_reason", json!(null), json!("new cables")),
        ];
        let inserted = (Write::Insert(running), name, lines);
        told(name, &calendar, vec![inserted], Some((operator, moved))).is(&change, hours(1));
    }

    #[test]
    fn a_window_of_one_connection_relies_on_it_and_moves_the_view_when_it_is_on() {
        let calendar = World::of(Status::Active).calendar;
        let connection = connection(&calendar.operator);
        for (starts_at, phase) in [
            (hours(2), Phase::Planned),
            (hours(1) + SignedDuration::from_mins(10), Phase::Draining),
            (hours(1), Phase::Running),
        ] {
            let command = command(Some(starts_at), hours(3));
            let (window, change) =
                create(&calendar, Some(&connection), command, &colleague(hours(1))).unwrap();
            let made = Fields {
                connection_id: Some(connection.id),
                ..made(window.id, &calendar, starts_at, hours(3), phase)
            };
            assert_eq!(window, Maintenance(made.clone()));
            let name = ChangeName::MaintenanceCreate;
            let mut lines = differences(json!(connection.id), starts_at, hours(3));
            if phase != Phase::Planned {
                lines.push(difference("phase", json!("planned"), json!(phase)));
            }
            let inserted = (Write::Insert(Maintenance(made)), name, lines);
            let mut told = told(name, &calendar, vec![inserted], None);
            told.expects.push(connection::Expect::Alive(connection.id).into());
            told.moves_view = phase != Phase::Planned;
            told.is(&change, hours(1));
        }
    }

    #[test]
    fn nothing_is_planned_for_a_deleted_operator() {
        let mut calendar = World::of(Status::Active).calendar;
        calendar.operator = standing_with(Status::Deleted, |fields| fields.deleted_at = Some(hours(0)));
        let refused = create(&calendar, None, command(None, hours(3)), &colleague(hours(1)));
        assert_eq!(refused.unwrap_err(), NotPlanned::OperatorDeleted);
    }

    #[test]
    fn a_window_ends_after_its_start_ahead_and_within_90_days() {
        let calendar = World::of(Status::Draft).calendar;
        let planned = |starts_at, ends_at| {
            let command = command(Some(starts_at), ends_at);
            create(&calendar, None, command, &colleague(hours(1))).map(|(window, _)| window.phase)
        };
        let refused = |message| Err(NotPlanned::Invalid(vec![Fault::new("/ends_at", Rule::Range, message)]));
        let (after, ahead) =
            ("must lie after starts_at", "must lie ahead: a window that is over moves nothing");
        let longest = "must lie at most 90 days after starts_at";
        let days = |n: i64| SignedDuration::from_hours(24 * n);
        for (starts_at, ends_at, expected) in [
            (hours(2), hours(2) + MOMENT, Ok(Phase::Planned)),
            (hours(2), hours(2), refused(after)),
            (hours(2), hours(2) - MOMENT, refused(after)),
            (hours(2), hours(2) + days(90), Ok(Phase::Planned)),
            (hours(2), hours(2) + days(90) + MOMENT, refused(longest)),
            (hours(0), hours(1) + MOMENT, Ok(Phase::Running)),
            (hours(0), hours(1), refused(ahead)),
            (hours(0), hours(1) - MOMENT, refused(ahead)),
        ] {
            assert_eq!(planned(starts_at, ends_at), expected, "{starts_at} {ends_at}");
        }
    }

    #[test]
    fn an_operator_has_a_hundred_open_windows_at_most() {
        let mut world = World::of(Status::Draft);
        for minute in 0..99 {
            world.plan(500 + minute, 501 + minute, 0);
        }
        let plan = |calendar: &Calendar| {
            create(calendar, None, command(Some(hours(2)), hours(3)), &colleague(hours(1)))
        };
        assert!(plan(&world.calendar).is_ok());
        world.plan(900, 901, 0);
        let fault = Fault::new("", Rule::Length, "an operator has at most 100 open windows");
        assert_eq!(plan(&world.calendar).unwrap_err(), NotPlanned::Invalid(vec![fault]));
    }
}
