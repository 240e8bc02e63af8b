//! `DELETE /routing/rules/{rule_id}`.

use axum::{extract::State, response::Response};
use ops_client::paths;
use ops_core::id::RuleId;

use crate::{
    app::{App, decide::decide, routing::delete::Delete},
    http::{
        answer::answer, body::NoBody, path_id::PathId, permission::RoutingApply, permit::Permit,
        problem::Problem, write::Write,
    },
};

/// Delete a routing rule; it is gone when the answer comes.
#[utoipa::path(
    delete,
    path = paths::RULE,
    operation_id = "rule_delete",
    tag = "routing",
    params(("rule_id" = uuid::Uuid, Path, description = "The rule's id")),
    responses((status = 204, description = "It is gone")),
)]
pub async fn delete(
    permit: Permit<RoutingApply>,
    State(app): State<App>,
    PathId(id): PathId<RuleId>,
    write: Write<NoBody>,
) -> Result<Response, Problem> {
    answer(decide(&app, permit.actor(), &write.call, &Delete(id)).await)
}
