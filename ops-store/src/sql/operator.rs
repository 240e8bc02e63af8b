//! Operators in SQL.

use jiff::Timestamp;
use ops_core::{
    id::OperatorId,
    limits,
    operator::{Expect, Fields, NameKey, Operator, Write},
};

use super::{Corrupt, NotStorable, Row, Statement, Value, args, json, plan::expectation};
use crate::port::{Deleted, OperatorFilter, OperatorSort};

const COLUMNS: &str = "id, code, external_id, display_name, kind, importance, countries, networks, labels, status, \
     status_reason, receipts_until, version, created_at, created_by, updated_at, updated_by, deleted_at";

pub(crate) fn by_id(id: OperatorId) -> Statement {
    Statement::new(format!("SELECT {COLUMNS} FROM operator WHERE id = $1"), args![id.uuid()])
}

/// A row when there is such an operator.
pub(crate) fn known(id: OperatorId) -> Statement {
    Statement::new("SELECT id FROM operator WHERE id = $1", args![id.uuid()])
}

pub(crate) fn read(row: &Row) -> Result<Operator, Corrupt> {
    Ok(Operator::restore(Fields {
        id: row.uuid(0)?,
        code: row.value(1)?,
        external_id: row.opt_value(2)?,
        display_name: row.value(3)?,
        kind: row.word(4)?,
        importance: row.word(5)?,
        countries: row.json(6)?,
        networks: row.json(7)?,
        labels: row.json(8)?,
        status: row.word(9)?,
        status_reason: row.opt_value(10)?,
        receipts_until: row.opt_time(11)?,
        version: row.int(12)?,
        created_at: row.time(13)?,
        created_by: row.text(14)?,
        updated_at: row.time(15)?,
        updated_by: row.text(16)?,
        deleted_at: row.opt_time(17)?,
    }))
}

/// A page of operators: the filter's conditions, then rows after the cursor in the sort's order.
pub(crate) fn page(filter: &OperatorFilter, limit: i64) -> Statement {
    let (key, direction_args) = match filter.sort {
        OperatorSort::Code => {
            ("code", filter.after.as_ref().map(|(key, id)| (Value::from(key.as_str()), *id)))
        }
        OperatorSort::DisplayName => {
            ("name_key", filter.after.as_ref().map(|(key, id)| (Value::from(key.as_str()), *id)))
        }
        OperatorSort::CreatedAt => (
            "created_at",
            filter.after.as_ref().map(|(key, id)| (Value::from(key.parse::<Timestamp>().ok()), *id)),
        ),
    };
    let mut conditions = vec!["true".to_owned()];
    let mut args: Vec<Value> = Vec::new();
    let mut arg = |value: Value| {
        args.push(value);
        args.len()
    };
    match filter.deleted {
        Deleted::Exclude => conditions.push("deleted_at IS NULL".into()),
        Deleted::Only => conditions.push("deleted_at IS NOT NULL".into()),
        Deleted::Include => {}
    }
    if let Some(status) = filter.status {
        conditions.push(format!("status = ${}", arg(ops_core::Word::as_str(status).into())));
    }
    if let Some(q) = &filter.q {
        let folded = NameKey::of(q);
        let code = (arg(q.as_str().into()), arg(beyond(q).into()));
        let name = (arg(folded.as_str().into()), arg(beyond(folded.as_str()).into()));
        conditions.push(format!(
            "((code >= ${} AND code < ${}) OR (name_key >= ${} AND name_key < ${}))",
            code.0, code.1, name.0, name.1
        ));
    }
    if let Some((after, id)) = direction_args {
        let after = (arg(after), arg(id.uuid().into()));
        conditions.push(format!("({key}, id) > (${}, ${})", after.0, after.1));
    }
    let limit = arg(limit.into());
    let conditions = conditions.join(" AND ");
    let sql = format!(
        "SELECT {COLUMNS}, name_key FROM operator WHERE {conditions} ORDER BY {key}, id LIMIT ${limit}"
    );
    Statement::new(sql, args)
}

/// The key of a row of [`page`] in the filter's order.
pub(crate) fn sort_key(row: &Row, operator: &Operator, sort: OperatorSort) -> Result<String, Corrupt> {
    Ok(match sort {
        OperatorSort::Code => operator.code.to_string(),
        OperatorSort::DisplayName => row.text(18)?,
        OperatorSort::CreatedAt => operator.created_at.to_string(),
    })
}

/// The first text after every text that begins with `prefix`, in code-point order.
fn beyond(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}

/// Locks an existing operator by drawing the sequence of its event.
pub(crate) fn draw_sequence(id: OperatorId) -> Statement {
    Statement::new(
        "UPDATE operator SET \
         event_sequence = CASE WHEN event_epoch < (SELECT epoch FROM service) THEN 1 ELSE event_sequence + 1 END, \
         event_epoch = (SELECT epoch FROM service) WHERE id = $1",
        args![id.uuid()],
    )
}

