//! Where lists of operators look: countries, networks, labels, and the health of their connections.

use ops_core::{Text as _, health::State, operator::Operator};

use super::{Statement, account::Of, args};

/// The operator's countries, networks and labels in place of those that were there.
pub(crate) fn put(operator: &Operator) -> Vec<Statement> {
    let id = operator.id.uuid();
    let mut plan = Vec::new();
    // a new one has nothing to be replaced
    if operator.version > 1 {
        plan.extend(
            [
                "DELETE FROM operator_country WHERE operator_id = $1",
                "DELETE FROM operator_network WHERE operator_id = $1",
                "DELETE FROM operator_label WHERE operator_id = $1",
            ]
            .map(|sql| Statement::new(sql, args![id])),
        );
    }
    plan.extend(operator.countries.iter().map(|country| {
        Statement::new(
            "INSERT INTO operator_country (country, operator_id) VALUES ($1, $2)",
            args![country.as_str(), id],
        )
    }));
    plan.extend(operator.networks.iter().map(|network| {
        Statement::new(
            "INSERT INTO operator_network (mcc, mnc, operator_id) VALUES ($1, $2, $3)",
            args![network.mcc.as_str(), network.mnc.as_str(), id],
        )
    }));
    plan.extend(operator.labels.iter().map(|(key, value)| {
        Statement::new(
            "INSERT INTO operator_label (key, value, operator_id) VALUES ($1, $2, $3)",
            args![key, value, id],
        )
    }));
    plan
}

/// Notes whether any connection of an operator counts for its health, at the end of a change that touches connections.
pub(crate) fn watch(of: Of) -> Statement {
    let (operator, id) = match of {
        Of::Connection(id) => ("(SELECT operator_id FROM connection WHERE id = $1)", id.uuid()),
        Of::Operator(id) => ("$1", id.uuid()),
    };
    let counts = "EXISTS (SELECT 1 FROM connection c WHERE c.operator_id = operator.id AND c.deleted_at IS NULL \
                  AND c.status <> 'disabled' AND c.counts_for_operator)";
    Statement::new(
        format!("UPDATE operator SET watched = {counts} WHERE id = {operator} AND watched <> {counts}"),
        args![id],
    )
}

/// The conditions under which an operator is in `state`: what [`ops_core::health::operator_state`] says, in SQL. The first
/// finds those that can be by an index.
pub(crate) fn in_health(state: State) -> Vec<String> {
    let has =
        |states: &str| format!("id IN (SELECT operator_id FROM connection_health WHERE state IN ({states}))");
    let possible = match state {
        State::Down => Some(has("'down'")),
        State::Healthy => Some(has("'healthy'")),
        State::Degraded => Some(has("'healthy', 'degraded', 'probation'")),
        State::Stale => Some(has("'stale'")),
        State::Unknown => Some(
            "id IN (SELECT operator_id FROM connection_health WHERE state = 'unknown' \
             UNION ALL SELECT id FROM operator WHERE NOT watched)"
                .to_owned(),
        ),
        // no operator is
        State::Probation => Some("false".to_owned()),
    };
    possible.into_iter().chain([format!("{STATE} = '{state}'")]).collect()
}

/// The state of an operator, from its connections that count.
const STATE: &str = "(SELECT CASE WHEN count(*) = 0 THEN 'unknown' \
     WHEN sum(CASE WHEN h.state = 'down' THEN 1 ELSE 0 END) = count(*) THEN 'down' \
     WHEN sum(CASE WHEN h.state = 'healthy' THEN 1 ELSE 0 END) = count(*) THEN 'healthy' \
     WHEN sum(CASE WHEN h.state IN ('healthy', 'degraded', 'probation') THEN 1 ELSE 0 END) > 0 THEN 'degraded' \
     WHEN sum(CASE WHEN h.state = 'stale' THEN 1 ELSE 0 END) > 0 THEN 'stale' ELSE 'unknown' END \
     FROM connection c LEFT JOIN connection_health h ON h.connection_id = c.id \
     WHERE c.operator_id = operator.id AND c.deleted_at IS NULL AND c.status <> 'disabled' AND c.counts_for_operator)";
