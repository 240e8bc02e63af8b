//! The orders of lists: the statements that the service runs find their rows by an index that has them in order, however many
//! there are.

use std::sync::Arc;

use jiff::Timestamp;
use ops_core::{
    change::ChangeName,
    connection::{Protocol, Status},
    health::State,
    id::{ConnectionId, OperatorId},
    operator,
    testing::text,
};
use uuid::Uuid;

use crate::{
    Store,
    port::{AuditFilter, ConnectionFilter, Deleted, OperatorFilter, OperatorSort, RuleFilter},
    sql::{self, Statement},
    testing::Rows,
};

/// Rows enough for a planner to prefer an index.
const OPERATORS: i64 = 4000;

/// Operators with two connections each, and some history.
fn estate(of_postgres: bool) -> String {
    let series = format!(
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {OPERATORS}) SELECT n FROM c"
    );
    let (numbers, now) = (format!("({series}) AS c"), if of_postgres { "now()" } else { "1" });
    let id = |from: &str, n: &str| {
        if of_postgres {
            format!("('{from}' || lpad(to_hex({n}), 12, '0'))::uuid")
        } else {
            format!("unhex('{}' || printf('%012x', {n}))", from.replace('-', ""))
        }
    };
    let operator = id("0192f0c1-0000-7000-8000-", "n");
    let [first, second] = ["2 * n", "2 * n + 1"].map(|n| id("0192f0c1-0000-7000-9000-", n));
    let connection = |of: &str| {
        format!(
            "INSERT INTO connection (id, operator_id, name, status, protocol, profile, version, config_version, bind_version, \
             created_at, created_by, updated_at, updated_by) SELECT {of}, {operator}, {}, 'enabled', 'smpp', '{{}}', 1, 1, 1, {now}, \
             't', {now}, 't' FROM {numbers}; \
             INSERT INTO connection_health (connection_id, operator_id, state, since, reason, bound_windows, unreachable_windows, \
             revision) SELECT {of}, {operator}, 'healthy', {now}, 'bound', 0, 0, 1 FROM {numbers}; \
             INSERT INTO connection_place (connection_id, host, port, system_type, direction) SELECT {of}, 'h' || n, 1, '', 'transmit' \
             FROM {numbers}; \
             INSERT INTO credential (id, operator_id, connection_id, version, stage, system_id, created_at, created_by, retire_after_s) \
             SELECT {of}, {operator}, {of}, 1, 'active', 's' || n, {now}, 't', 1 FROM {numbers};",
            if of == first { "'one'" } else { "'two'" }
        )
    };
    let hash = if of_postgres { "decode(repeat('07', 32), 'hex')" } else { "zeroblob(32)" };
    let audit = id("0192f0c1-0000-7000-a000-", "n");
    format!(
        "INSERT INTO operator (id, code, name_key, display_name, kind, importance, countries, networks, labels, status, version, \
         created_at, created_by, updated_at, updated_by, event_epoch, event_sequence) SELECT {operator}, 'op-' || n, 'operator ' || n, \
         'Operator ' || n, 'mno', 'normal', '[]', '[]', '{{}}', 'active', 1, {now}, 't', {now}, 't', 1, 1 FROM {numbers}; {} {} \
         INSERT INTO audit (id, at, action, operator_id, request_id, entry, actor, subject_id) SELECT {audit}, {now}, 'note_create', \
         {operator}, 'r' || n, '{{}}', 'a' || n, {operator} FROM {numbers}; \
         INSERT INTO audit_link (n, row_no, hash) SELECT row_no, row_no, {hash} FROM audit; ANALYZE;",
        connection(&first),
        connection(&second)
    )
}

