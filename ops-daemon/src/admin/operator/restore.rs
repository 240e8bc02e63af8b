//! `POST /operators/{operator_id}/restore`.

use axum::{extract::State, response::Response};
use ops_client::{paths, wire::operator};
use ops_core::id::OperatorId;

use crate::{
    app::{App, decide::decide, operator::restore::Restore},
    http::{
        answer::answer, body::NoBody, path_id::PathId, permission::OperatorStatus, permit::Permit,
        problem::Problem, write::Write,
    },
};

/// Bring a deleted operator back, suspended, with the connections that were deleted with it, disabled.
#[utoipa::path(
    post,
    path = paths::OPERATOR_RESTORE,
    operation_id = "operator_restore",
    tag = "operators",
    params(("operator_id" = uuid::Uuid, Path, description = "The operator's id")),
    responses((status = 200, description = "The operator", body = operator::Operator, headers(("ETag" = String)))),
)]
pub async fn restore(
    permit: Permit<OperatorStatus>,
    State(app): State<App>,
    PathId(id): PathId<OperatorId>,
    write: Write<NoBody>,
) -> Result<Response, Problem> {
    answer(decide(&app, permit.actor(), &write.call, &Restore(id)).await)
}
