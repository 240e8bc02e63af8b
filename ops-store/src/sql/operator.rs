//! Operators in SQL.

use jiff::Timestamp;
use ops_core::{
    Text as _, Word as _,
    id::OperatorId,
    limits,
    network::Plmn,
    operator::{Expect, Fields, NameKey, Operator, Write},
};

use super::{Corrupt, NotStorable, Row, Statement, Value, args, json, plan::expectation};
use crate::port::{Deleted, OperatorFilter, OperatorSort};

const COLUMNS: &str = "id, code, external_id, display_name, kind, importance, countries, networks, labels, status, \
     status_reason, receipts_until, version, created_at, created_by, updated_at, updated_by, deleted_at, about, \
     status_until, purge_after, erased_at, purged_at, drain_reason";

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
        about: row.json(18)?,
        status_until: row.opt_time(19)?,
        purge_after: row.opt_time(20)?,
        erased_at: row.opt_time(21)?,
        purged_at: row.opt_time(22)?,
        drain_reason: row.opt_value(23)?,
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
        conditions.push(format!("status = ${}", arg(status.as_str().into())));
    }
    if let Some(health) = filter.health {
        conditions.extend(super::operator_index::in_health(health));
    }
    if let Some(country) = &filter.country {
        let country = arg(country.as_str().into());
        conditions
            .push(format!("id IN (SELECT operator_id FROM operator_country WHERE country = ${country})"));
    }
    if let Some(Plmn { mcc, mnc }) = &filter.network {
        let (mcc, mnc) = (arg(mcc.as_str().into()), arg(mnc.as_str().into()));
        conditions.push(format!(
            "id IN (SELECT operator_id FROM operator_network WHERE mcc = ${mcc} AND mnc = ${mnc})"
        ));
    }
    if let Some((key, value)) = &filter.label {
        let mut label = format!("key = ${}", arg(key.as_str().into()));
        if let Some(value) = value {
            label.push_str(&format!(" AND value = ${}", arg(value.as_str().into())));
        }
        conditions.push(format!("id IN (SELECT operator_id FROM operator_label WHERE {label})"));
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
        OperatorSort::DisplayName => row.text(24)?,
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
        Expect::Restorable(id, version) => expectation(
            "operator_restorable",
            "EXISTS (SELECT 1 FROM operator WHERE id = $1 AND version = $2 AND deleted_at IS NOT NULL \
             AND erased_at IS NULL)",
            args![id.uuid(), version],
            &id,
        ),
        Expect::Deleted(id, version) => expectation(
            "operator_deleted",
            "EXISTS (SELECT 1 FROM operator WHERE id = $1 AND version = $2 AND deleted_at IS NOT NULL)",
            args![id.uuid(), version],
            &id,
        ),
        Expect::NotInMaintenance(id) => expectation(
            "operator_not_in_maintenance",
            "NOT EXISTS (SELECT 1 FROM maintenance WHERE operator_id = $1 AND connection_id IS NULL \
             AND phase = 'running')",
            args![id.uuid()],
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

pub(crate) fn write(write: &Write) -> Result<Vec<Statement>, NotStorable> {
    Ok(match write {
        Write::Insert(operator) => vec![insert(operator)?],
        Write::Put(operator) => vec![put(operator)?],
        Write::Index(operator) => super::operator_index::put(operator),
        Write::DeleteConnections(id, at) => vec![super::connection::delete_all_of(*id, *at)],
        Write::RestoreConnections(id, deleted_at, by) => {
            vec![super::connection::restore_all_of(*id, *deleted_at, by)]
        }
        Write::DestroyCredentials(id) => vec![super::credential::destroy_all_of(*id)],
        Write::CancelMaintenances(id, by) => vec![super::maintenance::cancel_all_of(*id, by)],
    })
}

pub(crate) const INSERT: &str = "INSERT INTO operator (id, code, name_key, external_id, display_name, kind, importance, countries, networks, \
         labels, status, status_reason, receipts_until, version, created_at, created_by, updated_at, updated_by, \
         deleted_at, about, status_until, purge_after, erased_at, purged_at, drain_reason, event_epoch, event_sequence) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, \
         $23, $24, $25, (SELECT epoch FROM service), 1)";

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
        about,
        status,
        status_reason,
        drain_reason,
        status_until,
        receipts_until,
        version,
        created_at,
        created_by,
        updated_at,
        updated_by,
        deleted_at,
        purge_after,
        erased_at,
        purged_at,
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
            json(about)?,
            *status_until,
            *purge_after,
            *erased_at,
            *purged_at,
            drain_reason.as_ref().map(ToString::to_string),
        ],
    ))
}

pub(crate) const PUT: &str = "UPDATE operator SET name_key = $2, external_id = $3, display_name = $4, importance = $5, countries = $6, \
         networks = $7, labels = $8, status = $9, status_reason = $10, receipts_until = $11, version = $12, \
         updated_at = $13, updated_by = $14, deleted_at = $15, about = $16, status_until = $17, purge_after = $18, \
         erased_at = $19, purged_at = $20, drain_reason = $21 WHERE id = $1";

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
        about,
        status,
        status_reason,
        drain_reason,
        status_until,
        receipts_until,
        version,
        updated_at,
        updated_by,
        deleted_at,
        purge_after,
        erased_at,
        purged_at,
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
            json(about)?,
            *status_until,
            *purge_after,
            *erased_at,
            *purged_at,
            drain_reason.as_ref().map(ToString::to_string),
        ],
    ))
}

/// Who else holds a value that must be unique, for the refusal that names it.
pub(crate) fn holder(column: &'static str, value: &str, wanted_by: OperatorId) -> Statement {
    let sql = format!("SELECT id FROM operator WHERE {column} = $1 AND deleted_at IS NULL AND id <> $2");
    Statement::new(sql, args![value, wanted_by.uuid()])
}

/// Draining operators whose drain is over.
pub(crate) fn drained_by(now: Timestamp, limit: i64) -> Statement {
    let sql = format!(
        "SELECT {COLUMNS} FROM operator WHERE status = 'draining' AND status_until <= $1 \
         ORDER BY status_until, id LIMIT $2"
    );
    Statement::new(sql, args![now, limit])
}

/// Deleted operators that are due for a purge, or whose purge has begun.
pub(crate) fn to_purge(now: Timestamp, limit: i64) -> Statement {
    let sql = format!(
        "SELECT {COLUMNS} FROM operator WHERE deleted_at IS NOT NULL AND purged_at IS NULL AND purge_after <= $1 \
         ORDER BY purge_after, id LIMIT $2"
    );
    Statement::new(sql, args![now, limit])
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
