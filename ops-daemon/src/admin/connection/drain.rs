//! `POST /connections/{connection_id}/drain`.

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

/// Give a connection no new traffic; its sessions stay.
#[utoipa::path(
    post,
    path = paths::CONNECTION_DRAIN,
    operation_id = "connection_drain",
    tag = "connections",
    params(("connection_id" = uuid::Uuid, Path, description = "The connection's id")),
    responses((status = 200, description = "The connection", body = connection::Connection,
        headers(("ETag" = String)))),
)]
pub async fn drain(
    permit: Permit<ConnectionWrite>,
    State(app): State<App>,
    PathId(id): PathId<ConnectionId>,
    write: Write<NoBody>,
) -> Result<Response, Problem> {
    answer(decide(&app, permit.actor(), &write.call, &Status::drain(id)).await)
}
