//! `GET /connections`.

use axum::extract::State;
use deserr::Deserr;
use ops_client::{
    faults::Faults,
    paths,
    wire::{connection, page},
};
use ops_core::{
    Invalid, Word,
    connection::{Host, Protocol, Status},
    credential::SystemId,
    health::State as Health,
    id::{ConnectionId, OperatorId},
};
use ops_store::port::ConnectionFilter;
use serde_json::json;

use crate::{
    app::{App, refusal::Refusal},
    http::{
        answer::Shown,
        cursor::{BadCursor, Cursors},
        permission::ConnectionRead,
        permit::Permit,
        problem::Problem,
        query::{Limit, QueryOf},
    },
};

/// The query of a search for connections.
#[derive(Deserr)]
#[deserr(error = Faults, deny_unknown_fields)]
pub struct Query {
    #[deserr(default)]
    host: Option<Host>,
    #[deserr(default)]
    system_id: Option<SystemId>,
    #[deserr(default)]
    protocol: Option<Protocol>,
    #[deserr(default, try_from(&String) = read_status -> Invalid)]
    status: Option<Status>,
    #[deserr(default, try_from(&String) = read_health -> Invalid)]
    health: Option<Health>,
    #[deserr(default)]
    operator_id: Option<OperatorId>,
    #[deserr(default)]
    limit: Limit,
    #[deserr(default)]
    cursor: Option<String>,
}

fn read_status(raw: &str) -> Result<Option<Status>, Invalid> {
    Status::parse(raw).map(Some)
}

fn read_health(raw: &str) -> Result<Option<Health>, Invalid> {
    Health::parse(raw).map(Some)
}

/// Search the connections of all operators, in the order of their creation; deleted ones are left out.
#[utoipa::path(
    get,
    path = paths::CONNECTIONS,
    operation_id = "connection_search",
    tag = "connections",
    params(
        ("host" = Option<String>, Query, description = "Only those with this host among their endpoints, or in their base URL"),
        ("system_id" = Option<String>, Query, description = "Only those with a staged or active credential of this system_id"),
        ("protocol" = Option<String>, Query, description = "Only those of this protocol: smpp or http"),
        ("status" = Option<String>, Query, description = "Only those that stand there: enabled, draining or disabled"),
        ("health" = Option<String>, Query, description = "Only those in this judged state: unknown, healthy, degraded, down, probation or stale"),
        ("operator_id" = Option<uuid::Uuid>, Query, description = "Only those of this operator"),
        ("limit" = Option<u16>, Query, description = "Entries of a page, 1 to 200 (50)", minimum = 1, maximum = 200),
        ("cursor" = Option<String>, Query, description = "next_cursor of the page before"),
    ),
    responses((status = 200, description = "A page", body = page::ConnectionPage)),
)]
pub async fn search(
    permit: Permit<ConnectionRead>,
    State(app): State<App>,
    QueryOf(query): QueryOf<Query>,
) -> Result<Shown<page::Connections>, Problem> {
    let Query { host, system_id, protocol, status, health, operator_id, limit, cursor } = query;
    let shown = format!("{host:?} {system_id:?} {protocol:?} {status:?} {health:?} {operator_id:?}");
    let after = cursor.map(|cursor| open(&app.access.cursors, &cursor, &shown, &permit)).transpose()?;
    let filter = ConnectionFilter { host, system_id, protocol, status, health, operator_id, after };
    let (found, next) = app.store.connections(&filter, usize::from(limit.0)).await.map_err(Refusal::from)?;
    let seal = |id: ConnectionId| {
        app.access.cursors.seal("connections", shown.as_bytes(), permit.actor(), &json!(id))
    };
    Ok(Shown(page::Page {
        items: found.iter().map(connection::Connection::of).collect(),
        next_cursor: next.map(seal),
    }))
}

fn open(
    cursors: &Cursors,
    cursor: &str,
    shown: &str,
    permit: &Permit<ConnectionRead>,
) -> Result<ConnectionId, BadCursor> {
    let payload = cursors.open(cursor, "connections", shown.as_bytes(), permit.actor())?;
    serde_json::from_value(payload).map_err(|_| BadCursor)
}
