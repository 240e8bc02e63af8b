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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        connection::{
            Fields,
            testing::{assert_told, connection, differences, stored},
        },
        testing::stamp_at,
    };

    #[test]
    fn a_connection_that_moves_must_be_applied_anew_and_keeps_its_sessions_bind() {
        use Status::{Disabled, Draining, Enabled};
        type Move = fn(&Connection, &Stamp) -> Option<(Connection, Change)>;
        let moves: [(Status, Move, ChangeName); 3] = [
            (Enabled, enable, ChangeName::ConnectionEnable),
            (Draining, drain, ChangeName::ConnectionDrain),
            (Disabled, disable, ChangeName::ConnectionDisable),
        ];
        let stamp = stamp_at(connection().created_at + jiff::SignedDuration::from_hours(1), 2);
        for from in [Enabled, Draining, Disabled] {
            let connection = stored(|fields| {
                (fields.status, fields.updated_by) = (from, "somebody else".to_owned());
                (fields.version, fields.config_version, fields.bind_version) = (7, 5, 3);
            });
            for (to, decide, name) in moves {
                let Some((moved, change)) = decide(&connection, &stamp) else {
                    assert_eq!(from, to, "only what is there already stays");
                    continue;
                };
                assert_ne!(from, to);
                let expected = Fields {
                    status: to,
                    version: 8,
                    config_version: 6,
                    updated_at: stamp.at(),
                    updated_by: "tester".to_owned(),
                    ..connection.fields().clone()
                };
                assert_eq!(*moved.fields(), expected);
                let [crate::change::Write::Connection(Write::Put(put))] = change.writes.as_slice() else {
                    panic!("{:?}", change.writes)
                };
                assert_eq!(*put, moved);
                assert_eq!(change.expects, [Expect::Version(connection.id, 7).into()]);
                assert_told(
                    &change,
                    name,
                    &connection,
                    Changed::connection(connection.id),
                    connection.id,
                    &stamp,
                );
                assert_eq!(differences(&change), json!([["status", from, to]]));
                assert!(change.moves_view);
            }
        }
    }
}
