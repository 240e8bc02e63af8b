//! `DELETE /connections/{connection_id}`.

use axum::{extract::State, response::Response};
use ops_client::paths;
use ops_core::id::ConnectionId;

use crate::{
    app::{App, connection::delete::Delete, decide::decide},
    http::{
        answer::answer, body::NoBody, path_id::PathId, permission::ConnectionWrite, permit::Permit,
        problem::Problem, write::Write,
    },
};

/// Delete a connection; its credentials are given up, and its name is free.
#[utoipa::path(
    delete,
    path = paths::CONNECTION,
    operation_id = "connection_delete",
    tag = "connections",
    params(("connection_id" = uuid::Uuid, Path, description = "The connection's id")),
    responses((status = 204, description = "It is deleted")),
)]
pub async fn delete(
    permit: Permit<ConnectionWrite>,
    State(app): State<App>,
    PathId(id): PathId<ConnectionId>,
    write: Write<NoBody>,
) -> Result<Response, Problem> {
    answer(decide(&app, permit.actor(), &write.call, &Delete(id)).await)
}
