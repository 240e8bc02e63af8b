//! `GET /routing/rules`.

use axum::extract::State;
use deserr::Deserr;
use ops_client::{
    faults::Faults,
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
        query::{Limit, QueryOf},
    },
};

/// The query of a list of rules.
#[derive(Deserr)]
#[deserr(error = Faults, deny_unknown_fields)]
pub struct Query {
    #[deserr(default)]
    connection_id: Option<ConnectionId>,
    #[deserr(default)]
    operator_id: Option<OperatorId>,
    #[deserr(default)]
    limit: Limit,
    #[deserr(default)]
    cursor: Option<String>,
}

/// List routing rules, by precedence.
#[utoipa::path(
    get,
    path = paths::RULES,
    operation_id = "rule_list",
    tag = "routing",
    params(
        ("connection_id" = Option<uuid::Uuid>, Query, description = "Only rules that target this connection"),
        ("operator_id" = Option<uuid::Uuid>, Query, description = "Only rules that target this operator"),
        ("limit" = Option<u16>, Query, description = "Entries of a page, 1 to 200 (50)", minimum = 1, maximum = 200),
        ("cursor" = Option<String>, Query, description = "next_cursor of the page before"),
    ),
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
