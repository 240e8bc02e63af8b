//! Claims on accounts in SQL. They follow from the rows as they are at the end of a change, under the lock of their operator: whoever
//! changes endpoints and whoever stores a credential at once cannot both have looked at half of them.

use std::collections::BTreeSet;

use ops_core::{
    Change, Number as _, Text as _, Word as _,
    change::Write,
    connection::{self, Connection, Place},
    credential::{self, Credential},
    id::{ConnectionId, OperatorId},
    operator,
};
use uuid::Uuid;

use super::{Statement, Value, args};

/// Whose claims a change may have moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Of {
    Connection(ConnectionId),
    Operator(OperatorId),
}

/// Whose claims a change may have moved, each once.
pub(crate) fn touched(change: &Change) -> BTreeSet<Of> {
    change.writes.iter().filter_map(touched_by).collect()
}

fn touched_by(write: &Write) -> Option<Of> {
    match write {
        Write::Connection(connection::Write::Insert(one) | connection::Write::Put(one)) => {
            Some(Of::Connection(one.id))
        }
        Write::Credential(credential::Write::Insert(one) | credential::Write::Put(one)) => {
            Some(Of::Connection(one.connection_id))
        }
        Write::Operator(
            operator::Write::DeleteConnections(id, _) | operator::Write::RestoreConnections(id, ..),
        ) => Some(Of::Operator(*id)),
        _ => None,
    }
}

/// The claims as they follow now, in place of those before.
pub(crate) fn claim(of: Of) -> [Statement; 2] {
    let (column, of_connection, id): (_, _, Uuid) = match of {
        Of::Connection(id) => ("connection_id", "c.id", id.uuid()),
        Of::Operator(id) => ("operator_id", "c.operator_id", id.uuid()),
    };
    [
        Statement::new(format!("DELETE FROM account WHERE {column} = $1"), args![id]),
        Statement::new(
            format!(
                "INSERT INTO account (host, port, system_id, system_type, direction, connection_id, operator_id, shared) \
                 SELECT DISTINCT p.host, p.port, k.system_id, p.system_type, p.direction, c.id, c.operator_id, \
                 c.allow_duplicate IS NOT NULL \
                 FROM connection c JOIN connection_place p ON p.connection_id = c.id \
                 JOIN credential k ON k.connection_id = c.id AND k.stage IN ('staged', 'active') \
                 WHERE {of_connection} = $1 AND c.deleted_at IS NULL AND c.protocol = 'smpp'"
            ),
            args![id],
        ),
    ]
}

/// Takes the places of a connection away, before others are written.
pub(crate) fn without_places(connection: &Connection) -> Statement {
    Statement::new("DELETE FROM connection_place WHERE connection_id = $1", args![connection.id.uuid()])
}

/// The places of a connection.
pub(crate) fn places(connection: &Connection) -> impl Iterator<Item = Statement> {
    let id = connection.id.uuid();
    connection.profile.places().into_iter().map(move |place| {
        let Place { host, port, system_type, direction } = place;
        Statement::new(
            "INSERT INTO connection_place (connection_id, host, port, system_type, direction) VALUES ($1, $2, $3, $4, $5)",
            args![id, host.as_str(), port.get(), system_type.as_str(), direction.as_str()],
        )
    })
}

/// Who else holds an account that a connection would have with these places.
pub(crate) fn holder_for_connection(wanted: &Connection) -> Statement {
    let mut args = args![wanted.id.uuid()];
    let mut is_there = Vec::new();
    for Place { host, port, system_type, direction } in wanted.profile.places() {
        let at = args.len();
        let place: Vec<Value> = args![host.as_str(), port.get(), system_type.as_str(), direction.as_str()];
        args.extend(place);
        is_there.push(format!(
            "(host = ${} AND port = ${} AND system_type = ${} AND direction = ${})",
            at + 1,
            at + 2,
            at + 3,
            at + 4
        ));
    }
    let is_there = if is_there.is_empty() { "false".to_owned() } else { is_there.join(" OR ") };
    let sql = format!(
        "SELECT connection_id FROM account WHERE NOT shared AND connection_id <> $1 AND ({is_there}) AND system_id IN \
         (SELECT system_id FROM credential WHERE connection_id = $1 AND stage IN ('staged', 'active')) \
         ORDER BY connection_id LIMIT 1"
    );
    Statement::new(sql, args)
}

/// Who else holds an account that a connection would have with this credential.
pub(crate) fn holder_for_credential(wanted: &Credential) -> Statement {
    Statement::new(
        "SELECT a.connection_id FROM account a JOIN connection_place p ON p.connection_id = $1 AND p.host = a.host \
         AND p.port = a.port AND p.system_type = a.system_type AND p.direction = a.direction \
         WHERE a.system_id = $2 AND NOT a.shared AND a.connection_id <> $1 ORDER BY a.connection_id LIMIT 1",
        args![wanted.connection_id.uuid(), wanted.system_id.as_str()],
    )
}

/// Who else holds an account of the connections of an operator that comes back.
pub(crate) fn holder_for_operator(wanted: OperatorId) -> Statement {
    Statement::new(
        "SELECT a.connection_id FROM connection c JOIN connection_place p ON p.connection_id = c.id \
         JOIN credential k ON k.connection_id = c.id AND k.stage IN ('staged', 'active') \
         JOIN account a ON a.host = p.host AND a.port = p.port AND a.system_id = k.system_id \
         AND a.system_type = p.system_type AND a.direction = p.direction \
         WHERE c.operator_id = $1 AND c.protocol = 'smpp' AND c.allow_duplicate IS NULL AND NOT a.shared \
         AND a.operator_id <> $1 ORDER BY a.connection_id LIMIT 1",
        args![wanted.uuid()],
    )
}
