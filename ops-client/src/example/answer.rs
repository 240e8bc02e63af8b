//! One answer per document, as it is shown.

use serde_json::{Value, json};

use super::request::{ID, OTHER_ID, smpp, spec_override, with_about};

/// When everything in the examples happened.
pub const AT: &str = "2026-01-31T12:00:00Z";

/// The example of what the OpenAPI documents call by this name.
#[must_use]
pub(super) fn of(schema: &str) -> Option<Value> {
    Some(match schema {
        "Operator" => operator(),
        "Readiness" => readiness(),
        "Connection" => connection(),
        "Credential" => credential(),
        "CredentialList" => json!({"items": [credential()]}),
        "Maintenance" => maintenance(),
        "Note" => note(),
        "Rule" => rule(),
        "ResolveAnswer" => resolved(),
        "LeaseAnswer" => leased(),
        "BatchAnswer" => batch(),
        "ConnectionHealth" => connection_health(),
        "OperatorHealth" => operator_health(),
        "Me" => me(),
        "OperatorPage" => page(&operator()),
        "ConnectionPage" => page(&connection()),
        "RulePage" => page(&rule()),
        "MaintenancePage" => page(&maintenance()),
        "NetworkPage" => page(&network()),
        "AuditVerification" => verification(),
        "AuditPage" => page(&audit_entry()),
        "TimelinePage" => page(&json!({"id": ID, "at": AT, "kind": "note", "note": note()})),
        "EventPage" => json!({"items": [event()], "next_cursor": "1.42"}),
        _ => return None,
    })
}

fn page(item: &Value) -> Value {
    json!({"items": [item], "next_cursor": null})
}

/// An operator.
#[must_use]
pub fn operator() -> Value {
    with_about(json!({
        "id": OTHER_ID, "code": "acme-de", "external_id": "4711", "display_name": "ACME", "kind": "mno",
        "importance": "critical", "countries": ["DE"], "networks": [{"mcc": "262", "mnc": "01"}],
        "labels": {"team/name": "blue"}, "status": "draft", "status_reason": null, "status_until": null,
        "receipts_until": null, "version": 1, "created_at": AT, "created_by": "tester", "updated_at": AT,
        "updated_by": "tester",
    }))
}

/// What an operator needs before it can be activated.
#[must_use]
pub fn readiness() -> Value {
    json!({"ready": false, "items": [
        {"item": "enabled_connection", "verdict": "block", "hint": "add a connection and enable it"},
    ]})
}

/// A planned window.
#[must_use]
pub fn maintenance() -> Value {
    json!({
        "id": "00000000-0000-0000-0000-000000000000", "operator_id": OTHER_ID, "connection_id": ID, "starts_at": AT,
        "ends_at": "2026-01-31T14:00:00Z", "reason": "new SMSC", "reference": null, "drain_s": 0, "phase": "planned",
        "merged": {"starts_at": AT, "ends_at": "2026-01-31T14:00:00Z"}, "local": null, "version": 3,
        "created_at": AT, "created_by": "tester", "updated_at": AT, "updated_by": "tester", "ended_at": null,
    })
}

/// A note.
#[must_use]
pub fn note() -> Value {
    json!({
        "id": ID, "operator_id": OTHER_ID, "text": "Called their NOC.", "reference": "INC-9", "created_at": AT,
        "created_by": "tester",
    })
}

/// A connection.
#[must_use]
pub fn connection() -> Value {
    json!({
        "id": ID, "operator_id": OTHER_ID, "name": "main", "status": "enabled", "protocol": "smpp", "smpp": smpp(),
        "spec_overrides": [spec_override()], "counts_for_operator": false, "private_network": true,
        "allow_duplicate": {"reason": "one account, two cities"},
        "version": 1, "config_version": 1, "bind_version": 1,
        "created_at": AT, "created_by": "tester", "updated_at": AT, "updated_by": "tester",
    })
}

/// The metadata of a credential.
#[must_use]
pub fn credential() -> Value {
    json!({
        "id": OTHER_ID, "connection_id": ID, "version": 1, "stage": "active", "system_id": "acme",
        "note": null, "created_at": AT, "created_by": "tester", "activated_at": AT, "retired_at": null,
    })
}

