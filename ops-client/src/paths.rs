//! Every path of the service, once: routers, the OpenAPI documents and clients use these constants.

/// Operators: create, list.
pub const OPERATORS: &str = "/admin/v1/operators";
/// One operator: read, change, delete.
pub const OPERATOR: &str = "/admin/v1/operators/{operator_id}";
/// Takes an operator into traffic.
pub const OPERATOR_ACTIVATE: &str = "/admin/v1/operators/{operator_id}/activate";
/// Takes an operator out of new traffic, to finish what it has.
pub const OPERATOR_DRAIN: &str = "/admin/v1/operators/{operator_id}/drain";
/// Takes an operator out of traffic.
pub const OPERATOR_SUSPEND: &str = "/admin/v1/operators/{operator_id}/suspend";
/// Brings a deleted operator back.
pub const OPERATOR_RESTORE: &str = "/admin/v1/operators/{operator_id}/restore";
/// The planned windows of an operator: create, list.
pub const OPERATOR_MAINTENANCES: &str = "/admin/v1/operators/{operator_id}/maintenances";
/// One planned window: read, move, cancel.
pub const MAINTENANCE: &str = "/admin/v1/maintenances/{maintenance_id}";
/// Notes about an operator: create.
pub const OPERATOR_NOTES: &str = "/admin/v1/operators/{operator_id}/notes";
/// What was done, published, planned and noted.
pub const OPERATOR_TIMELINE: &str = "/admin/v1/operators/{operator_id}/timeline";
/// What an operator still needs before it can be activated.
pub const OPERATOR_READINESS: &str = "/admin/v1/operators/{operator_id}/readiness";
/// The connections of an operator: create, list.
pub const OPERATOR_CONNECTIONS: &str = "/admin/v1/operators/{operator_id}/connections";
/// The judged health of an operator and its connections.
pub const OPERATOR_HEALTH: &str = "/admin/v1/operators/{operator_id}/health";

/// The connections of all operators: search.
pub const CONNECTIONS: &str = "/admin/v1/connections";
/// One connection: read, change, delete.
pub const CONNECTION: &str = "/admin/v1/connections/{connection_id}";
/// Lets a connection be used.
pub const CONNECTION_ENABLE: &str = "/admin/v1/connections/{connection_id}/enable";
/// Takes a connection out of new traffic; its sessions stay.
pub const CONNECTION_DRAIN: &str = "/admin/v1/connections/{connection_id}/drain";
/// Ends the use of a connection.
pub const CONNECTION_DISABLE: &str = "/admin/v1/connections/{connection_id}/disable";
/// The judged health of a connection.
pub const CONNECTION_HEALTH: &str = "/admin/v1/connections/{connection_id}/health";
/// The credentials of a connection: store one, list their metadata.
pub const CONNECTION_CREDENTIALS: &str = "/admin/v1/connections/{connection_id}/credentials";
/// The metadata of one credential.
pub const CONNECTION_CREDENTIAL: &str = "/admin/v1/connections/{connection_id}/credentials/{version}";
/// Take a staged credential into use.
pub const CONNECTION_CREDENTIAL_ACTIVATE: &str =
    "/admin/v1/connections/{connection_id}/credentials/{version}/activate";
/// Give up a staged credential.
pub const CONNECTION_CREDENTIAL_DISCARD: &str =
    "/admin/v1/connections/{connection_id}/credentials/{version}/discard";

/// Routing rules: create, list.
pub const RULES: &str = "/admin/v1/routing/rules";
/// One routing rule: read, delete.
pub const RULE: &str = "/admin/v1/routing/rules/{rule_id}";
/// Where a message would go, for people.
pub const RESOLVE: &str = "/admin/v1/routing/resolve";

/// The reference data of networks.
pub const NETWORKS: &str = "/admin/v1/networks";
/// The published events.
pub const EVENTS: &str = "/admin/v1/events";
/// The published events as they come.
pub const EVENT_STREAM: &str = "/admin/v1/events/stream";
/// The audit trail.
pub const AUDIT: &str = "/admin/v1/audit";
/// Whether the audit trail is as it was written.
pub const AUDIT_VERIFY: &str = "/admin/v1/audit/verify";
/// Who the caller is and what it may do.
pub const ME: &str = "/admin/v1/me";

/// Secrets for connectors.
pub const CREDENTIAL_LEASES: &str = "/internal/v1/credential-leases";
/// Health samples from connectors.
pub const HEALTH_SAMPLES: &str = "/internal/v1/health/samples";
/// Where a message goes, for gateways.
pub const INTERNAL_RESOLVE: &str = "/internal/v1/routing/resolve";

/// The OpenAPI document of the admin and of the internal listener.
pub const OPENAPI: &str = "/openapi.json";

/// The page that shows the OpenAPI document to people, on the admin listener.
pub const DOCS: &str = "/docs";

/// Metrics, on the ops listener.
pub const METRICS: &str = "/metrics";
/// Whether the process runs, on the ops listener.
pub const HEALTH_LIVE: &str = "/health/live";
/// Whether the process takes requests, on the ops listener.
pub const HEALTH_READY: &str = "/health/ready";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_below_another_extends_it() {
        for (below, above) in [
            (OPERATOR, OPERATORS),
            (OPERATOR_ACTIVATE, OPERATOR),
            (OPERATOR_SUSPEND, OPERATOR),
            (OPERATOR_READINESS, OPERATOR),
            (OPERATOR_CONNECTIONS, OPERATOR),
            (OPERATOR_HEALTH, OPERATOR),
            (CONNECTION, CONNECTIONS),
            (CONNECTION_ENABLE, CONNECTION),
            (CONNECTION_DISABLE, CONNECTION),
            (CONNECTION_HEALTH, CONNECTION),
            (CONNECTION_CREDENTIALS, CONNECTION),
            (CONNECTION_CREDENTIAL, CONNECTION_CREDENTIALS),
            (RULE, RULES),
        ] {
            assert!(below.strip_prefix(above).is_some_and(|rest| rest.starts_with('/')), "{below}");
        }
    }
}
