//! `POST /operators`.

use axum::{extract::State, response::Response};
use ops_client::{paths, wire::operator};

use crate::{
    app::{App, decide::decide, operator::create::Create},
    http::{
        answer::answer, body::Body, permission::OperatorWrite, permit::Permit, problem::Problem, write::Write,
    },
};

/// Create an operator, as a draft.
#[utoipa::path(
    post,
    path = paths::OPERATORS,
    operation_id = "operator_create",
    tag = "operators",
    request_body = operator::Create,
    responses((status = 201, description = "The operator", body = operator::Operator,
        headers(("ETag" = String), ("Location" = String)))),
)]
pub async fn create(
    permit: Permit<OperatorWrite>,
    State(app): State<App>,
    write: Write<Body<operator::Create>>,
) -> Result<Response, Problem> {
    answer(decide(&app, permit.actor(), &write.call, &Create(write.body.into_command())).await)
}
