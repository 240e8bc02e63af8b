//! `GET /connections/{connection_id}`.

use axum::{extract::State, response::Response};
use ops_client::{paths, wire::connection};
use ops_core::{Mark, id::ConnectionId};

use crate::{
    app::{App, connection::load},
    http::{
        answer::Shown,
        etag::IfNoneMatch,
        path_id::PathId,
        permission::ConnectionRead,
        permit::Permit,
        problem::Problem,
        query::{NoQuery, QueryOf},
    },
};

/// Read a connection.
#[utoipa::path(
    get,
    path = paths::CONNECTION,
    operation_id = "connection_get",
    tag = "connections",
    params(("connection_id" = uuid::Uuid, Path, description = "The connection's id")),
    responses(
        (status = 200, description = "The connection", body = connection::Connection, headers(("ETag" = String))),
        (status = 304, description = "It is as the caller knows it"),
    ),
)]
pub async fn get(
    _: Permit<ConnectionRead>,
    State(app): State<App>,
    _: QueryOf<NoQuery>,
    PathId(id): PathId<ConnectionId>,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let found = load(&*app.store, id).await?;
    Ok(known.answer(Mark::new(app.epoch(), found.version), || Shown(connection::Connection::of(&found))))
}
