//! The audit trail in SQL: rows are added and read, never changed.

use ops_core::{
    audit::AuditEntry,
    id::{AuditId, OperatorId},
};

use super::{Corrupt, NotStorable, Row, Statement, Value, args, json};

pub(crate) const INSERT: &str =
    "INSERT INTO audit (id, at, action, operator_id, request_id, entry) VALUES ($1, $2, $3, $4, $5, $6)";

pub(crate) fn insert(entry: &AuditEntry) -> Result<Statement, NotStorable> {
    Ok(Statement::new(
        INSERT,
        args![
            entry.id.uuid(),
            entry.at,
            entry.action.to_string(),
            entry.operator_id.map(OperatorId::uuid),
            entry.request_id.clone(),
            json(entry)?,
        ],
    ))
}

/// The newest entries before one, of one operator or of all.
pub(crate) fn page(operator: Option<OperatorId>, before: Option<AuditId>, limit: i64) -> Statement {
    let mut conditions = vec!["true".to_owned()];
    let mut args: Vec<Value> = Vec::new();
    if let Some(id) = operator {
        args.push(id.uuid().into());
        conditions.push(format!("operator_id = ${}", args.len()));
    }
    if let Some(id) = before {
        args.push(id.uuid().into());
        conditions.push(format!("id < ${}", args.len()));
    }
    args.push(limit.into());
    let conditions = conditions.join(" AND ");
    let limit = args.len();
    Statement::new(
        format!("SELECT entry FROM audit WHERE {conditions} ORDER BY id DESC LIMIT ${limit}"),
        args,
    )
}

pub(crate) fn read(row: &Row) -> Result<AuditEntry, Corrupt> {
    row.json(0)
}