/// What a list asks, by name.
fn statements() -> Vec<(String, Statement)> {
    let limit = 51;
    let mut all = Vec::new();
    let some = OperatorId::from(Uuid::from_u128(0x0192_f0c1_0000_7000_8000_0000_0000_0007));
    for (sort, key) in [
        (OperatorSort::Code, "op-7"),
        (OperatorSort::CreatedAt, "2026-01-01T00:00:00Z"),
        (OperatorSort::DisplayName, "operator 7"),
    ] {
        for after in [None, Some((key.to_owned(), some))] {
            let name = format!("operators by {sort:?}, after {after:?}");
            let filter = OperatorFilter { sort, after, ..OperatorFilter::default() };
            all.push((name, sql::operator::page(&filter, limit)));
        }
    }
    for (name, filter) in [
        (
            "operators by status",
            OperatorFilter { status: Some(operator::Status::Draft), ..OperatorFilter::default() },
        ),
        ("deleted operators", OperatorFilter { deleted: Deleted::Only, ..OperatorFilter::default() }),
        ("operators by country", OperatorFilter { country: Some(text("DE")), ..OperatorFilter::default() }),
        ("operators down", OperatorFilter { health: Some(State::Down), ..OperatorFilter::default() }),
        ("operators by name", OperatorFilter { q: Some("operator 77".into()), ..OperatorFilter::default() }),
    ] {
        all.push((name.to_owned(), sql::operator::page(&filter, limit)));
    }
    let after = ConnectionId::from(Uuid::from_u128(0x0192_f0c1_0000_7000_9000_0000_0000_0007));
    for (name, filter) in [
        ("connections", ConnectionFilter::default()),
        ("connections, after", ConnectionFilter { after: Some(after), ..ConnectionFilter::default() }),
        (
            "connections by host",
            ConnectionFilter { host: Some(text("h7.example.net")), ..ConnectionFilter::default() },
        ),
        (
            "connections by system_id",
            ConnectionFilter { system_id: Some(text("sys")), ..ConnectionFilter::default() },
        ),
        (
            "connections by protocol",
            ConnectionFilter { protocol: Some(Protocol::Http), ..ConnectionFilter::default() },
        ),
        (
            "connections by status",
            ConnectionFilter { status: Some(Status::Draining), ..ConnectionFilter::default() },
        ),
        ("connections down", ConnectionFilter { health: Some(State::Down), ..ConnectionFilter::default() }),
        (
            "connections healthy",
            ConnectionFilter { health: Some(State::Healthy), ..ConnectionFilter::default() },
        ),
        (
            "connections by operator",
            ConnectionFilter { operator_id: Some(some), ..ConnectionFilter::default() },
        ),
    ] {
        all.push((name.to_owned(), sql::connection::page(&filter, limit)));
    }
    all.push(("connections of an operator".into(), sql::connection::of_operator(some)));
    all.push(("credentials of an operator".into(), sql::credential::of_operator(some)));
    all.push(("credentials of a connection".into(), sql::credential::of_connection(after)));
    for (name, filter) in [
        ("audit", AuditFilter::default()),
        ("audit of an operator", AuditFilter { operator_id: Some(some), ..AuditFilter::default() }),
        ("audit by action", AuditFilter { action: Some(ChangeName::RuleDelete), ..AuditFilter::default() }),
        ("audit by actor", AuditFilter { actor: Some("nobody".into()), ..AuditFilter::default() }),
        ("audit of a thing", AuditFilter { subject_id: Some(some.uuid()), ..AuditFilter::default() }),
        ("audit of a request", AuditFilter { request_id: Some("none".into()), ..AuditFilter::default() }),
        ("audit before a time", AuditFilter { until: Some(Timestamp::UNIX_EPOCH), ..AuditFilter::default() }),
    ] {
        all.push((name.to_owned(), sql::audit::page(&filter, limit)));
    }
    all.push(("the chain".into(), sql::audit_seal::linked(7, limit)));
    let unlinked = sql::audit_seal::unlinked(3990, Timestamp::MAX, limit);
    let oldest = sql::audit_seal::oldest_unlinked(3990, Timestamp::MAX);
    all.extend(unlinked.into_iter().chain(oldest).map(|sql| ("what is not in the chain".into(), sql)));
    all.push(("events of an operator".into(), sql::outbox::of_operator(some, None, limit)));
    all.push(("events".into(), sql::outbox::after(ops_core::Mark::START, limit)));
    all.push(("notes".into(), sql::note::page(some, None, limit)));
    let rules = RuleFilter::default();
    all.extend(sql::routing::page(&rules, limit).into_iter().take(1).map(|page| ("rules".into(), page)));
    all
}

/// Tables that grow with the estate.
const LARGE: [&str; 7] =
    ["operator", "connection", "connection_health", "connection_place", "credential", "audit", "audit_link"];

/// What is wrong with a step of PostgreSQL: a large table read from end to end, or most of one sorted.
fn faults_of_postgres(step: &str) -> Vec<String> {
    let rows: i64 = step
        .split_once(" rows=")
        .and_then(|(_, rest)| rest.split(' ').next()?.parse().ok())
        .unwrap_or_default();
    let reads = |table: &&&str| step.contains(&format!("Seq Scan on {table} "));
    let sorts = (step.contains("Sort") && rows > OPERATORS / 4).then(|| format!("sorts {rows} rows"));
    LARGE.iter().filter(reads).map(|table| format!("reads all of {table}")).chain(sorts).collect()
}

/// What is wrong with a step of SQLite.
fn faults_of_sqlite(step: &str) -> Vec<String> {
    let scans = |table: &&&str| step.starts_with(&format!("SCAN {table}")) && !step.contains("INDEX");
    LARGE.iter().filter(scans).map(|table| format!("reads all of {table}")).collect()
}

/// No list reads a large table whole or sorts it, and lists without a filter come in the order of an index.
pub async fn every_order_of_a_list_is_that_of_an_index(_: Arc<dyn Store>, rows: Rows) {
    let of_postgres = rows.are_of_postgres();
    rows.change(&estate(of_postgres)).await;
    let mut wrong = Vec::new();
    let statements = statements();
    for (name, Statement { sql, args }) in &statements {
        let faults: Vec<String> = if of_postgres {
            let steps = rows.texts(&format!("EXPLAIN {sql}"), args.clone()).await;
            steps.iter().flat_map(|step| faults_of_postgres(step)).collect()
        } else {
            let steps = rows.query(&format!("EXPLAIN QUERY PLAN {sql}"), args.clone()).await;
            let detail = |row: Vec<sql::Value>| match row.into_iter().nth(3) {
                Some(sql::Value::Text(Some(detail))) => detail,
                other => panic!("{other:?}"),
            };
            let steps: Vec<String> = steps.into_iter().map(detail).collect();
            let is_plain = name.starts_with("operators by C") || name.starts_with("operators by D");
            let sorts = steps.iter().filter(|step| is_plain && step.contains("TEMP B-TREE")).cloned();
            steps.iter().flat_map(|step| faults_of_sqlite(step)).chain(sorts).collect()
        };
        wrong.extend(faults.into_iter().map(|fault| format!("{name} {fault}: {sql}")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(statements.len() > 20);
}
