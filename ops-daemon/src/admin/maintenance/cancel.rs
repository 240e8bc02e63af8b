//! `DELETE /maintenances/{maintenance_id}`.

use axum::{extract::State, response::Response};
use ops_client::paths;
use ops_core::id::MaintenanceId;

use crate::{
    app::{App, decide::decide, maintenance::cancel::Cancel},
    http::{
        answer::answer, body::NoBody, path_id::PathId, permission::OperatorStatus, permit::Permit,
        problem::Problem, write::Write,
    },
};

/// Cancel a planned window; one that is running ends at once.
#[utoipa::path(
    delete,
    path = paths::MAINTENANCE,
    operation_id = "maintenance_cancel",
    tag = "maintenances",
    params(("maintenance_id" = uuid::Uuid, Path, description = "The window's id")),
    responses((status = 204, description = "It is called off, or over")),
)]
pub async fn cancel(
    permit: Permit<OperatorStatus>,
    State(app): State<App>,
    PathId(id): PathId<MaintenanceId>,
    write: Write<NoBody>,
) -> Result<Response, Problem> {
    answer(decide(&app, permit.actor(), &write.call, &Cancel(id)).await)
}
