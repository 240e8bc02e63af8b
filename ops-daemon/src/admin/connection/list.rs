//! `GET /operators/{operator_id}/connections`.

use axum::extract::State;
use ops_client::{
    paths,
    wire::{connection, page},
};
use ops_core::id::OperatorId;

use crate::{
    app::{App, refusal::Refusal},
    http::{
        answer::Shown,
        path_id::PathId,
        permission::ConnectionRead,
        permit::Permit,
        problem::Problem,
        query::{NoQuery, QueryOf},
    },
};

/// List the connections of an operator, by name; an operator has at most 50, so this is always one page.
#[utoipa::path(
    get,
    path = paths::OPERATOR_CONNECTIONS,
    operation_id = "connection_list",
    tag = "connections",
    params(("operator_id" = uuid::Uuid, Path, description = "The operator's id")),
    responses((status = 200, description = "All of them", body = page::ConnectionPage)),
)]
pub async fn list(
    _: Permit<ConnectionRead>,
    State(app): State<App>,
    _: QueryOf<NoQuery>,
    PathId(id): PathId<OperatorId>,
) -> Result<Shown<page::Connections>, Problem> {
    let found = app.store.connections_of(id).await.map_err(Refusal::from)?.ok_or_else(Problem::not_found)?;
    Ok(Shown(page::Page { items: found.iter().map(connection::Connection::of).collect(), next_cursor: None }))
}
