//! `POST /operators/{operator_id}/notes`.

use axum::{extract::State, response::Response};
use ops_client::{paths, wire::timeline};
use ops_core::id::OperatorId;

use crate::{
    app::{App, decide::decide, note::create::Create},
    http::{
        answer::answer, body::Body, path_id::PathId, permission::OperatorWrite, permit::Permit,
        problem::Problem, write::Write,
    },
};

/// Write a note about an operator; it stands in the timeline.
#[utoipa::path(
    post,
    path = paths::OPERATOR_NOTES,
    operation_id = "note_create",
    tag = "operators",
    params(("operator_id" = uuid::Uuid, Path, description = "The operator's id")),
    request_body = timeline::NoteCreate,
    responses((status = 201, description = "The note", body = timeline::Note)),
)]
pub async fn create(
    permit: Permit<OperatorWrite>,
    State(app): State<App>,
    PathId(id): PathId<OperatorId>,
    write: Write<Body<timeline::NoteCreate>>,
) -> Result<Response, Problem> {
    answer(decide(&app, permit.actor(), &write.call, &Create(id, write.body.into_command())).await)
}
