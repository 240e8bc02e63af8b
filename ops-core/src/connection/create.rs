//! Creating a connection of an operator; enabled from the start.

use super::{Connection, Fields, Name, Profile, Status, Write};
use crate::{
    Change, Stamp,
    audit::{AuditEntry, Difference},
    change::ChangeName,
    event::{Changed, Event},
    operator::{self, Operator},
};

/// The values of a new connection.
#[derive(Debug, Clone, PartialEq)]
pub struct Create {
    /// Unique within the operator.
    pub name: Name,
    /// How to connect.
    pub profile: Profile,
}

/// The operator is deleted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the operator is deleted")]
pub struct OperatorDeleted;

/// A new connection.
///
/// # Errors
/// [`OperatorDeleted`].
pub fn create(
    operator: &Operator,
    command: Create,
    stamp: &Stamp,
) -> Result<(Connection, Change), OperatorDeleted> {
    if operator.deleted_at.is_some() {
        return Err(OperatorDeleted);
    }
    let mut mint = stamp.mint();
    let by = stamp.actor().subject.clone();
    let connection = Connection(Fields {
        id: mint.id(),
        operator_id: operator.id,
        name: command.name,
        status: Status::Enabled,
        profile: command.profile,
        version: 1,
        config_version: 1,
        bind_version: 1,
        created_at: stamp.at(),
        created_by: by.clone(),
        updated_at: stamp.at(),
        updated_by: by,
        deleted_at: None,
    });
    let entry =
        AuditEntry::new(mint.id(), ChangeName::ConnectionCreate, Some(operator.id), connection.id, stamp)
            .with([
                Difference::set("name", &connection.name),
                Difference::set("profile", &connection.profile),
            ]);
    let change = Change::new(ChangeName::ConnectionCreate, stamp)
        .expect(operator::Expect::Alive(operator.id))
        .expect(operator::Expect::RoomForConnection(operator.id))
        .write(Write::Insert(connection.clone()))
        .event(Event::updated(mint.id(), operator.id, vec![Changed::connection(connection.id)], None))
        .audit(entry)
        .moving_view();
    Ok((connection, change))
}
