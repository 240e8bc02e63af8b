//! Credentials in SQL: metadata only.

use ops_core::{
    credential::{Credential, Expect, Write},
    id::{ConnectionId, OperatorId},
};

use super::{Corrupt, Row, Statement, args, plan::expectation};

const COLUMNS: &str = "id, operator_id, connection_id, version, stage, system_id, note, created_at, created_by, \
     activated_at, retired_at, expires_at, retire_after_s";

pub(crate) fn of_connection(id: ConnectionId) -> Statement {
    let sql = format!("SELECT {COLUMNS} FROM credential WHERE connection_id = $1 ORDER BY version");
    Statement::new(sql, args![id.uuid()])
}

pub(crate) fn of_operator(id: OperatorId) -> Statement {
    let sql =
        format!("SELECT {COLUMNS} FROM credential WHERE operator_id = $1 ORDER BY connection_id, version");
    Statement::new(sql, args![id.uuid()])
}

pub(crate) fn operators() -> Statement {
    Statement::new("SELECT DISTINCT operator_id FROM credential ORDER BY operator_id", [])
}

pub(crate) fn read(row: &Row) -> Result<Credential, Corrupt> {
    Ok(Credential {
        id: row.uuid(0)?,
        operator_id: row.uuid(1)?,
        connection_id: row.uuid(2)?,
        version: row.int(3)?,
        stage: row.word(4)?,
        system_id: row.value(5)?,
        note: row.opt_value(6)?,
        created_at: row.time(7)?,
        created_by: row.text(8)?,
        activated_at: row.opt_time(9)?,
        retired_at: row.opt_time(10)?,
        expires_at: row.opt_time(11)?,
        retire_after_s: row.int(12)?,
    })
}

pub(crate) fn expect(expect: Expect) -> Statement {
    let Expect::Stage(id, stage) = expect;
    expectation(
        "credential_stage",
        "EXISTS (SELECT 1 FROM credential WHERE id = $1 AND stage = $2)",
        args![id.uuid(), stage.to_string()],
        &id,
    )
}

pub(crate) fn write(write: &Write) -> Statement {
    match write {
        Write::Insert(credential) => insert(credential),
        Write::Put(credential) => put(credential),
    }
}

fn insert(credential: &Credential) -> Statement {
    let Credential {
        id,
        operator_id,
        connection_id,
        version,
        stage,
        system_id,
        note,
        created_at,
        created_by,
        activated_at,
        retired_at,
        expires_at,
        retire_after_s,
    } = credential;
    Statement::new(
        "INSERT INTO credential (id, operator_id, connection_id, version, stage, system_id, note, created_at, \
         created_by, activated_at, retired_at, expires_at, retire_after_s) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        args![
            id.uuid(),
            operator_id.uuid(),
            connection_id.uuid(),
            *version,
            stage.to_string(),
            system_id.to_string(),
            note.as_ref().map(ToString::to_string),
            *created_at,
            created_by.clone(),
            *activated_at,
            *retired_at,
            *expires_at,
            *retire_after_s,
        ],
    )
}

fn put(credential: &Credential) -> Statement {
    let Credential {
        id,
        operator_id: _,    // never changes
        connection_id: _,  // never changes
        version: _,        // never changes
        system_id: _,      // never changes
        note: _,           // never changes
        created_at: _,     // never changes
        created_by: _,     // never changes
        expires_at: _,     // never changes
        retire_after_s: _, // never changes
        stage,
        activated_at,
        retired_at,
    } = credential;
    Statement::new(
        "UPDATE credential SET stage = $2, activated_at = $3, retired_at = $4 WHERE id = $1",
        args![id.uuid(), stage.to_string(), *activated_at, *retired_at],
    )
}

/// Gives up the credentials of an operator, before their secrets are destroyed.
pub(crate) fn destroy_all_of(id: OperatorId) -> Statement {
    Statement::new(
        "UPDATE credential SET stage = 'destroyed' WHERE operator_id = $1 AND stage <> 'destroyed'",
        args![id.uuid()],
    )
}
