//! Connections in SQL.

use jiff::Timestamp;
use ops_core::{
    Text as _, Word as _,
    connection::{Connection, Expect, Fields, Write},
    id::{ConnectionId, OperatorId},
    operator::Stamped,
};

use super::{Corrupt, NotStorable, Row, Statement, Value, args, json, plan::expectation};
use crate::port::ConnectionFilter;

const COLUMNS: &str = "id, operator_id, name, status, profile, version, config_version, bind_version, created_at, \
     created_by, updated_at, updated_by, deleted_at, spec_overrides, counts_for_operator, private_network, allow_duplicate";

pub(crate) fn by_id(id: ConnectionId) -> Statement {
    Statement::new(format!("SELECT {COLUMNS} FROM connection WHERE id = $1"), args![id.uuid()])
}

pub(crate) fn of_operator(id: OperatorId) -> Statement {
    let sql = format!(
        "SELECT {COLUMNS} FROM connection WHERE operator_id = $1 AND deleted_at IS NULL ORDER BY name, id"
    );
    Statement::new(sql, args![id.uuid()])
}

/// A page of the connections of all operators: the filter's conditions, then rows after the cursor in the order of ids.
pub(crate) fn page(filter: &ConnectionFilter, limit: i64) -> Statement {
    let ConnectionFilter { host, system_id, protocol, status, health, operator_id, after } = filter;
    let mut args: Vec<Value> = Vec::new();
    let mut conditions = vec!["deleted_at IS NULL".to_owned()];
    let mut on = |value: Option<Value>, condition: &str| {
        if let Some(value) = value {
            args.push(value);
            conditions.push(condition.replace('?', &format!("${}", args.len())));
        }
    };
    on(operator_id.map(|id| id.uuid().into()), "operator_id = ?");
    on(status.map(|status| status.as_str().into()), "status = ?");
    on(protocol.map(|protocol| protocol.as_str().into()), "protocol = ?");
    on(
        host.as_ref().map(|host| host.as_str().into()),
        "id IN (SELECT connection_id FROM connection_place WHERE host = ?)",
    );
    on(
        system_id.as_ref().map(|system_id| system_id.as_str().into()),
        "id IN (SELECT connection_id FROM credential WHERE system_id = ? AND stage IN ('staged', 'active'))",
    );
    on(
        health.map(|state| state.as_str().into()),
        "id IN (SELECT connection_id FROM connection_health WHERE state = ?)",
    );
    on(after.map(|id| id.uuid().into()), "id > ?");
    args.push(limit.into());
    let (conditions, limit) = (conditions.join(" AND "), args.len());
    Statement::new(
        format!("SELECT {COLUMNS} FROM connection WHERE {conditions} ORDER BY id LIMIT ${limit}"),
        args,
    )
}

/// The reasons of those that leave the standard.
pub(crate) fn spec_overrides() -> Statement {
    let sql = "SELECT spec_overrides FROM connection WHERE spec_overrides <> '[]' AND deleted_at IS NULL";
    Statement::new(sql, [])
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
        spec_overrides: row.json(13)?,
        counts_for_operator: row.bool(14)?,
        private_network: row.bool(15)?,
        allow_duplicate: row.opt_json(16)?,
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

pub(crate) fn write(write: &Write) -> Result<Vec<Statement>, NotStorable> {
    Ok(match write {
        Write::Insert(connection) => {
            let own = [insert(connection)?, super::health::unknown(connection)];
            own.into_iter().chain(super::account::places(connection)).collect()
        }
        Write::Put(connection) => {
            let own = [put(connection)?, super::account::without_places(connection)];
            own.into_iter().chain(super::account::places(connection)).collect()
        }
        Write::DestroyCredentials(id) => vec![Statement::new(
            "UPDATE credential SET stage = 'destroyed' WHERE connection_id = $1 AND stage <> 'destroyed'",
            args![id.uuid()],
        )],
    })
}

fn insert(connection: &Connection) -> Result<Statement, NotStorable> {
    let Fields {
        id,
        operator_id,
        name,
        status,
        profile,
        spec_overrides,
        counts_for_operator,
        private_network,
        allow_duplicate,
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
         bind_version, created_at, created_by, updated_at, updated_by, deleted_at, spec_overrides, \
         counts_for_operator, private_network, allow_duplicate) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
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
            json(spec_overrides)?,
            *counts_for_operator,
            *private_network,
            allow_duplicate.as_ref().map(json).transpose()?,
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
        spec_overrides,
        counts_for_operator,
        private_network,
        allow_duplicate,
        version,
        config_version,
        bind_version,
        updated_at,
        updated_by,
        deleted_at,
    } = connection.fields();
    Ok(Statement::new(
        "UPDATE connection SET name = $2, status = $3, profile = $4, version = $5, config_version = $6, \
         bind_version = $7, updated_at = $8, updated_by = $9, deleted_at = $10, spec_overrides = $11, \
         counts_for_operator = $12, private_network = $13, allow_duplicate = $14, protocol = $15 WHERE id = $1",
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
            json(spec_overrides)?,
            *counts_for_operator,
            *private_network,
            allow_duplicate.as_ref().map(json).transpose()?,
            profile.protocol().to_string(),
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
