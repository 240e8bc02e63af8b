//! `GET /routing/rules`.

use axum::extract::State;
use ops_client::{
    paths,
    wire::{page, routing},
};
use ops_core::id::{ConnectionId, OperatorId, RuleId};
use ops_store::port::RuleFilter;
use serde_json::json;

use crate::{
    app::{App, refusal::Refusal},
    http::{
        answer::Shown,
        cursor::BadCursor,
        permission::RoutingRead,
        permit::Permit,
        problem::Problem,
        query::{Cursor, Limit, QueryOf, query},
    },
};

query! {
    /// The query of a list of rules.
    Query {
        /// Only rules that target this connection.
        connection_id: Option<ConnectionId> => ConnectionId,
        /// Only rules that target this operator.
        operator_id: Option<OperatorId> => OperatorId,
        /// Entries of a page, 1 to 200 (50).
        limit: Limit => Limit,
        /// `next_cursor` of the page before.
        cursor: Option<String> => Cursor,
    }
}

/// List routing rules, by precedence.
#[utoipa::path(
    get,
    path = paths::RULES,
    operation_id = "rule_list",
    tag = "routing",
    params(Query),
    responses((status = 200, description = "A page", body = page::RulePage)),
)]
pub async fn list(
    permit: Permit<RoutingRead>,
    State(app): State<App>,
    QueryOf(query): QueryOf<Query>,
) -> Result<Shown<page::Rules>, Problem> {
    let Query { connection_id, operator_id, limit, cursor } = query;
    let shown = format!("{connection_id:?} {operator_id:?}");
    let cursors = &app.access.cursors;
    let open = |cursor: String| -> Result<(i64, RuleId), BadCursor> {
        let payload = cursors.open(&cursor, "rules", shown.as_bytes(), permit.actor())?;
        serde_json::from_value(payload).map_err(|_| BadCursor)
    };
    let filter = RuleFilter { connection_id, operator_id, after: cursor.map(open).transpose()? };
    let (rules, next) = app.store.rules(&filter, usize::from(limit.0)).await.map_err(Refusal::from)?;
    let next_cursor = next.map(|(precedence, id)| {
        cursors.seal("rules", shown.as_bytes(), permit.actor(), &json!([precedence, id]))
    });
    Ok(Shown(page::Page { items: rules.iter().map(routing::Rule::of).collect(), next_cursor }))
}
