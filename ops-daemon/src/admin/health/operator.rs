//! `GET /operators/{operator_id}/health`.

use axum::extract::State;
use ops_client::{paths, wire::health};
use ops_core::{health::counts, id::OperatorId};
use ops_store::port::ConnectionHealthRow;

use super::view;
use crate::{
    app::{App, refusal::Refusal},
    http::{
        answer::Shown,
        path_id::PathId,
        permission::HealthRead,
        permit::Permit,
        problem::Problem,
        query::{NoQuery, QueryOf},
    },
};

/// Say how well an operator works, and each of its connections.
#[utoipa::path(
    get,
    path = paths::OPERATOR_HEALTH,
    operation_id = "operator_health",
    tag = "health",
    params(("operator_id" = uuid::Uuid, Path, description = "The operator's id")),
    responses((status = 200, description = "Its health", body = health::OperatorHealth)),
)]
pub async fn health(
    _: Permit<HealthRead>,
    State(app): State<App>,
    _: QueryOf<NoQuery>,
    PathId(id): PathId<OperatorId>,
) -> Result<Shown<health::OperatorHealth>, Problem> {
    let rows = app.store.health_of(id).await.map_err(Refusal::from)?.ok_or_else(Problem::not_found)?;
    let of_row = |row: &ConnectionHealthRow| (counts(row.status, row.counts_for_operator), view(row));
    Ok(Shown(health::OperatorHealth::of(id, rows.iter().map(of_row).collect())))
}
