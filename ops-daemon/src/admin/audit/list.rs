//! `GET /audit`.

use axum::extract::State;
use ops_client::{paths, wire::page};
use ops_core::id::{AuditId, OperatorId};
use serde_json::json;

use crate::{
    app::{App, refusal::Refusal},
    http::{
        answer::Shown,
        cursor::BadCursor,
        permission::AuditRead,
        permit::Permit,
        problem::Problem,
        query::{Cursor, Limit, QueryOf, query},
    },
};

query! {
    /// The query of the audit trail.
    Query {
        /// Only entries under this operator; a rule is under the operator of its first target.
        operator_id: Option<OperatorId> => OperatorId,
        /// Entries of a page, 1 to 200 (50).
        limit: Limit => Limit,
        /// `next_cursor` of the page before.
        cursor: Option<String> => Cursor,
    }
}

/// Read the audit trail, newest first.
#[utoipa::path(
    get,
    path = paths::AUDIT,
    operation_id = "audit_list",
    tag = "audit",
    params(Query),
    responses((status = 200, description = "A page", body = page::AuditPage)),
)]
pub async fn list(
    permit: Permit<AuditRead>,
    State(app): State<App>,
    QueryOf(Query { operator_id, limit, cursor }): QueryOf<Query>,
) -> Result<Shown<page::AuditEntries>, Problem> {
    let shown = format!("{operator_id:?}");
    let cursors = &app.access.cursors;
    let open = |cursor: String| -> Result<AuditId, BadCursor> {
        let payload = cursors.open(&cursor, "audit", shown.as_bytes(), permit.actor())?;
        serde_json::from_value(payload).map_err(|_| BadCursor)
    };
    let before = cursor.map(open).transpose()?;
    let (items, next) =
        app.store.audit(operator_id, before, usize::from(limit.0)).await.map_err(Refusal::from)?;
    let next_cursor = next.map(|id| cursors.seal("audit", shown.as_bytes(), permit.actor(), &json!(id)));
    Ok(Shown(page::Page { items, next_cursor }))
}
