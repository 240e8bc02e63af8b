//! Connections in SQL.

use jiff::Timestamp;
use ops_core::{
    connection::{Connection, Expect, Fields, Write},
    id::{ConnectionId, OperatorId},
    operator::Stamped,
};

use super::{Corrupt, NotStorable, Row, Statement, args, json, plan::expectation};

const COLUMNS: &str = "id, operator_id, name, status, profile, version, config_version, bind_version, created_at, \
     created_by, updated_at, updated_by, deleted_at";

pub(crate) fn by_id(id: ConnectionId) -> Statement {
    Statement::new(format!("SELECT {COLUMNS} FROM connection WHERE id = $1"), args![id.uuid()])
}

pub(crate) fn of_operator(id: OperatorId) -> Statement {
    let sql = format!(
        "SELECT {COLUMNS} FROM connection WHERE operator_id = $1 AND deleted_at IS NULL ORDER BY name, id"
    );
    Statement::new(sql, args![id.uuid()])
}

pub(crate) fn read(row: &Row) -> Result<Connection, Corrupt> {
    Ok(Connection::restore(Fields {
        id: row.uuid(0)?,
        operator_id: row.uuid(1)?,
        name: row.value(2)?,
        status: row.word(3)?,
        profile: row.json(4)?,
        version: row.int(5)?,
        config_version: row.int(6)?,
        bind_version: row.int(7)?,
        created_at: row.time(8)?,
        created_by: row.text(9)?,
        updated_at: row.time(10)?,
        updated_by: row.text(11)?,
        deleted_at: row.opt_time(12)?,
    }))
}

pub(crate) fn expect(expect: Expect) -> Statement {
    match expect {
        Expect::Alive(id) => expectation(
            "connection_alive",
            "EXISTS (SELECT 1 FROM connection WHERE id = $1 AND deleted_at IS NULL)",
            args![id.uuid()],
            &id,
        ),
        Expect::Version(id, version) => expectation(
            "connection_version",
            "EXISTS (SELECT 1 FROM connection WHERE id = $1 AND version = $2 AND deleted_at IS NULL)",
            args![id.uuid(), version],
            &id,
        ),
        Expect::WithoutCredential(id) => expectation(
            "connection_without_credential",
            "NOT EXISTS (SELECT 1 FROM credential WHERE connection_id = $1 AND stage <> 'destroyed')",
            args![id.uuid()],
            &id,
        ),
        Expect::NotTargeted(id) => expectation(
            "connection_not_targeted",
            "NOT EXISTS (SELECT 1 FROM rule_target WHERE connection_id = $1)",
            args![id.uuid()],
            &id,
        ),
    }
}

/// Some rules that target a connection.
pub(crate) fn targeting(id: ConnectionId) -> Statement {
    Statement::new(
        "SELECT DISTINCT rule_id FROM rule_target WHERE connection_id = $1 ORDER BY rule_id LIMIT 20",
        args![id.uuid()],
    )
}

pub(crate) fn write(write: &Write) -> Result<Statement, NotStorable> {
    match write {
        Write::Insert(connection) => insert(connection),
        Write::Put(connection) => put(connection),
        Write::DestroyCredentials(id) => Ok(Statement::new(
            "UPDATE credential SET stage = 'destroyed' WHERE connection_id = $1 AND stage <> 'destroyed'",
            args![id.uuid()],
        )),
    }
}

fn insert(connection: &Connection) -> Result<Statement, NotStorable> {
    let Fields {
        id,
        operator_id,
        name,
        status,
        profile,
        version,
        config_version,
        bind_version,
        created_at,
        created_by,
        updated_at,
        updated_by,
        deleted_at,
    } = connection.fields();
    Ok(Statement::new(
        "INSERT INTO connection (id, operator_id, name, status, protocol, profile, version, config_version, \
         bind_version, created_at, created_by, updated_at, updated_by, deleted_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        args![
            id.uuid(),
            operator_id.uuid(),
            name.to_string(),
            status.to_string(),
            profile.protocol().to_string(),
            json(profile)?,
            *version,
            *config_version,
            *bind_version,
            *created_at,
            created_by.clone(),
            *updated_at,
            updated_by.clone(),
            *deleted_at,
        ],
    ))
}

fn put(connection: &Connection) -> Result<Statement, NotStorable> {
    let Fields {
        id,
        operator_id: _, // never changes
        created_at: _,  // never changes
        created_by: _,  // never changes
        name,
        status,
        profile,
        version,
        config_version,
        bind_version,
        updated_at,
        updated_by,
        deleted_at,
    } = connection.fields();
    Ok(Statement::new(
        "UPDATE connection SET name = $2, status = $3, profile = $4, version = $5, config_version = $6, \
         bind_version = $7, updated_at = $8, updated_by = $9, deleted_at = $10 WHERE id = $1",
        args![
            id.uuid(),
            name.to_string(),
            status.to_string(),
            json(profile)?,
            *version,
            *config_version,
            *bind_version,
            *updated_at,
            updated_by.clone(),
            *deleted_at,
        ],
    ))
}

/// Deletes the connections of an operator with the operator's stamp.
pub(crate) fn delete_all_of(id: OperatorId, at: Timestamp) -> Statement {
    Statement::new(
        "UPDATE connection SET deleted_at = $2, version = version + 1 WHERE operator_id = $1 AND deleted_at IS NULL",
        args![id.uuid(), at],
    )
}

/// Brings back the connections that were deleted with their operator, disabled.
pub(crate) fn restore_all_of(id: OperatorId, deleted_at: Timestamp, by: &Stamped) -> Statement {
    Statement::new(
        "UPDATE connection SET deleted_at = NULL, status = 'disabled', version = version + 1, \
         config_version = config_version + 1, updated_at = $3, updated_by = $4 \
         WHERE operator_id = $1 AND deleted_at = $2",
        args![id.uuid(), deleted_at, by.at, by.by.clone()],
    )
}

/// Who else holds a name within an operator.
pub(crate) fn name_holder(wanted: &Connection) -> Statement {
    Statement::new(
        "SELECT id FROM connection WHERE operator_id = $1 AND name = $2 AND deleted_at IS NULL AND id <> $3",
        args![wanted.operator_id.uuid(), wanted.name.to_string(), wanted.id.uuid()],
    )
}

/// Which operator a connection belongs to, when it is not deleted.
pub(crate) fn operator_of(connection: ConnectionId) -> Statement {
    Statement::new(
        "SELECT id, operator_id FROM connection WHERE id = $1 AND deleted_at IS NULL",
        args![connection.uuid()],
    )
}
