//! `POST /operators/{operator_id}/drain`.

use axum::{extract::State, response::Response};
use ops_client::{paths, wire::operator};
use ops_core::id::OperatorId;

use crate::{
    app::{App, decide::decide, operator::drain::Drain},
    http::{
        answer::answer, body::Body, path_id::PathId, permission::OperatorStatus, permit::Permit,
        problem::Problem, write::Write,
    },
};

/// Let an operator finish what it has, and give it no new traffic; at `until`, if there is one, it is suspended.
#[utoipa::path(
    post,
    path = paths::OPERATOR_DRAIN,
    operation_id = "operator_drain",
    tag = "operators",
    params(("operator_id" = uuid::Uuid, Path, description = "The operator's id")),
    request_body = operator::Drain,
    responses((status = 200, description = "The operator", body = operator::Operator, headers(("ETag" = String)))),
)]
pub async fn drain(
    permit: Permit<OperatorStatus>,
    State(app): State<App>,
    PathId(id): PathId<OperatorId>,
    write: Write<Body<operator::Drain>>,
) -> Result<Response, Problem> {
    answer(decide(&app, permit.actor(), &write.call, &Drain(id, write.body.into_command())).await)
}
