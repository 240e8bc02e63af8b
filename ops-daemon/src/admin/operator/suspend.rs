//! `POST /operators/{operator_id}/suspend`.

use axum::{extract::State, response::Response};
use ops_client::{paths, wire::operator};
use ops_core::id::OperatorId;

use crate::{
    app::{App, decide::decide, operator::suspend::Suspend},
    http::{
        answer::answer, body::Body, path_id::PathId, permission::OperatorStatus, permit::Permit,
        problem::Problem, write::Write,
    },
};

/// Stop an operator's traffic, for a reason.
#[utoipa::path(
    post,
    path = paths::OPERATOR_SUSPEND,
    operation_id = "operator_suspend",
    tag = "operators",
    params(("operator_id" = uuid::Uuid, Path, description = "The operator's id")),
    request_body = operator::Suspend,
    responses((status = 200, description = "The operator", body = operator::Operator, headers(("ETag" = String)))),
)]
pub async fn suspend(
    permit: Permit<OperatorStatus>,
    State(app): State<App>,
    PathId(id): PathId<OperatorId>,
    write: Write<Body<operator::Suspend>>,
) -> Result<Response, Problem> {
    answer(decide(&app, permit.actor(), &write.call, &Suspend(id, write.body.into_command())).await)
}
