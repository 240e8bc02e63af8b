//! `POST /routing/rules`.

use axum::{extract::State, response::Response};
use ops_client::{paths, wire::routing};

use crate::{
    app::{App, decide::decide, routing::create::Create},
    http::{
        answer::answer, body::Body, permission::RoutingApply, permit::Permit, problem::Problem, write::Write,
    },
};

/// Create a routing rule; it is live when the answer comes.
#[utoipa::path(
    post,
    path = paths::RULES,
    operation_id = "rule_create",
    tag = "routing",
    request_body = routing::RuleCreate,
    responses((status = 201, description = "The rule", body = routing::Rule,
        headers(("ETag" = String), ("Location" = String)))),
)]
pub async fn create(
    permit: Permit<RoutingApply>,
    State(app): State<App>,
    write: Write<Body<routing::RuleCreate>>,
) -> Result<Response, Problem> {
    answer(decide(&app, permit.actor(), &write.call, &Create(write.body.into_command())).await)
}
