//! `GET /operators/{operator_id}`.

use axum::{extract::State, response::Response};
use ops_client::{paths, wire::operator};
use ops_core::{Mark, id::OperatorId};

use crate::{
    app::{App, operator::load},
    http::{
        answer::Shown,
        etag::IfNoneMatch,
        path_id::PathId,
        permission::OperatorRead,
        permit::Permit,
        problem::Problem,
        query::{NoQuery, QueryOf},
    },
};

/// Read an operator, deleted or not.
#[utoipa::path(
    get,
    path = paths::OPERATOR,
    operation_id = "operator_get",
    tag = "operators",
    params(("operator_id" = uuid::Uuid, Path, description = "The operator's id")),
    responses(
        (status = 200, description = "The operator", body = operator::Operator, headers(("ETag" = String))),
        (status = 304, description = "It is as the caller knows it"),
    ),
)]
pub async fn get(
    _: Permit<OperatorRead>,
    State(app): State<App>,
    _: QueryOf<NoQuery>,
    PathId(id): PathId<OperatorId>,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let found = load(&*app.store, id).await?;
    Ok(known.answer(Mark::new(app.epoch(), found.version), || Shown(operator::Operator::of(&found))))
}
