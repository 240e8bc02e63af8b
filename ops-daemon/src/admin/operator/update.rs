//! `PATCH /operators/{operator_id}`.

use axum::{extract::State, response::Response};
use ops_client::{paths, wire::operator};
use ops_core::id::OperatorId;

use crate::{
    app::{App, decide::decide, operator::update::Update},
    http::{
        answer::answer, body::Patch, path_id::PathId, permission::OperatorWrite, permit::Permit,
        problem::Problem, write::Write,
    },
};

/// Change an operator's own fields: a merge patch (RFC 7396).
#[utoipa::path(
    patch,
    path = paths::OPERATOR,
    operation_id = "operator_update",
    tag = "operators",
    params(("operator_id" = uuid::Uuid, Path, description = "The operator's id")),
    request_body = operator::Update,
    responses((status = 200, description = "The operator", body = operator::Operator, headers(("ETag" = String)))),
)]
pub async fn update(
    permit: Permit<OperatorWrite>,
    State(app): State<App>,
    PathId(id): PathId<OperatorId>,
    write: Write<Patch<operator::Update>>,
) -> Result<Response, Problem> {
    answer(decide(&app, permit.actor(), &write.call, &Update(id, write.body.into_command())).await)
}
