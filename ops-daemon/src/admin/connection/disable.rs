//! `POST /connections/{connection_id}/disable`.

use axum::{extract::State, response::Response};
use ops_client::{paths, wire::connection};
use ops_core::id::ConnectionId;

use crate::{
    app::{App, connection::status::Status, decide::decide},
    http::{
        answer::answer, body::NoBody, path_id::PathId, permission::ConnectionWrite, permit::Permit,
        problem::Problem, write::Write,
    },
};

/// Let a connection not be used any more: its sessions end.
#[utoipa::path(
    post,
    path = paths::CONNECTION_DISABLE,
    operation_id = "connection_disable",
    tag = "connections",
    params(("connection_id" = uuid::Uuid, Path, description = "The connection's id")),
    responses((status = 200, description = "The connection", body = connection::Connection,
        headers(("ETag" = String)))),
)]
pub async fn disable(
    permit: Permit<ConnectionWrite>,
    State(app): State<App>,
    PathId(id): PathId<ConnectionId>,
    write: Write<NoBody>,
) -> Result<Response, Problem> {
    answer(decide(&app, permit.actor(), &write.call, &Status::disable(id)).await)
}
