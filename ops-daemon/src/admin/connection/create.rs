//! `POST /operators/{operator_id}/connections`.

use axum::{extract::State, response::Response};
use ops_client::{paths, wire::connection};
use ops_core::id::OperatorId;

use crate::{
    app::{App, connection::create::Create, decide::decide, refusal::Refusal},
    http::{
        answer::answer, body::Body, path_id::PathId, permission::ConnectionWrite, permit::Permit,
        problem::Problem, write::Write,
    },
};

/// Add a connection to an operator.
#[utoipa::path(
    post,
    path = paths::OPERATOR_CONNECTIONS,
    operation_id = "connection_create",
    tag = "connections",
    params(("operator_id" = uuid::Uuid, Path, description = "The operator's id")),
    request_body = connection::Create,
    responses((status = 201, description = "The connection", body = connection::Connection,
        headers(("ETag" = String), ("Location" = String)))),
)]
pub async fn create(
    permit: Permit<ConnectionWrite>,
    State(app): State<App>,
    PathId(id): PathId<OperatorId>,
    write: Write<Body<connection::Create>>,
) -> Result<Response, Problem> {
    let command = write.body.into_command().map_err(Refusal::Invalid)?;
    let create = Create { operator: id, command, denied: &app.denied_cidrs };
    answer(decide(&app, permit.actor(), &write.call, &create).await)
}
