//! `GET /routing/rules/{rule_id}`.

use axum::{extract::State, response::Response};
use ops_client::{paths, wire::routing};
use ops_core::{Mark, id::RuleId};

use crate::{
    app::{App, refusal::Refusal},
    http::{
        answer::Shown,
        etag::IfNoneMatch,
        path_id::PathId,
        permission::RoutingRead,
        permit::Permit,
        problem::Problem,
        query::{NoQuery, QueryOf},
    },
};

/// Read a routing rule.
#[utoipa::path(
    get,
    path = paths::RULE,
    operation_id = "rule_get",
    tag = "routing",
    params(("rule_id" = uuid::Uuid, Path, description = "The rule's id")),
    responses(
        (status = 200, description = "The rule", body = routing::Rule, headers(("ETag" = String))),
        (status = 304, description = "It is as the caller knows it"),
    ),
)]
pub async fn get(
    _: Permit<RoutingRead>,
    State(app): State<App>,
    _: QueryOf<NoQuery>,
    PathId(id): PathId<RuleId>,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let found = app.store.rule(id).await.map_err(Refusal::from)?.ok_or_else(Problem::not_found)?;
    Ok(known.answer(Mark::new(app.epoch(), found.version), || Shown(routing::Rule::of(&found))))
}
