//! `GET /connections`.

use axum::extract::State;
use ops_client::{
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
        query::{Cursor, Limit, QueryOf, query},
    },
};

query! {
    /// The query of a search for connections.
    Query {
        /// Only those with this host among their endpoints, or in their base URL.
        host: Option<Host> => Host,
        /// Only those with a staged or active credential of this system_id.
        system_id: Option<SystemId> => SystemId,
        /// Only those of this protocol.
        protocol: Option<Protocol> => Protocol,
        /// Only those that stand there.
        status: Option<Status> = read_status => Status,
        /// Only those in this judged state.
        health: Option<Health> = read_health => Health,
        /// Only those of this operator.
        operator_id: Option<OperatorId> => OperatorId,
        /// Entries of a page, 1 to 200 (50).
        limit: Limit => Limit,
        /// `next_cursor` of the page before.
        cursor: Option<String> => Cursor,
    }
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
    params(Query),
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
