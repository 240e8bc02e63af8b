//! `GET /connections/{connection_id}/health`.

use axum::extract::State;
use ops_client::{paths, wire::health};
use ops_core::id::ConnectionId;

use super::view;
use crate::{
    app::{App, connection::load, refusal::Refusal},
    http::{
        answer::Shown,
        path_id::PathId,
        permission::HealthRead,
        permit::Permit,
        problem::Problem,
        query::{NoQuery, QueryOf},
    },
};

/// Say how well a connection works.
#[utoipa::path(
    get,
    path = paths::CONNECTION_HEALTH,
    operation_id = "connection_health",
    tag = "health",
    params(("connection_id" = uuid::Uuid, Path, description = "The connection's id")),
    responses((status = 200, description = "Its health", body = health::ConnectionHealth)),
)]
pub async fn health(
    _: Permit<HealthRead>,
    State(app): State<App>,
    _: QueryOf<NoQuery>,
    PathId(id): PathId<ConnectionId>,
) -> Result<Shown<health::ConnectionHealth>, Problem> {
    let connection = load(&*app.store, id).await?;
    let rows = app.store.health_of(connection.operator_id).await.map_err(Refusal::from)?;
    let row =
        rows.iter().flatten().find(|row| row.health.connection_id == id).ok_or_else(Problem::not_found)?;
    Ok(Shown(view(row)))
}
