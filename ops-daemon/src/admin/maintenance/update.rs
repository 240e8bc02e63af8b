//! `PATCH /maintenances/{maintenance_id}`.

use axum::{extract::State, response::Response};
use ops_client::{paths, wire::maintenance};
use ops_core::id::MaintenanceId;

use crate::{
    app::{App, decide::decide, maintenance::update::Update},
    http::{
        answer::answer, body::Patch, path_id::PathId, permission::OperatorStatus, permit::Permit,
        problem::Problem, write::Write,
    },
};

/// Move a planned window, or describe it anew, also while it is running: a merge patch (RFC 7396).
#[utoipa::path(
    patch,
    path = paths::MAINTENANCE,
    operation_id = "maintenance_update",
    tag = "maintenances",
    params(("maintenance_id" = uuid::Uuid, Path, description = "The window's id")),
    request_body = maintenance::Update,
    responses((status = 200, description = "The window", body = maintenance::Maintenance, headers(("ETag" = String)))),
)]
pub async fn update(
    permit: Permit<OperatorStatus>,
    State(app): State<App>,
    PathId(id): PathId<MaintenanceId>,
    write: Write<Patch<maintenance::Update>>,
) -> Result<Response, Problem> {
    answer(decide(&app, permit.actor(), &write.call, &Update(id, write.body.into_command())).await)
}
