//! `GET /audit`.

use axum::extract::State;
use jiff::Timestamp;
use ops_client::{
    paths,
    wire::{page, rule},
};
use ops_core::{
    Invalid, Word,
    change::ChangeName,
    id::{AuditId, OperatorId},
    text_rule::TextRule,
};
use ops_store::port::AuditFilter;
use serde_json::json;
use utoipa::openapi::Schema;
use uuid::Uuid;

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
        /// Only entries of this kind.
        action: Option<ChangeName> = read_action => ChangeName,
        /// Only what this subject of a token, identity of a certificate, or task did.
        actor: Option<String> = read_name => Name,
        /// Only entries about the thing with this id.
        subject_id: Option<Uuid> => Uuid,
        /// Only entries of this request.
        request_id: Option<String> = read_name => Name,
        /// Only entries from this time on.
        from: Option<Timestamp> => Timestamp,
        /// Only entries before this time.
        until: Option<Timestamp> => Timestamp,
        /// Entries of a page, 1 to 200 (50).
        limit: Limit => Limit,
        /// `next_cursor` of the page before.
        cursor: Option<String> => Cursor,
    }
}

/// What an actor or a request may be called.
const NAME: TextRule = TextRule { min: 1, max: 255, pattern: None, accepts: |_| true, hint: "" };

struct Name;

impl rule::Described for Name {
    fn described() -> Schema {
        rule::text(&NAME).into()
    }
}

fn read_name(raw: &str) -> Result<Option<String>, Invalid> {
    NAME.parse(raw).map(Some)
}

fn read_action(raw: &str) -> Result<Option<ChangeName>, Invalid> {
    ChangeName::parse(raw).map(Some)
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
    QueryOf(query): QueryOf<Query>,
) -> Result<Shown<page::AuditEntries>, Problem> {
    let Query { operator_id, action, actor, subject_id, request_id, from, until, limit, cursor } = query;
    let shown =
        format!("{operator_id:?} {action:?} {actor:?} {subject_id:?} {request_id:?} {from:?} {until:?}");
    let cursors = &app.access.cursors;
    let open = |cursor: String| -> Result<AuditId, BadCursor> {
        let payload = cursors.open(&cursor, "audit", shown.as_bytes(), permit.actor())?;
        serde_json::from_value(payload).map_err(|_| BadCursor)
    };
    let before = cursor.map(open).transpose()?;
    let filter = AuditFilter { operator_id, action, actor, subject_id, request_id, from, until, before };
    let (items, next) = app.store.audit(&filter, usize::from(limit.0)).await.map_err(Refusal::from)?;
    let next_cursor = next.map(|id| cursors.seal("audit", shown.as_bytes(), permit.actor(), &json!(id)));
    Ok(Shown(page::Page { items, next_cursor }))
}
