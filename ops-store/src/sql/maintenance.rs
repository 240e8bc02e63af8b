//! Planned windows in SQL.

use jiff::Timestamp;
use ops_core::{
    Word as _,
    id::{MaintenanceId, OperatorId},
    maintenance::{Expect, Fields, Maintenance, Phase, Write},
    operator::Stamped,
};
use uuid::Uuid;

use super::{Corrupt, Row, Statement, Value, args, plan::expectation};

const COLUMNS: &str = "id, operator_id, connection_id, starts_at, ends_at, reason, reference, drain_s, phase, \
     version, created_at, created_by, updated_at, updated_by, ended_at";

/// Windows that are not over; as the partial index says it.
const OPEN: &str = "phase IN ('planned', 'draining', 'running')";

pub(crate) fn by_id(id: MaintenanceId) -> Statement {
    Statement::new(format!("SELECT {COLUMNS} FROM maintenance WHERE id = $1"), args![id.uuid()])
}

/// Those of an operator that are not over, by id.
pub(crate) fn open_of(operator: OperatorId) -> Statement {
    let sql = format!("SELECT {COLUMNS} FROM maintenance WHERE operator_id = $1 AND {OPEN} ORDER BY id");
    Statement::new(sql, args![operator.uuid()])
}

/// Those of an operator before one, the newest first; only those in a phase, when it is given.
pub(crate) fn page(
    operator: OperatorId,
    phase: Option<Phase>,
    before: Option<Uuid>,
    limit: i64,
) -> Statement {
    let mut conditions = vec!["operator_id = $1".to_owned()];
    let mut args: Vec<Value> = args![operator.uuid()];
    if let Some(phase) = phase {
        args.push(phase.as_str().into());
        conditions.push(format!("phase = ${}", args.len()));
    }
    if let Some(id) = before {
        args.push(id.into());
        conditions.push(format!("id < ${}", args.len()));
    }
    args.push(limit.into());
    let (conditions, limit) = (conditions.join(" AND "), args.len());
    let sql = format!("SELECT {COLUMNS} FROM maintenance WHERE {conditions} ORDER BY id DESC LIMIT ${limit}");
    Statement::new(sql, args)
}

/// Operators with a window whose phase has to change by `now`.
pub(crate) fn due(now: Timestamp, limit: i64) -> Statement {
    Statement::new(
        "SELECT operator_id FROM maintenance WHERE due_at <= $1 GROUP BY operator_id \
         ORDER BY min(due_at), operator_id LIMIT $2",
        args![now, limit],
    )
}

pub(crate) fn read(row: &Row) -> Result<Maintenance, Corrupt> {
    Ok(Maintenance::restore(Fields {
        id: row.uuid(0)?,
        operator_id: row.uuid(1)?,
        connection_id: row.opt_uuid(2)?,
        starts_at: row.time(3)?,
        ends_at: row.time(4)?,
        reason: row.value(5)?,
        reference: row.opt_value(6)?,
        drain_s: row.number(7)?,
        phase: row.word(8)?,
        version: row.int(9)?,
        created_at: row.time(10)?,
        created_by: row.text(11)?,
        updated_at: row.time(12)?,
        updated_by: row.text(13)?,
        ended_at: row.opt_time(14)?,
    }))
}

pub(crate) fn expect(expect: &Expect) -> Vec<Statement> {
    let Expect::Open(operator, windows) = expect;
    let count = expectation(
        "maintenance_open",
        "(SELECT count(*) FROM maintenance WHERE operator_id = $1 \
         AND phase IN ('planned', 'draining', 'running')) = $2",
        args![operator.uuid(), i64::try_from(windows.len()).unwrap_or(i64::MAX)],
        operator,
    );
    let each = windows.iter().map(|(id, version)| {
        expectation(
            "maintenance_version",
            "EXISTS (SELECT 1 FROM maintenance WHERE id = $1 AND version = $2 \
             AND phase IN ('planned', 'draining', 'running'))",
            args![id.uuid(), *version],
            id,
        )
    });
    std::iter::once(count).chain(each).collect()
}

pub(crate) fn write(write: &Write) -> Statement {
    match write {
        Write::Insert(window) => insert(window),
        Write::Put(window) => put(window),
    }
}

fn insert(window: &Maintenance) -> Statement {
    let Fields {
        id,
        operator_id,
        connection_id,
        starts_at,
        ends_at,
        reason,
        reference,
        drain_s,
        phase,
        version,
        created_at,
        created_by,
        updated_at,
        updated_by,
        ended_at,
    } = window.fields();
    Statement::new(
        format!(
            "INSERT INTO maintenance ({COLUMNS}, due_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
        ),
        args![
            id.uuid(),
            operator_id.uuid(),
            connection_id.map(ops_core::id::ConnectionId::uuid),
            *starts_at,
            *ends_at,
            reason.to_string(),
            reference.as_ref().map(ToString::to_string),
            i64::from(*drain_s),
            phase.to_string(),
            *version,
            *created_at,
            created_by.clone(),
            *updated_at,
            updated_by.clone(),
            *ended_at,
            window.due_at(),
        ],
    )
}

fn put(window: &Maintenance) -> Statement {
    let Fields {
        id,
        operator_id: _,   // never changes
        connection_id: _, // never changes
        created_at: _,    // never changes
        created_by: _,    // never changes
        starts_at,
        ends_at,
        reason,
        reference,
        drain_s,
        phase,
        version,
        updated_at,
        updated_by,
        ended_at,
    } = window.fields();
    Statement::new(
        "UPDATE maintenance SET starts_at = $2, ends_at = $3, reason = $4, reference = $5, drain_s = $6, phase = $7, \
         version = $8, updated_at = $9, updated_by = $10, ended_at = $11, due_at = $12 \
         WHERE id = $1",
        args![
            id.uuid(),
            *starts_at,
            *ends_at,
            reason.to_string(),
            reference.as_ref().map(ToString::to_string),
            i64::from(*drain_s),
            phase.to_string(),
            *version,
            *updated_at,
            updated_by.clone(),
            *ended_at,
            window.due_at(),
        ],
    )
}

/// Calls off the windows of an operator that are not over.
pub(crate) fn cancel_all_of(operator: OperatorId, by: &Stamped) -> Statement {
    Statement::new(
        "UPDATE maintenance SET phase = CASE WHEN phase = 'running' THEN 'ended' ELSE 'cancelled' END, due_at = NULL, \
         ended_at = $2, version = version + 1, updated_at = $2, updated_by = $3 \
         WHERE operator_id = $1 AND phase IN ('planned', 'draining', 'running')",
        args![operator.uuid(), by.at, by.by.clone()],
    )
}