/// What a connector gets: the one answer with a password.
#[must_use]
pub fn leased() -> Value {
    json!({
        "leases": [{
            "connection_id": ID, "version": 1, "stage": "active",
            "secret": {"system_id": "acme", "password": "s3cret"},
        }],
        "refused": [{"connection_id": OTHER_ID, "code": "connection_disabled"}],
    })
}

/// A rule.
#[must_use]
pub fn rule() -> Value {
    json!({
        "id": ID, "name": "Germany", "enabled": false, "precedence": 10,
        "match": {"destination": {"prefix": "49"}, "network_source": "any"},
        "targets": [{
            "connection_id": ID, "operator_id": OTHER_ID, "tier": 1, "weight": 70, "enabled": false,
            "failover_on": "degraded", "note": "spare",
        }],
        "on_no_target": "reject", "version": 1,
        "created_at": AT, "created_by": "tester", "updated_at": AT, "updated_by": "tester",
    })
}

/// Where a message goes.
#[must_use]
pub fn resolved() -> Value {
    json!({
        "outcome": "route", "rule_id": ID, "view_version": "1.42",
        "candidates": [{"connection_id": ID, "operator_id": OTHER_ID, "tier": 0}],
    })
}

/// What became of the samples of a batch.
#[must_use]
pub fn batch() -> Value {
    json!({
        "accepted": 2, "duplicate": 1, "refused": [
            {"index": 0, "code": "unknown_connection"}, {"index": 1, "code": "too_old"},
            {"index": 2, "code": "in_future"}, {"index": 3, "code": "not_allowed"},
        ],
    })
}

/// How well a connection works.
#[must_use]
pub fn connection_health() -> Value {
    json!({
        "connection_id": ID, "state": "healthy", "since": AT, "reason": "bound", "sessions_bound": 2,
        "last_sample_at": AT, "judged_through": AT,
        "rates": {
            "submitted": 51, "ok": 0.3333, "throttled": 0.0, "rejected_message": 0.0, "operator_error": 0.0,
            "no_answer": 0.0,
        },
    })
}

/// How well an operator works.
#[must_use]
pub fn operator_health() -> Value {
    json!({
        "operator_id": OTHER_ID, "state": "healthy", "since": AT, "reason": "bound", "sessions_bound": 2,
        "last_sample_at": AT, "connections": [connection_health()],
    })
}

/// A network of the reference data.
#[must_use]
pub fn network() -> Value {
    json!({"mcc": "262", "mnc": "01", "country": "DE", "name": "T-Mobile"})
}

/// An entry of the audit trail.
#[must_use]
pub fn audit_entry() -> Value {
    json!({
        "id": ID, "at": AT, "actor": {"issuer": "test", "subject": "tester"}, "action": "operator_update",
        "operator_id": OTHER_ID, "subject": {"kind": "operator", "id": OTHER_ID},
        "request_id": "request-6", "source_address": null, "changes": [{"field": "display_name", "old": null, "new": "ACME"}],
    })
}

/// What a look at the chain over the audit trail came to.
#[must_use]
pub fn verification() -> Value {
    json!({
        "intact": false, "after": 0, "checked": 42, "head": format!("42.{}", "5d".repeat(32)), "sealed_through": 42,
        "sealed_at": AT, "oldest_unsealed_at": null, "faults_found": 1,
        "faults": [{"n": 7, "kind": "edited", "entry_id": ID}], "next_after": null,
    })
}

/// A published event.
#[must_use]
pub fn event() -> Value {
    json!({
        "specversion": "1.0", "id": ID, "source": format!("/ops/operators/{OTHER_ID}"),
        "type": "operator.health_changed", "time": AT, "datacontenttype": "application/json",
        "subject": format!("ops.operator.{OTHER_ID}.health_changed"),
        "dataschema": "urn:ops:event:operator.health_changed:v1", "sequence": "00010000000000000007",
        "data": {
            "id": OTHER_ID, "code": "acme-de", "from": "healthy", "to": "degraded", "since": AT,
            "connections": [
                {"id": ID, "name": "main", "from": "healthy", "to": "down", "reason": "no_session", "since": AT},
            ],
        },
    })
}

/// Who the caller is.
#[must_use]
pub fn me() -> Value {
    json!({
        "subject": "alice", "issuer": "https://issuer.example", "roles": ["viewer"], "permissions": ["operator:read"],
        "expires_at": AT,
    })
}
