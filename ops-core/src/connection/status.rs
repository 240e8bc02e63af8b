//! Enabling, draining and disabling a connection.

use super::{Connection, Expect, Status, Write};
use crate::{
    Change, Stamp,
    audit::{AuditEntry, Difference},
    change::ChangeName,
    event::{Changed, Event},
};

/// The connection in its new status, or nothing when it is there already. A deleted connection is not found by callers.
#[must_use]
pub fn enable(connection: &Connection, stamp: &Stamp) -> Option<(Connection, Change)> {
    moved(connection, Status::Enabled, ChangeName::ConnectionEnable, stamp)
}

/// The connection in its new status, or nothing when it is there already.
#[must_use]
pub fn disable(connection: &Connection, stamp: &Stamp) -> Option<(Connection, Change)> {
    moved(connection, Status::Disabled, ChangeName::ConnectionDisable, stamp)
}

/// The connection in its new status, or nothing when it is there already.
#[must_use]
pub fn drain(connection: &Connection, stamp: &Stamp) -> Option<(Connection, Change)> {
    moved(connection, Status::Draining, ChangeName::ConnectionDrain, stamp)
}

fn moved(
    connection: &Connection,
    to: Status,
    name: ChangeName,
    stamp: &Stamp,
) -> Option<(Connection, Change)> {
    let difference = Difference::between("status", &connection.status, &to)?;
    let next = connection.changed(stamp, |fields| {
        fields.status = to;
        fields.config_version += 1;
    });
    let mut mint = stamp.mint();
    let change = Change::new(name, stamp)
        .expect(Expect::Version(connection.id, connection.version))
        .write(Write::Put(next.clone()))
        .event(Event::updated(mint.id(), next.operator_id, vec![Changed::connection(next.id)], None))
        .audit(AuditEntry::new(mint.id(), name, Some(next.operator_id), next.id, stamp).with([difference]))
        .moving_view();
    Some((next, change))
}
