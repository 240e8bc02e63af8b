//! `DELETE /operators/{operator_id}`.

use axum::{extract::State, response::Response};
use ops_client::paths;
use ops_core::id::OperatorId;

use crate::{
    app::{App, decide::decide, operator::delete::Delete},
    http::{
        answer::answer, body::NoBody, path_id::PathId, permission::OperatorDelete, permit::Permit,
        problem::Problem, write::Write,
    },
};

/// Delete an operator and its connections, softly.
#[utoipa::path(
    delete,
    path = paths::OPERATOR,
    operation_id = "operator_delete",
    tag = "operators",
    params(("operator_id" = uuid::Uuid, Path, description = "The operator's id")),
    responses((status = 204, description = "It is deleted")),
)]
pub async fn delete(
    permit: Permit<OperatorDelete>,
    State(app): State<App>,
    PathId(id): PathId<OperatorId>,
    write: Write<NoBody>,
) -> Result<Response, Problem> {
    answer(decide(&app, permit.actor(), &write.call, &Delete { id, kept_days: app.purge_after_days }).await)
}
