//! `POST /operators/{operator_id}/maintenances`.

use axum::{extract::State, response::Response};
use ops_client::{paths, wire::maintenance};
use ops_core::id::OperatorId;

use crate::{
    app::{App, decide::decide, maintenance::create::Create},
    http::{
        answer::answer, body::Body, path_id::PathId, permission::OperatorStatus, permit::Permit,
        problem::Problem, write::Write,
    },
};

/// Plan a window in which an operator, or one of its connections, takes no new traffic.
#[utoipa::path(
    post,
    path = paths::OPERATOR_MAINTENANCES,
    operation_id = "maintenance_create",
    tag = "maintenances",
    params(("operator_id" = uuid::Uuid, Path, description = "The operator's id")),
    request_body = maintenance::Create,
    responses((status = 201, description = "The window", body = maintenance::Maintenance,
        headers(("ETag" = String), ("Location" = String)))),
)]
pub async fn create(
    permit: Permit<OperatorStatus>,
    State(app): State<App>,
    PathId(operator): PathId<OperatorId>,
    write: Write<Body<maintenance::Create>>,
) -> Result<Response, Problem> {
    let (connection, command) = write.body.into_command();
    answer(decide(&app, permit.actor(), &write.call, &Create { operator, connection, command }).await)
}
