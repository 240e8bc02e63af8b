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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{
        super::{
            Fields,
            testing::{World, moved_to, next, told},
        },
        *,
    };
    use crate::{
        InvalidRule as Rule, Number as _,
        maintenance::Write,
        operator::{self, Status},
        testing::{decision::difference, text},
    };

    /// A patch, what it does to the fields, and the line it leaves in the trail.
    type Case = (Update, fn(&mut Fields), &'static str, Value, Value);

    fn cases() -> Vec<Case> {
        let drain_s = |seconds| DrainSeconds::parse(seconds).unwrap();
        vec![
            (
                moved_to(Some(50), None),
                |fields| fields.starts_at = World::at(50),
                "starts_at",
                json!(World::at(60)),
                json!(World::at(50)),
            ),
            (
                moved_to(None, Some(130)),
                |fields| fields.ends_at = World::at(130),
                "ends_at",
                json!(World::at(120)),
                json!(World::at(130)),
            ),
            (
                Update { reason: Some(text("later")), ..Update::default() },
                |fields| fields.reason = text("later"),
                "reason",
                json!("CHG"),
                json!("later"),
            ),
            (
                Update { reference: Some(Some(text("CHG-1"))), ..Update::default() },
                |fields| fields.reference = Some(text("CHG-1")),
                "reference",
                json!(null),
                json!("CHG-1"),
            ),
            (
                Update { drain_s: Some(drain_s(30)), ..Update::default() },
                |fields| fields.drain_s = DrainSeconds::parse(30).unwrap(),
                "drain_s",
                json!(600),
                json!(30),
            ),
        ]
    }

    #[test]
    fn a_patch_changes_the_field_it_names_and_tells_both_values() {
        for (patch, edit, field, old, new) in cases() {
            let mut world = World::of(Status::Active);
            let id = world.plan(60, 120, 600);
            let (before, calendar, stamp) = (world.window(id), world.calendar.clone(), world.stamp());
            let (after, change) = update(&calendar, &before, patch, &stamp).unwrap().unwrap();
            let changed = next(&before, World::at(0), edit);
            assert_eq!(after, changed, "{field}");
            let name = ChangeName::MaintenanceUpdate;
            let put = (Write::Put(changed), name, vec![difference(field, old, new)]);
            told(name, &calendar, vec![put], None).is(&change, World::at(0));
        }
    }

    #[test]
    fn a_patch_without_effect_is_no_change() {
        let mut world = World::of(Status::Active);
        let id = world.plan(60, 120, 600);
        let window = world.window(id);
        let same = Update {
            starts_at: Some(window.starts_at),
            ends_at: Some(window.ends_at),
            reason: Some(window.reason.clone()),
            reference: Some(window.reference.clone()),
            drain_s: Some(window.drain_s),
        };
        for patch in [Update::default(), same] {
            let stamp = world.stamp();
            assert!(update(&world.calendar, &window, patch, &stamp).unwrap().is_none());
        }
    }

    #[test]
    fn a_running_window_whose_start_is_moved_ahead_ends_until_then_in_one_version() {
        let mut world = World::of(Status::Active);
        let id = world.plan(0, 60, 0);
        world.until(10);
        let (before, calendar, stamp) = (world.window(id), world.calendar.clone(), world.stamp());
        let (after, change) = update(&calendar, &before, moved_to(Some(30), None), &stamp).unwrap().unwrap();
        let planned = next(&before, World::at(10), |fields| {
            fields.starts_at = World::at(30);
            fields.phase = Phase::Planned;
        });
        assert_eq!(after, planned);
        let active = operator::testing::next(&calendar.operator, World::at(10), |fields| {
            fields.status = Status::Active;
            fields.status_reason = None;
        });
        let moved = vec![
            difference("status", json!("maintenance"), json!("active")),
            difference("status_reason", json!("CHG"), json!(null)),
        ];
        let name = ChangeName::MaintenanceUpdate;
        let differences = vec![
            difference("starts_at", json!(World::at(0)), json!(World::at(30))),
            difference("phase", json!("running"), json!("planned")),
        ];
        let put = (Write::Put(planned), name, differences);
        let mut told = told(name, &calendar, vec![put], Some((active, moved)));
        told.expects.push(operator::Expect::Ready(calendar.operator.id).into());
        told.is(&change, World::at(10));
    }

    #[test]
    fn what_is_over_stays_as_it_was_and_times_are_checked_as_in_a_new_one() {
        let mut world = World::of(Status::Active);
        let [ended, cancelled, planned] = [10, 30, 60].map(|from| world.plan(from, from + 10, 0));
        world.cancel(cancelled);
        world.until(20);
        let refused = |id, patch, world: &mut World| {
            let stamp = world.stamp();
            update(&world.calendar, &world.window(id), patch, &stamp).unwrap_err()
        };
        for (id, from) in [(ended, Phase::Ended), (cancelled, Phase::Cancelled)] {
            let over = refused(id, moved_to(None, Some(500)), &mut world);
            assert_eq!(over, NotChanged::Over { from });
            assert_eq!(over.to_string(), format!("a window that is {from} cannot be changed any more"));
        }
        let fault = Fault::new("/ends_at", Rule::Range, "must lie after starts_at");
        let invalid = refused(planned, moved_to(Some(70), None), &mut world);
        assert_eq!(invalid, NotChanged::Invalid(vec![fault]));
    }
}
