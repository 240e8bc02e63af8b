//! `POST /operators/{operator_id}/activate`.

use axum::{extract::State, response::Response};
use ops_client::{paths, wire::operator};
use ops_core::id::OperatorId;

use crate::{
    app::{App, decide::decide, operator::activate::Activate},
    http::{
        answer::answer, body::NoBody, path_id::PathId, permission::OperatorStatus, permit::Permit,
        problem::Problem, write::Write,
    },
};

/// Let an operator take traffic.
#[utoipa::path(
    post,
    path = paths::OPERATOR_ACTIVATE,
    operation_id = "operator_activate",
    tag = "operators",
    params(("operator_id" = uuid::Uuid, Path, description = "The operator's id")),
    responses((status = 200, description = "The operator", body = operator::Operator, headers(("ETag" = String)))),
)]
pub async fn activate(
    permit: Permit<OperatorStatus>,
    State(app): State<App>,
    PathId(id): PathId<OperatorId>,
    write: Write<NoBody>,
) -> Result<Response, Problem> {
    answer(decide(&app, permit.actor(), &write.call, &Activate(id)).await)
}
