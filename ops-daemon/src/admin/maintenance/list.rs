//! `GET /operators/{operator_id}/maintenances`.

use axum::extract::State;
use ops_client::{
    paths,
    wire::{maintenance::Maintenance, page},
};
use ops_core::{
    id::{MaintenanceId, OperatorId},
    maintenance::Phase,
};
use serde_json::json;

use crate::{
    app::{App, operator::load, refusal::Refusal},
    http::{
        answer::Shown,
        cursor::BadCursor,
        path_id::PathId,
        permission::OperatorRead,
        permit::Permit,
        problem::Problem,
        query::{Cursor, Limit, QueryOf, query},
    },
};

query! {
    /// The query of a list of windows.
    Query {
        /// Only windows in this phase.
        phase: Option<Phase> => Phase,
        /// Entries of a page, 1 to 200 (50).
        limit: Limit => Limit,
        /// `next_cursor` of the page before.
        cursor: Option<String> => Cursor,
    }
}

/// List an operator's planned windows, newest first.
#[utoipa::path(
    get,
    path = paths::OPERATOR_MAINTENANCES,
    operation_id = "maintenance_list",
    tag = "maintenances",
    params(("operator_id" = uuid::Uuid, Path, description = "The operator's id"), Query),
    responses((status = 200, description = "A page", body = page::MaintenancePage)),
)]
pub async fn list(
    permit: Permit<OperatorRead>,
    State(app): State<App>,
    QueryOf(Query { phase, limit, cursor }): QueryOf<Query>,
    PathId(id): PathId<OperatorId>,
) -> Result<Shown<page::Maintenances>, Problem> {
    let (shown, cursors) = (format!("{id} {phase:?}"), &app.access.cursors);
    let open = |cursor: String| -> Result<MaintenanceId, BadCursor> {
        let payload = cursors.open(&cursor, "maintenances", shown.as_bytes(), permit.actor())?;
        serde_json::from_value(payload).map_err(|_| BadCursor)
    };
    let before = cursor.map(open).transpose()?;
    let operator = load(&*app.store, id).await?;
    let found =
        app.store.maintenances(id, phase, before, usize::from(limit.0)).await.map_err(Refusal::from)?;
    let zone = operator.about.time_zone.as_ref();
    let seal = |id| cursors.seal("maintenances", shown.as_bytes(), permit.actor(), &json!(id));
    Ok(Shown(page::Page {
        items: found.items.iter().map(|window| Maintenance::of(window, &found.open, zone)).collect(),
        next_cursor: found.next.map(seal),
    }))
}
