//! `GET /operators/{operator_id}/timeline`.

use axum::extract::State;
use ops_client::{paths, wire::page};
use ops_core::id::OperatorId;
use serde_json::json;
use uuid::Uuid;

use crate::{
    app::{App, operator::timeline},
    http::{
        answer::Shown,
        cursor::BadCursor,
        path_id::PathId,
        permission::{AuditRead, OperatorRead},
        permit::Permit,
        problem::Problem,
        query::{PageQuery, QueryOf},
    },
};

/// What was done, published, planned and noted about an operator, newest first. Entries of the audit trail are there for
/// callers who may read it.
#[utoipa::path(
    get,
    path = paths::OPERATOR_TIMELINE,
    operation_id = "operator_timeline",
    tag = "operators",
    params(("operator_id" = uuid::Uuid, Path, description = "The operator's id"), PageQuery),
    responses((status = 200, description = "A page", body = page::TimelinePage)),
)]
pub async fn timeline(
    permit: Permit<OperatorRead>,
    State(app): State<App>,
    QueryOf(PageQuery { limit, cursor }): QueryOf<PageQuery>,
    PathId(id): PathId<OperatorId>,
) -> Result<Shown<page::Timeline>, Problem> {
    let (shown, cursors) = (id.to_string(), &app.access.cursors);
    let open = |cursor: String| -> Result<Uuid, BadCursor> {
        let payload = cursors.open(&cursor, "timeline", shown.as_bytes(), permit.actor())?;
        serde_json::from_value(payload).map_err(|_| BadCursor)
    };
    let before = cursor.map(open).transpose()?;
    let with_audit = permit.may::<AuditRead>();
    let (items, next) = timeline::page(&app, id, before, usize::from(limit.0), with_audit).await?;
    let next_cursor = next.map(|id| cursors.seal("timeline", shown.as_bytes(), permit.actor(), &json!(id)));
    Ok(Shown(page::Page { items, next_cursor }))
}
