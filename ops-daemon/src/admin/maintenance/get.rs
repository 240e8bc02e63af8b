//! `GET /maintenances/{maintenance_id}`.

use axum::{extract::State, response::Response};
use ops_client::{paths, wire::maintenance};
use ops_core::{Mark, id::MaintenanceId};

use crate::{
    app::{App, maintenance::load},
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

/// Read a planned window, over or not.
#[utoipa::path(
    get,
    path = paths::MAINTENANCE,
    operation_id = "maintenance_get",
    tag = "maintenances",
    params(("maintenance_id" = uuid::Uuid, Path, description = "The window's id")),
    responses(
        (status = 200, description = "The window", body = maintenance::Maintenance, headers(("ETag" = String))),
        (status = 304, description = "It is as the caller knows it"),
    ),
)]
pub async fn get(
    _: Permit<OperatorRead>,
    State(app): State<App>,
    _: QueryOf<NoQuery>,
    PathId(id): PathId<MaintenanceId>,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let (calendar, window) = load(&*app.store, id).await?;
    let zone = calendar.operator.about.time_zone.as_ref();
    let shown = || Shown(maintenance::Maintenance::of(&window, &calendar.open, zone));
    Ok(known.answer(Mark::new(app.epoch(), window.version), shown))
}