pub(crate) fn expect(expect: Expect) -> Statement {
    match expect {
        Expect::Alive(id) => expectation(
            "operator_alive",
            "EXISTS (SELECT 1 FROM operator WHERE id = $1 AND deleted_at IS NULL)",
            args![id.uuid()],
            &id,
        ),
        Expect::Version(id, version) => expectation(
            "operator_version",
            "EXISTS (SELECT 1 FROM operator WHERE id = $1 AND version = $2 AND deleted_at IS NULL)",
            args![id.uuid(), version],
            &id,
        ),
        Expect::NotTargeted(id) => expectation(
            "operator_not_targeted",
            "NOT EXISTS (SELECT 1 FROM rule_target WHERE operator_id = $1)",
            args![id.uuid()],
            &id,
        ),
        Expect::Ready(id) => expectation(
            "operator_ready",
            "EXISTS (SELECT 1 FROM connection c JOIN credential k ON k.connection_id = c.id AND k.stage = 'active' \
             WHERE c.operator_id = $1 AND c.status = 'enabled' AND c.deleted_at IS NULL)",
            args![id.uuid()],
            &id,
        ),
        Expect::RoomForConnection(id) => expectation(
            "operator_room_for_connection",
            "(SELECT count(*) FROM connection WHERE operator_id = $1 AND deleted_at IS NULL) < $2",
            args![id.uuid(), i64::try_from(limits::CONNECTIONS_PER_OPERATOR).unwrap_or(i64::MAX)],
            &id,
        ),
    }
}

pub(crate) fn write(write: &Write) -> Result<Statement, NotStorable> {
    match write {
        Write::Insert(operator) => insert(operator),
        Write::Put(operator) => put(operator),
        Write::DeleteConnections(id, at) => Ok(super::connection::delete_all_of(*id, *at)),
    }
}

pub(crate) const INSERT: &str = "INSERT INTO operator (id, code, name_key, external_id, display_name, kind, importance, countries, networks, \
         labels, status, status_reason, receipts_until, version, created_at, created_by, updated_at, updated_by, \
         deleted_at, event_epoch, event_sequence) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, \
         $14, $15, $16, $17, $18, $19, (SELECT epoch FROM service), 1)";

fn insert(operator: &Operator) -> Result<Statement, NotStorable> {
    let Fields {
        id,
        code,
        external_id,
        display_name,
        kind,
        importance,
        countries,
        networks,
        labels,
        status,
        status_reason,
        receipts_until,
        version,
        created_at,
        created_by,
        updated_at,
        updated_by,
        deleted_at,
    } = operator.fields();
    Ok(Statement::new(
        INSERT,
        args![
            id.uuid(),
            code.to_string(),
            display_name.key().as_str(),
            external_id.as_ref().map(ToString::to_string),
            display_name.to_string(),
            kind.to_string(),
            importance.to_string(),
            json(countries)?,
            json(networks)?,
            json(labels)?,
            status.to_string(),
            status_reason.as_ref().map(ToString::to_string),
            *receipts_until,
            *version,
            *created_at,
            created_by.clone(),
            *updated_at,
            updated_by.clone(),
            *deleted_at,
        ],
    ))
}

pub(crate) const PUT: &str = "UPDATE operator SET name_key = $2, external_id = $3, display_name = $4, importance = $5, countries = $6, \
         networks = $7, labels = $8, status = $9, status_reason = $10, receipts_until = $11, version = $12, \
         updated_at = $13, updated_by = $14, deleted_at = $15 WHERE id = $1";

fn put(operator: &Operator) -> Result<Statement, NotStorable> {
    let Fields {
        id,
        code: _,       // never changes
        created_at: _, // never changes
        created_by: _, // never changes
        kind: _,       // never changes
        external_id,
        display_name,
        importance,
        countries,
        networks,
        labels,
        status,
        status_reason,
        receipts_until,
        version,
        updated_at,
        updated_by,
        deleted_at,
    } = operator.fields();
    Ok(Statement::new(
        PUT,
        args![
            id.uuid(),
            display_name.key().as_str(),
            external_id.as_ref().map(ToString::to_string),
            display_name.to_string(),
            importance.to_string(),
            json(countries)?,
            json(networks)?,
            json(labels)?,
            status.to_string(),
            status_reason.as_ref().map(ToString::to_string),
            *receipts_until,
            *version,
            *updated_at,
            updated_by.clone(),
            *deleted_at,
        ],
    ))
}

/// Who else holds a value that must be unique, for the refusal that names it.
pub(crate) fn holder(column: &'static str, value: &str, wanted_by: OperatorId) -> Statement {
    let sql = format!("SELECT id FROM operator WHERE {column} = $1 AND deleted_at IS NULL AND id <> $2");
    Statement::new(sql, args![value, wanted_by.uuid()])
}

/// How many operators stand where.
pub(crate) fn count_by_status() -> Statement {
    Statement::new("SELECT status, count(*) FROM operator WHERE deleted_at IS NULL GROUP BY status", [])
}

/// The operator of a connection.
pub(crate) fn of_connection(id: ops_core::id::ConnectionId) -> Statement {
    let sql = format!(
        "SELECT {COLUMNS} FROM operator WHERE id = (SELECT operator_id FROM connection WHERE id = $1)"
    );
    Statement::new(sql, args![id.uuid()])
}
