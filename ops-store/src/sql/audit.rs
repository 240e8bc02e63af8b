//! The audit trail in SQL: rows are added and read, never changed.

use jiff::Timestamp;
use ops_core::{Word, audit::AuditEntry, id::OperatorId};
use uuid::Uuid;

use super::{Corrupt, NotStorable, Row, Statement, Value, args, json};
use crate::port::AuditFilter;

pub(crate) const INSERT: &str = "INSERT INTO audit (id, at, action, operator_id, request_id, entry, actor, subject_id) \
                                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

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
            entry.actor.subject.clone(),
            entry.subject.id,
        ],
    ))
}

/// The newest entries that a filter takes.
pub(crate) fn page(filter: &AuditFilter, limit: i64) -> Statement {
    let AuditFilter { operator_id, action, actor, subject_id, request_id, from, until, before } = filter;
    let mut conditions = vec!["true".to_owned()];
    let mut args: Vec<Value> = Vec::new();
    let mut add = |condition: &str, value: Option<Value>| {
        if let Some(value) = value {
            args.push(value);
            conditions.push(format!("{condition} ${}", args.len()));
        }
    };
    add("operator_id =", operator_id.map(|id| id.uuid().into()));
    add("action =", action.map(|action| action.as_str().to_owned().into()));
    add("actor =", actor.clone().map(Value::from));
    add("subject_id =", subject_id.map(Value::from));
    add("request_id =", request_id.clone().map(Value::from));
    add("id >=", from.map(|time| first_id(time).into()));
    add("at >=", from.map(Value::from));
    add("id <", until.map(|time| first_id(later(time)).into()));
    add("at <", until.map(Value::from));
    add("id <", before.map(|id| id.uuid().into()));
    args.push(limit.into());
    let (conditions, limit) = (conditions.join(" AND "), args.len());
    Statement::new(
        format!("SELECT entry FROM audit WHERE {conditions} ORDER BY id DESC LIMIT ${limit}"),
        args,
    )
}

/// The least id that was minted in the millisecond of a time (RFC 9562 §5.7): the trail lies in the order of its ids.
fn first_id(time: Timestamp) -> Uuid {
    let milliseconds = u64::try_from(time.as_millisecond()).unwrap_or_default();
    let mut octets = [0; 16];
    for (to, from) in octets.iter_mut().zip(milliseconds.to_be_bytes().into_iter().skip(2)) {
        *to = from;
    }
    Uuid::from_bytes(octets)
}

/// In the next millisecond: ids of the same one may belong to entries before the time.
fn later(time: Timestamp) -> Timestamp {
    time.checked_add(jiff::SignedDuration::from_millis(1)).unwrap_or(time)
}

pub(crate) fn read(row: &Row) -> Result<AuditEntry, Corrupt> {
    row.json(0)
}
